"""What was read of a person in private, and what they said of themselves in public: the guard compares both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlmodel import Session, col

from classifier.personal_data import find_personal_data
from people.customers import known_values
from people.links import live_link
from people.vault import Vault
from policies.known_values import MOST_VALUES
from policies.said_values import file_name_values, said_values
from records.tables.cases import CareCaseRow
from records.tables.listener import DirectMessageRow, MentionRevisionRow, MentionRow
from records.tables.people import IdentityRow
from records.tables.room import RoomFileRow, RoomMessageRow, RoomRow

MOST_MESSAGES = 500
"""Newest messages of each private conversation that are read."""
MOST_POSTS = 100
"""Newest posts of the person in the thread that count as published."""


@dataclass(frozen=True, kw_only=True)
class TrackedValues:
    """Of one person: what may not be said in public, and their own public words, which excuse a repetition."""

    known: tuple[str, ...] = ()
    published: tuple[str, ...] = ()


def tracked_values(session: Session, vault: Vault, *, mention_id: int, market: str) -> TrackedValues:
    """What is tracked for a public text that answers `mention_id`.

    Known is what the customer's record tells (of the customer tied to the handle, and of whoever proved a record in
    one of the person's rooms), the values that the person and agents said in their rooms and direct messages, and
    the names of files. Published are the person's own posts in the thread, as they stand, and their profile. The
    tracking references of their cases are no secret of theirs. Raises DamagedSealError where a record does not open.
    """
    mention = session.get(MentionRow, mention_id)
    if mention is None:
        return TrackedValues()
    rooms = list(session.execute(select(RoomRow).where(col(RoomRow.identity_id) == mention.identity_id)).scalars())
    told = dict.fromkeys(
        [
            *_of_records(session, vault, mention.identity_id, rooms),
            *_of_conversations(session, mention.identity_id, [room.id or 0 for room in rooms], market),
        ]
    )
    of_cases = select(col(CareCaseRow.reference)).where(col(CareCaseRow.identity_id) == mention.identity_id)
    references = set(_texts(session, of_cases))
    known = tuple(value for value in told if value not in references)
    # One more than the guard compares makes it refuse to compare at all.
    return TrackedValues(known=known[: MOST_VALUES + 1], published=tuple(_published(session, mention)))


def _of_records(session: Session, vault: Vault, identity_id: int, rooms: Sequence[RoomRow]) -> Iterator[str]:
    linked = live_link(session, identity_id)
    proved = [room.customer_id for room in rooms if room.customer_id is not None]
    for customer_id in dict.fromkeys([*proved, *([linked.customer_id] if linked else [])]):
        yield from known_values(session, vault, customer_id)


def _of_conversations(session: Session, identity_id: int, room_ids: Sequence[int], market: str) -> Iterator[str]:
    said = select(col(RoomMessageRow.text)).where(col(RoomMessageRow.room_id).in_(room_ids))
    sent = select(col(DirectMessageRow.text)).where(col(DirectMessageRow.identity_id) == identity_id)
    for query in (
        said.order_by(col(RoomMessageRow.id).desc()),
        sent.order_by(col(DirectMessageRow.id).desc()),
    ):
        for text in _texts(session, query.limit(MOST_MESSAGES)):
            yield from said_values(text, find_personal_data=lambda exact: find_personal_data(exact, market=market))
    for name in _texts(session, select(col(RoomFileRow.name)).where(col(RoomFileRow.room_id).in_(room_ids))):
        yield from file_name_values(name)


def _published(session: Session, mention: MentionRow) -> Iterator[str]:
    posts = (
        select(col(MentionRevisionRow.text))
        .join(MentionRow, col(MentionRow.id) == col(MentionRevisionRow.mention_id))
        .where(
            col(MentionRow.network) == mention.network,
            col(MentionRow.root_external_id) == mention.root_external_id,
            col(MentionRow.identity_id) == mention.identity_id,
            col(MentionRow.deleted_at).is_(None),
            col(MentionRow.hidden_at).is_(None),
            col(MentionRevisionRow.superseded_at).is_(None),
        )
        .order_by(col(MentionRow.id).desc())
        .limit(MOST_POSTS)
    )
    yield from _texts(session, posts)
    person = session.get(IdentityRow, mention.identity_id)
    if person is not None:
        yield from (text for text in (person.handle, person.display_name, person.biography) if text)


def _texts(session: Session, query: Select[str]) -> Iterator[str]:
    yield from session.execute(query).scalars()
