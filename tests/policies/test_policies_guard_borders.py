"""The parts of the disclosure guard, exactly at the borders between what they take and what they leave."""

from __future__ import annotations

import pytest

from policies.guard.characters import hidden_characters, unusual_characters
from policies.guard.codes import (
    counts_in_strokes,
    encodes,
    holds_code,
    holds_opaque_word,
    joined_pieces,
    names_letters,
    pieces_of_code,
    spells_out,
    with_roman_digits,
)
from policies.guard.confirmations import asks_for_data, confirms_relationship
from policies.guard.conversation_values import LONGEST_READ, conversation_values, file_name_values
from policies.guard.numbers import Number, NumberJoining, digits_of_date, numbers_in, readings_of, with_inner_numbers
from policies.guard.obfuscated_links import holds_obfuscated_link, plain_mailboxes, spelled_mailboxes
from policies.guard.obfuscation import (
    _plain_form,
    comparison_form,
    flattened,
    leet_letters,
    masked_words,
    plain_letters,
    with_joined_digits,
    with_masks_as_digits,
)
from policies.guard.protected_values import repeats_protected_value
from policies.guard.unexplained_digits import unexplained_digits
from policies.guard.value_spellings import ValueSpellings, sound
from policies.guard.wording import surely_not_in, unfilled_placeholder
from policies.links import Link, carries_token, find_links, leads_home
from policies.text_limits import Channel, limit_of, weighted_length
from records.enums import Owner
from records.models import PersonalDatum

INVISIBLE = "an invisible character or one that turns the direction of writing"


def nothing(text: str) -> tuple[PersonalDatum, ...]:
    return ()


@pytest.mark.parametrize(
    ("letter", "plain"),
    [
        ("\u200b", ""), ("\ud800", ""), ("\ue000", ""), ("\u20dd", ""), ("\u0301", ""), ("\u0903", ""),
        ("\u2800", ""),
        ("\u3164", ""), ("\ufe0f", ""), ("🇪", "E"), ("🅐", "A"), ("🅰", "A"), ("🄰", "A"), ("🔟", "10"), ("６", "6"),
        ("٣", "3"),
        ("а", "a"), ("Ѕ", "S"), ("ρ", "p"), ("ı", "i"), ("ﬁ", "fi"), ("é", "é"), ("日", "日"), ("①", "1"), ("²", "2"),
    ],
)  # fmt: skip
def test_each_letter_has_one_plain_form(letter: str, plain: str) -> None:
    _plain_form.cache_clear()
    assert plain_letters(letter) == plain


def test_forms_of_a_text() -> None:
    assert flattened("ÁB с Ñ\u200b!") == "ab c n!"
    assert flattened("Straße") == "strasse"
    assert comparison_form("Á-b С 日!") == "abc日"
    assert comparison_form("A_b-1") == "ab1"
    assert plain_letters("e\u0301") == "é"
    assert with_joined_digits("6-1 2.3 ( 4 a 5") == "61234 a 5"
    assert leet_letters("m4rt@$!") == "martasi"


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("a\u200bb", INVISIBLE), ("a\u2028b", "a control character"), ("a\u0378", "a control character"),
        ("a\ue000", "a control character"), ("a\x07", "a control character"),
        ("\ud800", "half of a character (a lone surrogate)"),
        ("a\u3000b", INVISIBLE), ("a\u115fb", INVISIBLE), ("a\ufe0fb", INVISIBLE), ("\ufe0f", INVISIBLE),
        ("😊\ufe00", INVISIBLE),
        ("😊\U000e0100", INVISIBLE), ("a\u200d😊", INVISIBLE), ("😊\u200d", INVISIBLE), ("\u200d😊", INVISIBLE),
        ("😊\u200da", INVISIBLE), ("a\U000e0067", INVISIBLE), ("🏴        \U000e007f", INVISIBLE), ("é", ""),
        ("a\tb\r\n", ""),
        ("1\ufe0f", ""), ("#\ufe0f\u20e3", ""), ("*\ufe0f\u20e3", ""), ("❤\ufe0f", ""), ("‼\ufe0f", ""),
        ("↔\ufe0f", ""),
        ("😊\ufe0e", ""), ("👩\u200d👩", ""), ("❤\ufe0f\u200d🔥", ""), ("👩🏽\u200d🚀", ""),
        ("🏴\U000e0020\U000e007f", ""),
        ("🏴1234567\U000e007f", ""), ("a\u2009b\u202fc\xa0d", ""), ("👍🏽\ufe0f", ""), ("0\ufe0f", ""), ("9\ufe0f", ""),
    ],
)  # fmt: skip
def test_what_is_hidden_has_a_name(text: str, hidden: str) -> None:
    assert hidden_characters(text) == hidden


