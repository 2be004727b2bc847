from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.engine import decide
from policies.explaining.explanation import Explanation, UnmetCondition, explain, source_in_words, value_in_words
from policies.loading import load_rulebook, shipped_rulebook
from policies.rulebook.rulebook import Rulebook
from policies.vocabulary import VOCABULARY, FactType, default_facts
from policies.wordings import wordings
from records.models import Fact, FactValue

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def rulebook(*conditions: str, extra: str = "") -> Rulebook:
    rules = "".join(
        f"  - name: r{number}\n    state: live\n    when: |\n      {condition}\n    then: {{action: hold}}\n"
        f"    because: Por algo.\n{extra}"
        for number, condition in enumerate(conditions)
    )
    return load_rulebook(f"languages: [es, en]\nrules:\n{rules}", name="t")


def facts(source: str = "classifier:sentiment-1", **values: FactValue) -> dict[str, Fact]:
    known = default_facts()
    for name, value in values.items():
        known[name.replace("__", ".")] = Fact(value=value, source=source)
    return known


def near(book: Rulebook, known: dict[str, Fact], language: str = "es") -> list[tuple[str, str]]:
    verdict = decide(book, known, now=NOW)
    found = explain(book, known, rule=verdict.rule, language=language).near
    return [(each.rule, each.failed.sentence if each.failed else "held") for each in found]


def test_a_decision_is_explained_with_its_rule_its_facts_and_what_was_near_in_spanish() -> None:
    book = rulebook("sentiment.negative > 0.7 && intent == 'complaint'", "permission.reply && intent == 'complaint'")
    known = facts(sentiment__negative=0.62, intent="complaint") | {
        "permission.reply": Fact(value=True, source="network:x")
    }
    told = explain(book, known, rule="r1", language="es")

    assert told.lines == (
        "Decidió la regla r1: Por algo.",
        "La red permite contestar en público (según X).",
        "La intención es «queja» (según el clasificador).",
        "La regla r0 estuvo cerca. El sentimiento negativo es 0,62; la regla pide más de 0,7.",
    )
    assert told.near[0].failed == UnmetCondition(
        fact="sentiment.negative",
        value="0,62",
        needed="más de 0,7",
        sentence="El sentimiento negativo es 0,62; la regla pide más de 0,7.",
    )
    assert [(fact.name, fact.value, fact.source) for fact in told.facts] == [
        ("permission.reply", "sí", "según X"),
        ("intent", "«queja»", "según el clasificador"),
    ]


def test_the_same_decision_is_explained_in_english() -> None:
    book = rulebook("sentiment.negative > 0.7 && intent == 'complaint'", "permission.reply && intent == 'complaint'")
    known = facts(sentiment__negative=0.62, intent="complaint") | {
        "permission.reply": Fact(value=True, source="network:x")
    }

    assert explain(book, known, rule="r1", language="en").lines == (
        "The rule r1 decided: Por algo.",
        "The network permits a public answer (by X).",
        "The intent is “complaint” (by the classifier).",
        "The rule r0 was near. The negative sentiment is 0.62; the rule asks for more than 0.7.",
    )


