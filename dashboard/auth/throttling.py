"""Limits on failed sign-ins, by e-mail and by network address."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime, timedelta
from threading import Lock

WINDOW = timedelta(minutes=15)
MAX_PER_EMAIL = 5
MAX_PER_ADDRESS = 20
_MAX_REMEMBERED = 10_000


class SignInThrottle:
    """Failed sign-ins of this process, by e-mail and by address. Thread-safe; memory is bounded."""

    def __init__(self) -> None:
        self._failed: OrderedDict[str, list[datetime]] = OrderedDict()
        self._lock = Lock()

    def allowed(self, *, email: str, address: str, now: datetime) -> bool:
        """True unless too many failed lately for this e-mail, or from this address."""
        with self._lock:
            return all(self._lately(key, now) < most for key, most in _keys(email, address))

    def failed(self, *, email: str, address: str, now: datetime) -> None:
        """Remember one more failure."""
        with self._lock:
            for key, _ in _keys(email, address):
                self._failed.setdefault(key, []).append(now)
                self._failed.move_to_end(key)
            while len(self._failed) > _MAX_REMEMBERED:
                self._failed.popitem(last=False)

    def succeeded(self, *, email: str) -> None:
        """Forget the failures for this e-mail."""
        with self._lock:
            self._failed.pop(_email_key(email), None)

    def _lately(self, key: str, now: datetime) -> int:
        recent = [moment for moment in self._failed.get(key, ()) if now - WINDOW < moment]
        if recent:
            self._failed[key] = recent
        else:
            self._failed.pop(key, None)
        return len(recent)


def _keys(email: str, address: str) -> Iterable[tuple[str, int]]:
    return ((_email_key(email), MAX_PER_EMAIL), (f"address:{address}", MAX_PER_ADDRESS))


def _email_key(email: str) -> str:
    return f"email:{email.strip().casefold()[:200]}"
