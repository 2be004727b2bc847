"""How a pilot does, for people to read and for programs to parse. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ledger.canonical import Json
from records.tables.rules import PilotVerdictRow
from service.pilot_reports import Agreement, PilotReport


def report_as_json(
    report: PilotReport, against: Sequence[PilotVerdictRow], posts: Mapping[tuple[int, int], str]
) -> dict[str, Json]:
    """The whole report."""
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
    """The same in lines."""
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
