"""Settings of one run of the sandbox, and its error for bad input."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


class SandboxError(Exception):
    """The sandbox cannot start; the message is one sentence that says what to do."""


@dataclass(frozen=True, kw_only=True)
class SandboxOptions:
    """One run of the practice network."""

    port: int = 0
    """0 takes a free port."""
    host: str = "127.0.0.1"
    posts: Path | None = None
    """A `.jsonl` or `.csv` of posts; None for the shipped cast."""
    truth_file: Path | None = None
    seed: int = 1
    """Decides which invented people write and enter rooms, and how long they take."""
    faults: int | None = None
    """Seed of a reproducible schedule of failures; None for none."""
    fault_share: float = 0.03
    """The share of calls that fail where `faults` is given; 0.03 is light, 0.25 heavy."""
    fault_hang: float = 2.0
    """Real seconds for which the schedule leaves a call hanging; longer than the client's timeout."""
    limits: bool = True
    stepped: bool = False
    """True: sandbox time stands still until `POST /_clock`."""
    waits: bool = False
    """True: time that runs begins with `POST /_clock {"start": true}`, and stands still until then."""
    play_minutes: float = 6.0
    """Real minutes in which all posts appear; unused where time is stepped."""
    ends_at: datetime | None = None
    """Sandbox time of the last post, aware; None is the real now."""
    limit_rows: int | None = None
    networks: tuple[str, ...] = ("x", "facebook", "instagram")
    """The networks of the shipped cast."""
