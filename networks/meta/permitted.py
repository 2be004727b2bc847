"""Which private way Meta leaves open to an account (Messenger Platform: "Private Replies", "Messaging Window")."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from networks.protocol import PostStanding
from records.words import Act

ANSWERED_WITHIN = timedelta(hours=24)
"""A message may follow the person's last one for so long."""

PRIVATE_REPLY_WITHIN = timedelta(days=7)
"""A comment may get its one private reply for so long."""


@dataclass(frozen=True, kw_only=True)
class PrivateWay:
    """The private act that is possible now, and until when; none, and why not."""

    act: Act | None
    until: datetime | None = None
    why: str = ""


def private_way(standing: PostStanding, *, on_our_page: bool, now: datetime) -> PrivateWay:
    """A message where the person wrote within a day, else the one private reply to what they said on our page.

    The message comes first, since it does not use the private reply up.
    """
    wrote_at = standing.person_wrote_at
    if wrote_at is not None and now < wrote_at + ANSWERED_WITHIN:
        return PrivateWay(act=Act.PRIVATE_MESSAGE, until=wrote_at + ANSWERED_WITHIN)
    if not on_our_page:
        return PrivateWay(act=None, why="Meta permits a private reply only to comments under our own posts.")
    if standing.private_reply_used:
        return PrivateWay(act=None, why="Meta permits one private reply a comment, and it was used.")
    until = standing.published_at + PRIVATE_REPLY_WITHIN
    if now >= until:
        return PrivateWay(act=None, why="Meta permits a private reply only within 7 days of the comment.")
    return PrivateWay(act=Act.PRIVATE_REPLY, until=until)