@pytest.mark.parametrize(
    ("text", "languages", "unusual"),
    [
        ("アプリ、です。", ("ja",), False), ("アプリ、です。", ("ru",), True), ("Привет、", ("ru",), True),
        ("ア", ("es", "ja"), False),
        ("Привет!", ("ru",), False), ("٣", ("ar",), True), ("Банк Bank", ("ru",), False), ("Банкa", ("ru",), True),
        ("안녕", ("ko",), False), ("\x80", ("ja",), True), ("Ω", (), True), ("Ω", ("el",), False), ("𝐚", ("el",), True),
        ("🇪🇸🇲🇽🇬🇧", (), False), ("🇪🇸🇲🇽🇬🇧🇫🇷", (), True), ("🇪🇸🇪", (), True), ("🕐🕐", (), False), ("🕐🕐🕐", (), True),
        ("😊" * 40, (), False), ("😊" * 41, (), True), ("☀" * 41, (), True), ("a\u0301", (), False),
        ("x\u0301", (), True),
    ],
)  # fmt: skip
def test_letters_of_the_brand_s_alphabets_are_usual(text: str, languages: tuple[str, ...], unusual: bool) -> None:  # noqa: FBT001
    assert unusual_characters(text, languages=languages) is unusual


def test_an_ornamental_word_is_excused_with_signs_around_it_and_no_other_word_is() -> None:
    assert not unusual_characters("¡𝑀𝒶!", languages=(), published=["soy 𝑀𝒶"])
    assert unusual_characters("𝑀𝒶 𝐛", languages=(), published=["soy 𝑀𝒶"])
    assert not unusual_characters("hola", languages=(), published=["soy 𝑀𝒶"])


def test_a_date_has_these_digits_and_no_others() -> None:
    digits = (
        "0304 03041987 030487 0341987 03487 0403 04031987 040387 0431987 04387 19870304 1987034 1987304 198734 3041987"
        " 30487 341987 3487 403 4031987 40387 431987 4387 870304 87034 87304 8734"
    )
    assert digits_of_date("1987-03-04") == tuple(digits.split())


@pytest.mark.parametrize("date", ["01/01/2000", "31/12/2000", "12/31/2000", "1-1-00", "1 de enero", "31 de diciembre"])
def test_days_at_the_ends_of_months_are_dates(date: str) -> None:
    assert digits_of_date(date)


@pytest.mark.parametrize(
    "date",
    ["00/01/2000", "01/00/2000", "32/01/2000", "01/32/2000", "1 de enero 2 de marzo", "enero", "5 6 7 enero",
     "hola", "5 de 7"],
)  # fmt: skip
def test_what_no_calendar_has_is_no_date(date: str) -> None:
    assert digits_of_date(date) == ()


def test_a_year_of_two_digits_stays_as_it_is() -> None:
    assert {"4387", "040387", "870304"} <= set(digits_of_date("4-3-87"))
    assert "43" not in digits_of_date("4-3-87")


def test_a_date_with_its_month_in_words() -> None:
    assert {"111", "0111", "1101"} <= set(digits_of_date("1 de noviembre"))
    assert not any("2000" in form for form in digits_of_date("1 de noviembre"))
    assert "01112000" in digits_of_date("1 de noviembre de 2000")
    assert digits_of_date("2026-01-02t10:00:00z") == digits_of_date("2026-01-02")


