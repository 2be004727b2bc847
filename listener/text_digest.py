"""By what copies of a text are found, however they are dressed."""

from __future__ import annotations

import hashlib
import re
import unicodedata

_MENTION = re.compile(r"@\w+")
_LINK = re.compile(r"https?://\S+")
_NOT_WORD = re.compile(r"[\W_]+")
_BYTES = 16


def text_digest(text: str) -> str:
    """32 hexadecimal digits, equal for texts that differ only in case, mentions, links, accents' form or punctuation.

    A text of nothing but those, such as a lone link or emoji, is digested as it stands.
    """
    folded = _folded(text)
    plain = _plain(folded)
    return hashlib.blake2b((plain or folded).encode("utf-8", "replace"), digest_size=_BYTES).hexdigest()


def plain_words(text: str) -> str:
    """The words of a text, folded, without mentions, links and punctuation; empty where there are none."""
    return _plain(_folded(text))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _plain(folded: str) -> str:
    plain = _LINK.sub(" ", folded)
    plain = _MENTION.sub(" ", plain)
    return _NOT_WORD.sub(" ", plain).strip()
