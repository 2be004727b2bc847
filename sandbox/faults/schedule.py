"""The kinds of failures, and a seed's schedule of them.

What is drawn for a call depends on the call and its number alone, never on what ran beside it.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from hashlib import blake2b

REFUSALS = frozenset(
    {"status:429", "status:500", "status:502", "status:503", "status:504", "html", "401", "403", "cut"}
)
"""The call is not accepted."""
AFTER_ACCEPTANCE = frozenset(
    {
        "accepted_then_500",
        "accepted_then_503",
        "accepted_then_html",
        "accepted_then_cut",
        "cut_mid_body",
        "truncated",
        "echo_first",
    }
)
"""The call is accepted, and its answer spoiled; `echo_first` answers only after webhooks were delivered."""
PAGES = frozenset({"short_page", "empty_page", "duplicated_page", "overlapping_pages", "reordered_page", "partial"})
"""A page of a list is served in another order or size, and everything can still be reached. Others pass unchanged."""
PLAIN_KINDS = REFUSALS | AFTER_ACCEPTANCE | PAGES
TIMEOUT = "accepted_then_timeout:"
TIMED = (TIMEOUT, "timeout:", "accepted_late:")
"""With real seconds after the colon: accepted and answered after them; never accepted nor answered; accepted only
after them."""
CODE = "code:"
"""With one of Meta's error codes, as `code:190/463`; the call is not accepted."""
STORM, TOKEN_EXPIRED, REVOKED, SUSPENDED = "storm", "token_expired", "permission_revoked", "suspended"
CLOCK_OFF = "clock_off"
SPELLS = frozenset({STORM, TOKEN_EXPIRED, REVOKED, SUSPENDED, CLOCK_OFF})
"""These last for a span of sandbox time, or until `restore`: 429 at an endpoint, a token that is not accepted, no
writing, an account that may do nothing, and clocks an hour off (`clock_off:SECONDS` for another time)."""
RESTORE, CALM = "restore", "calm"
"""`restore` ends every spell; `calm` ends it, forgets what was ordered, and stops the schedule."""
HOUR = 3600.0
BEFORE = ("status:429", "status:500", "status:503", "html", "cut")
AFTER = ("accepted_then_500", "accepted_then_cut", f"{TIMEOUT}2", "truncated", "cut_mid_body")
SCHEDULED = (*BEFORE, *AFTER, *sorted(PAGES))
"""Failures that a seed schedules for reads."""
SCHEDULED_WRITES = (*BEFORE, *AFTER, *AFTER, "accepted_then_503", "accepted_then_html", "echo_first", "timeout:2")
"""Failures for everything else: mostly those after which a client cannot know whether the call was accepted."""
SCHEDULED_SPELLS = (STORM, STORM, STORM, TOKEN_EXPIRED, CLOCK_OFF, f"{CLOCK_OFF}:-3600", REVOKED, SUSPENDED)
SHARE = 0.03
SPELL_SHARE = 0.05
"""Number of spells for every plain fault of the schedule."""
SHORTEST_SPELL, LONGEST_SPELL = 30, 300
IDENTIFIER = re.compile(r"(?<=/)(?:\d{3,}|\d+(?:[_-]\d+)+|m_\d+)(?=/|$)")
VERSION = re.compile(r"^/v\d+\.\d+(?=/)")


