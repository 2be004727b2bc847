"""The doors at which a person shows that they are on file, by a one-time code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from people.customer_keys import TypedKey, booking_key, contact_key
from records.database import reading, writing
from records.nouns import Brand
from records.tables.room import RoomRow
from records.words import ProofKind
from room.bodies import BodyTooLargeError, form_of
from room.codes_of_proof import Tried, ask, read_digits, try_code
from room.conversation_visits import onward, room_here
from room.entry_doors import turned_away
from room.filing import file_proof
from room.guesses import Door, missed, too_many
from room.premises import Premises
from room.proof_pages import CODE_PATH, PROOF_PATH, code_page, proof_page, proved_page
from room.proof_ports import ProofPorts
from room.rooms import PERSON
from room.visits import comes_from_elsewhere, refused, source_of, with_language, words_of
from room.ways_out import WITHOUT_PROOF

AFTER_PROOF = "/room/consent"
MOST_SHOWN_BACK = 400
_SAID = {Tried.WRONG: "proof_code_wrong", Tried.OVER: "proof_code_over"}


def proof_routes(premises: Premises) -> list[Route]:
    """Where a person is asked who they are on file; nowhere in a house that asks nobody."""
    if premises.proof is None:
        return []
    doors = _ProofDoors(premises, premises.proof)
    return [
        Route(PROOF_PATH, doors.show_question, methods=["GET"]),
        Route(PROOF_PATH, doors.ask, methods=["POST"]),
        Route(CODE_PATH, doors.show_code, methods=["GET"]),
        Route(CODE_PATH, doors.try_code, methods=["POST"]),
    ]


@dataclass(frozen=True)
class _ProofDoors:
    premises: Premises
    ports: ProofPorts

    def show_question(self, request: Request) -> Response:
        """Ask by what the person is found, or show that they were."""
        room = self._room(request)
        if room is None:
            return refused(request, "outside", status=403)
        brand = self.premises.brand_of(room.account_id)
        words = words_of(request, room, brand)
        if room.filed_at is not None:
            return with_language(self.premises, request, proved_page(request, words, brand, room))
        if is_excused(room):
            return RedirectResponse(onward(request), status_code=303)
        return with_language(self.premises, request, self._question(request, room))

    def ask(self, request: Request) -> Response:
        """Put out a code for whoever is meant. The answer is one and the same whether or not anybody is."""
        if comes_from_elsewhere(request):
            return refused(request, "outside", status=403)
        typed, now = _typed(request), self.premises.clock()
        with writing(self.premises.engine) as session:
            room = room_here(self.premises, session, request, now=now)
            if room is None:
                return refused(request, "outside", status=403)
            brand = self.premises.brand_of(room.account_id)
            elsewhere = _leads_elsewhere(request, room)
            if elsewhere:
                return RedirectResponse(elsewhere, status_code=303)
            key = _key(brand, typed)
            if key is None:
                wrong = "proof_booking_wrong" if brand.proof == "booking" else "proof_contact_wrong"
                return self._question(request, room, typed=typed, wrong=wrong, status=400)
            if not ask(session, room, key, ports=self.ports, actor=PERSON, now=now):
                return self._question(request, room, typed=typed, wrong="proof_resting", status=429)
            return RedirectResponse(onward(request, CODE_PATH), status_code=303)

    def show_code(self, request: Request) -> Response:
        """Ask for the code."""
        room = self._room(request)
        if room is None:
            return refused(request, "outside", status=403)
        elsewhere = _leads_elsewhere(request, room)
        if elsewhere:
            return RedirectResponse(elsewhere, status_code=303)
        return with_language(self.premises, request, self._code(request, room))

    def try_code(self, request: Request) -> Response:
        """Try a code. A wrong one counts against it, against its record and against where it comes from."""
        if comes_from_elsewhere(request):
            return refused(request, "outside", status=403)
        now = self.premises.clock()
        with writing(self.premises.engine) as session:
            room = room_here(self.premises, session, request, now=now)
            if room is None:
                return refused(request, "outside", status=403)
            elsewhere = _leads_elsewhere(request, room)
            if elsewhere:
                return RedirectResponse(elsewhere, status_code=303)
            return self._tried(session, request, room, now)

    def _tried(self, session: Session, request: Request, room: RoomRow, now: datetime) -> Response:
        typed = _typed(request).get("code", "")
        if not read_digits(typed):
            return self._code(request, room, wrong="proof_code_digits", status=400)
        source = source_of(self.premises, request, now=now)
        if too_many(session, Door.PROOF, source, now=now):
            return turned_away(request)
        tried, code = try_code(session, room, typed, ports=self.ports, actor=PERSON, now=now)
        if code is None or code.customer_id is None:
            missed(session, Door.PROOF, source, now=now)
            return self._code(request, room, wrong=_SAID[tried], status=400)
        filed = file_proof(
            session,
            room,
            customer_id=code.customer_id,
            proof=ProofKind(code.kind),
            learner=self.premises.learner,
            actor=PERSON,
            now=now,
        )
        if not filed:
            return refused(request, "other_record", status=403)
        return RedirectResponse(onward(request, AFTER_PROOF), status_code=303)

    def _room(self, request: Request) -> RoomRow | None:
        with reading(self.premises.engine) as session:
            return room_here(self.premises, session, request, now=self.premises.clock())

    def _question(
        self,
        request: Request,
        room: RoomRow,
        *,
        typed: Mapping[str, str] | None = None,
        wrong: str = "",
        status: int = 200,
    ) -> Response:
        brand = self.premises.brand_of(room.account_id)
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
        brand = self.premises.brand_of(room.account_id)
        return code_page(request, words_of(request, room, brand), brand, wrong=wrong, status=status)


def is_excused(room: RoomRow) -> bool:
    """True where the person said that the file cannot be theirs: nobody asks them to prove it."""
    return room.turned_away_because in WITHOUT_PROOF


def _leads_elsewhere(request: Request, room: RoomRow) -> str:
    """Where somebody is sent who need not be asked; empty for all others."""
    if room.filed_at is not None:
        return onward(request, PROOF_PATH)
    return onward(request) if is_excused(room) else ""


def _key(brand: Brand, typed: Mapping[str, str]) -> TypedKey | None:
    if brand.proof == "booking":
        return booking_key(typed.get("booking", ""), typed.get("surname", ""))
    return contact_key(typed.get("contact", ""), market=brand.market)


def _typed(request: Request) -> Mapping[str, str]:
    try:
        return {name: value[:MOST_SHOWN_BACK] for name, value in form_of(request).items()}
    except BodyTooLargeError:
        return {}