@pytest.mark.parametrize(
    ("words", "digits"),
    [
        ("doble diez", ["", "10"]), ("doble nueve", ["99"]), ("doble cien", ["", "100"]),
        ("doble doble dos", ["", "22"]),
        ("doble", [""]), ("doble mil", ["", "1000"]), ("dos doble dos", ["2", "22"]),
        ("double two hundred", ["22", "100"]),
        ("cero mil", ["0", "1000"]), ("nine hundred", ["900"]), ("ten hundred", ["10", "100"]),
        ("eleven hundred", ["11", "100"]),
        ("hundred", ["100"]), ("mil", ["1000"]), ("novecientos mil", ["900000"]), ("mil mil", ["1000", "1000"]),
        ("one thousand thousand", ["1000", "1000"]), ("mil cero", ["1000", "0"]), ("mil uno", ["1001"]),
        ("cien uno", ["101"]), ("cien cero", ["100", "0"]), ("cien cien", ["100", "100"]), ("cien noventa", ["190"]),
        ("ciento noventa y nueve", ["199"]), ("doscientos cien", ["200", "100"]), ("doscientos uno", ["201"]),
        ("one hundred one", ["101"]), ("one hundred hundred", ["100", "100"]), ("veinte uno", ["21"]),
        ("veinte cero", ["20", "0"]),
        ("veinte diez", ["20", "10"]), ("noventa y diez", ["90", "10"]), ("veintiuno dos", ["21", "2"]),
        ("diez uno", ["10", "1"]),
        ("thirty nine", ["39"]), ("dos cientos", ["2"]), ("once", ["11"]), ("seis mil", ["6000"]),
        ("mil cien", ["1100"]),
        ("two thousand and twenty six", ["2026"]), ("ninety nine thousand", ["99000"]), ("uno a dos", ["1", "2"]),
        ("mayo", ["05"]), ("dec", ["12"]), ("h0la", ["0"]), ("b0o", ["800"]), ("x9y", ["9"]), ("a1b2", ["4182"]),
        ("k1k2", ["1", "2"]),
        ("eme", []), ("cincoseis", ["56"]), ("cincoseisx", []), ("doble " * 2 + "2", ["", "", "2"]),
        ("t3es", ["7335"]),
    ],
)  # fmt: skip
def test_number_words_make_the_numbers_that_they_say(words: str, digits: list[str]) -> None:
    assert [number.digits for number in numbers_in(words)] == digits


def test_a_number_tells_where_it_stands_and_what_sort_it_is() -> None:
    assert numbers_in("a 61 b") == (Number(digits="61", start=2, end=4),)
    assert numbers_in("una") == (Number(digits="1", start=0, end=3, spelled=True, common=True),)
    assert numbers_in("dos") == (Number(digits="2", start=0, end=3, spelled=True),)
    assert numbers_in("mayo 3") == (
        Number(digits="05", start=0, end=4, spelled=True, common=True, month=True),
        Number(digits="3", start=5, end=6),
    )
    assert numbers_in("sexto") == (Number(digits="6", start=0, end=5, spelled=True, common=True),)
    assert numbers_in("cincoseis") == (Number(digits="56", start=0, end=9, spelled=True),)
    assert numbers_in("s3is") == (Number(digits="6", start=0, end=4, spelled=True),)
    assert numbers_in("x9y8") == (Number(digits="9", start=1, end=2), Number(digits="8", start=3, end=4))
    assert numbers_in("veinte y uno") == (Number(digits="21", start=0, end=12, spelled=True),)
    assert numbers_in("mil") == (Number(digits="1000", start=0, end=3, spelled=True, common=True),)
    assert numbers_in("hundred") == (Number(digits="100", start=0, end=7, spelled=True),)
    assert numbers_in("doble") == (Number(digits="", start=0, end=5, spelled=True, common=True),)
    assert numbers_in("una mayo", joining=NumberJoining.NEVER) == (
        Number(digits="1", start=0, end=3, spelled=True, common=True),
        Number(digits="05", start=4, end=8, spelled=True, common=True, month=True),
    )
    assert [[one.digits for one in reading] for reading in readings_of("ninety one")] == [["91"], ["90", "1"]]
    assert with_inner_numbers("kseist") == "k6t"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("una 2", 1), ("2 una", 1), ("una dos", 2), ("una x dos", 2), ("una una una", 0), ("una una una una", 4),
        ("una dos una", 3),
        ("una hora dos", 2), ("dos una una", 2), ("61          23", 4), ("61 texto y 23", 4), ("dni 2004 y 1993", 8),
        ("dni 2004. y 1993", 0), ("desde 2004 y 1993", 0), ("dni 606 mas 650 mas 94h", 8), ("dni 12 y 34", 4),
        ("folio: de 9:00 a 14:00 y 16:00 a 20:00", 0),
        ("2019 y 61", 2), ("2019 y 613", 3), ("2019 y 6134", 8), ("24/7", 0), ("a320", 4), ("ib320", 0),
        ("#verano2026", 0), ("10%", 0), ("5 x 3", 2),
        ("c.p. 28001", 0), ("10 de mayo", 0), ("10 mayo 2026", 0), ("9:00 9:15 9:30", 0), ("$1,200.50", 0),
        ("1.200 euros", 0),
    ],
)  # fmt: skip
def test_digits_left_over(text: str, left: int) -> None:
    assert unexplained_digits(text) == left


