"""What Meta permits an account to do about a post or comment (its rules as of September 2026). Nothing is charged.

Messenger Platform: "Private Replies", "Messaging Window".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from networks.protocol import ReplyContext
from records.enums import Act
from records.models import Permissions

ANSWERED_WITHIN = timedelta(hours=24)
"""A message may follow the person's last one for so long."""

PRIVATE_REPLY_WITHIN = timedelta(days=7)
"""A comment may get its one private reply for so long."""


@dataclass(frozen=True, kw_only=True)
class PrivateOption:
    """The private act that is possible now, and until when; none, and why not."""

    act: Act | None
    until: datetime | None = None
    why: str = ""


def private_option(context: ReplyContext, *, on_our_page: bool, now: datetime) -> PrivateOption:
    """A message where the person wrote within a day, else the one private reply to what they said on our page.

    The message comes first, since it does not use the private reply up.
    """
    wrote_at = context.person_wrote_at
    if wrote_at is not None and now < wrote_at + ANSWERED_WITHIN:
        return PrivateOption(act=Act.PRIVATE_MESSAGE, until=wrote_at + ANSWERED_WITHIN)
    if not on_our_page:
        return PrivateOption(act=None, why="Meta permits a private reply only to comments under our own posts.")
    if context.private_reply_used:
        return PrivateOption(act=None, why="Meta permits one private reply a comment, and it was used.")
    until = context.published_at + PRIVATE_REPLY_WITHIN
    if now >= until:
        return PrivateOption(act=None, why="Meta permits a private reply only within 7 days of the comment.")
    return PrivateOption(act=Act.PRIVATE_REPLY, until=until)


_MESSENGER_LINK = "https://m.me/"


def facebook_permissions(context: ReplyContext, *, page_id: str, now: datetime) -> Permissions:
    """Read Facebook's rules against one post or comment."""
    ours = is_on_page(context, page_id=page_id)
    reply = (ours or context.mentions_us) and not context.hidden
    private = private_option(context, on_our_page=ours, now=now)
    return Permissions(
        reply=reply,
        private_message=private.act is not None,
        private_act=private.act or Act.PRIVATE_MESSAGE,
        private_until=private.until,
        hide=ours and context.kind in {"comment", "reply"},
        why=_why_not_on_facebook(context, reply=reply) or private.why,
        compose_link=f"{_MESSENGER_LINK}{page_id}",
    )


def is_on_page(context: ReplyContext, *, page_id: str) -> bool:
    """Whether it stands under a post of ours, or is or answers a post that a visitor left on our Page."""
    on_page = f"{page_id}_"
    parent = context.parent_external_id or ""
    return context.root_is_ours or context.external_id.startswith(on_page) or parent.startswith(on_page)


def _why_not_on_facebook(context: ReplyContext, *, reply: bool) -> str:
    if context.hidden:
        return "The comment is hidden, so that an answer would not be seen."
    return "" if reply else "Facebook permits a Page to answer only on its own posts and where it is named."


_INSTAGRAM_LINK = "https://ig.me/m/"


def instagram_permissions(context: ReplyContext, *, handle: str, now: datetime) -> Permissions:
    """Read Instagram's rules against one comment, or one post that names us.

    A `comment` stands directly under a post, a `reply` under a comment.
    """
    top_level = context.kind != "reply"
    reply = (context.root_is_ours or context.mentions_us) and top_level and not context.hidden
    private = private_option(context, on_our_page=context.root_is_ours, now=now)
    return Permissions(
        reply=reply,
        private_message=private.act is not None,
        private_act=private.act or Act.PRIVATE_MESSAGE,
        private_until=private.until,
        hide=context.root_is_ours and context.kind in {"comment", "reply"},
        why=_why_not_on_instagram(context, top_level=top_level, reply=reply) or private.why,
        compose_link=f"{_INSTAGRAM_LINK}{handle}" if handle else "",
    )


def _why_not_on_instagram(context: ReplyContext, *, top_level: bool, reply: bool) -> str:
    if context.hidden:
        return "Instagram permits no answer to a hidden comment."
    if not top_level:
        return "Instagram permits answers only to comments directly under a post."
    return "" if reply else "Instagram permits answers only under our own posts and where we are named."
