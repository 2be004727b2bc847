from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import product

import pytest

from classifier.personal_data.finder import find_personal_data
from policies.checking import check, report
from policies.engine import decide
from policies.guard.guarded_text import GuardedText
from policies.guard.inspection import inspect
from policies.guard.wording import is_marked_as_advertisement
from policies.loading import shipped_rulebook
from policies.rulebook.rule import RuleState
from policies.rulebook.rulebook import Rulebook
from policies.rulebook.source import shipped_source
from policies.rulebook.templates import Template, is_private, render
from policies.text_limits import Channel
from policies.vocabulary import default_facts
from records.enums import Action, Approval, Priority
from records.models import Brand, Fact, FactValue, Verdict

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
    "protect-your-data-writing",
    "closing",
    "closing-solved",
    "invitation-code",
    "urgent-phone",
    "declined",
    "again",
)
PRIVATE_CHANNEL = 900
"""Characters: far below what any network takes in private; a public text fits X with greeting and signature."""

SUMMONED: dict[str, FactValue] = {"permission.reply": True, "language": "es", "mention.feed": "mentions"}
COMPLAINT: dict[str, FactValue] = {"intent": "complaint", "intent.probability": 0.8, "sentiment.negative": 0.9}
CUSTOMER: dict[str, FactValue] = {"relation.customer": 0.8, "relation.bystander": 0.1, "relation.label": "customer"}

LONG_WAIT: dict[str, FactValue] = {"case.private_wait_minutes": 90.0, "case.private_wait_promised": 60.0}

# A mention for every rule of the three rulebooks: what it is like, and in which of them the rule decides.
SCENES: dict[str, dict[str, FactValue]] = {
    "own-voice": {"author.own_account": True, "signal.danger": True},
    "danger": {"signal.danger": True, "crisis": True, "permission.reply": False},
    "urgent-own-data": {"signal.fraud": True, "personal_data.own": 1, "crisis": True},
    "urgent": {"signal.fraud": True, "crisis": True},
    "urgent-out-of-reach": {"signal.assistance": True, "crisis": True, "permission.reply": False},
    "crisis": {"crisis": True, "intent": "praise", "sentiment.positive": 0.99},
    "impostor": {"signal.impostor": True, "personal_data.own": 1, "toxicity": 0.99},
    "own-data-long-wait": {"personal_data.own": 1, **LONG_WAIT},
    "own-data": {"personal_data.own": 1, "intent.needs_account_data": 0.9},
    "own-data-out-of-reach": {"personal_data.own": 1, "permission.reply": False},
    "others-data": {"personal_data.others": 2, "toxicity": 0.99},
    "vulnerable": {"signal.disability": True, "intent.needs_account_data": 0.9},
    "quotable": {"signal.employee": True, "intent": "opinion", "toxicity": 0.99},
    "chasing": {"case.chasing": True, "intent.needs_account_data": 0.9},
    "private-declined": {"case.private_state": "declined", "intent.needs_account_data": 0.9},
    "private-leg-open": {"thread.private_open": True, "intent.needs_account_data": 0.9},
    "answered-outside": {"thread.answered_outside": True, "intent.needs_account_data": 0.9},
    "abuse": {"intent": "opinion", "toxicity": 0.95},
    "spam": {"intent": "spam"},
    "not-ours-to-answer-urgent": {
        "permission.reply": False,
        "urgency": "high",
        "relation.customer": 0.8,
        "sentiment.negative": 0.9,
    },
    "not-ours-to-answer": {"permission.reply": False, "intent": "complaint"},
    "answered-twice": {"thread.earlier_answers": 2, "intent.needs_account_data": 0.9},
    "other-language": {"language": "fr", "intent": "question"},
    "known-incident": {"signal.incident": True, "incident.known": True, "incident.text_approved": True},
    "known-incident-unapproved": {"signal.incident": True, "incident.known": True},
    "possible-incident": {"signal.incident": True},
    "copied-text": {"thread.copies": 9, "intent": "complaint"},
    "needs-account-data-long-wait": {"intent.needs_account_data": 0.9, **LONG_WAIT},
    "needs-account-data-watched": {"intent.needs_account_data": 0.9, "author.reach": 500_000},
    "needs-account-data-angry": {"intent.needs_account_data": 0.9, "sentiment.negative": 0.9},
    "needs-account-data": {"intent.needs_account_data": 0.9, "relation.bystander": 0.99},
    "perhaps-account-data": {"intent.needs_account_data": 0.55},
    "purchase": {"intent": "purchase", "relation.prospect": 0.8},
    "question": {"intent": "question", "relation.bystander": 0.3, "knowledge.article": True},
    "question-without-article": {"intent": "question", "relation.bystander": 0.3},
    "large-audience": {"author.reach": 500_000, "sentiment.negative": 0.9, "intent": "complaint"},
    "soon": {"urgency": "high", "intent": "complaint", **CUSTOMER},
    "complaint": {"relation.customer": 0.3, **COMPLAINT},
    "complaint-to-read": {"intent": "complaint", "intent.probability": 0.3},
    "praise": {"intent": "praise", "intent.probability": 0.9, "sentiment.positive": 0.9},
    "praise-to-read": {"intent": "praise", "intent.probability": 0.3, "sentiment.positive": 0.9},
    "opinion": {"intent": "opinion", "language": "fr"},
    "bystander": {"relation.bystander": 0.9, "urgency": "low"},
}
ORDER = (
    *("danger", "urgent", "crisis", "impostor", "own-data", "others-data", "vulnerable", "quotable"),
    *("chasing", "private-declined", "abuse", "known-incident", "needs-account-data", "purchase", "question"),
    "opinion",
)
"""What comes before what, whatever else a rulebook says."""


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
    assert all(rule.state is RuleState.LIVE for rule in rules)