def link(address: str) -> Link:
    return Link(start=0, end=len(address), address=address)


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("ve a https://a.es/x, ya", [(5, "https://a.es/x")]), ("a.com y b.org.", [(0, "a.com"), (8, "b.org")]),
        ("www.x", [(0, "www.x")]), ("//x/y)", [(0, "//x/y")]), ("mailto:a@b", [(0, "mailto:a@b")]),
        ("1.2.3.4/x", [(0, "1.2.3.4/x")]),
        ("hola. Adios", []), ("a@b.com", []), ("A.COM/X?y=1", [(0, "A.COM/X?y=1")]),
    ],
)  # fmt: skip
def test_links_are_found_where_they_stand(text: str, links: list[tuple[int, str]]) -> None:
    assert [(one.start, one.address) for one in find_links(text)] == links
    assert all(text[one.start : one.end] == one.address for one in find_links(text))


@pytest.mark.parametrize(
    ("address", "home"),
    [
        ("https://acme.com", True), ("HTTP://ACME.COM./x", True), ("acme.com", True), ("//acme.com/x", True),
        ("a.acme.com", True),
        ("https://acme.com:8443/x", True), ("https://acme.com:1/x", True), ("https://acme.com:0/x", False),
        ("ftp://acme.com", False),
        ("javascript:acme.com", False), ("https://acme.com@evil.com", False), ("https://u@acme.com", False),
        ("https://acme.com\\x", False),
        ("https://%61cme.com", False), ("https://аcme.com", False), ("https://acme.com:x/", False),
        ("https://", False), ("//", False),
        ("https://xacme.com", False), ("https://acme.com.evil.com", False), ("https://[::1", False),
        ("acme.com?u=https://x", True),
    ],
)  # fmt: skip
def test_only_the_brand_s_hosts_are_home(address: str, home: bool) -> None:  # noqa: FBT001
    assert leads_home(link(address), domains=["", " .Acme.com. "], allowed_links=[]) is home


@pytest.mark.parametrize(
    ("address", "prefix", "allowed"),
    [
        ("https://x.com/a", "https://x.com/a", True), ("https://x.com/a/b", "https://x.com/a", True),
        ("https://x.com/ab", "https://x.com/a", False),
        ("https://x.com/a?b", "https://x.com/a", True), ("https://x.com/a#b", "https://x.com/a", True),
        ("https://x.com/a&b", "https://x.com/a", True),
        ("https://x.com/a-b", "https://x.com/a", False), ("https://x.com/ab", "https://x.com/", True),
        ("https://x.com/?u=ab", "https://x.com/?u=", True),
        ("https://x.com/#ab", "https://x.com/#", True), ("https://x.com/?ab", "https://x.com/?", True),
        ("https://x.com/?a&b", "https://x.com/?a&", True),
        ("HTTPS://X.com/a", "https://x.com/a", True), ("https://x.com/A", "https://x.com/a", False),
        ("https://x.com/", "", False),
        ("https://y.com/a", "https://x.com/a", False), ("x.com/a", "x.com/a", True), ("X.com/a", "x.com/a", False),
        ("https://x.com", "https://x.com/a", False),
    ],
)  # fmt: skip
def test_an_allowed_beginning_counts_up_to_a_border(address: str, prefix: str, allowed: bool) -> None:  # noqa: FBT001
    assert leads_home(link(address), domains=[], allowed_links=[prefix]) is allowed


@pytest.mark.parametrize(
    ("address", "opens"),
    [
        ("https://a.es/r/abcdefghij123456", False), ("https://a.es/r/Abcdefghij123XYZ", True),
        ("https://a.es/r/abc123def456ghi7", True),
        ("https://a.es/r/1234567890123456", False), ("https://a.es/ayuda/tarjetas-perdidas-y-robadas", False),
        ("https://a.es/r/a1b2c3d4e5f6g7h", False),
        ("https://a.es/r/abcdEFGHijklMNOP", True), ("https://a.es/r/ABCDEFGHIJKLMNOP", False),
        ("https://a.es/r/Abcdefghijklmnop", False),
        ("https://a.es/r/abcdefghijklmnop", False), ("abc123def456ghi789jkl.com/x", False),
        ("HTTPS://abc123def456ghi789.com/x", False),
        ("a.es?x=a1b2c3a1b2c3a1b2", True), ("a.es#a1b2c3a1b2c3a1b2", True), ("a.es/a1abcdefghijkl2m", False),
        ("a.es/1a2b3cdefghijklm", True), ("a.es/123456789012345a", True),
        ("a.es/r/x?y//abc123def456ghi7", True),
    ],
)  # fmt: skip
def test_a_token_in_an_address_opens_something(address: str, opens: bool) -> None:  # noqa: FBT001
    assert carries_token(link(address)) is opens


