from __future__ import annotations

import pytest

from policies.checking import check, facts_of, report
from policies.loading import load_rulebook
from policies.rulebook.rule import RuleExample
from policies.vocabulary import VOCABULARY
from records.models import Fact

RULES = """\
languages: [es, en]
rules:
  - name: danger
    state: live
    when: signal.danger
    then: {action: hold, queue: supervisor, priority: harm}
    because: Minutes matter.
    examples:
      - {text: Hay fuego, lang: es, facts: {signal.danger: true}}
      - {text: There is a fire, lang: en, facts: {signal.danger: true}}
  - name: question
    state: STATE
    when: intent == "question" && intent.probability > 0.5 && language != "fr"
    then: {action: listen}
    because: A question.
    LIMITS
    examples:
      - {text: '¿Abrís hoy?', lang: es, facts: {intent: question, intent.probability: 0.9}}
      - {text: 'Are you open?', lang: en, facts: {intent: question, intent.probability: 1}}
EXAMPLE
"""


def source(example: str = "", *, state: str = "live", limits: str = "") -> str:
    written = f"      - {example}\n" if example else ""
    text = RULES.replace("EXAMPLE\n", written).replace("STATE", state)
    return text.replace("    LIMITS\n", f"    limits: {limits}\n" if limits else "")


def problems(text: str) -> list[str]:
    return [str(problem) for problem in check(text, name="t")]


def test_examples_that_come_true_are_no_problem() -> None:
    found = report(source(), name="t")
    assert (found.problems, found.warnings) == ((), ())


def test_an_example_is_read_with_its_values_in_their_types() -> None:
    rule = load_rulebook(
        source("{text: ' Hola ', lang: es, not: true, facts: {author.reach: 12, toxicity: 1, crisis: false}}"), name="t"
    ).rules[1]

    assert rule.examples[-1] == RuleExample(
        text="Hola",
        lang="es",
        facts={"author.reach": 12, "toxicity": 1.0, "crisis": False},
        decides=False,
        line=19,
    )
    assert [example.decides for example in rule.examples] == [True, True, False]


def test_an_example_is_decided_with_defaults_its_language_and_what_it_gives() -> None:
    example = RuleExample(text="x", lang="en", facts={"toxicity": 0.4}, decides=True, line=1)
    facts = facts_of(example)

    assert set(facts) == set(VOCABULARY)
    assert facts["toxicity"] == Fact(value=0.4, source="example")
    assert facts["language"] == Fact(value="en", source="example")
    assert facts["permission.reply"] == Fact(value=False, source="default")


def test_the_language_of_an_example_may_be_given_as_a_fact() -> None:
    example = RuleExample(text="x", lang="en", facts={"language": "fr"}, decides=True, line=1)
    assert facts_of(example)["language"].value == "fr"


@pytest.mark.parametrize(
    ("example", "told"),
    [
        (
            "{text: Fuego, lang: es, facts: {intent: question, intent.probability: 0.9, signal.danger: true}}",
            (
                "The example 'Fuego' is decided by the rule danger, not by this rule."
                " It stands on line 3, and reads signal.danger = true (example)."
            ),
        ),
        (
            "{text: Hola, lang: es, facts: {}}",
            (
                "The example 'Hola' is decided by no rule, not by this rule. Give the facts that its condition asks "
                "for; all others have their defaults."
            ),
        ),
        (
            "{text: Bonjour, lang: fr, facts: {intent: question, intent.probability: 0.9}}",
            (
                "The example 'Bonjour' is decided by no rule, not by this rule. Give the facts that its condition asks "
                "for; all others have their defaults."
            ),
        ),
        (
            "{text: '¿Y?', lang: es, not: true, facts: {intent: question, intent.probability: 0.9}}",
            (
                "The example '¿Y?' is decided by this rule, and says `not: true`. "
                "Make the rule ask for more, or take `not` away."
            ),
        ),
    ],
)
def test_an_example_that_does_not_come_true_is_told_with_what_decided_it(example: str, told: str) -> None:
    assert problems(source(example)) == [f"line 19, rule question: {told}"]


def test_a_long_text_is_told_by_its_beginning() -> None:
    (told,) = problems(source("{text: " + "a" * 61 + ", lang: es, facts: {}}"))
    assert f"The example '{'a' * 59}…' is" in told
    (told,) = problems(source("{text: " + "a" * 60 + ", lang: es, facts: {}}"))
    assert f"The example '{'a' * 60}' is" in told


def test_an_example_that_is_not_this_rules_comes_true_where_another_or_none_decides() -> None:
    assert problems(source("{text: Hola, lang: es, not: true, facts: {}}")) == []
    assert problems(source("{text: Hola, lang: es, not: true, facts: {signal.danger: true}}")) == []


@pytest.mark.parametrize("state", ["draft", "shadow", "live"])
@pytest.mark.parametrize("limits", ["", "{expires: 1999-01-01}", "{per_day: 1}"])
def test_a_rules_own_examples_are_run_as_if_it_were_live_and_in_force(state: str, limits: str) -> None:
    assert problems(source(state=state, limits=limits)) == []


