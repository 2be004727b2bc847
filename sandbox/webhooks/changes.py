"""Changes in the world since the last look: posts, edits, deletions, hides and messages."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from sandbox.world.models import BrandAccount, DirectMessage, Post
from sandbox.world.world import World

ADDED, EDITED, REMOVED, HIDDEN, SHOWN, MESSAGE = "add", "edited", "remove", "hide", "unhide", "message"


@dataclass(frozen=True, kw_only=True)
class Change:
    """One change that concerns an account. `text` is the post's at that moment; `at` is sandbox time."""

    account: BrandAccount
    verb: str
    at: float
    post: Post | None = None
    message: DirectMessage | None = None
    text: str = ""

    @property
    def key(self) -> str:
        """A key that is unique among the changes and the same on every run."""
        about = self.post.id if self.post else self.message.id if self.message else 0
        return f"{self.account.id}:{self.verb}:{about}:{self.text}"


class ChangeWatch:
    """Finds what changed in a world since the last look; the first is at its creation. Used under the world's lock."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._changes = -1
        self._known: dict[int, tuple[str, bool, bool]] = {}
        self._messages = 0
        self.look()

    def look(self) -> list[Change]:
        """What has changed, for every account that it concerns, oldest first."""
        world = self._world
        now = world.now()
        if world.changes == self._changes:
            return []
        self._changes = world.changes
        changes = [change for post in world.posts.values() for change in self._changed(post, now)]
        for message in islice(world.messages, self._messages, None):
            account = world.accounts[message.account_id]
            changes.append(Change(account=account, verb=MESSAGE, at=message.at, message=message, text=message.text))
        self._messages = len(world.messages)
        return changes

    def _changed(self, post: Post, now: float) -> list[Change]:
        before = self._known.get(post.id)
        state = (post.text, post.deleted, post.hidden)
        if before == state:
            return []
        self._known[post.id] = state
        verbs = _verbs(post, before)
        return [
            Change(account=account, verb=verb, at=post.at if verb == ADDED else now, post=post, text=post.text)
            for account in concerned(self._world, post)
            for verb in verbs
        ]


def concerned(world: World, post: Post) -> list[BrandAccount]:
    """Accounts notified of a post: its author, those it mentions, answers or quotes, or whose wall it is on."""
    if post.network != "x":
        account = world.accounts.get(post.page)
        return [account] if account is not None else []
    ids = {post.author.id, *post.mentioned}
    ids |= {other.author.id for other in (post.parent, post.quoted) if other is not None}
    return [account for account in world.seed.accounts if account.id in ids and account.network == "x"]


def _verbs(post: Post, before: tuple[str, bool, bool] | None) -> list[str]:
    if before is None:
        return [] if post.deleted else [ADDED]
    text, deleted, hidden = before
    verbs = []
    if post.text != text:
        verbs.append(EDITED)
    if post.deleted and not deleted:
        verbs.append(REMOVED)
    if post.hidden != hidden:
        verbs.append(HIDDEN if post.hidden else SHOWN)
    return verbs
