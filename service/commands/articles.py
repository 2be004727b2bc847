"""`aparte article import|list|expire`: the knowledge that rules ask for, and the incidents that are known."""

from __future__ import annotations

import json as json_text
from pathlib import Path
from typing import Annotated

import typer

from ledger.log import append
from records.database import reading, writing
from records.tables.service import ArticleRow
from service.brands.articles import (
    ArticleFileError,
    expire_article,
    import_articles,
    is_valid,
    list_articles,
    read_article_file,
)
from service.commands.context import configured_app
from service.commands.failures import BAD_USAGE, Failure, reported
from service.commands.options import AsJson, Config


def import_(file: Path, *, config: Config = None, json: AsJson = False) -> None:
    """Take the articles of a file (JSONL or CSV); one of the same brand, title and language is replaced.

    Columns: brand, title, body, language, internal, valid_until. All of the file is taken, or nothing.
    """
    with configured_app(config) as app, reported():
        try:
            records = read_article_file(file, brands=app.settings.brands)
        except ArticleFileError as error:
            raise Failure(str(error), exit_code=BAD_USAGE) from error
        with writing(app.engine, in_turn="articles") as session:
            taken, entry = import_articles(session, records, now=app.clock.now())
            append(session, [entry])
    told = {"new": taken.new, "replaced": taken.replaced}
    typer.echo(json_text.dumps(told) if json else f"{taken.new} articles are new, {taken.replaced} were replaced.")


def list_(
    *,
    brand: Annotated[str | None, typer.Option("--brand", help="Only of this brand; left out: of all.")] = None,
    config: Config = None,
    json: AsJson = False,
) -> None:
    """Show the articles with their numbers, and which are valid now."""
    with configured_app(config) as app, reported():
        now = app.clock.now()
        with reading(app.engine) as session:
            rows = list_articles(session, brand=brand)
    told = [_told(row, valid=is_valid(row, now)) for row in rows]
    if json:
        typer.echo(json_text.dumps(told, ensure_ascii=False))
        return
    for each in told:
        marks = [str(each["language"]), *(["internal"] if each["internal"] else [])]
        marks += [] if each["valid"] else ["expired"]
        until = f", until {each['valid_until']}" if each["valid"] and each["valid_until"] else ""
        typer.echo(f"{each['id']:>5}  {each['brand']}: {each['title']} ({', '.join(marks)}{until})")


def expire(number: Annotated[int, typer.Argument(help="As `list` shows it.")], *, config: Config = None) -> None:
    """Let an article be valid no longer; the end of an incident."""
    with configured_app(config) as app, reported(), writing(app.engine, in_turn="articles") as session:
        append(session, [expire_article(session, number, now=app.clock.now())])
    typer.echo(f"Article {number} is valid no longer.")


def _told(row: ArticleRow, *, valid: bool) -> dict[str, object]:
    return {
        "id": row.id,
        "brand": row.brand,
        "title": row.title,
        "language": row.language,
        "internal": row.internal,
        "valid_until": None if row.valid_until is None else row.valid_until.isoformat(),
        "valid": valid,
    }
