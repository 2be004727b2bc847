"""Reads rows of a tabular file: JSON lines, or CSV with a heading; each with its line number."""

from __future__ import annotations

import csv
import json
from collections.abc import Collection, Iterator
from pathlib import Path

MOST_PROBLEMS_NAMED = 20
"""Problems that are named; of the others only how many there are."""
_JSON_ENDINGS = frozenset({".jsonl", ".ndjson"})

TabularRow = dict[str, object]
"""What stands in a line, by column; in CSV always text."""


class TabularFileError(Exception):
    """A file is no export that can be read at all; the message says what to do."""


def read_rows(
    path: Path, *, columns: Collection[str], needed: Collection[str]
) -> Iterator[tuple[int, TabularRow | str]]:
    """The lines of a file with their numbers: a row, or what is wrong with it as the end of a sentence.

    `.jsonl` and `.ndjson` hold one JSON object a line; anything else is CSV, parted by commas, semicolons or tabs, and
    its heading names all that is `needed`. Columns of other names are passed over. Raises ExportError.
    """
    is_json = path.suffix.lower() in _JSON_ENDINGS
    try:
        yield from _json_lines(path) if is_json else _csv_lines(path, columns, needed)
    except OSError as error:
        raise TabularFileError(f"{path} cannot be read ({error.strerror}): check the path and its rights.") from error
    except UnicodeDecodeError as error:
        raise TabularFileError(f"{path} is not UTF-8: export it again in that encoding.") from error
    except csv.Error as error:
        raise TabularFileError(
            f"{path} is not CSV ({error}): quote fields that hold separators or line ends."
        ) from error


def describe_problems(path: Path, problems: list[str]) -> str:
    """All problems of a file in one sentence, the first ones by name."""
    more = f" And {len(problems) - MOST_PROBLEMS_NAMED} more lines." if len(problems) > MOST_PROBLEMS_NAMED else ""
    return f"{path} was not imported, mend it and try again: {'; '.join(problems[:MOST_PROBLEMS_NAMED])}.{more}"


def _json_lines(path: Path) -> Iterator[tuple[int, TabularRow | str]]:
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                found = json.loads(line)
            except (ValueError, RecursionError):
                yield number, "it is not JSON: write one object a line"
                continue
            yield number, found if isinstance(found, dict) else "it is not a JSON object: write {...}, one a line"


def _csv_lines(path: Path, columns: Collection[str], needed: Collection[str]) -> Iterator[tuple[int, TabularRow | str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        heading = file.readline()
        separator = max(",;\t", key=heading.count)
        names = [name.strip().lower() for name in next(csv.reader([heading], delimiter=separator), [])]
        missing = [name for name in needed if name not in names]
        twice = sorted({name for name in names if name in columns and names.count(name) > 1})
        if missing or twice:
            wrong = f"has no column {missing[0]}" if missing else f"has two columns {twice[0]}"
            raise TabularFileError(f"{path} {wrong}: its first line names the columns {', '.join(columns)}.")
        reader = csv.reader(file, delimiter=separator, strict=True)
        first_of_row = 2
        for fields in reader:
            number, first_of_row = first_of_row, reader.line_num + 2
            if not fields:
                continue
            if len(fields) != len(names):
                yield number, f"it has {len(fields)} fields and the heading {len(names)}: quote what holds a separator"
            else:
                yield number, dict(zip(names, fields, strict=True))
