"""Acts on pilots: a supervisor starts, stops and promotes them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from ledger.entry import Entry
from ledger.log import append
from records.enums import Mode
from records.models import Actor
from records.refusals import RefusalError
from records.tables.rules import PilotRow
from service.brands.rulebook_versions import (
    RulebookOrigin,
    RulebookSource,
    put_in_use,
    store_rulebook,
    stored_rulebook,
    versions_in_use,
)
from service.desk.authorise import SUPERVISORS, authorised_write, refuse_unstorable
from service.pilots.lifecycle import PROMOTED, STOPPED, end_pilot
from service.pilots.report import PilotReport, report_on
from service.wiring.app import App

LONGEST_NOTE = 300


@dataclass(frozen=True, kw_only=True)
class PilotTerms:
    """On which terms a pilot runs."""

    mode: Mode = Mode.SHADOW
    share: float = 1.0
    """Of threads, above 0 and up to 1."""
    least_agreement: float = 0.8
    """Below this share of agreement it ends by itself, once enough was compared."""
    least_compared: int = 50
    most_invitations: int = 50
    """Invitations into rooms that a live pilot may make in a day of the brand."""


def start_pilot(app: App, brand: str, source: RulebookSource, terms: PilotTerms, *, actor: Actor, now: datetime) -> int:
    """Run a rulebook beside the one in use. Supervisors only; returns the pilot's id.

    Refused where one runs already, where it is the rulebook in use, and for terms that cannot be kept.
    """
    _check(terms)
    if brand not in app.settings.brands:
        raise RefusalError(
            f"There is no brand {brand}: it is one of {', '.join(sorted(app.settings.brands))}.",
            code="no-such-brand",
            brand=brand,
        )
    with authorised_write(app, actor, SUPERVISORS) as session:
        if _running(session, brand) is not None:
            raise RefusalError(
                f"A pilot of {brand} runs already: stop or promote it first.", code="pilot-running", brand=brand
            )
        if versions_in_use(session).get(brand) == source.rulebook.version:
            raise RefusalError(
                f"{source.name} is the rulebook that {brand} decides by already: change it first.",
                code="rulebook-in-use",
                brand=brand,
            )
        store_rulebook(session, source, now=now)
        row = PilotRow(
            brand=brand,
            version=source.rulebook.version,
            mode=terms.mode.value,
            share=terms.share,
            salt=secrets.token_hex(8),
            least_agreement=terms.least_agreement,
            least_compared=terms.least_compared,
            most_invitations=terms.most_invitations,
            started_by=actor.tag,
            started_at=now,
        )
        session.add(row)
        session.flush()
        append(session, [_started(row, source, actor, now)])
        return row.id or 0


def stop_pilot(app: App, brand: str, *, actor: Actor, now: datetime) -> PilotReport:
    """End the pilot of a brand. Supervisors only. Returns how it did."""
    with authorised_write(app, actor, SUPERVISORS) as session:
        pilot = _that_runs(session, brand)
        report = report_on(session, pilot)
        append(session, [end_pilot(session, pilot, STOPPED, report=report, actor=actor, now=now)])
        return report


def promote_pilot(app: App, brand: str, *, actor: Actor, now: datetime, although: str = "") -> PilotReport:
    """Decide by the pilot's rulebook from now on. Supervisors only. Returns how the pilot did.

    Refused where too little was compared, or it agreed too seldom, unless `although` says why it is promoted
    nevertheless; the reason stands in the log, and names no person.
    """
    refuse_unstorable(although)
    if len(although) > LONGEST_NOTE:
        raise RefusalError(f"Say why in at most {LONGEST_NOTE} characters.", code="reason-too-long", most=LONGEST_NOTE)
    with authorised_write(app, actor, SUPERVISORS) as session:
        pilot = _that_runs(session, brand)
        report = report_on(session, pilot)
        if not although.strip():
            _refuse_untried(report)
        entry = end_pilot(session, pilot, PROMOTED, report=report, actor=actor, now=now, note=although.strip())
        rulebook = stored_rulebook(session, pilot.version)
        put_in_use(session, brand, rulebook, origin=RulebookOrigin.PROMOTION, actor=actor, now=now)
        append(session, [entry])
        return report


def _check(terms: PilotTerms) -> None:
    if not 0 < terms.share <= 1:
        raise RefusalError(
            "The share of threads is above 0 and up to 1: write 0.1 for a tenth.", code="share-out-of-range"
        )
    if not 0 <= terms.least_agreement <= 1:
        raise RefusalError(
            "The least agreement is a share from 0 to 1: write 0.8 for eight in ten.", code="agreement-out-of-range"
        )
    if terms.least_compared < 1 or terms.most_invitations < 0:
        raise RefusalError("At least one post is compared, and no ceiling is below 0.", code="count-out-of-range")


def _refuse_untried(report: PilotReport) -> None:
    pilot, overall = report.pilot, report.overall
    if not report.enough:
        raise RefusalError(
            f"Only {overall.compared} posts were compared and {pilot.least_compared} are asked for: "
            "let the pilot run on, or say why it is promoted nevertheless.",
            code="pilot-compared-too-few",
            compared=overall.compared,
            least=pilot.least_compared,
        )
    if report.fails:
        raise RefusalError(
            f"It agreed with people on {overall.agreed} of {overall.compared} posts, less than was asked for: "
            "mend the rulebook, or say why it is promoted nevertheless.",
            code="pilot-agreed-too-seldom",
            agreed=overall.agreed,
            compared=overall.compared,
        )


def _running(session: Session, brand: str) -> PilotRow | None:
    query = select(PilotRow).where(col(PilotRow.brand) == brand, col(PilotRow.ended_at).is_(None)).with_for_update()
    row: PilotRow | None = session.execute(query).scalar_one_or_none()
    return row


def _that_runs(session: Session, brand: str) -> PilotRow:
    pilot = _running(session, brand)
    if pilot is None:
        raise RefusalError(
            f"No pilot of {brand} runs: start one with `aparte policy pilot start`.", code="no-pilot", brand=brand
        )
    return pilot


def _started(row: PilotRow, source: RulebookSource, actor: Actor, now: datetime) -> Entry:
    return Entry(
        kind="agent:pilot:started",
        at=now,
        actor=actor.tag,
        body={
            "pilot": row.id,
            "brand": row.brand,
            "rulebook": source.rulebook.name,
            "version": row.version,
            "mode": row.mode,
            "share": row.share,
            "least_agreement": row.least_agreement,
            "least_compared": row.least_compared,
            "most_invitations": row.most_invitations,
        },
    )
