"""What a network shows of an act whose delivery is unknown."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Engine, select
from sqlmodel import Session, col

from networks.protocol import Network
from records.database import reading
from records.enums import PRIVATE_ACTS, Act, ReplyStatus
from records.tables.listener import MentionRow, OwnPostRow
from records.tables.replies import ReplyRow
from replies.draft import TEXT_ACTS
from replies.fingerprint import fingerprint, resembles
from replies.send_context import SendContext

UNSETTLED = (ReplyStatus.SENDING, ReplyStatus.UNKNOWN)
"""Statuses of acts of which it is not known yet whether the network took them."""
CLOCKS_DIFFER = timedelta(minutes=2)
"""A network's clock may be this far behind ours."""


class Presence(StrEnum):
    """Whether a reading found the act on the network."""

    THERE = "there"
    ABSENT = "absent"
    DOUBTFUL = "doubtful"
    """A text is there that may be ours, or the network does not say: a person must find out."""
    OUT_OF_SIGHT = "out_of_sight"
    """The target post is gone, and with it all that was done to it or written under it: absence proves nothing."""


@dataclass(frozen=True, kw_only=True)
class Trace:
    """One text of our account, as the network shows it."""

    external_id: str
    text: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The outcome of one reading."""

    presence: Presence
    external_id: str | None = None
    """The network's id of the act; only where it is there."""


def read_evidence(
    engine: Engine, network: Network, context: SendContext, *, secrets: Collection[str], until: datetime
) -> Evidence:
    """What the network shows of the act, published until `until`. Raises NetworkError."""
    reply = context.reply
    if reply.act not in TEXT_ACTS:
        return read_state(network, reply)
    traces = read_traces(network, reply, person_external_id=context.person_external_id, until=until)
    with reading(engine) as session:
        known = _of_other_acts(session, reply, traces) | _of_others_unsettled(session, context, traces, secrets)
    evidence = weigh(reply, traces, known=known, secrets=secrets)
    if evidence.presence is not Presence.ABSENT or reply.act in PRIVATE_ACTS:
        return evidence
    return evidence if network.look_up(reply.target_external_id).exists else Evidence(presence=Presence.OUT_OF_SIGHT)


def read_state(network: Network, reply: ReplyRow) -> Evidence:
    """Whether the post is hidden, shown or deleted as the act would leave it. Raises NetworkError."""
    state = network.look_up(reply.target_external_id)
    if reply.act in {Act.HIDE, Act.UNHIDE} and not state.exists:
        return Evidence(presence=Presence.OUT_OF_SIGHT)
    if reply.act in {Act.HIDE, Act.UNHIDE} and state.hidden is None:
        return Evidence(presence=Presence.DOUBTFUL)
    done = {
        Act.HIDE: state.hidden is True,
        Act.UNHIDE: state.hidden is False,
        Act.DELETE: not state.exists,
    }[Act(reply.act)]
    if not done:
        return Evidence(presence=Presence.ABSENT)
    return Evidence(presence=Presence.THERE, external_id=reply.target_external_id)


def read_traces(network: Network, reply: ReplyRow, *, person_external_id: str, until: datetime) -> tuple[Trace, ...]:
    """What our account wrote in the place of the reply since shortly before it was sent. Raises NetworkError."""
    since = (reply.sending_at or reply.created_at) - CLOCKS_DIFFER
    if reply.act in PRIVATE_ACTS:
        messages = network.private_messages_with(person_external_id)
        return tuple(
            Trace(external_id=message.external_id, text=message.text, at=message.sent_at)
            for message in messages
            if message.outgoing and message.sent_at >= since
        )
    posts = network.own_replies_under(reply.target_external_id, since=since, until=until)
    return tuple(Trace(external_id=post.external_id, text=post.text, at=post.published_at) for post in posts)


def weigh(
    reply: ReplyRow, traces: Sequence[Trace], *, known: Collection[str], secrets: Collection[str] = ()
) -> Evidence:
    """Whether one of `traces` is the reply; `known` are ids that belong to other acts.

    Equal fingerprints prove it. A cut or rewritten text is taken for it where it resembles it. Any other text of our
    account in that place makes it doubtful, since sending again could publish it twice.
    """
    unknown = [trace for trace in traces if trace.external_id not in known]
    left = reply.sending_at or reply.created_at
    for trace in unknown:
        if fingerprint(trace.text, secrets=secrets) == fingerprint(reply.text):
            return Evidence(presence=Presence.THERE, external_id=trace.external_id)
    after = [trace for trace in unknown if trace.at >= left - CLOCKS_DIFFER]
    for trace in after:
        if resembles(trace.text, reply.text, secrets=secrets):
            return Evidence(presence=Presence.THERE, external_id=trace.external_id)
    doubtful = bool(after) and reply.act == Act.PUBLIC_REPLY
    return Evidence(presence=Presence.DOUBTFUL if doubtful else Presence.ABSENT)


def _of_other_acts(session: Session, reply: ReplyRow, traces: Sequence[Trace]) -> set[str]:
    ids = [trace.external_id for trace in traces]
    sent = select(col(ReplyRow.external_id)).where(col(ReplyRow.external_id).in_(ids), col(ReplyRow.id) != reply.id)
    before = select(col(OwnPostRow.external_id)).where(
        col(OwnPostRow.external_id).in_(ids), col(OwnPostRow.heard_at) < (reply.sending_at or reply.created_at)
    )
    return {id_ for query in (sent, before) for id_ in session.execute(query).scalars() if id_ is not None}


def _of_others_unsettled(
    session: Session, context: SendContext, traces: Sequence[Trace], secrets: Collection[str]
) -> set[str]:
    """Traces with the fingerprint of another unsettled act in the same place; they are not taken for this one."""
    reply = context.reply
    query = select(col(ReplyRow.fingerprint)).where(
        col(ReplyRow.account_id) == reply.account_id,
        col(ReplyRow.status).in_([status.value for status in UNSETTLED]),
        col(ReplyRow.id) != reply.id,
    )
    if reply.act in PRIVATE_ACTS:
        of_person = select(col(MentionRow.id)).where(col(MentionRow.identity_id) == context.mention.identity_id)
        query = query.where(col(ReplyRow.mention_id).in_(of_person), col(ReplyRow.act).in_(sorted(PRIVATE_ACTS)))
    else:
        query = query.where(col(ReplyRow.target_external_id) == reply.target_external_id)
    others = set(session.execute(query).scalars()) - {reply.fingerprint}
    return {trace.external_id for trace in traces if fingerprint(trace.text, secrets=secrets) in others}