@pytest.mark.parametrize(
    ("condition", "values", "told"),
    [
        ("toxicity >= 0.7", {"toxicity": 0.6}, "La agresividad del texto es 0,6; la regla pide al menos 0,7."),
        ("0.5 > toxicity", {"toxicity": 0.5}, "La agresividad del texto es 0,5; la regla pide menos de 0,5."),
        ("toxicity <= 0.5", {"toxicity": 0.6}, "La agresividad del texto es 0,6; la regla pide como mucho 0,5."),
        ("!(toxicity > 0.5)", {"toxicity": 0.6}, "La agresividad del texto es 0,6; la regla pide como mucho 0,5."),
        ("!(toxicity < 0.5)", {"toxicity": 0.4}, "La agresividad del texto es 0,4; la regla pide al menos 0,5."),
        (
            "author.reach > 20000",
            {"author.reach": 15000},
            "El número de seguidores es 15000; la regla pide más de 20000.",
        ),
        (
            "crisis && signal.fraud",
            {"crisis": True},
            "El texto no habla de ningún fraude ni robo de tarjeta o cuenta; la regla pide lo contrario.",
        ),
        (
            "signal.fraud && !signal.impostor",
            {"signal.fraud": True, "signal.impostor": True},
            "El texto habla de alguien que se hace pasar por la marca; la regla pide lo contrario.",
        ),
        ("crisis && intent == 'opinion'", {"crisis": True}, "La intención es «otra»; la regla pide «opinión»."),
        (
            "crisis && intent in ['opinion', 'news', 'spam']",
            {"crisis": True},
            "La intención es «otra»; la regla pide uno de estos: «opinión», «noticia» o «spam».",
        ),
        (
            "crisis && intent != 'other'",
            {"crisis": True},
            "La intención es «otra»; la regla pide otra cosa que «otra».",
        ),
        (
            "crisis && !(intent in ['other', 'news'])",
            {"crisis": True},
            "La intención es «otra»; la regla pide otra cosa que «otra» o «noticia».",
        ),
        (
            "crisis && personal_data.own.iban > 0",
            {"crisis": True},
            "El número de IBAN propios a la vista es 0; la regla pide más de 0.",
        ),
        ("crisis && language == 'es'", {"crisis": True}, "El idioma es «und»; la regla pide «es»."),
        (
            "crisis && author.reach / 2 > 3",
            {"crisis": True, "author.reach": 4},
            "No se cumple la condición `author.reach / 2 > 3` (el número de seguidores es 4).",
        ),
        ("crisis && false", {"crisis": True}, "No se cumple la condición `false`."),
        (
            "crisis && (signal.fraud || toxicity > 0.5)",
            {"crisis": True},
            (
                "No se cumple nada de lo que la regla pide: el texto no habla de ningún fraude ni robo de tarjeta o "
                "cuenta (pide lo contrario); la agresividad del texto es 0 (pide más de 0,5)."
            ),
        ),
        (
            "crisis && (signal.fraud && signal.legal || signal.press && crisis)",
            {"crisis": True, "signal.fraud": True},
            (
                "No se cumple nada de lo que la regla pide: el texto no habla de abogados, tribunales ni reguladores "
                "(pide lo contrario); no habla la prensa ni se habla de acudir a ella (pide lo contrario)."
            ),
        ),
    ],
)
def test_what_a_near_rule_asks_for_in_vain_is_told_in_words(
    condition: str, values: dict[str, FactValue], told: str
) -> None:
    known = default_facts() | {name: Fact(value=value, source="x") for name, value in values.items()}
    assert near(rulebook(condition), known) == [("r0", told)]


@pytest.mark.parametrize(
    ("condition", "values"),
    [
        ("signal.danger", {}),  # a single word that is not so
        ("toxicity > 0.6", {"toxicity": 0.3}),  # only half of it is there
        ("toxicity > 0.0", {"toxicity": 0.0}),
        ("personal_data.own > 0", {}),
        ("signal.fraud && signal.danger && crisis", {"crisis": True}),  # two are missing
        ("permission.reply && intent == 'news'", {"permission.reply": True}),  # the rest says nothing of the matter
        ("!crisis && signal.fraud", {}),  # the rest is only a default
        ("10 / author.reach > 3 && crisis", {"crisis": True}),  # cannot be evaluated
    ],
)
def test_a_rule_is_not_near_where_that_would_say_nothing(condition: str, values: dict[str, FactValue]) -> None:
    known = default_facts() | {name: Fact(value=value, source="x") for name, value in values.items()}
    assert near(rulebook(condition), known) in ([], [("r0", "")])


def test_only_rules_before_the_one_that_decided_are_near() -> None:
    book = rulebook("toxicity > 0.7", "crisis", "toxicity > 0.65")
    assert [name for name, _ in near(book, facts(toxicity=0.6, crisis=True))] == ["r0"]


