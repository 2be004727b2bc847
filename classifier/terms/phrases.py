"""Phrases of the term lists, searched many at a time in folded text.

A phrase is words apart by single spaces. `*` ends a word with any letters, `(a|b)` is a choice, `(a |)b` an optional
word, ` ... ` matches up to four words between two others. Letters are compared folded (see `fold`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import yaml

_GAP = r"((?:\W{1,3}\w{1,40}){0,4}?)"
_BETWEEN = r"\W{1,3}"
_PARTS = re.compile(r" \.\.\. | |[()|*]|[^ ()|*]+")
_SIGNS = {" ... ": _GAP + _BETWEEN, " ": _BETWEEN, "(": "(?:", ")": ")", "|": "|", "*": r"\w{0,40}"}
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_Trie = dict[str, "_Trie"]


@dataclass(frozen=True, kw_only=True)
class PhraseMatch:
    """One phrase met in a folded text."""

    group: str
    start: int
    end: int
    words: str
    """What was met, with the words of a gap left out and digits masked."""


class PhraseIndex:
    """Groups of phrases behind one prefilter: a trie of first words decides where a phrase may begin."""

    def __init__(self, groups: Mapping[str, Sequence[str]]) -> None:
        by_key: dict[str, dict[str, list[str]]] = {}
        for group, phrases in groups.items():
            for phrase in phrases:
                for first, rest in _first_words(fold(phrase)):
                    by_key.setdefault(first, {}).setdefault(group, []).append(first + rest)
        keys = {key.rstrip("*") for key in by_key}
        self._matchers = {key: _matchers(key, by_key) for key in keys}
        self._prefilter = re.compile(r"(?<!\w)" + _trie_pattern(_trie(keys))) if keys else None

    def find(self, folded: str) -> Iterator[PhraseMatch]:
        """Every match in `folded` (already folded), by place, at most one a group and place."""
        if self._prefilter is None:
            return
        for begin in self._prefilter.finditer(folded):
            for group, matcher in self._matchers[begin.group()]:
                met = matcher.match(folded, begin.start())
                if met is not None:
                    yield PhraseMatch(group=group, start=met.start(), end=met.end(), words=_without_gaps(met))


def fold(text: str) -> str:
    """Lower-case `text` without accents and with plain digits, quotes and spaces; the length stays the same.

    Offsets into the result are offsets into `text`. Accents written as combining characters stay.
    """
    if text.isascii():
        return text.lower()
    return _BEYOND_ASCII.sub(lambda met: _folded(met.group()), text).lower()


def phrase_pattern(phrases: Sequence[str]) -> str:
    """A regular expression for any of `phrases`, whole words only, on folded text."""
    return r"(?<![\w@])(?:" + "|".join(_pattern(fold(phrase)) for phrase in phrases) + r")(?!\w)"


def read_terms(name: str) -> dict[str, object]:
    """The content of the term list `name`; its top level is a mapping."""
    content = yaml.safe_load(files("classifier.terms").joinpath(f"{name}.yaml").read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise TypeError(f"The term list {name}.yaml must be a mapping at its top level; correct the file.")
    return content


def phrases_at(terms: Mapping[str, object], key: str) -> tuple[str, ...]:
    """The list of phrases under `key`, empty where the key is missing."""
    listed = terms.get(key, [])
    if not isinstance(listed, list):
        raise TypeError(f"The term list entry {key} must be a list of phrases; correct the file.")
    return tuple(str(phrase) for phrase in listed)


def _matchers(key: str, by_key: Mapping[str, Mapping[str, Sequence[str]]]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """What may begin where `key` was met: its own phrases and those whose first word is a shorter stem."""
    phrases: dict[str, list[str]] = {}
    for other, groups in by_key.items():
        if other == key or (other.endswith("*") and key.startswith(other[:-1])):
            for group, listed in groups.items():
                phrases.setdefault(group, []).extend(listed)
    return tuple(
        (group, re.compile("(?:" + "|".join(_pattern(phrase) for phrase in listed) + r")(?!\w)"))
        for group, listed in phrases.items()
    )


def _first_words(phrase: str) -> Iterator[tuple[str, str]]:
    """The phrase once a choice of its first word: (first word, the rest with its leading space)."""
    if phrase.startswith("("):
        alternatives, rest = _choice(phrase)
        for alternative in alternatives:
            yield from _first_words(alternative + rest)
        return
    first, space, rest = phrase.partition(" ")
    yield first, space + rest


def _choice(phrase: str) -> tuple[list[str], str]:
    """The alternatives of the choice that `phrase` begins with, and what follows it."""
    alternatives, depth = [""], 0
    for place, letter in enumerate(phrase):
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            return alternatives, phrase[place + 1 :]
        if depth == 1 and letter == "|":
            alternatives.append("")
        elif place > 0:
            alternatives[-1] += letter
    raise ValueError(f"The phrase {phrase!r} opens a parenthesis that it does not close; correct the term list.")


def _pattern(phrase: str) -> str:
    return "".join(_SIGNS.get(part) or re.escape(part) for part in _PARTS.findall(phrase.strip()))


def _without_gaps(met: re.Match[str]) -> str:
    words, at = "", met.start()
    for start, end in met.regs[1:]:
        if start >= at:
            words += met.string[at:start] + (" …" if end > start else "")
            at = end
    return re.sub(r"\d", "0", words + met.string[at : met.end()])


def _trie(words: set[str]) -> _Trie:
    root: _Trie = {}
    for word in words:
        node = root
        for letter in word:
            node = node.setdefault(letter, {})
        node[""] = {}
    return root


def _trie_pattern(node: _Trie) -> str:
    branches = [re.escape(letter) + _trie_pattern(below) for letter, below in sorted(node.items()) if letter]
    if not branches:
        return ""
    body = "(?:" + "|".join(branches) + ")"
    return body + "?" if "" in node else body


@lru_cache(maxsize=4_096)
def _folded(character: str) -> str:
    if unicodedata.category(character) == "Nd":
        return str(unicodedata.digit(character))
    return _FOLDED.get(character, character)


def _accented_letters() -> dict[int, str]:
    forms = {code: unicodedata.normalize("NFD", chr(code)) for code in range(0xC0, 0x250)}
    return {code: form[0].lower() for code, form in forms.items() if len(form) > 1 and form[0].isascii()}


_FOLDED = {
    chr(code): plain
    for code, plain in (
        _accented_letters()
        | {0xFEE0 + code: chr(code) for code in range(0x21, 0x7F)}
        | dict.fromkeys(map(ord, "’‘‛ʼ´"), "'")
        | dict.fromkeys(map(ord, "“”«»„"), '"')
        | dict.fromkeys(map(ord, "‐‑‒–—−"), "-")
        | dict.fromkeys(map(ord, "\u00a0\u2002\u2003\u2007\u2009\u200a\u202f\u3000"), " ")
    ).items()
}
"""Digits of other scripts are left out: there are hundreds, and they are looked up when one is met."""
