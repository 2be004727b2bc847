"""Lines of a JSON lines or CSV file, each with its number, broken ones included."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import orjson

LONGEST_FIELD = 100_000_000
"""Characters of one CSV field; beyond any post, short of filling the memory."""

ENDINGS = (".jsonl", ".csv")

_BOM = b"\xef\xbb\xbf"


class FileUnreadableError(Exception):
    """The file cannot be read at all; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class FileLine:
    """One line: its values by column, or why there are none."""

    number: int
    values: Mapping[str, object] = field(default_factory=dict)
    unusable: str = ""
    whole: bool = True
    """False for a last line that has no end yet: somebody may still be writing it."""

    def written(self, column: str) -> str:
        """The value as text, as it stands; empty where it is absent or null."""
        value = self.values.get(column)
        return "" if value is None or isinstance(value, dict | list) else str(value)

    def text(self, column: str) -> str:
        """The value as text without white space around it."""
        return self.written(column).strip()


def read_lines(path: Path) -> Iterator[FileLine]:
    """Read the file by its ending. Raises FileUnreadableError where there is no such file or it is of another kind."""
    readers = dict(zip(ENDINGS, (_json_lines, _csv_lines), strict=True))
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise FileUnreadableError(f"{path.name} must end in .jsonl or .csv: give a file of posts of that kind.")
    try:
        yield from reader(path)
    except OSError as error:
        raise FileUnreadableError(
            f"{path.name} cannot be read ({error.strerror}): check that the file is there and may be read."
        ) from error


def _json_lines(path: Path) -> Iterator[FileLine]:
    with path.open("rb") as file:
        for number, raw in enumerate(file, start=1):
            content = raw.removeprefix(_BOM) if number == 1 else raw
            if content.strip():
                line = _json_line(number, content)
                # A JSON object that can be read has its end.
                yield replace(line, whole=False) if line.unusable and not raw.endswith(b"\n") else line


def _json_line(number: int, content: bytes) -> FileLine:
    try:
        values = orjson.loads(content)
    except orjson.JSONDecodeError:
        try:
            # Lone surrogates, which orjson refuses, are ordinary in posts.
            values = json.loads(content)
        except (ValueError, RecursionError):
            return FileLine(number=number, unusable="it is not JSON")
    if not isinstance(values, dict):
        return FileLine(number=number, unusable="it is not a JSON object")
    return FileLine(number=number, values=values)


def _csv_lines(path: Path) -> Iterator[FileLine]:
    csv.field_size_limit(LONGEST_FIELD)
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        written = _WrittenLines(file)
        rows = csv.DictReader(written)
        columns = rows.fieldnames or []
        if not {"id", "text"} <= set(columns):
            raise FileUnreadableError(f"{path.name} needs a heading with the columns id and text.")
        while True:
            try:
                row = next(rows)
            except StopIteration:
                return
            except csv.Error as error:
                yield FileLine(number=rows.line_num, unusable=f"it is not CSV ({error})", whole=written.ended)
                continue
            if None in row:
                yield FileLine(
                    number=rows.line_num, unusable="it has more fields than the heading", whole=written.ended
                )
            else:
                yield FileLine(number=rows.line_num, values=row, whole=written.ended)


class _WrittenLines:
    """The lines of a file as they stand, which knows whether what was read of them last had its end."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.ended = True

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.ended = line.endswith(("\n", "\r"))
            yield line
        # Asked for more than there is: a quoted field is still open.
        self.ended = False
