"""Copies of a text are found however they are dressed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listener.ingest.minhash import text_digest
from records.database import sanitise_text


@pytest.mark.parametrize(
    "copy",
    [
        "MI TARJETA NO FUNCIONA",
        "@acme mi tarjeta, no funciona!!! 😡",
        "mi tarjeta\nno funciona https://example.org/7",
        "mi tarjeta no ｆｕｎｃｉｏｎａ",  # full-width letters
    ],
)
def test_copies_have_one_digest(copy):
    assert text_digest(copy) == text_digest("Mi tarjeta no funciona.")


@pytest.mark.parametrize("other", ["mi tarjeta funciona", "", "https://example.org/7", "😡"])
def test_other_texts_have_another_digest(other):
    assert text_digest(other) != text_digest("Mi tarjeta no funciona.")


@given(text=st.text(st.characters()))
def test_any_text_has_a_digest_and_can_be_stored(text):
    assert len(text_digest(text)) == 32
    stored = sanitise_text(text)
    stored.encode()
    assert "\x00" not in stored
    assert len(stored) == len(text)
