"""The digits of a date in every order in which people write it."""

from __future__ import annotations

import re

from policies.number_words import numbers_in

_YEAR_FIRST = re.compile(r"(?P<year>(?:19|20)[0-9]{2})[-/. ](?P<month>[0-9]{1,2})[-/. ](?P<day>[0-9]{1,2})(?![0-9])")
_DAY_FIRST = re.compile(
    r"(?P<day>[0-9]{1,2})[-/. ]{1,3}(?P<month>[0-9]{1,2})[-/. ]{1,3}(?P<year>(?:19|20)?[0-9]{2})(?![0-9])"
)
_TIME = re.compile(r"t?[\s,]*(?:[0-9:.+z]|utc)*")


def digits_of_date(text: str) -> tuple[str, ...]:
    """What the digits of a flattened `text` that is a date may become; empty where it is none.

    Day, month and year in their usual orders, padded or not, with the century or without; and day and month alone.
    A time behind the date is left aside.
    """
    met = _YEAR_FIRST.match(text) or _DAY_FIRST.match(text)
    if met is not None and _TIME.fullmatch(text, met.end()):
        return _orders(met["year"], int(met["month"]), int(met["day"]))
    numbers = numbers_in(text)
    months = [number for number in numbers if number.month]
    if len(months) != 1 or len(numbers) not in {2, 3}:
        return ()
    others = [number.digits for number in numbers if not number.month]
    years = [digits for digits in others if len(digits) == 4]
    days = [digits for digits in others if len(digits) <= 2]
    if len(days) != 1 or len(years) != len(others) - 1:
        return ()
    return _orders(years[0] if years else "", int(months[0].digits), int(days[0]))


def _orders(year: str, month: int, day: int) -> tuple[str, ...]:
    if not (1 <= month <= 31 and 1 <= day <= 31):
        return ()
    days = {str(day), f"{day:02}"}
    months = {str(month), f"{month:02}"}
    found: set[str] = {f"{day:02}{month:02}", f"{month:02}{day:02}", f"{day}{month:02}"}
    for one_year in {year, year[-2:]} - {""}:
        for one_day in days:
            for one_month in months:
                found.update(
                    (one_day + one_month + one_year, one_month + one_day + one_year, one_year + one_month + one_day)
                )
    return tuple(sorted(form for form in found if len(form) > 2))
