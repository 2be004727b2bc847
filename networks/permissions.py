"""Whether a network permits an act, by the permissions read for one post: the one place that says so. Pure."""

from __future__ import annotations

from records.enums import PRIVATE_ACTS, Act
from records.models import Permissions

NOT_IN_SETTINGS = Permissions(
    reply=False, private_message=False, hide=False, delete_own=False, why="The account is not in the settings."
)


def permits(permissions: Permissions, act: Act) -> bool:
    """True where the network permits the act now, as far as its rules can be read before it is asked."""
    return not refusal(permissions, act)


def permits_privately(permissions: Permissions) -> bool:
    """True where any private act is permitted: a message, or else the one private reply to the comment."""
    return permits(permissions, permissions.private_act)


def refusal(permissions: Permissions, act: Act) -> str:
    """Why the network permits no such act, in one sentence; empty where it does."""
    if act in PRIVATE_ACTS:
        return _private_refusal(permissions, act)
    permitted, otherwise = {
        Act.PUBLIC_REPLY: (permissions.reply, permissions.why or "The network does not permit this answer."),
        Act.HIDE: (permissions.hide, "The network does not permit hiding this post."),
        Act.UNHIDE: (permissions.hide, "The network does not permit showing this post again."),
        Act.DELETE: (permissions.delete_own, "The network does not permit deleting this answer."),
    }[act]
    return "" if permitted else otherwise


def _private_refusal(permissions: Permissions, act: Act) -> str:
    if not permissions.private_message:
        return permissions.why or "The time in which the network permits a private message has passed."
    if act is Act.PRIVATE_MESSAGE and permissions.private_act is Act.PRIVATE_REPLY:
        return "The network permits a private reply to the post, and no other message: withhold it and write anew."
    return ""
