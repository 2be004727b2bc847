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
    folded = unicodedata.normalize("NFKC", text).casefold()
    plain = _LINK.sub(" ", folded)
    plain = _MENTION.sub(" ", plain)
    plain = _NOT_WORD.sub(" ", plain).strip()
    return hashlib.blake2b((plain or folded).encode("utf-8", "replace"), digest_size=_BYTES).hexdigest()
