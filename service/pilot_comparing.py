"""What people did with a post, beside what a pilot would have done with it, or did. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from records.words import PRIVATE_ACTS, Act, Action
from service.pilot_seen import Said, Seen

AFTERWARDS = timedelta(days=1)
"""How long people have to undo what a live pilot said by itself; what stands then, they agree with."""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One post that needs no further look."""

    verdict_id: int
    done: Action | None
    """None where no person did anything that could be compared."""
    agreed: bool | None
    """None also where the pilot left the post to people, so that there is nothing to agree with."""


def compared(seen: Seen, *, window: timedelta, now: datetime) -> Comparison | None:
    """What people did beside what the pilot would have done; None while they may still do something.

    A text of another rule that left without anybody's approval, or a post that is gone, tells nothing about people. Who
    answered in public, or moved the person aside, did that; who closed the case without a word, or let the window pass,
    listened; who took the case and has said nothing by then, held it. What a live pilot said by itself is compared with
    what people did about it afterwards.
    """
    own = [said for said in seen.said if said.by_pilot]
    if own:
        return _afterwards(seen, own, window=window, now=now)
    over = seen.made_at + window <= now
    done = _done(seen, over=over)
    if done is not None:
        agreed = None if seen.action is Action.HOLD else seen.action is done
        return Comparison(verdict_id=seen.verdict_id, done=done, agreed=agreed)
    tells_nothing = seen.gone or (bool(seen.said) and not any(said.by_people for said in seen.said))
    return _nothing(seen) if tells_nothing or over else None


def _done(seen: Seen, *, over: bool) -> Action | None:
    said = [each for each in seen.said if each.by_people]
    if any(each.act in PRIVATE_ACTS or each.moves for each in said):
        return Action.MOVE_PRIVATE
    if said or seen.answered_outside_at is not None:
        return Action.MOVE_PRIVATE if said and seen.went_private else Action.REPLY_PUBLICLY
    if seen.said or seen.gone or not (seen.closed or over):
        return None
    return Action.HOLD if seen.taken and not seen.closed else Action.LISTEN


def _afterwards(seen: Seen, own: Sequence[Said], *, window: timedelta, now: datetime) -> Comparison | None:
    left = [said.at for said in own if said.at is not None]
    if not left:
        return _nothing(seen) if seen.gone or seen.made_at + window <= now else None
    first = min(left)
    instead = _instead(seen, own, first, first + AFTERWARDS)
    if instead is not None:
        return Comparison(verdict_id=seen.verdict_id, done=instead, agreed=False)
    if seen.gone:
        return _nothing(seen)
    if now < first + AFTERWARDS:
        return None
    return Comparison(verdict_id=seen.verdict_id, done=seen.action, agreed=True)


def _instead(seen: Seen, own: Sequence[Said], since: datetime, until: datetime) -> Action | None:
    """What people wanted instead of what the pilot said; None where they let it stand.

    Whom the pilot moved aside is spoken to in private, and handed on, by design.
    """

    def within(at: datetime | None) -> bool:
        return at is not None and since <= at <= until

    added = [said.act for said in seen.said if said.by_people and not said.closing and within(said.at)]
    if any(within(said.deleted_at) for said in own):
        return Action.LISTEN
    if Act.PUBLIC_REPLY in added or within(seen.answered_outside_at):
        return Action.REPLY_PUBLICLY
    if seen.action is Action.MOVE_PRIVATE:
        return None
    if added:
        return Action.MOVE_PRIVATE
    return Action.HOLD if within(seen.handed_over_at) else None


def _nothing(seen: Seen) -> Comparison:
    return Comparison(verdict_id=seen.verdict_id, done=None, agreed=None)
