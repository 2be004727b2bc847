"""Digits counted out in strokes: `|||| || |`."""

from __future__ import annotations

import re

_STROKES = r"[|¦Iil•·●▪■◦○oxX/\\*+_=~\-]"
_TALLY = re.compile(rf"(?P<stroke>{_STROKES})(?P=stroke){{0,8}}")
_RUN = re.compile(rf"(?P<stroke>{_STROKES})(?P=stroke){{1,8}}")
_SIGN = re.compile(r"[^\W_]|[.,:€$#]")
_SHORTEST_ROW = 4


def counts_in_strokes(text: str) -> bool:
    """Whether a plain text holds four single signs or tallies in a row, not all alike, and a tally among them."""
    row: list[str] = []
    for word in text.split():
        if not (_TALLY.fullmatch(word) or _SIGN.fullmatch(word)):
            row = []
            continue
        row.append(word)
        if len(row) >= _SHORTEST_ROW and len(set(row)) > 1 and any(map(_RUN.fullmatch, row)):
            return True
    return False
