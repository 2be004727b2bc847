from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from string import Formatter

import pytest
import yaml

import dashboard
from dashboard.wording.formats import format_clock, format_duration, format_time
from dashboard.wording.texts import LANGUAGES, preferred_language, wording_in
from records.enums import (
    Act,
    Action,
    Approval,
    CaseStatus,
    Intent,
    Priority,
    Queue,
    Relation,
    ReplyStatus,
    Role,
    RoomStatus,
    Sentiment,
    Urgency,
)
from tests.support.dashboard_data import NOW

FOLDER = Path(dashboard.__file__).parent
SOURCES = [*FOLDER.rglob("*.py"), *FOLDER.glob("templates/*.html")]
RULEBOOKS = sorted((FOLDER.parent / "policies" / "rulebooks").glob("*.yaml"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_that_a_page_asks_for_exists(language: str) -> None:
    asked = {name for path in SOURCES for name in re.findall(r"""\bsay\(\s*["']([a-z_]+)["']""", path.read_text())}
    assert asked <= set(wording_in(language).texts)
    assert len(asked) > 90


def test_no_text_is_kept_that_no_page_asks_for() -> None:
    everything = " ".join(path.read_text(encoding="utf-8") for path in SOURCES)
    unused = [name for name in wording_in("es").texts if not re.search(rf"[\"']{name}[\"']", everything)]
    assert unused == []


def test_both_languages_have_the_same_texts_words_and_holes() -> None:
    es, en = wording_in("es"), wording_in("en")
    assert set(es.texts) == set(en.texts)
    assert set(es.words) == set(en.words)
    holes = {name: [hole for _, hole, _, _ in Formatter().parse(text)] for name, text in en.texts.items()}
    for name, text in es.texts.items():
        found = [hole for _, hole, _, _ in Formatter().parse(text) if hole]
        assert sorted(found) == sorted(hole for hole in holes[name] if hole), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_stored_word_has_a_written_form(language: str) -> None:
    words = wording_in(language).words
    plain = (Action, Queue, Sentiment, Relation, Intent)
    plain += (ReplyStatus, CaseStatus, Act, Role)
    stored = {word.value for family in plain for word in family}
    prefixed = (("priority", Priority), ("urgency", Urgency))
    prefixed += (("approval", Approval), ("room", RoomStatus))
    stored |= {f"{prefix}_{word}" for prefix, family in prefixed for word in family}
    assert stored <= set(words)


@pytest.mark.parametrize("rulebook", RULEBOOKS, ids=lambda path: path.stem)
def test_every_reason_of_the_shipped_rulebooks_is_known_in_spanish(rulebook: Path) -> None:
    say = wording_in("es")
    for rule in yaml.safe_load(rulebook.read_text(encoding="utf-8")).get("rules", []):
        assert say.sentence(rule["because"]) != rule["because"], rule["because"]


def test_a_reason_is_told_in_the_viewers_language_with_its_rule() -> None:
    reason = "Rule spam: Advertising is not a request."
    assert wording_in("es").sentence(reason) == "Regla spam: La publicidad no es una petición."
    assert wording_in("en").sentence(reason) == reason


def test_a_refusal_of_the_guard_is_told_with_all_its_findings() -> None:
    refusal = (
        "This text may not leave: The text is empty; write an answer. The text carries personal data (iban); remove it."
    )
    said = wording_in("es").sentence(refusal)
    assert said.startswith("Este texto no puede salir: El texto está vacío")
    assert said.endswith("El texto lleva datos personales (iban); quítalos.")


def test_a_sentence_that_nobody_knows_stays_as_it_is() -> None:
    assert (
        wording_in("es").sentence("Rule x: Because {braces} and % signs.") == "Regla x: Because {braces} and % signs."
    )


@pytest.mark.parametrize(
    ("chosen", "accepted", "expected"),
    [
        ("en", "es-ES", "en"),  # the switch wins
        (None, "fr-FR, en;q=0.8, es", "en"),  # the first that is spoken here
        (None, "fr", "es"),
        ("klingon", None, "es"),
    ],
)
def test_the_language_is_that_of_the_switch_else_of_the_browser(
    chosen: str | None, accepted: str | None, expected: str
) -> None:
    assert preferred_language(chosen, accepted) == expected


@pytest.mark.parametrize(
    ("passed", "expected"),
    [
        (timedelta(minutes=42, seconds=59), "42 min"),
        (timedelta(hours=3, minutes=5), "3 h 05 min"),
        (timedelta(days=2, hours=4), "2 d 4 h"),
        (timedelta(seconds=-5), "0 min"),
    ],
)
def test_spans_are_told_in_the_unit_that_matters(passed: timedelta, expected: str) -> None:
    assert format_duration(passed) == expected


def test_the_first_response_clock_says_late_due_or_answered() -> None:
    say = wording_in("en")
    assert format_clock(NOW - timedelta(minutes=12), None, now=NOW, say=say) == "late by 12 min"
    assert format_clock(NOW + timedelta(minutes=12), None, now=NOW, say=say) == "due in 12 min"
    assert format_clock(NOW, NOW, now=NOW, say=say) == "answered"
    assert format_clock(None, None, now=NOW, say=say) == ""


def test_moments_are_told_in_the_brands_zone() -> None:
    say = wording_in("es")
    assert format_time(NOW, "Europe/Madrid", now=NOW, say=say) == "14:00"
    assert format_time(NOW - timedelta(days=3), "Europe/Madrid", now=NOW, say=say) == "1 may 14:00"
    assert format_time(NOW.replace(year=2024), "America/Bogota", now=NOW, say=say) == "4 may 2024 07:00"
