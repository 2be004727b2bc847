"""Failures on demand, and a light schedule of them that a seed reproduces."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from random import Random

from sandbox.problems import invalid

PLAIN_KINDS = frozenset(
    {
        "status:429",
        "status:500",
        "status:503",
        "accepted_then_500",
        "accepted_then_cut",
        "html",
        "truncated",
        "401",
        "403",
    }
)
TIMEOUT = "accepted_then_timeout:"
SHARE = 0.03
SCHEDULED = (
    "status:429",
    "status:500",
    "status:503",
    "accepted_then_500",
    "accepted_then_cut",
    "accepted_then_timeout:2",
    "html",
    "truncated",
)


@dataclass(kw_only=True)
class Fault:
    """A failure of calls of a method and path (`*` is anything): passes `after` of them, then hits `times`."""

    method: str
    path: str
    kind: str
    times: int = 1
    after: int = 0

    def hits(self, method: str, path: str) -> bool:
        """Count a call and tell whether it fails."""
        if self.times <= 0 or not fnmatchcase(method, self.method) or not fnmatchcase(path, self.path):
            return False
        if self.after > 0:
            self.after -= 1
            return False
        self.times -= 1
        return True


class FaultPlan:
    """What goes wrong next. A seed schedules faults on about three of a hundred calls."""

    def __init__(self, seed: int | None) -> None:
        self._random = Random(seed) if seed is not None else None  # noqa: S311 - reproducible, not secret
        self._ordered: list[Fault] = []

    def order(self, told: dict[str, object]) -> Fault:
        """Add a fault as told in JSON; RefusalError 400 says which member is wrong."""
        fault = Fault(
            method=str(told.get("method", "*")),
            path=str(told.get("path", "*")),
            kind=str(told.get("kind", "")),
            times=_count(told, "times", 1),
            after=_count(told, "after", 0),
        )
        if fault.kind not in PLAIN_KINDS and timeout_seconds(fault.kind) is None:
            raise invalid(
                f"kind must be one of {', '.join(sorted(PLAIN_KINDS))} or {TIMEOUT}SECONDS; got {fault.kind!r}"
            )
        self._ordered.append(fault)
        return fault

    def next(self, method: str, path: str) -> str | None:
        """The kind of failure that this call meets, or None."""
        for fault in self._ordered:
            if fault.hits(method, path):
                return fault.kind
        if self._random is None:
            return None
        lot, kind = self._random.random(), self._random.choice(SCHEDULED)
        return kind if lot < SHARE else None


def timeout_seconds(kind: str) -> float | None:
    """The seconds of an `accepted_then_timeout:SECONDS`; None for other kinds."""
    if not kind.startswith(TIMEOUT):
        return None
    try:
        return max(0.0, float(kind.removeprefix(TIMEOUT)))
    except ValueError:
        return None


def _count(told: dict[str, object], name: str, default: int) -> int:
    value = told.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise invalid(f"{name} must be a whole number from 0; got {value!r}")
    return value
