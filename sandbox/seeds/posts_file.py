"""Reads a file of posts, JSONL or CSV; lines that cannot be used are counted and named."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from sandbox.options import SandboxError
from sandbox.seeds.brands import NETWORKS
from sandbox.world.models import SkippedLine

NAMED_LINES = 20
LONGEST_FIELD = 2**31 - 1
ABSENT = {"", "null", "none", "nan"}
FALSE = {"false", "0", "no", "f", "n"}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One usable line of a posts file."""

    id: str
    text: str
    author: str | None = None
    lang: str = "und"
    at: float | None = None
    in_reply_to: str | None = None
    brand: str | None = None
    inbound: bool = True
    network: str = "x"
    kind: str | None = None
    """On Meta's networks, for example `ad`, `visitor_post`, `tag`, `mention`, `comment`; None where it is not given."""


@dataclass(frozen=True, kw_only=True)
class RowFile:
    """The usable lines of a posts file in file order, and the others."""

    rows: tuple[Row, ...]
    skipped: int
    skipped_lines: tuple[SkippedLine, ...]


class UnusableLineError(ValueError):
    """A line that cannot be used; the message says why."""


def read_rows(path: Path, limit: int | None = None) -> RowFile:
    """Read at most `limit` usable rows; raise SandboxError where the file has none or is of no known kind."""
    readers = {".jsonl": _jsonl_lines, ".csv": _csv_lines}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise SandboxError(f"Give the posts as a .jsonl or .csv file; {path.name} is neither.")
    if not path.is_file():
        raise SandboxError(f"There is no posts file {path}; give the path of a .jsonl or .csv file.")
    return _row_file(reader(path), limit, path.name)


def given_rows(rows: Iterable[Mapping[str, object]]) -> RowFile:
    """The same from rows in memory, with the columns that a file has."""
    lines = ((number, dict(fields)) for number, fields in enumerate(rows, start=1))
    return _row_file(lines, None, "the rows given")


Line = tuple[int, "dict[str, object] | UnusableLineError"]


def _row_file(lines: Iterator[Line], limit: int | None, name: str) -> RowFile:
    rows, skipped = _usable(lines, limit)
    if not rows:
        first = f" (line {skipped[0].line}: {skipped[0].why})" if skipped else ""
        raise SandboxError(f"No usable row in {name}{first}; each row needs at least an id and a text.")
    return RowFile(rows=tuple(rows), skipped=len(skipped), skipped_lines=tuple(skipped[:NAMED_LINES]))


def _usable(lines: Iterator[Line], limit: int | None) -> tuple[list[Row], list[SkippedLine]]:
    rows: list[Row] = []
    skipped: list[SkippedLine] = []
    seen: dict[str, int] = {}
    for number, fields in lines:
        if limit is not None and len(rows) >= limit:
            break
        try:
            row = _row(fields, seen)
        except UnusableLineError as why:
            skipped.append(SkippedLine(line=number, why=str(why)))
        else:
            seen[row.id] = number
            rows.append(row)
    return rows, skipped


def _jsonl_lines(path: Path) -> Iterator[Line]:
    with path.open("rb") as file:
        for number, raw in enumerate(file, start=1):
            if not raw.strip():
                continue
            try:
                fields = json.loads(raw.decode("utf-8-sig" if number == 1 else "utf-8", errors="surrogatepass"))
            except UnicodeDecodeError:
                yield number, UnusableLineError("not UTF-8")
            except (ValueError, RecursionError):
                yield number, UnusableLineError("not JSON")
            else:
                yield number, fields if isinstance(fields, dict) else UnusableLineError("not a JSON object")


def _csv_lines(path: Path) -> Iterator[Line]:
    csv.field_size_limit(LONGEST_FIELD)
    broken: set[int] = set()
    with path.open("rb") as file:
        reader = csv.reader(_decoded(file, broken), strict=True)
        header = _header(reader)
        if not {"id", "text"} <= set(header):
            raise SandboxError(f"The first line of {path.name} must name its columns, at least id and text.")
        while True:
            first = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield first, UnusableLineError(f"not CSV: {error}")
                continue
            if not cells:
                continue
            yield first, _csv_fields(header, cells, broken & set(range(first, reader.line_num + 1)))


def _header(reader: Iterator[list[str]]) -> list[str]:
    try:
        return [name.strip() for name in next(reader, [])]
    except csv.Error:
        return []


def _decoded(lines: Iterator[bytes], broken: set[int]) -> Iterator[str]:
    for number, raw in enumerate(lines, start=1):
        try:
            yield raw.decode("utf-8-sig" if number == 1 else "utf-8", errors="surrogatepass")
        except UnicodeDecodeError:
            broken.add(number)
            yield raw.decode("utf-8", errors="replace")


def _csv_fields(header: list[str], cells: list[str], broken: set[int]) -> dict[str, object] | UnusableLineError:
    if broken:
        return UnusableLineError("not UTF-8; save the file as UTF-8")
    if len(cells) != len(header):
        return UnusableLineError(f"{len(cells)} cells where the header has {len(header)}")
    return dict(zip(header, cells, strict=True))


def _row(fields: dict[str, object] | UnusableLineError, seen: dict[str, int]) -> Row:
    if isinstance(fields, UnusableLineError):
        raise fields
    text = fields.get("text")
    if not isinstance(text, str) or not text.strip():
        raise UnusableLineError("no text")
    identifier = _word(fields.get("id"))
    if identifier is None:
        raise UnusableLineError("no id")
    if identifier in seen:
        raise UnusableLineError(f"its id was seen before in line {seen[identifier]}")
    inbound = _word(fields.get("inbound"))
    network = (_word(fields.get("network")) or "x").casefold()
    if network not in NETWORKS:
        raise UnusableLineError(f"its network is none of {', '.join(NETWORKS)}")
    return Row(
        id=identifier,
        text=text,
        author=_word(fields.get("author")),
        lang=_word(fields.get("lang")) or "und",
        at=_date(_word(fields.get("created_at"))),
        in_reply_to=_word(fields.get("in_reply_to")),
        brand=_word(fields.get("brand")),
        inbound=inbound is None or inbound.casefold() not in FALSE,
        network=network,
        kind=_word(fields.get("kind")),
    )


def _word(value: object) -> str | None:
    if value is None or isinstance(value, dict | list):
        return None
    word = str(value).strip()
    whole = word.removesuffix(".0")
    if whole.isdigit():
        word = whole
    return None if word.casefold() in ABSENT else word


def _date(word: str | None) -> float | None:
    if word is None:
        return None
    try:
        date = parsedate_to_datetime(word) if word[:1].isalpha() else datetime.fromisoformat(word)
    except ValueError:
        raise UnusableLineError("its created_at is neither ISO 8601 nor X's form") from None
    return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