@pytest.mark.parametrize("name", NAMES)
def test_the_examples_of_every_rule_come_true_in_both_languages_and_no_rule_is_out_of_reach(name: str) -> None:
    found = report(shipped_source(name), name=name)

    assert (found.problems, found.warnings) == ((), ())
    assert all({"es", "en"} <= {one.lang for one in rule.examples} for rule in shipped_rulebook(name).rules)


@pytest.mark.parametrize("name", NAMES)
def test_the_rules_stand_in_the_agreed_order(name: str) -> None:
    order = [rule.name for rule in shipped_rulebook(name).rules]

    assert sorted(ORDER, key=order.index) == list(ORDER)
    assert set(order[: order.index("danger")]) == {"own-voice"}


@pytest.mark.parametrize("name", NAMES)
def test_what_comes_before_a_crisis_speaks_only_of_the_telephone_and_leaves_in_spite_of_it(name: str) -> None:
    rules = shipped_rulebook(name).rules
    before = rules[: [rule.name for rule in rules].index("crisis")]

    speaking = [rule for rule in before if rule.action in {Action.REPLY_PUBLICLY, Action.MOVE_PRIVATE}]
    assert {rule.template for rule in speaking} == {"urgent-phone"}
    assert [rule.name for rule in rules if rule.even_in_crisis] == [rule.name for rule in speaking]
    said = shipped_rulebook(name).templates["urgent-phone"]
    assert all("{emergency_phone}" in text for _, text in wordings(said))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("signal", ["danger", "fraud", "assistance"])
def test_a_harm_signal_is_in_the_harm_lane_whatever_else_is_true(name: str, signal: str) -> None:
    for scene in SCENES.values():
        if scene.get("author.own_account"):
            continue
        verdict = decided(shipped_rulebook(name), scene | {f"signal.{signal}": True})
        assert verdict.priority is Priority.HARM
        assert verdict.action in {Action.HOLD, Action.REPLY_PUBLICLY}
        assert verdict.action is Action.HOLD or verdict.even_in_crisis
        assert signal != "danger" or verdict.action is Action.HOLD


