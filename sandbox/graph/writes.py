"""What a Page and an Instagram account do through the Graph API, by Meta's rules; all is kept for the truth."""

from __future__ import annotations

from sandbox.acts import Acts, Hid, Said
from sandbox.graph.keys import Session
from sandbox.graph.refusals import invalid, missing_permission, no_such_object, not_permitted
from sandbox.nouns import BrandAccount, Post
from sandbox.walls import stands_under
from sandbox.world import World

LONGEST = {"facebook": 8000, "instagram": 2200}
ANSWERS = {"facebook": "pages_manage_engagement", "instagram": "instagram_manage_comments"}


def comment(world: World, acts: Acts, session: Session, target: Post, text: str) -> Post:
    """Comment on a post, or answer a comment; on Instagram only a top-level one that is not hidden."""
    account = owner(session, target)
    _need(session, ANSWERS[target.network])
    if not text.strip():
        raise invalid("message must be a non-empty string")
    if len(text) > LONGEST[target.network]:
        raise invalid(f"Param message must be at most {LONGEST[target.network]} characters long")
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
    acts.said.append(Said(post=post, in_reply_to=target.wire_id, text=text))
    return post


def hide(world: World, acts: Acts, session: Session, target: Post, *, hidden: bool) -> None:
    """Hide a person's comment under a post of the account, or show it again."""
    owner(session, target, "post")
    _need(session, ANSWERS[target.network])
    if target.parent is None or not target.inbound or target.root.kind in {"tag", "mention"}:
        raise not_permitted("Permissions error: this comment cannot be hidden")
    target.hidden = hidden
    acts.hid.append(Hid(post=target, hidden=hidden))
    world.changes += 1


def delete(world: World, acts: Acts, session: Session, target: Post) -> None:
    """Delete a comment or a post of the account's own."""
    account = owner(session, target, "delete")
    _need(session, ANSWERS[target.network])
    if target.author.id != account.id:
        raise not_permitted("Permissions error: only what the account wrote can be deleted here")
    world.delete(target)
    acts.deleted.append(target)


def owner(session: Session, target: Post, verb: str = "post") -> BrandAccount:
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


def _need(session: Session, scope: str) -> None:
    if scope in session.state.missing:
        raise missing_permission(scope)
