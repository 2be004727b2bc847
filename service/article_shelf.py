"""The articles that are kept: taken from a file, listed, and expired. Each change is one entry for the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from ledger.canonical import Json
from ledger.entry import Entry
from listener.bulk import parts
from records.nouns import Actor
from records.tables.service import ArticleRow
from service.article_files import ArticleRecord

ACTOR = Actor(tag="service:articles")


class NoSuchArticleError(Exception):
    """There is no such article; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class Taken:
    """How many articles an import brought."""

    new: int
    replaced: int


def take_articles(session: Session, records: Sequence[ArticleRecord], *, now: datetime) -> tuple[Taken, Entry]:
    """Store articles; one of the same brand, title and language is replaced. The caller appends the entry last."""
    known = _known(session, records)
    for record in records:
        row = known.get(record.key)
        if row is None:
            row = ArticleRow(brand=record.brand, title=record.title, language=record.language, body="", internal=False)
        row.body, row.internal, row.valid_until = record.body, record.internal, record.valid_until
        session.add(row)
    session.flush()
    taken = Taken(new=len(records) - len(known), replaced=len(known))
    body = {"new": taken.new, "replaced": taken.replaced}
    return taken, Entry(kind="service:article:imported", at=now, actor=ACTOR.tag, body=body)


def kept_articles(session: Session, *, brand: str | None = None) -> list[ArticleRow]:
    """Every article, of one brand or of all, also those that are no longer valid."""
    query = select(ArticleRow).order_by(col(ArticleRow.brand), col(ArticleRow.title), col(ArticleRow.language))
    if brand is not None:
        query = query.where(col(ArticleRow.brand) == brand)
    return list(session.execute(query).scalars())


def expire_article(session: Session, article_id: int, *, now: datetime) -> Entry:
    """Let an article be valid no longer. Raises NoSuchArticleError. The caller appends the entry last."""
    row = session.get(ArticleRow, article_id, with_for_update=True)
    if row is None:
        raise NoSuchArticleError(f"There is no article {article_id}: `aparte article list` shows them.")
    if is_valid(row, now):
        row.valid_until = now
        session.add(row)
        session.flush()
    body: dict[str, Json] = {"article": article_id, "brand": row.brand}
    return Entry(kind="service:article:expired", at=now, actor=ACTOR.tag, body=body)


def is_valid(row: ArticleRow, now: datetime) -> bool:
    """Whether answers may lean on it now."""
    return row.valid_until is None or row.valid_until > now


def _known(session: Session, records: Sequence[ArticleRecord]) -> Mapping[tuple[str, str, str], ArticleRow]:
    wanted = {record.key for record in records}
    found: dict[tuple[str, str, str], ArticleRow] = {}
    for part in parts(sorted({record.title for record in records})):
        query = select(ArticleRow).where(col(ArticleRow.title).in_(part)).with_for_update()
        for row in session.execute(query).scalars():
            if (key := (row.brand, row.title, row.language)) in wanted:
                found[key] = row
    return found
