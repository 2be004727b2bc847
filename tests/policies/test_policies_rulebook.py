from __future__ import annotations

import hashlib
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.checking import check
from policies.loading import load_rulebook
from policies.rulebook.problems import RulebookError, RulebookProblem
from policies.rulebook.rule import Hide, RuleState
from records.enums import Action, Approval, Priority, Queue

EXAMPLE = """\
rulebook: retail-bank
languages: [es, en]
rules:
  - name: urgent-signal
    state: live                  # draft | shadow | live
    when: signal.fraud || signal.danger || signal.assistance
    then: {action: hold, queue: supervisor, priority: harm}
    because: Minutes matter and no template fits.
  - name: own-data-in-public
    state: live
    when: personal_data.own > 0
    then: {action: move_private, hide: if_permitted, template: protect-your-data, approval: one}
    because: A person has published data of their own; it should stop being public.
  - name: needs-account-data
    state: live
    when: intent.needs_account_data > 0.6
    then: {action: move_private, template: aside, approval: one}
    because: Account matters are not discussed in public, whoever asks.
    limits: {per_day: 200, expires: 2027-03-31}
  - name: opinion
    state: live
    when: relation.bystander > 0.7 && intent == "opinion"
    then: {action: listen}
    because: An opinion is not a request.
templates:
  aside: {es: "{greeting} Te escribimos por privado.", en: "{greeting} We are writing to you in private."}
"""

ONE_RULE = """\
languages: [es, en]
rules:
  - name: only
    state: live
    when: WHEN
    then: {action: hold}
    because: Reasons.
"""


def problems_of(source: str) -> list[str]:
    return [str(problem) for problem in check(source, name="test.yaml")]


def test_the_example_of_the_design_is_read_as_it_is_written() -> None:
    rulebook = load_rulebook(EXAMPLE, name="bank.yaml")

    assert (rulebook.name, rulebook.languages) == ("retail-bank", ("es", "en"))
    urgent, own, account, opinion = rulebook.rules
    assert (urgent.action, urgent.queue, urgent.priority) == (Action.HOLD, Queue.SUPERVISOR, Priority.HARM)
    assert (own.hide, own.template, own.approval) == (Hide.IF_PERMITTED, "protect-your-data", Approval.ONE)
    assert (account.per_day, account.expires) == (200, date(2027, 3, 31))
    assert (opinion.action, opinion.approval, opinion.state) == (Action.LISTEN, Approval.NONE, RuleState.LIVE)
    assert opinion.because == "An opinion is not a request."
    assert [rule.line for rule in rulebook.rules] == [4, 9, 14, 20]


def test_the_version_is_the_hash_of_the_content() -> None:
    rulebook = load_rulebook(EXAMPLE, name="bank.yaml")

    assert rulebook.version == hashlib.sha256(EXAMPLE.encode()).hexdigest()[:16]
    assert load_rulebook(EXAMPLE + "\n", name="bank.yaml").version != rulebook.version


def test_a_rule_knows_which_facts_it_reads() -> None:
    rules = load_rulebook(EXAMPLE, name="bank.yaml").rules

    assert rules[0].reads == {"signal.fraud", "signal.danger", "signal.assistance"}
    assert rules[1].reads == {"personal_data.own", "permission.hide"}
    assert rules[2].reads == {"intent.needs_account_data"}
    assert rules[3].reads == {"relation.bystander", "intent"}