def test_where_no_rule_decided_all_were_tried_and_the_nearest_three_are_told_nearest_first() -> None:
    book = rulebook(
        "toxicity > 0.9",
        "toxicity > 0.7",
        "crisis && signal.fraud",
        "toxicity > 0.8",
        "crisis && signal.legal && toxicity > 0.1",
    )
    known = facts(toxicity=0.6, crisis=True)
    told = explain(book, known, rule="no-rule", language="es")

    assert told.sentence == "No se cumplió ninguna regla; lo que ninguna prevé espera a una persona."
    assert told.facts == ()
    assert [each.rule for each in told.near] == ["r1", "r3", "r0"]
    assert [
        each.rule
        for each in explain(
            rulebook("crisis && signal.fraud", "crisis && signal.legal && toxicity > 0.1"),
            known,
            rule="no-rule",
            language="es",
        ).near
    ] == ["r1", "r0"]


def test_of_alternatives_the_nearest_is_told() -> None:
    book = rulebook("signal.legal || crisis && signal.fraud || toxicity > 0.7")
    assert near(book, facts(toxicity=0.69, crisis=True)) == [
        ("r0", "La agresividad del texto es 0,69; la regla pide más de 0,7.")
    ]


def test_drafts_and_shadow_rules_are_not_near() -> None:
    for state in ("draft", "shadow"):
        rule = f"{{name: a, state: {state}, when: toxicity > 0.7, then: {{action: hold}}, because: b}}"
        book = load_rulebook(f"languages: [es]\nrules:\n  - {rule}\n", name="t")
        assert near(book, facts(toxicity=0.69)) == []


def test_a_rule_that_held_and_was_passed_over_is_told_first() -> None:
    book = rulebook("toxicity > 0.9", "toxicity > 0.5", extra="    limits: {expires: 2026-01-01}\n")
    told = explain(book, facts(toxicity=0.89), rule="no-rule", language="es").near

    assert [(each.rule, each.failed is None) for each in told] == [("r1", True), ("r0", False)]
    assert told[0].sentence == (
        "La regla r1 se cumplía, pero no decidió: había agotado su límite diario o pasado su último día."
    )


def test_a_decision_held_for_unsure_facts_names_the_rule_and_the_doubt() -> None:
    rule = "{name: a, state: live, when: toxicity > 0.5, then: {action: listen}, because: b}"
    source = f"languages: [es]\nrules:\n  - {rule}\n"
    book = load_rulebook(source, name="t")
    known = facts("unsure:classifier:toxicity-1", toxicity=0.6)

    assert decide(book, known, now=NOW).rule == "unsure"
    assert explain(book, known, rule="unsure", language="es").lines == (
        "Se cumplía la regla a, pero se apoya en algo dudoso: espera a una persona.",
        "La agresividad del texto es 0,6 (dudoso, según el clasificador).",
    )
    assert explain(book, known, rule="unsure", language="en").facts[0].source == "doubtful, by the classifier"


def test_a_decision_that_was_an_error_names_the_rule() -> None:
    book = rulebook("toxicity > 0.9", "10 / author.reach > 1", "crisis")
    known = facts(toxicity=0.89)
    told = explain(book, known, rule="error", language="es")

    assert told.lines == (
        "No se pudo evaluar la regla r1: espera a una persona.",
        "El número de seguidores es 0 (nadie lo ha establecido).",
        "La regla r0 estuvo cerca. La agresividad del texto es 0,89; la regla pide más de 0,9.",
    )


def test_a_rule_that_this_version_does_not_have_is_said_to_be_missing() -> None:
    assert explain(rulebook("crisis"), facts(), rule="gone", language="es") == Explanation(
        rule="gone", sentence="La regla gone no está en esta versión del reglamento.", facts=(), near=()
    )


def test_facts_that_were_not_stored_are_left_out() -> None:
    told = explain(
        rulebook("toxicity > 0.7", "crisis"), {"crisis": Fact(value=True, source="settings")}, rule="r1", language="en"
    )
    assert told.lines == ("The rule r1 decided: Por algo.", "The brand is in a crisis (from the settings).")


