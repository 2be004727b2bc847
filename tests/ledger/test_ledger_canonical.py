"""The fast writer of canonical JSON agrees with the reference library, or leaves the work to it."""

from __future__ import annotations

import math
from enum import StrEnum
from types import MappingProxyType

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from ledger.canonical import Json, NotCanonicalError, canonical

SAFE = 2**53 - 1
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-SAFE, SAFE)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(VALUES)
@example(0.0)
@example(-0.0)
@example(1e15)
@example(1e16)
@example(0.0001)
@example(0.00001)
@example(1e-7)
@example(1e21)
@example(123456789012345.6)
@example(999999999999999.9)
@example("\x00\b\t\n\f\r\x1b\x7f\u2028\u2029\u202e<&>'\"\\/")
@example({"b": 1, "a": 2, "": 3, "A": 4})
# Sorted by code point these two would stand the other way round.
@example({"\U0001f600": 1, "\ufb33": 2})
def test_every_value_is_written_as_the_reference_library_writes_it(value: Json) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@given(st.floats(min_value=1e-5, max_value=1e16))
def test_every_ordinary_fraction_is_written_as_the_reference_library_writes_it(value: float) -> None:
    assert canonical([value, -value]) == rfc8785.dumps([value, -value])


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(math.nan, id="not a number"),
        pytest.param(math.inf, id="infinity"),
        pytest.param(2**53, id="an integer that a double cannot hold"),
        pytest.param("\ud800", id="a lone surrogate"),
        pytest.param({"\udfff": 1}, id="a lone surrogate as key"),
        pytest.param({1: 2}, id="a key that is no text"),
        pytest.param({"a": object()}, id="a foreign type"),
        pytest.param([b"bytes"], id="bytes"),
    ],
)
def test_what_has_no_canonical_form_is_refused(value: Json) -> None:
    with pytest.raises(NotCanonicalError):
        canonical(value)


def test_enumerations_and_read_only_mappings_are_written_like_their_values() -> None:
    class Colour(StrEnum):
        RED = "red"

    assert canonical({"c": Colour.RED}) == b'{"c":"red"}'
    assert canonical(MappingProxyType({"a": (1, Colour.RED)})) == b'{"a":[1,"red"]}'


def test_ten_megabytes_of_hostile_text_are_written() -> None:
    text = "\u202e=HYPERLINK(<script>\x00" * 500_000
    assert canonical(text) == rfc8785.dumps(text)