def test_a_speaking_rule_without_approval_written_needs_one() -> None:
    source = ONE_RULE.replace("WHEN", "crisis").replace("{action: hold}", "{action: reply_publicly, template: thanks}")

    assert load_rulebook(source, name="t").rules[0].approval is Approval.ONE


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        # typos in names
        (
            "sentiment.negatve > 0.5",
            "There is no fact named 'sentiment.negatve'. Did you mean sentiment.negative?",
        ),
        ("intnt == 'praise'", "There is no fact named 'intnt'. Did you mean intent?"),
        ("intent == opinion", "There is no fact named 'opinion'. Put it in quotes: intent == \"opinion\"."),
        (
            "sentiment > 0.5",
            (
                "There is no fact named 'sentiment'. "
                "There are sentiment.negative, sentiment.neutral, sentiment.positive, sentiment.label."
            ),
        ),
        (
            "zzzzz(crisis)",
            "There is no fact named 'zzzzz'. The facts are listed in policies/vocabulary.py.",
        ),
        # types
        (
            "sentiment.negative > 1",
            "`>` cannot be used between double and int. Write the number with a decimal point: 1.0 instead of 1.",
        ),
        (
            "author.reach > 0.5",
            "`>` cannot be used between int and double. This fact is counted in whole numbers: write 1 instead of 1.0.",
        ),
        (
            "signal.fraud == 1",
            (
                "`==` cannot be used between bool and int. "
                "A fact that is true or false stands alone: signal.fraud, or !signal.fraud."
            ),
        ),
        (
            "intent == 3",
            "`==` cannot be used between string and int. Compare a text with a text in quotes.",
        ),
        (
            "toxicity",
            "The condition gives a value of type double, not true or false. Compare it, for example with `> 0.5`.",
        ),
        # syntax
        (
            "crisis and signal.fraud",
            "The condition cannot be read at column 8: mismatched input 'and'. Write `&&` instead of `and`.",
        ),
        (
            "toxicity > 0,5",
            "The condition cannot be read at column 13: mismatched input ','. Write decimals with a point: 0.5.",
        ),
        # texts that a fact never has
        (
            'intent == "opinon"',
            (
                "`intent` is never 'opinon'. Did you mean opinion? Write one of complaint, question, request, "
                "purchase, praise, opinion, news, spam, other."
            ),
        ),
        ("|-\n     'urgent' == urgency", "`urgency` is never 'urgent'. Write one of low, medium, high."),
        ("(urgency) != ('hihg')", "`urgency` is never 'hihg'. Did you mean high? Write one of low, medium, high."),
        (
            "urgency in ['low', 'hi']",
            "`urgency` is never 'hi'. Did you mean high? Write one of low, medium, high.",
        ),
    ],
)
def test_a_wrong_condition_is_explained_when_the_file_is_read(condition: str, told: str) -> None:
    line = 6 if condition.startswith("|") else 5
    assert problems_of(ONE_RULE.replace("WHEN", condition)) == [f"line {line}, rule only: {told}"]


@pytest.mark.parametrize(
    "condition",
    [
        'intent == "opinion" && intent.needs_account_data > 0.5',
        'intent.startsWith("op")',
        "urgency in ['low', 'high']",
        'language == "klingon"',  # an open vocabulary
        'crisis // because intent == "opinon" is a comment',
        "mention.age_minutes > 60.0 && clock.hour >= 9",
    ],
)
def test_a_right_condition_is_accepted(condition: str) -> None:
    assert problems_of(ONE_RULE.replace("WHEN", f"|-\n      {condition}")) == []


@pytest.mark.parametrize("condition", ["!crisis", "!crisis && signal.fraud", "!crisis == false", "'high' == urgency"])
def test_a_condition_that_yaml_would_swallow_is_explained(condition: str) -> None:
    (told,) = problems_of(ONE_RULE.replace("WHEN", condition))

    assert told.startswith("line 5")
    assert told.endswith("write `when: |` and the condition below it.")


def test_a_condition_of_many_lines_is_told_by_its_own_line() -> None:
    source = ONE_RULE.replace("WHEN", "|\n      crisis ||\n      signal.frud")

    assert problems_of(source) == [
        "line 7, rule only: There is no fact named 'signal.frud'. Did you mean signal.fraud?"
    ]


BROKEN = """\
languages: [es, en]
rulebok: x
rules:
  - name: first
    state: on
    when: crisis
    then: {action: replay_publicly, queue: sales, priority: urgent, approval: three, hide: always}
    becuase: A typo.
  - name: first
    state: live
    state: draft
    when: crisis
    then: {action: move_private, template: asid}
    because: One.
    limits: {per_day: 0, expires: 2027-02-30}
  - name: no-rule
    state: live
    then: {action: reply_publicly}
    because: Two.
  - name: Ünreadable
    state: live
    when: crisis
    then: {action: reply_publicly, template: invitation}
    because: Three.
templates:
  aside:
    es: "{greting} Hola {room_link}"
    fr: Bonjour
  thanks:
    es: {tu: Gracias, vos: Gracias}
    en: ""
"""

