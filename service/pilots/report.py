"""How often a pilot agrees with people, overall and by rule; as records, JSON and text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import case, func, select
from sqlmodel import Session, col

from ledger.canonical import Json
from records.enums import Action
from records.tables.rules import PilotRow, PilotVerdictRow


@dataclass(kw_only=True)
class Agreement:
    """How often a pilot, or one of its rules, agrees with people."""

    posts: int = 0
    left_to_people: int = 0
    """Posts that it holds: there is nothing to agree with."""
    compared: int = 0
    agreed: int = 0
    done: dict[str, int] = field(default_factory=dict)
    """What people did instead, where they did not agree, by action."""

    @property
    def share(self) -> float | None:
        """From 0 to 1; None where nothing was compared."""
        return round(self.agreed / self.compared, 4) if self.compared else None


@dataclass(frozen=True, kw_only=True)
class PilotReport:
    """One pilot and how it does."""

    pilot: PilotRow
    overall: Agreement
    by_rule: Mapping[str, Agreement]
    changed: int
    """Posts on which it decides otherwise than the rulebook in use."""
    invitations: int
    """People whom it would have invited to a room, or has invited, in all."""

    @property
    def enough(self) -> bool:
        """Whether as much was compared as the stop rule asks for."""
        return self.overall.compared >= self.pilot.least_compared

    @property
    def fails(self) -> bool:
        """Whether the stop rule ends it."""
        return self.enough and (self.overall.share or 0.0) < self.pilot.least_agreement


def newest_pilot(session: Session, brand: str) -> PilotRow | None:
    """The pilot of a brand that runs, or else the last one that ran."""
    query = select(PilotRow).where(col(PilotRow.brand) == brand).order_by(col(PilotRow.id).desc()).limit(1)
    row: PilotRow | None = session.execute(query).scalar_one_or_none()
    return row


def report_on(session: Session, pilot: PilotRow) -> PilotReport:
    """How a pilot does so far."""
    rows = _counts(session, pilot.id or 0)
    overall, by_rule = Agreement(), dict[str, Agreement]()
    changed = invitations = 0
    for row in rows:
        for agreement in (overall, by_rule.setdefault(row.rule, Agreement())):
            _add_to_agreement(agreement, row.action, row.done, row.agreed, row.posts)
        changed += row.changed
        invitations += row.posts if row.action == Action.MOVE_PRIVATE else 0
    return PilotReport(pilot=pilot, overall=overall, by_rule=by_rule, changed=changed, invitations=invitations)


def disagreements(session: Session, pilot: PilotRow, *, most: int) -> list[PilotVerdictRow]:
    """The newest posts with which people did something else."""
    query = (
        select(PilotVerdictRow)
        .where(col(PilotVerdictRow.pilot_id) == pilot.id, col(PilotVerdictRow.agreed).is_(False))
        .order_by(col(PilotVerdictRow.id).desc())
        .limit(most)
    )
    return list(session.execute(query).scalars())


def _counts(session: Session, pilot_id: int) -> list[_VerdictCount]:
    differs = case((col(PilotVerdictRow.action) != col(PilotVerdictRow.live_action), 1), else_=0)
    columns = [col(getattr(PilotVerdictRow, name)) for name in ("rule", "action", "done", "agreed")]
    query = (
        select(*columns, func.count(), func.sum(differs))
        .where(col(PilotVerdictRow.pilot_id) == pilot_id)
        .group_by(*columns)
        .order_by(col(PilotVerdictRow.rule))
    )
    return [
        _VerdictCount(rule=rule, action=action, done=done, agreed=agreed, posts=posts, changed=changed)
        for rule, action, done, agreed, posts, changed in session.execute(query)
    ]


@dataclass(frozen=True, kw_only=True)
class _VerdictCount:
    rule: str
    action: str
    done: str | None
    agreed: bool | None
    posts: int
    changed: int


def _add_to_agreement(agreement: Agreement, action: str, done: str | None, agreed: bool | None, posts: int) -> None:  # noqa: FBT001
    agreement.posts += posts
    agreement.left_to_people += posts if action == Action.HOLD else 0
    if agreed is None:
        return
    agreement.compared += posts
    agreement.agreed += posts if agreed else 0
    if not agreed and done is not None:
        agreement.done[done] = agreement.done.get(done, 0) + posts


def report_as_json(
    report: PilotReport, against: Sequence[PilotVerdictRow], posts: Mapping[tuple[int, int], str]
) -> dict[str, Json]:
    """The report as JSON."""
    pilot = report.pilot
    return {
        "pilot": pilot.id,
        "brand": pilot.brand,
        "version": pilot.version,
        "mode": pilot.mode,
        "share": pilot.share,
        "started_at": pilot.started_at.isoformat(),
        "ended_at": pilot.ended_at.isoformat() if pilot.ended_at else None,
        "ended_because": pilot.ended_because,
        "least_agreement": pilot.least_agreement,
        "least_compared": pilot.least_compared,
        "most_invitations_a_day": pilot.most_invitations,
        "invitations": report.invitations,
        "otherwise_than_live": report.changed,
        **_agreement(report.overall),
        "rules": {rule: _agreement(agreement) for rule, agreement in report.by_rule.items()},
        "disagreements": [
            {
                "post": posts.get((each.mention_id, each.revision), ""),
                "would": each.action,
                "rule": each.rule,
                "text": each.text,
                "done": each.done,
                "live": each.live_action,
            }
            for each in against
        ],
    }


def report_as_text(
    report: PilotReport, against: Sequence[PilotVerdictRow], posts: Mapping[tuple[int, int], str]
) -> str:
    """The report in lines."""
    pilot, overall = report.pilot, report.overall
    state = f"ended: {pilot.ended_because}" if pilot.ended_at else "runs"
    lines = [
        f"pilot {pilot.id} of {pilot.brand} {state} ({pilot.mode}, {pilot.share:.0%} of threads, {pilot.version})",
        f"posts {overall.posts}, of which it would have treated {report.changed} otherwise than the rulebook in use",
        f"invitations {report.invitations} (at most {pilot.most_invitations} a day while live)",
        f"agreement {_written(overall)}; it ends by itself below {pilot.least_agreement:.0%} of {pilot.least_compared}",
        "",
        f"{'rule':<28}{'posts':>7}{'held':>7}{'compared':>10}{'agreed':>8}  people did instead",
    ]
    for rule, agreement in report.by_rule.items():
        instead = ", ".join(f"{done} {count}" for done, count in sorted(agreement.done.items()))
        lines.append(
            f"{rule:<28}{agreement.posts:>7}{agreement.left_to_people:>7}"
            f"{agreement.compared:>10}{agreement.agreed:>8}  {instead}".rstrip()
        )
    if against:
        lines += ["", "people did otherwise:"]
        lines += [
            f"  {each.rule}: {each.action}, people did {each.done}: {posts.get((each.mention_id, each.revision), '')}"
            for each in against
        ]
    return "\n".join(lines)


def _agreement(agreement: Agreement) -> dict[str, Json]:
    return {
        "posts": agreement.posts,
        "left_to_people": agreement.left_to_people,
        "compared": agreement.compared,
        "agreed": agreement.agreed,
        "agreement": agreement.share,
        "done_instead": dict(agreement.done),
    }


def _written(agreement: Agreement) -> str:
    if agreement.share is None:
        return "not known yet: nothing was compared"
    return f"{agreement.share:.0%} ({agreement.agreed} of {agreement.compared} compared)"
