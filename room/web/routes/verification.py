"""Routes on which a person proves to be on file by a one-time code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from people.blind_index import LookupKey, booking_key, contact_key
from records.enums import ProofKind
from records.models import Brand
from records.tables.room import RoomRow
from room.conversation.opt_out import WITHOUT_PROOF
from room.lifecycle import PERSON
from room.verification.link_record import record_proof
from room.verification.one_time_code import CodeCheck, check_code, parse_digits, request_code
from room.verification.ports import VerificationPorts
from room.verification.throttling import ThrottleScope, is_throttled, record_failed_attempt
from room.web.access import (
    RefusedError,
    RoomRequest,
    in_room,
    refusal_response,
    request_source,
    too_many_attempts,
)
from room.web.context import RoomContext
from room.web.forms import form_or_empty
from room.web.language import remember_language
from room.web.pages.consent import CONSENT_PATH
from room.web.pages.verification import CODE_PATH, PROOF_PATH, one_time_code_page, proof_page, proved_page

AFTER_PROOF = CONSENT_PATH
OTHER_RECORD = RefusedError("other_record", status=403)
"""The room belongs to another customer record. Answered, not raised: the attempt stays in the ledger."""
MOST_SHOWN_BACK = 400
_WRONG = {CodeCheck.WRONG: "proof_code_wrong", CodeCheck.OVER: "proof_code_over"}


def verification_routes(context: RoomContext) -> list[Route]:
    """Where a person is asked who they are on file; none where nobody is asked."""
    if context.proof is None:
        return []
    handlers = _VerificationHandlers(context, context.proof)
    return [
        Route(PROOF_PATH, handlers.show_question, methods=["GET"]),
        Route(PROOF_PATH, handlers.request_code, methods=["POST"]),
        Route(CODE_PATH, handlers.show_code_form, methods=["GET"]),
        Route(CODE_PATH, handlers.try_code, methods=["POST"]),
    ]


def needs_no_proof(room: RoomRow) -> bool:
    """True where the person said that the file cannot be theirs: nobody asks them to prove it."""
    return room.turned_away_because in WITHOUT_PROOF


@dataclass(frozen=True)
class _VerificationHandlers:
    context: RoomContext
    ports: VerificationPorts

    @in_room()
    def show_question(self, request: RoomRequest) -> Response:
        """Ask by what the person is found, or show that they were."""
        if request.room.filed_at is not None:
            return remember_language(self.context, request.http, proved_page(request))
        if needs_no_proof(request.room):
            return RedirectResponse(request.path(), status_code=303)
        return remember_language(self.context, request.http, self._question(request))

    @in_room(write=True)
    def request_code(self, request: RoomRequest) -> Response:
        """Queue a code for whoever is named. The answer is one and the same whether or not anybody is."""
        elsewhere = _elsewhere(request)
        if elsewhere:
            return RedirectResponse(elsewhere, status_code=303)
        typed, brand = _typed(request.http), request.brand
        key = _lookup_key(brand, typed)
        if key is None:
            wrong = "proof_booking_wrong" if brand.proof == "booking" else "proof_contact_wrong"
            return self._question(request, typed=typed, wrong=wrong, status=400)
        if not request_code(request.session, request.room, key, ports=self.ports, actor=PERSON, now=request.now):
            return self._question(request, typed=typed, wrong="proof_resting", status=429)
        return RedirectResponse(request.path(CODE_PATH), status_code=303)

    @in_room()
    def show_code_form(self, request: RoomRequest) -> Response:
        """Ask for the code."""
        elsewhere = _elsewhere(request)
        if elsewhere:
            return RedirectResponse(elsewhere, status_code=303)
        return remember_language(self.context, request.http, one_time_code_page(request))

    @in_room(write=True)
    def try_code(self, request: RoomRequest) -> Response:
        """Check a code. A wrong one counts against it, against its record and against its source."""
        elsewhere = _elsewhere(request)
        if elsewhere:
            return RedirectResponse(elsewhere, status_code=303)
        typed = _typed(request.http).get("code", "")
        if not parse_digits(typed):
            return one_time_code_page(request, wrong="proof_code_digits", status=400)
        session, now = request.session, request.now
        source = request_source(self.context, request.http, now=now)
        if is_throttled(session, ThrottleScope.PROOF, source, now=now):
            raise too_many_attempts()
        check, code = check_code(session, request.room, typed, ports=self.ports, actor=PERSON, now=now)
        if code is None or code.customer_id is None:
            record_failed_attempt(session, ThrottleScope.PROOF, source, now=now)
            return one_time_code_page(request, wrong=_WRONG[check], status=400)
        recorded = record_proof(
            session,
            request.room,
            customer_id=code.customer_id,
            proof=ProofKind(code.kind),
            label_sink=self.context.label_sink,
            actor=PERSON,
            now=now,
        )
        if not recorded:
            return refusal_response(request.http, OTHER_RECORD)
        return RedirectResponse(request.path(AFTER_PROOF), status_code=303)

    def _question(
        self, request: RoomRequest, *, typed: Mapping[str, str] | None = None, wrong: str = "", status: int = 200
    ) -> Response:
        with_sign_in = self.ports.sign_in is not None
        return proof_page(request, with_sign_in=with_sign_in, typed=typed, wrong=wrong, status=status)


def _elsewhere(request: RoomRequest) -> str:
    """Where somebody is sent who need not be asked; empty for all others."""
    if request.room.filed_at is not None:
        return request.path(PROOF_PATH)
    return request.path() if needs_no_proof(request.room) else ""


def _lookup_key(brand: Brand, typed: Mapping[str, str]) -> LookupKey | None:
    if brand.proof == "booking":
        return booking_key(typed.get("booking", ""), typed.get("surname", ""))
    return contact_key(typed.get("contact", ""), market=brand.market)


def _typed(request: Request) -> Mapping[str, str]:
    return {name: value[:MOST_SHOWN_BACK] for name, value in form_or_empty(request).items()}