BROKEN_PROBLEMS = [
    "line 2: Unknown key 'rulebok'. Did you mean rulebook?",
    (
        "line 4, rule first: The rule does not say why. "
        "Write `because:` with one sentence that an agent and an auditor understand."
    ),
    "line 5, rule first: Unknown state 'on'. Write one of draft, shadow, live.",
    (
        "line 7, rule first: Unknown action 'replay_publicly'. Did you mean reply_publicly? "
        "Write one of reply_publicly, move_private, hold, listen."
    ),
    "line 7, rule first: Unknown queue 'sales'. Write one of care, marketing, supervisor, compliance.",
    "line 7, rule first: Unknown priority 'urgent'. Write one of harm, high, normal, low.",
    "line 7, rule first: Unknown approval 'three'. Write one of none, one, two.",
    "line 7, rule first: Unknown hide 'always'. Write one of never, if_permitted.",
    "line 8, rule first: Unknown key 'becuase'. Did you mean because?",
    "line 9, rule first: Another rule of this name stands on line 4. Give each rule a name of its own.",
    "line 11, rule first: The key 'state' is written twice; it stands on line 10 already. Keep one of them.",
    "line 13, rule first: There is no template 'asid'. Did you mean aside?",
    (
        "line 15, rule first: The daily limit '0' is not a whole number from 1 upwards. "
        "Write, for example, `per_day: 200`; to stop a rule, give it `state: draft`."
    ),
    "line 15, rule first: The last day '2027-02-30' is not a date. Write year-month-day: 2027-03-31.",
    "line 16, rule no-rule: The rule has no condition. Write `when:`.",
    "line 16, rule no-rule: The name 'no-rule' is kept for decisions that no rule made. Choose another name.",
    "line 16, rule no-rule: The action reply_publicly says something, but names no template. Write `template:`.",
    "line 20, rule Ünreadable: The name 'Ünreadable' cannot be used. Write small letters, digits and single hyphens.",
    (
        "line 23, rule Ünreadable: The template 'invitation' is for private messages; a rule names what is said in "
        "public. Name a public template, such as `aside`."
    ),
    (
        "line 26: The template 'aside' is not written in en for both forms of address. "
        "Write it under `templates:` as `aside: {en: ...}`, or with `tu:` and `usted:`."
    ),
    "line 27: The template 'aside' has an unknown variable {greting}. Did you mean greeting?",
    (
        "line 27: The template 'aside' is public and may not hold {room_link}. "
        "Only `invitation` and `invitation-...` are private."
    ),
    (
        "line 28: The template 'aside' is written in 'fr', which the rulebook does not speak. "
        "Add it to `languages:` or remove it."
    ),
    (
        "line 29: The template 'thanks' is not written in es for both forms of address. "
        "Write it under `templates:` as `thanks: {es: ...}`, or with `tu:` and `usted:`."
    ),
    "line 30: The template 'thanks' has an unknown form of address 'vos'. Write one of tu, usted.",
    "line 31: The template 'thanks' is empty in en.",
]


def test_every_problem_is_told_at_once_in_the_order_of_lines() -> None:
    assert problems_of(BROKEN) == BROKEN_PROBLEMS


def test_a_wrong_rulebook_cannot_be_loaded_and_says_all_that_is_wrong() -> None:
    with pytest.raises(RulebookError) as raised:
        load_rulebook(BROKEN, name="broken.yaml")

    assert [str(problem) for problem in raised.value.problems] == BROKEN_PROBLEMS
    assert str(raised.value).startswith("The rulebook broken.yaml has 26 problems; mend them and load it again:\n")
    assert all(line in str(raised.value) for line in BROKEN_PROBLEMS)


def test_a_problem_carries_line_rule_message_and_hint_apart() -> None:
    assert check(ONE_RULE.replace("WHEN", "crisi"), name="t") == [
        RulebookProblem(line=5, rule="only", message="There is no fact named 'crisi'.", hint="Did you mean crisis?")
    ]


def test_a_template_that_lacks_a_language_is_a_problem_of_the_rule_that_asks_for_it() -> None:
    source = ONE_RULE.replace("WHEN", "crisis").replace("[es, en]", "[es, pt]")
    source = source.replace("{action: hold}", "{action: reply_publicly, template: thanks}")

    assert problems_of(source) == [
        (
            "line 6, rule only: The template 'thanks' is not written in pt for both forms of address. "
            "Write it under `templates:` as `thanks: {pt: ...}`, or with `tu:` and `usted:`."
        )
    ]


def test_a_rulebooks_own_template_is_written_in_every_language_even_where_no_rule_asks_for_it() -> None:
    source = ONE_RULE.replace("WHEN", "crisis") + "templates:\n  greet: {es: {tu: Hola}, en: Hi}\n"

    assert problems_of(source) == [
        (
            "line 9: The template 'greet' is not written in es for both forms of address. "
            "Write it under `templates:` as `greet: {es: ...}`, or with `tu:` and `usted:`."
        )
    ]


