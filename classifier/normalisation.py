"""One spelling of a post for the models: bounded, encodable, without names and addresses."""

from __future__ import annotations

import html
import re
import unicodedata

MODEL_TEXT_LIMIT = 5_000
"""Characters of a text that the models read; the rest is cut. Posts are far shorter on every network."""

_ADDRESS = re.compile(r"(?:https?://|www\.)\S+")
_HANDLE = re.compile(r"@\w+")
_REPEATED = re.compile(r"(.)\1{2,}")
_PLAIN = str.maketrans("áéíóúàèìòùâêîôûäëïöü’‘“”0123456789", "aeiouaeiouaeiouaeiou''\"\"0000000000")


def normalise(text: str) -> str:
    """Lower-case `text` with handles, addresses, digits, accents and drawn-out letters made alike.

    At most `MODEL_TEXT_LIMIT` characters are read, and the result is never longer than a small multiple of it.
    Lone surrogates become question marks.
    """
    cut = text[:MODEL_TEXT_LIMIT]
    if not cut.isascii():
        encodable = cut.encode("utf-8", "replace").decode("utf-8")
        cut = unicodedata.normalize("NFKC", encodable)
    if "&" in cut:
        cut = html.unescape(cut)
    cut = cut.lower()
    if "http" in cut or "www." in cut:
        cut = _ADDRESS.sub(" http ", cut)
    if "@" in cut:
        cut = _HANDLE.sub("@user", cut)
    return _REPEATED.sub(r"\1\1", cut.translate(_PLAIN))
