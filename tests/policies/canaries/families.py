"""Ways to disguise a value in a text so that people can still read it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from random import Random

Family = Callable[[str, Random], str]

_ES = ["cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"]
_EN = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_ES_TEENS = ["diez", "once", "doce", "trece", "catorce", "quince", "dieciséis", "diecisiete", "dieciocho", "diecinueve"]
_ES_TWENTIES = [
    "veinte",
    "veintiuno",
    "veintidós",
    "veintitrés",
    "veinticuatro",
    "veinticinco",
    "veintiséis",
    "veintisiete",
    "veintiocho",
    "veintinueve",
]
_ES_TENS = [".", ".", ".", "treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"]
_EN_TEENS = [
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_EN_TENS = [".", ".", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e\u2063\ufe0f\u034f\u115f\u3164"
_CYRILLIC = dict(zip("aceopxyABCEHKMOPTX", "асеорхуАВСЕНКМОРТХ", strict=True))
_GREEK = dict(zip("ABEHIKMNOPTXZovi", "ΑΒΕΗΙΚΜΝΟΡΤΧΖονι", strict=True))
_LEET = str.maketrans("aeiostbgAEIOSTBG", "4310576943105769")
_LETTERED = str.maketrans("0158", "OISB")
_MATH = (
    (0x1D400, 0x1D41A, 0x1D7CE),
    (0x1D5D4, 0x1D5EE, 0x1D7EC),
    (0x1D670, 0x1D68A, 0x1D7F6),
    (0x1D4D0, 0x1D4EA, 0x1D7D8),
)
_NATO = [
    "Alfa",
    "Bravo",
    "Charlie",
    "Delta",
    "Echo",
    "Foxtrot",
    "Golf",
    "Hotel",
    "India",
    "Juliett",
    "Kilo",
    "Lima",
    "Mike",
    "November",
    "Oscar",
    "Papa",
    "Quebec",
    "Romeo",
    "Sierra",
    "Tango",
    "Uniform",
    "Victor",
    "Whiskey",
    "X-ray",
    "Yankee",
    "Zulu",
]
_FILLERS = ("luego", "después", "then", "y", "más", "guion", "seguido de")
_SIGNS = ".-_/*~·|,;:+=^"


def _plain(value: str, random: Random) -> str:
    return value


def _case(value: str, random: Random) -> str:
    return "".join(random.choice((letter.upper(), letter.lower())) for letter in value)


def _spaced(value: str, random: Random) -> str:
    return (" " * random.randint(1, 2)).join(value)


def _grouped(value: str, random: Random) -> str:
    pieces, at = [], 0
    while at < len(value):
        length = random.randint(2, 4)
        pieces.append(value[at : at + length])
        at += length
    return random.choice((" ", "-", ".", " - ", "/", "\n", "\u00a0")).join(pieces)


def _separated(value: str, random: Random) -> str:
    return random.choice(_SIGNS).join(value)


def _mixed_separators(value: str, random: Random) -> str:
    return "".join(letter + random.choice(_SIGNS + " ") for letter in value)


def _bracketed(value: str, random: Random) -> str:
    return "".join(f"({letter})" for letter in value)


def _over_lines(value: str, random: Random) -> str:
    return "\n".join(value)


def _invisible(value: str, random: Random) -> str:
    return "".join(letter + random.choice(_INVISIBLE) for letter in value)


def _homoglyphs(value: str, random: Random) -> str:
    table = random.choice((_CYRILLIC, _GREEK))
    return "".join(table.get(letter, letter) for letter in value)


def _full_width(value: str, random: Random) -> str:
    return "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in value)


def _mathematical(value: str, random: Random) -> str:
    capital, small, digit = random.choice(_MATH)
    return "".join(_styled(letter, capital, small, digit) for letter in value)


def _styled(letter: str, capital: int, small: int, digit: int) -> str:
    if "A" <= letter <= "Z":
        return chr(capital + ord(letter) - 65)
    if "a" <= letter <= "z":
        return chr(small + ord(letter) - 97)
    return chr(digit + int(letter)) if "0" <= letter <= "9" else letter


def _combining(value: str, random: Random) -> str:
    return "".join(letter + random.choice("\u0301\u0308\u0323\u0336\u0332\u20dd") for letter in value)


def _foreign_digits(value: str, random: Random) -> str:
    zero = random.choice((0x0660, 0x06F0, 0x0966, 0x09E6, 0x0E50, 0x17E0))
    return "".join(chr(zero + int(letter)) if letter.isascii() and letter.isdigit() else letter for letter in value)


def _raised_digits(value: str, random: Random) -> str:
    raised, lowered, circled = "⁰¹²³⁴⁵⁶⁷⁸⁹", "₀₁₂₃₄₅₆₇₈₉", "⓪①②③④⑤⑥⑦⑧⑨"
    chosen = random.choice((raised, lowered, circled, "⓿❶❷❸❹❺❻❼❽❾"))
    return "".join(chosen[int(letter)] if letter.isascii() and letter.isdigit() else letter for letter in value)


def _circled(value: str, random: Random) -> str:
    return "".join(chr(0x24B6 + ord(letter) - 65) if "A" <= letter <= "Z" else letter for letter in value.upper())


def _keycaps(value: str, random: Random) -> str:
    return "".join(f"{letter}\ufe0f\u20e3" if letter.isascii() and letter.isdigit() else letter for letter in value)


def _flags(value: str, random: Random) -> str:
    return "".join(chr(0x1F1E6 + ord(letter) - 65) if "A" <= letter <= "Z" else letter for letter in value.upper())


def _emoji_between(value: str, random: Random) -> str:
    return random.choice("🙂🔥✨👉").join(value)


def _right_to_left(value: str, random: Random) -> str:
    return f"\u202e{value[::-1]}\u202c"


def _backwards(value: str, random: Random) -> str:
    return value[::-1]


def _spanish_digits(value: str, random: Random) -> str:
    return _spelled(value, _ES, random)


def _english_digits(value: str, random: Random) -> str:
    return _spelled(value, _EN, random)


def _either_digits(value: str, random: Random) -> str:
    return "".join(
        f" {random.choice((_ES, _EN))[int(letter)]} " if letter.isascii() and letter.isdigit() else letter
        for letter in value
    )


def _loud_digits(value: str, random: Random) -> str:
    return _spelled(value, random.choice((_ES, _EN)), random).upper()


def _glued_words(value: str, random: Random) -> str:
    words = random.choice((_ES, _EN))
    return "".join(words[int(letter)] if letter.isascii() and letter.isdigit() else letter for letter in value)


def _spelled(value: str, words: list[str], random: Random) -> str:
    between = random.choice((" ", ", ", "-", " - ", "... ", "/"))
    pieces = [words[int(letter)] if letter.isascii() and letter.isdigit() else letter for letter in value]
    return between.join(pieces)


def _spanish_pairs(value: str, random: Random) -> str:
    return _in_pairs(value, _spanish_pair)


def _english_pairs(value: str, random: Random) -> str:
    return _in_pairs(value, _english_pair)


def _in_pairs(value: str, pair: Callable[[int], str]) -> str:
    pieces, at = [], 0
    while at < len(value):
        two = value[at : at + 2]
        if len(two) == 2 and two.isascii() and two.isdigit() and two[0] != "0":
            pieces.append(pair(int(two)))
            at += 2
            continue
        one = value[at]
        pieces.append(_ES[int(one)] if one.isascii() and one.isdigit() and pair is _spanish_pair else _single(one))
        at += 1
    return " ".join(pieces)


def _single(letter: str) -> str:
    return _EN[int(letter)] if letter.isascii() and letter.isdigit() else letter


def _spanish_pair(number: int) -> str:
    if number < 20:
        return _ES_TEENS[number - 10]
    if number < 30:
        return _ES_TWENTIES[number - 20]
    tens = _ES_TENS[number // 10]
    return tens if number % 10 == 0 else f"{tens} y {_ES[number % 10]}"


def _english_pair(number: int) -> str:
    if number < 20:
        return _EN_TEENS[number - 10]
    tens = _EN_TENS[number // 10]
    return tens if number % 10 == 0 else f"{tens}-{_EN[number % 10]}"


def _leet(value: str, random: Random) -> str:
    return value.translate(_LEET)


def _letters_for_digits(value: str, random: Random) -> str:
    return value.translate(_LETTERED)


def _filled(value: str, random: Random) -> str:
    return f" {random.choice(_FILLERS)} ".join(value)


def _filled_groups(value: str, random: Random) -> str:
    half = max(2, len(value) // random.randint(2, 3))
    pieces = [value[at : at + half] for at in range(0, len(value), half)]
    return f" {random.choice(_FILLERS)} ".join(pieces)


def _radio(value: str, random: Random) -> str:
    return " ".join(_NATO[ord(letter) - 65] if "A" <= letter <= "Z" else letter for letter in value.upper())


def _words_for_signs(value: str, random: Random) -> str:
    at, dot = random.choice(
        ((" arroba ", " punto "), (" at ", " dot "), (" (at) ", " (dot) "), (" [arroba] ", " [punto] "))
    )
    return value.replace("@", at).replace(".", dot).replace("_", " guion bajo ")


def _bare_accents(value: str, random: Random) -> str:
    bare = unicodedata.normalize("NFD", value)
    return "".join(letter for letter in bare if not unicodedata.combining(letter)).upper()


def _accented(value: str, random: Random) -> str:
    return value.translate(str.maketrans("aeiouAEIOUnc", "àèìòùÀÈÌÒÙñç"))


def _marked_down(value: str, random: Random) -> str:
    return random.choice(("**", "__", "~~", "`")).join(value)


def _stretched(value: str, random: Random) -> str:
    return "".join(letter * random.randint(1, 3) if letter.isalpha() else letter for letter in value)


def _twice(value: str, random: Random) -> str:
    return _spaced(_homoglyphs(value, random), random)


FAMILIES: Mapping[str, Family] = {
    family.__name__.strip("_"): family
    for family in (
        _plain, _case, _spaced, _grouped, _separated, _mixed_separators, _bracketed, _over_lines, _invisible,
        _homoglyphs, _full_width, _mathematical, _combining, _foreign_digits, _raised_digits, _circled, _keycaps,
        _flags, _emoji_between, _right_to_left, _backwards, _spanish_digits, _english_digits, _either_digits,
        _loud_digits, _glued_words, _spanish_pairs, _english_pairs, _leet, _letters_for_digits, _filled,
        _filled_groups, _radio, _words_for_signs, _bare_accents, _accented, _marked_down, _stretched, _twice,
    )
}  # fmt: skip
