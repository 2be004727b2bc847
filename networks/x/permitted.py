"""What X lets an account do about a post, and what it charges (its rules as of August 2026)."""

from __future__ import annotations

from networks.protocol import PostStanding
from records.nouns import Permissions

SUMMONED_REPLY_COST = 0.01
"""US dollars a reply to somebody who mentioned or quoted the account."""

_COMPOSE = "https://twitter.com/messages/compose"


def permitted(standing: PostStanding, *, account_external_id: str) -> Permissions:
    """Read X's rules against one post: only a summoned account replies, only after the person wrote may it write."""
    reply = standing.summoned and not standing.hidden
    return Permissions(
        reply=reply,
        private_message=standing.person_wrote_first,
        hide=standing.root_is_ours and standing.kind in {"reply", "comment"},
        reply_cost=SUMMONED_REPLY_COST if reply else 0.0,
        why=_why(standing),
        compose_link=f"{_COMPOSE}?recipient_id={account_external_id}",
    )


def _why(standing: PostStanding) -> str:
    if standing.hidden:
        return "The post is hidden, so that an answer would not be seen."
    if not standing.summoned:
        return "X permits a reply only where the author mentioned or quoted the account."
    if not standing.person_wrote_first:
        return "X permits a direct message only after the person wrote first."
    return ""
