"""The failures of a run: on demand, by a seed's schedule, and a list of those that calls met."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from threading import Lock

from sandbox.faults.schedule import (
    CALM,
    CLOCK_OFF,
    PLAIN_KINDS,
    RESTORE,
    REVOKED,
    SCHEDULED,
    SHARE,
    STORM,
    SUSPENDED,
    TIMEOUT,
    TOKEN_EXPIRED,
    FaultCall,
    FaultSchedule,
    is_known,
    is_spell,
    known_kinds,
    seconds_of,
    timeout_seconds,
)
from sandbox.problems import invalid

__all__ = ["PLAIN_KINDS", "SCHEDULED", "SHARE", "TIMEOUT", "FaultPlan", "timeout_seconds"]

WITHOUT_END = float("inf")
LIST_KEPT = 20_000
SEVERITY = (SUSPENDED, TOKEN_EXPIRED, REVOKED, STORM)
FindAccounts = Callable[[str], frozenset[int]]


@dataclass(kw_only=True)
class Fault:
    """A failure of calls of a method and path (`*` is anything): passes `after` of them, then hits `times`.

    `accounts` None means all. `seconds` is how long a spell lasts in sandbox time; None until it is restored.
    """

    method: str
    path: str
    kind: str
    times: int = 1
    after: int = 0
    accounts: frozenset[int] | None = None
    seconds: float | None = None

    def hits(self, call: FaultCall) -> bool:
        """Count a call; True where it fails."""
        if self.times <= 0 or not fnmatchcase(call.method, self.method) or not fnmatchcase(call.path, self.path):
            return False
        if self.accounts is not None and call.account not in self.accounts:
            return False
        if self.after > 0:
            self.after -= 1
            return False
        self.times -= 1
        return True


@dataclass(frozen=True, kw_only=True)
class Spell:
    """A failure that lasts until `until` (sandbox time). A storm is of one endpoint, the others of whole accounts."""

    kind: str
    accounts: frozenset[int] | None
    endpoint: str | None
    until: float

    def meets(self, call: FaultCall) -> bool:
        """True where it applies to the call."""
        if call.now is not None and call.now >= self.until:
            return False
        if self.accounts is not None and call.account not in self.accounts:
            return False
        if self.kind == REVOKED and not call.writes:
            return False
        return self.endpoint is None or self.endpoint == call.endpoint


@dataclass(frozen=True, kw_only=True)
class MetFault:
    """The failure of a call (None: none), the end of its spell, and by how many seconds the clocks are wrong."""

    kind: str | None = None
    until: float | None = None
    skew: float = 0.0


@dataclass(frozen=True, kw_only=True)
class CarriedOut:
    """A failure that was carried out. `at` and `until`, the end of its spell, are sandbox time in epoch seconds."""

    number: int
    at: float | None
    until: float | None
    account: int | None
    method: str
    path: str
    kind: str


class FaultPlan:
    """Decides which calls fail, and how. A seed schedules faults on `share` of the calls."""

    def __init__(self, seed: int | None, *, share: float = SHARE, hang: float = 2.0) -> None:
        self._schedule = FaultSchedule(seed, share=share, hang=hang) if seed is not None else None
        self._ordered: list[Fault] = []
        self._spells: list[Spell] = []
        self._carried_out: deque[CarriedOut] = deque(maxlen=LIST_KEPT)
        self._number = 0
        self._lock = Lock()

    def order(self, given: dict[str, object], find_accounts: FindAccounts | None = None) -> Fault:
        """Add a fault given in JSON, or end faults; XRefusalError 400 says which member is wrong."""
        fault = Fault(
            method=str(given.get("method", "*")),
            path=str(given.get("path", "*")),
            kind=str(given.get("kind", "")),
            times=_count(given, "times", 1),
            after=_count(given, "after", 0),
            accounts=_accounts(given, find_accounts),
            seconds=_seconds(given),
        )
        with self._lock:
            if fault.kind in {RESTORE, CALM}:
                self._end(fault)
            elif is_known(fault.kind):
                self._ordered.append(fault)
            else:
                raise invalid(f"kind must be one of {known_kinds()}; got {fault.kind!r}")
        return fault

    def next(self, method: str, path: str) -> str | None:
        """The kind of failure that a call meets, or None; no spell begins."""
        return self.meet(FaultCall(method=method, path=path)).kind

    def meet(self, call: FaultCall) -> MetFault:
        """Count a call; the failure that it meets."""
        with self._lock:
            kind = self._due(call)
            standing = [spell for spell in self._spells if spell.meets(call)]
            skew = sum(seconds_of(spell.kind) or 0.0 for spell in standing if spell.kind.startswith(CLOCK_OFF))
            worst = next((spell for kind in SEVERITY for spell in standing if spell.kind == kind), None)
        if worst is not None:
            return MetFault(kind=worst.kind, until=worst.until, skew=skew)
        return MetFault(kind=kind, skew=skew)

    def note(self, call: FaultCall, kind: str, *, until: float | None = None) -> None:
        """Record that a failure was carried out, and the end of its spell."""
        with self._lock:
            self._number += 1
            self._carried_out.append(
                CarriedOut(
                    number=self._number,
                    at=call.now,
                    until=until,
                    account=call.account,
                    method=call.method,
                    path=call.path,
                    kind=kind,
                )
            )

    def carried_out(self) -> list[CarriedOut]:
        """Failures that were carried out, oldest first; the last 20,000."""
        with self._lock:
            return list(self._carried_out)

    def standing(self, now: float) -> list[Spell]:
        """Spells that last at that time."""
        with self._lock:
            return [spell for spell in self._spells if spell.until > now]

    def _due(self, call: FaultCall) -> str | None:
        """The plain failure that is due; a spell that is due begins."""
        drawn = self._schedule.draw(call) if self._schedule is not None else None
        for fault in self._ordered:
            if fault.hits(call):
                if not is_spell(fault.kind):
                    return fault.kind
                self._begin(call, fault.kind, fault.accounts, fault.seconds)
                return None
        if drawn is None or drawn.spell_seconds is None:
            return drawn.kind if drawn else None
        if call.account is not None:
            self._begin(call, drawn.kind, frozenset({call.account}), drawn.spell_seconds)
        return None

    def _begin(self, call: FaultCall, kind: str, accounts: frozenset[int] | None, seconds: float | None) -> None:
        until = WITHOUT_END if seconds is None or call.now is None else call.now + seconds
        endpoint = call.endpoint if kind == STORM else None
        if call.now is not None:
            self._spells = [spell for spell in self._spells if spell.until > (call.now or 0.0)]
        self._spells.append(Spell(kind=kind, accounts=accounts, endpoint=endpoint, until=until))

    def _end(self, fault: Fault) -> None:
        self._spells = [spell for spell in self._spells if not _concerns(spell.accounts, fault.accounts)]
        if fault.kind == CALM:
            self._ordered.clear()
            self._schedule = None
        else:
            for waiting in self._ordered:
                if is_spell(waiting.kind) and _concerns(waiting.accounts, fault.accounts):
                    waiting.times = 0


def _concerns(some: frozenset[int] | None, others: frozenset[int] | None) -> bool:
    return some is None or others is None or not some.isdisjoint(others)


def _accounts(given: dict[str, object], find: FindAccounts | None) -> frozenset[int] | None:
    named = given.get("account")
    if named is None:
        return None
    found = find(str(named)) if find is not None else frozenset()
    if not found:
        raise invalid(f"account must be a name, handle, brand or id from /_accounts; got {named!r}")
    return found


def _seconds(given: dict[str, object]) -> float | None:
    value = given.get("seconds")
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < 1e10:
        raise invalid(f"seconds must be a number above 0; got {value!r}")
    return float(value)


def _count(given: dict[str, object], name: str, default: int) -> int:
    value = given.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise invalid(f"{name} must be a whole number from 0; got {value!r}")
    return value
