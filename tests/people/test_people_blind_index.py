from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from people.blind_index import (
    MOST_CHARACTERS,
    KeyKind,
    LookupKey,
    booking_key,
    booking_keys,
    contact_key,
    email_key,
    key_digest,
    mobile_key,
)

KEY = b"k" * 32


@pytest.mark.parametrize(
    "typed",
    [
        "ana.ruiz@example.com",
        "  Ana.Ruiz@Example.COM ",
        "ana.ruiz @example.com",
        "ａｎａ.ruiz@example.com",  # full-width letters of a keyboard set to another script
        "ana.ruiz@exam\u200bple.com",  # a zero width that came along when it was copied
    ],
)
def test_an_address_is_one_however_it_is_typed(typed: str) -> None:
    key = contact_key(typed, market="ES")
    assert key == LookupKey(kind=KeyKind.EMAIL, plain="ana.ruiz@example.com")


@pytest.mark.parametrize(
    "typed", ["612 34 56 78", "+34 612345678", "0034 612-34-56-78", "(612) 345678", "６１２３４５６７８"]
)
def test_a_mobile_is_one_however_it_is_typed(typed: str) -> None:
    assert contact_key(typed, market="ES") == LookupKey(kind=KeyKind.MOBILE, plain="+34612345678")


def test_a_number_without_a_country_is_read_as_in_the_market() -> None:
    portuguese = contact_key("912 345 678", market="PT")
    assert portuguese is not None
    assert portuguese.plain == "+351912345678"
    assert mobile_key("612345678", market="") is None


@pytest.mark.parametrize(
    "typed", ["", "ana", "ana@", "@example.com", "ana@example", "12", "a@b@c.com", "\x00", "1" * 400]
)
def test_what_is_neither_is_neither(typed: str) -> None:
    assert contact_key(typed, market="ES") is None


@pytest.mark.parametrize(
    ("reference", "surname"),
    [
        ("AB12CD", "Núñez Peña"),
        ("ab 12-cd", "NUÑEZ  PEÑA"),
        ("ab12cd", "nunez pena"),
        ("AB12CD", "Nu\u0301n\u0303ez-Pen\u0303a"),
    ],
)
def test_a_booking_is_one_without_accents_case_and_blanks(reference: str, surname: str) -> None:
    assert booking_key(reference, surname) == LookupKey(kind=KeyKind.BOOKING, plain="ab12cd/nunezpena")


def test_a_traveller_is_found_by_both_surnames_or_the_first() -> None:
    keys = [key.plain for key in booking_keys(("AB12CD",), "de la Peña Ruiz")]
    assert keys == ["ab12cd/delapenaruiz", "ab12cd/pena"]
    assert [key.plain for key in booking_keys(("AB12CD",), "Ruiz")] == ["ab12cd/ruiz"]


@pytest.mark.parametrize(("reference", "surname"), [("", "Ruiz"), ("AB12CD", ""), ("--", "Ruiz"), ("AB12CD", "·")])
def test_half_a_booking_is_none(reference: str, surname: str) -> None:
    assert booking_key(reference, surname) is None


def test_a_digest_tells_kinds_and_keys_apart_and_holds_nothing_readable() -> None:
    email = LookupKey(kind=KeyKind.EMAIL, plain="ana@example.com")
    booking = LookupKey(kind=KeyKind.BOOKING, plain="ana@example.com")
    assert len({key_digest(KEY, email), key_digest(KEY, booking), key_digest(b"o" * 32, email)}) == 3
    assert "ana" not in key_digest(KEY, email)
    assert "ana" not in repr(email)


@given(st.text(), st.text())
def test_any_text_is_read_without_an_error(one: str, other: str) -> None:
    for key in (contact_key(one, market="ES"), booking_key(one, other)):
        assert key is None or len(key_digest(KEY, key)) == 64


@given(st.text(min_size=MOST_CHARACTERS + 1, max_size=MOST_CHARACTERS + 2))
def test_what_is_too_long_is_not_read(typed: str) -> None:
    assert email_key(typed) is mobile_key(typed, market="ES") is booking_key(typed, "Ruiz") is None
