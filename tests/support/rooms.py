"""Databases with one case and its room, and a clock that a test moves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine
from starlette.applications import Starlette

from people.subject_encryption import SubjectEncryption
from records.database import writing
from records.enums import CaseStatus, Priority, Queue
from records.models import Actor, Brand
from records.tables.cases import CareCaseRow
from records.tables.listener import DirectMessageRow, MentionRevisionRow, MentionRow
from records.tables.people import IdentityRow
from records.tables.room import RoomRow
from records.tables.service import AccountRow, AgentRow
from room.lifecycle import invitation_token, mark_invited, prepare_room
from room.web.app import make_app
from room.web.context import RoomContext

ROOM_KEY = b"room key for tests, 32 bytes long"
SOURCE_HEADER = "X-Test-Source"
START = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
STEP = Actor(tag="step:deliver")
AGENT = Actor(tag="agent:1")
PUBLIC_TEXT = "@marca mi pedido 4471 lleva tres semanas perdido y nadie contesta"
HANDLE = "rosa_quintanar"
DISPLAY_NAME = "Rosa Quintanar"


class ManualClock:
    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        return self.time

    def advance(self, span: timedelta) -> None:
        self.time += span


@dataclass
class RoomSetup:
    engine: Engine
    encryption: SubjectEncryption
    clock: ManualClock
    case_id: int

    def invite(
        self,
        *,
        language: str = "es",
        lifetime: timedelta = timedelta(days=2),
        reissue: bool = False,
        entry: str = "link",
    ) -> RoomRow:
        with writing(self.engine) as session:
            row = prepare_room(
                session,
                case_id=self.case_id,
                account_id=1,
                mention_id=1,
                identity_id=1,
                language=language,
                lifetime=lifetime,
                actor=STEP,
                now=self.clock(),
                reissue=reissue,
                entry=entry,
                room_key=ROOM_KEY,
            )
            mark_invited(session, row.id or 0, actor=STEP, now=self.clock())
        return row

    def room(self, room_id: int | None) -> RoomRow:
        with writing(self.engine) as session:
            row = session.get(RoomRow, room_id, populate_existing=True)
            assert row is not None
            return row


def room_app(rooms: RoomSetup, brand: Brand, **changes: Any) -> Starlette:
    """The room's application over `rooms`, in which every room is of `brand`."""
    return make_app(room_context(rooms, brand, **changes))


def room_context(rooms: RoomSetup, brand: Brand, **changes: Any) -> RoomContext:
    context = RoomContext(
        engine=rooms.engine,
        room_key=ROOM_KEY,
        sealer=rooms.encryption,
        clock=rooms.clock,
        brand_of=lambda _account_id: brand,
        brands=(brand,),
        secure_cookies=False,
        source_header=SOURCE_HEADER,
    )
    return replace(context, **changes)


def path_of(room: RoomRow) -> str:
    return f"/r/{room.public_id}/{invitation_token(ROOM_KEY, room)}"


def case_rows() -> list[object]:
    return [
        AccountRow(
            name="marca-x",
            network="x",
            brand="marca",
            market="ES",
            languages=["es", "en"],
            external_id="1001",
            handle="marca",
            connected_at=START - timedelta(days=1),
        ),
        AgentRow(
            email="turno@example.com",
            name="Turno de mañana",
            password_hash="",
            roles=["agent"],
            languages=["es"],
            added_at=START,
            sign_ins_from=START,
        ),
        IdentityRow(
            network="x",
            external_id="5001",
            subject="subject-5001",
            handle=HANDLE,
            display_name=DISPLAY_NAME,
            biography="",
            reach=40,
            declared_bot=False,
            first_heard_at=START,
            last_heard_at=START,
        ),
        MentionRow(
            network="x",
            external_id="9001",
            kind="post",
            identity_id=1,
            root_external_id="9001",
            above=None,
            media_urls=[],
            revision=1,
            published_at=START,
            heard_at=START,
        ),
        MentionRevisionRow(
            mention_id=1,
            revision=1,
            external_id="9001",
            text=PUBLIC_TEXT,
            text_digest="",
            language_hint="es",
            heard_at=START,
        ),
        CareCaseRow(
            reference="AP-7F3K2Q",
            identity_id=1,
            brand="marca",
            status=CaseStatus.OPEN.value,
            queue=Queue.CARE.value,
            priority=Priority.NORMAL.value,
            opened_at=START,
        ),
        DirectMessageRow(
            network="x",
            account_id=1,
            external_id="dm-1",
            conversation_id="1001-5001",
            identity_id=1,
            outgoing=False,
            text="hola, os escribo por lo del pedido",
            sent_at=START,
            heard_at=START,
        ),
    ]
