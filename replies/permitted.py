"""What a network would refuse, as far as its rules can be read before it is asked. Pure."""

from __future__ import annotations

from records.nouns import Permissions
from records.tables.replies import ReplyRow
from records.words import PRIVATE_ACTS, Act
from replies.dispatching import Stop, held


def stop_by_permission(reply: ReplyRow, permissions: Permissions | None) -> Stop | None:
    """Hold what is not permitted, or no longer; None where it may be tried, or nobody knows what is permitted."""
    why = "" if permissions is None else _why_not(Act(reply.act), permissions)
    return held(why) if why else None


def _why_not(act: Act, permissions: Permissions) -> str:
    if act in PRIVATE_ACTS:
        return _why_not_privately(act, permissions)
    permitted, otherwise = {
        Act.PUBLIC_REPLY: (permissions.reply, permissions.why or "The network does not permit this answer."),
        Act.HIDE: (permissions.hide, "The network does not permit hiding this post."),
        Act.UNHIDE: (permissions.hide, "The network does not permit showing this post again."),
        Act.DELETE: (permissions.delete_own, "The network does not permit deleting this answer."),
    }[act]
    return "" if permitted else otherwise


def _why_not_privately(act: Act, permissions: Permissions) -> str:
    if not permissions.private_message:
        return permissions.why or "The time in which the network permits a private message has passed."
    if act is Act.PRIVATE_MESSAGE and permissions.private_act is Act.PRIVATE_REPLY:
        return "The network permits a private reply to the post, and no other message: withhold it and write anew."
    return ""
