"""When steps run. APScheduler only says when; what is due is in the tables."""

from __future__ import annotations

from datetime import timedelta

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from service.alerts import Alerts
from service.house import House
from service.memory import give_back, settle_down
from service.round import EVERY, UPKEEP, WORK, Step
from service.watching import watch_accounts, watch_cases
from service.watching_letters import watch_letters
from service.watching_rooms import watch_rooms

SHORTEST = 0.25
"""Seconds: no step is looked at more often, however fast the clock runs."""

TIDY_EVERY_MINUTES = 5

WATCHES = {"listen": watch_accounts, "tick": watch_cases, "recheck": watch_rooms, "notices": watch_letters}
"""What is looked at for alerts after a step."""

log = structlog.get_logger("aparte.schedule")


class Running:
    """The steps of a house, run as they fall due until stopped."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._alerts = Alerts(house.settings)
        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            executors={"default": ThreadPoolExecutor(len(WORK) + len(UPKEEP))},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def start(self) -> None:
        """Begin to look for due work, with the models loaded."""
        self._house.judge.warm_up()
        settle_down()
        rate = max(self._house.clock.rate, 1.0)
        checkpoints = timedelta(minutes=self._house.settings.document.checkpoints.every_minutes)
        for name, step in {**WORK, **UPKEEP}.items():
            every = EVERY.get(name, checkpoints)
            seconds = max(SHORTEST, every.total_seconds() / rate)
            self._scheduler.add_job(self._run, "interval", seconds=seconds, args=[name, step], id=name)
        self._scheduler.add_job(give_back, "interval", minutes=TIDY_EVERY_MINUTES, id="memory")
        self._scheduler.start()

    def stop(self) -> None:
        """Let the steps at work finish, then stop."""
        self._scheduler.shutdown(wait=True)

    def _run(self, name: str, step: Step) -> None:
        try:
            while done := step(self._house, now=self._house.clock.now()):
                log.info("step", step=name, done=done)
                if name in UPKEEP or not self._scheduler.running:
                    break
            if name in WATCHES:
                WATCHES[name](self._house, self._alerts, now=self._house.clock.now())
        except Exception as error:
            log.exception("step failed", step=name)
            self._alerts.raise_once(f"step-{name}", f"The step {name} failed ({type(error).__name__}): see the log.")
