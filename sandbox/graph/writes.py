"""Comments, hides, deletions and private messages through the Graph API, by Meta's rules."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.graph.facebook import PRIVATE_REPLY_SECONDS
from sandbox.graph.refusals import (
    ALREADY_ANSWERED,
    NOT_AVAILABLE,
    WINDOW_CLOSED,
    invalid,
    missing_permission,
    no_such_object,
    not_permitted,
    refusal,
)
from sandbox.graph.tokens import GraphSession
from sandbox.world.acts import Acts, HiddenReply, PublishedPost, SentMessage
from sandbox.world.feeds import stands_under
from sandbox.world.models import BrandAccount, DirectMessage, Person, Post
from sandbox.world.world import World

LONGEST_COMMENT = {"facebook": 8000, "instagram": 2200}
ANSWERS = {"facebook": "pages_manage_engagement", "instagram": "instagram_manage_comments"}
DAY = 86_400.0
LONGEST_MESSAGE = {"facebook": 2000, "instagram": 1000}
OUTSIDE_WINDOW = 2018278
NOBODY = 2018001
SCOPES = {"facebook": "pages_messaging", "instagram": "instagram_manage_messages"}


def comment(world: World, acts: Acts, session: GraphSession, target: Post, text: str) -> Post:
    """Comment on a post, or answer a comment; on Instagram only a top-level one that is not hidden."""
    account = owner(session, target)
    _need(session, ANSWERS[target.network])
    if not text.strip():
        raise invalid("message must be a non-empty string")
    if len(text) > LONGEST_COMMENT[target.network]:
        raise invalid(f"Param message must be at most {LONGEST_COMMENT[target.network]} characters long")
    if target.network == "instagram":
        _answerable(target)
    now = world.now()
    post = Post(
        id=world.ids.issue(now, f"comment:{target.id}"),
        network=target.network,
        kind="comment",
        page=target.page,
        author=account.person,
        text=text,
        at=now,
        lang=target.lang,
        parent=target,
        conversation_id=target.conversation_id,
        inbound=False,
    )
    post.history = [post.id]
    world.show(post)
    acts.published.append(PublishedPost(post=post, in_reply_to=target.wire_id, text=text))
    return post


def hide(world: World, acts: Acts, session: GraphSession, target: Post, *, hidden: bool) -> None:
    """Hide a person's comment under a post of the account, or show it again."""
    owner(session, target, "post")
    _need(session, ANSWERS[target.network])
    if target.parent is None or not target.inbound or target.root.kind in {"tag", "mention"}:
        raise not_permitted("Permissions error: this comment cannot be hidden")
    target.hidden = hidden
    acts.hides.append(HiddenReply(post=target, hidden=hidden))
    world.changes += 1


def delete(world: World, acts: Acts, session: GraphSession, target: Post) -> None:
    """Delete a comment or a post of the account's own."""
    account = owner(session, target, "delete")
    _need(session, ANSWERS[target.network])
    if target.author.id != account.id:
        raise not_permitted("Permissions error: only what the account wrote can be deleted here")
    world.delete(target)
    acts.deleted.append(target)


@dataclass(frozen=True, kw_only=True)
class GraphMessage:
    """A message as it was asked to be sent; one of `comment_id` and `person_id` is set.

    `comment_id` may be a visitor's post, which Meta takes as `post_id`.
    """

    text: str
    comment_id: str | None
    person_id: str | None
    tag: str


def message_of(given: Mapping[str, str]) -> GraphMessage:
    """Read the parameters of a message; GraphRefusalError 100 says which is wrong."""
    recipient, message = _object(given, "recipient"), _object(given, "message")
    comment = recipient.get("comment_id", recipient.get("post_id"))
    person, text = recipient.get("id"), message.get("text")
    if comment is None and person is None:
        raise invalid("Param recipient must have an id or a comment_id")
    if not isinstance(text, str) or not text.strip():
        raise invalid("Param message[text] must be a non-empty UTF-8 encoded string")
    return GraphMessage(
        text=text,
        comment_id=str(comment) if comment is not None else None,
        person_id=str(person) if comment is None else None,
        tag=given.get("tag", ""),
    )


def send(world: World, acts: Acts, session: GraphSession, asked: GraphMessage) -> DirectMessage:
    """Send a private reply or a message; GraphRefusalError 10, 100, 551 or 10900 as Meta refuses."""
    comment = _comment(world, asked.comment_id) if asked.comment_id is not None else None
    if comment is not None:
        account, person = owner(session, comment), comment.author
        _private_reply_allowed(world, comment)
    else:
        account, person = _correspondent(world, session, asked.person_id or "")
        _within_window(world, account, person, asked.tag)
    if SCOPES[account.network] in session.state.missing:
        raise missing_permission(SCOPES[account.network])
    if not person.reachable:
        raise refusal(551, NOT_AVAILABLE, subcode=1545041)
    if len(asked.text) > LONGEST_MESSAGE[account.network]:
        raise invalid(f"Length of param message[text] must be less than or equal to {LONGEST_MESSAGE[account.network]}")
    message = world.receive(account_id=account.id, person=person, text=asked.text, outgoing=True, comment=comment)
    acts.messages.append(SentMessage(message=message, text=asked.text))
    return message


def owner(session: GraphSession, target: Post, verb: str = "post") -> BrandAccount:
    """The account of the caller's Page that a post concerns; GraphRefusalError 100/33 where none does."""
    for account in session.page.accounts:
        if account.id == target.page:
            return account
    raise no_such_object(target.wire_id, verb)


def _answerable(target: Post) -> None:
    if target.kind == "comment" and stands_under(target).parent is not None:
        raise invalid("Only top-level comments can be replied to")
    if target.hidden:
        raise invalid("Hidden comments cannot be replied to")


def _need(session: GraphSession, scope: str) -> None:
    if scope in session.state.missing:
        raise missing_permission(scope)


def _comment(world: World, identifier: str) -> Post:
    comment = world.find(identifier)
    if comment is None or comment.network == "x" or not comment.inbound:
        raise no_such_object(identifier, "post")
    return comment


def _private_reply_allowed(world: World, comment: Post) -> None:
    if world.now() - comment.at > PRIVATE_REPLY_SECONDS:
        raise refusal(10, WINDOW_CLOSED, subcode=OUTSIDE_WINDOW)
    if comment.id in world.answered_privately:
        raise refusal(10900, ALREADY_ANSWERED)


def _correspondent(world: World, session: GraphSession, identifier: str) -> tuple[BrandAccount, Person]:
    ours = {account.id: account for account in session.page.accounts}
    for message in reversed(world.messages):
        if message.account_id in ours and str(message.person.id) == identifier:
            return ours[message.account_id], message.person
    raise refusal(100, "(#100) No matching user found", subcode=NOBODY)


def _within_window(world: World, account: BrandAccount, person: Person, tag: str) -> None:
    wrote = world.wrote_at(person.id, account.id)
    longest = PRIVATE_REPLY_SECONDS if tag == "HUMAN_AGENT" else DAY
    if wrote is None or world.now() - wrote > longest:
        raise refusal(10, WINDOW_CLOSED, subcode=OUTSIDE_WINDOW)


def _object(given: Mapping[str, str], name: str) -> dict[str, object]:
    try:
        value = json.loads(given.get(name, ""))
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise invalid(f"Param {name} must be a JSON object")
    return value
