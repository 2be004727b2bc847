"""Tells the person who dropped a file which of its lines were left out, in a text beside it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

ENDING = ".left-out.txt"
MOST_LINES = 1_000

_LOG = logging.getLogger("aparte.files")


def report_left_out(file: Path, left_out: Sequence[tuple[int, str]], *, unreadable: str = "") -> None:
    """Write `NAME.left-out.txt` beside `file`: line numbers and reasons, without the lines themselves.

    It is taken away where nothing is left out any more. Where it changes, one warning is logged; where it cannot be
    written, the warning says so.
    """
    report = file.with_name(f"{file.name}{ENDING}")
    text = _text(file.name, left_out, unreadable)
    try:
        if not text:
            report.unlink(missing_ok=True)
        elif not report.exists() or report.read_text(encoding="utf-8") != text:
            report.write_text(text, encoding="utf-8")
            _LOG.warning("%s Look at %s.", text.split("\n", 1)[0], report.name)
    except (OSError, UnicodeError):
        _LOG.warning("%s Its list cannot be written beside it: let Aparte write to the folder.", text.split("\n", 1)[0])


def _text(name: str, left_out: Sequence[tuple[int, str]], unreadable: str) -> str:
    if unreadable:
        return f"Nothing of {_shown(name)} was heard. {unreadable}\n"
    if not left_out:
        return ""
    count = f"{len(left_out)} lines" if len(left_out) > 1 else "1 line"
    lines = [f"line {number}: {why}" for number, why in left_out[:MOST_LINES]]
    more = [f"and {len(left_out) - MOST_LINES} more"] if len(left_out) > MOST_LINES else []
    return "\n".join([f"{count} of {_shown(name)} left out.", *lines, *more]) + "\n"


def _shown(name: str) -> str:
    return name.encode("utf-8", "replace").decode()
