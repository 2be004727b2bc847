from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.checking import check, report
from policies.loading import load_rulebook, shipped_rulebook
from policies.rulebook.source import shipped_source
from policies.rulebook.templates import is_private
from policies.text_limits import Channel
from policies.validators.registry import examine
from policies.validators.template_length import longest_template_length

RULEBOOK = """\
languages: [es, en]
ROOT
rules:
  - name: only
    state: live
    when: WHEN
    then: {action: reply_publicly, template: thanks}
    because: Why.
templates:
  mine: {es: Hola, en: Hi}
"""


def rulebook(root: str = "rulebook: x", *, when: str = "crisis", thanks: str = "") -> str:
    text = RULEBOOK.replace("ROOT", root).replace("WHEN", when)
    return text + (f"  thanks: {thanks}\n" if thanks else "")


def problems(text: str) -> list[str]:
    return [str(problem) for problem in check(text, name="t")]


HOURS = 'Write "08:00-20:00", "09:00-14:00, 16:00-20:00" or closed; midnight at the end is 24:00.'
CALENDAR = 'Write `calendar: {hours: {mon-fri: "08:00-20:00"}}`.'


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("calendar: nine to five", f"`calendar` is not a block. {CALENDAR}"),
        ("calendar: {hour: {mon: closed}}", "Unknown key 'hour'. Did you mean hours?"),
        ("calendar: {hours: always}", f"`hours` names no days. {CALENDAR}"),
        ("calendar: {hours: {}}", f"`hours` names no days. {CALENDAR}"),
        (
            "calendar: {hours: {mondy: closed}}",
            (
                "'mondy' is no day of the week. Did you mean mon? Write one of mon, tue, wed, thu, fri, sat, sun, "
                "or a span such as mon-fri."
            ),
        ),
        ("calendar: {hours: {mon: 9 to 5}}", f"The hours '9 to 5' cannot be read. {HOURS}"),
        ("calendar: {hours: {mon: [9, 17]}}", f"The hours '' cannot be read. {HOURS}"),
        ("calendar: {hours: {mon-fri: closed, wed: closed}}", "wed has hours on line 2 already. Name each day once."),
        (
            "calendar: {holidays: {date: 2026-12-25}}",
            "`holidays` is not a list. Write `holidays: [{date: 2026-12-25, name: Navidad}]`.",
        ),
        (
            "calendar: {holidays: [2026-12-25]}",
            (
                "The holiday '' is not a date. "
                "Write year-month-day, as in `{date: 2026-12-25, name: Navidad}`, or 12-25 for every year."
            ),
        ),
        (
            "calendar: {holidays: [{date: 2027-02-29, name: x}]}",
            (
                "The holiday '2027-02-29' is not a date. "
                "Write year-month-day, as in `{date: 2026-12-25, name: Navidad}`, or 12-25 for every year."
            ),
        ),
        ("calendar: {holidays: [{date: 12-25}]}", "The holiday has no name. Write `name:`; people are told it."),
        ("calendar: {holidays: [{date: 12-25, nam: x, name: y}]}", "Unknown key 'nam'. Did you mean name?"),
        (
            "calendar: {holidays: [{date: 12-25, name: x, hours: noon}]}",
            f"The hours 'noon' cannot be read. {HOURS}",
        ),
        (
            "calendar: {holidays: [{date: 12-25, name: x}, {date: 12-25, name: y}]}",
            "This day is a holiday on line 2 already. Keep one of them.",
        ),
        ("out_of_hours: closed", "`out_of_hours` names no template. Write `out_of_hours: {template: ...}`."),
        ("out_of_hours: {}", "`out_of_hours` names no template. Write `out_of_hours: {template: ...}`."),
        ("out_of_hours: {template: min}", "There is no template 'min'. Did you mean mine?"),
        (
            "out_of_hours: {template: invitation}",
            (
                "The template 'invitation' is for private messages; a rule names what is said in public. "
                "Name a public template, such as `aside`."
            ),
        ),
        ("out_of_hours: {template: mine, when: always}", "Unknown key 'when'. Write one of template."),
    ],
)
def test_a_calendar_that_cannot_be_kept_is_told_with_its_line(written: str, told: str) -> None:
    assert problems(rulebook(written)) == [f"line 2: {told}"]


