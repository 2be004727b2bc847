"""The first rule that holds decides, and there is always a verdict: against reading the rules one by one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.engine import decide
from policies.loading import load_rulebook
from policies.rulebook.conditions import Bindings, EvaluationError, compile_condition, compile_first_match
from policies.rulebook.fact_sheet import FactReader
from policies.rulebook.rulebook import Rulebook
from policies.vocabulary import VOCABULARY, default_facts, flaw_in
from records.enums import Action, Approval, Priority, Queue
from records.models import Fact, FactValue

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def rulebook(*rules: str) -> Rulebook:
    written = "".join(f"  - {{name: r{number}, because: b, {rule}}}\n" for number, rule in enumerate(rules))
    return load_rulebook(f"languages: [es]\nrules:\n{written}", name="t")


def facts(**values: FactValue) -> dict[str, Fact]:
    known = {name.replace("__", "."): Fact(value=value, source="test") for name, value in values.items()}
    return default_facts() | known


LIVE = "state: live, then: {action: listen}"


def decider(book: Rulebook, known: Mapping[str, Fact], **spent: int) -> str:
    return decide(book, known, now=NOW, spent_today=spent).rule


def test_what_a_rule_says_besides_is_in_its_verdict() -> None:
    for key in ("propose_hide", "promotion", "even_in_crisis"):
        book = rulebook(f"state: live, when: crisis, then: {{action: hold, {key}: true}}")
        verdict = decide(book, facts(crisis=True), now=NOW)
        said = {name: getattr(verdict, name) for name in ("propose_hide", "promotion", "even_in_crisis")}
        assert said == {"propose_hide": False, "promotion": False, "even_in_crisis": False} | {key: True}


def test_what_is_held_for_a_person_promises_nothing_besides() -> None:
    besides = "propose_hide: true, promotion: true, even_in_crisis: true"
    book = rulebook(f"state: live, when: toxicity > 0.5, then: {{action: listen, {besides}}}")
    unsure = facts() | {"toxicity": Fact(value=0.9, source="unsure:x")}
    for known in (unsure, facts(), {}):
        verdict = decide(book, known, now=NOW)
        assert verdict.action is Action.HOLD
        assert (verdict.propose_hide, verdict.promotion, verdict.even_in_crisis) == (False, False, False)
        assert (verdict.hide, verdict.template, verdict.approval) == (False, None, Approval.ONE)


def test_an_error_matters_only_before_the_rule_that_holds() -> None:
    broken = f"{LIVE}, when: 10 / author.reach > 1"
    holds = f"{LIVE}, when: crisis"

    assert decider(rulebook(holds, broken), facts(crisis=True)) == "r0"
    assert decider(rulebook(broken, holds), facts(crisis=True)) == "error"
    assert decider(rulebook(broken, holds), facts(crisis=True, author__reach=20)) == "r1"


@pytest.mark.parametrize("place", [0, 6, 7, 8, 15, 16])
def test_rules_are_tried_in_order_however_many_there_are(place: int) -> None:
    rules = [f"{LIVE}, when: signal.fraud"] * place + [f"{LIVE}, when: crisis"] * (20 - place)
    assert decider(rulebook(*rules), facts(crisis=True)) == f"r{place}"
    assert decider(rulebook(*rules), facts()) == "no-rule"
    assert decider(rulebook(*rules), facts(crisis=True, signal__fraud=True)) == "r0"


@pytest.mark.parametrize("place", [0, 6, 7, 8])
def test_after_a_rule_that_is_passed_over_the_next_one_that_holds_decides(place: int) -> None:
    limited = f"{LIVE}, limits: {{per_day: 2}}, when: crisis"
    rules = [f"{LIVE}, when: signal.fraud"] * place + [limited, f"{LIVE}, when: toxicity > 0.9"]
    book = rulebook(*rules, f"{LIVE}, when: crisis", f"{LIVE}, when: crisis")
    known = facts(crisis=True)

    assert decider(book, known, **{f"r{place}": 1}) == f"r{place}"
    assert decider(book, known, **{f"r{place}": 2}) == f"r{place + 2}"
    assert decide(book, known, now=NOW, spent_today={f"r{place}": 2}).reasons[-1] == (
        f"Rule r{place} matched, but was passed over: its daily limit of 2 is used up."
    )


def test_a_fact_that_is_missing_is_an_error_of_the_first_rule_that_reads_it() -> None:
    book = rulebook(f"{LIVE}, when: crisis", f"{LIVE}, when: toxicity > 0.5", f"{LIVE}, when: signal.fraud")
    known = facts(signal__fraud=True)
    del known["toxicity"]

    verdict = decide(book, known, now=NOW)
    assert (verdict.rule, verdict.queue, verdict.priority) == ("error", Queue.SUPERVISOR, Priority.HIGH)
    assert verdict.reasons == ("Rule r1 could not be evaluated: the fact toxicity is missing.",)
    assert decider(book, known | {"crisis": Fact(value=True, source="x")}) == "r0"


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="`now` has no zone"):
        decide(rulebook(f"{LIVE}, when: crisis"), facts(), now=datetime(2026, 1, 1))  # noqa: DTZ001


def test_the_first_of_some_conditions_is_told_by_its_place() -> None:
    choice = compile_first_match(
        [compile_condition(source) for source in ("crisis // why", "10 / author.reach > 1", "true")]
    )

    assert choice.reads == {"crisis", "author.reach"}
    assert Bindings({"crisis": True, "author.reach": 0}).choose(choice) == 0
    assert Bindings({"crisis": False, "author.reach": 5}).choose(choice) == 1
    assert Bindings({"crisis": False, "author.reach": 20}).choose(choice) == 2
    assert Bindings({"crisis": False}).choose(compile_first_match([compile_condition("crisis")])) == 1
    with pytest.raises(EvaluationError):
        Bindings({"crisis": False, "author.reach": 0}).choose(choice)


READ = ("crisis", "toxicity", "author.reach", "intent", "language")
VALUES = st.one_of(
    st.booleans(),
    st.integers(-3, 30),
    st.sampled_from([2**63, 10**400, 0.0, 0.5, 1.0, float("nan"), float("inf")]),
    st.sampled_from(["news", "opinion", "es", "nonsense", "\ud800", ""]),
)
RIGHT: dict[str, st.SearchStrategy[FactValue]] = {
    "crisis": st.booleans(),
    "toxicity": st.sampled_from([0, 0.0, 0.5, 0.6, 1.0]),
    "author.reach": st.integers(-1, 30),
    "intent": st.sampled_from(["news", "opinion", "other"]),
    "language": st.sampled_from(["es", "en"]),
}
SOURCES = st.sampled_from(["test", "test", "test", "unsure:test"])


@st.composite
def known_facts(draw: st.DrawFn) -> dict[str, Fact]:
    known = {name: Fact(value=draw(RIGHT[name]), source=draw(SOURCES)) for name in READ}
    for name in draw(st.lists(st.sampled_from(READ), max_size=2)):
        known[name] = Fact(value=draw(VALUES), source="wrong")
    for name in draw(st.lists(st.sampled_from(READ), max_size=1)):
        known.pop(name, None)
    return known


CONDITIONS = (
    "crisis",
    "!crisis && toxicity > 0.5",
    "10 / author.reach > 1",
    "intent == 'news' || crisis",
    "author.reach > 5 && language == 'es'",
    "toxicity <= 0.5",
    "intent != 'opinion'",
)
RULES = st.lists(
    st.tuples(
        st.sampled_from(CONDITIONS),
        st.sampled_from(["live", "live", "live", "shadow", "draft"]),
        st.sampled_from(["listen", "hold"]),
        st.sampled_from(["", "{per_day: 1}", "{expires: 2026-11-20}", "{expires: 2026-11-19}"]),
    ),
    min_size=1,
    max_size=12,
)


def one_by_one(rules: list[tuple[str, str, str, str]], known: Mapping[str, Fact], spent: Mapping[str, int]) -> str:
    """What decides, by asking each rule alone."""
    for number, (source, state, action, limits) in enumerate(rules):
        silent = limits == "{expires: 2026-11-19}" or (limits == "{per_day: 1}" and spent.get(f"r{number}", 0) >= 1)
        if state != "live" or silent:
            continue
        condition = compile_condition(source)
        read = {name: known[name] for name in condition.reads if name in known}
        if any(name not in read or flaw_in(read[name].value, VOCABULARY[name]) for name in condition.reads):
            return "error"
        try:
            holds = Bindings({name: fact.value for name, fact in read.items()}).satisfy(condition)
        except EvaluationError:
            return "error"
        if holds:
            is_unsure = any(fact.source.startswith("unsure:") for fact in read.values())
            return "unsure" if is_unsure and action != "hold" else f"r{number}"
    return "no-rule"


@settings(deadline=None, max_examples=80)
@given(RULES, known_facts(), st.dictionaries(st.sampled_from(["r0", "r1", "r2"]), st.integers(0, 2)))
def test_the_engine_decides_as_if_each_rule_were_asked_alone(
    rules: list[tuple[str, str, str, str]], known: dict[str, Fact], spent: dict[str, int]
) -> None:
    written = [
        f'state: {state}, when: "{condition}", then: {{action: {action}}}' + (f", limits: {limits}" if limits else "")
        for condition, state, action, limits in rules
    ]
    verdict = decide(rulebook(*written), known, now=NOW, spent_today=spent)

    assert verdict.rule == one_by_one(rules, known, spent)
    assert verdict.reasons
    assert all(verdict.reasons)


@settings(deadline=None, max_examples=150)
@given(st.dictionaries(st.sampled_from(READ), VALUES))
def test_facts_are_read_together_as_they_are_one_by_one(values: dict[str, FactValue]) -> None:
    known = {name: Fact(value=value, source="x") for name, value in values.items()}
    read, flaws = FactReader(READ).read(known)

    assert set(read) | set(flaws) == set(READ)
    assert not set(read) & set(flaws)
    for name in READ:
        flaw = flaw_in(values[name], VOCABULARY[name]) if name in values else "is missing"
        assert flaws.get(name) == flaw


@pytest.mark.parametrize("value", [0.5, 1, 0])
def test_right_facts_have_no_flaws(value: float) -> None:
    known = default_facts() | {"toxicity": Fact(value=value, source="x")}
    read, flaws = FactReader(VOCABULARY).read(known)
    assert (read, flaws) == ({name: fact.value for name, fact in known.items()}, {})


def test_rules_too_deep_to_be_asked_together_are_asked_in_smaller_parts() -> None:
    deep = "(" * 25 + "signal.danger" + ")" * 25
    book = rulebook(*[f"{LIVE}, when: signal.fraud"] * 12, f"{LIVE}, when: {deep}", f"{LIVE}, when: crisis")

    assert [len(stretch.rules) for stretch in book.rule_groups] != [14]
    assert [rule.name for stretch in book.rule_groups for rule in stretch.rules] == [f"r{each}" for each in range(14)]
    assert decider(book, facts(crisis=True)) == "r13"
    assert decider(book, facts(crisis=True, signal__danger=True)) == "r12"
