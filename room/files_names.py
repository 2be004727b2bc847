"""Names of files as they are kept and offered again: readable, and harmless wherever they are saved. Pure."""

from __future__ import annotations

import unicodedata
from urllib.parse import quote

MOST_CHARACTERS = 80
_REPLACED = str.maketrans(dict.fromkeys("<>:\"|?*%;=&$`'", "_"))
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{name}{n}" for name in ("com", "lpt") for n in range(1, 10))})
_KEPT_SUFFIXES = {".jpg": (".jpg", ".jpeg")}


def clean_name(claimed: str, *, suffix: str) -> str:
    """`claimed` without folders, controls and signs that turn it round, ending as the content does.

    A name that says another kind gets the true one: `factura.exe` that holds a picture is `factura.png`.
    """
    last = claimed[-4_096:].replace("\\", "/").rpartition("/")[2]
    plain = "".join(sign for sign in unicodedata.normalize("NFC", last) if unicodedata.category(sign)[0] not in "C")
    plain = " ".join(plain.translate(_REPLACED).split()).strip(". ")
    stem = plain
    for kept in _KEPT_SUFFIXES.get(suffix, (suffix,)):
        if plain.lower().endswith(kept):
            stem, suffix = plain[: -len(kept)], plain[-len(kept) :]
            break
    else:
        stem = _without_suffix(plain)
    stem = stem[: MOST_CHARACTERS - len(suffix)].strip(". ") or "archivo"
    if stem.lower().partition(".")[0] in _DEVICES:
        stem = f"_{stem}"
    return stem + suffix


def attachment(name: str) -> str:
    """The Content-Disposition that saves under `name` and shows nothing (RFC 6266)."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().replace("\\", "_")
    plain = "".join(sign if sign.isalnum() or sign in "._- ()" else "_" for sign in ascii_name) or "archivo"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _without_suffix(name: str) -> str:
    stem, dot, last = name.rpartition(".")
    return stem if dot and stem and 1 <= len(last) <= 5 and last.isalnum() else name
