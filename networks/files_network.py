"""Exports dropped in a folder, heard like any feed; nothing can be said there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import NoReturn

from networks.errors import Invalid, Refused
from networks.files import FileRow, read_posts
from networks.files_folder import FileRead, Folder, RowsPage
from networks.files_left_out import report_left_out
from networks.protocol import Access, FeedBounds, Network, OwnPost, Page, PostStanding, PostState, Reread, Sent
from networks.revisions import revision_of
from records.nouns import Account, HeardMessage, HeardPost, Permissions
from records.words import Feed

NETWORK = "files"
FEEDS = (Feed.OWN_POSTS, Feed.MENTIONS)
REREAD_AT_MOST = 1_000

_WHY = "Posts that come from files cannot be answered from here: answer on the network that they were exported from."


def open_files(account: Account, *, folder: Path) -> Network:
    """Hear the exports in `folder` as `account`, whose `external_id` is how they name the brand as an author.

    The folder need not be there yet. Files and their columns: see `networks.files`.
    """
    return FilesNetwork(account=account, folder=folder)


class FilesNetwork:
    """The Network of one folder of exports."""

    name = NETWORK
    feeds = FEEDS
    reread_at_most = REREAD_AT_MOST

    def __init__(self, *, account: Account, folder: Path) -> None:
        self._account = account
        self._folders = {
            Feed.OWN_POSTS: Folder(folder, rows_of=self._rows_of),
            Feed.MENTIONS: Folder(folder, rows_of=self._rows_of, on_file_read=_report),
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
    ) -> Page:
        """Rows of files that were written or put there after `since`, in the order of the file.

        A row is news by when its file changed, however old the post: a post heard before is only compared.
        """
        folder = self._folders.get(feed)
        if folder is None:
            raise Invalid(f"Files have no feed {feed}: ask for {' or '.join(FEEDS)}.")
        found = folder.page(page, since=since, until=until)
        if feed is Feed.OWN_POSTS:
            return Page(own=tuple(row.own for row in found.rows if row.own), next_page=found.next_page)
        return Page(posts=_newest_texts(found), next_page=found.next_page)

    def reread(self, external_ids: tuple[str, ...]) -> Reread:  # noqa: ARG002
        """Nothing: an edited row is heard when its file changes, and an export that is taken away deletes nothing."""
        return Reread(page=Page(), gone=())

    def reply(self, target_external_id: str, text: str) -> Sent:  # noqa: ARG002
        _refuse()

    def send_private(self, person_external_id: str, text: str) -> Sent:  # noqa: ARG002
        _refuse()

    def reply_privately(self, comment_external_id: str, text: str) -> Sent:  # noqa: ARG002
        _refuse()

    def delete_own(self, external_id: str) -> None:  # noqa: ARG002
        _refuse()

    def hide(self, external_id: str, *, hidden: bool) -> None:  # noqa: ARG002
        _refuse()

    def own_replies_under(self, external_id: str, *, since: datetime, until: datetime) -> tuple[OwnPost, ...]:  # noqa: ARG002
        own = (row.own for row in self._rows() if row.own and row.own.parent_external_id == external_id)
        newest = {post.external_id: post for post in own if post.published_at >= since}
        return tuple(sorted(newest.values(), key=lambda post: (post.published_at, post.external_id)))

    def private_messages_with(self, person_external_id: str) -> tuple[HeardMessage, ...]:  # noqa: ARG002
        return ()

    def look_up(self, external_id: str) -> PostState:
        """How the last row with that id tells it. Refused where none does: an export taken away deletes nothing."""
        found: HeardPost | OwnPost | None = None
        for row in self._rows():
            heard = row.post or row.own
            found = heard if heard and heard.external_id == external_id else found
        if found is None:
            raise Refused("No file in the folder tells of this post any more: look at the network it came from.")
        return PostState(exists=True, revision_external_id=revision_of(external_id, found.text))

    def permissions(self, standing: PostStanding, *, now: datetime) -> Permissions:  # noqa: ARG002
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


def _newest_texts(found: RowsPage) -> tuple[HeardPost, ...]:
    newest: dict[str, HeardPost] = {}
    for row in found.rows:
        if row.post is not None:
            newest.pop(row.post.external_id, None)
            newest[row.post.external_id] = replace(
                row.post, revision_external_id=revision_of(row.post.external_id, row.post.text)
            )
    return tuple(newest.values())


def _report(path: Path, read: FileRead) -> None:
    report_left_out(path, read.left_out, unreadable=read.unreadable)


def _refuse() -> NoReturn:
    raise Refused(_WHY)
