"""Attribution: which posts and messages of our own accounts were sent through the outbox.

An act of which the network never confirmed that it took it is confirmed by whichever comes first: a reading that looks
for it (`reconcile`), or a feed that brings it. A feed brings each item once, so it is attributed then or never.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlmodel import Session, col

from networks.protocol import OwnPost
from records.enums import PRIVATE_ACTS, Act, ReplyStatus
from records.models import Actor, FetchedMessage
from records.tables.listener import DirectMessageRow, MentionRevisionRow, MentionRow, OwnPostRow
from records.tables.people import IdentityRow
from records.tables.replies import ReplyRow
from records.tables.service import AccountRow
from replies.evidence import CLOCKS_DIFFER
from replies.fingerprint import fingerprint
from replies.log_entries import log_subjects
from replies.outcome import Recorder, mark_sent
from replies.ports import DeliveryPorts

_UNCONFIRMED = (
    ReplyStatus.SENDING,
    ReplyStatus.UNKNOWN,
    ReplyStatus.HELD,
    ReplyStatus.APPROVED,
    ReplyStatus.DRAFT,  # one of two people approved what may have been sent
)


@dataclass(frozen=True, kw_only=True)
class OwnText:
    """A post or private message of one of our accounts, as a feed brings it."""

    external_id: str
    place: str
    """The post that it answers; in private, the person's id on the network."""
    fingerprint: str
    at: datetime
    heard_at: datetime | None = None
    """When it was first fetched; None where it is fetched now."""


@dataclass(frozen=True, kw_only=True)
class UnconfirmedAct:
    """An act whose request left, or may have, and whose id on the network is not recorded."""

    reply_id: int
    fingerprint: str
    places: frozenset[str]
    """The target, by every id that it goes by."""
    flattened: str | None
    """The post that the target answers: a network with two levels of comments shows our answer under it."""
    created_at: datetime
    left_at: datetime


@dataclass(frozen=True, kw_only=True)
class Attribution:
    """Which of the fetched texts Aparte sent."""

    ours: frozenset[str]
    """Ids on the network, of sent acts and of unconfirmed ones."""
    confirmed: tuple[tuple[ReplyRow, str], ...] = ()
    """Unconfirmed acts that are confirmed by this, each with its id. Their rows are locked."""


def attribute_posts(session: Session, account_id: int, posts: Sequence[OwnPost], *, now: datetime) -> Attribution:
    """Which of `posts`, by this account, are public replies that were sent through the outbox.

    A reply under way is attributed and left to its sender, who learns its id.
    """
    if not posts:
        return Attribution(ours=frozenset())
    heard = [post for post in posts if post.parent_external_id]
    marks = {post.external_id: fingerprint(post.text) for post in heard}
    query = _unconfirmed(account_id).where(
        col(ReplyRow.act) == Act.PUBLIC_REPLY.value, col(ReplyRow.fingerprint).in_(set(marks.values()))
    )
    rows = _locked(session, query) if heard else []
    ours = _sent(session, account_id, [post.external_id for post in posts])
    if not rows:
        return Attribution(ours=ours)
    known = _first_heard(session, OwnPostRow, account_id, marks)
    texts = [
        OwnText(
            external_id=post.external_id,
            place=post.parent_external_id or "",
            fingerprint=marks[post.external_id],
            at=post.published_at,
            heard_at=known.get(post.external_id),
        )
        for post in heard
        if post.external_id not in ours
    ]
    return _attribution(rows, ours, pair_texts(texts, _in_public(session, account_id, rows)), now=now)


def attribute_messages(
    session: Session, account_id: int, messages: Sequence[FetchedMessage], *, now: datetime
) -> Attribution:
    """Which outgoing `messages` of this account are private acts that were sent through the outbox."""
    heard = [message for message in messages if message.outgoing]
    if not heard:
        return Attribution(ours=frozenset())
    of_persons = (
        select(col(MentionRow.id))
        .join(IdentityRow, col(IdentityRow.id) == col(MentionRow.identity_id))
        .where(col(IdentityRow.external_id).in_({message.other_external_id for message in heard}))
    )
    query = _unconfirmed(account_id).where(
        col(ReplyRow.act).in_(sorted(PRIVATE_ACTS)), col(ReplyRow.mention_id).in_(of_persons)
    )
    rows = _locked(session, query)
    ids = [message.external_id for message in heard]
    ours = _sent(session, account_id, ids)
    if not rows:
        return Attribution(ours=ours)
    known = _first_heard(session, DirectMessageRow, account_id, ids)
    texts = [
        OwnText(
            external_id=message.external_id,
            place=message.other_external_id,
            # Fingerprints leave links out, so the link of the room is not needed.
            fingerprint=fingerprint(message.text),
            at=message.sent_at,
            heard_at=known.get(message.external_id),
        )
        for message in heard
        if message.external_id not in ours
    ]
    return _attribution(rows, ours, pair_texts(texts, _in_private(session, rows)), now=now)