@pytest.mark.parametrize(
    "written",
    [
        "calendar: {hours: {mon-thu: '09:00-14:00, 16:00-20:00', fri: '09:00-15:00', sat-sun: closed}}",
        "calendar: {holidays: [{date: 02-29, name: x}, {date: 2026-12-25, name: y}, {date: 12-25, name: z}]}",
        "calendar: {hours: {mon-sun: '00:00-24:00'}, holidays: [{date: 12-24, name: x, hours: '09:00-13:00'}]}",
        "out_of_hours: {template: mine}",
    ],
)
def test_a_calendar_as_people_keep_it_is_accepted(written: str) -> None:
    assert problems(rulebook(written)) == []


def test_a_rulebook_knows_what_is_said_while_the_desk_is_closed() -> None:
    assert load_rulebook(rulebook("out_of_hours: {template: mine}"), name="t").out_of_hours == "mine"
    assert load_rulebook(rulebook(), name="t").out_of_hours is None


@pytest.mark.parametrize("key", ["propose_hide", "promotion", "even_in_crisis"])
@pytest.mark.parametrize(("written", "is_so"), [("true", True), ("false", False)])
def test_what_a_rule_says_besides_is_true_or_false(key: str, written: str, is_so: bool) -> None:  # noqa: FBT001
    text = rulebook().replace("template: thanks", f"template: thanks, {key}: {written}")
    assert getattr(load_rulebook(text, name="t").rules[0], key) is is_so
    assert getattr(load_rulebook(rulebook(), name="t").rules[0], key) is False


def test_what_is_neither_true_nor_false_is_told() -> None:
    text = rulebook().replace("template: thanks", "template: thanks, promotion: yes")
    assert problems(text) == ["line 7, rule only: Unknown promotion 'yes'. Write one of true, false."]


def test_public_texts_may_name_phones_and_opening_times_but_no_codes() -> None:
    fine = rulebook(thanks="{es: 'Llama al {phone} o {emergency_phone}; abrimos {opens}', en: Hi}")
    assert problems(fine) == []
    for name in ("room_code", "room_address", "reference"):
        told = problems(rulebook(thanks=f"{{es: 'Hola {{{name}}}', en: Hi}}"))
        assert told == [
            (
                f"line 11: The template 'thanks' is public and may not hold {{{name}}}. "
                "Only `invitation` and `invitation-...` are private."
            )
        ]


def test_a_private_text_may_name_a_code_and_where_to_type_it() -> None:
    text = (
        rulebook()
        .replace("  mine:", "  invitation-code:")
        .replace(
            "es: Hola,", "es: 'Escribe {room_code} en {room_address}; vale hasta {expires}. Referencia {reference}',"
        )
    )
    assert problems(text) == []


LONG = "a" * 281


def test_a_text_too_long_for_a_network_is_told_with_how_much() -> None:
    assert problems(rulebook(thanks=f"{{es: Hola, en: {LONG}}}")) == [
        (
            "line 11: The template 'thanks' may be 281 characters long in en, and X takes 280. "
            "Shorten it by 1; counted with a name of 16 characters and a brand of 24."
        )
    ]
    assert problems(rulebook(thanks=f"{{es: Hola, en: {LONG[1:]}}}")) == []


def test_a_text_is_measured_with_its_variables_at_their_longest() -> None:
    # 16 for the name, 26 for the signature, 7 for the greeting around the name, 23 for the link on X
    text = "{greeting} {handle} {compose_link} {signature}"
    assert (
        longest_template_length(text, network="x", channel=Channel.PUBLIC, language="es")
        == 23 + 1 + 16 + 1 + 23 + 1 + 26
    )

    assert problems(rulebook(thanks=f"{{es: '{'a' * 240} {{signature}}{{greeting}}', en: Hi}}")) != []


@pytest.mark.parametrize(
    ("when", "told"),
    [
        ('account.network == "facebook"', []),
        ('crisis && account.network != "x"', []),
        ('account.network in ["facebook", "instagram"]', []),
        ('account.network in ["facebook", "x"]', ["X"]),
        ('account.network == "facebook" || crisis', ["X"]),
        ("crisis", ["X"]),
    ],
)
def test_a_text_need_only_fit_where_a_rule_may_ask_for_it(when: str, told: list[str]) -> None:
    found = problems(rulebook(when=f"|\n      {when}", thanks=f"{{es: Hola, en: {LONG}}}"))
    assert [line.partition(", and ")[2].partition(" takes")[0] for line in found] == told


