"""Whatever fails and whoever dies: everything is heard once, nothing is said twice, and nothing is lost silently."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.nemesis.nemesis import Verdict, plan_of, run_seed
from tests.nemesis.population import populate
from tests.nemesis.template import make_template
from tests.support.postgres import PostgresServer

CHUNK = 5
CHUNKS = [
    *range(0, 50, CHUNK),
    *(pytest.param(first, marks=pytest.mark.long) for first in range(50, 250, CHUNK)),
]
TEMPLATE = "nemesis_template"
BROKEN = {
    "cursor-advanced-early": ((0, 1, 2, 5), "reachable posts are in no mention"),
    "blind-retry": ((6, 8, 11, 16), "were said twice"),
    "lease-ignored": ((27, 11, 43, 51, 3, 19), "were said twice"),
    "no-overlap": ((2, 0, 1, 10, 12), "reachable posts are in no mention"),
}
"""By variant: the seeds that are tried, those first that are known to show it, and what the checker says then."""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("template"))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("first", CHUNKS)
def test_on_sqlite_the_database_agrees_with_the_truth(first: int, template: Path) -> None:
    verdicts = [run_seed(seed, template=template) for seed in range(first, first + CHUNK)]
    failed = [verdict.describe(database="sqlite") for verdict in verdicts if verdict.failures]
    assert not failed, "\n".join(failed)


@pytest.mark.long
@pytest.mark.postgres
@pytest.mark.timeout(300)
@pytest.mark.parametrize("first", range(0, 50, CHUNK))
def test_on_postgresql_the_database_agrees_with_the_truth(
    first: int, postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    name = f"{TEMPLATE}_{first}"
    template = make_template(tmp_path_factory.mktemp("template"), database=postgres.database(name))
    seeds = range(first, first + CHUNK)
    verdicts = [
        run_seed(seed, template=template, database=postgres.database(f"nemesis_{seed}", template=name))
        for seed in seeds
    ]
    failed = [verdict.describe(database="postgresql") for verdict in verdicts if verdict.failures]
    assert not failed, "\n".join(failed)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("variant", BROKEN)
def test_a_service_that_is_broken_on_purpose_is_found_out(variant: str, template: Path) -> None:
    seeds, complaint = BROKEN[variant]
    said = []
    for seed in seeds:
        said += run_seed(seed, template=template, variant=variant).failures
        if any(complaint in failure for failure in said):
            return
    pytest.fail(f"the checker found nothing of the kind within {len(seeds)} seeds: {said}")


def test_a_seed_gives_the_same_world_every_time() -> None:
    assert [populate(seed) for seed in range(20)] == [populate(seed) for seed in range(20)]
    assert [plan_of(seed) for seed in range(20)] == [plan_of(seed) for seed in range(20)]


def test_a_failing_seed_prints_the_command_that_replays_it() -> None:
    said = Verdict(seed=17, failures=["something"]).describe(database="sqlite")
    assert "make nemesis SEED=17 DATABASE=sqlite" in said