def test_lengths_are_counted_as_each_network_does() -> None:
    assert weighted_length("a https://a.es/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx b") == 2 + 23 + 2
    assert weighted_length("a.com b.com") == 23 + 1 + 23
    assert weighted_length("e\u0301") == 1
    assert weighted_length("日é😊") == 2 + 1 + 2
    assert weighted_length("1️⃣ 🇪🇸") == 2 + 1 + 2
    assert limit_of("x", Channel.PUBLIC).most == 280
    assert limit_of("instagram", Channel.PRIVATE).count("é\ud800") == 5
    assert limit_of("nowhere", Channel.PRIVATE).most == 280
    assert limit_of("facebook", Channel.PRIVATE).count("日") == 1


@pytest.mark.parametrize(
    ("text", "expected", "other"),
    [
        ("one two three four five", ["es"], ""), ("please tell us what is going on here", ["es"], "en"),
        ("please tell us what is going on here", ["en"], ""), ("please tell us what is going on here", ["zz"], ""),
        ("please tell us what is going on here", [], ""),
        ("PLEASE TELL US WHAT IS GOING ON HERE", ["es", "pt"], "en"),
        ("moitas grazas por escribirnos, mirámolo hoxe mesmo", ["es"], ""),
        ("please @tell us what {is} https://a.es on", ["es"], ""),
        ("vielen dank für ihre nachricht wir melden uns", ["es", "en"], "de"),
    ],
)  # fmt: skip
def test_another_language_is_told_where_it_is_sure(text: str, expected: list[str], other: str) -> None:
    assert surely_not_in(text, expected) == other


@pytest.mark.parametrize(
    ("word", "heard"),
    [
        ("chema", "xema"), ("sophia", "sofia"), ("quique", "kike"), ("carlos", "karlos"), ("cecilia", "sesilia"),
        ("jack", "jak"),
        ("gil", "jil"), ("gato", "gato"), ("llorente", "iorente"), ("yago", "iago"), ("hugo", "ugo"),
        ("zavala", "sabala"), ("watt", "bat"),
    ],
)  # fmt: skip
def test_a_word_is_taken_as_it_sounds(word: str, heard: str) -> None:
    assert sound(word) == heard


def test_readings_of_a_text() -> None:
    said = ValueSpellings("Llama al k de kilo 6 uno dos X-ray 2")
    assert "612" in said.windows
    assert "6122" in said.digits
    assert "xray" in said.words
    assert {"alk", "llamaalkde"} <= said.words
    assert "llamaalkdekilo6" not in said.words
    assert "llama" in said.letters
    assert ValueSpellings("que nta nilla").holds_parts("ntanilla")
    assert not ValueSpellings("que nt anilla").holds_parts("ntanilla")
    assert ValueSpellings("ab cd ef gh ij kl mn op qr").words >= {"abcdefghijklmnop"}
    assert "abcdefghijklmnopqr" not in ValueSpellings("ab cd ef gh ij kl mn op qr").words
    assert "1" * 12 in ValueSpellings("1 " * 13).windows
    assert "1" * 13 not in ValueSpellings("1 " * 13).windows


@pytest.mark.parametrize(
    ("value", "text", "known"),
    [
        ("12345", "es 12345", True), ("12345", "es 123456", False), ("123456", "a 9123456 b", True),
        ("1234567", "123456", False),
        ("1234567", "91234567", True), ("12345678", "123456", True), ("12345678", "345678", True),
        ("12345678", "12345", False),
        ("12345678", "acaba en 5678", True), ("12345678", "1 2 3", False), ("1234567890", "456789", True),
        ("123,00 €", "123", True), ("12,00 €", "12", False),
        ("123,45 €", "123", False), ("1.234,45 €", "1234", True), ("ab", "ab", False), ("abc", "abc", True),
        ("Soto", "otos", True), ("Ana", "ana", True),
        ("Gil", "lig", False), ("a@b.example", "hola", False), ("marta@b.example", "marta", True),
        ("1234", "4321", True), ("123", "321", False),
        ("Quintanilla", "Qu*ntanilla", True), ("Quintanilla", "Quint*xyz", False), ("45,90 €", "4*,90", True),
        ("Marta Gil", "martagil", True),
        ("Ana María Soto", "maria soto", True), ("Plaza Tejedores 137, 9 A", "plaza tejedores", True),
        ("Calle de la Luna 5", "calle de la luna", True),
        ("K2 123 45", "12345", False), ("Sol 12 B", "sol 12", True), ("AB 12 C9", "ab 12", False),
        ("12 Baker Street", "bakerstreet", True), ("Calle Sol 5", "el sol", False), ("Moreno", "mo re y no", True),
        ("ES1234567890", "1234567890", True),
        ("Peña 12", "pena 12", True), ("Peña 12", "pena", False), ("Alicia Rodríguez", "rodrigues", True),
        ("Rodríguez", "rdrgz", True),
    ],
)  # fmt: skip
def test_what_gives_a_value_away(value: str, text: str, known: bool) -> None:  # noqa: FBT001
    assert repeats_protected_value(text, protected_values=[value], published=[]) is known


