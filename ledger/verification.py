"""Verifies the log: every entry, the tree, its stored frontier and every signed checkpoint."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session

from ledger.checkpoints import Checkpoint, note_faults, stored_checkpoints, tree_fault
from ledger.log import DamagedLogError, read_frontier
from ledger.merkle import Frontier, leaf_hash
from ledger.stored_entries import StoredEntry, entry_fault, stored_entries
from records.database import is_sqlite

_LEAVES_A_STEP = 512
_MOST_PROBLEMS = 1000


@dataclass(frozen=True, kw_only=True)
class LedgerProblem:
    """A fault that a sound log cannot have."""

    index: int
    """The entry concerned, or the first of those concerned; of a checkpoint, its size."""
    message: str


@dataclass(frozen=True, kw_only=True)
class Verification:
    """The result. The log is sound where there are no problems."""

    size: int
    root: str
    """Of the tree rebuilt from the stored bodies, in hexadecimal."""
    problems: tuple[LedgerProblem, ...]
    """At most the first thousand."""

    @property
    def sound(self) -> bool:
        """True where nothing was found."""
        return not self.problems


def verify(
    session: Session,
    *,
    signing_keys: Sequence[Ed25519PublicKey] = (),
    on_progress: Callable[[int], None] | None = None,
) -> Verification:
    """Rebuild the tree from the stored bodies; compare it with the stored hashes, frontier and checkpoints.

    `session` is a fresh one: on PostgreSQL the whole log is read as of one moment. A checkpoint that none of
    `signing_keys` signed is a problem. `on_progress` is called with the number of entries read so far.
    A log whose end was cut off together with its frontier and its checkpoints looks sound from inside: only a
    checkpoint kept elsewhere shows that.
    """
    if not is_sqlite(session):
        session.connection().execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
    checkpoints, unreadable = _checkpoints(session)
    walk = _Walk(sizes=frozenset(checkpoint.size for checkpoint in checkpoints))
    try:
        for entry in stored_entries(session):
            walk.take(entry)
            if on_progress is not None and walk.size % _LEAVES_A_STEP == 0:
                on_progress(walk.size)
    except DatabaseError as error:
        walk.cannot_go_on(_first_line(error))
    tree = walk.finished()
    walk.compare_edge(session, tree)
    walk.compare_checkpoints(checkpoints, signing_keys)
    if unreadable:
        walk.found(0, f"the checkpoints cannot be read ({unreadable})")
    return Verification(size=tree.size, root=tree.root().hex(), problems=tuple(walk.problems))


class _Walk:
    """The tree so far, and the problems so far."""

    def __init__(self, *, sizes: frozenset[int]) -> None:
        self.problems: list[LedgerProblem] = []
        self.expected = 0
        self.size = 0
        self._damaged_from: int | None = None
        self._tree = Frontier()
        self._leaves: list[bytes] = []
        self._sizes = sizes
        self._roots = {0: Frontier().root().hex()}

    def take(self, entry: StoredEntry) -> None:
        if entry.index != self.expected:
            self._damaged(min(entry.index, self.expected), _missing(self.expected, entry.index))
        self.expected = entry.index + 1
        fault = entry_fault(entry)
        if fault:
            self._damaged(entry.index, f"entry {entry.index}: {fault}")
        self._leaves.append(leaf_hash(entry.body))
        self.size += 1
        if self.size in self._sizes:
            self._roots[self.size] = self.finished().root().hex()
        elif len(self._leaves) == _LEAVES_A_STEP:
            self.finished()

    def finished(self) -> Frontier:
        self._tree = self._tree.extended(self._leaves)
        self._leaves.clear()
        return self._tree

    def cannot_go_on(self, why: str) -> None:
        self._damaged(self.expected, f"the entries from {self.expected} on cannot be read ({why})")

    def found(self, index: int, message: str) -> None:
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(LedgerProblem(index=index, message=message))

    def compare_edge(self, session: Session, tree: Frontier) -> None:
        try:
            edge = read_frontier(session)
        except (DatabaseError, DamagedLogError) as error:
            self.found(tree.size, f"the stored edge of the tree cannot be read ({_first_line(error)})")
            return
        if edge.size > tree.size:
            self._damaged(tree.size, f"{_missing(tree.size, edge.size)}, at the end of the log")
        elif edge.size < tree.size:
            self.found(edge.size, f"the stored edge of the tree counts {edge.size} entries, the log has {tree.size}")
        else:
            self._compare_nodes(edge, tree)

    def _compare_nodes(self, edge: Frontier, tree: Frontier) -> None:
        for (first, last), stored, rebuilt in zip(tree.spans(), edge.nodes, tree.nodes, strict=True):
            named = any(first <= problem.index <= last for problem in self.problems)
            if stored != rebuilt and not named:
                self.found(first, f"entries {first} to {last}, or the stored edge of the tree, were changed")

    def compare_checkpoints(self, checkpoints: Sequence[Checkpoint], keys: Sequence[Ed25519PublicKey]) -> None:
        because_of_entries = 0
        for checkpoint in checkpoints:
            faults = note_faults(checkpoint, keys=keys)
            disagrees = tree_fault(checkpoint, root=self._roots.get(checkpoint.size))
            if disagrees and self._damaged_from is not None and checkpoint.size > self._damaged_from:
                because_of_entries += 1
            elif disagrees:
                faults.insert(0, disagrees)
            for fault in faults:
                self.found(checkpoint.size, f"checkpoint {checkpoint.id} at size {checkpoint.size}: {fault}")
        if because_of_entries and self._damaged_from is not None:
            self.found(self._damaged_from, _disagreeing(because_of_entries, len(checkpoints)))

    def _damaged(self, index: int, message: str) -> None:
        self._damaged_from = index if self._damaged_from is None else min(index, self._damaged_from)
        self.found(index, message)


def _checkpoints(session: Session) -> tuple[list[Checkpoint], str]:
    try:
        return stored_checkpoints(session), ""
    except (DatabaseError, ValueError, TypeError) as error:
        return [], _first_line(error)


def _disagreeing(count: int, of: int) -> str:
    return f"{count} of {of} checkpoints cannot agree with the log because of these entries"


def _missing(expected: int, found: int) -> str:
    if found < expected:
        return f"entry {found} stands where entry {expected} was expected"
    if found == expected + 1:
        return f"entry {expected} is missing"
    return f"entries {expected} to {found - 1} are missing"


def _first_line(error: Exception) -> str:
    cause = getattr(error, "orig", None) or error
    return (str(cause).strip().splitlines() or [type(cause).__name__])[0]
