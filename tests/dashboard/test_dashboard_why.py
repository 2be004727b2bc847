"""Why a post was decided so: told from the stored facts and the rulebook of that version, or from stored reasons."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import update
from streamlit.testing.v1 import AppTest

from policies.loading import load_rulebook
from records.database import writing
from records.tables.rules import RulebookRow
from records.tables.service import DecisionRow
from service.wiring.app import App
from tests.support.dashboard_data import NOW, Seeder, add_staff
from tests.support.screen import Screen, reference_of, shown_text

RULEBOOK = """
rulebook: tried
languages: [es, en]
rules:
  - name: angry
    state: live
    when: 'sentiment.negative > 0.9 && intent == "complaint"'
    then: {action: hold}
    because: Anger is read by a person.
  - name: aside
    state: live
    when: 'intent == "complaint"'
    then: {action: hold}
    because: In a crisis nothing is said automatically.
"""
FACTS = {
    "intent": {"value": "complaint", "source": "classifier:fast-1"},
    "sentiment.negative": {"value": 0.82, "source": "classifier:fast-1"},
}
Decide = Callable[..., AppTest]


@pytest.fixture
def decide(app: App, screen: Screen, seeder: Seeder) -> Decide:
    """The thread of a post that was decided so."""
    version = load_rulebook(RULEBOOK, name="tried").version
    heard = seeder.mention("@acme help")
    with writing(app.engine) as session:
        session.add(RulebookRow(version=version, name="tried", source=RULEBOOK, stored_at=NOW))
    screen.sign_in(add_staff(app))

    def run(language: str, **values: object) -> AppTest:
        stored = {"rulebook_version": version, "facts": FACTS, "rule": "aside", "reasons": [], **values}
        with writing(app.engine) as session:
            session.execute(update(DecisionRow).values(**stored))
        screen.language(language)
        return screen.open("thread", case=reference_of(app, heard.case_id))

    return run


def labels(web_app: AppTest) -> list[str]:
    return [expander.label for expander in web_app.expander]


def test_the_rule_its_facts_and_the_near_rule_are_told_in_english(decide: Decide) -> None:
    web_app = decide("en")
    page = shown_text(web_app)
    assert "The rule aside decided: In a crisis nothing is said automatically." in page
    assert "The intent is “complaint” (by the classifier)." in page
    assert "Rules that were near (1)" in labels(web_app)
    assert "The rule angry was near. The negative sentiment is 0.82; the rule asks for more than 0.9." in page


def test_the_same_is_told_in_spanish_with_the_reason_of_the_rule(decide: Decide) -> None:
    page = shown_text(decide("es"))
    assert "Decidió la regla aside: En una crisis no se dice nada automáticamente." in page
    assert "La intención es «queja» (según el clasificador)." in page
    assert "La regla angry estuvo cerca. El sentimiento negativo es 0,82; la regla pide más de 0,9." in page


def test_what_kept_a_rule_from_speaking_is_told_beside_it_and_facts_are_not_told_twice(decide: Decide) -> None:
    page = shown_text(
        decide(
            "en",
            reasons=[
                "Rule aside: In a crisis nothing is said automatically.",
                'intent = "complaint" (classifier:fast-1)',
                "A bot wrote this, and bots are not answered automatically: a person decides.",
            ],
        )
    )
    assert "A bot wrote this" in page
    assert page.count("In a crisis nothing is said automatically.") == 1
    assert "intent = " not in page


def test_a_post_that_no_rule_spoke_of_says_so(decide: Decide) -> None:
    web_app = decide("es", rule="no-rule", facts={})
    assert "No se cumplió ninguna regla" in shown_text(web_app)
    assert not [label for label in labels(web_app) if label.startswith("Reglas")]


def test_a_rule_that_was_unsure_is_named_with_what_it_doubts(decide: Decide) -> None:
    doubtful = {**FACTS, "intent": {"value": "complaint", "source": "unsure:classifier:fast-1"}}
    page = shown_text(decide("en", rule="unsure", facts=doubtful))
    assert "aside" in page
    assert "doubtful, by the classifier" in page


@pytest.mark.parametrize(
    "stored",
    [
        {"rulebook_version": "gone"},  # the text of that version is not kept
        {"rule": "renamed-since"},  # no rule of that version
        {"rule": "error"},  # it cannot be found again which rule failed
    ],
)
def test_where_nothing_can_be_worked_out_the_stored_reasons_stand(decide: Decide, stored: dict[str, object]) -> None:
    web_app = decide("en", reasons=["Rule aside: Kept from then."], **stored)
    assert "Rule aside: Kept from then." in shown_text(web_app)
    assert "sentiment.negative" in shown_text(web_app)


def test_a_rulebook_that_can_no_longer_be_read_is_no_obstacle(app: App, decide: Decide) -> None:
    with writing(app.engine) as session:
        session.add(RulebookRow(version="old", name="old", source="rules: {", stored_at=NOW))
    assert "Rule aside: Kept." in shown_text(decide("en", reasons=["Rule aside: Kept."], rulebook_version="old"))


def test_facts_of_another_time_break_nothing(decide: Decide) -> None:
    odd = {**FACTS, "gone.fact": {"value": 1, "source": "x"}, "toxicity": {"value": "much"}, "urgency": {"value": None}}
    assert "The rule aside decided" in shown_text(decide("en", facts=odd))
