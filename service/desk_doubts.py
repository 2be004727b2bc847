"""What people find out for us: that an act in doubt stands on the network after all."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from listener.own_posts import claim_as_ours
from networks.permalinks import message_id, post_id
from records.nouns import Actor
from records.tables.listener import MentionRow
from records.tables.replies import ReplyRow
from records.words import PRIVATE_ACTS
from replies.acts import TEXT_ACTS
from replies.changes import locked
from replies.doubt import in_doubt
from replies.entries import addressees
from replies.sending import Telling, mark_sent
from service.desk_acting import SPEAKERS, DeskRefusalError, acting
from service.house import House
from service.steps.deliver import dispatching

NOT_IN_DOUBT = "It is no longer in doubt whether this was sent: load the list again."
NO_SUCH_NAME = "This names no answer on the network: copy the link of the answer, or its id."
OF_ANOTHER = "Another answer of ours goes by this id: copy the link of the one that you compared."
OF_THE_PERSON = "This is the person's post, not our answer: copy the link of the answer."


def settle_as_sent(house: House, reply_id: int, *, external_id: str | None, actor: Actor, now: datetime) -> None:
    """Settle an act in doubt as sent: its actor has seen it on the network, where it goes by `external_id`.

    A link will do as well. An act without words, such as a hide, needs neither. Refused where nothing is in doubt,
    where nothing is named, and where the id is another act's or a person's.
    """
    with acting(house, actor, SPEAKERS) as session:
        row = locked(session, reply_id)
        if not in_doubt(row):
            raise DeskRefusalError(NOT_IN_DOUBT)
        network = house.accounts[row.account_id].network
        found = _named(network, row, external_id or "")
        if row.act in TEXT_ACTS:
            _refuse_known(session, house, row, network, found)
            claim_as_ours(session, network, [found])
        telling = Telling(
            desk=dispatching(house), actor=actor, addressee=addressees(session, {row.mention_id})[row.mention_id]
        )
        mark_sent(session, row, found, telling=telling, now=now)


def _named(network: str, row: ReplyRow, named: str) -> str:
    if row.act not in TEXT_ACTS:
        return row.target_external_id
    found = message_id(named) if row.act in PRIVATE_ACTS else post_id(network, named)
    if found is None:
        raise DeskRefusalError(NO_SUCH_NAME)
    return found


def _refuse_known(session: Session, house: House, row: ReplyRow, network: str, external_id: str) -> None:
    on_network = [account.id for account in house.accounts.values() if account.network == network]
    taken = select(col(ReplyRow.id)).where(
        col(ReplyRow.external_id) == external_id,
        col(ReplyRow.account_id).in_(on_network),
        col(ReplyRow.id) != row.id,
    )
    if session.execute(taken).first() is not None:
        raise DeskRefusalError(OF_ANOTHER)
    heard = select(col(MentionRow.id)).where(
        col(MentionRow.network) == network, col(MentionRow.external_id) == external_id
    )
    if row.target_external_id == external_id or session.execute(heard).first() is not None:
        raise DeskRefusalError(OF_THE_PERSON)
