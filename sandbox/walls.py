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
        post.deleted = post.deleted or post.parent.deleted
        insort(self._threads[post.root.id], post, key=place)
        insort(self._answers[top_comment(post).id if top_comment(post) is not post else post.root.id], post, key=place)

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
        if post.parent is None:
            return self._threads.get(post.id, ())
        return self._answers.get(post.id, ())


def place(post: Post) -> tuple[float, int]:
    """The order of posts and comments: by time, then by id."""
    return post.at, post.id


def top_comment(post: Post) -> Post:
    """The comment directly under the post that a comment stands in; Meta's threads have two levels."""
    while post.parent is not None and post.parent.parent is not None:
        post = post.parent
    return post
