"""Posts on a bad day, by a seed: late with older ids, several in one second, edited and deleted afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heapify, heappop

from sandbox.faults.schedule import SeededDraw
from sandbox.world.ids import LOW_BITS, scattered, snowflake
from sandbox.world.models import Post, WorldSeed
from sandbox.world.world import World

LONGEST_DELAY = 58
"""Seconds; below the minute that a poll reads again."""
LATE_TIMES, BURST_TIMES = 3.0, 1.0
"""Shares of posts that are late and that begin a burst, as multiples of the share of failing calls."""
BURST = (3, 12)
WIDEST_BURST = 900.0
"""Posts further apart than these seconds are not moved together."""
SOONEST, LATEST = 20, 1_500
"""Seconds after a post appeared; X lets people edit for half an hour."""
TIMES = 2.0
"""The share of posts that are edited or deleted, as a multiple of the share of failing calls."""
DELETED_OF_TEN = 4
ENDINGS = ("!!", " (edit)", " ¿?", " ya está arreglado", " it is fixed now")


def make_unruly(seed: WorldSeed, number: int, share: float) -> None:
    """Delay some posts and move some together, by the fault seed `number`. Threads keep their order."""
    answered = {id(other) for post in seed.posts for other in (post.parent, post.quoted) if other is not None}
    loose = [post for post in seed.posts if post.inbound and id(post) not in answered]
    _draw_together(loose, number, share * BURST_TIMES)
    last = max((post.at for post in seed.posts), default=0.0)
    for post in loose:
        lot = SeededDraw(f"{number}:late:{post.id}")
        if lot.share("late") < min(0.5, share * LATE_TIMES):
            post.late = min(float(1 + lot.number("seconds") % LONGEST_DELAY), last - post.at)


class LaterChanges:
    """Pending edits and deletions. Guarded by the world's lock."""

    def __init__(self, world: World, number: int | None, share: float) -> None:
        self._world = world
        self._due = _planned(world, number, share) if number is not None else []
        heapify(self._due)

    def next_due(self) -> float | None:
        """When the next one falls due."""
        return self._due[0].due if self._due else None

    def carry_out_next(self, until: float) -> bool:
        """Carry out the earliest that is due by `until`; False where there is none."""
        with self._world.lock:
            self._world.now()
            if not self._due or self._due[0].due > until:
                return False
            thought = heappop(self._due)
            post = thought.post
            if not post.deleted and not post.replaced and post.id in self._world.posts:
                if thought.deletes:
                    self._world.delete(post)
                else:
                    self._world.edit(post, post.text + thought.ending)
            return True

    def forget(self) -> None:
        """Drop all that are pending."""
        with self._world.lock:
            self._due.clear()


@dataclass(frozen=True, kw_only=True, order=True)
class LaterChange:
    """An edit or deletion of a post at `due` (sandbox time)."""

    due: float
    number: int
    post: Post = field(compare=False)
    deletes: bool = field(compare=False)
    ending: str = field(compare=False, default="")


def _draw_together(loose: list[Post], number: int, share: float) -> None:
    for network in sorted({post.network for post in loose}):
        own = [post for post in loose if post.network == network and post.parent is None]
        roots = sorted(own, key=lambda post: (post.at, post.id))
        position = 0
        while position < len(roots):
            lot = SeededDraw(f"{number}:burst:{roots[position].id}")
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


def _planned(world: World, number: int, share: float) -> list[LaterChange]:
    planned = []
    for place, post in enumerate(world.seed.posts):
        lot = SeededDraw(f"{number}:thought:{post.id}")
        if not post.inbound or lot.share("thought") >= min(0.4, share * TIMES):
            continue
        delay = SOONEST + lot.number("delay") % (LATEST - SOONEST)
        deletes = lot.number("what") % 10 < DELETED_OF_TEN or not _can_be_edited(post)
        planned.append(
            LaterChange(
                due=post.at + post.late + delay,
                number=place,
                post=post,
                deletes=deletes,
                ending=lot.choice("ending", ENDINGS),
            )
        )
    return planned


def _can_be_edited(post: Post) -> bool:
    """X lets no answer be edited; an edited post whose mention is not in its text would be lost from its feed."""
    return post.network != "x" or (post.parent is None and not post.unwritten)
