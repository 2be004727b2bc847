"""Reads posts from an export file, for `replay` and for the `files` network.

JSON lines or CSV with `id` and `text`, and where present `author`, `lang`, `created_at` (ISO 8601 or X's old form),
`in_reply_to`, `brand` and `inbound` (false for the brand's own posts).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from networks.files.lines import FileLine, FileUnreadableError, read_lines
from networks.protocol import OwnPost
from networks.values import moment_of
from records.models import Author, FetchedPost, ParentPost

UNDATED_FROM = datetime(2020, 1, 1, tzinfo=UTC)
UNDATED_STEP = timedelta(seconds=30)

_REMEMBERED = 50_000
_TEXT_ABOVE = 1_000
_FALSE = frozenset({"false", "0", "no"})

__all__ = ["UNDATED_FROM", "FileRow", "FileUnreadableError", "read_posts"]


@dataclass(frozen=True, kw_only=True)
class FileRow:
    """One line of the file: a post of somebody, a post of the brand, or why it was left out."""

    line: int
    """Counted from 1, a heading included."""
    post: FetchedPost | None = None
    own: OwnPost | None = None
    skipped: str = ""
    whole: bool = True
    """False for a last line that has no end yet."""


@dataclass(frozen=True, kw_only=True)
class _Earlier:
    root: str
    above: ParentPost
    is_own: bool


def read_posts(
    path: Path,
    *,
    network: str,
    brand_external_id: str,
    brand_handles: Sequence[str] = (),
    undated_from: datetime = UNDATED_FROM,
) -> Iterator[FileRow]:
    """Read a file line by line, whatever its size; a line that cannot be used says why and stops nothing.

    A post that names one of `brand_handles` (with or without @), or of those that the file names, counts as mentioning
    us. A post without a date is taken to be 30 seconds younger than the line before it. Of answered posts the last
    50,000 are remembered. Raises FileUnreadableError, with what to do, where the file itself cannot be read.
    """
    reader = _Reader(
        network=network,
        brand_external_id=brand_external_id,
        brand_handles=brand_handles,
        undated_from=undated_from,
    )
    for line in read_lines(path):
        row = reader.row(line)
        yield row if line.whole else replace(row, whole=False)


class _Reader:
    """Remembers of earlier lines what later ones refer to."""

    def __init__(
        self, *, network: str, brand_external_id: str, brand_handles: Sequence[str], undated_from: datetime
    ) -> None:
        self._network = network
        self._brand_external_id = brand_external_id
        self._next_undated = undated_from
        self._earlier: OrderedDict[str, _Earlier] = OrderedDict()
        self._brand_handles: set[str] = set()
        self._learn_brand(*brand_handles)

    def row(self, line: FileLine) -> FileRow:
        if line.unusable:
            return FileRow(line=line.number, skipped=line.unusable)
        external_id, text = line.text("id"), line.written("text")
        if not external_id or not text.strip():
            return FileRow(line=line.number, skipped=f"it has no {'text' if external_id else 'id'}")
        try:
            published_at = self._published_at(line.text("created_at"))
        except ValueError:
            return FileRow(line=line.number, skipped="its created_at is no date that we know")
        author = line.text("author") or f"author-of-{external_id}"
        is_own = line.text("inbound").casefold() in _FALSE or author == self._brand_external_id
        parent = line.text("in_reply_to") or None
        above = self._earlier.get(parent or "")
        root = above.root if above else parent or external_id
        self._learn_brand(line.text("brand"), author if is_own else "")
        self._remember(external_id, author, text, root, is_own=is_own)
        if is_own:
            own = OwnPost(
                external_id=external_id,
                parent_external_id=parent,
                root_external_id=root,
                text=text,
                published_at=published_at,
            )
            return FileRow(line=line.number, own=own)
        post = FetchedPost(
            network=self._network,
            external_id=external_id,
            revision_external_id=external_id,
            kind="reply" if parent else "post",
            author=Author(external_id=author, handle=author, display_name=author),
            text=text,
            published_at=published_at,
            language_hint=line.text("lang")[:2],
            parent_external_id=parent,
            root_external_id=root,
            above=above.above if above else ParentPost(external_id=parent) if parent else None,
            mentions_us=(above is not None and above.is_own) or self._names_brand(text),
        )
        return FileRow(line=line.number, post=post)

    def _published_at(self, written: str) -> datetime:
        found = moment_of(written) if written else self._next_undated
        self._next_undated = found + UNDATED_STEP
        return found

    def _learn_brand(self, *handles: str) -> None:
        named = (handle.strip().lstrip("@").casefold() for handle in handles)
        self._brand_handles.update(f"@{handle}" for handle in named if handle)

    def _names_brand(self, text: str) -> bool:
        folded = text.casefold()
        return any(handle in folded for handle in self._brand_handles)

    def _remember(self, external_id: str, author: str, text: str, root: str, *, is_own: bool) -> None:
        above = ParentPost(
            external_id=external_id,
            author_handle=author,
            author_external_id=self._brand_external_id if is_own else author,
            text=text[:_TEXT_ABOVE],
        )
        self._earlier[external_id] = _Earlier(root=root, above=above, is_own=is_own)
        if len(self._earlier) > _REMEMBERED:
            self._earlier.popitem(last=False)