def test_a_draft_stands_in_nobody_elses_way() -> None:
    text = (
        source()
        .replace("state: live", "state: draft", 1)
        .replace("intent: question,", "signal.danger: true, intent: question,")
    )
    assert problems(text) == []


def test_a_condition_that_cannot_be_evaluated_on_an_example_is_told() -> None:
    text = source().replace("when: signal.danger", "when: 10 / author.reach > 1")
    (first, *_) = problems(text.replace("signal.danger: true", "author.reach: 0"))

    assert first.startswith(
        "line 9, rule danger: The example 'Hay fuego' is decided by an error, not by this rule. "
        "Rule danger could not be evaluated: "
    )


def test_examples_are_not_run_while_the_rulebook_cannot_be_used() -> None:
    text = source("{text: Hola, lang: es, facts: {}}").replace("because: A question.", "becuse: A question.")
    assert not any("decided by" in problem for problem in problems(text))


@pytest.mark.parametrize(
    ("example", "told"),
    [
        ("hola", "The example is not a block. Write `- {text: ..., lang: es, facts: {intent: question}}`."),
        ("{lang: es, facts: {}}", "The example has no text. Write `text:`."),
        (
            "{text: Hola, facts: {}}",
            (
                "The example is in '', which is not a language code. "
                "Write `lang:` and two letters, such as es or en, or und where it cannot be told."
            ),
        ),
        ("{text: Hola, lang: es, fact: {}}", "Unknown key 'fact'. Did you mean facts?"),
        ("{text: Hola, lang: es, not: maybe}", "`not` is never 'maybe'. Write one of true, false."),
        (
            "{text: Hola, lang: es, facts: question}",
            "`facts` is not a block. Write `facts: {intent: question, toxicity: 0.1}`.",
        ),
        (
            "{text: Hola, lang: es, facts: {intnt: question}}",
            "There is no fact named 'intnt'. Did you mean intent?",
        ),
        (
            "{text: Hola, lang: es, facts: {intent: qestion}}",
            (
                "`intent` is never 'qestion'. Did you mean question? Write one of complaint, question, request, "
                "purchase, praise, opinion, news, spam, other."
            ),
        ),
        ("{text: Hola, lang: es, facts: {crisis: yes}}", "`crisis` is never 'yes'. Write one of true, false."),
        (
            "{text: Hola, lang: es, facts: {toxicity: .nan}}",
            "`toxicity` is never '.nan'. Write a value of type double.",
        ),
        (
            "{text: Hola, lang: es, facts: {toxicity: high}}",
            "`toxicity` is never 'high'. Write a value of type double.",
        ),
        (
            "{text: Hola, lang: es, facts: {toxicity: 1e999}}",
            "`toxicity` is never '1e999'. Write a value of type double.",
        ),
        (
            "{text: Hola, lang: es, facts: {author.reach: 1.5}}",
            "`author.reach` is never '1.5'. Write a value of type int.",
        ),
        (
            "{text: Hola, lang: es, facts: {author.reach: 9999999999999999999}}",
            "`author.reach` is never '9999999999999999999'. Write a value of type int.",
        ),
        ("{text: Hola, lang: es, facts: {language: [es]}}", "`language` is never ''. Write a value of type string."),
        (
            "{text: Hola, lang: es, facts: {crisis: true, crisis: false}}",
            "The key 'crisis' is written twice; it stands on line 19 already. Keep one of them.",
        ),
    ],
)
def test_an_example_that_cannot_be_read_is_told_with_its_line(example: str, told: str) -> None:
    assert problems(source(example)) == [f"line 19, rule question: {told}"]


def test_examples_that_are_no_list_are_told() -> None:
    text = source()[: source().index("    examples:\n      - {text: Hay")] + "    examples: {text: Hola}\n"
    assert problems(text) == [
        ("line 8, rule danger: `examples` is not a list. Write `- {text: ..., lang: es, facts: {intent: question}}`.")
    ]


def warnings(text: str) -> list[str]:
    return [str(problem) for problem in report(text, name="t").warnings]


def test_a_rule_without_examples_is_a_warning_and_no_problem() -> None:
    text = source()[: source().index("    examples:\n      - {text: '¿Abr")]

    assert problems(text) == []
    assert warnings(text) == [
        (
            "line 11, rule question: The rule has no examples. Write `examples: [{text: ..., lang: es, facts: {...}}]` "
            "with a text for which it decides."
        )
    ]
    assert warnings(text.replace("name: question\n    state: live", "name: question\n    state: draft")) == []


def test_a_language_without_an_example_that_the_rule_decides_is_a_warning() -> None:
    text = source().replace(
        "lang: en, facts: {intent: question, intent.probability: 1}", "lang: en, not: true, facts: {}"
    )

    assert warnings(text) == [
        (
            "line 11, rule question: The rule has no example in en. Write `examples: [{text: ..., lang: en, facts: "
            "{...}}]` with a text for which it decides."
        )
    ]


def test_an_example_without_facts_is_not_run_and_that_is_told() -> None:
    text = source("{text: '¿Qué tal?', lang: es}")

    assert problems(text) == []
    assert warnings(text) == [
        (
            "line 19, rule question: The example was not run: it says nothing about its facts. "
            "Write `facts: {...}` with what differs from the defaults."
        )
    ]
