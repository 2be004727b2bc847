from __future__ import annotations

import re
from pathlib import Path

import pytest

from classifier.personal_data.finder import find_personal_data
from policies.vocabulary import PERSONAL_DATA_KINDS, VOCABULARY, FactType, flaw_in
from policies.wordings import LANGUAGES, wordings
from records.enums import PrivateState

IDENTIFIERS = Path(__file__).parents[2] / "classifier" / "identifiers"

TEXTS = {
    "iban": "mi cuenta es ES9121000418450200051332",
    "card": "mi tarjeta 4111 1111 1111 1111",
    "security_code": "mi pin es 4821",
    "email": "escribidme a ana.perez@gmail.com",
    "national_id": "mi DNI es 12345678Z",
    "booking": "mi localizador es K3QX7B",
    "account": "mi número de cuenta es 12345678",
    "birth_date": "nací el 12/03/1985",
    "address": "vivo en calle Mayor 12",
    "phone": "mi móvil es 612 345 678",
}


@pytest.mark.parametrize("kind", TEXTS)
def test_every_kind_that_the_classifier_finds_is_a_fact(kind: str) -> None:
    (found,) = find_personal_data(TEXTS[kind], market="ES")

    assert found.kind == kind
    for owner in ("own", "others"):
        assert VOCABULARY[f"personal_data.{owner}.{kind}"].type is FactType.INT


def test_the_kinds_are_those_that_the_classifier_names_and_no_others() -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in IDENTIFIERS.glob("*.py"))
    named = set(re.findall(r'kind="(\w+)"|return "(\w+)"|kind = "(\w+)"|_found\(reading, "(\w+)"', sources))
    words = {word for words in named for word in words if word} - {"nothing"}

    assert set(TEXTS) == set(PERSONAL_DATA_KINDS)
    assert words <= set(PERSONAL_DATA_KINDS)


def test_every_default_is_a_value_that_may_be_read() -> None:
    assert {name: flaw for name, one in VOCABULARY.items() if (flaw := flaw_in(one.default, one))} == {}


def test_a_person_knows_every_fact_by_its_meaning() -> None:
    assert all(one.meaning.endswith(".") for one in VOCABULARY.values())


def test_closed_words_stay_closed() -> None:
    assert VOCABULARY["case.private_state"].words == tuple(PrivateState)
    assert flaw_in("thinking", VOCABULARY["case.private_state"]) == (
        "is none of none, awaited, invited, open, declined, silent, solved"
    )


@pytest.mark.parametrize(
    ("value", "flaw"),
    [
        (1.7976931348623157e308, None),
        (10**308, None),
        (10**400, "is not a finite number"),
        (-(10**400), "is not a finite number"),
        (float("-inf"), "is not a finite number"),
    ],
)
def test_a_number_too_large_for_a_double_is_no_finite_one(value: float, flaw: str | None) -> None:
    assert flaw_in(value, VOCABULARY["toxicity"]) == flaw


@pytest.mark.parametrize(("value", "is_right"), [(2**63 - 1, True), (-(2**63), True), (2**63, False)])
def test_a_whole_number_has_64_bits(value: int, is_right: bool) -> None:  # noqa: FBT001
    assert (flaw_in(value, VOCABULARY["author.reach"]) is None) == is_right


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fact_and_every_closed_word_has_words_in_both_languages(language: str) -> None:
    words = wordings(language)
    bools = {name for name, one in VOCABULARY.items() if one.type is FactType.BOOL}
    closed = {name: set(one.words) for name, one in VOCABULARY.items() if one.words}

    assert set(words.statements) == bools
    assert set(words.labels) == set(VOCABULARY) - bools
    assert {name: set(known) for name, known in words.values.items()} == closed
    assert (len(words.weekdays), len(words.months)) == (7, 12)


def test_both_languages_have_the_same_sentences_with_the_same_variables() -> None:
    spanish, english = (wordings(language) for language in LANGUAGES)

    def variables(sentences: dict[str, str]) -> dict[str, set[str]]:
        return {name: set(re.findall(r"\{(\w+)\}", text)) for name, text in sentences.items()}

    assert variables(dict(spanish.sentences)) == variables(dict(english.sentences))
    assert set(spanish.sources) == set(english.sources)
    assert set(spanish.names) == set(english.names)


def test_another_language_is_told_in_english() -> None:
    assert wordings("pt").sentences == wordings("en").sentences
