"""The private side of a case: direct messages, and the room with its messages and files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from dashboard.reads.case import CaseHead
from records.enums import PRIVATE_ACTS, ReplyStatus
from records.tables.cases import CareCaseRow
from records.tables.listener import DirectMessageRow
from records.tables.replies import ReplyRow
from records.tables.room import RoomFileRow, RoomMessageRow, RoomRow
from records.tables.service import AgentRow
from service.desk.agents import agent_names

MOST_MESSAGES = 60
_ROOM_LINK = re.compile(r"https?://[^\s/]+/r/[\w-]+/[\w-]+")
_ROOM_CODE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\b")
"""As invitations write it; a word that only looks like one is lost to nobody: the network keeps it."""
MOST_CHARACTERS = 4_000
_ON_ITS_WAY = (ReplyStatus.APPROVED, ReplyStatus.SENDING, ReplyStatus.UNKNOWN, ReplyStatus.FAILED)


@dataclass(frozen=True, kw_only=True)
class AttachedFile:
    """A file that the person attached; its content is read only when somebody saves it."""

    id: int
    name: str
    size: int
    """Bytes."""


@dataclass(frozen=True, kw_only=True)
class PrivateMessage:
    """One direct message, or one message in the room."""

    at: datetime
    outgoing: bool
    text: str
    author: str
    """Name of the agent; empty where it was the person or the service."""
    status: str
    """Of a message that has not reached the network; empty for all others."""
    unproven: bool = False
    """True where it came by e-mail: its author is not verified."""
    automatic: bool = False
    """True where a programme wrote it."""
    files: tuple[AttachedFile, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RoomHead:
    """The newest room of a case."""

    id: int
    account_id: int
    status: str
    generation: int
    invited_at: datetime | None
    opened_at: datetime | None
    expires_at: datetime
    handle_held_at: datetime | None
    handle_proof: str | None
    """The `ProofKind` by which the person held the handle."""
    filed_at: datetime | None
    file_proof: str | None
    """The `ProofKind` by which the person was found on file."""
    turned_away_at: datetime | None
    turned_away_because: str | None
    asked_human_at: datetime | None
    rating: int | None
    waiting_since: datetime | None
    """Since when the person waits for us in private."""
    language: str


@dataclass(frozen=True, kw_only=True)
class PrivateSide:
    """Both private conversations, oldest message first."""

    direct_messages: tuple[PrivateMessage, ...]
    room: RoomHead | None
    room_messages: tuple[PrivateMessage, ...]


def private_side(session: Session, case: CaseHead, *, most: int = MOST_MESSAGES) -> PrivateSide:
    """The newest `most` messages of each conversation."""
    room = _room(session, case.id)
    direct = sorted([*_direct(session, case, most), *_waiting(session, case, most)], key=lambda message: message.at)
    room_messages = _room_messages(session, room.id, most) if room is not None else ()
    return PrivateSide(direct_messages=tuple(direct), room=room, room_messages=room_messages)


def without_room_links(text: str) -> str:
    """`text` with the links and codes of rooms taken out: they would let anybody in as the person."""
    return _ROOM_CODE.sub("{room_code}", _ROOM_LINK.sub("{room_link}", text))


def _direct(session: Session, case: CaseHead, most: int) -> list[PrivateMessage]:
    accounts = {thread.account_id for thread in case.threads}
    rows = session.execute(
        select(
            col(DirectMessageRow.sent_at),
            col(DirectMessageRow.outgoing),
            func.substr(col(DirectMessageRow.text), 1, MOST_CHARACTERS),
        )
        .where(col(DirectMessageRow.identity_id) == case.identity_id, col(DirectMessageRow.account_id).in_(accounts))
        .order_by(col(DirectMessageRow.sent_at).desc(), col(DirectMessageRow.id).desc())
        .limit(most)
    )
    return [
        PrivateMessage(at=at, outgoing=outgoing, text=without_room_links(text), author="", status="")
        for at, outgoing, text in rows
    ]


def _waiting(session: Session, case: CaseHead, most: int) -> list[PrivateMessage]:
    received = select(DirectMessageRow).where(col(DirectMessageRow.external_id) == col(ReplyRow.external_id)).exists()
    rows = session.execute(
        select(ReplyRow)
        .where(
            col(ReplyRow.case_id) == case.id,
            col(ReplyRow.act).in_(sorted(PRIVATE_ACTS)),
            col(ReplyRow.status).in_((*_ON_ITS_WAY, ReplyStatus.SENT)),
            ~received,
        )
        .order_by(col(ReplyRow.id).desc())
        .limit(most)
    ).scalars()
    written = list(rows)
    names = agent_names(session, [row.author for row in written])
    return [
        PrivateMessage(
            at=row.sent_at or row.created_at,
            outgoing=True,
            text=row.text[:MOST_CHARACTERS],
            author=names.get(row.author, row.author),
            status=row.status,
        )
        for row in written
    ]


def _room(session: Session, case_id: int) -> RoomHead | None:
    row = session.execute(
        select(RoomRow).where(col(RoomRow.case_id) == case_id).order_by(col(RoomRow.id).desc()).limit(1)
    ).scalar_one_or_none()
    waiting = select(col(CareCaseRow.private_waiting_since)).where(col(CareCaseRow.id) == case_id)
    if row is None or row.id is None:
        return None
    return RoomHead(
        id=row.id,
        account_id=row.account_id,
        status=row.status,
        generation=row.generation,
        invited_at=row.invited_at,
        opened_at=row.opened_at,
        expires_at=row.expires_at,
        handle_held_at=row.handle_held_at,
        handle_proof=row.handle_proof,
        filed_at=row.filed_at,
        file_proof=row.file_proof,
        turned_away_at=row.turned_away_at,
        turned_away_because=row.turned_away_because,
        asked_human_at=row.asked_human_at,
        rating=row.rating,
        waiting_since=session.execute(waiting).scalar_one_or_none(),
        language=row.language,
    )


def _room_messages(session: Session, room_id: int, most: int) -> tuple[PrivateMessage, ...]:
    rows = session.execute(
        select(
            col(RoomMessageRow.id),
            col(RoomMessageRow.said_at),
            col(RoomMessageRow.author),
            col(RoomMessageRow.via),
            func.substr(col(RoomMessageRow.text), 1, MOST_CHARACTERS),
            col(AgentRow.name),
        )
        .outerjoin(AgentRow, col(AgentRow.id) == col(RoomMessageRow.agent_id))
        .where(col(RoomMessageRow.room_id) == room_id)
        .order_by(col(RoomMessageRow.id).desc())
        .limit(most)
    ).all()
    files = _files(session, room_id)
    return tuple(
        PrivateMessage(
            at=at,
            outgoing=author != "person",
            text=text,
            author=name or "",
            status="",
            unproven=via == "email",
            automatic=author == "service",
            files=files.get(message_id, ()),
        )
        for message_id, at, author, via, text, name in reversed(rows)
    )


def _files(session: Session, room_id: int) -> dict[int, tuple[AttachedFile, ...]]:
    rows = session.execute(
        select(col(RoomFileRow.message_id), col(RoomFileRow.id), col(RoomFileRow.name), col(RoomFileRow.size))
        .where(col(RoomFileRow.room_id) == room_id)
        .order_by(col(RoomFileRow.id))
    )
    found: dict[int, tuple[AttachedFile, ...]] = {}
    for message_id, file_id, name, size in rows:
        found[message_id] = (*found.get(message_id, ()), AttachedFile(id=file_id, name=name, size=size))
    return found
