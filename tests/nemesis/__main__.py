"""`python -m tests.nemesis`: plays a range of seeds and tells which of them failed."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.nemesis.nemesis import Verdict, run_seed
from tests.nemesis.template import make_template
from tests.support.postgres import PostgresServer, running_server, server_programs

TEMPLATE = "nemesis_template"


def main() -> int:
    """Returns 1 where any seed failed."""
    asked = _arguments()
    seeds = [asked.seed] if asked.seed is not None else list(range(asked.first, asked.first + asked.seeds))
    begun, failed = time.monotonic(), 0
    with tempfile.TemporaryDirectory() as folder, _databases(asked.database, Path(folder)) as (template, server):
        play = partial(_play, template=template, server=server, variant=asked.variant, keep=asked.keep)
        with ThreadPoolExecutor(asked.jobs) as pool:
            for done, verdict in enumerate(pool.map(play, seeds), start=1):
                if verdict.failures:
                    failed += 1
                    _say("\r" + verdict.describe(database=asked.database))
                if sys.stderr.isatty():
                    sys.stderr.write(f"\r{done} of {len(seeds)} seeds, {failed} failed ")
                if len(seeds) == 1:
                    _say(f"{verdict}")
    took = time.monotonic() - begun
    _say(f"{len(seeds)} seeds on {asked.database} in {took:.0f} s ({took / len(seeds):.2f} s each): {failed} failed")
    return 1 if failed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.nemesis", description=__doc__)
    parser.add_argument("--seeds", type=int, default=100, help="how many seeds")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--seed", type=int, help="this seed alone")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--jobs", type=int, default=2, help="how many seeds at once")
    parser.add_argument("--variant", default="", help="play against a service that is broken in this way")
    parser.add_argument("--keep", type=Path, help="keep the files of the seeds in this folder")
    return parser.parse_args()


def _play(seed: int, *, template: Path, server: PostgresServer | None, variant: str, keep: Path | None) -> Verdict:
    database = server.database(f"nemesis_{seed}", template=TEMPLATE) if server else ""
    folder = keep / str(seed) if keep else None
    return run_seed(seed, template=template, database=database, variant=variant, keep=folder)


@contextmanager
def _databases(kind: str, folder: Path) -> Iterator[tuple[Path, PostgresServer | None]]:
    if kind == "sqlite":
        yield make_template(folder / "template"), None
        return
    programs = server_programs()
    if programs is None:
        raise SystemExit("PostgreSQL's server is not installed: install the package postgresql.")
    with running_server(programs) as server:
        yield make_template(folder / "template", database=server.database(TEMPLATE)), server


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
