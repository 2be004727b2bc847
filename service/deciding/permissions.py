"""What the network permits about a mention, and what it costs, by its rules and by what was fetched."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from networks.protocol import ReplyContext
from records.enums import Feed
from records.models import Permissions
from records.tables.listener import MentionAccountRow, MentionRow
from records.tables.replies import ReplyRow
from service.deciding import thread_history
from service.deciding.context import MentionContext
from service.wiring.app import App

NOT_IN_SETTINGS = Permissions(
    reply=False, private_message=False, hide=False, delete_own=False, why="The account is not in the settings."
)


def permissions_of(app: App, standing: MentionContext, *, now: datetime) -> Permissions:
    """What the network lets us do about a mention, and what it costs. Asks nobody."""
    network = app.network_of(standing.account_id)
    if network is None:
        return NOT_IN_SETTINGS
    return network.permissions(
        ReplyContext(
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


def permissions_for_reply(session: Session, app: App, reply: ReplyRow, *, now: datetime) -> Permissions | None:
    """What the network permits about the mention of a reply, as if that reply had not been written.

    None where the mention no longer concerns the account.
    """
    network = app.network_of(reply.account_id)
    if network is None:
        return NOT_IN_SETTINGS
    row = session.execute(
        select(MentionRow, MentionAccountRow)
        .join(MentionAccountRow, col(MentionAccountRow.mention_id) == col(MentionRow.id))
        .where(
            col(MentionAccountRow.mention_id) == reply.mention_id, col(MentionAccountRow.account_id) == reply.account_id
        )
    ).one_or_none()
    return None if row is None else network.permissions(_post_standing(session, *row, but_for=reply.id), now=now)


def _post_standing(
    session: Session, mention: MentionRow, link: MentionAccountRow, *, but_for: int | None
) -> ReplyContext:
    account_id, root = link.account_id, mention.root_external_id
    wrote_at = thread_history.when_people_wrote(session, [mention.identity_id]).get((account_id, mention.identity_id))
    replied = thread_history.private_replies(session, [link.mention_id], but_for=but_for)
    return ReplyContext(
        external_id=mention.external_id,
        summoned=link.summoned,
        person_wrote_first=wrote_at is not None,
        person_wrote_at=wrote_at,
        private_reply_used=(account_id, link.mention_id) in replied,
        root_is_ours=link.feed == Feed.COMMENTS
        or (account_id, root) in thread_history.threads_we_began(session, [root]),
        published_at=mention.published_at,
        parent_external_id=mention.parent_external_id,
        kind=mention.kind,
        hidden=mention.hidden_at is not None,
    )
