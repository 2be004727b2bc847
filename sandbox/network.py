"""One running practice network: its world, its people, its doorkeeper and its books, put together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic

from sandbox.acts import Acts
from sandbox.cast_world import cast_world
from sandbox.clock import BEFORE_FIRST_POST, PlayedClock, SteppedClock, WorldClock, play_plan
from sandbox.credentials import Doorkeeper
from sandbox.fault_callers import Callers
from sandbox.faults import FaultPlan
from sandbox.file_world import file_world, rows_world
from sandbox.graph.keys import Keyring
from sandbox.graph.usage import UsageBook
from sandbox.limits import RateBook
from sandbox.nouns import Seed
from sandbox.options import SandboxOptions
from sandbox.reactions import Crowd
from sandbox.rows import given_rows
from sandbox.second_thoughts import SecondThoughts
from sandbox.stepping import Stepper
from sandbox.unruly_seed import make_unruly
from sandbox.visits import visit_room
from sandbox.webhooks_out import WebhooksOut
from sandbox.world import World


@dataclass(frozen=True, kw_only=True)
class Network:
    """Everything the web application needs."""

    world: World
    acts: Acts
    crowd: Crowd
    doorkeeper: Doorkeeper
    rates: RateBook
    keys: Keyring
    """Who calls the Graph API."""
    usage: UsageBook
    """Rate limits of the Graph API."""
    faults: FaultPlan
    callers: Callers
    second_thoughts: SecondThoughts
    webhooks: WebhooksOut
    limits: bool
    stepper: Stepper | None
    """None where time runs by itself."""


Rows = Iterable[Mapping[str, object]]


def open_network(options: SandboxOptions, rows: Rows | None = None) -> Network:
    """Build the network; SandboxError where its posts cannot be read. Where time runs, it starts to run here.

    `rows`, with the columns of a posts file, take the place of a file.
    """
    seed = _seed(options, rows)
    if options.faults is not None:
        make_unruly(seed, options.faults, options.fault_share)
    clock = _clock(options, seed)
    world = World(seed, clock)
    crowd = Crowd(
        world,
        seed=options.seed,
        visit=lambda link, person: visit_room(link, person=person.handle, text=person.room_text),
    )
    thoughts = SecondThoughts(world, options.faults, options.fault_share)
    return Network(
        world=world,
        acts=Acts(),
        crowd=crowd,
        doorkeeper=Doorkeeper(tuple(account for account in seed.accounts if account.network == "x")),
        rates=RateBook(lifted=not options.limits),
        keys=Keyring(seed.accounts),
        usage=UsageBook(lifted=not options.limits),
        faults=FaultPlan(options.faults, share=options.fault_share, hang=options.fault_hang),
        callers=Callers(seed.accounts),
        second_thoughts=thoughts,
        webhooks=WebhooksOut(world, options.faults),
        limits=options.limits,
        stepper=Stepper(world, crowd, thoughts, clock) if isinstance(clock, SteppedClock) else None,
    )


def _seed(options: SandboxOptions, rows: Rows | None) -> Seed:
    ends_at = (options.ends_at or datetime.now(UTC)).timestamp()
    if rows is not None:
        return rows_world(given_rows(rows), ends_at=ends_at, seed=options.seed)
    if options.posts is None:
        return cast_world(ends_at=ends_at, limit=options.limit_rows, networks=options.networks)
    return file_world(options.posts, ends_at=ends_at, seed=options.seed, limit=options.limit_rows)


def _clock(options: SandboxOptions, seed: Seed) -> WorldClock:
    times = sorted(post.at for post in seed.posts)
    if options.stepped:
        return SteppedClock(times[0] - BEFORE_FIRST_POST)
    return PlayedClock(play_plan(times, options.play_minutes * 60), monotonic)
