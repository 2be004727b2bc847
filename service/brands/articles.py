"""Articles: read from a JSONL or CSV file, which is checked as a whole, then stored, listed and expired.

Each change is one entry for the log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import Session, col

from ledger.canonical import Json
from ledger.entry import Entry
from records.bulk import parts
from records.database import sanitise_text
from records.models import Actor, Brand
from records.refusals import RefusalError
from records.tables.service import ArticleRow
from records.tabular import TabularFileError, describe_problems, read_rows

COLUMNS = ("brand", "title", "body", "language", "internal", "valid_until")
NEEDED = ("brand", "title", "body", "language")
LONGEST = {"title": 200, "body": 20_000}
"""Characters."""
_YES, _NO = frozenset({"true", "yes", "1", "sí", "si"}), frozenset({"false", "no", "0", ""})


class ArticleFileError(Exception):
    """A file of articles cannot be used; the message names each line and says what to do. Nothing was stored."""


@dataclass(frozen=True, kw_only=True)
class ArticleRecord:
    """One article of a file, identified by brand, title and language."""

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
        for number, line in read_rows(path, columns=COLUMNS, needed=NEEDED):
            record = line if isinstance(line, str) else _record(line, brands)
            if isinstance(record, ArticleRecord) and record.key in found:
                record = "the same brand, title and language stand on an earlier line: keep one of them"
            if isinstance(record, str):
                problems.append(f"line {number}: {record}")
            else:
                found[record.key] = record
    except TabularFileError as error:
        raise ArticleFileError(str(error)) from error
    if problems:
        raise ArticleFileError(describe_problems(path, problems))
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
    wrong = next((name for name, value in plain.items() if sanitise_text(value) != value), None)
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


ACTOR = Actor(tag="service:articles")


class NoSuchArticleError(RefusalError):
    """There is no such article; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class ImportedArticles:
    """Counts of one import."""

    new: int
    replaced: int


def import_articles(
    session: Session, records: Sequence[ArticleRecord], *, now: datetime
) -> tuple[ImportedArticles, Entry]:
    """Store articles; one of the same brand, title and language is replaced. The caller appends the entry last."""
    known = _stored_articles(session, records)
    for record in records:
        row = known.get(record.key)
        if row is None:
            row = ArticleRow(brand=record.brand, title=record.title, language=record.language, body="", internal=False)
        row.body, row.internal, row.valid_until = record.body, record.internal, record.valid_until
        session.add(row)
    session.flush()
    taken = ImportedArticles(new=len(records) - len(known), replaced=len(known))
    body = {"new": taken.new, "replaced": taken.replaced}
    return taken, Entry(kind="service:article:imported", at=now, actor=ACTOR.tag, body=body)


def list_articles(session: Session, *, brand: str | None = None) -> list[ArticleRow]:
    """Every article, of one brand or of all, also those that are no longer valid."""
    query = select(ArticleRow).order_by(col(ArticleRow.brand), col(ArticleRow.title), col(ArticleRow.language))
    if brand is not None:
        query = query.where(col(ArticleRow.brand) == brand)
    return list(session.execute(query).scalars())


def expire_article(session: Session, article_id: int, *, now: datetime) -> Entry:
    """End the validity of an article now. Raises NoSuchArticleError. The caller appends the entry last."""
    row = session.get(ArticleRow, article_id, with_for_update=True)
    if row is None:
        raise NoSuchArticleError(
            f"There is no article {article_id}: `aparte article list` shows them.",
            code="no-such-article",
            article=article_id,
        )
    if is_valid(row, now):
        row.valid_until = now
        session.add(row)
        session.flush()
    body: dict[str, Json] = {"article": article_id, "brand": row.brand}
    return Entry(kind="service:article:expired", at=now, actor=ACTOR.tag, body=body)


def is_valid(row: ArticleRow, now: datetime) -> bool:
    """Whether the article is valid now."""
    return row.valid_until is None or row.valid_until > now


def _stored_articles(session: Session, records: Sequence[ArticleRecord]) -> Mapping[tuple[str, str, str], ArticleRow]:
    wanted = {record.key for record in records}
    found: dict[tuple[str, str, str], ArticleRow] = {}
    for part in parts(sorted({record.title for record in records})):
        query = select(ArticleRow).where(col(ArticleRow.title).in_(part)).with_for_update()
        for row in session.execute(query).scalars():
            if (key := (row.brand, row.title, row.language)) in wanted:
                found[key] = row
    return found