@pytest.mark.parametrize("name", NAMES)
def test_warnings_of_impostors_and_data_of_others_are_never_hidden_nor_proposed_for_it(name: str) -> None:
    warnings: list[dict[str, FactValue]] = [{"signal.impostor": True}, {"personal_data.others": 3}]
    whatever: list[dict[str, FactValue]] = [{}, {"toxicity": 0.99, "intent": "opinion"}, {"permission.reply": False}]
    for scene in warnings:
        for besides in whatever:
            verdict = decided(shipped_rulebook(name), scene | besides | {"permission.hide": True})
            assert (verdict.action, verdict.hide, verdict.propose_hide) == (Action.HOLD, False, False)


@pytest.mark.parametrize("name", NAMES)
def test_own_data_are_hidden_also_where_a_person_waits_too_long_or_needs_the_telephone(name: str) -> None:
    for scene in ("own-data", "own-data-long-wait", "urgent-own-data", "own-data-out-of-reach"):
        assert decided(shipped_rulebook(name), SCENES[scene] | {"permission.hide": True}).hide


@pytest.mark.parametrize("name", NAMES)
def test_anger_changes_priority_and_never_whether_a_matter_is_private(name: str) -> None:
    book = shipped_rulebook(name)
    for need in (0.1, 0.9):
        calm, angry = (
            decided(book, {"intent": "question", "intent.needs_account_data": need, "sentiment.negative": how})
            for how in (0.1, 0.99)
        )
        assert (calm.action, calm.template) == (angry.action, angry.template)
        assert (calm.priority is angry.priority) is (need < 0.5)


@pytest.mark.parametrize("name", NAMES)
def test_nobody_is_invited_while_those_inside_wait_longer_than_promised_nor_a_second_time(name: str) -> None:
    book = shipped_rulebook(name)
    refused: list[dict[str, FactValue]] = [
        LONG_WAIT,
        {"case.chasing": True},
        {"thread.private_open": True},
    ]
    states = ("awaited", "invited", "open", "declined", "silent")
    refused += [{"case.private_state": state} for state in states]
    matters: list[dict[str, FactValue]] = [
        {"intent.needs_account_data": 0.95},
        {"personal_data.own": 1, **LONG_WAIT},
    ]
    for scene in refused:
        for matter in matters:
            assert decided(book, scene | matter).action is Action.HOLD


@pytest.mark.parametrize("name", NAMES)
def test_abuse_is_left_to_a_person_to_hide_and_criticism_is_not_abuse(name: str) -> None:
    book = shipped_rulebook(name)

    assert decided(book, SCENES["abuse"]).propose_hide
    assert not decided(book, SCENES["abuse"]).hide
    for intent in ("complaint", "question", "request"):
        assert not decided(book, SCENES["abuse"] | {"intent": intent}).propose_hide


@pytest.mark.parametrize("name", NAMES)
def test_a_known_incident_is_answered_to_all_once_its_text_was_approved(name: str) -> None:
    book = shipped_rulebook(name)

    assert decided(book, SCENES["known-incident"]).approval is Approval.NONE
    assert decided(book, SCENES["known-incident-unapproved"]).approval is Approval.ONE
    assert decided(book, SCENES["possible-incident"]).action is Action.HOLD


@pytest.mark.parametrize("name", NAMES)
def test_who_may_buy_is_told_in_public_with_the_mark_of_an_advertisement(name: str) -> None:
    book = shipped_rulebook(name)

    assert decided(book, SCENES["purchase"]).promotion
    assert [rule.name for rule in book.rules if rule.promotion] == ["purchase"]
    assert all(is_marked_as_advertisement(text) for _, text in wordings(book.templates["interest"]))


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
        plain = re.sub(r"\{(phone|emergency_phone)\}", "x" * 15, plain)
        plain = re.sub(r"\{[a-z_]+\}", "", plain)
        assert len(plain) <= (PRIVATE_CHANNEL if is_private(name) else 240), text
        assert not re.search(r"\b(tu|su|your) (cuenta|reserva|pedido|tarjeta|account|booking|order|card)\b", text, re.I)
        assert text.startswith("{greeting} ")
        assert text.endswith(" {signature}")
        assert ("{room_link}" in text) == (name == "invitation")


