"""A folder of export files, read in pages that any process can continue."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from networks.errors import Invalid, Unreachable
from networks.files.lines import ENDINGS, FileUnreadableError
from networks.files.posts import FileRow

ROWS_A_PAGE = 200
CHARACTERS_A_PAGE = 20_000_000
CLOCKS_APART = timedelta(minutes=10)
"""How far the clock of the disk may be from ours."""
SETTLED_AFTER = timedelta(minutes=1)
"""A file that nobody has written to for so long ends where it ends, a last line without its end included."""

RowsOf = Callable[[Path], Iterator[FileRow]]
OnFileRead = Callable[[Path, "FileRead"], None]


@dataclass(frozen=True, kw_only=True)
class FileRead:
    """What was left out of a file that was read to its end."""

    left_out: tuple[tuple[int, str], ...] = ()
    unreadable: str = ""


@dataclass(frozen=True, kw_only=True)
class RowsPage:
    """Some rows of one file, in its order, and the token that goes on; None at the end of the folder."""

    rows: tuple[FileRow, ...] = ()
    next_page: str | None = None


@dataclass(frozen=True, kw_only=True)
class _FilePosition:
    file: str
    line: int


@dataclass(kw_only=True)
class _Reading:
    """A file that is being read, and what of it was left out so far."""

    path: Path
    rows: Iterator[FileRow]
    next_at: _FilePosition
    left_out: list[tuple[int, str]] = field(default_factory=list)


class ExportFolder:
    """The exports of one folder: the files in it that end in .jsonl or .csv, by name.

    A later page goes straight on from the one before; in another process it reads the file again up to its position,
    since an answer refers to the rows above it.
    """

    def __init__(self, path: Path, *, rows_of: RowsOf, on_file_read: OnFileRead | None = None) -> None:
        self._path = path
        self._rows_of = rows_of
        self._on_file_read = on_file_read
        self._reading: _Reading | None = None

    def page(self, page: str | None, *, since: datetime | None, until: datetime) -> RowsPage:
        """Rows of files that changed after `since` (None: of all). Raises Unreachable, Invalid."""
        position = self._first(since) if page is None else _position_of(page)
        while position is not None:
            rows, following = self._file_page(position, until)
            after = following or self._after(position.file, since)
            if rows or after is None:
                return RowsPage(rows=tuple(rows), next_page=None if after is None else _token_of(after))
            position = after
        return RowsPage()

    def rows(self) -> Iterator[FileRow]:
        """Every row of every file that can be read."""
        for path in self.files():
            try:
                yield from self._rows_of(path)
            except FileUnreadableError:
                # The page that reads this file says why.
                continue

    def files(self) -> list[Path]:
        """The exports, by name. Raises Unreachable where the folder cannot be listed."""
        try:
            found = [each for each in self._path.iterdir() if _is_export(each)]
        except OSError as error:
            raise Unreachable(
                f"The folder {self._path} cannot be read ({error.strerror}): create it, or correct its setting."
            ) from None
        return sorted(found, key=lambda each: each.name)

    def _first(self, since: datetime | None) -> _FilePosition | None:
        return self._after("", since)

    def _after(self, name: str, since: datetime | None) -> _FilePosition | None:
        oldest = None if since is None else since - CLOCKS_APART
        for path in self.files():
            if path.name > name and (oldest is None or _changed_at(path) >= oldest):
                return _FilePosition(file=path.name, line=0)
        return None

    def _file_page(self, position: _FilePosition, until: datetime) -> tuple[list[FileRow], _FilePosition | None]:
        reading = self._open(position)
        found: list[FileRow] = []
        try:
            following = self._fill(reading, found, until)
        except FileUnreadableError as error:
            self._check_passing(error)
            self._end(reading, unreadable=str(error))
            return found, None
        if following is None:
            self._end(reading)
        else:
            reading.next_at = following
            self._reading = reading
        return found, following

    def _fill(self, reading: _Reading, found: list[FileRow], until: datetime) -> _FilePosition | None:
        size = 0
        for row in reading.rows:
            if not row.whole and until - _changed_at(reading.path) < SETTLED_AFTER:
                return None
            if row.skipped:
                reading.left_out.append((row.line, row.skipped))
            if row.line <= reading.next_at.line:
                continue
            found.append(row)
            size += _length(row)
            if len(found) >= ROWS_A_PAGE or size >= CHARACTERS_A_PAGE:
                return _FilePosition(file=reading.path.name, line=row.line)
        return None

    def _open(self, position: _FilePosition) -> _Reading:
        reading, self._reading = self._reading, None
        if reading is not None and reading.next_at == position:
            return reading
        path = self._path / position.file
        return _Reading(path=path, rows=self._rows_of(path), next_at=position)

    def _end(self, reading: _Reading, *, unreadable: str = "") -> None:
        if self._on_file_read is not None:
            self._on_file_read(reading.path, FileRead(left_out=tuple(reading.left_out), unreadable=unreadable))

    def _check_passing(self, error: FileUnreadableError) -> None:
        cause = error.__cause__
        if isinstance(cause, OSError) and not isinstance(cause, PermissionError | FileNotFoundError):
            raise Unreachable(f"{error} It will be read again.") from None


def _is_export(path: Path) -> bool:
    return path.suffix.lower() in ENDINGS and not path.name.startswith(".") and path.is_file()


def _changed_at(path: Path) -> datetime:
    """When the file was written to, or came into the folder, whichever is later."""
    try:
        found = path.stat()
    except OSError:
        return datetime.min.replace(tzinfo=UTC)
    return datetime.fromtimestamp(max(found.st_mtime, found.st_ctime), tz=UTC)


def _length(row: FileRow) -> int:
    fetched = row.post or row.own
    return len(fetched.text) if fetched else 0


def _token_of(position: _FilePosition) -> str:
    return json.dumps({"file": position.file, "line": position.line})


def _position_of(page: str) -> _FilePosition:
    try:
        loaded = json.loads(page)
        position = _FilePosition(file=loaded["file"], line=loaded["line"])
    except (ValueError, TypeError, KeyError, RecursionError):
        raise _foreign(page) from None
    if not isinstance(position.file, str) or type(position.line) is not int:
        raise _foreign(page)
    if Path(position.file).name != position.file or "\x00" in position.file:
        raise _foreign(page)
    return position


def _foreign(page: str) -> Invalid:
    return Invalid(f"The page {page[:40]!r} is none that the folder was read to: begin the feed anew.")
