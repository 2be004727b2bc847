"""What the engine and its conditions say, word for word, and where one rule ends and the next begins."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from policies.engine import decide
from policies.loading import load_rulebook
from policies.rulebook import conditions, rulebook
from policies.rulebook.conditions import (
    Bindings,
    CompilerMessage,
    ConditionError,
    EvaluationError,
    compile_condition,
    compile_first_match,
)
from policies.rulebook.fact_sheet import FactReader, FactSheet
from policies.rulebook.rulebook import Rulebook
from policies.vocabulary import default_facts
from records.models import Fact

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
RULES = """
languages: [es, en]
rules:
  - name: first
    state: live
    when: crisis && toxicity > 0.5 && author.reach > 1
    then: {action: reply_publicly, template: thanks, approval: one}
    because: It is the first.
  - name: second
    state: live
    when: crisis
    then: {action: listen}
    because: It is the second.
"""


def book() -> Rulebook:
    return load_rulebook(RULES, name="test")


def test_complaints_of_a_condition_stand_one_after_another() -> None:
    complaints = (CompilerMessage(line=1, column=2, message="one"), CompilerMessage(line=3, column=4, message="two"))
    assert str(ConditionError(complaints)) == "one; two"


def test_a_complaint_tells_the_place_and_leaves_the_library_s_code_out() -> None:
    with pytest.raises(ConditionError) as raised:
        compile_condition("crisis &&\n  nobody")
    complaint = raised.value.messages[0]
    assert (complaint.line, complaint.column) == (2, 3)
    assert complaint.message.startswith("undeclared reference to 'nobody'")
    assert not complaint.message.endswith("]")
    assert str(raised.value) == complaint.message
    found = conditions._compiler_messages("ERROR: <input>:7:9: no such thing [INVALID_ARGUMENT]")
    assert found == (CompilerMessage(line=7, column=9, message="no such thing"),)


def test_a_complaint_of_another_form_is_its_first_line_at_the_beginning() -> None:
    assert conditions._compiler_messages("broken\nhere") == (CompilerMessage(line=1, column=1, message="broken"),)


def test_a_condition_that_cannot_be_evaluated_says_why() -> None:
    with pytest.raises(EvaluationError) as raised:
        Bindings({}).satisfy(compile_condition("toxicity > 0.5"))
    assert "toxicity" in str(raised.value)
    choice = compile_first_match([compile_condition("toxicity > 0.5")])
    with pytest.raises(EvaluationError) as chosen:
        Bindings({}).choose(choice)
    assert "toxicity" in str(chosen.value)


def test_values_that_the_library_does_not_take_are_an_error_of_the_condition(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def eval(self, _: object) -> object:
            raise ValueError("no such value")

    condition = compile_condition("crisis")
    object.__setattr__(condition, "program", Broken())
    with pytest.raises(EvaluationError, match=r"^no such value$"):
        Bindings({"crisis": True}).satisfy(condition)


def test_what_is_held_names_its_rulebook() -> None:
    nothing = decide(book(), default_facts(), now=NOW, spent_today={})
    assert nothing.rulebook_version == book().version != ""
    assert nothing.rule == "no-rule"


def test_several_unsure_facts_are_listed_in_order() -> None:
    known = default_facts()
    known["crisis"] = Fact(value=True, source="unsure:test")
    known["toxicity"] = Fact(value=0.9, source="unsure:test")
    known["author.reach"] = Fact(value=5, source="test")
    held = decide(book(), known, now=NOW, spent_today={})
    assert held.reasons[0] == ("Held for a person: rule first matched, but is unsure of crisis, toxicity.")


def test_flaws_of_several_facts_are_told_in_order() -> None:
    reader = FactReader(frozenset({"crisis", "toxicity"}))
    sheet = FactSheet({}, reader=reader)
    with pytest.raises(EvaluationError) as raised:
        sheet.holds(compile_condition("crisis && toxicity > 0.5"))
    first, _, second = str(raised.value).partition("; ")
    assert first.startswith("the fact crisis ")
    assert second.startswith("the fact toxicity ")


def test_rules_that_hold_before_and_after_are_told_apart_with_one_question(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    holds = FactSheet.holds

    def counting(sheet: FactSheet, condition: conditions.Condition) -> bool:
        asked.append(condition.source)
        return holds(sheet, condition)

    monkeypatch.setattr(FactSheet, "holds", counting)
    known = default_facts()
    known["crisis"] = Fact(value=True, source="test")
    assert decide(book(), known, now=NOW, spent_today={}).rule == "second"
    assert asked == ["crisis"]


def test_two_rules_too_deep_together_are_asked_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_deep(asked: list[conditions.Condition]) -> conditions.FirstMatch:
        if len(asked) > 1:
            raise ConditionError(())
        return compile_first_match(asked)

    monkeypatch.setattr(rulebook, "compile_first_match", too_deep)
    rules = book().rules
    parted = rulebook.rule_groups_of(rules)
    assert [one.rules for one in parted] == [(rules[0],), (rules[1],)]
    assert all(one.first is not None for one in parted)


def test_a_rule_too_deep_alone_is_asked_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(asked: list[conditions.Condition]) -> conditions.FirstMatch:
        raise ConditionError(())

    monkeypatch.setattr(rulebook, "compile_first_match", never)
    rules = book().rules
    assert [(one.rules, one.first) for one in rulebook.rule_groups_of(rules)] == [
        ((rules[0],), None),
        ((rules[1],), None),
    ]


def test_a_flaw_elsewhere_does_not_keep_rules_from_being_asked_together() -> None:
    crisis, toxic = compile_condition("crisis"), compile_condition("toxicity > 0.5")
    sheet = FactSheet({"crisis": Fact(value=True, source="test")}, reader=FactReader({"crisis", "toxicity"}))
    assert sheet.first_of(compile_first_match([crisis])) == 0
    assert sheet.first_of(compile_first_match([toxic])) is None
    calm = FactSheet({"crisis": Fact(value=False, source="test")}, reader=FactReader({"crisis"}))
    assert calm.first_of(compile_first_match([crisis])) == 1


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^`now` has no zone; pass an aware datetime in the brand's zone\.$"):
        decide(book(), default_facts(), now=datetime(2026, 11, 20), spent_today={})  # noqa: DTZ001


def test_a_rule_that_nobody_owns_has_no_owner() -> None:
    assert [rule.owner for rule in book().rules] == ["", ""]
