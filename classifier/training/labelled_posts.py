"""Reading labelled posts from CSV files with a `text` column and a label column."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from classifier.training.training_sets import SKIP, Task, TrainingSource, source_for, task_named

_LONGEST_FIELD = 64 * 2**20
_EVALUATION_SUFFIXES = ("_dev", "_val", "_test")


class LabelledFileError(ValueError):
    """A labelled file cannot be used; the message says what to change in it."""


@dataclass(frozen=True, kw_only=True)
class LabelledPost:
    """One post and the answer a person gave."""

    text: str
    label: str
    language: str
    """ISO 639-1, or empty where the file does not say."""
    weight: float


def read_labelled(task: str, file: Path) -> list[LabelledPost]:
    """The labelled posts of one file, its labels in the words of `task`; rows without text are left out.

    Raises LabelledFileError where the file is missing, lacks a column, or has a label that is not of the task.
    """
    spec = task_named(task)
    source = source_for(task, file.name)
    with _opened(file) as reader:
        column = _label_column(reader.fieldnames or (), spec, source, file)
        posts = list(_posts(reader, column, spec, source, file))
    if not posts:
        raise LabelledFileError(f"{file} has no labelled post for {task}: give rows with text and {column}")
    return posts


def read_texts(file: Path) -> list[str]:
    """The texts of one file, whatever their labels.

    Raises LabelledFileError where the file is missing or lacks the column `text`.
    """
    with _opened(file) as reader:
        return [row["text"] for row in reader if row["text"]]


def refuse_evaluation_files(files: Sequence[Path]) -> None:
    """Raise LabelledFileError where a file is meant for measuring, by its name, and so must not train."""
    for file in files:
        if file.stem.endswith(_EVALUATION_SUFFIXES):
            raise LabelledFileError(
                f"{file.name} is for measuring: train on other files and give this one to `aparte evaluate`"
            )


@contextmanager
def _opened(file: Path) -> Iterator[csv.DictReader[str]]:
    csv.field_size_limit(_LONGEST_FIELD)
    try:
        with file.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
            reader = csv.DictReader(lines)
            if "text" not in (reader.fieldnames or ()):
                raise LabelledFileError(f"{file} has no column `text`: its first line must name the columns")
            yield reader
    except OSError as error:
        raise LabelledFileError(f"{file} cannot be read: {error.strerror}") from error
    except csv.Error as error:
        raise LabelledFileError(f"{file} is not a CSV file: {error}") from error


def _label_column(names: Sequence[str], task: Task, source: TrainingSource, file: Path) -> str:
    wanted = source.column or task.column
    for name in (wanted, "label"):
        if name in names:
            return name
    raise LabelledFileError(f"{file} has neither a column `{wanted}` nor `label`")


def _posts(
    rows: csv.DictReader[str], column: str, task: Task, source: TrainingSource, file: Path
) -> Iterator[LabelledPost]:
    for row in rows:
        text, given = row["text"] or "", (row[column] or "").strip()
        label = _task_label(given, task, source)
        if label is None:
            raise LabelledFileError(
                f"{file} line {rows.line_num}: label {given!r} in column `{column}` is not one of "
                f"{', '.join(task.labels)}"
            )
        if text.strip() and label != SKIP:
            yield LabelledPost(text=text, label=label, language=row.get("lang") or "", weight=source.weight)


def _task_label(given: str, task: Task, source: TrainingSource) -> str | None:
    for words in (source.labels, task.aliases):
        if given in words:
            return words[given]
    return given if given in task.labels else source.others