def test_whoever_moves_people_aside_needs_an_invitation_and_a_closing_line_in_every_language() -> None:
    source = ONE_RULE.replace("WHEN", "crisis").replace("[es, en]", "[pt]")
    source = source.replace("{action: hold}", "{action: move_private, template: mine}")
    source += "templates:\n  mine: {pt: Ola}\n"

    assert [problem.partition(" is not written")[0] for problem in problems_of(source)] == [
        "line 3, rule only: The template 'invitation'",
        "line 3, rule only: The template 'closing'",
    ]


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("", "line 1: A rulebook is a list of keys: rulebook, languages, rules, templates."),
        ("- a\n- b\n", "line 1: A rulebook is a list of keys: rulebook, languages, rules, templates."),
        ("languages: [es]\nrules: []\n", "line 2: The rulebook has no rules. Write a list under `rules:`."),
        ("a: b: c\n", "line 1: This is not YAML: mapping values are not allowed here."),
        ("languages: [es]\nrules:\n\t- x\n", None),
        ("a: \x00", "line 1: This is not YAML: special characters are not allowed."),
        ("a: 1\nb: \ud800", "line 2: This is not YAML: special characters are not allowed."),
        ("[" * 5_000, "line 1: The file is nested too deeply."),
        ("a" * 1_000_001, "line 1: The file is longer than 1000000 characters."),
        ("a: &a [*a]", None),
    ],
)
def test_a_text_that_is_no_rulebook_is_refused_with_a_sentence(source: str, told: str | None) -> None:
    problems = problems_of(source)

    assert problems
    assert told is None or told in problems


def test_words_that_yaml_would_turn_into_booleans_stay_words() -> None:
    source = ONE_RULE.replace("WHEN", "crisis").replace("[es, en]", "[no]").replace("because: Reasons.", "because: yes")
    rulebook = load_rulebook(source, name="t")

    assert (rulebook.languages, rulebook.rules[0].because) == (("no",), "yes")


def test_a_template_is_chosen_by_language_address_and_variant() -> None:
    source = ONE_RULE.replace("WHEN", "crisis") + (
        "templates:\n  greet:\n    es: {tu: [Hola, Buenas, Ey], usted: Buenos días}\n    en: [Hi, Hello]\n"
    )
    rulebook = load_rulebook(source, name="t")

    assert rulebook.template("greet", language="es", address="tu", variant=4) == "Buenas"
    assert rulebook.template("greet", language="es", address="usted", variant=7) == "Buenos días"
    assert rulebook.template("greet", language="en", address="usted", variant=-1) == "Hello"
    assert rulebook.template("greet", language="de", address="tu", variant=0) == "Hola"


def test_a_rulebooks_own_template_comes_before_the_standard_one() -> None:
    rulebook = load_rulebook(EXAMPLE, name="t")

    assert rulebook.template("aside", language="es", address="tu", variant=0) == "{greeting} Te escribimos por privado."
    assert "{compose_link}" in rulebook.template("protect-your-data", language="en", address="tu", variant=0)


def test_a_language_that_the_rulebook_does_not_speak_is_not_taken_from_a_standard_template() -> None:
    rulebook = load_rulebook(ONE_RULE.replace("WHEN", "crisis").replace("[es, en]", "[en]"), name="t")

    assert rulebook.template("thanks", language="es", address="tu", variant=0).startswith("{greeting} Thank you")


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_checked_without_failing(text: str) -> None:
    assert check(text, name="t")


@settings(deadline=None)
@given(st.text(st.sampled_from("intent cris&|!()=<>\"'.05\n\\`[],"), max_size=60))
def test_any_condition_is_compiled_or_explained(condition: str) -> None:
    literal = "|-\n" + "\n".join(f"      {line}" for line in condition.split("\n"))
    source = ONE_RULE.replace("WHEN", literal)
    problems = check(source, name="t")

    if problems:
        assert all(problem.message for problem in problems)
    else:
        assert load_rulebook(source, name="t").rules[0].reads is not None


@settings(deadline=None)
@given(st.integers(0, len(EXAMPLE) - 1), st.characters(codec="utf-8"))
def test_a_rulebook_with_one_character_changed_is_either_refused_or_another_version(at: int, put: str) -> None:
    source = EXAMPLE[:at] + put + EXAMPLE[at + 1 :]
    if check(source, name="t"):
        with pytest.raises(RulebookError):
            load_rulebook(source, name="t")
    else:
        same = source == EXAMPLE
        assert (load_rulebook(source, name="t").version == load_rulebook(EXAMPLE, name="t").version) == same
