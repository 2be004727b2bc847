"""The company's own sign-in as a proof of being on file: there, and back.

No state is kept: what binds the way back to this browser and room is derived from a random cookie that lives as long
as a sign-in may take.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from people.customers import find_by_reference
from records.database import reading, writing
from records.tables.room import RoomRow
from records.words import ProofKind
from room.conversation_visits import onward, room_here, room_named
from room.filing import file_proof
from room.premises import Premises
from room.proof_doors import AFTER_PROOF, is_excused
from room.proof_pages import SIGN_IN_PATH, proof_page
from room.proof_ports import CompanySignIn, ProofPorts, SignInError
from room.rooms import PERSON
from room.visits import comes_from_elsewhere, refused, words_of

BACK_PATH = "/room/sign-in/back"
SIGN_IN_LASTS = timedelta(minutes=10)
_MOST_CHARACTERS = 4_000


def sign_in_routes(premises: Premises) -> list[Route]:
    """There and back; nowhere in a house without a company sign-in."""
    if premises.proof is None or premises.proof.sign_in is None:
        return []
    doors = _SignInDoors(premises, premises.proof, premises.proof.sign_in)
    return [
        Route(SIGN_IN_PATH, doors.leave, methods=["GET"]),
        Route(BACK_PATH, doors.come_back, methods=["GET"]),
    ]


@dataclass(frozen=True)
class _SignInDoors:
    premises: Premises
    ports: ProofPorts
    sign_in: CompanySignIn

    def leave(self, request: Request) -> Response:
        """Send the browser to the company's sign-in."""
        now = self.premises.clock()
        with reading(self.premises.engine) as session:
            room = room_here(self.premises, session, request, now=now)
        if room is None or comes_from_elsewhere(request):
            return refused(request, "outside", status=403)
        if is_excused(room):
            return RedirectResponse(onward(request), status_code=303)
        seed = f"{int((now + SIGN_IN_LASTS).timestamp())}.{secrets.token_urlsafe(24)}.{room.public_id}"
        try:
            address = self.sign_in.address(
                state=self._derived("state", seed, room),
                nonce=self._derived("nonce", seed, room),
                challenge=_challenge(self._derived("verifier", seed, room)),
            )
        except SignInError:
            return self._question(request, room, "sign_in_failed", status=502)
        answer = RedirectResponse(address, status_code=303)
        answer.set_cookie(
            self._cookie,
            seed,
            max_age=int(SIGN_IN_LASTS.total_seconds()),
            httponly=True,
            # Lax, since the company's sign-in sends the browser back from its own origin.
            samesite="lax",
            secure=self.premises.secure_cookies,
        )
        return answer

    def come_back(self, request: Request) -> Response:
        """Take what the company's sign-in says of who this is."""
        now = self.premises.clock()
        room = self._room(request, now)
        if room is None:
            return refused(request, "outside", status=403)
        answer = self._taken(request, room, now)
        answer.delete_cookie(self._cookie, httponly=True, samesite="lax", secure=self.premises.secure_cookies)
        return answer

    def _taken(self, request: Request, room: RoomRow, now: datetime) -> Response:
        seed, code = request.cookies.get(self._cookie, ""), request.query_params.get("code", "")
        state = request.query_params.get("state", "")
        genuine = hmac.compare_digest(self._derived("state", seed, room).encode(), state.encode("utf-8", "replace"))
        if not genuine or not _in_time(seed, now) or not 0 < len(code) <= _MOST_CHARACTERS:
            return self._question(request, room, "sign_in_failed", status=400)
        try:
            reference = self.sign_in.reference(
                code=code,
                verifier=self._derived("verifier", seed, room),
                nonce=self._derived("nonce", seed, room),
                now=now,
            )
        except SignInError:
            return self._question(request, room, "sign_in_failed", status=400)
        return self._filed(request, room, reference, now)

    def _filed(self, request: Request, room: RoomRow, reference: str, now: datetime) -> Response:
        with writing(self.premises.engine) as session:
            still_open = room_named(self.premises, session, request, room.public_id, now=now)
            if still_open is None:
                return refused(request, "outside", status=403)
            customer_id = find_by_reference(session, reference)
            if customer_id is None:
                return self._question(request, room, "sign_in_unknown", status=404)
            filed = file_proof(
                session,
                still_open,
                customer_id=customer_id,
                proof=ProofKind.COMPANY_SIGN_IN,
                learner=self.premises.learner,
                actor=PERSON,
                now=now,
            )
        if not filed:
            return refused(request, "other_record", status=403)
        return RedirectResponse(AFTER_PROOF, status_code=303)

    def _room(self, request: Request, now: datetime) -> RoomRow | None:
        """The room from which the sign-in began, whichever was visited since; without one, the newest."""
        named = request.cookies.get(self._cookie, "").rpartition(".")[2]
        with reading(self.premises.engine) as session:
            return room_named(self.premises, session, request, named, now=now)

    def _question(self, request: Request, room: RoomRow, wrong: str, *, status: int) -> Response:
        brand = self.premises.brand_of(room.account_id)
        words = words_of(request, room, brand)
        return proof_page(request, words, brand, room, with_sign_in=True, wrong=wrong, status=status)

    def _derived(self, what: str, seed: str, room: RoomRow) -> str:
        message = "\x00".join(("aparte sign-in", what, seed, room.public_id, room.session_hash or ""))
        return _plain(hmac.digest(self.ports.code_key, message.encode("utf-8", "replace"), hashlib.sha256))

    @property
    def _cookie(self) -> str:
        return "__Host-aparte_sign_in" if self.premises.secure_cookies else "aparte_sign_in"


def _in_time(seed: str, now: datetime) -> bool:
    until = seed.partition(".")[0]
    return until.isascii() and until.isdigit() and len(until) < 16 and now.timestamp() < int(until)


def _challenge(verifier: str) -> str:
    """PKCE's S256 (RFC 7636, section 4.2)."""
    return _plain(hashlib.sha256(verifier.encode("ascii")).digest())


def _plain(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")
