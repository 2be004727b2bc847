"""Reads a file of articles: JSONL or CSV, checked as a whole before anything is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from listener.storable import storable
from people.export_lines import ExportError, export_lines, told
from records.nouns import Brand

COLUMNS = ("brand", "title", "body", "language", "internal", "valid_until")
NEEDED = ("brand", "title", "body", "language")
LONGEST = {"title": 200, "body": 20_000}
"""Characters."""
_YES, _NO = frozenset({"true", "yes", "1", "sí", "si"}), frozenset({"false", "no", "0", ""})


class ArticleFileError(Exception):
    """A file of articles cannot be used; the message names each line and says what to do. Nothing was stored."""


@dataclass(frozen=True, kw_only=True)
class ArticleRecord:
    """One article as a file gives it; brand, title and language tell it from others."""

    brand: str
    title: str
    body: str
    language: str
    internal: bool
    valid_until: datetime | None

    @property
    def key(self) -> tuple[str, str, str]:
        return self.brand, self.title, self.language


def read_article_file(path: Path, *, brands: Mapping[str, Brand]) -> tuple[ArticleRecord, ...]:
    """Read a file of articles: `.jsonl` and `.ndjson` hold one JSON object a line, anything else is CSV with a heading.

    `internal` is `true` or `false` (left out: false). `valid_until` is a day, which is the last one, or a moment, in
    the brand's zone where it names none. Columns of other names are passed over. Raises ArticleFileError.
    """
    problems: list[str] = []
    found: dict[tuple[str, str, str], ArticleRecord] = {}
    try:
        for number, line in export_lines(path, columns=COLUMNS, needed=NEEDED):
            record = line if isinstance(line, str) else _record(line, brands)
            if isinstance(record, ArticleRecord) and record.key in found:
                record = "the same brand, title and language stand on an earlier line: keep one of them"
            if isinstance(record, str):
                problems.append(f"line {number}: {record}")
            else:
                found[record.key] = record
    except ExportError as error:
        raise ArticleFileError(str(error)) from error
    if problems:
        raise ArticleFileError(told(path, problems))
    if not found:
        raise ArticleFileError(f"{path} holds no article: give it the columns {', '.join(COLUMNS)}.")
    return tuple(found.values())


def _record(row: Mapping[str, object], brands: Mapping[str, Brand]) -> ArticleRecord | str:
    """The article of a row, or what is wrong with it."""
    plain: dict[str, str] = {}
    for name in COLUMNS:
        value = row.get(name)
        if not isinstance(value, str | bool | None):
            return f"its {name} is no text"
        plain[name] = ("" if value is None else str(value)).strip()
    missing = next((name for name in NEEDED if not plain[name]), None)
    if missing is not None:
        return f"it has no {missing}"
    wrong = next((name for name, value in plain.items() if storable(value) != value), None)
    if wrong is not None:
        return f"its {wrong} holds signs that cannot be stored: paste it as plain text"
    if not plain["title"].isprintable():
        return "its title holds signs that do not print: write it on one line"
    long = next((name for name, most in LONGEST.items() if len(plain[name]) > most), None)
    if long is not None:
        return f"its {long} has {len(plain[long])} characters and may have {LONGEST[long]}"
    return _checked(plain, brands)


def _checked(plain: Mapping[str, str], brands: Mapping[str, Brand]) -> ArticleRecord | str:
    brand = brands.get(plain["brand"])
    if brand is None:
        return f"its brand is none of {', '.join(sorted(brands))}"
    if plain["language"] not in brand.languages:
        return f"its language is none that {brand.name} speaks: {', '.join(brand.languages)}"
    internal = plain["internal"].lower()
    if internal not in _YES | _NO:
        return "its internal is neither true nor false"
    try:
        valid_until = _moment(plain["valid_until"], ZoneInfo(brand.timezone))
    except (ValueError, OverflowError):
        return "its valid_until is neither a day, such as 2027-03-31, nor a moment, such as 2027-03-31T14:00"
    return ArticleRecord(
        brand=brand.name,
        title=plain["title"],
        body=plain["body"],
        language=plain["language"],
        internal=internal in _YES,
        valid_until=valid_until,
    )


def _moment(written: str, zone: ZoneInfo) -> datetime | None:
    if not written:
        return None
    try:
        day = date.fromisoformat(written)
    except ValueError:
        moment = datetime.fromisoformat(written)
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone)
