"""What a network shows of an act that may or may not have been taken."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from networks.protocol import Network
from records.tables.replies import ReplyRow
from records.words import PRIVATE_ACTS, Act
from replies.fingerprint import fingerprint, resembles

CLOCKS_DIFFER = timedelta(minutes=2)
"""A network's clock may be this far behind ours."""


class Found(StrEnum):
    """What a reading says of an act."""

    THERE = "there"
    ABSENT = "absent"
    DOUBTFUL = "doubtful"
    """Something stands there that may be ours, or the network does not tell: only a person can find out."""
    OUT_OF_SIGHT = "out_of_sight"
    """The post that it is about is gone, with what was done to it or said under it: seeing nothing proves nothing."""


@dataclass(frozen=True, kw_only=True)
class Trace:
    """One text of our account, as the network shows it."""

    external_id: str
    text: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The outcome of one reading."""

    found: Found
    external_id: str | None = None
    """The network's id of the act; only where it is there."""


def read_state(network: Network, reply: ReplyRow) -> Evidence:
    """Whether a post stands as a hide, an unhide or a deletion leaves it. Raises NetworkError."""
    state = network.look_up(reply.target_external_id)
    if reply.act in {Act.HIDE, Act.UNHIDE} and not state.exists:
        return Evidence(found=Found.OUT_OF_SIGHT)
    if reply.act in {Act.HIDE, Act.UNHIDE} and state.hidden is None:
        return Evidence(found=Found.DOUBTFUL)
    done = {
        Act.HIDE: state.hidden is True,
        Act.UNHIDE: state.hidden is False,
        Act.DELETE: not state.exists,
    }[Act(reply.act)]
    if not done:
        return Evidence(found=Found.ABSENT)
    return Evidence(found=Found.THERE, external_id=reply.target_external_id)


def read_traces(network: Network, reply: ReplyRow, *, person_external_id: str, until: datetime) -> tuple[Trace, ...]:
    """What our account wrote where the reply went, since shortly before it left. Raises NetworkError."""
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

    Equal fingerprints prove it. A cut or rewritten text is taken for ours where it is alike. Anything else of our
    account in that place leaves doubt, since sending again could say it twice.
    """
    unknown = [trace for trace in traces if trace.external_id not in known]
    left = reply.sending_at or reply.created_at
    for trace in unknown:
        if fingerprint(trace.text, secrets=secrets) == fingerprint(reply.text):
            return Evidence(found=Found.THERE, external_id=trace.external_id)
    after = [trace for trace in unknown if trace.at >= left - CLOCKS_DIFFER]
    for trace in after:
        if resembles(trace.text, reply.text, secrets=secrets):
            return Evidence(found=Found.THERE, external_id=trace.external_id)
    doubtful = bool(after) and reply.act == Act.PUBLIC_REPLY
    return Evidence(found=Found.DOUBTFUL if doubtful else Found.ABSENT)
