"""Step `pilots`: compares what pilots say with what people did, and ends a pilot that disagrees too often."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update
from sqlmodel import Session, col

from ledger.log import append
from records.database import reading, writing
from records.models import Actor
from records.tables.rules import PilotRow, PilotVerdictRow
from service.pilots.comparison import Comparison, compare_with_people, read_post_outcomes
from service.pilots.lifecycle import DISAGREEMENT, end_pilot
from service.pilots.report import report_on
from service.wiring.app import App

ACTOR = Actor(tag="step:pilots")
BATCH = 1_000


def compare_pilots(app: App, *, now: datetime) -> int:
    """Compare every post of a pilot that people are done with. Returns how many there were."""
    with reading(app.engine) as session:
        pilots = list(session.execute(select(PilotRow).where(col(PilotRow.ended_at).is_(None))).scalars())
    return sum(_compare(app, pilot, now) for pilot in pilots if pilot.brand in app.settings.brands)


def _compare(app: App, pilot: PilotRow, now: datetime) -> int:
    window = timedelta(hours=app.settings.brands[pilot.brand].max_reply_age_hours)
    after, total = 0, 0
    while True:
        with reading(app.engine) as session:
            seen = read_post_outcomes(session, pilot.id or 0, after=after, most=BATCH)
        if not seen:
            return total
        after = seen[-1].verdict_id
        found = [one for each in seen if (one := compare_with_people(each, window=window, now=now)) is not None]
        if found:
            with writing(app.engine) as session:
                _store(session, found, now)
                _end_where_it_fails(session, pilot.id or 0, now)
        total += len(found)


def _store(session: Session, found: list[Comparison], now: datetime) -> None:
    session.connection().execute(
        update(PilotVerdictRow)
        .where(col(PilotVerdictRow.id) == bindparam("which"), col(PilotVerdictRow.done_at).is_(None))
        .values(done=bindparam("what"), agreed=bindparam("same"), done_at=now),
        [{"which": each.verdict_id, "what": each.done, "same": each.agreed} for each in found],
    )


def _end_where_it_fails(session: Session, pilot_id: int, now: datetime) -> None:
    pilot = session.get(PilotRow, pilot_id, with_for_update=True, populate_existing=True)
    if pilot is None or pilot.ended_at is not None:
        return
    report = report_on(session, pilot)
    if report.fails:
        append(session, [end_pilot(session, pilot, DISAGREEMENT, report=report, actor=ACTOR, now=now)])
