"""A person confirms that an act whose delivery is unknown is on the network."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from listener.ingest.own_posts import mark_as_ours
from networks.permalinks import message_id, post_id
from records.enums import PRIVATE_ACTS
from records.models import Actor
from records.refusals import RefusalError
from records.tables.listener import MentionRow
from records.tables.replies import ReplyRow
from replies.draft import TEXT_ACTS
from replies.lifecycle import delivery_unknown, locked
from replies.log_entries import log_subjects
from replies.outcome import Recorder, mark_sent
from service.delivery.ports import AppDeliveryPorts
from service.desk.authorise import SPEAKERS, authorised_write
from service.wiring.app import App

NOT_IN_DOUBT = "It is no longer in doubt whether this was sent: load the list again."
NO_SUCH_NAME = "This names no answer on the network: copy the link of the answer, or its id."
OF_ANOTHER = "Another answer of ours goes by this id: copy the link of the one that you compared."
OF_THE_PERSON = "This is the person's post, not our answer: copy the link of the answer."


def confirm_sent(app: App, reply_id: int, *, external_id: str | None, actor: Actor, now: datetime) -> None:
    """Record an act whose delivery is unknown as sent: its actor has seen it on the network as `external_id`.

    A link will do as well. An act without words, such as a hide, needs neither. Refused where the delivery is not
    unknown, where nothing is named, and where the id is another act's or a person's.
    """
    with authorised_write(app, actor, SPEAKERS) as session:
        row = locked(session, reply_id)
        if not delivery_unknown(row):
            raise RefusalError(NOT_IN_DOUBT, code="delivery-known")
        network = app.accounts[row.account_id].network
        found = _named(network, row, external_id or "")
        if row.act in TEXT_ACTS:
            _refuse_known(session, app, row, network, found)
            mark_as_ours(session, network, [found])
        subject = log_subjects(session, {row.mention_id})[row.mention_id]
        recorder = Recorder(ports=AppDeliveryPorts(app=app), actor=actor, subject=subject)
        mark_sent(session, row, found, recorder=recorder, now=now)


def _named(network: str, row: ReplyRow, named: str) -> str:
    if row.act not in TEXT_ACTS:
        return row.target_external_id
    found = message_id(named) if row.act in PRIVATE_ACTS else post_id(network, named)
    if found is None:
        raise RefusalError(NO_SUCH_NAME, code="no-such-answer")
    return found


def _refuse_known(session: Session, app: App, row: ReplyRow, network: str, external_id: str) -> None:
    on_network = [account.id for account in app.accounts.values() if account.network == network]
    taken = select(col(ReplyRow.id)).where(
        col(ReplyRow.external_id) == external_id,
        col(ReplyRow.account_id).in_(on_network),
        col(ReplyRow.id) != row.id,
    )
    if session.execute(taken).first() is not None:
        raise RefusalError(OF_ANOTHER, code="id-of-another-answer")
    heard = select(col(MentionRow.id)).where(
        col(MentionRow.network) == network, col(MentionRow.external_id) == external_id
    )
    if row.target_external_id == external_id or session.execute(heard).first() is not None:
        raise RefusalError(OF_THE_PERSON, code="id-of-the-post")