def pair_texts(texts: Iterable[OwnText], acts: Iterable[UnconfirmedAct]) -> Mapping[int, str]:
    """The id of the text that is each act: one text for one act, the oldest first. Pure.

    A text under the target itself goes before one under the post that the target answers.
    """
    by_time = sorted(texts, key=lambda each: (each.at, len(each.external_id), each.external_id))
    oldest = sorted(acts, key=lambda each: each.reply_id)
    paired: dict[int, str] = {}
    for upwards in (False, True):
        for each in by_time:
            if each.external_id in paired.values():
                continue
            fitting = (act for act in oldest if act.reply_id not in paired and _fits(each, act, upwards=upwards))
            act = next(fitting, None)
            if act is not None:
                paired[act.reply_id] = each.external_id
    return paired


def confirm_attributed(
    session: Session, attributed: Attribution, *, ports: DeliveryPorts, actor: Actor, now: datetime
) -> None:
    """Mark the confirmed acts as sent, last in the transaction."""
    if not attributed.confirmed:
        return
    subjects = log_subjects(session, {row.mention_id for row, _ in attributed.confirmed})
    for row, external_id in attributed.confirmed:
        recorder = Recorder(ports=ports, actor=actor, subject=subjects[row.mention_id])
        mark_sent(session, row, external_id, recorder=recorder, now=now)


def _fits(text: OwnText, act: UnconfirmedAct, *, upwards: bool) -> bool:
    there = text.place == act.flattened if upwards else text.place in act.places
    stood_before = text.heard_at is not None and text.heard_at < act.left_at
    early = text.at < act.created_at - CLOCKS_DIFFER
    return there and text.fingerprint == act.fingerprint and not stood_before and not early


def _unconfirmed(account_id: int) -> Select[ReplyRow]:
    return select(ReplyRow).where(
        col(ReplyRow.account_id) == account_id,
        col(ReplyRow.sent_at).is_(None),
        col(ReplyRow.status).in_([status.value for status in _UNCONFIRMED]),
        col(ReplyRow.attempts) > 0,
        col(ReplyRow.sending_at).is_not(None),
    )


def _locked(session: Session, query: Select[ReplyRow]) -> list[ReplyRow]:
    ordered = query.order_by(col(ReplyRow.id)).with_for_update()
    return list(session.execute(ordered, execution_options={"populate_existing": True}).scalars())


def _sent(session: Session, account_id: int, external_ids: Collection[str]) -> frozenset[str]:
    """Asked after rows were locked, so that an id recorded meanwhile by their sender is seen."""
    query = select(col(ReplyRow.external_id)).where(
        col(ReplyRow.account_id) == account_id, col(ReplyRow.external_id).in_(external_ids)
    )
    return frozenset(id_ for id_ in session.execute(query).scalars() if id_)


def _first_heard(
    session: Session, table: type[OwnPostRow | DirectMessageRow], account_id: int, external_ids: Collection[str]
) -> dict[str, datetime]:
    query = select(col(table.external_id), col(table.heard_at)).where(
        col(table.account_id) == account_id, col(table.external_id).in_(external_ids)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def _in_public(session: Session, account_id: int, rows: Sequence[ReplyRow]) -> list[UnconfirmedAct]:
    network = select(col(AccountRow.network)).where(col(AccountRow.id) == account_id).scalar_subquery()
    query = (
        select(col(MentionRow.external_id), col(MentionRow.parent_external_id), col(MentionRevisionRow.external_id))
        .join(MentionRevisionRow, col(MentionRevisionRow.mention_id) == col(MentionRow.id))
        .where(
            col(MentionRow.network) == network,
            col(MentionRow.external_id).in_({row.target_external_id for row in rows}),
        )
    )
    parents: dict[str, str | None] = {}
    places: dict[str, set[str]] = {}
    for target, parent, version in session.execute(query):
        parents[target] = parent
        # An answer may stand under any version of an edited post.
        places.setdefault(target, set()).add(version)
    return [
        _act(row, {target, *places.get(target, ())}, parents.get(target))
        for row, target in ((row, row.target_external_id) for row in rows)
    ]


def _in_private(session: Session, rows: Sequence[ReplyRow]) -> list[UnconfirmedAct]:
    query = (
        select(col(MentionRow.id), col(IdentityRow.external_id))
        .join(IdentityRow, col(IdentityRow.id) == col(MentionRow.identity_id))
        .where(col(MentionRow.id).in_({row.mention_id for row in rows}))
    )
    persons = {row[0]: row[1] for row in session.execute(query)}
    return [_act(row, {persons[row.mention_id]}, None) for row in rows]


def _act(row: ReplyRow, places: Collection[str], flattened: str | None) -> UnconfirmedAct:
    return UnconfirmedAct(
        reply_id=row.id or 0,
        fingerprint=row.fingerprint,
        places=frozenset(places),
        flattened=flattened,
        created_at=row.created_at,
        left_at=row.sending_at or row.created_at,
    )


def _attribution(
    rows: Sequence[ReplyRow], ours: frozenset[str], paired: Mapping[int, str], *, now: datetime
) -> Attribution:
    confirmed = [(row, paired[row.id or 0]) for row in rows if row.id in paired and not _on_its_way(row, now)]
    return Attribution(ours=ours | frozenset(paired.values()), confirmed=tuple(confirmed))


def _on_its_way(row: ReplyRow, now: datetime) -> bool:
    """True while the process that sends it still holds its lease, and will record its id."""
    return row.status == ReplyStatus.SENDING and row.claimed_until is not None and row.claimed_until > now
