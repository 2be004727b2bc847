"""What the network permits about a mention, as far as its rules and what was heard tell."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from networks.protocol import PostStanding
from records.nouns import Permissions
from records.tables.listener import MentionAccountRow, MentionRow
from records.tables.replies import ReplyRow
from records.words import Feed
from service import surroundings
from service.house import House
from service.standing import Standing

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

    None where the mention no longer concerns the account.
    """
    network = house.network_of(reply.account_id)
    if network is None:
        return NOT_IN_SETTINGS
    row = session.execute(
        select(MentionRow, MentionAccountRow)
        .join(MentionAccountRow, col(MentionAccountRow.mention_id) == col(MentionRow.id))
        .where(
            col(MentionAccountRow.mention_id) == reply.mention_id, col(MentionAccountRow.account_id) == reply.account_id
        )
    ).one_or_none()
    return None if row is None else network.permissions(_standing(session, *row, but_for=reply.id), now=now)


def _standing(session: Session, mention: MentionRow, link: MentionAccountRow, *, but_for: int | None) -> PostStanding:
    account_id, root = link.account_id, mention.root_external_id
    wrote_at = surroundings.when_people_wrote(session, [mention.identity_id]).get((account_id, mention.identity_id))
    replied = surroundings.private_replies(session, [link.mention_id], but_for=but_for)
    return PostStanding(
        external_id=mention.external_id,
        summoned=link.summoned,
        person_wrote_first=wrote_at is not None,
        person_wrote_at=wrote_at,
        private_reply_used=(account_id, link.mention_id) in replied,
        root_is_ours=link.feed == Feed.COMMENTS or (account_id, root) in surroundings.own_roots(session, [root]),
        published_at=mention.published_at,
        parent_external_id=mention.parent_external_id,
        kind=mention.kind,
        hidden=mention.hidden_at is not None,
    )
