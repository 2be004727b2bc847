"""What the network permits about a mention, as far as its rules and what was heard tell."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from networks.protocol import PostStanding
from records.nouns import Permissions
from records.tables.listener import MentionAccountRow
from records.tables.replies import ReplyRow
from service.house import House
from service.standing import Standing, read_standings

NOT_IN_SETTINGS = Permissions(
    reply=False, private_message=False, hide=False, delete_own=False, why="The account is not in the settings."
)


def permissions_of(house: House, standing: Standing, *, now: datetime) -> Permissions:
    """What the network lets us do about a mention, and what it costs. Asks nobody."""
    network = house.network_of(standing.account_id)
    if network is None:
        return NOT_IN_SETTINGS
    return network.permissions(
        PostStanding(
            external_id=standing.external_id,
            summoned=standing.summoned,
            person_wrote_first=standing.person_wrote_at is not None,
            person_wrote_at=standing.person_wrote_at,
            private_reply_used=standing.private_reply_used,
            root_is_ours=standing.root_is_ours,
            published_at=standing.published_at,
            parent_external_id=standing.parent_external_id,
            kind=standing.kind,
            hidden=standing.hidden,
        ),
        now=now,
    )


def permissions_for(session: Session, house: House, reply: ReplyRow, *, now: datetime) -> Permissions | None:
    """What the network permits about the mention of a reply, as if that reply had not been written.

    None where the mention is not judged yet, or no longer.
    """
    link = session.execute(
        select(col(MentionAccountRow.id)).where(
            col(MentionAccountRow.mention_id) == reply.mention_id, col(MentionAccountRow.account_id) == reply.account_id
        )
    ).scalar_one_or_none()
    if link is None:
        return None
    standings = read_standings(session, [link], now=now, but_for=reply.id)
    return permissions_of(house, standings[0], now=now) if standings else None
