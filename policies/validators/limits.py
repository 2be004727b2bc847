"""How often and how long a rule may decide."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from policies.problems import Problem
from policies.source import Document

_WHOLE_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def find(document: Document) -> Iterator[Problem]:
    """Daily limits that are no positive whole numbers, and last days that are no dates."""
    for rule in document.rules:
        for entry in rule.limits.entries if rule.limits is not None else ():
            written = (entry.text or "").strip()
            if entry.key == "per_day" and not _WHOLE_NUMBER.fullmatch(written):
                message = f"The daily limit {written[:80]!r} is not a whole number from 1 upwards."
                hint = "Write, for example, `per_day: 200`; to stop a rule, give it `state: draft`."
                yield Problem(line=entry.line, rule=rule.name, message=message, hint=hint)
            if entry.key == "expires" and not _is_day(written):
                message = f"The last day {written[:80]!r} is not a date."
                yield Problem(
                    line=entry.line, rule=rule.name, message=message, hint="Write year-month-day: 2027-03-31."
                )


def _is_day(written: str) -> bool:
    if not _DAY.fullmatch(written):
        return False
    try:
        date.fromisoformat(written)
    except ValueError:
        return False
    return True
