from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.rulebook.condition_syntax import FactClause, OpaqueClause, alternatives, clause_of, conjuncts, negated
from policies.rulebook.conditions import Bindings, EvaluationError, compile_condition
from policies.rulebook.value_partitions import ValuePartitions
from policies.validators import reachability
from policies.validators.reachability import RuleToCheck, find_unreachable
from policies.validators.registry import examine
from policies.vocabulary import VOCABULARY
from records.models import FactValue


def never_decide(*conditions: str) -> dict[int, list[int]]:
    """By number of the rule: the earlier rules that hold whenever it does."""
    rules = [
        RuleToCheck(name=str(number), clause=clause_of(condition), always_decides=True)
        for number, condition in enumerate(conditions)
    ]
    return {int(found.name): [int(name) for name in found.behind] for found in find_unreachable(rules)}


@pytest.mark.parametrize(
    ("conditions", "found"),
    [
        # the same, and less than the same
        (["crisis", "crisis"], {1: [0]}),
        (["true", "crisis"], {1: [0]}),
        (["crisis", "signal.fraud && crisis"], {1: [0]}),
        (["signal.fraud && crisis", "crisis"], {}),
        (["signal.fraud && crisis", "crisis && toxicity > 0.5 && signal.fraud"], {1: [0]}),
        (["crisis || signal.fraud", "signal.fraud", "crisis", "signal.danger"], {1: [0], 2: [0]}),
        (["crisis", "signal.fraud", "signal.fraud || crisis"], {2: [0, 1]}),
        # numbers
        (["toxicity > 0.5", "toxicity > 0.7"], {1: [0]}),
        (["toxicity > 0.7", "toxicity > 0.5"], {}),
        (["toxicity > 0.5", "toxicity >= 0.5"], {}),
        (["toxicity >= 0.5", "0.5 < toxicity"], {1: [0]}),
        (["toxicity > 0.5", "toxicity <= 0.5", "crisis"], {2: [0, 1]}),
        (["toxicity > 0.5", "toxicity < 0.5", "crisis"], {}),
        (["toxicity > 0.5", "toxicity < 0.5", "toxicity == 0.5", "crisis"], {3: [0, 1, 2]}),
        (["author.reach > 3", "author.reach >= 4"], {1: [0]}),
        (["author.reach > 3", "author.reach < 4", "crisis"], {2: [0, 1]}),
        (["toxicity > 3.0", "toxicity < 4.0", "crisis"], {2: [0, 1]}),
        (["author.reach != 3", "author.reach > 3", "author.reach == 3", "crisis"], {1: [0], 3: [0, 2]}),
        (["author.reach > -2", "author.reach > -1"], {1: [0]}),
        # words
        (['intent in ["opinion", "news"]', 'intent == "news"'], {1: [0]}),
        (['intent == "news"', 'intent in ["opinion", "news"]'], {}),
        (['intent != "news"', 'intent != "opinion"', "crisis"], {2: [0, 1]}),
        (['urgency == "low"', 'urgency == "medium"', '"high" == urgency', "crisis"], {3: [0, 1, 2]}),
        (['language == "es"', 'language == "en"', 'language != "en"', "crisis"], {3: [1, 2]}),
        (['language == "es"', 'language == "en"', "crisis"], {}),
        # negations
        (["!crisis", "crisis", "signal.fraud"], {2: [0, 1]}),
        (["!!crisis", "crisis == true"], {1: [0]}),
        (["!(crisis || signal.fraud)", "!crisis && !signal.fraud && toxicity > 0.4"], {1: [0]}),
        (["!(toxicity > 0.5)", "toxicity <= 0.5"], {1: [0]}),
        (["crisis != false", "crisis"], {1: [0]}),
        # contradictions
        (["toxicity > 0.7 && toxicity < 0.5"], {0: []}),
        (["toxicity > 0.5 && toxicity <= 0.5"], {0: []}),
        (["toxicity >= 0.5 && toxicity <= 0.5"], {}),
        (["author.reach > 3 && author.reach < 4"], {0: []}),
        (["toxicity > 3.0 && toxicity < 4.0"], {}),
        (['intent == "news" && intent != "news"'], {0: []}),
        (["crisis && !crisis"], {0: []}),
        (["false", "crisis"], {0: []}),
        (["author.reach in []"], {0: []}),
        (["crisis && (signal.fraud && !crisis || signal.danger && !crisis)"], {0: []}),
        # what is no test of one fact is compared by its words
        (["author.reach / 2 > 3", "author.reach / 2 > 3 && crisis"], {1: [0]}),
        (["author.reach / 2 > 3", "author.reach / 2 > 4"], {}),
        (["author.reach/2 > 3 // half", "crisis && (author.reach /  2)>3"], {}),
        (["language.startsWith('e')", "language.startsWith('e')   && crisis"], {1: [0]}),
        (["crisis ? signal.fraud : signal.danger", "signal.fraud && crisis"], {}),
        (["sentiment.negative > sentiment.positive", "sentiment.positive < sentiment.negative"], {}),
        (["!crisis == false", "crisis"], {}),
    ],
)
def test_rules_that_never_decide_are_found(conditions: list[str], found: dict[int, list[int]]) -> None:
    assert never_decide(*conditions) == found


