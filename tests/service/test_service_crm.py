"""`aparte crm import`: all of a file, or nothing of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from people.blind_index import contact_key
from people.customers import find_customer, unseal_contact
from people.master_key import derive
from records.database import open_engine, reading
from records.tables.ledger import LedgerEntryRow
from records.tables.people import CustomerKeyRow, CustomerRow
from service.wiring.app import App, open_app
from service.wiring.settings import load_settings
from tests.support.command_line import RunAparte
from tests.support.databases import copy_databases

HEADING = "reference,market,segment,name,surname,email,mobile,bookings\n"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    copy_databases(tmp_path)
    (tmp_path / "posts").mkdir()
    (tmp_path / "secrets.env").write_text("APARTE_MASTER_KEY=bW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW0=\n")
    path = tmp_path / "aparte.toml"
    path.write_text(
        '[service]\nclassifier = "fast"\n[[brands]]\nname = "marca"\nmarket = "ES"\n'
        '[[accounts]]\nbrand = "marca"\nname = "marca-f"\nnetwork = "files"\nexternal_id = "1"\nfolder = "posts"\n'
    )
    return path


def _opened(config: Path) -> App:
    return open_app(load_settings(config))


def test_an_export_is_imported_and_found_again(aparte: RunAparte, config: Path) -> None:
    file = config.parent / "crm.csv"
    file.write_text(HEADING + "C-1,ES,oro,Ana,Ruiz,ana@example.com,612 345 678,AB12CD\nC-2,ES,,Eva,,eva@,12,\n")
    ended = aparte("crm", "import", file, "--config", config, "--json")
    assert (ended.code, ended.err) == (0, "")
    assert json.loads(ended.out) == {
        "new": 2,
        "updated": 0,
        "erased": 0,
        "shared": 0,
        "unusable_emails": [3],
        "unusable_mobiles": [3],
    }
    app = _opened(config)
    key = contact_key("612345678", market="ES")
    assert key is not None
    with reading(app.engine) as session:
        found = find_customer(session, key, records_key=derive(app.master_key, "customer-keys"))
        told = unseal_contact(session, app.encryption, found or 0)
        logged = session.execute(select(LedgerEntryRow).where(col(LedgerEntryRow.kind) == "service:crm:imported"))
        body = str(logged.scalar_one().model_dump())
    assert told is not None
    assert (told.name, told.bookings) == ("Ana", ("AB12CD",))
    assert "ana@example.com" not in body
    app.close()


def test_what_was_done_is_said_in_words(aparte: RunAparte, config: Path) -> None:
    file = config.parent / "crm.csv"
    file.write_text(HEADING + "C-1,,,,,ana@example.com,1,\nC-2,,,,,ana@example.com,,\n")
    said = aparte("crm", "import", file, "--config", config).out
    assert "2 customers are new, 0 were replaced." in said
    assert "1 addresses, numbers or bookings are shared" in said
    assert "1 mobile numbers are none and were left out, the first on line 2." in said
    assert "0 customers are new, 2 were replaced." in aparte("crm", "import", file, "--config", config).out


def test_of_a_file_with_a_broken_line_nothing_is_taken(aparte: RunAparte, config: Path) -> None:
    file = config.parent / "crm.csv"
    file.write_text(HEADING + "C-1,ES,,Ana,,ana@example.com,,\n,ES,,Eva,,,,\n")
    ended = aparte("crm", "import", file, "--config", config)
    assert ended.code == 2
    assert "line 3: it has no reference" in ended.err
    assert ended.err.count("\n") == 1
    engine = open_engine(f"sqlite:///{config.parent / 'aparte.db'}")
    with reading(engine) as session:
        assert session.execute(select(func.count()).select_from(CustomerRow)).scalar_one() == 0
    engine.dispose()


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_hundred_thousand_customers_are_imported_in_one_go(aparte: RunAparte, config: Path) -> None:
    file = config.parent / "crm.csv"
    rows = (
        f"C-{number},ES,oro,Ana,Ruiz,person{number}@example.com,6{number:08d},B{number:05d}\n"
        for number in range(100_000)
    )
    file.write_text(HEADING + "".join(rows))
    for told in ({"new": 100_000, "updated": 0}, {"new": 0, "updated": 100_000}):
        ended = aparte("crm", "import", file, "--config", config, "--json")
        assert told.items() <= json.loads(ended.out).items()
    engine = open_engine(f"sqlite:///{config.parent / 'aparte.db'}")
    with reading(engine) as session:
        assert session.execute(select(func.count()).select_from(CustomerKeyRow)).scalar_one() == 300_000
    engine.dispose()
