from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.engine import decide
from policies.loading import load_rulebook
from policies.rulebook.rulebook import Rulebook
from policies.vocabulary import VOCABULARY, FactType, default_facts
from records.enums import Action, Approval, Intent, Priority, Queue
from records.models import Fact, FactValue, Verdict

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

HARM = """
  - name: harm
    state: live
    when: signal.danger
    then: {action: hold, queue: supervisor, priority: harm}
    because: A person looks now.
"""
DATA = """
  - name: data
    state: live
    when: intent.needs_account_data > 0.6
    then: {action: move_private, template: aside, approval: none}
    because: Account matters go aside.
"""
HIDE = """
  - name: own-data
    state: live
    when: personal_data.own > 0
    then: {action: move_private, hide: if_permitted, template: protect-your-data, approval: one, priority: high}
    because: It should stop being public.
"""
OPINION = """
  - name: opinion
    state: live
    when: intent == "opinion"
    then: {action: listen}
    because: An opinion is not a request.
"""
BROKEN = """
  - name: broken
    state: live
    when: 10 / author.reach > 1
    then: {action: listen}
    because: It divides by zero.
"""


def rulebook(*rules: str) -> Rulebook:
    return load_rulebook("languages: [es, en]\nrules:" + "".join(rules), name="test")


def facts(**values: FactValue) -> dict[str, Fact]:
    """Defaults, with some facts written over; `__` stands for the dot of a name."""
    known = default_facts()
    for name, value in values.items():
        known[name.replace("__", ".")] = Fact(value=value, source="test")
    return known


def decided(book: Rulebook, known: dict[str, Fact], **spent: int) -> Verdict:
    return decide(book, known, now=NOW, spent_today=spent)


def test_the_first_rule_that_holds_decides() -> None:
    known = facts(signal__danger=True, intent__needs_account_data=0.9)

    assert decided(rulebook(HARM, DATA), known).rule == "harm"
    assert decided(rulebook(DATA, HARM), known).rule == "data"


def test_a_verdict_carries_all_that_its_rule_says() -> None:
    book = rulebook(HARM, DATA)

    assert decided(book, facts(intent__needs_account_data=0.82)) == Verdict(
        action=Action.MOVE_PRIVATE,
        rule="data",
        queue=Queue.CARE,
        priority=Priority.NORMAL,
        approval=Approval.NONE,
        hide=False,
        template="aside",
        reasons=("Rule data: Account matters go aside.", "intent.needs_account_data = 0.82 (test)"),
        rulebook_version=book.version,
    )


def test_nothing_matched_means_that_a_person_looks() -> None:
    verdict = decided(rulebook(HARM, DATA, OPINION), facts())

    assert (verdict.action, verdict.rule, verdict.queue) == (Action.HOLD, "no-rule", Queue.CARE)
    assert verdict.reasons == ("No rule matched; what no rule speaks of is held for a person.",)


def test_reasons_write_every_fact_that_the_rule_reads_as_a_condition_would() -> None:
    rule = DATA.replace(
        "intent.needs_account_data > 0.6",
        "crisis || toxicity > 0.1 && author.reach >= 3 && intent == 'question' && account.brand != ''",
    )
    known = facts(toxicity=1 / 3, author__reach=12, intent=Intent.QUESTION, account__brand='a"\n\u202ec')

    assert decided(rulebook(rule), known).reasons[1:] == (
        'account.brand = "a\\"\\n\\u202ec" (test)',
        "author.reach = 12 (test)",
        "crisis = false (default)",
        'intent = "question" (test)',
        "toxicity = 0.3333 (test)",
    )


def test_a_draft_rule_is_not_looked_at() -> None:
    verdict = decided(rulebook(HARM.replace("live", "draft"), DATA), facts(signal__danger=True))

    assert verdict.rule == "no-rule"
    assert not any("harm" in reason for reason in verdict.reasons)


def test_a_shadow_rule_never_decides_but_says_what_it_would_have_done() -> None:
    known = facts(signal__danger=True, intent__needs_account_data=0.9)
    verdict = decided(rulebook(HARM.replace("live", "shadow"), DATA), known)

    assert verdict.rule == "data"
    assert "Shadow rule harm would have decided hold: A person looks now." in verdict.reasons


