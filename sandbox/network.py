"""One running practice network: its world, its people, its doorkeeper and its books, put together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic

from sandbox.acts import Acts
from sandbox.cast_world import cast_world
from sandbox.clock import BEFORE_FIRST_POST, PlayedClock, SteppedClock, WorldClock, play_plan
from sandbox.credentials import Doorkeeper
from sandbox.faults import FaultPlan
from sandbox.file_world import file_world
from sandbox.limits import RateBook
from sandbox.nouns import Seed
from sandbox.options import SandboxOptions
from sandbox.reactions import Crowd
from sandbox.stepping import Stepper
from sandbox.visits import visit_room
from sandbox.world import World


@dataclass(frozen=True, kw_only=True)
class Network:
    """Everything the web application needs."""

    world: World
    acts: Acts
    crowd: Crowd
    doorkeeper: Doorkeeper
    rates: RateBook
    faults: FaultPlan
    limits: bool
    stepper: Stepper | None
    """None where time runs by itself."""


def open_network(options: SandboxOptions) -> Network:
    """Build the network; SandboxError where its posts cannot be read. Where time runs, it starts to run here."""
    seed = _seed(options)
    clock = _clock(options, seed)
    world = World(seed, clock)
    crowd = Crowd(
        world,
        seed=options.seed,
        visit=lambda link, person: visit_room(link, person=person.handle, text=person.room_text),
    )
    return Network(
        world=world,
        acts=Acts(),
        crowd=crowd,
        doorkeeper=Doorkeeper(seed.accounts),
        rates=RateBook(lifted=not options.limits),
        faults=FaultPlan(options.faults),
        limits=options.limits,
        stepper=Stepper(world, crowd, clock) if isinstance(clock, SteppedClock) else None,
    )


def _seed(options: SandboxOptions) -> Seed:
    ends_at = (options.ends_at or datetime.now(UTC)).timestamp()
    if options.posts is None:
        return cast_world(ends_at=ends_at, limit=options.limit_rows)
    return file_world(options.posts, ends_at=ends_at, seed=options.seed, limit=options.limit_rows)


def _clock(options: SandboxOptions, seed: Seed) -> WorldClock:
    times = [post.at for post in seed.posts]
    if options.stepped:
        return SteppedClock(times[0] - BEFORE_FIRST_POST)
    return PlayedClock(play_plan(times, options.play_minutes * 60), monotonic)
