"""Which posts a piece of public knowledge speaks of. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from classifier.folding import fold
from classifier.phrases import phrases_at, read_terms

SHARED_WORDS = 2
"""So many words of an article's title a post must share; all of them, where the title has fewer."""
_STEM = 5
"""Letters of a word that are compared, so that `oficina` and `oficinas` are one."""
_SHORTEST = 4
"""Shorter words carry no topic."""
_LONGEST_READ = 4_000
_WORD = re.compile(r"[^\W\d_]+")
_ADDRESSES = re.compile(r"@\w+|https?://\S+")


@dataclass(frozen=True, kw_only=True)
class Article:
    """One valid public article, as far as its topic goes."""

    language: str
    title: str

    @property
    def topic(self) -> frozenset[str]:
        return _topic(self.title, self.language)


def speaks_of(articles: Sequence[Article], text: str, *, language: str) -> bool:
    """True where an article in the person's language shares its topic with the text.

    Topics are compared by the content words of the title: two of them must occur in the text, by their first five
    letters, whatever their case and accents.
    """
    topics = [article.topic for article in articles if article.language == language]
    if not topics:
        return False
    said = content_stems(text[:_LONGEST_READ], language)
    return any(topic and len(topic & said) >= min(SHARED_WORDS, len(topic)) for topic in topics)


def content_stems(text: str, language: str) -> frozenset[str]:
    """The beginnings of the words that carry a topic."""
    return frozenset(_stems(_WORD.findall(_ADDRESSES.sub(" ", fold(text))), _function_words(language)))


def _stems(words: Iterable[str], function_words: frozenset[str]) -> Iterable[str]:
    return (word[:_STEM] for word in words if len(word) >= _SHORTEST and word not in function_words)


@lru_cache(maxsize=4096)
def _topic(title: str, language: str) -> frozenset[str]:
    return content_stems(title, language)


@cache
def _function_words(language: str) -> frozenset[str]:
    return frozenset(map(fold, phrases_at(read_terms("function_words"), language)))