def test_a_shadow_rule_that_cannot_be_evaluated_stands_in_nobodys_way() -> None:
    known = facts(author__reach=0, intent__needs_account_data=0.9)
    verdict = decided(rulebook(BROKEN.replace("live", "shadow"), DATA), known)

    assert verdict.rule == "data"
    assert "Rule broken could not be evaluated" in verdict.reasons[2]


def test_a_rule_decides_on_its_last_day_and_not_after_it() -> None:
    book = rulebook(DATA + "    limits: {expires: 2026-11-20}\n", OPINION)
    known = facts(intent__needs_account_data=0.9, intent="opinion")

    assert decide(book, known, now=NOW).rule == "data"
    verdict = decide(book, known, now=NOW + timedelta(days=1))
    assert verdict.rule == "opinion"
    assert "Rule data matched, but was passed over: its last day was 2026-11-20." in verdict.reasons


def test_the_last_day_is_a_day_of_the_zone_of_now() -> None:
    book = rulebook(DATA + "    limits: {expires: 2026-11-20}\n")
    late = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    known = facts(intent__needs_account_data=0.9)

    assert decide(book, known, now=late).rule == "data"
    assert decide(book, known, now=late.astimezone(timezone(timedelta(hours=1)))).rule == "no-rule"


@pytest.mark.parametrize(("spent", "rule"), [(0, "data"), (1, "data"), (2, "no-rule"), (3, "no-rule")])
def test_a_rule_that_has_used_up_its_day_is_passed_over(spent: int, rule: str) -> None:
    book = rulebook(DATA + "    limits: {per_day: 2}\n")
    verdict = decided(book, facts(intent__needs_account_data=0.9), data=spent)

    assert verdict.rule == rule
    passed_over = "Rule data matched, but was passed over: its daily limit of 2 is used up."
    assert (passed_over in verdict.reasons) == (rule == "no-rule")


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="pass an aware datetime"):
        decide(rulebook(DATA), facts(), now=datetime(2026, 11, 20))  # noqa: DTZ001


def test_an_error_while_evaluating_holds_for_a_supervisor() -> None:
    for intent in ("opinion", "question"):
        verdict = decided(rulebook(BROKEN, OPINION), facts(author__reach=0, intent=intent))

        assert (verdict.action, verdict.rule) == (Action.HOLD, "error")
        assert (verdict.queue, verdict.priority) == (Queue.SUPERVISOR, Priority.HIGH)
        assert verdict.reasons[0].startswith("Rule broken could not be evaluated: ")


def test_a_missing_fact_holds_for_a_supervisor() -> None:
    known = facts(intent="opinion")
    del known["signal.danger"]
    verdict = decided(rulebook(HARM, OPINION), known)

    assert (verdict.rule, verdict.queue, verdict.priority) == ("error", Queue.SUPERVISOR, Priority.HARM)
    assert verdict.reasons == ("Rule harm could not be evaluated: the fact signal.danger is missing.",)


def test_a_missing_fact_is_an_error_even_where_the_condition_could_do_without_it() -> None:
    known = facts(signal__danger=True)
    del known["signal.fraud"]

    assert decided(rulebook(HARM.replace("signal.danger", "signal.danger || signal.fraud")), known).rule == "error"


def test_a_missing_fact_that_no_rule_reads_does_no_harm() -> None:
    known = facts(intent="opinion")
    del known["clock.hour"]

    assert decided(rulebook(HARM, OPINION), known).rule == "opinion"


def test_a_missing_fact_does_not_stop_a_rule_before_the_one_that_reads_it() -> None:
    known = facts(intent="opinion")
    del known["signal.danger"]

    assert decided(rulebook(OPINION, HARM), known).rule == "opinion"


