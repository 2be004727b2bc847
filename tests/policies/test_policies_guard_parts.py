"""The parts of the disclosure guard, each at its borders."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from policies.guard.characters import hidden_characters, unusual_characters
from policies.guard.codes import encodes, holds_code, holds_opaque_word, pieces_of_code, spells_out
from policies.guard.conversation_values import conversation_values, file_name_values
from policies.guard.guarded_text import GuardedText
from policies.guard.inspection import GuardFinding, inspect
from policies.guard.numbers import (
    NumberJoining,
    digits_of_date,
    glued_number_words,
    numbered,
    numbers_in,
    readings_of,
    with_texted_digits,
)
from policies.guard.obfuscated_links import holds_obfuscated_link, spelled_mailboxes
from policies.guard.obfuscation import collapsed, comparison_form, flattened, skeleton, unstretched
from policies.guard.protected_values import MOST_VALUES, repeats_protected_value
from policies.guard.unexplained_digits import TOO_MANY, unexplained_digits
from policies.guard.wording import is_marked_as_advertisement
from policies.text_limits import Channel
from records.models import Brand, PersonalDatum

BRAND = Brand(name="acme", domains=("acme.com",))


def nothing(text: str) -> tuple[PersonalDatum, ...]:
    return ()


def kinds(text: str, *, channel: Channel = Channel.PUBLIC, **given: object) -> list[str]:
    findings: Sequence[GuardFinding] = inspect(
        GuardedText(
            text=text,
            channel=channel,
            brand=BRAND,
            language="und",
            network="facebook",
            find_personal_data=nothing,
            **given,  # type: ignore[arg-type]
        )
    )
    return [finding.kind for finding in findings]


@pytest.mark.parametrize(
    ("words", "digits"),
    [
        ("treinta y dos", ["32"]),
        ("ninety-one", ["91"]),
        ("veintiuno", ["21"]),
        ("seis uno dos", ["6", "1", "2"]),
        ("mil doscientos treinta y cuatro", ["1234"]),
        ("one hundred and twelve", ["112"]),
        ("dos mil tres", ["2003"]),
        ("twenty twelve", ["20", "12"]),
        ("doble siete", ["77"]),
        ("triple five six", ["555", "6"]),
        ("seisunodos", ["612"]),
        ("s3is", ["6"]),
        ("seeis", ["6"]),
        ("6I2", ["612"]),
        ("k7q2", ["7", "2"]),
        ("14 de marzo", ["14", "03"]),
        ("segundo tercero", ["2", "3"]),
        ("hola", []),
    ],
)
def test_numbers_are_read_in_digits_and_words(words: str, digits: list[str]) -> None:
    assert [number.digits for number in numbers_in(flattened(words)) if number.digits] == digits


def test_ninety_one_is_91_or_90_and_1() -> None:
    text = "ninety one"
    assert [number.digits for number in numbers_in(text, joining=NumberJoining.TIGHTLY)] == ["90", "1"]
    assert [number.digits for number in numbers_in("noventa y uno", joining=NumberJoining.TIGHTLY)] == ["91"]
    assert [number.digits for number in numbers_in("noventa y uno", joining=NumberJoining.NEVER)] == ["90", "1"]
    assert len(readings_of(text)) == 2
    assert len(readings_of("612")) == 1
    assert numbered("a ninety one b", numbers_in("a ninety one b")) == "a 91 b"


def test_number_words_in_a_row_without_gaps_are_counted() -> None:
    assert glued_number_words("seisunodostrescuatro", fewest=5)
    assert not glued_number_words("seisunodostres", fewest=5)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("612 34 56 78", 9),
        ("seis uno dos tres cuatro cinco seis", 7),
        ("una de las dos", 2),
        ("de 9:00 a 20:00 y de 9:30 a 14:00", 0),
        ("sale a las 10:35 y llega a las 12:05", 0),
        ("10:35 12:05 11:11", 4),
        ("14 de marzo de 2026", 0),
        ("cuesta 1.200,50 €", 0),
        ("en 24 horas", 0),
        ("desde 2019", 0),
        ("2053 y 71989", 9),
        ("sexto sexto segundo octavo", 4),
        ("sexto segundo octavo", 0),
        ("hola", 0),
    ],
)
def test_digits_that_nothing_accounts_for_are_counted(text: str, left: int) -> None:
    assert unexplained_digits(text) == left


def test_seven_loose_digits_stop_a_public_text_and_six_do_not() -> None:
    assert TOO_MANY == 7
    assert kinds("Lo vemos: 61 23 45") == []
    assert kinds("Lo vemos: 61 23 456") == ["long-number"]
    assert kinds("Lo vemos: 61 23 456", channel=Channel.PRIVATE) == []


@pytest.mark.parametrize(
    "text", ["k7qx2m", "kqxrt7", "ab12345", "r2d2c3", "x9y8z7", "a" * 20 + "1" + "b" * 20]
)  # fmt: skip
def test_a_code_is_known_by_its_form(text: str) -> None:
    assert holds_code(f"es {text} aqui")


@pytest.mark.parametrize(
    "text", ["ib3170", "covid19", "24hrs", "16gb", "prod4you", "10am", "a320", "2x1", "verano2026"]
)
def test_flights_measures_and_models_are_no_codes(text: str) -> None:
    assert not holds_code(f"es {text} aqui")


def test_machine_words_are_opaque() -> None:
    assert holds_opaque_word("aGVsbG8gd29ybGQ2")
    assert not holds_opaque_word("aGVsbG8gd29")
    assert not holds_opaque_word("SuperCalifragilistico")


@pytest.mark.parametrize(
    "text",
    [
        "k 7 q x 2 m",
        "k-7-q-x-2-m",
        "m a r t a",
        "k de kilo, q de queso, x de xilofono",
        "kilo quebec mike tango",
        "k7 qx 2m",
    ],
)
def test_what_is_read_out_sign_by_sign_is_seen(text: str) -> None:
    assert spells_out(text)


@pytest.mark.parametrize(
    "text", ["opcion 1 o 2 y 3 a 4", "de l-v de 9 a 18", "e.u.a. y canada", "a a a a a a", "p.m. s.a. de c.v."]
)
def test_menus_hours_and_abbreviations_are_not_read_out(text: str) -> None:
    assert not spells_out(text)


def test_a_code_in_pieces_is_put_together() -> None:
    assert pieces_of_code("C43 y luego JWT")
    assert pieces_of_code("localizador BN mas R5 mas AY")
    assert pieces_of_code("localizador PJQBR 5")
    assert not pieces_of_code("PJQBR y 5")
    assert not pieces_of_code("la app y el SMS de las 9")


def test_numerals_and_escapes_are_seen() -> None:
    assert encodes("VI IX II IV")
    assert encodes("&#54;")
    assert encodes("%36%31")
    assert not encodes("un 20% más")
    assert not encodes("Alfonso XIII y Felipe VI")


@pytest.mark.parametrize(
    "text",
    [
        "entra en malo punto com", "malo (dot) com", "malo[.]com", "malo . com", "malo,com", "hxxp malo", "h t t p",
        "bit ly/abc",
        "malo punto es.", "www malo",
    ],
)  # fmt: skip
def test_an_address_in_words_leads_outside(text: str) -> None:
    assert holds_obfuscated_link(text, domains=["acme.com"])


@pytest.mark.parametrize(
    "text",
    ["acme punto com", "ayuda.acme punto com", "en este punto es mejor", "gracias. es un gusto", "el punto de venta"],
)
def test_the_brand_s_address_and_ordinary_dots_lead_nowhere(text: str) -> None:
    assert not holds_obfuscated_link(text, domains=["acme.com"])


@pytest.mark.parametrize(
    "text",
    [
        "marta@correo.example", "marta arroba correo punto example", "marta (at) correo (dot) example",
        "marta @ correo.example",
        "marta at correo dot example", "m93@co rreo", "marta gmail com", "93 @in bo x. tes t",
    ],
)  # fmt: skip
def test_a_mailbox_is_seen_however_its_signs_are_written(text: str) -> None:
    assert list(spelled_mailboxes(text))


@pytest.mark.parametrize(
    "text", ["hola @marta, que tal", "gracias @marta. es bueno", "take a look at this. can you", "dm @acme"]
)
def test_a_handle_is_no_mailbox(text: str) -> None:
    assert list(spelled_mailboxes(text)) == []


@pytest.mark.parametrize(
    "text", ["Publicidad: ven", "#ad ven", "Ad: come", "ven #publi", "[Ad] come", "Sponsored. Come"]
)
def test_a_promotion_that_says_so_may_leave(text: str) -> None:
    assert is_marked_as_advertisement(text)
    assert "promotion" not in kinds(text, promotion=True)


@pytest.mark.parametrize("text", ["Ven a vernos", "ad hoc", "#adorable", "la publicidad-engaño"])
def test_a_promotion_that_does_not_say_so_stays(text: str) -> None:
    assert not is_marked_as_advertisement(text)
    assert kinds(text, promotion=True) == ["promotion"]
    assert kinds(text) == []


@pytest.mark.parametrize(
    "text", ["a\u200bb", "a\u00adb", "a\u202eb", "a\u3000b", "a\ufe0fb", "\ue000", "a\u2028b", "\U000e0041"]
)
def test_what_does_not_show_is_hidden(text: str) -> None:
    assert hidden_characters(text)


@pytest.mark.parametrize(
    "text", ["👨‍👩‍👧", "1️⃣", "❤️", "🏴\U000e0067\U000e0062\U000e007f", "a\u00a0b", "a\nb", "1\u202f200 €"]
)
def test_emoji_and_ordinary_spaces_show(text: str) -> None:
    assert not hidden_characters(text)


@pytest.mark.parametrize("text", ["𝐚", "６", "а", "ᴀ", "⑥", "٣", "a\u0336", "⠓", "🇪", "🇬🇦🇷🇨🇮🇦🇪🇸", "🕐🕐🕐", "🀄🀀", "Ⅷ"])
def test_letters_that_pass_for_others_are_unusual(text: str) -> None:
    assert unusual_characters(text, languages=("es", "en"))


@pytest.mark.parametrize("text", ["Español, ¿qué? «sí» — 20 € ½", "🇪🇸🇲🇽", "ñandú œuvre Łódź", "✅ 1️⃣ 🕐", "m²"])
def test_ordinary_letters_and_emoji_are_usual(text: str) -> None:
    assert not unusual_characters(text, languages=("es", "en"))


def test_an_alphabet_of_the_brand_s_languages_is_usual_in_whole_words() -> None:
    assert not unusual_characters("Привет мир", languages=("ru",))
    assert unusual_characters("Приvет", languages=("ru",))
    assert not unusual_characters("アプリ、Amazonです。", languages=("ja",))
    assert unusual_characters("アプリ", languages=("es",))


def test_an_ornamental_name_is_the_person_s_own() -> None:
    assert not unusual_characters("Hola 𝑀𝒶𝓇í𝒶, gracias", languages=("es",), published=["𝑀𝒶𝓇í𝒶 🌖"])
    assert unusual_characters("Hola 𝑀𝒶𝓇í𝒶", languages=("es",), published=["María"])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Marta Quintanilla", "Sra. Quintanilla"),
        ("Marta Quintanilla", "hola marta"),
        ("Quintanilla", "kintaniya"),
        ("Quintanilla", "Qntnll"),
        ("Quintanilla", "allinatniuq"),
        ("Quintanilla", "quinta y entonces nilla"),
        ("Quintanilla", "Qui then nta then nil then la"),
        ("Calle Mayor 12, 3 B", "en Mayor, número 12"),
        ("K7QX2M", "kilo seven quebec xray two mike"),
        ("K7QX2M", "k de kilo 7 q de queso x de xilofono 2 m de mar"),
        ("BA2845", "642845"),
        ("1987-03-14", "14 de marzo de 1987"),
        ("1987-03-14", "el catorce de marzo"),
        ("14/03/1987", "I4/O3/I987"),
        ("1.234,56 €", "unos 1234 euros"),
        ("45,90 €", "cuarenta y cinco con noventa"),
        ("901,45 €", "ninety one, forty-five"),
        ("+34 612 345 678", "61 luego 23 luego 45 luego 678"),
        ("4111111111111111", "acaba en 1111"),
        ("marta.soto@correo.example", "martasoto"),
        ("Soto", "S o t o"),
    ],
)
def test_a_value_is_known_in_every_spelling(value: str, text: str) -> None:
    assert repeats_protected_value(text, protected_values=[value], published=[])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Ana", "mañana"), ("12", "son 12"), ("Soto", "sotobosque"), ("105", "tu ios"), ("4471", "14471"),
        ("1987-03-14", "en marzo"), ("45,90 €", "45 días"), ("Calle Mayor 12", "la mayor parte"),
    ],
)  # fmt: skip
def test_another_word_is_no_known_value(value: str, text: str) -> None:
    assert not repeats_protected_value(text, protected_values=[value], published=[])


def test_a_handle_excuses_the_name_in_it() -> None:
    assert not repeats_protected_value("hola marta", protected_values=["Marta Soto"], published=["martasoto88"])
    assert repeats_protected_value("hola marta", protected_values=["Marta Soto"], published=["mrtst88"])


def test_too_many_values_are_not_compared_and_the_text_stays() -> None:
    values = [f"valor{number}" for number in range(MOST_VALUES + 1)]
    assert kinds("hola", protected_values=values) == ["guard-error"]
    assert kinds("hola", protected_values=values[1:]) == []


def test_the_brand_s_own_contact_is_nobody_s_value() -> None:
    assert kinds("Llama al 912 345 678", protected_values=["912345678"], public_contacts=["912345678"]) == []


def test_the_code_of_a_room_may_stand_in_private_alone() -> None:
    text = "Escribe 7K3M-9QXT"
    assert kinds(text, channel=Channel.PRIVATE, allowed_values=["7K3M-9QXT"]) == []
    assert kinds(text, allowed_values=["7K3M-9QXT"]) == ["code"]


def test_dates_are_told_in_every_order() -> None:
    assert {"14031987", "03141987", "19870314", "140387", "1403"} <= set(digits_of_date("1987-03-14"))
    assert digits_of_date("14 de marzo de 1987") == digits_of_date("14/03/1987")
    assert digits_of_date("41/33/1987") == ()
    assert digits_of_date("347-4767686") == ()


def test_forms_fold_what_passes_for_one_another() -> None:
    assert comparison_form("Á-b С") == "abc"
    assert skeleton("b8g69") == skeleton("88888")
    assert collapsed("aabb11") == "ab1"
    assert unstretched("aabb11") == "ab11"


def test_what_is_said_in_a_room_gives_its_values() -> None:
    said = (
        "Me llamo Marta Soto, pedido K7QX2M, cobro de 45,90 € el 14/03/2026, tel 612 345 678, calle Mayor 12, "
        "marta@correo.example"
    )
    values = conversation_values(said, find_personal_data=nothing)
    for value in ("K7QX2M", "45,90 €", "14/03/2026", "612 345 678", "calle Mayor 12", "marta@correo.example"):
        assert value in values
    assert any("Marta Soto" in value for value in values)


@pytest.mark.parametrize(
    "said", ["Hola, buenos días", "abrimos a las 9", "desde 2019", "en 24 horas", "vale, gracias por todo"]
)
def test_ordinary_words_of_a_room_are_no_values(said: str) -> None:
    assert conversation_values(said, find_personal_data=nothing) == ()


def test_the_name_of_a_file_tells() -> None:
    assert "Quintanilla" in file_name_values("factura_Quintanilla_998877.pdf")
    assert "998877" in file_name_values("factura_Quintanilla_998877.pdf")
    assert file_name_values("foto.jpg") == ()


@pytest.mark.parametrize("sign", ["a", "1", "@", "é", "\u200b", "uno ", ". ", "I "])
def test_a_hostile_room_text_and_draft_are_read_in_time(sign: str) -> None:
    hostile = sign * 10_000_000
    conversation_values(hostile, find_personal_data=nothing)
    assert kinds(hostile) == ["length"]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2os 4tro , 1no 9eve", "2 4 , 1 9"),
        ("5nco 6eis 7ete 8cho 3ree", "5 6 7 8 3"),
        ("2nd 1st 4ever 3d 9o", "2nd 1st 4ever 3d 9o"),
        ("x2os 2osx", "x2os 2osx"),
    ],
)
def test_a_digit_that_begins_its_own_word_is_read_as_a_digit(text: str, read: str) -> None:
    assert with_texted_digits(text) == read
