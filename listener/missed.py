"""Whether a walk back through a feed can have reached as far as it was meant to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from networks.protocol import FeedBounds

_A_PAGE = 100


@dataclass(frozen=True, kw_only=True)
class Missed:
    """A span that the feed could no longer serve."""

    since: datetime
    until: datetime
    reason: str


def missed_span(
    bounds: FeedBounds, *, read_until: datetime | None, now: datetime, served: int, oldest: datetime | None
) -> Missed | None:
    """The span between where reading stopped the last time and the oldest that could be served now.

    `served` posts came in this walk, the oldest published at `oldest`. On the first walk nothing counts as missed.
    """
    if read_until is None:
        return None
    if bounds.furthest_back is not None and read_until < now - bounds.furthest_back:
        days = bounds.furthest_back.days
        return Missed(
            since=read_until, until=now - bounds.furthest_back, reason=f"The network serves {days} days at most."
        )
    most = bounds.most_posts
    # Posts withheld from us count towards the bound, so that a walk may end a little below it.
    if most is not None and oldest is not None and oldest > read_until and most - _A_PAGE < served <= most:
        return Missed(since=read_until, until=oldest, reason=f"The network serves the last {most} posts at most.")
    return None