@pytest.mark.parametrize(
    ("value", "text", "published", "known"),
    [
        ("Soto", "soto", "sotomayor", False), ("Ana", "ana", "anabel", True), ("Gil", "gil", "gil", False),
        ("Soto", "soto", "otra", True),
        ("Quintanilla", "kintaniya", "quintanilla88", False), ("612345678", "612345", "612345", False),
        ("612345678", "612345", "hola", True),
        ("Marta Soto", "marta", "marta soto", False), ("Ana Soto", "ana soto", "ana", True),
    ],
)  # fmt: skip
def test_what_the_person_said_is_excused_and_no_more(value: str, text: str, published: str, known: bool) -> None:  # noqa: FBT001
    assert repeats_protected_value(text, protected_values=[value], published=[published]) is known


def test_without_values_nothing_is_known() -> None:
    assert not repeats_protected_value("Soto", protected_values=[], published=[])
    with pytest.raises(ValueError, match=r"^too many values$"):
        repeats_protected_value("a", protected_values=["Soto"] * 2_001, published=[])


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("ab1c2", True), ("a1b2", False), ("abcd1", False), ("12345", False), ("abcde", False), ("1b2345", True),
        ("abc123", False), ("bcdfg1", True),
        ("bcd123", True), ("bc1234", False), ("a1234", False), ("ab12345", True), ("abcdef1ghi", True),
        ("abcdef2ghi", False), ("abc2def", False), ("bc1d2", True), ("@ab1c2", False), ("#ab1c2", False),
        ("12ab34", True), ("a" * 39 + "1", False), ("a" * 40 + "1", True), ("20min", False), ("bcdf1", False),
    ],
)  # fmt: skip
def test_the_form_of_a_code(text: str, held: bool) -> None:  # noqa: FBT001
    assert holds_code(f"es {text} aqui") is held


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("localizador K7QX2", True), ("localizador K7Q2", False), ("localizador KQXM7", True),
        ("localizador K1234", False), ("localizador KX123", True),
        ("localizador KQXMP", False), ("DNI ISB-49-SBBB", True), ("DNI o NIE en 24 h, SMS o DM", False),
        ("localizador por DM o vía MD K7Q", False),
        ("localizador 83 then CG then MD", True), ("localizador ab7c K7", True),
        ("Localizador: AB y luego CD1", True),
        ("C43 JWT", True), ("C43 y JWT", True), ("C4 JW", False), ("C4 JWT", True), ("C43 SMS", False),
        ("C43 12345", False), ("C43 1234", False),
        ("JWT BCD", False), ("JWT 12", False), ("C43 uno dos tres cuatro JWT", False), ("C432 1", False),
        ("K7 Q2", False), ("K7Q QX", True),
        ("localizador " + "A1" * 12, True), ("localizador " + "A1" * 13, False),
        ("localizador " + "hola " * 13 + "K7QX2M", False),
    ],
)  # fmt: skip
def test_a_code_in_pieces(text: str, pieces: bool) -> None:  # noqa: FBT001
    assert pieces_of_code(text) is pieces


@pytest.mark.parametrize(
    ("text", "opaque"),
    [
        ("aGVsbG8gd29y", True), ("aGVsbG8gd29", False), ("AAAAAAAAAAA1a", True), ("aaaaaaaaaaa1", False),
        ("Aaaaaaaaaaa1", False),
        ("AAAAAAAAAAA1", False), ("aAaaaaaaaaaa", False), ("@aGVsbG8gd29y", False), ("aA1+/=aA1+/=", True),
    ],
)  # fmt: skip
def test_an_opaque_word(text: str, opaque: bool) -> None:  # noqa: FBT001
    assert holds_opaque_word(f"es {text} aqui") is opaque


@pytest.mark.parametrize(
    ("text", "aloud"),
    [
        ("b c d f", False), ("b c d f g", True), ("b hola c hola d hola f hola g", True), ("1 2 3 4 5", False),
        ("b 2 c 3 d", True), ("b 1 1 1 1", False),
        ("b hola 12 c hola 34", True), ("b hola 12 13 hola 14 15", False), ("b 1 2 3 4", True), ("a 1 2 3 4", True),
        ("b1 c2 d3", True), ("b1 c2", False), ("ab1 cd2", True),
        ("ab1 cd2 ef", True), ("a de ana, b de bea", False),
        ("a de ana, b de bea, c de cid", True), ("kilo 7 papa 3", True), ("kilo papa golf", False),
        ("kilo papa golf lima", True), ("1 2 3 4 5 6 7", False),
        (".- -... -.-. .. -", True), (".- -...", False), ("010101 101010", True), ("010101", False),
        ("p.d. e.g. i.e. s.a. q.e.p.d.", False), ("1 o 2 y 3 a 4 e 5", False),
    ],
)  # fmt: skip
def test_what_is_read_out(text: str, aloud: bool) -> None:  # noqa: FBT001
    assert spells_out(text) is aloud


