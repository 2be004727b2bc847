from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import product

import pytest

from policies.channel import Channel
from policies.checking import check
from policies.engine import decide
from policies.guard import inspect
from policies.rulebook import Rulebook, shipped_rulebook
from policies.shipped import shipped_source
from policies.templates import Template, is_private
from policies.texts import render
from policies.vocabulary import default_facts
from policies.words import State
from records.nouns import Action, Approval, Brand, Fact, FactValue, Priority, Verdict

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
NAMES = ("default", "retail-bank", "airline")
STANDARD = (
    "aside",
    "aside-writing",
    "invitation",
    "thanks",
    "acknowledge",
    "incident",
    "ask-more",
    "interest",
    "protect-your-data",
    "closing",
)

SUMMONED: dict[str, FactValue] = {"permission.reply": True, "language": "es", "mention.feed": "mentions"}
COMPLAINT: dict[str, FactValue] = {"intent": "complaint", "intent.probability": 0.8, "sentiment.negative": 0.9}
CUSTOMER: dict[str, FactValue] = {"relation.customer": 0.8, "relation.bystander": 0.1, "relation.label": "customer"}

# A mention for every rule of the three rulebooks: what it is like, and in which of them the rule decides.
SCENES: dict[str, dict[str, FactValue]] = {
    "own-voice": {"author.own_account": True, "signal.danger": True},
    "danger": {"signal.danger": True, "crisis": True, "permission.reply": False},
    "urgent": {"signal.fraud": True, "crisis": True},
    "crisis": {"crisis": True, "intent": "praise", "sentiment.positive": 0.99},
    "impostor": {"signal.impostor": True, "signal.fraud": True},
    "own-data": {"personal_data.own": 1, "intent.needs_account_data": 0.9},
    "own-data-out-of-reach": {"personal_data.own": 1, "permission.reply": False},
    "others-data": {"personal_data.others": 2},
    "vulnerable": {"signal.bereavement": True, "intent.needs_account_data": 0.9},
    "quotable": {"signal.legal": True, "intent": "complaint"},
    "answered-outside": {"thread.answered_outside": True, "intent.needs_account_data": 0.9},
    "private-leg-open": {"thread.private_open": True, "intent.needs_account_data": 0.9},
    "spam": {"intent": "spam"},
    "abuse": {"intent": "opinion", "toxicity": 0.95},
    "copied-text": {"thread.copies": 9, "intent": "complaint"},
    "not-ours-to-answer-urgent": {
        "permission.reply": False,
        "urgency": "high",
        "relation.customer": 0.8,
        "sentiment.negative": 0.9,
    },
    "not-ours-to-answer": {"permission.reply": False, "intent": "complaint"},
    "answered-twice": {"thread.earlier_answers": 2, "intent.needs_account_data": 0.9},
    "large-audience": {"author.reach": 500_000, "sentiment.negative": 0.9, "intent": "complaint"},
    "known-incident": {"signal.incident": True},
    "other-language": {"language": "fr", "intent": "question"},
    "soon": {"urgency": "high", "intent": "complaint", **CUSTOMER},
    "needs-account-data-angry": {
        "intent.needs_account_data": 0.9,
        "sentiment.negative": 0.9,
        "author.reach": 50_000,
    },
    "needs-account-data-direct": {"intent.needs_account_data": 0.9, "permission.private_reply": True},
    "needs-account-data": {"intent.needs_account_data": 0.9},
    "perhaps-account-data": {"intent.needs_account_data": 0.55},
    "complaint-of-customer-direct": {"permission.private_reply": True, **COMPLAINT, **CUSTOMER},
    "complaint-of-customer": {**COMPLAINT, **CUSTOMER},
    "complaint": {"relation.customer": 0.3, **COMPLAINT},
    "complaint-to-read": {"intent": "complaint", "intent.probability": 0.3},
    "praise": {"intent": "praise", "sentiment.positive": 0.9},
    "purchase": {"intent": "purchase", "relation.prospect": 0.8},
    "question": {"intent": "question", "relation.bystander": 0.3},
    "opinion": {"intent": "opinion", "language": "fr"},
    "bystander": {"relation.bystander": 0.9, "urgency": "low"},
}


def decided(book: Rulebook, scene: dict[str, FactValue]) -> Verdict:
    facts = default_facts()
    for name, value in (SUMMONED | scene).items():
        facts[name] = Fact(value=value, source="scene")
    return decide(book, facts, now=NOW)


@pytest.mark.parametrize("name", [*NAMES, "templates"])
def test_what_is_shipped_has_no_problem_but_that_templates_alone_are_no_rulebook(name: str) -> None:
    problems = [problem.message for problem in check(shipped_source(name), name=name)]

    assert problems == (["The rulebook has no rules."] if name == "templates" else [])


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_can_decide(name: str) -> None:
    book = shipped_rulebook(name)

    assert {rule.name: decided(book, SCENES[rule.name]).rule for rule in book.rules} == {
        rule.name: rule.name for rule in book.rules
    }


@pytest.mark.parametrize("name", NAMES)
def test_every_action_occurs_and_something_is_said_without_approval(name: str) -> None:
    rules = shipped_rulebook(name).rules

    assert {rule.action for rule in rules} == set(Action)
    spoken = {rule.action for rule in rules if rule.approval is Approval.NONE}
    assert {Action.REPLY_PUBLICLY, Action.MOVE_PRIVATE} <= spoken
    assert all(rule.state is State.LIVE for rule in rules)


