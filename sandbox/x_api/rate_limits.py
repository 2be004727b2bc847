"""Rate limits of X's API: calls an endpoint and caller in fifteen sandbox minutes and, for some, in a day.

Figures are X's (August 2026); where its pages disagree the smaller one stands.
"""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.problems import too_many
from sandbox.x_api.credentials import Caller

WINDOW_SECONDS = 900.0
DAY_SECONDS = 86_400.0
WITHOUT_END = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """Calls in fifteen minutes by a user's signature and by an app's token, and in a day (0: no such limit)."""

    user: int
    app: int
    day: int = 0


ALLOWANCES = {
    "mentions": Allowance(user=300, app=450),
    "search": Allowance(user=300, app=450),
    "own_posts": Allowance(user=900, app=1500),
    "quotes": Allowance(user=75, app=75),
    "lookup": Allowance(user=900, app=450),
    "me": Allowance(user=75, app=0),
    "user": Allowance(user=900, app=300),
    "create": Allowance(user=100, app=0, day=10_000),
    "delete": Allowance(user=50, app=0),
    "hide": Allowance(user=50, app=0),
    "message": Allowance(user=15, app=0, day=1_440),
    "messages": Allowance(user=15, app=0),
}


@dataclass(kw_only=True)
class RateWindow:
    """A span of calls. `reset` is sandbox time in epoch seconds."""

    limit: int
    reset: float
    used: int = 0

    @property
    def remaining(self) -> int:
        """Calls that may still be made."""
        return max(0, self.limit - self.used)


class RateCounter:
    """Counts calls; `lifted` keeps the headers but refuses nothing."""

    def __init__(self, *, lifted: bool) -> None:
        self._lifted = lifted
        self._windows: dict[tuple[str, int, bool, float], RateWindow] = {}

    def take(self, endpoint: str, caller: Caller, now: float) -> dict[str, str]:
        """Count one call and return the rate headers; XRefusalError 429 with them in `headers` where none is left."""
        allowance = ALLOWANCES[endpoint]
        limit = allowance.user if caller.user else allowance.app
        quarter = self._window(endpoint, caller, now, WINDOW_SECONDS, limit)
        windows = [quarter]
        if allowance.day:
            day = self._window(endpoint, caller, now, DAY_SECONDS, allowance.day)
            windows.append(day)
        full = any(window.remaining == 0 for window in windows)
        if not full:
            for window in windows:
                window.used += 1
        headers = _headers("x-rate-limit", quarter)
        if allowance.day:
            headers |= _headers("x-app-limit-24hour", windows[1])
        if full:
            raise LimitReachedError(headers)
        return headers

    def _window(self, endpoint: str, caller: Caller, now: float, seconds: float, limit: int) -> RateWindow:
        key = (endpoint, caller.account.id, caller.user, seconds)
        window = self._windows.get(key)
        if self._lifted:
            return RateWindow(limit=WITHOUT_END, reset=now + seconds)
        if window is None or window.reset <= now:
            window = self._windows[key] = RateWindow(limit=limit, reset=now + seconds)
        return window


class LimitReachedError(Exception):
    """A window is used up; `headers` give its end."""

    def __init__(self, headers: dict[str, str]) -> None:
        super().__init__("a rate limit is reached")
        self.headers = headers
        self.problem = too_many()


def _headers(prefix: str, window: RateWindow) -> dict[str, str]:
    return {
        f"{prefix}-limit": str(window.limit),
        f"{prefix}-remaining": str(window.remaining),
        f"{prefix}-reset": str(int(window.reset)),
    }
