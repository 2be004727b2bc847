"""Step `tick`: clocks run and exposure is stored, so that the queue is an index and not a computation.

What time, or somebody outside Aparte, has settled is settled here too: people who went silent, cases whose posts
nobody can read any more, closing lines whose consent was withdrawn.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from cases.closing import close_if_done, done_but_open, unseen_private
from cases.handling import waive
from cases.private_side import answered_elsewhere, answered_in_private, set_private_state, unresponsive_cases
from cases.queue_order import refresh_exposure
from ledger.entry import Entry
from ledger.log import append
from records.database import reading, writing
from records.enums import PrivateState
from records.models import Actor
from service.delivery.on_delivery import POST_HIDDEN
from service.desk.closing import replace_withdrawn_lines, withdrawn_lines
from service.wiring.app import App

ACTOR = Actor(tag="step:tick")


def tick(app: App, *, now: datetime) -> int:
    """Store the exposure of every waiting case as of `now`. Returns how many cases wait."""
    with reading(app.engine) as session:
        neutral = withdrawn_lines(session, app)
    with writing(app.engine) as session:
        waiting = refresh_exposure(session, actor=ACTOR, now=now)
        for case_id in answered_elsewhere(session):
            answered_in_private(session, case_id, actor=ACTOR, now=now)
        entries = [*_silences(session, now), *_unseen(session, now), *_finishes(session, now)]
        replace_withdrawn_lines(session, neutral, actor=ACTOR, now=now, sealer=app.encryption)
        append(session, entries)
    return waiting


def _silences(session: Session, now: datetime) -> list[Entry]:
    silent = set_private_state(session, unresponsive_cases(session, now=now), PrivateState.SILENT, actor=ACTOR, now=now)
    return [
        Entry(kind="step:case:silent", at=now, actor=ACTOR.tag, case_id=case_id, body={}) for case_id in sorted(silent)
    ]


def _unseen(session: Session, now: datetime) -> list[Entry]:
    return [
        waive(session, case_id, reason=POST_HIDDEN, actor=ACTOR, now=now) for case_id in sorted(unseen_private(session))
    ]


def _finishes(session: Session, now: datetime) -> list[Entry]:
    return [
        entry for case_id in done_but_open(session) for entry in close_if_done(session, case_id, actor=ACTOR, now=now)
    ]
