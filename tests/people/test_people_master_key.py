"""The master key: read strictly, never shown, one derived key a purpose."""

from __future__ import annotations

import base64
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from people.master_key import MasterKeyError, Purpose, derive, parse_master_key


@given(st.binary(min_size=32, max_size=32))
def test_a_key_is_read_in_every_dress_of_base64(key: bytes) -> None:
    for text in (base64.b64encode(key), base64.urlsafe_b64encode(key), base64.b64encode(key).rstrip(b"=")):
        assert parse_master_key(f" {text.decode()}\n") == key


@given(st.text().filter(lambda text: len(text.strip().rstrip("=")) != 43))
def test_any_text_of_another_length_is_refused_with_what_to_do(text: str) -> None:
    with pytest.raises(MasterKeyError, match="set APARTE_MASTER_KEY to 32 random bytes in base64"):
        parse_master_key(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "There is no master key"),
        ("   ", "There is no master key"),
        ("ñandú", "is not base64"),
        ("with space inside", "is not base64"),
        (base64.b64encode(b"short").decode(), "has 5 bytes and needs 32"),
    ],
)
def test_a_refusal_says_what_is_wrong(text: str, told: str) -> None:
    with pytest.raises(MasterKeyError, match=told):
        parse_master_key(text)


def test_a_refusal_never_shows_the_key() -> None:
    key = base64.b64encode(b"x" * 31).decode()
    with pytest.raises(MasterKeyError) as refused:
        parse_master_key(key)
    assert key not in str(refused.value)


def test_every_purpose_has_a_key_of_its_own_and_always_the_same() -> None:
    master = b"m" * 32
    keys = {derive(master, purpose) for purpose in get_args(Purpose)}
    assert len(keys) == len(get_args(Purpose))
    assert {len(key) for key in keys} == {32}
    assert derive(master, "sessions") == derive(master, "sessions")
    assert derive(master, "sessions") != derive(b"n" * 32, "sessions")


def test_a_misspelt_purpose_is_refused() -> None:
    with pytest.raises(MasterKeyError, match="the purposes are"):
        derive(b"m" * 32, "session")  # type: ignore[arg-type]
