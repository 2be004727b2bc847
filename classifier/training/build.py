"""`python -m classifier.training.build DATA OUT [TASK...]`: train every shipped model from a folder of data sets."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from classifier.training.labelled_posts import LabelledFileError
from classifier.training.train import TrainingReport, train
from classifier.training.training_sets import TASKS, files_for

_USAGE = "usage: python -m classifier.training.build DATA_FOLDER OUT_FOLDER [TASK...]\n"


def build(data: Path, out: Path, *, tasks: Sequence[str] = tuple(TASKS)) -> list[TrainingReport]:
    """Train `tasks` on their training sets, with files found anywhere under `data`, into `out`.

    Raises LabelledFileError naming the first file that is not there.
    """
    return [train(task, [_found(data, name) for name in files_for(task)], out=out) for task in tasks]


def main(arguments: Sequence[str]) -> int:
    """Build from the command line; 0 done, 1 failed, 2 bad usage."""
    if len(arguments) < 2:
        sys.stderr.write(_USAGE)
        return 2
    data, out, *tasks = arguments
    try:
        for report in build(Path(data), Path(out), tasks=tasks or tuple(TASKS)):
            sys.stdout.write(f"{report.as_json()}\n")
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _found(data: Path, name: str) -> Path:
    found = sorted(data.rglob(name))
    if not found:
        raise LabelledFileError(f"{name} is not under {data}: give the folder that holds the labelled data sets")
    return found[0]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
