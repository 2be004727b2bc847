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


def private_option(standing: ReplyContext, *, on_our_page: bool, now: datetime) -> PrivateOption:
    """A message where the person wrote within a day, else the one private reply to what they said on our page.

    The message comes first, since it does not use the private reply up.
    """
    wrote_at = standing.person_wrote_at
    if wrote_at is not None and now < wrote_at + ANSWERED_WITHIN:
        return PrivateOption(act=Act.PRIVATE_MESSAGE, until=wrote_at + ANSWERED_WITHIN)
    if not on_our_page:
        return PrivateOption(act=None, why="Meta permits a private reply only to comments under our own posts.")
    if standing.private_reply_used:
        return PrivateOption(act=None, why="Meta permits one private reply a comment, and it was used.")
    until = standing.published_at + PRIVATE_REPLY_WITHIN
    if now >= until:
        return PrivateOption(act=None, why="Meta permits a private reply only within 7 days of the comment.")
    return PrivateOption(act=Act.PRIVATE_REPLY, until=until)


_MESSENGER_LINK = "https://m.me/"


def facebook_permissions(standing: ReplyContext, *, page_id: str, now: datetime) -> Permissions:
    """Read Facebook's rules against one post or comment."""
    ours = is_on_page(standing, page_id=page_id)
    reply = (ours or standing.summoned) and not standing.hidden
    private = private_option(standing, on_our_page=ours, now=now)
    return Permissions(
        reply=reply,
        private_message=private.act is not None,
        private_act=private.act or Act.PRIVATE_MESSAGE,
        private_until=private.until,
        hide=ours and standing.kind in {"comment", "reply"},
        why=_why_not_on_facebook(standing, reply=reply) or private.why,
        compose_link=f"{_MESSENGER_LINK}{page_id}",
    )


def is_on_page(standing: ReplyContext, *, page_id: str) -> bool:
    """Whether it stands under a post of ours, or is or answers a post that a visitor left on our Page."""
    on_page = f"{page_id}_"
    parent = standing.parent_external_id or ""
    return standing.root_is_ours or standing.external_id.startswith(on_page) or parent.startswith(on_page)


def _why_not_on_facebook(standing: ReplyContext, *, reply: bool) -> str:
    if standing.hidden:
        return "The comment is hidden, so that an answer would not be seen."
    return "" if reply else "Facebook permits a Page to answer only on its own posts and where it is named."


_INSTAGRAM_LINK = "https://ig.me/m/"


def instagram_permissions(standing: ReplyContext, *, handle: str, now: datetime) -> Permissions:
    """Read Instagram's rules against one comment, or one post that names us.

    A `comment` stands directly under a post, a `reply` under a comment.
    """
    top_level = standing.kind != "reply"
    reply = (standing.root_is_ours or standing.summoned) and top_level and not standing.hidden
    private = private_option(standing, on_our_page=standing.root_is_ours, now=now)
    return Permissions(
        reply=reply,
        private_message=private.act is not None,
        private_act=private.act or Act.PRIVATE_MESSAGE,
        private_until=private.until,
        hide=standing.root_is_ours and standing.kind in {"comment", "reply"},
        why=_why_not_on_instagram(standing, top_level=top_level, reply=reply) or private.why,
        compose_link=f"{_INSTAGRAM_LINK}{handle}" if handle else "",
    )


def _why_not_on_instagram(standing: ReplyContext, *, top_level: bool, reply: bool) -> str:
    if standing.hidden:
        return "Instagram permits no answer to a hidden comment."
    if not top_level:
        return "Instagram permits answers only to comments directly under a post."
    return "" if reply else "Instagram permits answers only under our own posts and where we are named."
