"""Moves sandbox time on: in steps when asked, or by carrying reactions out as time passes."""

from __future__ import annotations

from threading import Event, Lock, Thread

from sandbox.faults.unruly_posts import LaterChanges
from sandbox.people.reactions import Crowd
from sandbox.world.clock import SteppedClock
from sandbox.world.world import World

STEP_SECONDS = 900.0
STEP_POSTS = 100
FEW_POSTS = 25
LONG_STEP_SECONDS = 6 * 3600.0
"""Where posts are rare and nobody reacts, a step covers `FEW_POSTS` posts or at most this time."""
LOOK_EVERY = 0.05


class Stepper:
    """Moves a stepped world, one step at a time."""

    def __init__(self, world: World, crowd: Crowd, later_changes: LaterChanges, clock: SteppedClock) -> None:
        self._world = world
        self._crowd = crowd
        self._thoughts = later_changes
        self._clock = clock
        self._one_at_a_time = Lock()

    def step(self) -> None:
        """Move on by at most 15 minutes or 100 posts; spans with few or no posts are passed faster."""
        with self._one_at_a_time:
            with self._world.lock:
                target = self._target(self._world.now())
            self._move(target)

    def advance(self, seconds: float) -> None:
        """Move on by that many seconds."""
        with self._one_at_a_time:
            self._move(self._clock.now() + seconds)

    def _target(self, now: float) -> float:
        events = [time for time in (self._world.next_post_at(), self._crowd.next_due()) if time is not None]
        if events and min(events) > now + STEP_SECONDS:
            return min(events)
        hundredth = self._world.next_post_at(STEP_POSTS)
        short = now + STEP_SECONDS if hundredth is None else min(now + STEP_SECONDS, hundredth)
        reaction, few = self._crowd.next_due(), self._world.next_post_at(FEW_POSTS)
        if few is None or few <= short or (reaction is not None and reaction <= short):
            return short
        return min(few, now + LONG_STEP_SECONDS)

    def _move(self, target: float) -> None:
        while True:
            reaction, later_change = self._crowd.next_due(), self._thoughts.next_due()
            due = min((time for time in (reaction, later_change) if time is not None), default=None)
            if due is None or due > target:
                break
            self._clock.move_to(due)
            (self._crowd if due == reaction else self._thoughts).carry_out_next(due)
        self._clock.move_to(target)
        with self._world.lock:
            self._world.now()


class LivePeople:
    """A thread that carries out pending reactions and edits when they are due."""

    def __init__(self, world: World, crowd: Crowd, later_changes: LaterChanges) -> None:
        self._world = world
        self._plans = (crowd, later_changes)
        self._stop = Event()
        self._thread = Thread(target=self._live, name="sandbox-people", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stop the thread; a visit in progress is not waited for."""
        self._stop.set()
        self._thread.join(timeout=0.5)

    def _live(self) -> None:
        while not self._stop.wait(LOOK_EVERY):
            for plan in self._plans:
                while not self._stop.is_set() and plan.carry_out_next(self._world.clock.now()):
                    pass
