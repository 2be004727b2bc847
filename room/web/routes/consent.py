"""Routes for consent: each question by itself, answered or withdrawn."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from records.enums import Purpose
from records.tables.people import ConsentRow
from records.tables.room import RoomRow
from room.lifecycle import PERSON
from room.verification.link_record import record_consent, record_withdrawal
from room.web.access import RoomRequest, in_room
from room.web.context import RoomContext
from room.web.forms import form_or_empty
from room.web.language import remember_language
from room.web.pages.consent import (
    CONFIRMED_PARAMETER,
    CONSENT_PATH,
    WITHDRAW_PATH,
    consent_page,
    wording_versions,
)


def consent_routes(context: RoomContext) -> list[Route]:
    """Where a person consents, or withdraws a consent."""
    handlers = _ConsentHandlers(context)
    return [
        Route(CONSENT_PATH, handlers.show_questions, methods=["GET"]),
        Route(CONSENT_PATH, handlers.answer, methods=["POST"]),
        Route(WITHDRAW_PATH, handlers.withdraw, methods=["POST"]),
    ]


@dataclass(frozen=True)
class _ConsentHandlers:
    context: RoomContext

    @in_room()
    def show_questions(self, request: RoomRequest) -> Response:
        """Show the privacy notice, then the questions."""
        page = consent_page(request, _visible_consents(request.session, request.room))
        return remember_language(self.context, request.http, page)

    @in_room(write=True)
    def answer(self, request: RoomRequest) -> Response:
        """Record each yes; what is not ticked is no answer, and ends nothing."""
        form = form_or_empty(request.http)
        versions = wording_versions(request.brand)
        consents = _visible_consents(request.session, request.room)
        for purpose in Purpose:
            version = form.get(f"wording_{purpose.value}", "")
            # An answer to a text that is not (any more) asked is no answer to the one that is.
            if form.get(purpose.value) == "yes" and purpose not in consents and version in versions[purpose]:
                record_consent(
                    request.session,
                    request.room,
                    purpose,
                    wording_version=version,
                    label_sink=self.context.label_sink,
                    actor=PERSON,
                    now=request.now,
                )
        return _back(request, "saved")

    @in_room(write=True)
    def withdraw(self, request: RoomRequest) -> Response:
        """Withdraw one consent, and what it allowed."""
        named = form_or_empty(request.http).get("purpose", "")
        purpose = next((purpose for purpose in Purpose if purpose.value == named), None)
        if purpose is not None and purpose in _visible_consents(request.session, request.room):
            record_withdrawal(
                request.session,
                request.room,
                purpose,
                label_sink=self.context.label_sink,
                actor=PERSON,
                now=request.now,
            )
        return _back(request, "withdrawn")


def _visible_consents(session: Session, room: RoomRow) -> dict[Purpose, ConsentRow]:
    """The live consents that may be shown in `room`.

    Those given in another room are shown to nobody who has not proved to hold the handle.
    """
    query = select(ConsentRow).where(
        col(ConsentRow.identity_id) == room.identity_id, col(ConsentRow.withdrawn_at).is_(None)
    )
    if room.handle_held_at is None:
        query = query.where(col(ConsentRow.room_id) == room.id)
    return {Purpose(row.purpose): row for row in session.execute(query.order_by(col(ConsentRow.id).desc())).scalars()}


def _back(request: RoomRequest, confirmed: str) -> Response:
    here = request.path(CONSENT_PATH)
    return RedirectResponse(f"{here}{'&' if '?' in here else '?'}{CONFIRMED_PARAMETER}={confirmed}", status_code=303)
