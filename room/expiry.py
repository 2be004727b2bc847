"""Until when an invitation is good, in words, with the zone named."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from records.nouns import Brand
from room.wordings import Words, words_for


def expiry_words(words: Words, at: datetime, brand: Brand) -> str:
    """`domingo 22 de noviembre a las 14:05, hora de Madrid`: `at` in the brand's zone."""
    local = at.astimezone(ZoneInfo(brand.timezone))
    return words["expiry_moment"].format(
        weekday=words["weekdays"].split()[local.weekday()],
        day=local.day,
        month=words["month_names"].split()[local.month - 1],
        time=f"{local:%H:%M}",
        zone=_zone(words, brand.timezone),
    )


def expiry_in_words(at: datetime, brand: Brand, *, language: str) -> str:
    """The same for whoever has no page at hand, as it follows `hasta`: in the language of a person's invitation."""
    words = words_for(language, brand)
    return words["expiry_until"].format(moment=expiry_words(words, at, brand))


def _zone(words: Words, timezone: str) -> str:
    city = timezone.rpartition("/")[2]
    try:
        called = words[f"city_{city}"]
    except KeyError:
        called = city.replace("_", " ")
    return called if city in {"UTC", "GMT"} else words["zone_of"].format(city=called)
