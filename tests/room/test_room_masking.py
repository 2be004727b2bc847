from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from room.privacy.masking import MASK, mask_secrets
from room.privacy.secret_words import SecretKind

CARDS = (
    "4111111111111111",
    "5555555555554444",
    "2223003122003222",
    "378282246310005",
    "30569309025904",
    "6011111111111117",
)
SEPARATORS = ("", " ", "-", ".", "  ", "\N{NO-BREAK SPACE}", "\u200b", "–", " · ")
DIGITS = ("0123456789", "０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("mi pin es 1234", "mi pin es ••••"),
        ("PIN: 1234.", "PIN: ••••."),
        ("pin:\n1234", "pin:\n••••"),
        ("código 483920", "código ••••"),
        ("el co\u0301digo es 483920", "el co\u0301digo es ••••"),
        ("el código que me ha llegado por SMS es 483-920", "el código que me ha llegado por SMS es ••••"),
        ("483920 is the code", "•••• is the code"),
        ("1234 es mi pin", "•••• es mi pin"),
        ("the verification code is 483 920", "the verification code is ••••"),
        ("my OTP 1 2 3 4 5 6", "my OTP ••••"),
        ("code: G-483920", "code: ••••"),
        ("mi pin es uno dos tres cuatro", "mi pin es ••••"),
        ("my PIN is one-two-three-four", "my PIN is ••••"),
        ("código de seguridad de la tarjeta: 123", "código de seguridad de la tarjeta: ••••"),
        ("CVV 123", "CVV ••••"),
        # signs of other scripts, and signs that are not seen
        ("pin １２３４", "pin ••••"),
        ("mi p\u200bin es ١٢٣٤", "mi p\u200bin es ••••"),
        ("password: hunter2", "password: ••••"),
        ("contraseña = gato", "contraseña = ••••"),
        ("mi contraseña es Perro123!", "mi contraseña es ••••"),
        ("my password is swordfish.", "my password is ••••."),
        ("user: ana pass: s3cret, gracias", "user: ana pass: ••••, gracias"),
        # a card keeps its last four digits; the security code after it goes
        ("4111 1111 1111 1111 12/28 123", "•••• 1111 12/28 ••••"),
        ("3782 822463 10005", "•••• 0005"),
        ("41111 111 1111 1111", "•••• 1111"),
        ("tarjeta 6304000000000000", "tarjeta •••• 0000"),
        ("visa4111111111111111", "visa•••• 1111"),
        ("la reserva la pagué con 4111 1111 1111 1111", "la reserva la pagué con •••• 1111"),
    ],
)
def test_what_nobody_should_write_is_masked(text: str, left: str) -> None:
    assert mask_secrets(text).text == left


@pytest.mark.parametrize(
    "text",
    [
        "me cobrasteis 1.234,56 euros y luego 4.111.111.111.111 pesos",
        "el 12/11/2026 a las 10:30, y otra vez el 2026-11-12 10:45",
        "llámame al 600 123 456 o al +34 600 12 34 56 o al 91 123 45 67",
        "mi reserva es XK4T9P, caso AP-7F3K2Q, pedido 4471",
        "pedido 4111111111111111",
        "order number 4111111111111111",
        "ticket 0751234567890",
        "IBAN ES91 2100 0418 4502 0005 1332",
        "GB29 NWBK 6016 1331 9268 19",
        "código postal 28013, zip code 90210, código de reserva 123456, error code 404",
        "la contraseña no funciona y mi contraseña es incorrecta",
        "my password is not working",
        "me bloquearon el pin tras 3 intentos y no funciona desde 2024",
        "cambiar el pin costó 120 €",
        "pedí un código y no llega en 30 minutos",
        "años 2023 2024 2025 2026",
        "IMEI 490154203237518",
        "WhatsApp +378282246310005",  # a telephone that happens to pass the check of a card
        "olvidé mi clave y no puedo entrar",
    ],
)
def test_what_the_matter_is_about_stays(text: str) -> None:
    assert mask_secrets(text).text == text
    assert not mask_secrets(text).kinds


def test_what_was_masked_is_told_by_kind() -> None:
    found = mask_secrets("tarjeta 4111111111111111, pin 1234, password: x1y2z3")
    assert found.kinds == {SecretKind.CARD, SecretKind.CODE, SecretKind.PASSWORD}


@given(
    card=st.sampled_from(CARDS),
    separator=st.sampled_from(SEPARATORS),
    digits=st.sampled_from(DIGITS),
    size=st.sampled_from([1, 2, 4, 16]),
    before=st.sampled_from(["", "mi número es ", "pay with ", "\u202e", "<b>"]),
    after=st.sampled_from(["", ".", " gracias", "</b>", "\nsaludos"]),
)
def test_a_card_number_is_found_however_it_is_spaced_and_in_every_script(
    card: str, separator: str, digits: str, size: int, before: str, after: str
) -> None:
    groups = [card[start : start + size] for start in range(0, len(card), size)]
    written = separator.join(groups).translate(str.maketrans("0123456789", digits))
    found = mask_secrets(before + written + after)
    assert found.text == f"{before}{MASK} {card[-4:]}{after}"


@given(card=st.sampled_from(CARDS), place=st.integers(0, 13), by=st.integers(1, 9))
def test_a_number_whose_check_digit_is_wrong_is_no_card(card: str, place: int, by: int) -> None:
    wrong = card[:place] + str((int(card[place]) + by) % 10) + card[place + 1 :]
    assert SecretKind.CARD not in mask_secrets(f"el número {wrong} sale en la factura").kinds


@given(st.text(st.characters(), max_size=300))
def test_any_text_is_taken_and_masking_twice_changes_nothing_more(text: str) -> None:
    once = mask_secrets(text).text
    assert mask_secrets(once).text == once


@given(
    st.lists(
        st.sampled_from(["pin ", "es ", "1234", "código", " 4111 1111 1111 1111 ", "•", "\n", ".", "clave:", "€"])
    ).map("".join)
)
def test_words_and_numbers_in_any_order_are_masked_once_and_for_all(text: str) -> None:
    once = mask_secrets(text).text
    assert "4111 1111 1111" not in once
    assert len(once) <= len(text) + 3 * text.count("1234") + 8 * text.count("clave:") + 8


@pytest.mark.parametrize(
    "piece",
    ["4", "4 1 ", "pin ", "es12 ", "\ud800\u202e\x00<b>", "pass:", "uno dos ", "contraseña de a b ", "código\u200b"],
)
def test_hostile_texts_take_time_in_proportion(piece: str) -> None:
    text = (piece * 8_000)[:8_000]
    started = time.process_time()
    mask_secrets(text)
    assert time.process_time() - started < 2