def test_pieces_and_numerals_are_put_into_one() -> None:
    assert joined_pieces("es 61 23 45 de ab c1") == "es 612345 de abc1"
    assert joined_pieces("612 34\n56") == "61234\n56"
    assert joined_pieces("hola que tal") == "hola que tal"
    assert with_roman_digits("VI IX I XVI") == "6 9 I XVI"
    assert encodes("VI B IX 0")
    assert not encodes("VI IX")
    assert encodes("&nbsp;")
    assert encodes("\\u0041")


@pytest.mark.parametrize(
    ("text", "leads"),
    [
        ("acme.com.mx", False), ("acme punto com", False), ("ayuda punto acme punto com", False),
        ("mal acme punto com", False), ("malacme punto com", True),
        ("acme punto com punto mx", True), ("www malo", True), ("www acme punto com", False), ("h t t p", True),
        ("h.t.t.p.s", True), ("https", False), ("hxxp://", True), ("bit.ly/a", True), ("bit ly", False),
        ("el punto es claro", False), ("malo punto es", True), ("malo(punto)es", True), ("malo . com", True),
        ("malo. compra", False), ("acme[.]com", False),
    ],
)  # fmt: skip
def test_an_address_in_words(text: str, leads: bool) -> None:  # noqa: FBT001
    assert holds_obfuscated_link(text, domains=["", ".acme.com"]) is leads


@pytest.mark.parametrize(
    ("text", "boxes"),
    [
        ("marta at correo dot example", ["marta@correo.example"]),
        ("marta (a) correo.example", ["marta@correo.example"]),
        ("marta@correo.example.", ["marta@correo.example", "a@"]),
        ("m*arta*@correo.example", ["marta@correo.example", "*@"]), ("look at this", []), ("@marta. es", []),
        ("marta en gmail", ["marta en gmail"]),
        ("tomas gmail com", ["tomas gmail com"]), ("tu gmail com", []), ("arroba", []),
    ],
)  # fmt: skip
def test_mailboxes_in_words(text: str, boxes: list[str]) -> None:
    assert list(spelled_mailboxes(text)) == boxes


def test_an_address_in_words_is_read_from_its_beginning() -> None:
    assert not holds_obfuscated_link("ve a ayuda punto acme punto com", domains=["ayuda.acme.com"])
    assert holds_obfuscated_link("ve a otra punto acme punto com", domains=["ayuda.acme.com"])


def test_plain_mailboxes_are_those_that_stand_as_they_are() -> None:
    assert list(plain_mailboxes("a@b.cd, x at y dot zz")) == ["a@b.cd"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("eme a erre te a", True), ("be a ce", False), ("be a ce de", True), ("de a te ese", False),
        ("de a te ese o ge", True), ("de a te ese ge", False),
        ("be hola ce hola de", False), ("1 22 333 be ce", True), ("be 4444 a ce de o", False),
        ("vee why 5 0 3 2", True), ("te de a o e y u", False),
    ],
)  # fmt: skip
def test_letters_by_their_names(text: str, named: bool) -> None:  # noqa: FBT001
    assert names_letters(text) is named


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("||| | || |", True), ("||| | ||", False), ("||| ||| ||| |||", False), ("a b c d", False), ("A V II I", True),
        ("* * * *", False), ("a || hola || b", False),
        ("•• , • €", True), ("|||||||||| a b c", False), ("👏👏 👏👏👏 👏 👏👏", False),
    ],
)  # fmt: skip
def test_digits_in_strokes(text: str, counted: bool) -> None:  # noqa: FBT001
    assert counts_in_strokes(text) is counted


@pytest.mark.parametrize(
    ("word", "form", "hidden"),
    [
        ("mon*ada", "moncada", True), ("mon*ada", "montoya", False), ("4*90", "4590", True), ("4**0", "4590", False),
        ("escxdero", "escudero", True), ("45x0", "4590", True), ("axb", "a1b", False),
        ("moncada", "moncada", False), ("quint*", "quintanilla", True), ("qui*", "quintanilla", False),
        ("m*a", "mia", False), ("xxxxxx", "abcdef", False), ("mon.*ada", "moncada", True),
        ("sext*", "sexto", True), ("abc***", "abcdef", True), ("ab***", "abcde", False),
        ("a" * 61 + "*", "a" * 62, False),
    ],
)  # fmt: skip
def test_a_masked_word_is_known_by_what_shows(word: str, form: str, hidden: bool) -> None:  # noqa: FBT001
    assert any(masked.hides(form) for masked in masked_words(f"es {word} ya")) is hidden


