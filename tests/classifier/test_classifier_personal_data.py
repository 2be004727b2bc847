"""Personal data: what is found, what is not, and whose it is. All numbers are test numbers or made up."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.personal_data.finder import find_personal_data
from classifier.terms.phrases import fold
from records.enums import Owner


def kinds(text: str, market: str = "ES") -> list[str]:
    return [datum.kind for datum in find_personal_data(text, market=market)]


def owners(text: str, market: str = "ES") -> list[Owner]:
    return [datum.owner for datum in find_personal_data(text, market=market)]


@pytest.mark.parametrize(
    ("text", "market", "kind"),
    [
        ("mi IBAN es ES91 2100 0418 4502 0005 1332 gracias", "ES", "iban"),  # words follow without a border
        ("4111 1111 1111 1111", "ES", "card"),  # grouping speaks where no word does
        ("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "ES", "card"),
        ("tarjeta 4111111111111111", "ES", "card"),
        ("tarjeta ４１１１ １１１１ １１１１ １１１１", "ES", "card"),  # full-width digits
        ("mi número es 612345678", "ES", "phone"),
        ("call me (312) 499-5903", "US", "phone"),
        ("mi DNI 12345678Z", "ES", "national_id"),
        ("12.345.678-Z", "ES", "national_id"),
        ("DNI 12345678A", "ES", "national_id"),  # named: a mistyped letter is still a document
        ("X1234567L", "ES", "national_id"),
        ("CURP GODE561231HDFRRN09", "MX", "national_id"),
        ("mi cuit 20-12345678-6", "AR", "national_id"),
        ("123.456.789-09", "BR", "national_id"),
        ("c.c. 79192977 necesito ayuda", "CO", "national_id"),
        ("record locator oaaret got email", "US", "booking"),
        ("Conf #ggqzqd", "US", "booking"),
        ("mi localizador es AB12CD", "ES", "booking"),
        ("H2O8P2", "US", "booking"),
        ("order 112-1234567-1234567", "US", "account"),
        ("mi pedido 612345678", "ES", "account"),  # the word before outweighs the form of a phone
        ("cvv 123", "ES", "security_code"),
        ("mi clave es Perro123", "ES", "security_code"),
        ("juan.perez@gmail.com", "ES", "email"),
        ("juan arroba gmail punto com", "ES", "email"),
        ("vivo en calle Mayor 5", "ES", "address"),
        ("nací el 12/03/1980", "ES", "birth_date"),
    ],
)
def test_an_identifier_is_found(text: str, market: str, kind: str) -> None:
    assert kinds(text, market) == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "cobraron 1.234.567 pesos",
        "vuelo IB3167 el 12/10/2024 a las 16:05",
        "4111111111111112 y nada más",  # one piece, no word before, Luhn fails
        "BOOKING NUMBER PLEASE",  # six capitals amid shouting
        "la sucursal de calle Mayor 5 está cerrada",  # an address where nobody lives
        "mira https://t.co/612345678 y @user612345678",
        "son las 24 horas de 2021",
        "ganaron 3-2 en 2020-12-31",
        "el color #003B49",
        "IP 192.168.100.200",
        "gracias por todo",
    ],
)
def test_an_ordinary_number_is_left_alone(text: str) -> None:
    assert kinds(text) == []


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("mi tarjeta 4111 1111 1111 1111", Owner.OWN),
        ("612 345 678", Owner.OWN),  # published without a word: the author's own
        ("soy 12345678Z", Owner.OWN),
        ("me llaman del 612345678 diciendo que son del banco", Owner.OTHERS),
        ("this number +34 612 345 678 is a scam", Owner.OTHERS),
        ("612345678 es una estafa", Owner.OTHERS),
        ("el teléfono de ella 612345678", Owner.OTHERS),
        ("this guy's phone 612345678", Owner.OTHERS),
        ("la tarjeta de mi madre 4111 1111 1111 1111", Owner.OTHERS),
        ("llamad al 900 123 456", Owner.PUBLIC),
        ("call 1-800-433-7300", Owner.PUBLIC),
        ("llámanos al 912 345 678", Owner.PUBLIC),
        ("info@acme.example", Owner.PUBLIC),
        ("info@gmail.com", Owner.OWN),  # a desk's name at a free mail host is a person
        ("llámanos al 612 345 678", Owner.OWN),  # words cannot make a mobile a company's
        ("our team will call you on 912 345 678", Owner.OTHERS),
    ],
)
def test_the_owner_is_told_by_form_and_words(text: str, owner: Owner) -> None:
    assert owners(text) == [owner]


def test_the_nearest_word_tells_two_owners_apart() -> None:
    text = "me llaman del 612345678, mi número es el 698765432"
    assert owners(text) == [Owner.OTHERS, Owner.OWN]


def test_spans_point_at_the_value_in_the_original_text() -> None:
    text = "¡Ñandú 😀! mi tarjeta ４１１１ １１１１ １１１１ １１１１ y juan@example.org"
    for datum in find_personal_data(text, market="ES"):
        assert text[datum.start : datum.end] == datum.value


def test_a_value_is_not_in_the_representation() -> None:
    (datum,) = find_personal_data("mi DNI 12345678Z", market="ES")
    assert "12345678" not in repr(datum)


@settings(deadline=None)  # the lists load at first use
@given(st.text(max_size=300) | st.text(alphabet="0123456789 -.+()@aEeSs#:/\ud800\u202e", max_size=300))
def test_any_text_gives_ordered_spans_without_overlap(text: str) -> None:
    found = find_personal_data(text, market="MX")
    assert all(0 <= datum.start < datum.end <= len(text) for datum in found)
    assert all(first.end <= second.start for first, second in pairwise(found))


@settings(deadline=None)  # the lists load at first use
@given(st.integers(min_value=0, max_value=10**15 - 1), st.sampled_from(["", "tarjeta "]))
def test_every_grouped_card_with_a_check_digit_is_found(number: int, before: str) -> None:
    body = "4" + str(number)[:14].zfill(14)
    total = sum(sum(divmod(int(digit) * (2 if place % 2 == 0 else 1), 10)) for place, digit in enumerate(body))
    digits = body + str(-total % 10)
    grouped = " ".join(digits[start : start + 4] for start in range(0, 16, 4))
    assert kinds(before + grouped) == ["card"]


@settings(deadline=None)  # the lists load at first use
@given(st.characters())
def test_folding_keeps_every_character_in_its_place(letter: str) -> None:
    assert len(fold(letter)) == 1


@pytest.mark.parametrize("unit", ["1 ", "1", "a@", "12 34 ", "(", "+", "ES91", "mi tarjeta 4111 1111 1111 1111 "])
def test_time_grows_with_the_length_alone(unit: str) -> None:
    def seconds(length: int) -> float:
        text = unit * (length // len(unit))
        begin = time.process_time()
        find_personal_data(text, market="ES")
        return time.process_time() - begin

    seconds(1_000)
    assert seconds(80_000) < 12 * max(seconds(20_000), 0.02)
