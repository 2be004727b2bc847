"""Acts of an account through the API, by X's rules; every accepted act is recorded for the truth."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox import problems
from sandbox.world.models import BrandAccount, DirectMessage, Person, Post
from sandbox.world.texts import LONGEST, weighted_length
from sandbox.world.world import World


@dataclass(frozen=True, kw_only=True)
class PublishedPost:
    """A post made through the API; `text` as it was sent, `in_reply_to` the id as it was asked, None for a post."""

    post: Post
    in_reply_to: str | None
    text: str


@dataclass(frozen=True, kw_only=True)
class SentMessage:
    """A direct message sent through the API; `text` as it was sent."""

    message: DirectMessage
    text: str


@dataclass(frozen=True, kw_only=True)
class HiddenReply:
    """A reply hidden, or shown again, through the API."""

    post: Post
    hidden: bool


@dataclass(kw_only=True)
class Acts:
    """Every accepted act through the APIs, in order."""

    published: list[PublishedPost] = field(default_factory=list)
    messages: list[SentMessage] = field(default_factory=list)
    hides: list[HiddenReply] = field(default_factory=list)
    deleted: list[Post] = field(default_factory=list)
    """Posts of the accounts that were deleted through the API."""
    texts: set[tuple[int, str]] = field(default_factory=set)
    """(account, text as shown): X refuses the same text again."""


def publish(world: World, acts: Acts, account: BrandAccount, text: str, parent_id: int | None) -> Post:
    """Post as the account; raises XRefusalError as X refuses."""
    if not text.strip():
        raise problems.invalid("You must provide text for the post.")
    parent = _answered(world, account, parent_id) if parent_id is not None else None
    if weighted_length(text) > LONGEST:
        raise problems.invalid(problems.TOO_LONG)
    post = own_post(world, account, text, parent)
    key = (account.id, post.text)
    if key in acts.texts:
        raise problems.forbidden(problems.DUPLICATE)
    acts.texts.add(key)
    post.id = world.ids.issue(post.at, f"reply:{parent_id}" if parent_id is not None else f"post:{account.id}")
    post.history = [post.id]
    post.conversation_id = post.conversation_id or post.id
    world.show(post)
    target = str(parent_id) if parent_id is not None else None
    acts.published.append(PublishedPost(post=post, in_reply_to=target, text=text))
    return post


def _answered(world: World, account: BrandAccount, parent_id: int) -> Post:
    parent = world.visible(parent_id)
    if parent is None:
        raise problems.forbidden(problems.GONE)
    quotes = parent.quoted is not None and parent.quoted.author.id == account.id
    if parent.author.id != account.id and account.id not in parent.mentioned and not quotes:
        raise problems.forbidden(problems.SUMMON)
    return parent


def own_post(world: World, account: BrandAccount, text: str, parent: Post | None) -> Post:
    """A post of the account as X shows it: a reply begins with the handle it answers. Its id is still to be given."""
    shown = text
    if parent is not None and parent.author.id != account.id:
        head = f"@{parent.author.handle}"
        if not text.casefold().startswith(head.casefold()):
            shown = f"{head} {text}"
    return Post(
        id=0,
        author=account.person,
        text=shown,
        at=world.now(),
        lang=parent.lang if parent else "und",
        parent=parent,
        conversation_id=parent.conversation_id if parent else 0,
        inbound=False,
    )


def remove(world: World, acts: Acts, account: BrandAccount, post_id: int) -> bool:
    """Delete a post of the account; False where it is gone already."""
    post = world.visible(post_id)
    if post is None:
        return False
    if post.author.id != account.id:
        raise problems.forbidden(problems.NOT_YOURS)
    world.delete(post)
    acts.deleted.append(post)
    return True


def hide(world: World, acts: Acts, account: BrandAccount, post_id: int, *, hidden: bool) -> bool:
    """Hide a reply in a conversation that the account started, or show it again."""
    post = world.visible(post_id)
    root = world.posts.get(post.conversation_id) if post else None
    if post is None or root is None or root.author.id != account.id or post.author.id == account.id:
        raise problems.forbidden(problems.NOT_YOURS)
    post.hidden = hidden
    acts.hides.append(HiddenReply(post=post, hidden=hidden))
    world.changes += 1
    return hidden


def send_message(world: World, acts: Acts, account: BrandAccount, person: Person | None, text: str) -> DirectMessage:
    """Send a direct message to a person who wrote first."""
    if not text.strip():
        raise problems.invalid("You must provide text for the message.")
    if person is None or not world.has_written_to(person.id, account.id):
        raise problems.forbidden(problems.NO_MESSAGE)
    message = world.receive(account_id=account.id, person=person, text=text, outgoing=True)
    acts.messages.append(SentMessage(message=message, text=text))
    return message
