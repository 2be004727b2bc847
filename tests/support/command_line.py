"""What a command of the command line ended with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class CommandResult:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str


RunAparte = Callable[..., CommandResult]