class FaultSchedule:
    """The failures of one seed. `share` of all calls fail; `hang` is the real seconds for which a call hangs."""

    def __init__(self, seed: int, *, share: float = SHARE, hang: float = 2.0) -> None:
        self._seed = seed
        self._share = share
        self._hang = hang
        self._counts: Counter[tuple[int | None, str, str]] = Counter()

    def draw(self, call: FaultCall) -> DrawnFault | None:
        """Count a call and draw its failure; None for none."""
        key = (call.account, call.method, call.endpoint)
        self._counts[key] += 1
        lot = SeededDraw(f"{self._seed}:{key}:{self._counts[key]}")
        if call.now is not None and lot.share("spell") < self._share * SPELL_SHARE:
            length = SHORTEST_SPELL + lot.number("length") % (LONGEST_SPELL - SHORTEST_SPELL + 1)
            return DrawnFault(kind=lot.choice("which spell", SCHEDULED_SPELLS), spell_seconds=length)
        if lot.share("fault") < self._share:
            return DrawnFault(kind=self._timed(lot.choice("which", SCHEDULED_WRITES if call.writes else SCHEDULED)))
        return None

    def _timed(self, kind: str) -> str:
        head = next((head for head in TIMED if kind.startswith(head)), None)
        return kind if head is None else f"{head}{self._hang:g}"


@dataclass(frozen=True, kw_only=True)
class FaultCall:
    """The properties of a call on which failures depend. `now` is sandbox time; None where no spell may begin."""

    method: str
    path: str
    account: int | None = None
    now: float | None = None

    @property
    def endpoint(self) -> str:
        """The path without its ids and version."""
        return IDENTIFIER.sub(":id", VERSION.sub("", self.path))

    @property
    def writes(self) -> bool:
        """True where it may change something."""
        return self.method not in {"GET", "HEAD"}


@dataclass(frozen=True, kw_only=True)
class DrawnFault:
    """A failure of the schedule. `spell_seconds` is the length of a spell; None for plain kinds."""

    kind: str
    spell_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class SeededDraw:
    """Numbers that depend on a subject alone and are the same on every run."""

    subject: str

    def number(self, about: str) -> int:
        """A whole number from 0 to 2^64 - 1."""
        return int.from_bytes(blake2b(f"{self.subject}:{about}".encode(), digest_size=8).digest())

    def share(self, about: str) -> float:
        """A number from 0 to 1."""
        return self.number(about) / 2**64

    def choice(self, about: str, among: tuple[str, ...]) -> str:
        """One of several."""
        return among[self.number(about) % len(among)]


def seconds_of(kind: str) -> float | None:
    """The seconds of a timed kind or of `clock_off`; None for other kinds and for malformed numbers."""
    if kind == CLOCK_OFF:
        return HOUR
    head = next((head for head in (*TIMED, f"{CLOCK_OFF}:") if kind.startswith(head)), None)
    if head is None:
        return None
    try:
        seconds = float(kind.removeprefix(head))
    except ValueError:
        return None
    return seconds if head.startswith(CLOCK_OFF) else max(0.0, seconds)


def timeout_seconds(kind: str) -> float | None:
    """The seconds of an `accepted_then_timeout:SECONDS`; None for other kinds."""
    return seconds_of(kind) if kind.startswith(TIMEOUT) else None


def error_code(kind: str) -> tuple[int, int | None] | None:
    """Code and subcode of a `code:CODE/SUBCODE`; None for other kinds."""
    code, _, subcode = kind.removeprefix(CODE).partition("/")
    if not kind.startswith(CODE) or not code.isdigit() or not (subcode == "" or subcode.isdigit()):
        return None
    return int(code), int(subcode) if subcode else None


def is_spell(kind: str) -> bool:
    """True for kinds that last for a span of time."""
    return kind in SPELLS or (kind.startswith(f"{CLOCK_OFF}:") and seconds_of(kind) is not None)


def is_known(kind: str) -> bool:
    """True for every kind that may be ordered, `restore` and `calm` left out."""
    return kind in PLAIN_KINDS or is_spell(kind) or seconds_of(kind) is not None or error_code(kind) is not None


def known_kinds() -> str:
    """All kinds in one phrase, for an error message."""
    timed = [f"{head}SECONDS" for head in TIMED]
    return ", ".join([*sorted(PLAIN_KINDS | SPELLS), *timed, f"{CODE}CODE[/SUBCODE]", RESTORE, CALM])