def test_a_private_text_is_measured_by_what_private_messages_take() -> None:
    text = rulebook().replace("  mine:", "  invitation:")
    assert problems(text.replace("es: Hola,", f"es: {'a' * 1000},")) == []
    assert problems(text.replace("es: Hola,", f"es: {'ñ' * 501},")) == [
        (
            "line 10: The template 'invitation' may be 1002 bytes long in es, and Instagram takes 1000. "
            "Shorten it by 2; counted with a name of 31 characters and a brand of 24."
        )
    ]


@pytest.mark.parametrize("name", ["default", "retail-bank", "airline"])
def test_everything_that_is_shipped_fits_every_network(name: str) -> None:
    book = shipped_rulebook(name)
    for template in book.templates.values():
        channel = Channel.PRIVATE if is_private(template.name) else Channel.PUBLIC
        most = {Channel.PUBLIC: 280, Channel.PRIVATE: 10_000}[channel]
        for (language, _), texts in template.wordings.items():
            assert (
                max(longest_template_length(text, network="x", channel=channel, language=language) for text in texts)
                <= most
            )


def test_a_check_finds_more_than_keeps_a_rulebook_from_being_used() -> None:
    text = rulebook(when="crisis && !crisis")

    assert examine(text)[1] == []
    assert load_rulebook(text, name="t").rules[0].name == "only"
    assert [problem.line for problem in check(text, name="t")] == [6]


def test_problems_of_every_kind_are_told_at_once_in_the_order_of_lines() -> None:
    text = rulebook("calendar: closed", when="crisis && !crisis", thanks=f"{{es: Hola, en: {LONG}}}")
    text = text.replace("state: live", "state: alive")
    assert [problem.line for problem in check(text, name="t")] == [2, 5, 6, 11]


def test_an_unquoted_question_in_braces_is_told_with_a_hint() -> None:
    (told,) = problems("languages: [es]\nrules: [{name: a, because: ¿por qué?, when: crisis}]\n")
    assert told.endswith("Between braces, put a text that holds any of ? : , # [ ] { } in quotes.")


PIECES = st.sampled_from(
    [
        *("calendar:", "hours:", "holidays:", "examples:", "facts:", "out_of_hours:", "template:", "rules:", "then:"),
        *("mon-fri", "12-25", "date", "name", "text", "lang", "not", "true", "when", "crisis", "state", "live", "es"),
        *(
            "- ",
            "  ",
            "\n",
            "{",
            "}",
            "[",
            "]",
            ": ",
            ", ",
            "'",
            '"',
            "|",
            "&a ",
            "*a",
            "!x ",
            "\u202e",
            "\x00",
            "\ud800",
            "¿",
        ),
    ]
)


@settings(deadline=None, max_examples=200)
@given(st.lists(PIECES, max_size=40).map("".join))
def test_any_text_gives_problems_and_never_fails(text: str) -> None:
    assert report(text, name="t").problems


VALUES = st.one_of(
    st.text(max_size=8),
    st.sampled_from(["'08:00-20:00'", "closed", "[]", "{}", "[[]]", "{a: b}", "[{date: 12-25, name: x}]", "true", "~"]),
)


@settings(deadline=None, max_examples=80)
@given(
    st.sampled_from(
        [
            *("calendar: V", "calendar: {hours: V}", "calendar: {hours: {mon: V}}", "calendar: {holidays: V}"),
            *("calendar: {holidays: [V]}", "calendar: {holidays: [{date: V, name: x}]}", "out_of_hours: V"),
            *("out_of_hours: {template: V}", "languages: V", "rules: V", "templates: {thanks: V}"),
        ]
    ),
    st.sampled_from(["examples: V", "examples: [V]", "examples: [{text: V}]", "examples: [{facts: V}]", "limits: V"]),
    VALUES,
    VALUES,
)
def test_any_value_under_any_key_is_accepted_or_told(root: str, rule: str, one: str, other: str) -> None:
    text = rulebook(root.replace("V", one)).replace("because: Why.", f"because: Why.\n    {rule.replace('V', other)}")
    found = report(text, name="t")

    assert all(problem.message and problem.line >= 1 for problem in (*found.problems, *found.warnings))
    if not examine(text)[1]:
        assert load_rulebook(text, name="t").calendar.week


@pytest.mark.parametrize("name", ["default", "retail-bank", "airline"])
def test_what_is_shipped_has_no_rule_that_never_decides_and_no_example_that_does_not_come_true(name: str) -> None:
    assert check(shipped_source(name), name=name) == []
