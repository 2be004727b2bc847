"""What Instagram lets an account do about a comment (its rules as of September 2026). Nothing is charged for."""

from __future__ import annotations

from datetime import datetime

from networks.meta.permitted import private_way
from networks.protocol import PostStanding
from records.nouns import Permissions
from records.words import Act

_COMPOSE = "https://ig.me/m/"


def permitted(standing: PostStanding, *, handle: str, now: datetime) -> Permissions:
    """Read Instagram's rules against one comment, or one post that names us.

    A `comment` stands directly under a post, a `reply` under a comment.
    """
    top_level = standing.kind != "reply"
    reply = (standing.root_is_ours or standing.summoned) and top_level and not standing.hidden
    private = private_way(standing, on_our_page=standing.root_is_ours, now=now)
    return Permissions(
        reply=reply,
        private_message=private.act is not None,
        private_act=private.act or Act.PRIVATE_MESSAGE,
        private_until=private.until,
        hide=standing.root_is_ours and standing.kind in {"comment", "reply"},
        why=_why(standing, top_level=top_level, reply=reply) or private.why,
        compose_link=f"{_COMPOSE}{handle}" if handle else "",
    )


def _why(standing: PostStanding, *, top_level: bool, reply: bool) -> str:
    if standing.hidden:
        return "Instagram permits no answer to a hidden comment."
    if not top_level:
        return "Instagram permits answers only to comments directly under a post."
    return "" if reply else "Instagram permits answers only under our own posts and where we are named."
