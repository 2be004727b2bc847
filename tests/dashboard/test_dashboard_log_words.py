"""The log in words: every kind of entry that the app writes has some, and each family finds its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import dashboard
from dashboard.reads.log_entries import FAMILIES, EntryFilter, log_entries
from dashboard.wording.texts import LANGUAGES, wording_in
from ledger.entry import Entry
from ledger.log import append
from records.database import reading, writing
from records.enums import Purpose, ReplyStatus, Role
from service.brands.crisis_switch import declare
from service.wiring.app import App
from tests.support.dashboard_data import NOW, Seeder, add_staff
from tests.support.screen import Screen, reference_of, shown_text

ROOT = Path(dashboard.__file__).parent.parent
STATIONS = ("service", "cases", "room", "replies", "people", "listener")
WRITTEN = re.compile(r"""kind=f?"(?:\{source\}|agent|room|step|service):([a-z:-]+)[",]""")
SAID = re.compile(r"""log_room\(\s*\w+,\s*\w+,\s*"([a-z:-]+)\"""")
KINDS = {
    found
    for station in STATIONS
    for path in (ROOT / station).rglob("*.py")
    for pattern in (WRITTEN, SAID)
    for found in pattern.findall(path.read_text(encoding="utf-8"))
}
KINDS |= {f"{act}:{purpose}" for act in ("consented", "withdrew") for purpose in Purpose}
KINDS |= {f"reply:{status}" for status in ReplyStatus}
KINDS |= {f"crisis:{what}" for what in ("declared", "lift-begun", "lifted")}
KINDS |= {f"pilot:{what}" for what in ("started", "stopped", "promoted")}
KINDS |= {f"rulebook:{what}" for what in ("taken", "promoted")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_entry_has_words(language: str) -> None:
    assert len(KINDS) > 35
    assert sorted(kind for kind in KINDS if not wording_in(language).entry(f"agent:{kind}")) == []


def test_both_languages_tell_the_same_kinds_and_families() -> None:
    es, en = wording_in("es"), wording_in("en")
    assert set(es.entries) == set(en.entries)
    assert {f"log_{family}" for family in FAMILIES} <= set(es.words)


def test_every_kind_belongs_to_a_family() -> None:
    beginnings = tuple(each for family in FAMILIES.values() for each in family)
    assert [kind for kind in wording_in("en").entries if not kind.startswith(beginnings)] == []


def test_what_happened_is_told_with_who_did_it_and_the_case(app: App, screen: Screen, seeder: Seeder) -> None:
    heard = seeder.mention("@acme hola")
    chief = add_staff(app, Role.SUPERVISOR)
    with writing(app.engine) as session:
        declare(session, "acme", "Web caída", actor=chief.actor, now=NOW)
        entry = Entry(kind="room:proved:file", at=NOW, actor="person:room", case_id=heard.case_id, body={})
        append(session, [entry, Entry(kind="room:unheard:of", at=NOW, actor="step:x", body={})])
    screen.sign_in(chief)
    page = shown_text(screen.open("audit"))
    assert "A crisis was declared" in page
    assert "Vega" in page
    assert "room:unheard:of" in page
    assert reference_of(app, heard.case_id) in page
    screen.language("es")
    assert "La persona demostró que consta en los registros" in shown_text(screen.open("audit"))


def test_a_family_finds_its_entries_and_no_others(app: App, seeder: Seeder) -> None:
    heard = seeder.mention("@acme hola")
    with writing(app.engine) as session:
        append(
            session,
            [
                Entry(kind=kind, at=NOW, actor="person:room", case_id=heard.case_id, body={})
                for kind in ("room:consented:learn", "room:withdrew:learn", "room:proved:file", "agent:room:said")
            ],
        )
    with reading(app.engine) as session:
        consents = log_entries(session, EntryFilter(family="consents"))
        of_case = log_entries(session, EntryFilter(family="rooms", reference=reference_of(app, heard.case_id)))
    assert [entry.kind for entry in consents] == ["room:withdrew:learn", "room:consented:learn"]
    assert [entry.kind for entry in of_case] == ["agent:room:said"]