def test_the_line_that_sends_aside_says_how_to_write_first_and_that_no_passwords_are_asked() -> None:
    for _, text in wordings(shipped_rulebook().templates["aside"]):
        assert "{compose_link}" in text
        assert re.search(r"claves|contraseñas|passwords", text)
    for name in ("invitation", "invitation-code"):
        for _, text in wordings(shipped_rulebook().templates[name]):
            assert "{expires}" in text
            assert re.search(r"claves|contraseñas|passwords", text)


def test_the_invitation_by_code_holds_no_link_but_a_code_and_an_address_to_type() -> None:
    for _, text in wordings(shipped_rulebook().templates["invitation-code"]):
        assert {"{room_code}", "{room_address}"} <= set(re.findall(r"\{[a-z_]+\}", text))
        assert not re.search(r"\{(room_link|compose_link)\}|https?:|www\.", text)


def said_by(name: str) -> list[tuple[str, Template]]:
    """The template of that name as each shipped rulebook has it."""
    return [(book, shipped_rulebook(book).templates[name]) for book in NAMES]


@pytest.mark.parametrize(
    ("network", "compose_link"),
    [("x", "https://x.com/messages/compose"), ("facebook", "https://m.me/acme"), ("instagram", "https://ig.me/m/acme")],
)
@pytest.mark.parametrize("name", [*STANDARD, "out-of-hours"])
def test_the_guard_lets_every_shipped_wording_pass(name: str, network: str, compose_link: str) -> None:
    phones = {"phone": "+34 900 100 200", "emergency_phone": "900 100 911"}
    for language, text in {one for _, template in said_by(name) for one in wordings(template)}:
        said = render(
            text,
            variables={
                "greeting": {"es": "Hola, @abcdefghijklmno:", "en": "Hi @abcdefghijklmno,"}[language],
                "compose_link": compose_link,
                "room_link": "https://acme.example/r/AbC123/tok_0123456789abcdef",
                "room_code": "KQ7M-2XNP",
                "room_address": "acme.example/sala",
                "expires": {"es": "mañana a las 12:00", "en": "tomorrow at 12:00"}[language],
                "opens": "23/11 08:00",
                "signature": "— acme",
                **phones,
            },
        ).strip()
        findings = inspect(
            GuardedText(
                text=said,
                channel=Channel.PRIVATE if is_private(name) else Channel.PUBLIC,
                brand=Brand(name="acme", domains=("acme.example",)),
                language=language,
                network=network,
                find_personal_data=lambda found: find_personal_data(found, market="ES"),
                allowed_links=(compose_link, "https://acme.example/r/"),
                public_contacts=tuple(phones.values()),
                promotion=name == "interest",
            )
        )
        assert findings == (), said


@pytest.mark.parametrize("name", NAMES)
def test_a_line_that_no_person_approves_says_that_it_is_automatic(name: str) -> None:
    book = shipped_rulebook(name)
    spoken = {rule.template for rule in book.rules if rule.approval is Approval.NONE and rule.template}

    assert spoken
    for template in spoken | {"invitation", "invitation-code"}:
        for language, text in wordings(book.templates[template]):
            assert re.search({"es": r"\(\w+ automátic[oa]\)", "en": r"\(automatic \w+\)"}[language], text)


def test_a_rulebook_that_is_not_shipped_is_told_apart() -> None:
    with pytest.raises(FileNotFoundError):
        shipped_rulebook("no-such-rulebook")
