"""Makes the posts of a seed arrive as they do on a bad day: some late with older ids, some in one second."""

from __future__ import annotations

from sandbox.fault_schedule import Lot
from sandbox.nouns import Post, Seed
from sandbox.snowflakes import LOW_BITS, scattered, snowflake

LONGEST_DELAY = 58
"""Seconds; within the minute that a careful reader reads again."""
LATE_TIMES, BURST_TIMES = 3.0, 1.0
"""How many times the share of failing calls are late, and begin a burst."""
BURST = (3, 12)
WIDEST_BURST = 900.0
"""Posts further apart than this are not drawn together."""


def make_unruly(seed: Seed, number: int, share: float) -> None:
    """Delay posts and draw some together, as the fault seed `number` says. Threads keep their order."""
    answered = {id(other) for post in seed.posts for other in (post.parent, post.quoted) if other is not None}
    loose = [post for post in seed.posts if post.inbound and id(post) not in answered]
    _draw_together(loose, number, share * BURST_TIMES)
    last = max((post.at for post in seed.posts), default=0.0)
    for post in loose:
        lot = Lot(f"{number}:late:{post.id}")
        if lot.share("late") < min(0.5, share * LATE_TIMES):
            post.late = min(float(1 + lot.number("seconds") % LONGEST_DELAY), last - post.at)


def _draw_together(loose: list[Post], number: int, share: float) -> None:
    for network in sorted({post.network for post in loose}):
        own = [post for post in loose if post.network == network and post.parent is None]
        roots = sorted(own, key=lambda post: (post.at, post.id))
        position = 0
        while position < len(roots):
            lot = Lot(f"{number}:burst:{roots[position].id}")
            size = BURST[0] + lot.number("size") % (BURST[1] - BURST[0] + 1) if lot.share("burst") < share else 1
            together = roots[position : position + size]
            last = together[-1].at
            for post in together[:-1]:
                if last - post.at <= WIDEST_BURST:
                    _move(post, last)
            position += size


def _move(post: Post, at: float) -> None:
    """Publish the post at another time, under an id of that time."""
    low = post.id & ((1 << LOW_BITS) - 1)
    before, post.at = post.id, at
    post.id = snowflake(scattered(at, post.source_id or str(before)), low)
    post.history[:] = [post.id]
    if post.conversation_id == before:
        post.conversation_id = post.id
