"""The web application of the private rooms, with what it asks the service for: opening hours, training labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select, update
from sqlmodel import Session, col

from policies.rulebook.calendar import Calendar
from records.database import reading
from records.enums import ProofKind, Relation
from records.models import Actor
from records.tables.listener import MentionRow
from records.tables.room import RoomRow
from records.tables.service import LabelRow
from room.verification.ports import VerificationPorts
from room.web.app import make_app
from room.web.context import RoomContext
from room.web.pages.conversation import CLOSED_TODAY
from service.brands.rulebook_versions import current_rulebook
from service.private_room.oidc import sign_in_of
from service.wiring.app import App
from service.wiring.keys import code_key, records_key

TASK = "relation"
"""Of the labels that proofs of identity give."""


def room_app(app: App) -> object:
    """The web application of the private rooms."""
    return make_app(
        RoomContext(
            engine=app.engine,
            room_key=app.room_key,
            sealer=app.encryption,
            clock=app.clock.now,
            brand_of=app.brand_of,
            secure_cookies=app.public_url.startswith("https://"),
            brands=tuple(app.settings.brands.values()),
            proof=VerificationPorts(
                records_key=records_key(app.master_key),
                code_key=code_key(app.master_key),
                sign_in=sign_in_of(app.settings),
            ),
            label_sink=TrainingLabels(),
            hours_of=hours_of(app),
            source_header=app.settings.document.service.room_source_header,
        )
    )


def hours_of(app: App) -> Callable[[int, datetime], str]:
    """Tells the opening hours of an account's desk, by its id, at a moment."""

    def asked(account_id: int, now: datetime) -> str:
        brand = app.brand_of(account_id)
        with reading(app.engine) as session:
            calendar = current_rulebook(session, brand.name).calendar
        return hours_on(calendar, now.astimezone(ZoneInfo(brand.timezone)))

    return asked


def hours_on(calendar: Calendar, local: datetime) -> str:
    """`08:00-14:00, 16:00-20:00` on the day of `local`, or `CLOSED_TODAY`. Pure."""
    holiday = calendar.holiday(local)
    shifts = calendar.week[local.weekday()] if holiday is None else holiday.shifts
    written = ", ".join(f"{_clock(shift.opens)}-{_clock(shift.closes)}" for shift in shifts)
    return written or CLOSED_TODAY


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


class TrainingLabels:
    """Keeps proofs of identity as true labels of the relation model: with consent, until it is taken back.

    It is the room's `LabelSink`.
    """

    def proved(
        self, session: Session, room: RoomRow, proof: ProofKind, *, consent_id: int, actor: Actor, now: datetime
    ) -> None:
        """Label the author of this room's mention as a customer, once for each consent."""
        standing = exists().where(
            col(LabelRow.mention_id) == room.mention_id,
            col(LabelRow.task) == TASK,
            col(LabelRow.consent_id) == consent_id,
            col(LabelRow.superseded_at).is_(None),
        )
        if session.execute(select(standing)).scalar():
            return
        revision = session.get_one(MentionRow, room.mention_id).revision
        session.add(
            LabelRow(
                mention_id=room.mention_id,
                revision=revision,
                task=TASK,
                value=Relation.CUSTOMER.value,
                source=f"proof:{proof.value}",
                actor=actor.tag,
                consent_id=consent_id,
                made_at=now,
            )
        )
        session.flush()

    def withdrawn(self, session: Session, consent_ids: Sequence[int], *, now: datetime) -> None:
        """Supersede the labels that were kept with these consents."""
        session.execute(
            update(LabelRow)
            .where(col(LabelRow.consent_id).in_(consent_ids), col(LabelRow.superseded_at).is_(None))
            .values(superseded_at=now)
            .execution_options(synchronize_session=False)
        )
