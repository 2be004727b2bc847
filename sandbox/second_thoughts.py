"""People edit and delete what they wrote, at times that a fault seed decides."""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heapify, heappop

from sandbox.fault_schedule import Lot
from sandbox.nouns import Post
from sandbox.world import World

SOONEST, LATEST = 20, 1_500
"""Seconds after a post appeared; X lets people edit for half an hour."""
TIMES = 2.0
"""How many times the share of failing calls are edited or deleted."""
DELETED_OF_TEN = 4
ENDINGS = ("!!", " (edit)", " ¿?", " ya está arreglado", " it is fixed now")


@dataclass(frozen=True, kw_only=True, order=True)
class SecondThought:
    """What a person will do to a post at `due` (sandbox time)."""

    due: float
    number: int
    post: Post = field(compare=False)
    deletes: bool = field(compare=False)
    ending: str = field(compare=False, default="")


class SecondThoughts:
    """Edits and deletions that are still to come. Guarded by the world's lock."""

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
        """Nobody changes their mind any more."""
        with self._world.lock:
            self._due.clear()


def _planned(world: World, number: int, share: float) -> list[SecondThought]:
    planned = []
    for place, post in enumerate(world.seed.posts):
        lot = Lot(f"{number}:thought:{post.id}")
        if not post.inbound or lot.share("thought") >= min(0.4, share * TIMES):
            continue
        delay = SOONEST + lot.number("delay") % (LATEST - SOONEST)
        deletes = lot.number("what") % 10 < DELETED_OF_TEN or not _can_be_edited(post)
        planned.append(
            SecondThought(
                due=post.at + post.late + delay,
                number=place,
                post=post,
                deletes=deletes,
                ending=lot.choice("ending", ENDINGS),
            )
        )
    return planned


def _can_be_edited(post: Post) -> bool:
    """X lets no answer be edited; a post that mentions without words would be lost from its feed."""
    return post.network != "x" or (post.parent is None and not post.unwritten)
