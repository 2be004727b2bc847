from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.models import Brand
from room.wordings import LANGUAGES, _texts, preferred_language, words_for


def test_every_language_says_the_same_things() -> None:
    assert len({frozenset(_texts(language)) for language in LANGUAGES}) == 1


@pytest.mark.parametrize("address", ["tu", "usted"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_exists_in_both_forms_of_address(language: str, address: str) -> None:
    words = words_for(language, Brand(name="marca", address=address))
    assert all(words[name] for name in _texts(language))


def test_a_brand_that_says_usted_is_not_familiar() -> None:
    words = words_for("es", Brand(name="marca", address="usted"))
    texts = " ".join(words[name].lower() for name in _texts("es") if name != "months")
    assert not [word for word in (" tu ", " te ", "puedes", "escríbenos", "escribe ") if word in texts]


def test_a_moment_reads_as_people_write_it() -> None:
    assert words_for("es", None).moment(datetime(2026, 1, 2, 3, 4, tzinfo=UTC)).split() == ["2", "ene,", "03:04"]


@pytest.mark.parametrize(
    ("header", "language"),
    [("en-GB,en;q=0.9,es;q=0.8", "en"), ("fr,ca;q=0.9,es;q=0.5", "es"), ("", "es"), ("pt-BR", "es"), (";;,,", "es")],
)
def test_the_first_language_that_is_spoken_here_is_taken(header: str, language: str) -> None:
    assert preferred_language(header) == language


@given(header=st.text())
def test_any_header_gives_a_language(header: str) -> None:
    assert preferred_language(header) in LANGUAGES
