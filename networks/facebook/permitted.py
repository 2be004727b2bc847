"""What Facebook lets a Page do about a post (its rules as of September 2026). Nothing is charged for."""

from __future__ import annotations

from datetime import datetime

from networks.meta.permitted import private_way
from networks.protocol import PostStanding
from records.nouns import Permissions
from records.words import Act

_COMPOSE = "https://m.me/"


def permitted(standing: PostStanding, *, page_id: str, now: datetime) -> Permissions:
    """Read Facebook's rules against one post or comment."""
    ours = is_on_page(standing, page_id=page_id)
    reply = (ours or standing.summoned) and not standing.hidden
    private = private_way(standing, on_our_page=ours, now=now)
    return Permissions(
        reply=reply,
        private_message=private.act is not None,
        private_act=private.act or Act.PRIVATE_MESSAGE,
        private_until=private.until,
        hide=ours and standing.kind in {"comment", "reply"},
        why=_why(standing, reply=reply) or private.why,
        compose_link=f"{_COMPOSE}{page_id}",
    )


def is_on_page(standing: PostStanding, *, page_id: str) -> bool:
    """Whether it stands under a post of ours, or is or answers a post that a visitor left on our Page."""
    on_page = f"{page_id}_"
    parent = standing.parent_external_id or ""
    return standing.root_is_ours or standing.external_id.startswith(on_page) or parent.startswith(on_page)


def _why(standing: PostStanding, *, reply: bool) -> str:
    if standing.hidden:
        return "The comment is hidden, so that an answer would not be seen."
    return "" if reply else "Facebook permits a Page to answer only on its own posts and where it is named."