@pytest.mark.parametrize(
    ("name", "value", "flaw"),
    [
        ("signal.danger", 1, "is a number, not a bool"),
        ("signal.danger", "true", "is a text, not a bool"),
        ("author.reach", True, "is a bool, not a int"),
        ("author.reach", 1.0, "is not a whole number of 64 bits"),
        ("author.reach", 2**63, "is not a whole number of 64 bits"),
        ("toxicity", math.nan, "is not a finite number"),
        ("toxicity", -math.inf, "is not a finite number"),
        ("toxicity", False, "is a bool, not a double"),
        ("intent", "opinon", "is none of complaint, question,"),
        ("intent", 0.5, "is a number, not a string"),
        ("account.brand", "\ud800", "is not valid Unicode"),
    ],
)
def test_a_fact_of_the_wrong_kind_is_never_read(name: str, value: FactValue, flaw: str) -> None:
    tests = {"bool": name, "int": f"{name} < 5", "double": f"!({name} > 0.5)", "string": f"{name} != 'x'"}
    condition = tests[VOCABULARY[name].type] if name != "intent" else 'intent != "news"'
    known = default_facts() | {name: Fact(value=value, source="test")}
    verdict = decided(rulebook(DATA.replace("intent.needs_account_data > 0.6", f"|\n      {condition}")), known)

    assert (verdict.action, verdict.rule) == (Action.HOLD, "error")
    assert f"the fact {name} {flaw}" in verdict.reasons[0]


def test_a_whole_number_may_stand_for_a_double() -> None:
    assert decided(rulebook(DATA), facts(intent__needs_account_data=1)).rule == "data"


def test_a_rule_that_rests_on_an_unsure_fact_is_held_for_a_person() -> None:
    known = facts() | {"intent.needs_account_data": Fact(value=0.9, source="unsure:classifier")}
    verdict = decided(rulebook(DATA), known)

    assert (verdict.action, verdict.rule, verdict.queue) == (Action.HOLD, "unsure", Queue.CARE)
    assert (verdict.template, verdict.hide, verdict.approval) == (None, False, Approval.ONE)
    assert verdict.reasons == (
        "Held for a person: rule data matched, but is unsure of intent.needs_account_data.",
        "intent.needs_account_data = 0.9 (unsure:classifier)",
    )


def test_a_rule_held_for_unsure_facts_keeps_its_priority() -> None:
    known = facts() | {"personal_data.own": Fact(value=1, source="unsure:classifier")}
    verdict = decided(rulebook(HIDE), known)

    assert (verdict.rule, verdict.priority) == ("unsure", Priority.HIGH)


def test_an_unsure_fact_that_the_deciding_rule_does_not_read_changes_nothing() -> None:
    known = facts(intent__needs_account_data=0.9) | {"toxicity": Fact(value=0.9, source="unsure:classifier")}

    assert decided(rulebook(DATA), known).rule == "data"


def test_a_hold_stays_in_its_own_lane_even_where_its_facts_are_unsure() -> None:
    known = facts() | {"signal.danger": Fact(value=True, source="unsure:classifier")}
    verdict = decided(rulebook(HARM), known)

    assert (verdict.rule, verdict.queue, verdict.priority) == ("harm", Queue.SUPERVISOR, Priority.HARM)
    assert "signal.danger = true (unsure:classifier)" in verdict.reasons


@pytest.mark.parametrize("permitted", [True, False])
def test_a_post_is_hidden_only_where_the_network_permits_it(permitted: bool) -> None:  # noqa: FBT001
    verdict = decided(rulebook(HIDE), facts(personal_data__own=1, permission__hide=permitted))

    assert (verdict.rule, verdict.hide) == ("own-data", permitted)
    assert f"permission.hide = {str(permitted).lower()} (test)" in verdict.reasons


def test_a_rule_that_would_hide_needs_to_know_whether_it_may_only_once_it_holds() -> None:
    known = facts(personal_data__own=1)
    del known["permission.hide"]
    assert decided(rulebook(HIDE), known).rule == "error"

    known = facts(intent="opinion")
    del known["permission.hide"]
    assert decided(rulebook(HIDE, OPINION), known).rule == "opinion"


