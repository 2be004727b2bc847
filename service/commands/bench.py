"""`aparte bench`: how many posts a second, from an HTTP page to a stored decision and its log entry."""

from __future__ import annotations

import json as json_text
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from service.commands.failures import Failure, reported
from service.commands.options import AsJson
from service.demo.benchmark import measure
from service.operations.process import set_up_logs

SIZES = (10_000, 100_000)


def bench(
    *,
    posts: Annotated[int | None, typer.Option(min=10, help="One run of so many; left out: 10,000 and 100,000.")] = None,
    classifier: Annotated[str, typer.Option(help="fast, balanced or accurate.")] = "fast",
    json: AsJson = False,
) -> None:
    """Measure the main path against a practice network without limits."""
    set_up_logs("text", verbose=False)
    if posts is None:
        runs = [_in_a_process_of_its_own(size, classifier) for size in SIZES]
    else:
        with reported(), tempfile.TemporaryDirectory(prefix="aparte-bench-") as folder:
            runs = [asdict(measure(posts, folder=Path(folder), classifier=classifier))]
    if json:
        typer.echo(json_text.dumps({"classifier": classifier, "runs": runs}))
        return
    for run in runs:
        shares = ", ".join(f"{name} {share:.0%}" for name, share in run["shares"].items())
        typer.echo(
            f"{run['posts']:>7} posts: {run['posts_a_second']:.0f} a second ({shares}), "
            f"peak memory {run['peak_memory_mb']:.0f} MB, {run['log_entries']} log entries"
        )


def _in_a_process_of_its_own(posts: int, classifier: str) -> dict[str, Any]:
    """Peak memory is a figure of a whole process, so each size gets one."""
    command = [
        sys.executable,
        "-m",
        "service.cli",
        "bench",
        "--posts",
        str(posts),
        "--classifier",
        classifier,
        "--json",
    ]
    ended = subprocess.run(command, stdout=subprocess.PIPE, check=False)  # noqa: S603 - our own command line
    if ended.returncode:
        raise Failure(f"The run of {posts} posts ended with code {ended.returncode}.")
    (run,) = json_text.loads(ended.stdout)["runs"]
    return dict(run)