def rulebook(*rules: str) -> str:
    return "languages: [es]\nrules:\n" + "".join(
        f"  - {{name: r{number}, then: {{action: hold}}, because: b, {rule}}}\n" for number, rule in enumerate(rules)
    )


def told(source: str) -> list[str]:
    document, _ = examine(source)
    assert document is not None
    return [str(problem) for problem in reachability.unreachable_rules(document)]


def test_a_rule_behind_another_is_told_with_its_line() -> None:
    source = rulebook("state: live, when: 'crisis'", "state: live, when: 'crisis && signal.fraud'")

    assert told(source) == [
        (
            "line 4, rule r1: The rule can never decide: whenever it holds, the earlier rule r0 (line 3) holds too. "
            "Put it before that rule, or make that rule ask for more."
        )
    ]


def test_a_rule_behind_several_is_told_with_their_lines() -> None:
    source = rulebook("state: live, when: 'crisis'", "state: live, when: '!crisis'", "state: live, when: 'true'")

    assert told(source) == [
        (
            "line 5, rule r2: The rule can never decide: whenever it holds, one of the earlier rules r0 (line 3), "
            "r1 (line 4) holds too. Put it before them, or make one of them ask for more."
        )
    ]


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (
            "toxicity > 0.7 && crisis && toxicity < 0.5",
            (
                "The rule can never decide: no value of `toxicity` satisfies all that it asks of it. "
                "Write `||` where one of the two is enough, or take one away."
            ),
        ),
        (
            "crisis && !(crisis || signal.fraud)",
            (
                "The rule can never decide: no value of `crisis` satisfies all that it asks of it. "
                "Write `||` where one of the two is enough, or take one away."
            ),
        ),
        ("false", "The rule can never decide: its condition is never true. Look for what excludes each other in it."),
    ],
)
def test_a_rule_that_contradicts_itself_is_told(condition: str, message: str) -> None:
    assert told(rulebook(f"state: shadow, when: '{condition}'")) == [f"line 3, rule r0: {message}"]


@pytest.mark.parametrize(
    "first",
    [
        "state: draft, when: 'true'",
        "state: shadow, when: 'true'",
        "state: live, when: 'true', limits: {per_day: 9}",
        "state: live, when: 'true', limits: {expires: 2031-01-01}",
        "state: live, when: 'author.rech > 1'",
        "state: live, when: 'intent != \"opinon\"'",
    ],
)
def test_only_a_rule_that_always_decides_stands_in_the_way(first: str) -> None:
    assert told(rulebook(first, "state: live, when: 'crisis'")) == []


def test_a_shadow_rule_that_is_never_reached_is_told_and_a_draft_is_not() -> None:
    source = rulebook("state: live, when: 'true'", "state: shadow, when: 'crisis'", "state: draft, when: 'crisis'")

    assert [line.partition(":")[0] for line in told(source)] == ["line 4, rule r1"]


def test_a_condition_with_too_many_ways_to_hold_is_taken_to_be_reachable() -> None:
    facts = sorted(name for name in VOCABULARY if name.startswith("signal."))[:10]
    ways = " && ".join(f"({name} || crisis && toxicity > 0.{number})" for number, name in enumerate(facts, start=1))

    assert never_decide(ways, "crisis", ways) == {}


def test_many_rules_are_looked_at_in_little_time() -> None:
    conditions = [f"author.reach == {number} || toxicity > 0.9" for number in range(1_500)]

    assert never_decide("crisis", *conditions[:50], "crisis && toxicity > 0.5")[51] == [0]
    assert isinstance(never_decide(*conditions), dict)


@pytest.mark.parametrize("negations", [1_000, 1_001])
def test_a_thousand_negations_are_read(negations: int) -> None:
    clause = clause_of("!" * negations + "crisis")
    assert isinstance(clause, FactClause)
    assert clause.holds is (negations % 2 == 0)


@pytest.mark.parametrize(
    "literal",
    ["b'es'", "r'es'", "'''es'''", r"'\x65s'", "'e' + 's'", "['es'][0]"],
)
def test_a_text_that_is_not_plain_is_not_interpreted(literal: str) -> None:
    (clause,) = conjuncts(clause_of(f"language == {literal}"))
    assert isinstance(clause, OpaqueClause)


