"""`aparte classify`, `aparte evaluate` and `aparte train`.

Learning libraries take seconds to import, so each command imports what it needs when it runs.
"""

from __future__ import annotations

import json as json_text
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Annotated, BinaryIO

import orjson
import typer

from records.models import Assessment, ClassifierInput
from service.commands.failures import BAD_USAGE, Failure
from service.commands.options import AsJson

# ruff: noqa: PLC0415


BATCH = 256
Level = Annotated[str, typer.Option("--classifier", help="fast, balanced or accurate.")]
File = Annotated[Path | None, typer.Argument(help="Left out: stdin.")]


def classify(file: File = None, *, level: Level = "balanced") -> None:
    """Judge posts: JSONL with `text` in, the same lines with an `assessment` out. Broken lines are counted."""
    from classifier.judging.judge import load_judge

    with _bad_input_reported():
        judge = load_judge(level)
    skipped = 0
    with _opened(file) as lines:
        while batch := list(islice(lines, BATCH)):
            posts = [post for line in batch if (post := _parsed(line)) is not None]
            skipped += len(batch) - len(posts)
            found = judge.assess([ClassifierInput(text=str(post["text"])) for post in posts])
            for post, assessment in zip(posts, found, strict=True):
                sys.stdout.buffer.write(_written({**post, "assessment": _plain(assessment)}) + b"\n")
    sys.stdout.flush()
    if skipped:
        raise Failure(f"{skipped} lines were no JSON object with a `text` and were skipped: mend them and run again.")


def evaluate_task(task: str, file: Path, *, level: Level = "balanced", json: AsJson = False) -> None:
    """Measure the model of one task on labelled posts."""
    from classifier.training.evaluation import evaluate

    with _bad_input_reported():
        measured = evaluate(task, file, level=level)
    if json:
        typer.echo(json_text.dumps(measured.as_json()))
        return
    typer.echo(
        f"{measured.task} on {measured.file}: macro-F1 {measured.macro_f1:.3f}, accuracy {measured.accuracy:.3f}"
    )
    for label, score in measured.classes.items():
        typer.echo(f"  {label:<12} F1 {score.f1:.3f}  precision {score.precision:.3f}  recall {score.recall:.3f}")


def train_task(
    task: str,
    files: list[Path],
    *,
    out: Annotated[Path, typer.Option(help="The folder for what is learned.")],
    seed: int = 0,
) -> None:
    """Train the model of one task from labelled files."""
    from classifier.training.train import train

    with _bad_input_reported():
        report = train(task, files, out=out, seed=seed)
    typer.echo(json_text.dumps(report.as_json()))


@contextmanager
def _bad_input_reported() -> Iterator[None]:
    from classifier.judging.linear_models import ArtifactError
    from classifier.training.labelled_posts import LabelledFileError

    try:
        yield
    except (LabelledFileError, ArtifactError, ValueError) as error:
        raise Failure(str(error), exit_code=BAD_USAGE) from error


@contextmanager
def _opened(file: Path | None) -> Iterator[BinaryIO]:
    if file is None:
        yield sys.stdin.buffer
        return
    try:
        lines = file.open("rb")
    except OSError as error:
        raise Failure(f"{file} cannot be read: {error.strerror}.", exit_code=BAD_USAGE) from error
    with lines:
        yield lines


def _parsed(line: bytes) -> dict[str, object] | None:
    try:
        post = json_text.loads(line)
    except (ValueError, RecursionError):
        return None
    return post if isinstance(post, dict) and isinstance(post.get("text"), str) else None


def _written(judged: dict[str, object]) -> bytes:
    try:
        return orjson.dumps(judged, option=orjson.OPT_NON_STR_KEYS)
    except TypeError:
        # Lone surrogates and numbers beyond 64 bits: JSON has them, orjson does not.
        return json_text.dumps(judged).encode()


def _plain(found: Assessment) -> dict[str, object]:
    plain = asdict(found)
    plain["personal_data"] = [
        {"kind": datum.kind, "owner": datum.owner, "start": datum.start, "end": datum.end}
        for datum in found.personal_data
    ]
    return plain
