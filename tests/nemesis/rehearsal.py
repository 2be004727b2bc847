"""Imported once by the process that children are forked from: the service works through one small world there.

Every statement that it issues is then compiled already; a child that compiled them itself would spend half its life
on it.
"""

from __future__ import annotations

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from records import database
from tests.nemesis.child import SharedClock, agent_of, house_of, work
from tests.nemesis.population import BEGINS_AT, populate, write_rows
from tests.nemesis.template import make_template
from tests.nemesis.world import world, write_home

SEEDS = (4, 1)
"""Between them their brands have accounts on every network."""
ROUND = 420

_database: Any = database
_create_engine = _database.create_engine
_warm: dict[str, Engine] = {}


def _sharing(url: str, **asked: object) -> Engine:
    """An engine that knows every statement that the first one of its kind compiled."""
    engine: Engine = _create_engine(url, **asked)
    warm = _warm.setdefault(engine.dialect.name, engine)
    engine.dialect, engine._compiled_cache = warm.dialect, warm._compiled_cache
    return engine


def _rehearse(folder: Path, seed: int) -> None:
    population = populate(seed)
    posts = write_rows(folder / "posts.jsonl", population.rows)
    ends_at = BEGINS_AT + timedelta(seconds=max(row.at for row in population.rows))
    with world(posts, ends_at=ends_at, seed=seed, fault_share=0.0) as network:
        template = make_template(folder / "template")
        settings_file = write_home(
            folder,
            network=network,
            database="sqlite:///aparte.db",
            template=template,
            networks=population.networks,
        )
        clock = SharedClock(BEGINS_AT)
        app = house_of(settings_file, clock)
        agent = agent_of(app)
        while clock.now() < ends_at + timedelta(seconds=2 * ROUND):
            work(app, agent)
            clock.show(network.wait(ROUND))
        app.close()


def _main() -> None:
    _database.create_engine = _sharing
    for seed in SEEDS:
        folder = Path(tempfile.mkdtemp(prefix="nemesis-"))
        try:
            _rehearse(folder, seed)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


_main()
