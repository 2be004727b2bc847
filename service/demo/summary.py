"""What one pass of the demo did, counted in the database and by the practice network."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import func, select
from sqlmodel import Session, col

from ledger.verification import Verification
from records.enums import Act, Action, ReplyStatus
from records.tables.listener import MentionRow
from records.tables.replies import ReplyRow
from records.tables.room import RoomRow
from records.tables.service import AssessmentRow, DecisionRow


@dataclass(frozen=True, kw_only=True)
class DemoSummary:
    """Figures of one pass."""

    rows: int
    """Rows of the posts file that could be read."""
    skipped: int
    skipped_lines: tuple[str, ...]
    served: int
    """Inbound posts that the practice network served at least once."""
    heard: int
    judged: int
    decided: dict[str, int]
    sent: int
    replies: dict[str, int]
    """Outgoing acts by status."""
    invited: int
    rooms_opened: int
    log_entries: int
    log_verified: bool

    def as_json(self) -> str:
        """One JSON object."""
        return json.dumps(asdict(self), ensure_ascii=False)

    def as_text(self) -> str:
        """Lines for a terminal."""
        decided = ", ".join(f"{action} {count}" for action, count in self.decided.items())
        waiting = ", ".join(f"{status} {count}" for status, count in self.replies.items())
        lines = [
            f"rows            {self.rows}" + (f" (and {self.skipped} lines skipped)" if self.skipped else ""),
            *(f"  skipped       {line}" for line in self.skipped_lines),
            f"served          {self.served}",
            f"heard           {self.heard}",
            f"judged          {self.judged}",
            f"decided         {sum(self.decided.values())}: {decided}",
            f"sent            {self.sent} (all acts: {waiting or 'none'})",
            f"rooms opened    {self.rooms_opened} of {self.invited} invited",
            f"log             {self.log_entries} entries, {'verified' if self.log_verified else 'NOT VERIFIED'}",
        ]
        return "\n".join(lines)


def summarise(
    session: Session,
    *,
    practice: dict[str, int],
    skipped_lines: Sequence[tuple[int, str]],
    verification: Verification,
) -> DemoSummary:
    """Count what is stored. `practice` is the practice network's own summary."""
    decided = _grouped(session, DecisionRow.action, col(DecisionRow.superseded_at).is_(None))
    return DemoSummary(
        rows=practice["rows"],
        skipped=practice["skipped"],
        skipped_lines=tuple(f"line {line}: {why}" for line, why in skipped_lines),
        served=practice["served_inbound"],
        heard=_count(session, MentionRow.id),
        judged=_count(session, AssessmentRow.id, col(AssessmentRow.superseded_at).is_(None)),
        decided={action: decided.get(action, 0) for action in Action},
        sent=_count(
            session, ReplyRow.id, col(ReplyRow.status) == ReplyStatus.SENT, col(ReplyRow.act) == Act.PUBLIC_REPLY
        ),
        replies=_grouped(session, ReplyRow.status),
        invited=_count(session, RoomRow.id, col(RoomRow.invited_at).is_not(None)),
        rooms_opened=_count(session, RoomRow.id, col(RoomRow.opened_at).is_not(None)),
        log_entries=verification.size,
        log_verified=not verification.problems,
    )


def _count(session: Session, counted: object, *where: object) -> int:
    return int(session.execute(select(func.count(counted)).where(*where)).scalar_one())  # type: ignore[arg-type]


def _grouped(session: Session, grouped: object, *where: object) -> dict[str, int]:
    query = select(grouped, func.count()).where(*where).group_by(grouped)  # type: ignore[call-overload]
    return {row[0]: row[1] for row in session.execute(query)}