def test_the_facts_that_a_rule_reads_are_told() -> None:
    assert rulebook(HIDE).rules[0].reads == {"personal_data.own", "permission.hide"}


def test_conditions_with_comments_are_kept_apart_when_rules_are_asked_together() -> None:
    commented = OPINION.replace('when: intent == "opinion"', 'when: |-\n      intent == "opinion" // not a request')

    book = rulebook(commented, DATA)

    assert decided(book, facts(intent__needs_account_data=0.9)).rule == "data"
    (stretch,) = book.rule_groups
    assert stretch.first is not None
    assert stretch.first.reads == {"intent", "intent.needs_account_data"}


def test_a_condition_too_deep_to_be_asked_with_others_is_asked_alone() -> None:
    deep = "(" * 32 + "signal.danger" + ")" * 32
    book = rulebook(HARM.replace("signal.danger", deep), OPINION)

    assert decided(book, facts(intent="opinion")).rule == "opinion"
    assert decided(book, facts(intent="opinion", signal__danger=True)).rule == "harm"


def _values(name: str) -> st.SearchStrategy[FactValue]:
    declared = VOCABULARY[name]
    by_type: dict[FactType, st.SearchStrategy[FactValue]] = {
        FactType.BOOL: st.booleans(),
        FactType.INT: st.integers(0, 3),
        FactType.DOUBLE: st.floats(0, 1),
        FactType.STRING: st.sampled_from(declared.words or ("", "es")),
    }
    return by_type[declared.type]


CONDITIONS: dict[str, Callable[[Callable[[str], Any]], bool]] = {
    "signal.danger": lambda v: bool(v("signal.danger")),
    "toxicity > 0.5": lambda v: v("toxicity") > 0.5,
    "author.reach == 2": lambda v: v("author.reach") == 2,
    'intent in ["opinion", "news"]': lambda v: v("intent") in {"opinion", "news"},
    "crisis && sentiment.negative > 0.3": lambda v: v("crisis") and v("sentiment.negative") > 0.3,
    '!(urgency == "high")': lambda v: v("urgency") != "high",
}
READ = ("signal.danger", "toxicity", "author.reach", "intent", "crisis", "sentiment.negative", "urgency")


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(sorted(CONDITIONS)), st.sampled_from(["live", "shadow", "draft"])), max_size=20),
    st.fixed_dictionaries({name: _values(name) for name in READ}),
)
def test_the_engine_agrees_with_reading_the_rules_one_by_one(
    written: list[tuple[str, str]], values: dict[str, FactValue]
) -> None:
    rules = [
        f"\n  - name: r{number}\n    state: {state}\n    when: |\n      {condition}\n"
        "    then: {action: listen}\n    because: Why.\n"
        for number, (condition, state) in enumerate(written)
    ]
    book = rulebook(*rules, "\n", HARM.replace("name: harm", "name: last").replace("signal.danger", "true"))
    known = default_facts() | {name: Fact(value=value, source="test") for name, value in values.items()}

    expected = next(
        (
            f"r{number}"
            for number, (condition, state) in enumerate(written)
            if state == "live" and CONDITIONS[condition](values.__getitem__)
        ),
        "last",
    )
    assert decided(book, known).rule == expected


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(sorted(VOCABULARY)),
        st.one_of(st.booleans(), st.integers(), st.floats(), st.text(st.characters(), max_size=20)),
    )
)
def test_whatever_the_facts_are_there_is_a_verdict_with_a_reason(values: dict[str, FactValue]) -> None:
    known = {name: Fact(value=value, source="test") for name, value in values.items()}
    verdict = decided(rulebook(HARM, HIDE, DATA, OPINION, BROKEN), known)

    assert verdict.reasons
    if len(known) < len(VOCABULARY) and verdict.rule == "error":
        assert verdict.action is Action.HOLD


def test_the_default_of_every_fact_is_a_value_that_rules_may_read() -> None:
    condition = " && ".join(f"{name} == {name}" for name in VOCABULARY)
    book = rulebook(HARM.replace("signal.danger", f"|\n      {condition}"))

    assert decided(book, default_facts()).rule == "harm"
