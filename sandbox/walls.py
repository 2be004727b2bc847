"""What stands where on Meta's networks: posts on an account's wall, and the comments beneath each."""

from __future__ import annotations

from bisect import insort
from collections import defaultdict
from collections.abc import Sequence

from sandbox.nouns import Post


class Walls:
    """Posts by account and comments by what they stand under, each in the order of their times."""

    def __init__(self) -> None:
        self._roots: dict[int, list[Post]] = defaultdict(list)
        self._threads: dict[int, list[Post]] = defaultdict(list)
        self._answers: dict[int, list[Post]] = defaultdict(list)

    def add(self, post: Post) -> None:
        """Put a post in its place; one under a deleted post goes with it."""
        if post.parent is None:
            insort(self._roots[post.page], post, key=place)
            return
        under = stands_under(post)
        post.deleted = post.deleted or under.deleted or post.root.deleted
        insort(self._threads[post.root.id], post, key=place)
        insort(self._answers[under.id], post, key=place)

    def roots(self, account: int) -> list[Post]:
        """Posts on the account's wall and those that tag it, oldest first."""
        return [post for post in self._roots.get(account, ()) if not post.deleted]

    def thread(self, root: Post) -> list[Post]:
        """All comments under a post, whatever they answer, oldest first."""
        return [post for post in self._threads.get(root.id, ()) if not post.deleted]

    def answers(self, post: Post) -> list[Post]:
        """Comments directly under a post, or replies under a top-level comment, oldest first."""
        return [answer for answer in self._answers.get(post.id, ()) if not answer.deleted]

    def beneath(self, post: Post) -> Sequence[Post]:
        """Everything that goes when a post is deleted."""
        return (self._threads if post.parent is None else self._answers).get(post.id, ())


def place(post: Post) -> tuple[float, int]:
    """The order of posts and comments: by time, then by id."""
    return post.at, post.id


def stands_under(comment: Post) -> Post:
    """What a comment stands under: its post, or a top-level comment, as Meta's threads have two levels."""
    above = comment.parent
    while above is not None and above.parent is not None and above.parent.parent is not None:
        above = above.parent
    return comment if above is None else above


def meta_kind(network: str, told: str | None, *, parent: Post | None, inbound: bool) -> str:
    """What a post is on Meta's networks; `told` is followed where it can be so."""
    if parent is not None:
        return "comment"
    if not inbound:
        return "ad" if told == "ad" else "post"
    if told in {"tag", "mention"}:
        return told
    return "visitor_post" if network == "facebook" else "tag"