def test_a_sign_hidden_in_a_code_counts_as_a_digit() -> None:
    assert with_masks_as_digits("UE#NHU a#b 1*2") == "UE0NHU a#b 102"


def test_values_of_a_room_in_their_order() -> None:
    def finds_both(text: str) -> tuple[PersonalDatum, ...]:
        return tuple(
            PersonalDatum(kind="phone", owner=owner, start=0, end=1, value=value)
            for owner, value in ((Owner.OWN, f"own:{len(text)}"), (Owner.PUBLIC, "public"))
        )

    assert conversation_values("hola", find_personal_data=finds_both) == ("own:4",)
    assert conversation_values("a" * 9_000, find_personal_data=finds_both) == (f"own:{LONGEST_READ}",)
    assert conversation_values("son 4471 y 1999 y 123", find_personal_data=nothing) == ("4471",)
    assert conversation_values("son 44-71", find_personal_data=nothing) == ("44-71",)
    assert conversation_values("a1b2 x1 24hrs", find_personal_data=nothing) == ("a1b2",)
    assert conversation_values("es KQXRTM hoy", find_personal_data=nothing) == ("KQXRTM",)
    assert conversation_values("ES KQXRTM HOY", find_personal_data=nothing) == ()
    assert conversation_values("Hola Marta Soto Gil", find_personal_data=nothing) == ("Marta Soto Gil",)
    assert conversation_values("Hola Marta", find_personal_data=nothing) == ()
    assert conversation_values("Buenos Dias Marta", find_personal_data=nothing) == ("Dias Marta",)
    assert conversation_values("soy marta soto.", find_personal_data=nothing) == ("marta soto",)
    assert conversation_values("el 14/03/2026 y 41/33/2026", find_personal_data=nothing)[0] == "14/03/2026"


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("factura_Soto_9988.pdf", ("Soto", "9988", "factura_Soto_9988")), ("Soto.pdf", ("Soto",)),
        ("Soto", ("Soto",)), ("Soto.v2.pdf", ("Soto",)),
        ("Gil.pdf", ()), ("2024_Soto.pdf", ("Soto",)), ("scan.pdf", ()), ("a.b.Soto", ()),
        ("Soto_Soto.pdf", ("Soto", "Soto_Soto")),
    ],
)  # fmt: skip
def test_what_the_name_of_a_file_tells(name: str, values: tuple[str, ...]) -> None:
    assert file_name_values(name) == values


@pytest.mark.parametrize(
    ("text", "confirms", "asks"),
    [
        ("Vemos tu reserva", True, False), ("Si tu reserva falla, llama", False, False),
        ("Hola. Vemos tu reserva", True, False), ("Abre tu cuenta", False, False),
        ("Mira al reverso de tu tarjeta", False, False), ("Envíanos tu número de cuenta", False, True),
        ("Envíanos tu número de cuenta por DM", False, False),
        ("Por DM: vemos tu reserva", True, False), ("Nunca compartas tu PIN, dinos tu PIN", False, False),
        ("What’s your account number?", True, True),
        ("Para revisar tu tarjeta es necesario llamar", False, False),
        ("Para revisar tu tarjeta, que vemos bloqueada, es necesario llamar", True, False),
        ("¿Eres cliente?", False, False),
        ("Eres cliente nuestro", True, False), ("Para tu tarjeta es necesario llamar", True, False),
    ],
)  # fmt: skip
def test_what_confirms_and_what_asks(text: str, confirms: bool, asks: bool) -> None:  # noqa: FBT001
    assert (confirms_relationship(text), asks_for_data(text)) == (confirms, asks)


@pytest.mark.parametrize(
    "text", ["{x}", "${", "}}", "%s", "%(a)s", "[INSERT NAME]", "[tu nombre]", "TODO", "XXX", "<b>"]
)
def test_a_placeholder_of_any_notation_is_left_over(text: str) -> None:
    assert unfilled_placeholder(f"hola {text} ya")


@pytest.mark.parametrize("text", ["{", "100%", "[1]", "todo", "<3", "XX", "a < b > c"])
def test_ordinary_brackets_are_no_placeholder(text: str) -> None:
    assert not unfilled_placeholder(f"hola {text} ya")
