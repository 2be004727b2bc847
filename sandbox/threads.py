"""Puts rows into threads: whom each answers, and a date not earlier than what it answers.

Files are not always in time order, point at rows that they do not hold, or answer themselves in a circle.
"""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.rows import Row

UNDATED_SPACING = 30.0
AFTER_PARENT = 1.0


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A row with its place: index of the row it answers (None for a root), and its date in the file's own time."""

    row: Row
    parent: int | None
    at: float
    depth: int
    """How many rows above it share its date; parents come first among equals."""


def placed_rows(rows: tuple[Row, ...]) -> list[Placed]:
    """Place every row, in file order. A row dated before its parent moves to just after it."""
    index = {row.id: number for number, row in enumerate(rows)}
    parents = _without_circles([index.get(row.in_reply_to) if row.in_reply_to else None for row in rows])
    dates = _dates(rows)
    placed: list[Placed | None] = [None] * len(rows)
    for number in range(len(rows)):
        chain = _unplaced_chain(number, parents, placed)
        for member in reversed(chain):
            above = parents[member]
            parent = placed[above] if above is not None else None
            at = dates[member]
            if parent is not None and at < parent.at:
                at = parent.at + AFTER_PARENT
            depth = parent.depth + 1 if parent is not None and parent.at == at else 0
            placed[member] = Placed(row=rows[member], parent=above, at=at, depth=depth)
    return [place for place in placed if place is not None]


def _dates(rows: tuple[Row, ...]) -> list[float]:
    latest = next((row.at for row in rows if row.at is not None), 0.0) - UNDATED_SPACING
    dates = []
    for row in rows:
        latest = row.at if row.at is not None else latest + UNDATED_SPACING
        dates.append(latest)
    return dates


def _unplaced_chain(number: int, parents: list[int | None], placed: list[Placed | None]) -> list[int]:
    chain: list[int] = []
    current: int | None = number
    while current is not None and placed[current] is None:
        chain.append(current)
        current = parents[current]
    return chain


def _without_circles(parents: list[int | None]) -> list[int | None]:
    settled = [False] * len(parents)
    free = list(parents)
    for number in range(len(parents)):
        walked: set[int] = set()
        current: int | None = number
        while current is not None and not settled[current]:
            walked.add(current)
            above = free[current]
            if above is not None and above in walked:
                free[current] = above = None
            current = above
        for member in walked:
            settled[member] = True
    return free