# Conditions and facts drawn at random: nothing that is found may ever decide.

LEAVES = [
    *("crisis", "signal.fraud", "signal.fraud == false", "!signal.danger"),
    *(f"toxicity {sign} {number}" for sign in ("<", "<=", ">", ">=", "==", "!=") for number in ("0.25", "0.5", "0.75")),
    *(f"{number} {sign} author.reach" for sign in ("<", ">=", "!=") for number in ("1", "2", "-1")),
    *('intent == "news"', 'intent in ["news", "spam"]', '"spam" != intent', "!(intent in ['other', \"news\"])"),
    *('language == "es"', 'language != "en"', 'language in ["es", "en"]'),
    *("10 / author.reach > 3", "language.startsWith('e')", "true", "false", "(crisis ? signal.fraud : true)"),
]
CONDITIONS = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda two: f"({two[0]} && {two[1]})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]} || {two[1]})"),
        inner.map(lambda one: f"!({one})"),
    ),
    max_leaves=5,
)
VALUES: dict[str, st.SearchStrategy[FactValue]] = {
    "crisis": st.booleans(),
    "signal.fraud": st.booleans(),
    "signal.danger": st.booleans(),
    "toxicity": st.sampled_from([0.0, 0.25, 0.4, 0.5, 0.6, 0.75, 1.0]),
    "author.reach": st.integers(-2, 4),
    "intent": st.sampled_from(["news", "spam", "other", "opinion"]),
    "language": st.sampled_from(["es", "en", "fr"]),
}
FACTS = st.fixed_dictionaries(VALUES)


def holds(condition: str, values: dict[str, Any]) -> bool | None:
    try:
        return Bindings(values).satisfy(compile_condition(condition))
    except EvaluationError:
        return None


@settings(deadline=None, max_examples=80)
@given(st.lists(CONDITIONS, min_size=1, max_size=6), st.lists(FACTS, min_size=1, max_size=25))
def test_a_rule_that_is_said_never_to_decide_never_does(conditions: list[str], worlds: list[dict[str, Any]]) -> None:
    never = never_decide(*conditions)
    for values in worlds:
        held = (holds(condition, values) for condition in conditions)
        decider = next((number for number, outcome in enumerate(held) if outcome is not False), None)
        if decider is not None and holds(conditions[decider], values):
            assert decider not in never


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.lists(st.sampled_from(["crisis", "!crisis", "signal.fraud", "!signal.fraud", "signal.danger"]), min_size=1),
        min_size=2,
        max_size=6,
    )
)
def test_of_rules_about_three_bare_facts_every_one_that_never_decides_is_found(written: list[list[str]]) -> None:
    conditions = [" && ".join(parts) for parts in written]
    worlds: list[dict[str, FactValue]] = [
        {"crisis": one, "signal.fraud": two, "signal.danger": three}
        for one in (True, False)
        for two in (True, False)
        for three in (True, False)
    ]
    firsts = {
        next((number for number, condition in enumerate(conditions) if holds(condition, values)), None)
        for values in worlds
    }
    assert set(never_decide(*conditions)) == set(range(len(conditions))) - firsts


@settings(deadline=None, max_examples=150)
@given(CONDITIONS, FACTS)
def test_clauses_mean_what_the_condition_means(condition: str, values: dict[str, Any]) -> None:
    whole = holds(condition, values)
    clause = clause_of(condition)

    assert holds(negated(clause).source, values) == (None if whole is None else not whole)
    if whole is not None:
        ways = [[holds(part.source, values) for part in conjuncts(way)] for way in alternatives(clause)]
        assert any(all(way) for way in ways) == whole


@settings(deadline=None, max_examples=100)
@given(st.sampled_from(LEAVES), FACTS)
def test_the_cells_of_a_clause_are_those_whose_values_satisfy_it(condition: str, values: dict[str, Any]) -> None:
    clause = clause_of(condition)
    if not isinstance(clause, FactClause):
        return
    literal = {"toxicity": "0.6", "author.reach": "3", "language": "'fr'", "intent": "'opinion'"}.get(clause.fact, "")
    value = values[clause.fact]
    written = f"'{value}'" if isinstance(value, str) else str(value).lower()
    here = clause_of(f"{clause.fact} == {written}")
    there = clause_of(f"{clause.fact} == {literal or 'true'}")
    cells = ValuePartitions([clause, here, there])
    assert isinstance(here, FactClause)

    assert bool(cells.satisfying(clause) & cells.satisfying(here)) is holds(condition, values)
