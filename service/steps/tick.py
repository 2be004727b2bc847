"""Step `tick`: clocks run and exposure is stored, so that the queue is an index and not a computation.

What time, or somebody outside Aparte, has settled is settled here too: people who went silent, cases whose posts
nobody can read any more, closing lines whose consent was withdrawn.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from cases.closing import done_but_open, finished, unseen_private
from cases.exposure import refresh
from cases.handling import waive
from cases.private import answered_in_private, moved
from cases.silences import answered_outside, gone_silent
from ledger.entry import Entry
from ledger.log import append
from records.database import reading, writing
from records.nouns import Actor
from records.words import PrivateState
from service.closing import withdrawn_lines, without_consent
from service.house import House
from service.sent_acts import POST_HIDDEN

ACTOR = Actor(tag="step:tick")


def tick(house: House, *, now: datetime) -> int:
    """Store the exposure of every waiting case as of `now`. Returns how many cases wait."""
    with reading(house.engine) as session:
        neutral = withdrawn_lines(session, house)
    with writing(house.engine) as session:
        waiting = refresh(session, actor=ACTOR, now=now)
        for case_id in answered_outside(session):
            answered_in_private(session, case_id, actor=ACTOR, now=now)
        entries = [*_silences(session, now), *_unseen(session, now), *_finishes(session, now)]
        without_consent(session, neutral, actor=ACTOR, now=now, sealer=house.vault)
        append(session, entries)
    return waiting


def _silences(session: Session, now: datetime) -> list[Entry]:
    silent = moved(session, gone_silent(session, now=now), PrivateState.SILENT, actor=ACTOR, now=now)
    return [
        Entry(kind="step:case:silent", at=now, actor=ACTOR.tag, case_id=case_id, body={}) for case_id in sorted(silent)
    ]


def _unseen(session: Session, now: datetime) -> list[Entry]:
    return [
        waive(session, case_id, reason=POST_HIDDEN, actor=ACTOR, now=now) for case_id in sorted(unseen_private(session))
    ]


def _finishes(session: Session, now: datetime) -> list[Entry]:
    return [entry for case_id in done_but_open(session) for entry in finished(session, case_id, actor=ACTOR, now=now)]
