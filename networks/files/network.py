"""The `files` network: exports in a folder are polled like any feed; nothing can be answered there."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import NoReturn

from networks.errors import Invalid, Refused
from networks.files.folder import ExportFolder, FileRead, RowsPage
from networks.files.posts import FileRow, read_posts
from networks.protocol import (
    Access,
    FeedBounds,
    FeedPage,
    Network,
    OwnPost,
    PostState,
    Refetched,
    ReplyContext,
    SendReceipt,
)
from networks.values import revision_of
from records.enums import Feed
from records.models import Account, FetchedMessage, FetchedPost, Permissions

NETWORK = "files"
FEEDS = (Feed.OWN_POSTS, Feed.MENTIONS)
REREAD_AT_MOST = 1_000

_WHY = "Posts that come from files cannot be answered from here: answer on the network that they were exported from."


def open_files(account: Account, *, folder: Path) -> Network:
    """Read the exports in `folder` as `account`, whose `external_id` is how they name the brand as an author.

    The folder need not be there yet. Files and their columns: see `networks.files.posts`.
    """
    return FilesNetwork(account=account, folder=folder)


class FilesNetwork:
    """The Network of one folder of exports."""

    name = NETWORK
    feeds = FEEDS
    refetch_at_most = REREAD_AT_MOST

    def __init__(self, *, account: Account, folder: Path) -> None:
        self._account = account
        self._folders = {
            Feed.OWN_POSTS: ExportFolder(folder, rows_of=self._rows_of),
            Feed.MENTIONS: ExportFolder(folder, rows_of=self._rows_of, on_file_read=_report),
        }

    def bounds(self, feed: Feed) -> FeedBounds:  # noqa: ARG002 - a folder keeps all that is put into it
        return FeedBounds()

    def read(
        self,
        feed: Feed,
        *,
        since: datetime | None,
        until: datetime,
        page: str | None,
        about: tuple[str, ...] = (),  # noqa: ARG002 - a folder is read whole
    ) -> FeedPage:
        """Rows of files that were written or put there after `since`, in the order of the file.

        A row is news by when its file changed, however old the post: a post fetched before is only compared.
        """
        folder = self._folders.get(feed)
        if folder is None:
            raise Invalid(f"Files have no feed {feed}: ask for {' or '.join(FEEDS)}.")
        found = folder.page(page, since=since, until=until)
        if feed is Feed.OWN_POSTS:
            return FeedPage(own=tuple(row.own for row in found.rows if row.own), next_page=found.next_page)
        return FeedPage(posts=_newest_texts(found), next_page=found.next_page)

    def refetch(self, external_ids: tuple[str, ...]) -> Refetched:  # noqa: ARG002
        """Nothing: an edited row is read when its file changes, and an export that is taken away deletes nothing."""
        return Refetched(page=FeedPage(), gone=())

    def reply(self, target_external_id: str, text: str) -> SendReceipt:  # noqa: ARG002
        _refuse()

    def send_private(self, person_external_id: str, text: str) -> SendReceipt:  # noqa: ARG002
        _refuse()

    def reply_privately(self, comment_external_id: str, text: str) -> SendReceipt:  # noqa: ARG002
        _refuse()

    def delete_own(self, external_id: str) -> None:  # noqa: ARG002
        _refuse()

    def hide(self, external_id: str, *, hidden: bool) -> None:  # noqa: ARG002
        _refuse()

    def own_replies_under(self, external_id: str, *, since: datetime, until: datetime) -> tuple[OwnPost, ...]:  # noqa: ARG002
        own = (row.own for row in self._rows() if row.own and row.own.parent_external_id == external_id)
        newest = {post.external_id: post for post in own if post.published_at >= since}
        return tuple(sorted(newest.values(), key=lambda post: (post.published_at, post.external_id)))

    def private_messages_with(self, person_external_id: str) -> tuple[FetchedMessage, ...]:  # noqa: ARG002
        return ()

    def look_up(self, external_id: str) -> PostState:
        """The text of the last row with that id. Refused where there is none: an export taken away deletes nothing."""
        found: FetchedPost | OwnPost | None = None
        for row in self._rows():
            fetched = row.post or row.own
            found = fetched if fetched and fetched.external_id == external_id else found
        if found is None:
            raise Refused("No file in the folder tells of this post any more: look at the network it came from.")
        return PostState(exists=True, revision_external_id=revision_of(external_id, found.text))

    def permissions(self, context: ReplyContext, *, now: datetime) -> Permissions:  # noqa: ARG002
        return Permissions(reply=False, private_message=False, hide=False, delete_own=False, why=_WHY)

    def check_access(self) -> Access:
        """Raises Unreachable where the folder cannot be read."""
        self._folders[Feed.MENTIONS].files()
        return Access()

    def _rows(self) -> Iterator[FileRow]:
        return self._folders[Feed.MENTIONS].rows()

    def _rows_of(self, path: Path) -> Iterator[FileRow]:
        account = self._account
        return read_posts(path, network=NETWORK, brand_external_id=account.external_id, brand_handles=(account.handle,))


def _newest_texts(found: RowsPage) -> tuple[FetchedPost, ...]:
    newest: dict[str, FetchedPost] = {}
    for row in found.rows:
        if row.post is not None:
            newest.pop(row.post.external_id, None)
            newest[row.post.external_id] = replace(
                row.post, revision_external_id=revision_of(row.post.external_id, row.post.text)
            )
    return tuple(newest.values())


def _report(path: Path, read: FileRead) -> None:
    report_skipped_lines(path, read.left_out, unreadable=read.unreadable)


def _refuse() -> NoReturn:
    raise Refused(_WHY)


ENDING = ".left-out.txt"
MOST_LINES = 1_000

_LOG = logging.getLogger("aparte.files")


def report_skipped_lines(file: Path, left_out: Sequence[tuple[int, str]], *, unreadable: str = "") -> None:
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
