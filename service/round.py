"""One round: every due step, until nothing is due."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Protocol

from service.house import House
from service.steps.access import access
from service.steps.assess import assess
from service.steps.checkpoint import checkpoint
from service.steps.decide import decide
from service.steps.deliver import deliver, reconcile
from service.steps.forget import forget
from service.steps.letters import letters
from service.steps.listen import listen
from service.steps.messages import answer_messages
from service.steps.notices import notices
from service.steps.pilots import compare_pilots
from service.steps.recheck import recheck
from service.steps.tick import tick


class Step(Protocol):
    """Does what is due and says how much that was."""

    def __call__(self, house: House, *, now: datetime) -> int: ...


WORK: dict[str, Step] = {
    "access": access,
    "listen": listen,
    "recheck": recheck,
    "assess": assess,
    "decide": decide,
    "messages": answer_messages,
    "deliver": deliver,
    "reconcile": reconcile,
    "notices": notices,
    "letters": letters,
}
"""The steps that make each other due, in the order in which a mention travels."""

UPKEEP: dict[str, Step] = {"tick": tick, "pilots": compare_pilots, "checkpoint": checkpoint, "forget": forget}
"""The steps that time makes due."""

MOST_PASSES = 10_000


def run_once(house: House) -> Counter[str]:
    """Run every due step until nothing is due. Returns what each one did."""
    done: Counter[str] = Counter()
    for _ in range(MOST_PASSES):
        worked, now = 0, house.clock.now()
        for name, step in WORK.items():
            amount = step(house, now=now)
            done[name] += amount
            worked += amount
        if not worked:
            break
    for name, step in UPKEEP.items():
        done[name] += step(house, now=house.clock.now())
    return done


EVERY: dict[str, timedelta] = {
    "access": timedelta(seconds=5),
    "listen": timedelta(seconds=0.5),
    "recheck": timedelta(seconds=5),
    "assess": timedelta(seconds=0.25),
    "decide": timedelta(seconds=0.25),
    "messages": timedelta(seconds=1),
    "deliver": timedelta(seconds=1),
    "reconcile": timedelta(seconds=5),
    "notices": timedelta(seconds=15),
    "letters": timedelta(seconds=1),
    "tick": timedelta(minutes=1),
    "pilots": timedelta(minutes=1),
    "forget": timedelta(minutes=10),
}
"""How often the scheduler looks, in the clock's own time; `checkpoint` is in the settings."""
