"""Routes for consent: each question by itself, answered or withdrawn."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from people.consents import wording_version
from records.database import reading, writing
from records.enums import Purpose
from records.models import Brand
from records.tables.people import ConsentRow
from records.tables.room import RoomRow
from room.lifecycle import PERSON
from room.rendering import brand_name, local_time, render_page
from room.verification.link_record import record_consent, record_withdrawal
from room.web.browser_session import (
    current_room,
    is_cross_site,
    refusal_response,
    remember_language,
    room_path,
    words_of,
)
from room.web.context import RoomContext
from room.web.forms import BodyTooLargeError, form_of
from room.web.pages.verification import proof_views
from room.wordings import LANGUAGES, Words, words_for

CONSENT_PATH = "/room/consent"
WITHDRAW_PATH = "/room/consent/withdraw"
_TOLD = {"saved": "consent_saved", "withdrawn": "consent_withdrawn"}


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question as it is shown."""

    purpose: str
    text: str
    version: str
    given: str
    """When it was answered with yes, in words; empty while it is open."""


def consent_routes(context: RoomContext) -> list[Route]:
    """Where a person agrees, or takes it back."""
    handlers = _ConsentHandlers(context)
    return [
        Route(CONSENT_PATH, handlers.show_questions, methods=["GET"]),
        Route(CONSENT_PATH, handlers.answer, methods=["POST"]),
        Route(WITHDRAW_PATH, handlers.withdraw, methods=["POST"]),
    ]


def question_text(words: Words, purpose: Purpose) -> str:
    """The very question, whose digest is kept with the answer."""
    return words[f"consent_{purpose.value}"]


def consents_shown(session: Session, room: RoomRow) -> dict[Purpose, ConsentRow]:
    """The consents that stand and may be shown in `room`.

    Those given in another room are shown to nobody who has not proved to hold the handle.
    """
    query = select(ConsentRow).where(
        col(ConsentRow.identity_id) == room.identity_id, col(ConsentRow.withdrawn_at).is_(None)
    )
    if room.handle_held_at is None:
        query = query.where(col(ConsentRow.room_id) == room.id)
    return {Purpose(row.purpose): row for row in session.execute(query.order_by(col(ConsentRow.id).desc())).scalars()}


@dataclass(frozen=True)
class _ConsentHandlers:
    context: RoomContext

    def show_questions(self, request: Request) -> Response:
        """Show the privacy notice, then the questions."""
        with reading(self.context.engine) as session:
            room = current_room(self.context, session, request, now=self.context.clock())
            if room is None:
                return refusal_response(request, "outside", status=403)
            return remember_language(self.context, request, self._questions(session, request, room))

    def answer(self, request: Request) -> Response:
        """Record each yes; what is not ticked is no answer, and ends nothing."""
        if is_cross_site(request):
            return refusal_response(request, "outside", status=403)
        form, now = _form(request), self.context.clock()
        with writing(self.context.engine) as session:
            room = current_room(self.context, session, request, now=now)
            if room is None:
                return refusal_response(request, "outside", status=403)
            known = _versions(self.context.brand_of(room.account_id))
            standing = consents_shown(session, room)
            for purpose in Purpose:
                version = form.get(f"wording_{purpose.value}", "")
                # An answer to a text that is not (any more) asked is no answer to the one that is.
                if form.get(purpose.value) == "yes" and purpose not in standing and version in known[purpose]:
                    record_consent(
                        session,
                        room,
                        purpose,
                        wording_version=version,
                        label_sink=self.context.label_sink,
                        actor=PERSON,
                        now=now,
                    )
            return RedirectResponse(_told(request, "saved"), status_code=303)

    def withdraw(self, request: Request) -> Response:
        """Take back one yes, and what it allowed."""
        if is_cross_site(request):
            return refusal_response(request, "outside", status=403)
        named, now = _form(request).get("purpose", ""), self.context.clock()
        purpose = next((purpose for purpose in Purpose if purpose.value == named), None)
        with writing(self.context.engine) as session:
            room = current_room(self.context, session, request, now=now)
            if room is None:
                return refusal_response(request, "outside", status=403)
            if purpose is not None and purpose in consents_shown(session, room):
                record_withdrawal(session, room, purpose, label_sink=self.context.label_sink, actor=PERSON, now=now)
            return RedirectResponse(_told(request, "withdrawn"), status_code=303)

    def _questions(self, session: Session, request: Request, room: RoomRow) -> Response:
        brand = self.context.brand_of(room.account_id)
        words = words_of(request, room, brand)
        standing = consents_shown(session, room)
        told = _TOLD.get(request.query_params.get("told", ""), "")
        return render_page(
            "consent.html",
            words,
            brand=brand_name(brand),
            here=room_path(request, CONSENT_PATH),
            withdraw=room_path(request, WITHDRAW_PATH),
            back=room_path(request),
            told=words[told] if told else "",
            notice=[
                words[name].format(brand=brand_name(brand))
                for name in ("privacy_who", "privacy_kept", "privacy_rights")
            ],
            questions=[_question(words, brand, purpose, standing.get(purpose)) for purpose in Purpose],
            proofs=proof_views(words, room),
        )


def _question(words: Words, brand: Brand, purpose: Purpose, standing: ConsentRow | None) -> Question:
    text = question_text(words, purpose)
    given = ""
    if standing is not None:
        given = words["consent_given"].format(moment=words.moment(local_time(standing.given_at, brand)))
    return Question(purpose=purpose.value, text=text, version=wording_version(words.language, text), given=given)


def _told(request: Request, what: str) -> str:
    here = room_path(request, CONSENT_PATH)
    return f"{here}{'&' if '?' in here else '?'}told={what}"


def _versions(brand: Brand) -> dict[Purpose, frozenset[str]]:
    """Of each question, the wordings that this house asks."""
    spoken = [words_for(language, brand) for language in LANGUAGES]
    return {
        purpose: frozenset(wording_version(words.language, question_text(words, purpose)) for words in spoken)
        for purpose in Purpose
    }


def _form(request: Request) -> dict[str, str]:
    try:
        return dict(form_of(request))
    except BodyTooLargeError:
        return {}
