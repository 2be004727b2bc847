"""The texts of pages and notifications, in the language and form of address of the person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

from records.models import Brand

LANGUAGES = ("es", "en")
_FOLDER = Path(__file__).parent / "wordings"


class Words:
    """The texts of one language by name."""

    def __init__(self, language: str, address: str) -> None:
        self.language = language
        self._address = address
        self._texts = _texts(language)

    def __getitem__(self, name: str) -> str:
        found = self._texts[name]
        return found[self._address] if isinstance(found, dict) else str(found)

    def moment(self, at: datetime) -> str:
        """`22 nov, 14:05`."""
        return f"{at.day}\N{NO-BREAK SPACE}{self._texts['months'][at.month - 1]}, {at:%H:%M}"  # type: ignore[index]


def words_for(language: str, brand: Brand | None) -> Words:
    """The texts in `language`, or in Spanish where it is not spoken here."""
    spoken = language if language in LANGUAGES else LANGUAGES[0]
    return Words(spoken, brand.address if brand is not None else "tu")


def preferred_language(accept_language: str) -> str:
    """The first language of a browser's list that is spoken here; Spanish where none is."""
    for part in accept_language[:400].split(","):
        tag = part.partition(";")[0].strip().lower().partition("-")[0]
        if tag in LANGUAGES:
            return tag
    return LANGUAGES[0]


@cache
def _texts(language: str) -> Mapping[str, str | dict[str, str] | list[str]]:
    texts: dict[str, str | dict[str, str] | list[str]] = {}
    for file in sorted((_FOLDER / language).glob("*.yaml")):
        texts |= yaml.safe_load(file.read_text(encoding="utf-8"))
    return texts


def brand_name(brand: Brand) -> str:
    """`banco-miralba` as people write it: Banco Miralba."""
    return " ".join(word[:1].upper() + word[1:] for word in brand.name.replace("-", " ").split())


def local_time(at: datetime, brand: Brand) -> datetime:
    """`at` in the brand's zone."""
    return at.astimezone(ZoneInfo(brand.timezone))


def expiry_moment(words: Words, at: datetime, brand: Brand) -> str:
    """`domingo 22 de noviembre a las 14:05, hora de Madrid`: `at` in the brand's zone."""
    local = at.astimezone(ZoneInfo(brand.timezone))
    return words["expiry_moment"].format(
        weekday=words["weekdays"].split()[local.weekday()],
        day=local.day,
        month=words["month_names"].split()[local.month - 1],
        time=f"{local:%H:%M}",
        zone=_zone(words, brand.timezone),
    )


def expiry_text(at: datetime, brand: Brand, *, language: str) -> str:
    """`expiry_moment` for a text outside the pages, as it follows `hasta`, in the language of the invitation."""
    words = words_for(language, brand)
    return words["expiry_until"].format(moment=expiry_moment(words, at, brand))


def _zone(words: Words, timezone: str) -> str:
    city = timezone.rpartition("/")[2]
    try:
        called = words[f"city_{city}"]
    except KeyError:
        called = city.replace("_", " ")
    return called if city in {"UTC", "GMT"} else words["zone_of"].format(city=called)
