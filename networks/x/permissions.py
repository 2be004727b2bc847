"""What X permits an account to do about a post, and what it charges (its rules as of August 2026)."""

from __future__ import annotations

from networks import prices
from networks.protocol import ReplyContext
from records.models import Permissions

_COMPOSE = "https://twitter.com/messages/compose"


def permissions_for(context: ReplyContext, *, account_external_id: str) -> Permissions:
    """Read X's rules against one post.

    The account may reply only where the post mentions or quotes it, write only after the person wrote, and hide replies
    only in a conversation that it began. X knows no private reply to a post.
    """
    reply = context.mentions_us and not context.hidden
    private = context.person_wrote_first
    hide = context.root_is_ours and context.kind in {"reply", "comment"}
    return Permissions(
        reply=reply,
        private_message=private,
        hide=hide,
        reply_cost=prices.X_SUMMONED_REPLY if reply else 0.0,
        private_cost=prices.X_DIRECT_MESSAGE if private else 0.0,
        hide_cost=prices.X_HIDING if hide else 0.0,
        link_cost=prices.X_LINK_ADDS if reply else 0.0,
        why=_why(context),
        compose_link=f"{_COMPOSE}?recipient_id={account_external_id}",
    )


def _why(context: ReplyContext) -> str:
    if context.hidden:
        return "The post is hidden, so that an answer would not be seen."
    if not context.mentions_us:
        return "X permits a reply only where the author mentioned or quoted the account."
    if not context.person_wrote_first:
        return "X permits a direct message only after the person wrote first."
    return ""
