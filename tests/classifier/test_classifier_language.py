"""The language of a post."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.judging.language import detect_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("@acme ¿Hay algún problema con la web? No puedo entrar", "es"),
        ("@acme is there a problem with your website?", "en"),
        ("não consigo entrar no aplicativo, vocês podem ajudar?", "pt"),
        ("Bonjour, je ne peux pas me connecter avec mon compte", "fr"),
    ],
)
def test_the_language_shows_in_frequent_words(text: str, language: str) -> None:
    assert detect_language(text) == language


def test_handles_links_tags_and_emoji_say_nothing() -> None:
    assert detect_language("@the_and_is https://example.com/the/and #theand 😀") == "und"


def test_a_short_text_takes_the_networks_hint() -> None:
    assert detect_language("Ok", hint="es") == "es"
    assert detect_language("😀", hint="pt-BR") == "pt"


def test_a_clear_text_overrules_a_wrong_hint() -> None:
    assert detect_language("the app is down and I can't get to my money", hint="es") == "en"


@pytest.mark.parametrize("hint", ["und", "zxx", "qme", "??", "\x00", "x" * 1000])
def test_a_hint_that_says_nothing_is_no_language(hint: str) -> None:
    assert detect_language("", hint=hint) == "und"


@settings(deadline=None)  # the lists load at first use
@given(st.text(max_size=200), st.text(max_size=5))
def test_any_text_gives_a_code(text: str, hint: str) -> None:
    language = detect_language(text, hint=hint)
    assert language == "und" or (len(language) == 2 and language.isascii())
