"""The steps, in their order: run until nothing is due, or by APScheduler, each as often as it falls due.

APScheduler only says when; what is due is in the tables.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from service.notifications.alerts import Alerts
from service.notifications.outbound import watch_notifications
from service.operations.account_health import watch_accounts
from service.operations.deadline_watch import watch_cases
from service.operations.process import freeze_gc, trim_heap
from service.private_room.spraying_watch import watch_spraying
from service.steps.assess import assess
from service.steps.checkpoint import checkpoint
from service.steps.decide import decide
from service.steps.deliver import deliver, reconcile
from service.steps.forget import forget
from service.steps.listen import access, listen
from service.steps.messages import answer_messages
from service.steps.notifications import queue_notices, send_notifications
from service.steps.pilots import compare_pilots
from service.steps.recheck import recheck
from service.steps.tick import tick
from service.wiring.app import App


class Step(Protocol):
    """Does what is due and returns how much that was."""

    def __call__(self, app: App, *, now: datetime) -> int: ...


WORK: dict[str, Step] = {
    "access": access,
    "listen": listen,
    "recheck": recheck,
    "assess": assess,
    "decide": decide,
    "messages": answer_messages,
    "deliver": deliver,
    "reconcile": reconcile,
    "notices": queue_notices,
    "letters": send_notifications,
}
"""The steps that make each other due, in the order in which a mention travels."""

UPKEEP: dict[str, Step] = {"tick": tick, "pilots": compare_pilots, "checkpoint": checkpoint, "forget": forget}
"""The steps that time makes due."""

MOST_PASSES = 10_000


def run_once(app: App) -> Counter[str]:
    """Run every due step until nothing is due. Returns what each one did."""
    done: Counter[str] = Counter()
    for _ in range(MOST_PASSES):
        worked, now = 0, app.clock.now()
        for name, step in WORK.items():
            amount = step(app, now=now)
            done[name] += amount
            worked += amount
        if not worked:
            break
    for name, step in UPKEEP.items():
        done[name] += step(app, now=app.clock.now())
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


SHORTEST = 0.25
"""Seconds: no step is looked at more often, however fast the clock runs."""

TIDY_EVERY_MINUTES = 5

WATCHES = {"listen": watch_accounts, "tick": watch_cases, "recheck": watch_spraying, "notices": watch_notifications}
"""What is looked at for alerts after a step."""

log = structlog.get_logger("aparte.schedule")


class StepScheduler:
    """The steps of an app, run as they fall due until stopped."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._alerts = Alerts(app.settings)
        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            executors={"default": ThreadPoolExecutor(len(WORK) + len(UPKEEP))},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def start(self) -> None:
        """Load the models, then begin to look for due work."""
        self._app.judge.warm_up()
        freeze_gc()
        rate = max(self._app.clock.rate, 1.0)
        checkpoints = timedelta(minutes=self._app.settings.document.checkpoints.every_minutes)
        for name, step in {**WORK, **UPKEEP}.items():
            every = EVERY.get(name, checkpoints)
            seconds = max(SHORTEST, every.total_seconds() / rate)
            self._scheduler.add_job(self._run, "interval", seconds=seconds, args=[name, step], id=name)
        self._scheduler.add_job(trim_heap, "interval", minutes=TIDY_EVERY_MINUTES, id="memory")
        self._scheduler.start()

    def stop(self) -> None:
        """Let the steps at work finish, then stop."""
        self._scheduler.shutdown(wait=True)

    def _run(self, name: str, step: Step) -> None:
        try:
            while done := step(self._app, now=self._app.clock.now()):
                log.info("step", step=name, done=done)
                if name in UPKEEP or not self._scheduler.running:
                    break
            if name in WATCHES:
                WATCHES[name](self._app, self._alerts, now=self._app.clock.now())
        except Exception as error:
            log.exception("step failed", step=name)
            self._alerts.raise_once(f"step-{name}", f"The step {name} failed ({type(error).__name__}): see the log.")
