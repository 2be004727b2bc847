"""Rate limits of the Graph API, a Page and hour, private messages apart; answers carry the usage."""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import ceil

from sandbox.graph.refusals import rate_limited

HOUR = 3600.0
CALLS_AN_HOUR = 4_800
PRIVATE_REPLIES_AN_HOUR = 750
LIMIT_CODES = {"pages": 80001, "instagram": 80002, "messenger": 80006}


@dataclass(kw_only=True)
class HourlyUsage:
    """A window of calls. `ends` is sandbox time in epoch seconds."""

    ends: float
    used: int = 0


class UsageCounter:
    """Counts calls; `lifted` keeps the headers but refuses nothing."""

    def __init__(self, *, lifted: bool) -> None:
        self._lifted = lifted
        self._hours: dict[tuple[int, str], HourlyUsage] = {}

    def take(self, page_id: int, kind: str, now: float) -> None:
        """Count one call of `pages`, `instagram` or `messenger` (a private message).

        Raises GraphRefusalError 80001, 80002 or 80006 where none is left.
        """
        hour = self._hour(page_id, kind, now)
        if hour.used >= _most(kind) and not self._lifted:
            raise rate_limited(LIMIT_CODES[kind])
        hour.used += 1

    def headers(self, page_id: int, kind: str, now: float) -> dict[str, str]:
        """The usage headers after a call, in whole percent; minutes until calls are taken again where none is left."""
        hour = self._hour(page_id, kind, now)
        share = 0 if self._lifted else min(100, hour.used * 100 // _most(kind))
        minutes = ceil((hour.ends - now) / 60) if share >= 100 else 0
        counts = {"call_count": share, "total_cputime": share // 4, "total_time": share // 4}
        case = counts | {"type": kind, "estimated_time_to_regain_access": minutes}
        return {
            "x-app-usage": json.dumps(counts),
            "x-business-use-case-usage": json.dumps({str(page_id): [case]}),
        }

    def _hour(self, page_id: int, kind: str, now: float) -> HourlyUsage:
        hour = self._hours.get((page_id, kind))
        if hour is None or hour.ends <= now:
            hour = self._hours[page_id, kind] = HourlyUsage(ends=now + HOUR)
        return hour


def _most(kind: str) -> int:
    return PRIVATE_REPLIES_AN_HOUR if kind == "messenger" else CALLS_AN_HOUR
