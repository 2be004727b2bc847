"""Reads what a network shows of an act of ours, told apart from all other acts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Engine, select
from sqlmodel import Session, col

from networks.protocol import Network
from records.database import reading
from records.tables.listener import MentionRow, OwnPostRow
from records.tables.replies import ReplyRow
from records.words import PRIVATE_ACTS, ReplyStatus
from replies.acts import TEXT_ACTS
from replies.evidence import Evidence, Found, Trace, read_state, read_traces, weigh
from replies.fingerprint import fingerprint
from replies.situation import Situation

IN_DOUBT = (ReplyStatus.SENDING, ReplyStatus.UNKNOWN)
"""Statuses of acts of which nobody knows yet whether the network took them."""


def read_evidence(
    engine: Engine, network: Network, situation: Situation, *, secrets: Collection[str], until: datetime
) -> Evidence:
    """What the network shows of the act, published until `until`. Raises NetworkError."""
    reply = situation.reply
    if reply.act not in TEXT_ACTS:
        return read_state(network, reply)
    traces = read_traces(network, reply, person_external_id=situation.person_external_id, until=until)
    with reading(engine) as session:
        known = _of_other_acts(session, reply, traces) | _of_others_in_doubt(session, situation, traces, secrets)
    evidence = weigh(reply, traces, known=known, secrets=secrets)
    if evidence.found is not Found.ABSENT or reply.act in PRIVATE_ACTS:
        return evidence
    return evidence if network.look_up(reply.target_external_id).exists else Evidence(found=Found.OUT_OF_SIGHT)


def _of_other_acts(session: Session, reply: ReplyRow, traces: Sequence[Trace]) -> set[str]:
    ids = [trace.external_id for trace in traces]
    sent = select(col(ReplyRow.external_id)).where(col(ReplyRow.external_id).in_(ids), col(ReplyRow.id) != reply.id)
    before = select(col(OwnPostRow.external_id)).where(
        col(OwnPostRow.external_id).in_(ids), col(OwnPostRow.heard_at) < (reply.sending_at or reply.created_at)
    )
    return {id_ for query in (sent, before) for id_ in session.execute(query).scalars() if id_ is not None}


def _of_others_in_doubt(
    session: Session, situation: Situation, traces: Sequence[Trace], secrets: Collection[str]
) -> set[str]:
    """Traces that are the very text of another unsettled act in the same place: alike is not enough to take them."""
    reply = situation.reply
    query = select(col(ReplyRow.fingerprint)).where(
        col(ReplyRow.account_id) == reply.account_id,
        col(ReplyRow.status).in_([status.value for status in IN_DOUBT]),
        col(ReplyRow.id) != reply.id,
    )
    if reply.act in PRIVATE_ACTS:
        of_person = select(col(MentionRow.id)).where(col(MentionRow.identity_id) == situation.mention.identity_id)
        query = query.where(col(ReplyRow.mention_id).in_(of_person), col(ReplyRow.act).in_(sorted(PRIVATE_ACTS)))
    else:
        query = query.where(col(ReplyRow.target_external_id) == reply.target_external_id)
    others = set(session.execute(query).scalars()) - {reply.fingerprint}
    return {trace.external_id for trace in traces if fingerprint(trace.text, secrets=secrets) in others}
