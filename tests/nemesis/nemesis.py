"""One seed of the nemesis: a population, faults and kills against the service, and what the checker says of the end."""

from __future__ import annotations

import json
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from ledger.verification import verify
from records.database import open_engine, reading
from service.wiring.keys import verification_key
from service.wiring.settings import load_settings
from tests.nemesis.checker import Doubts, check, check_forgotten
from tests.nemesis.child import Child, Orders, ServiceFailedError, SharedClock, start_child
from tests.nemesis.population import BEGINS_AT, BRAND, Happening, Population, populate, write_rows
from tests.nemesis.stored import Stored, open_stored
from tests.nemesis.world import MASTER, World, world, write_home
from tests.support.crashes import BEFORE_WRITE, PLACES, CrashPoint, run_forked

CALM = (0, 60, 60, 420, 840, 780)
"""Seconds between the rounds after the last event, when the faults have stopped: 36 minutes in all, since whether a
post was edited is looked for 31 minutes after it was published."""
PACES = (180, 420, 780, 1200)
"""Seconds between rounds while people post; a service that was stopped for a while is such a round too."""
IN_DOUBT = 60
"""Seconds to the next round while nobody knows of some reply whether it was taken."""
A_DAY_LATER = (20 * 3600, 5 * 3600)
STANDS_STILL = timedelta(minutes=4)
"""Less than the lease of an act that is being sent."""
REACH = 150
"""Kills fall before so many passages of a place; a life is rarely longer."""
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of a random name is made in it
SHARES = (0.08, 0.16, 0.3)
"""Of all calls, those that fail."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What one seed does beside its population and its faults."""

    seed: int
    lives: tuple[CrashPoint, ...]
    """Where each process dies, in the order in which they are started; those after them live on."""
    processes: int
    stop: CrashPoint | None
    """Where the first of two processes stands still for some minutes, with work in its hands."""
    fault_share: float
    connected_after: int
    """Seconds from the world's beginning to the first start of the service: what came before is history."""
    paces: tuple[int, ...]


@dataclass(kw_only=True)
class Verdict:
    """What became of one seed."""

    seed: int
    failures: list[str] = field(default_factory=list)
    kills: list[str] = field(default_factory=list)
    faults: dict[str, int] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    """How much there was to check."""

    def describe(self, *, database: str) -> str:
        """What went wrong, what had been done to the service, and how to see it again."""
        return "\n".join(
            [
                f"seed {self.seed} on {database}:",
                *(f"  - {failure}" for failure in self.failures),
                f"  killed: {', '.join(self.kills) or 'never'}",
                f"  faults: {self.faults}",
                f"  replay: make nemesis SEED={self.seed} DATABASE={database}",
            ]
        )


def plan_of(seed: int) -> Plan:
    """The plan of a seed; the same seed gives the same one."""
    chance = random.Random(f"plan:{seed}")
    two = seed % 4 == 3
    lives = tuple(_kill(chance) for _ in range(chance.randint(1, 4)))
    return Plan(
        seed=seed,
        lives=() if two else lives,
        processes=2 if two else 1,
        stop=CrashPoint(place=BEFORE_WRITE, nth=chance.randint(1, 6)) if seed % 8 == 3 else None,
        fault_share=chance.choice(SHARES),
        connected_after=900 if seed % 7 == 3 else 0,
        paces=tuple(chance.choice(PACES) for _ in range(200)),
    )


def run_seed(seed: int, *, template: Path, database: str = "", variant: str = "", keep: Path | None = None) -> Verdict:
    """Play one seed in a process of its own. `database` is an address to use in the place of a SQLite file."""
    with _folder(keep) as folder:
        told = folder / "verdict.json"
        ended = run_forked(_play, seed, str(folder), str(template), database, variant)
        if not told.exists():
            return Verdict(seed=seed, failures=[f"the seed's own process ended with {ended}; see what it printed"])
        return Verdict(**json.loads(told.read_text(encoding="utf-8")))


def _play(seed: int, folder: str, template: str, database: str, variant: str) -> None:
    verdict = Verdict(seed=seed)
    play = _Play(plan=plan_of(seed), population=populate(seed), folder=Path(folder), variant=variant, verdict=verdict)
    play.play(Path(template), database or "sqlite:///aparte.db")
    (Path(folder) / "verdict.json").write_text(json.dumps(asdict(verdict)), encoding="utf-8")


