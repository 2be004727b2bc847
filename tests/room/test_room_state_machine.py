"""Lives of a room as people, agents, scanners and time mix them: an invitation opens once, and an end is an end."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from people.subject_encryption import SubjectEncryption
from records.database import open_engine, reading, writing
from records.tables.room import RoomRow
from room.conversation.opt_out import OptOut, record_opt_out
from room.invitation import find_invitation_by_code, invitation_code
from room.lifecycle import (
    OPEN_ROOM_STAYS,
    PERSON,
    InvitationRefusal,
    OpenedRoom,
    close_room,
    consume_invitation,
    find_invitation,
    find_open_room,
    invitation_token,
    revoke_room,
)
from tests.support.rooms import AGENT, ROOM_KEY, ManualClock, RoomSetup

BROWSERS = ("one", "two", "three")
LIFETIME = timedelta(hours=2)


@dataclass(frozen=True)
class Invitation:
    """What was sent to the person at one time."""

    room_id: int
    generation: int
    public_id: str
    token: str
    code: str


class Lives(RuleBasedStateMachine):
    furnished: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        for name in ("aparte.db", "keys.db"):
            shutil.copy(self.furnished / name, self.folder.name)
        engines = [open_engine(f"sqlite:///{self.folder.name}/{name}") for name in ("aparte.db", "keys.db")]
        self.rooms = RoomSetup(
            engine=engines[0], encryption=SubjectEncryption(engines[1], b"m" * 32), clock=ManualClock(), case_id=1
        )
        self.engines = engines
        self.sent: list[Invitation] = []
        self.live: Invitation | None = None
        self.opened: Counter[tuple[int, int]] = Counter()
        self.holder: str | None = None
        self.until = self.rooms.clock()
        self.held: dict[str, tuple[str, str]] = {}

    def teardown(self) -> None:
        for engine in self.engines:
            engine.dispose()
        self.folder.cleanup()

    @rule(entry=st.sampled_from(["link", "code"]))
    def prepare(self, entry: str) -> None:
        ran_out = self.live is not None and self.until <= self.rooms.clock()
        row = self.rooms.invite(lifetime=LIFETIME, entry=entry)
        if self.live is None or ran_out:
            self._is_new(row)
        assert self.live is not None
        assert (row.id, row.generation) == (self.live.room_id, self.live.generation)
        self._send(row)

    @rule(entry=st.sampled_from(["link", "code"]))
    def reissue(self, entry: str) -> None:
        row = self.rooms.invite(lifetime=LIFETIME, entry=entry, reissue=True)
        if self.live is not None:
            assert (row.id, row.generation) == (self.live.room_id, self.live.generation + 1)
        self._is_new(row)

    @precondition(lambda self: self.sent)
    @rule(data=st.data(), browser=st.sampled_from(BROWSERS))
    def get(self, data: st.DataObject, browser: str) -> None:
        invitation = data.draw(st.sampled_from(self.sent))
        with reading(self.rooms.engine) as session:
            found = find_invitation(
                session,
                invitation.public_id,
                invitation.token,
                room_key=ROOM_KEY,
                now=self.rooms.clock(),
                held_session=self._held(browser, invitation),
            )
        assert isinstance(found, RoomRow) is self._may_enter(browser, invitation)

    @precondition(lambda self: self.sent)
    @rule(data=st.data(), browser=st.sampled_from(BROWSERS), by_code=st.booleans())
    def post(self, data: st.DataObject, browser: str, *, by_code: bool) -> None:
        invitation = data.draw(st.sampled_from(self.sent))
        may = self._may_enter(browser, invitation)
        public_id, token = invitation.public_id, invitation.token
        with writing(self.rooms.engine) as session:
            if by_code:
                public_id, token = find_invitation_by_code(session, invitation.code, room_key=ROOM_KEY)
                row = session.get_one(RoomRow, invitation.room_id)
                may = may and row.code_digest is not None
            came_in = consume_invitation(
                session,
                public_id,
                token,
                room_key=ROOM_KEY,
                actor=PERSON,
                now=self.rooms.clock(),
                held_session=self._held(browser, invitation),
            )
        assert isinstance(came_in, OpenedRoom) is may, came_in
        if isinstance(came_in, InvitationRefusal):
            return
        if came_in.session_token != self._held(browser, invitation):
            self.opened[invitation.room_id, invitation.generation] += 1
            self.until = max(self.until, self.rooms.clock() + OPEN_ROOM_STAYS)
        self.holder = browser
        self.held[browser] = (invitation.public_id, came_in.session_token)

    @precondition(lambda self: self.live)
    @rule(end=st.sampled_from([revoke_room, close_room]))
    def end(self, end) -> None:  # type: ignore[no-untyped-def]
        assert self.live is not None
        with writing(self.rooms.engine) as session:
            end(session, self.live.room_id, actor=AGENT, now=self.rooms.clock())
        self._is_over()

    @precondition(lambda self: self.live and self.until > self.rooms.clock())
    @rule(way=st.sampled_from(OptOut))
    def take_way_out(self, way: OptOut) -> None:
        assert self.live is not None
        with writing(self.rooms.engine) as session:
            record_opt_out(session, self.live.room_id, way, notice="x", actor=PERSON, now=self.rooms.clock())
        if way is OptOut.NOT_ME:
            self._is_over()
        elif self.holder is not None:
            self.until = max(self.until, self.rooms.clock() + OPEN_ROOM_STAYS)

    @rule(span=st.sampled_from([timedelta(minutes=30), LIFETIME, timedelta(days=4), OPEN_ROOM_STAYS]))
    def time_passes(self, span: timedelta) -> None:
        self.rooms.clock.advance(span)

    @invariant()
    def no_invitation_opened_twice(self) -> None:
        assert all(times == 1 for times in self.opened.values())

    @invariant()
    def only_who_opened_the_present_invitation_is_in(self) -> None:
        with reading(self.rooms.engine) as session:
            inside = {
                browser
                for browser, (public_id, token) in self.held.items()
                if find_open_room(session, public_id, token, now=self.rooms.clock()) is not None
            }
        assert inside == ({self.holder} if self.holder and self.until > self.rooms.clock() else set())

    def _is_new(self, row: RoomRow) -> None:
        self._is_over()
        self.until = self.rooms.clock() + LIFETIME
        self.live = self._send(row)

    def _is_over(self) -> None:
        self.live = self.holder = None

    def _send(self, row: RoomRow) -> Invitation:
        code = invitation_code(ROOM_KEY, row.public_id, row.generation)
        sent = Invitation(row.id or 0, row.generation, row.public_id, invitation_token(ROOM_KEY, row), code)
        self.sent.append(sent)
        return sent

    def _held(self, browser: str, invitation: Invitation) -> str | None:
        public_id, token = self.held.get(browser, ("", ""))
        return token if public_id == invitation.public_id else None

    def _may_enter(self, browser: str, invitation: Invitation) -> bool:
        if self.live is None or self.until <= self.rooms.clock():
            return False
        if (invitation.room_id, invitation.generation) != (self.live.room_id, self.live.generation):
            return False
        return self.holder in {None, browser}


def test_an_invitation_opens_once_and_an_end_is_an_end(furnished: Path) -> None:
    live(furnished, examples=10)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_an_invitation_opens_once_in_many_more_lives(furnished: Path) -> None:
    live(furnished, examples=150)


def live(furnished: Path, *, examples: int) -> None:
    Lives.furnished = furnished
    run_state_machine_as_test(Lives, settings=settings(max_examples=examples, stateful_step_count=25, deadline=None))  # type: ignore[no-untyped-call]
