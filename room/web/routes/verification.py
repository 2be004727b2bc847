"""Routes on which a person proves to be on file by a one-time code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from people.blind_index import LookupKey, booking_key, contact_key
from records.database import reading, writing
from records.enums import ProofKind
from records.models import Brand
from records.tables.room import RoomRow
from room.conversation.opt_out import WITHOUT_PROOF
from room.lifecycle import PERSON
from room.verification.link_record import record_proof
from room.verification.one_time_code import CodeCheck, check_code, parse_digits, request_code
from room.verification.ports import VerificationPorts
from room.verification.throttling import ThrottleScope, is_throttled, record_failed_attempt
from room.web.browser_session import (
    current_room,
    is_cross_site,
    refusal_response,
    remember_language,
    request_source,
    room_path,
    words_of,
)
from room.web.context import RoomContext
from room.web.forms import BodyTooLargeError, form_of
from room.web.pages.verification import CODE_PATH, PROOF_PATH, one_time_code_page, proof_page, proved_page
from room.web.routes.entry import throttled

AFTER_PROOF = "/room/consent"
MOST_SHOWN_BACK = 400
_SAID = {CodeCheck.WRONG: "proof_code_wrong", CodeCheck.OVER: "proof_code_over"}


def verification_routes(context: RoomContext) -> list[Route]:
    """Where a person is asked who they are on file; nowhere in a house that asks nobody."""
    if context.proof is None:
        return []
    handlers = _VerificationHandlers(context, context.proof)
    return [
        Route(PROOF_PATH, handlers.show_question, methods=["GET"]),
        Route(PROOF_PATH, handlers.ask, methods=["POST"]),
        Route(CODE_PATH, handlers.show_code, methods=["GET"]),
        Route(CODE_PATH, handlers.try_code, methods=["POST"]),
    ]


@dataclass(frozen=True)
class _VerificationHandlers:
    context: RoomContext
    ports: VerificationPorts

    def show_question(self, request: Request) -> Response:
        """Ask by what the person is found, or show that they were."""
        room = self._room(request)
        if room is None:
            return refusal_response(request, "outside", status=403)
        brand = self.context.brand_of(room.account_id)
        words = words_of(request, room, brand)
        if room.filed_at is not None:
            return remember_language(self.context, request, proved_page(request, words, brand, room))
        if is_excused(room):
            return RedirectResponse(room_path(request), status_code=303)
        return remember_language(self.context, request, self._question(request, room))

    def ask(self, request: Request) -> Response:
        """Put out a code for whoever is meant. The answer is one and the same whether or not anybody is."""
        if is_cross_site(request):
            return refusal_response(request, "outside", status=403)
        typed, now = _typed(request), self.context.clock()
        with writing(self.context.engine) as session:
            room = current_room(self.context, session, request, now=now)
            if room is None:
                return refusal_response(request, "outside", status=403)
            brand = self.context.brand_of(room.account_id)
            elsewhere = _leads_elsewhere(request, room)
            if elsewhere:
                return RedirectResponse(elsewhere, status_code=303)
            key = _key(brand, typed)
            if key is None:
                wrong = "proof_booking_wrong" if brand.proof == "booking" else "proof_contact_wrong"
                return self._question(request, room, typed=typed, wrong=wrong, status=400)
            if not request_code(session, room, key, ports=self.ports, actor=PERSON, now=now):
                return self._question(request, room, typed=typed, wrong="proof_resting", status=429)
            return RedirectResponse(room_path(request, CODE_PATH), status_code=303)

    def show_code(self, request: Request) -> Response:
        """Ask for the code."""
        room = self._room(request)
        if room is None:
            return refusal_response(request, "outside", status=403)
        elsewhere = _leads_elsewhere(request, room)
        if elsewhere:
            return RedirectResponse(elsewhere, status_code=303)
        return remember_language(self.context, request, self._code(request, room))

    def try_code(self, request: Request) -> Response:
        """Try a code. A wrong one counts against it, against its record and against where it comes from."""
        if is_cross_site(request):
            return refusal_response(request, "outside", status=403)
        now = self.context.clock()
        with writing(self.context.engine) as session:
            room = current_room(self.context, session, request, now=now)
            if room is None:
                return refusal_response(request, "outside", status=403)
            elsewhere = _leads_elsewhere(request, room)
            if elsewhere:
                return RedirectResponse(elsewhere, status_code=303)
            return self._tried(session, request, room, now)

    def _tried(self, session: Session, request: Request, room: RoomRow, now: datetime) -> Response:
        typed = _typed(request).get("code", "")
        if not parse_digits(typed):
            return self._code(request, room, wrong="proof_code_digits", status=400)
        source = request_source(self.context, request, now=now)
        if is_throttled(session, ThrottleScope.PROOF, source, now=now):
            return throttled(request)
        tried, code = check_code(session, room, typed, ports=self.ports, actor=PERSON, now=now)
        if code is None or code.customer_id is None:
            record_failed_attempt(session, ThrottleScope.PROOF, source, now=now)
            return self._code(request, room, wrong=_SAID[tried], status=400)
        filed = record_proof(
            session,
            room,
            customer_id=code.customer_id,
            proof=ProofKind(code.kind),
            label_sink=self.context.label_sink,
            actor=PERSON,
            now=now,
        )
        if not filed:
            return refusal_response(request, "other_record", status=403)
        return RedirectResponse(room_path(request, AFTER_PROOF), status_code=303)

    def _room(self, request: Request) -> RoomRow | None:
        with reading(self.context.engine) as session:
            return current_room(self.context, session, request, now=self.context.clock())

    def _question(
        self,
        request: Request,
        room: RoomRow,
        *,
        typed: Mapping[str, str] | None = None,
        wrong: str = "",
        status: int = 200,
    ) -> Response:
        brand = self.context.brand_of(room.account_id)
        return proof_page(
            request,
            words_of(request, room, brand),
            brand,
            room,
            with_sign_in=self.ports.sign_in is not None,
            typed=typed,
            wrong=wrong,
            status=status,
        )

    def _code(self, request: Request, room: RoomRow, *, wrong: str = "", status: int = 200) -> Response:
        brand = self.context.brand_of(room.account_id)
        return one_time_code_page(request, words_of(request, room, brand), brand, wrong=wrong, status=status)


def is_excused(room: RoomRow) -> bool:
    """True where the person said that the file cannot be theirs: nobody asks them to prove it."""
    return room.turned_away_because in WITHOUT_PROOF


def _leads_elsewhere(request: Request, room: RoomRow) -> str:
    """Where somebody is sent who need not be asked; empty for all others."""
    if room.filed_at is not None:
        return room_path(request, PROOF_PATH)
    return room_path(request) if is_excused(room) else ""


def _key(brand: Brand, typed: Mapping[str, str]) -> LookupKey | None:
    if brand.proof == "booking":
        return booking_key(typed.get("booking", ""), typed.get("surname", ""))
    return contact_key(typed.get("contact", ""), market=brand.market)


def _typed(request: Request) -> Mapping[str, str]:
    try:
        return {name: value[:MOST_SHOWN_BACK] for name, value in form_of(request).items()}
    except BodyTooLargeError:
        return {}
