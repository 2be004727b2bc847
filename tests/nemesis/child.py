"""The service in a process that is killed or stopped at any moment: it works a round whenever it is told to."""

from __future__ import annotations

import gc
import mmap
import os
import signal
import struct
import sys
import traceback
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import select

from records.database import reading
from records.enums import Role
from records.tables.service import AgentRow
from service.demo.scripted_agent import act
from service.desk.agents import Agent
from service.operations.schedule import run_once
from service.wiring.app import App, open_app
from service.wiring.settings import load_settings
from tests.nemesis.variants import VARIANTS
from tests.support.crashes import CrashPoint, count_and_crash

WORK, END = b"w", b"e"
DONE, STOPPED = b"d", b"s"


class ServiceFailedError(Exception):
    """The service ended by itself, with an exception that nothing in it expected."""


class SharedClock:
    """A clock that this process moves, and that every process forked from it reads."""

    rate = 0.0

    def __init__(self, moment: datetime) -> None:
        self._shared = mmap.mmap(-1, 8)
        self.show(moment)

    def show(self, moment: datetime) -> None:
        """Move it."""
        self._shared[:8] = struct.pack("d", moment.timestamp())

    def now(self) -> datetime:
        """What it shows, in UTC."""
        (seconds,) = struct.unpack("d", self._shared[:8])
        return datetime.fromtimestamp(seconds, UTC)


@dataclass(frozen=True, kw_only=True)
class Orders:
    """How a process is to work."""

    settings_file: Path
    clock: SharedClock
    kill: CrashPoint | None
    stop: CrashPoint | None
    """Where it is stopped, to go on later."""
    variant: str
    with_agent: bool
    """False for a second process, beside one in which the agent works."""


@dataclass(kw_only=True)
class Child:
    """One running process of the service."""

    process: int
    orders: BinaryIO
    answers: BinaryIO
    errors: Path
    kill: CrashPoint | None
    stopped_at: datetime | None = field(default=None)

    def begin_round(self) -> None:
        """Tell it to work through everything that is due."""
        if self.stopped_at is None:
            self._tell(WORK)

    def end_round(self, now: datetime) -> bool:
        """Wait until it has, or is stopped; False where it was killed on the way. Raises ServiceFailedError."""
        if self.stopped_at is not None:
            return True
        answer = self.answers.read(1)
        if answer == STOPPED:
            self.stopped_at = now
        elif answer != DONE:
            self._gone()
        return bool(answer)

    def go_on(self) -> None:
        """Let it go on from where it was stopped; its round ends as any other."""
        self.stopped_at = None
        os.kill(self.process, signal.SIGCONT)

    def close(self) -> None:
        """Let it end by itself."""
        self._tell(END)
        self._gone()

    def _tell(self, order: bytes) -> None:
        try:
            self.orders.write(order)
        except BrokenPipeError:
            return

    def _gone(self) -> None:
        _, status = os.waitpid(self.process, 0)
        self.answers.close()
        self.orders.close()
        ended = os.waitstatus_to_exitcode(status)
        if ended not in {0, -signal.SIGKILL}:
            raise ServiceFailedError(self.errors.read_text(encoding="utf-8", errors="replace"))


def start_child(orders: Orders, *, number: int) -> Child:
    """Fork a process that carries out `orders`."""
    to_read, to_write = os.pipe()
    from_read, from_write = os.pipe()
    errors = orders.settings_file.with_name(f"child-{number}.log")
    process = os.fork()
    if process == 0:
        os.close(to_write)
        os.close(from_read)
        _live(orders, os.fdopen(to_read, "rb", buffering=0), os.fdopen(from_write, "wb", buffering=0), errors)
    os.close(to_read)
    os.close(from_write)
    return Child(
        process=process,
        orders=os.fdopen(to_write, "wb", buffering=0),
        answers=os.fdopen(from_read, "rb", buffering=0),
        errors=errors,
        kill=orders.kill,
    )


def work(app: App, agent: Agent | None) -> None:
    """One round of the service, and of the agent at its desk."""
    run_once(app)
    if agent is not None and act(app, agent, now=app.clock.now()):
        run_once(app)


def house_of(settings_file: Path, clock: SharedClock) -> App:
    """The app of the settings, by this clock."""
    return open_app(load_settings(settings_file), clock=clock)


def agent_of(app: App) -> Agent:
    """The one agent of the app."""
    with reading(app.engine) as session:
        row = session.execute(select(AgentRow)).scalars().one()
    return Agent(
        id=row.id or 0,
        email=row.email,
        name=row.name,
        roles=frozenset(Role),
        languages=("es", "en"),
        sign_ins_from=row.sign_ins_from,
    )


def _live(orders: Orders, told: BinaryIO, answers: BinaryIO, errors: Path) -> None:
    # What was loaded before the fork is left alone: to look through it costs more than it could free.
    gc.freeze()
    sys.stdout = sys.stderr = errors.open("w", encoding="utf-8", errors="backslashreplace")
    try:
        if orders.variant:
            VARIANTS[orders.variant]()
        count_and_crash(orders.kill, stop=orders.stop, before_stop=lambda: answers.write(STOPPED))
        app = house_of(orders.settings_file, orders.clock)
        agent = agent_of(app) if orders.with_agent else None
        while told.read(1) == WORK:
            work(app, agent)
            answers.write(DONE)
    except BaseException:  # noqa: BLE001 - told to the process that waits for this one
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)