@pytest.mark.parametrize("name", NAMES)
def test_danger_and_minutes_come_before_a_crisis_and_a_crisis_before_all_that_speaks(name: str) -> None:
    rules = shipped_rulebook(name).rules
    order = [rule.name for rule in rules]
    speaking = [rule.name for rule in rules if rule.action in {Action.REPLY_PUBLICLY, Action.MOVE_PRIVATE}]

    assert order.index("danger") < order.index("urgent") < order.index("crisis")
    assert order.index("crisis") < min(order.index(one) for one in speaking)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("signal", ["danger", "fraud", "assistance"])
def test_a_harm_signal_is_held_in_the_harm_lane_whatever_else_is_true(name: str, signal: str) -> None:
    for scene in SCENES.values():
        if scene.get("author.own_account") or scene.get("signal.impostor"):
            continue
        verdict = decided(shipped_rulebook(name), scene | {f"signal.{signal}": True})
        assert (verdict.action, verdict.priority) == (Action.HOLD, Priority.HARM)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_said_in_public_where_the_network_does_not_permit_it(name: str) -> None:
    for scene in SCENES.values():
        verdict = decided(shipped_rulebook(name), scene | {"permission.reply": False})
        assert verdict.action in {Action.HOLD, Action.LISTEN}


@pytest.mark.parametrize("name", NAMES)
def test_a_matter_of_an_account_is_never_answered_in_public_whatever_the_intent(name: str) -> None:
    book = shipped_rulebook(name)
    spent = {rule.name: 10_000 for rule in book.rules}
    for intent in ("complaint", "praise"):
        facts = default_facts()
        for fact, value in (SUMMONED | {"intent": intent, "intent.needs_account_data": 0.9}).items():
            facts[fact] = Fact(value=value, source="scene")
        facts["sentiment.positive"] = Fact(value=0.9, source="scene")
        for used in ({}, spent):
            assert decide(book, facts, now=NOW, spent_today=used).action is not Action.REPLY_PUBLICLY


@pytest.mark.parametrize("name", NAMES)
def test_no_public_answer_leaves_automatically_to_anger_with_reach_or_to_a_mourner(name: str) -> None:
    book = shipped_rulebook(name)
    for scene in ({"signal.bereavement": True}, {"signal.minor": True}, {"signal.press": True}):
        assert decided(book, SCENES["complaint"] | scene).action is Action.HOLD


def wordings(template: Template) -> list[tuple[str, str]]:
    return [(language, text) for (language, _), texts in template.wordings.items() for text in texts]


@pytest.mark.parametrize("name", STANDARD)
def test_every_wording_is_short_says_nothing_of_an_account_and_never_repeats_itself(name: str) -> None:
    template = shipped_rulebook().templates[name]
    said = wordings(template)

    for language, address in product(("es", "en"), ("tu", "usted")):
        variants = template.variants(language=language, address=address)
        assert 3 <= len(set(variants)) == len(variants) <= 4
    for _, text in said:
        plain = re.sub(r"\{(compose_link|room_link)\}", "x" * 23, text)
        plain = re.sub(r"\{[a-z_]+\}", "", plain)
        assert len(plain) <= 240, text
        assert not re.search(r"\b(tu|su|your) (cuenta|reserva|pedido|tarjeta|account|booking|order|card)\b", text, re.I)
        assert text.startswith("{greeting} ")
        assert text.endswith(" {signature}")
        assert ("{room_link}" in text) == is_private(name)


def test_the_line_that_sends_aside_says_how_to_write_first_and_that_no_passwords_are_asked() -> None:
    for _, text in wordings(shipped_rulebook().templates["aside"]):
        assert "{compose_link}" in text
        assert re.search(r"claves|contraseñas|passwords", text)
    for _, text in wordings(shipped_rulebook().templates["invitation"]):
        assert "{expires}" in text
        assert re.search(r"claves|contraseñas|passwords", text)


@pytest.mark.parametrize(
    ("network", "compose_link"), [("x", "https://x.com/messages/compose"), ("facebook", "https://m.me/acme")]
)
@pytest.mark.parametrize("name", STANDARD)
def test_the_guard_lets_every_shipped_wording_pass(name: str, network: str, compose_link: str) -> None:
    for language, text in wordings(shipped_rulebook().templates[name]):
        said = render(
            text,
            variables={
                "greeting": {"es": "Hola, @abcdefghijklmno:", "en": "Hi @abcdefghijklmno,"}[language],
                "compose_link": compose_link,
                "room_link": "https://acme.example/r/AbC123/tok_0123456789abcdef",
                "expires": {"es": "mañana a las 12:00", "en": "tomorrow at 12:00"}[language],
                "signature": "",
            },
        ).strip()
        findings = inspect(
            said,
            channel=Channel.PRIVATE if is_private(name) else Channel.PUBLIC,
            brand=Brand(name="acme", domains=("acme.example",)),
            language=language,
            network=network,
            find_personal_data=lambda _: (),
            allowed_links=(compose_link, "https://acme.example/r/"),
        )
        assert findings == (), said


@pytest.mark.parametrize("name", NAMES)
def test_a_line_that_no_person_approves_says_that_it_is_automatic(name: str) -> None:
    book = shipped_rulebook(name)
    spoken = {rule.template for rule in book.rules if rule.approval is Approval.NONE and rule.template}

    assert spoken
    for template in spoken | {"invitation"}:
        for language, text in wordings(book.templates[template]):
            assert re.search({"es": r"\(\w+ automátic[oa]\)", "en": r"\(automatic \w+\)"}[language], text)


def test_a_rulebook_that_is_not_shipped_is_told_apart() -> None:
    with pytest.raises(FileNotFoundError):
        shipped_rulebook("no-such-rulebook")
