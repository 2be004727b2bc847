"""`aparte article`: knowledge is taken from files as a whole, replaced, listed and expired, and rules read it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from records.database import reading
from records.tables.ledger import LedgerEntryRow
from records.tables.service import ArticleRow
from service.brands.articles import ArticleFileError, read_article_file
from service.deciding.brand_reader import read_brand_contexts
from service.wiring.app import App, open_app
from service.wiring.settings import load_settings
from tests.support.command_line import RunAparte
from tests.support.databases import copy_databases

SETTINGS = """
[[brands]]
name = "acme"

[[accounts]]
brand = "acme"
name = "acme-files"
network = "files"
external_id = "acme"
folder = "posts"
"""
HOURS = {"brand": "acme", "title": "Horario de oficinas", "body": "De 9 a 14.", "language": "es"}
OUTAGE = {"brand": "acme", "title": "Incidencia: la app no abre", "body": "Lo sabemos.", "language": "es"}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    copy_databases(tmp_path)
    (tmp_path / "aparte.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "secrets.env").write_text(f"APARTE_MASTER_KEY={'A' * 43}=\n", encoding="utf-8")
    return tmp_path / "aparte.toml"


@pytest.fixture
def app(config: Path) -> Iterator[App]:
    found = open_app(load_settings(config))
    yield found
    found.close()


def written(folder: Path, *rows: dict[str, object]) -> Path:
    file = folder / "articles.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


def kept(app: App) -> list[ArticleRow]:
    with reading(app.engine) as session:
        return list(session.execute(select(ArticleRow).order_by(col(ArticleRow.id))).scalars())


def test_an_article_is_taken_once_replaced_by_its_title_and_expired_and_each_is_logged(
    aparte: RunAparte, config: Path, tmp_path: Path
) -> None:
    file = written(tmp_path, HOURS, {**OUTAGE, "internal": False})
    assert json.loads(aparte("article", "import", file, "--json", "--config", config).out) == {"new": 2, "replaced": 0}
    written(tmp_path, {**HOURS, "body": "De 8 a 15.", "valid_until": "2099-12-31"})
    assert "1 were replaced" in aparte("article", "import", file, "--config", config).out
    told = json.loads(aparte("article", "list", "--json", "--config", config).out)
    assert [(each["title"], each["valid"]) for each in told] == [(HOURS["title"], True), (OUTAGE["title"], True)]
    assert told[0]["valid_until"] == "2099-12-31T23:00:00+00:00"  # the end of that day in Madrid
    ended = aparte("article", "expire", told[1]["id"], "--config", config)
    assert ended.code == 0
    assert "Incidencia: la app no abre (es, expired)" in aparte("article", "list", "--config", config).out
    app = open_app(load_settings(config))
    with reading(app.engine) as session:
        query = select(LedgerEntryRow).where(col(LedgerEntryRow.kind).startswith("service:article:"))
        log = [(row.kind, row.body) for row in session.execute(query.order_by(col(LedgerEntryRow.index))).scalars()]
    assert [kind for kind, _ in log] == [*["service:article:imported"] * 2, "service:article:expired"]
    assert kept(app)[0].body == "De 8 a 15."
    app.close()


def test_rules_learn_of_articles_and_of_incidents_for_as_long_as_they_are_valid(
    app: App, aparte: RunAparte, config: Path, tmp_path: Path
) -> None:
    internal = {**HOURS, "title": "Cómo derivar", "internal": True}
    aparte("article", "import", written(tmp_path, HOURS, OUTAGE, internal), "--config", config)
    with reading(app.engine) as session:
        found = read_brand_contexts(session, app, now=app.clock.now())["acme"]
    assert (found.incident_known, [article.title for article in found.articles]) == (True, [HOURS["title"]])
    aparte("article", "expire", kept(app)[1].id, "--config", config)
    with reading(app.engine) as session:
        found = read_brand_contexts(session, app, now=app.clock.now())["acme"]
    assert (found.incident_known, len(found.articles)) == (False, 1)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({**HOURS, "brand": "other"}, "its brand is none of acme"),
        ({**HOURS, "title": " "}, "it has no title"),
        ({**HOURS, "title": "t\u202eu"}, "do not print"),
        ({**HOURS, "title": "t" * 201}, "has 201 characters"),
        ({**HOURS, "body": "a\x00b"}, "cannot be stored"),
        ({**HOURS, "body": 3}, "its body is no text"),
        ({**HOURS, "language": "fr"}, "none that acme speaks: es, en"),
        ({**HOURS, "internal": "perhaps"}, "neither true nor false"),
        ({**HOURS, "valid_until": "soon"}, "neither a day"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_nothing_is_taken(
    app: App, tmp_path: Path, row: dict[str, object], why: str
) -> None:
    with pytest.raises(ArticleFileError, match=f"line 2: .*{why}"):
        read_article_file(written(tmp_path, OUTAGE, row), brands=app.settings.brands)
    assert kept(app) == []


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "has no column brand"),
        (b"brand,title,language\n", "has no column body"),
        (b"brand,title,body,language\n", "holds no article"),
        (b"brand,title,body,language\nacme,t\n", "line 2: it has 2 fields and the heading 4"),
        (b"brand,title,body,language\nacme,t,b,es\nacme,t,b,es\n", "line 3: the same brand, title and language"),
        (b'brand,title,body,language\nacme,"t"x,b,es\n', "is not CSV"),
        (b"brand,title,body,language\nacme,\xff,b,es\n", "is not UTF-8"),
    ],
)
def test_a_file_that_is_no_list_of_articles_says_so_in_one_sentence(
    app: App, tmp_path: Path, content: bytes, why: str
) -> None:
    file = tmp_path / "articles.csv"
    file.write_bytes(content)
    with pytest.raises(ArticleFileError, match=why):
        read_article_file(file, brands=app.settings.brands)


def test_csv_is_read_with_any_usual_separator_and_long_fields(app: App, tmp_path: Path) -> None:
    file = tmp_path / "articles.csv"
    file.write_text(
        'brand;title;body;language;internal;valid_until;more\nacme;t;"dos\nlíneas";es;sí;2026-12-01T10:00;x\n', "utf-8"
    )
    (found,) = read_article_file(file, brands=app.settings.brands)
    assert (found.body, found.internal) == ("dos\nlíneas", True)
    assert found.valid_until is not None
    assert found.valid_until.astimezone(UTC) == datetime(2026, 12, 1, 9, tzinfo=UTC)


def test_an_article_or_a_file_that_is_not_there_is_one_sentence(
    aparte: RunAparte, config: Path, tmp_path: Path
) -> None:
    ended = aparte("article", "expire", 7, "--config", config)
    assert (ended.code, ended.err.count("\n")) == (1, 1)
    assert "There is no article 7" in ended.err
    ended = aparte("article", "import", tmp_path / "none.csv", "--config", config)
    assert (ended.code, ended.err.count("\n")) == (2, 1)
