"""One running practice network, put together from its parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic

from sandbox.faults.middleware import CallerLookup
from sandbox.faults.plan import FaultPlan
from sandbox.faults.unruly_posts import LaterChanges, make_unruly
from sandbox.graph.rate_limits import UsageCounter
from sandbox.graph.tokens import TokenRegistry
from sandbox.options import SandboxOptions
from sandbox.people.reactions import Crowd
from sandbox.people.room_visits import visit_room
from sandbox.people.stepping import Stepper
from sandbox.seeds.cast import cast_world
from sandbox.seeds.file_world import file_world, rows_world
from sandbox.seeds.posts_file import given_rows
from sandbox.webhooks.delivery import WebhookSender
from sandbox.world.acts import Acts
from sandbox.world.clock import BEFORE_FIRST_POST, PlayedClock, SteppedClock, WorldClock, play_plan
from sandbox.world.models import WorldSeed
from sandbox.world.world import World
from sandbox.x_api.credentials import Authenticator
from sandbox.x_api.rate_limits import RateCounter


@dataclass(frozen=True, kw_only=True)
class PracticeNetwork:
    """The state that all endpoints share."""

    world: World
    acts: Acts
    crowd: Crowd
    authenticator: Authenticator
    rate_limits: RateCounter
    tokens: TokenRegistry
    """Access tokens of the Graph API."""
    graph_usage: UsageCounter
    """Rate limits of the Graph API."""
    faults: FaultPlan
    callers: CallerLookup
    later_changes: LaterChanges
    webhooks: WebhookSender
    limits: bool
    stepper: Stepper | None
    """None where time runs by itself."""


Rows = Iterable[Mapping[str, object]]


def open_network(options: SandboxOptions, rows: Rows | None = None) -> PracticeNetwork:
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
    later_changes = LaterChanges(world, options.faults, options.fault_share)
    return PracticeNetwork(
        world=world,
        acts=Acts(),
        crowd=crowd,
        authenticator=Authenticator(tuple(account for account in seed.accounts if account.network == "x")),
        rate_limits=RateCounter(lifted=not options.limits),
        tokens=TokenRegistry(seed.accounts),
        graph_usage=UsageCounter(lifted=not options.limits),
        faults=FaultPlan(options.faults, share=options.fault_share, hang=options.fault_hang),
        callers=CallerLookup(seed.accounts),
        later_changes=later_changes,
        webhooks=WebhookSender(world, options.faults),
        limits=options.limits,
        stepper=Stepper(world, crowd, later_changes, clock) if isinstance(clock, SteppedClock) else None,
    )


def _seed(options: SandboxOptions, rows: Rows | None) -> WorldSeed:
    ends_at = (options.ends_at or datetime.now(UTC)).timestamp()
    if rows is not None:
        return rows_world(given_rows(rows), ends_at=ends_at, seed=options.seed)
    if options.posts is None:
        return cast_world(ends_at=ends_at, limit=options.limit_rows, networks=options.networks)
    return file_world(options.posts, ends_at=ends_at, seed=options.seed, limit=options.limit_rows)


def _clock(options: SandboxOptions, seed: WorldSeed) -> WorldClock:
    times = sorted(post.at for post in seed.posts)
    if options.stepped:
        return SteppedClock(times[0] - BEFORE_FIRST_POST)
    return PlayedClock(play_plan(times, options.play_minutes * 60), monotonic, waits=options.waits)
