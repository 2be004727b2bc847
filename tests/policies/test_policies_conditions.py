from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.rulebook.condition_syntax import comparisons
from policies.rulebook.conditions import Bindings, ConditionError, EvaluationError, compile_condition
from policies.vocabulary import VOCABULARY, FactDeclaration, FactType
from records.models import FactValue

DEFAULTS: dict[str, FactValue] = {name: one.default for name, one in VOCABULARY.items()}


@pytest.mark.parametrize(
    ("condition", "reads"),
    [
        ("intent . needs_account_data > 0.5", {"intent.needs_account_data"}),
        ("intent\n.\nneeds_account_data > 0.5", {"intent.needs_account_data"}),
        ('account.brand == "signal.fraud"', {"account.brand"}),
        ("crisis // signal.fraud", {"crisis"}),
        ('account.brand.contains("//") && crisis', {"account.brand", "crisis"}),
        (r'r"\d" == account.brand || intent == "spam"', {"account.brand", "intent"}),
        (r'"\"" == account.brand || intent == "spam"', {"account.brand", "intent"}),
        (r"'''it's''' == account.brand", {"account.brand"}),
        (r'"""\"""" == account.brand && crisis', {"account.brand", "crisis"}),
        ("[1, 2].exists(x, x == author.reach)", {"author.reach"}),
        ("true", set()),
    ],
)
def test_a_condition_reads_the_facts_that_it_names_and_no_others(condition: str, reads: set[str]) -> None:
    assert compile_condition(condition).reads == reads


@pytest.mark.parametrize("condition", ["", "crisis `", "'\ud800' == intent", "(" * 300 + "true" + ")" * 300, "a\x00b"])
def test_hostile_conditions_are_refused_and_not_crashed_on(condition: str) -> None:
    with pytest.raises(ConditionError) as raised:
        compile_condition(condition)
    assert raised.value.messages[0].message


def test_a_fact_that_is_not_bound_is_an_error_and_not_false() -> None:
    with pytest.raises(EvaluationError, match="toxicity"):
        Bindings({}).satisfy(compile_condition("toxicity > 0.5"))


def test_comparisons_are_found_on_either_side_in_lists_and_in_brackets() -> None:
    condition = """ intent == "a" || "b" != intent || intent in ["c", 'd'] || (intent) == ("e") || intent.contains("f")
        || account.brand == "g" || r"h" == intent || intent == // "z"
        "i" // intent == "j" """
    found = [(one.fact, one.literal) for one in comparisons(condition, known={"intent"})]

    assert found == [("intent", literal) for literal in "abcdehi"]


def _test_of(declared: FactDeclaration) -> st.SearchStrategy[str]:
    text = st.text(st.sampled_from("ab'\"\\/ .intent"), max_size=8)
    quoted = text.map(lambda t: '"' + t.replace("\\", "\\\\").replace('"', '\\"') + '"')
    raw = text.map(lambda t: "r'" + t.replace("'", "").rstrip("\\") + "'")
    by_type = {
        FactType.BOOL: st.just(declared.name),
        FactType.INT: st.integers(0, 9).map(lambda n: f"{declared.name} > {n}"),
        FactType.DOUBLE: st.floats(0, 1, allow_subnormal=False).map(lambda n: f"{declared.name} <= {n:.3f}"),
        FactType.STRING: st.one_of(quoted, raw).map(lambda t: f"{declared.name} != {t}"),
    }
    return by_type[declared.type]


TESTS = st.sampled_from(sorted(VOCABULARY)).flatmap(lambda name: _test_of(VOCABULARY[name]))


@settings(deadline=None)
@given(st.lists(TESTS, min_size=1, max_size=6), st.sampled_from([" && ", " || ", " &&\n", " || // intent\n"]))
def test_the_facts_that_a_condition_is_said_to_read_are_all_that_it_needs(tests: list[str], joint: str) -> None:
    condition = compile_condition(joint.join(tests))
    needed = {name: DEFAULTS[name] for name in condition.reads}

    assert Bindings(needed).satisfy(condition) == Bindings(DEFAULTS).satisfy(condition)
