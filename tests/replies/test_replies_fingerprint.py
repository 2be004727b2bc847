from __future__ import annotations

import html
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replies.fingerprint import fingerprint, resembles

WORDS = st.text(st.characters(exclude_characters="@{}&<>\"'", exclude_categories=("Cs",)), max_size=200)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("Hola & gracias <3", "Hola &amp; gracias &lt;3"),  # as X escapes
        ("Te escribimos por privado", "@rosa @otra Te escribimos por privado"),  # leading handles of a reply
        ("Mira https://marca.example/a?b=1", "Mira https://t.co/abcdefghij"),  # links are rewritten
        ("Mira https://marca.example/a.", "Mira https://marca.example/a/."),
        ("Entra: {room_link}.", "Entra: https://sala.marca.example/r/abc/def."),  # a secret on the network alone
        ("dos  espacios\n y línea", "dos espacios y línea"),
        ("cafe\u0301", "café"),  # composed
    ],
)
def test_what_a_network_rewrites_keeps_its_fingerprint(sent: str, shown: str) -> None:
    assert fingerprint(sent) == fingerprint(shown)


def test_a_secret_that_is_no_link_is_left_out_by_its_value() -> None:
    assert fingerprint("Tu código es {code}") == fingerprint("Tu código es 481516", secrets=["481516"])
    assert fingerprint("Tu código es {code}") != fingerprint("Tu código es 481516")


@pytest.mark.parametrize(
    ("one", "other"),
    [("Sí", "No"), ("Hola @rosa", "Hola @luis"), ("hola", "Hola"), ("Gracias (1).", "Gracias (2).")],
)
def test_different_texts_differ(one: str, other: str) -> None:
    assert fingerprint(one) != fingerprint(other)


@given(text=WORDS)
def test_escaping_white_space_and_handles_never_change_it(text: str) -> None:
    shown = "@quien_sea " + html.escape(unicodedata.normalize("NFD", text), quote=False).replace(" ", "  ")
    assert fingerprint(shown) == fingerprint(text)


@given(text=st.text())
def test_any_text_has_one(text: str) -> None:
    assert len(fingerprint(text)) == 64


@pytest.mark.parametrize(
    ("start", "repeated", "times"),
    [("", "x", 10_000_000), ("", "@a ", 1_000_000), ("https://x", ".", 5_000_000), ("", "{", 5_000_000)],
)
def test_ten_megabytes_take_no_longer_than_reading_them(start: str, repeated: str, times: int) -> None:
    assert fingerprint(start + repeated * times)


@pytest.mark.parametrize(
    ("shown", "alike"),
    [
        ("Gracias por avisarnos, lo miramos ahora mismo y te contamos por…", True),
        ("Gracias por avisarnos, lo miramos ahora mismo y te contamos por aqui", True),
        ("Buenos días, ya está resuelto.", False),
        ("Gracias", False),
        ("", False),
    ],
)
def test_a_cut_text_resembles_the_whole_one(shown: str, alike: bool) -> None:  # noqa: FBT001 - a parameter row
    sent = "Gracias por avisarnos, lo miramos ahora mismo y te contamos por aquí."
    assert resembles(shown, sent) is alike