@pytest.mark.parametrize(
    ("source", "es", "en"),
    [
        ("classifier:relation-1", "según el clasificador", "by the classifier"),
        ("network:facebook", "según Facebook", "by Facebook"),
        ("network:mastodon", "según mastodon", "by mastodon"),
        ("proof:email_code", "por una prueba de identidad", "by a proof of identity"),
        ("default", "nadie lo ha establecido", "nobody has established it"),
        ("elsewhere", "elsewhere", "elsewhere"),
    ],
)
def test_sources_are_told_in_words(source: str, es: str, en: str) -> None:
    assert [source_in_words(source, wordings(language)) for language in ("es", "en")] == [es, en]


@pytest.mark.parametrize(
    ("value", "es", "en"),
    [
        (0.62, "0,62", "0.62"),
        (0.12345, "0,1235", "0.1235"),
        (1.0, "1", "1"),
        (12, "12", "12"),
        (10_000.4, "10000", "10000"),
        (9_999.0, "9999", "9999"),
        (1e12, "1000000000000", "1000000000000"),
        (-(2**63), "-9223372036854775808", "-9223372036854775808"),
        (True, "sí", "yes"),
        (False, "no", "no"),
        ("a" * 81, f"«{'a' * 79}…»", f"“{'a' * 79}…”"),
        ("{rule}", "«{rule}»", "“{rule}”"),
    ],
)
def test_values_are_told_as_people_write_them(value: FactValue, es: str, en: str) -> None:
    assert [value_in_words("account.brand", value, wordings(language)) for language in ("es", "en")] == [es, en]


def _values(name: str) -> st.SearchStrategy[FactValue]:
    declared = VOCABULARY[name]
    by_type: dict[FactType, st.SearchStrategy[FactValue]] = {
        FactType.BOOL: st.booleans(),
        FactType.INT: st.integers(0, 3),
        FactType.DOUBLE: st.floats(0, 1),
        FactType.STRING: st.sampled_from(declared.words) if declared.words else st.text(max_size=5),
    }
    return by_type[declared.type]


@settings(deadline=None, max_examples=25)
@given(st.data(), st.sampled_from(["default", "retail-bank", "airline"]), st.sampled_from(["es", "en", "pt"]))
def test_every_decision_of_a_shipped_rulebook_can_be_explained(data: st.DataObject, name: str, language: str) -> None:
    book = shipped_rulebook(name)
    changed = data.draw(st.lists(st.sampled_from(sorted(book.reads)), unique=True, max_size=12))
    known = default_facts() | {each: Fact(value=data.draw(_values(each)), source="x") for each in changed}
    verdict = decide(book, known, now=NOW)
    told = explain(book, known, rule=verdict.rule, language=language)

    assert len(told.near) <= 3
    assert all(line and "{" not in line.replace("{", "", line.count("`")) for line in told.lines)
    if verdict.rule in {rule.name for rule in book.rules}:
        assert {fact.name for fact in told.facts} == next(
            rule.reads for rule in book.rules if rule.name == verdict.rule
        )
        before = [rule.name for rule in book.rules[: [rule.name for rule in book.rules].index(verdict.rule)]]
        assert {each.rule for each in told.near} <= set(before)


@settings(deadline=None, max_examples=50)
@given(
    st.dictionaries(
        st.sampled_from(sorted(VOCABULARY)),
        st.one_of(st.booleans(), st.integers(), st.floats(), st.text(st.characters(), max_size=20)),
        max_size=20,
    ),
    st.sampled_from(["no-rule", "unsure", "error", "r0", "r1", "gone"]),
)
def test_whatever_was_stored_there_is_an_explanation(values: dict[str, FactValue], rule: str) -> None:
    stored = {name: Fact(value=value, source="x:y") for name, value in values.items()}
    book = rulebook("crisis && toxicity > 0.5 || author.reach > 5", "intent == 'news' && language != 'es'")

    assert explain(book, stored, rule=rule, language="es").sentence