@dataclass(kw_only=True)
class _Play:
    plan: Plan
    population: Population
    folder: Path
    variant: str
    verdict: Verdict
    settings_file: Path = Path()
    clock: SharedClock = field(default_factory=lambda: SharedClock(BEGINS_AT))
    children: list[Child] = field(default_factory=list)
    born: int = 0
    doubts: Doubts = field(default_factory=Doubts)
    quotes: dict[str, str] = field(default_factory=dict)
    """Texts of posts that were made by hand, by id."""

    def play(self, template: Path, database: str) -> None:
        """Fill in the verdict."""
        rows = self.population.rows
        posts = write_rows(self.folder / "posts.jsonl", rows)
        ends_at = BEGINS_AT + timedelta(seconds=max(row.at for row in rows))
        with world(posts, ends_at=ends_at, seed=self.plan.seed, fault_share=self.plan.fault_share) as network:
            self.settings_file = write_home(
                self.folder,
                network=network,
                database=database,
                template=template,
                networks=self.population.networks,
            )
            stored = open_stored(self.folder, database)
            try:
                self._live(network, stored)
            except ServiceFailedError as error:
                self.verdict.failures.append(f"the service failed: {error}")
            finally:
                stored.close()

    def _live(self, network: World, stored: Stored) -> None:
        self._grow_old(network, stored)
        self.verdict.faults = dict(Counter(each["kind"] for each in network.ask("/_faults")["carried_out"]))
        network.tell("/_faults", {"kind": "calm"})
        for seconds in CALM:
            now = network.wait(seconds)
            self._round(now, stored)
            while self._stands_still:
                now = network.wait(IN_DOUBT)
                self._round(now, stored)
        truth = network.ask("/_truth")
        (self.folder / "truth.json").write_text(json.dumps(truth), encoding="utf-8")
        self.verdict.counts = {name: len(each) for name, each in truth.items()}
        self.verdict.failures += check(stored, truth, self.population, self.quotes, doubts=self.doubts, now=now)
        for seconds in A_DAY_LATER:
            self._round(network.wait(seconds), stored)
        self.verdict.failures += check_forgotten(stored, truth, self.population)
        self.verdict.failures += _faults_of_the_log(self.settings_file)
        for child in self.children:
            child.close()

    def _grow_old(self, network: World, stored: Stored) -> None:
        """Until everything has happened."""
        happenings, paces = list(self.population.happenings), list(self.plan.paces)
        now = network.wait(self.plan.connected_after)
        while now < BEGINS_AT + timedelta(seconds=self.population.lasts):
            while happenings and BEGINS_AT + timedelta(seconds=happenings[0].at) <= now:
                self._carry_out(network, happenings.pop(0))
            self._round(now, stored)
            now = network.wait(IN_DOUBT if self.doubts.any or self._stands_still else paces.pop())
        for happening in happenings:
            self._carry_out(network, happening)

    def _carry_out(self, network: World, happening: Happening) -> None:
        row = happening.row
        post = next((each["id"] for each in network.ask("/_truth")["posts"] if each["source_id"] == row.id), None)
        to = f"{BRAND}-{row.network}"
        told: dict[str, object] = {"in_reply_to": post, "from": row.author, "to": to, "text": happening.text}
        if happening.act == "post":
            told = {"author": "persona_1", "text": happening.text, "quotes": post}
        answer = network.tell(f"/_{happening.act}", told)
        if answer is not None and happening.act == "post":
            self.quotes[str(answer["id"])] = happening.text

    def _round(self, now: datetime, stored: Stored) -> None:
        """Every process works through what is due; one that is killed on the way is started again."""
        self.clock.show(now)
        while len(self.children) < self.plan.processes:
            self.children.append(self._started(len(self.children)))
        places = range(len(self.children))
        # Where one is to stand still they work in turns, so that it is always the same one with the same work.
        for turn in [[place] for place in places] if self.plan.stop else [places]:
            for place in turn:
                self._begin(self.children[place], now)
            for place in turn:
                self._end(place, now)
        self.doubts.note(stored, now, excused=self._stands_still)

    def _begin(self, child: Child, now: datetime) -> None:
        child.begin_round()
        if child.stopped_at is not None and now - child.stopped_at >= STANDS_STILL:
            child.go_on()
            self.verdict.kills.append(f"went on at {now:%H:%M} after standing still at {self.plan.stop}")
            self.doubts.excused_until = now

    def _end(self, place: int, now: datetime) -> None:
        while not self.children[place].end_round(now):
            self.verdict.kills.append(f"{self.children[place].kill} at {now:%H:%M}")
            self.children[place] = self._started(place)
            self.children[place].begin_round()

    @property
    def _stands_still(self) -> bool:
        return any(child.stopped_at is not None for child in self.children)

    def _started(self, place: int) -> Child:
        lives = self.plan.lives
        orders = Orders(
            settings_file=self.settings_file,
            clock=self.clock,
            kill=lives[self.born] if self.born < len(lives) else None,
            stop=self.plan.stop if self.born == 0 else None,
            variant=self.variant,
            with_agent=place == self.plan.processes - 1,
        )
        self.born += 1
        return start_child(orders, number=self.born)


def _faults_of_the_log(settings_file: Path) -> list[str]:
    """What `aparte ledger verify` finds."""
    engine = open_engine(load_settings(settings_file).database)
    with reading(engine) as session:
        found = verify(session, signing_keys=[verification_key(MASTER)])
    engine.dispose()
    return [f"the log does not verify: {problem.message}" for problem in found.problems]


def _kill(chance: random.Random) -> CrashPoint:
    place = chance.choice(PLACES)
    return CrashPoint(place=place, nth=chance.randint(1, REACH))


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep
        return
    folder = Path(tempfile.mkdtemp(prefix="nemesis-", dir=MEMORY if MEMORY.is_dir() else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
