"""Keeps what pilots say of mentions, to compare it later with what people did."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from records.database import is_sqlite
from records.tables.rules import PilotVerdictRow
from service.deciding import Decided


def store_pilot_verdicts(session: Session, decided: Sequence[Decided], *, now: datetime) -> None:
    """Store what pilots said of these mentions; what one said of the same text before stays."""
    rows = [row for each in decided if (row := _row(each, now)) is not None]
    if not rows:
        return
    insert = sqlite.insert if is_sqlite(session) else postgresql.insert
    session.connection().execute(insert(PilotVerdictRow).on_conflict_do_nothing(), rows)


def _row(each: Decided, now: datetime) -> dict[str, object] | None:
    said = each.pilot
    if said is None:
        return None
    return {
        "pilot_id": said.pilot_id,
        "mention_id": each.standing.mention_id,
        "revision": each.standing.revision,
        "account_id": each.standing.account_id,
        "action": said.verdict.action.value,
        "rule": said.verdict.rule,
        "template": said.verdict.template,
        "text": said.text,
        "reasons": list(said.verdict.reasons),
        "made_at": now,
        "live_action": said.live_action.value,
        "live_rule": said.live_rule,
    }
