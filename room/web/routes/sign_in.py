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
from records.enums import ProofKind
from records.tables.room import RoomRow
from room.lifecycle import PERSON
from room.verification.link_record import record_proof
from room.verification.ports import CompanySignIn, SignInError, VerificationPorts
from room.web.access import RefusedError, RoomRequest, is_cross_site, open_room, outside, refusal_response
from room.web.context import RoomContext
from room.web.pages.verification import SIGN_IN_PATH, proof_page
from room.web.routes.verification import AFTER_PROOF, OTHER_RECORD, needs_no_proof

BACK_PATH = "/room/sign-in/back"
SIGN_IN_LASTS = timedelta(minutes=10)
_MOST_CHARACTERS = 4_000


def sign_in_routes(context: RoomContext) -> list[Route]:
    """The way to the company's sign-in and back; none where there is no such sign-in."""
    if context.proof is None or context.proof.sign_in is None:
        return []
    handlers = _SignInHandlers(context, context.proof, context.proof.sign_in)
    return [
        Route(SIGN_IN_PATH, handlers.leave, methods=["GET"]),
        Route(BACK_PATH, handlers.come_back, methods=["GET"]),
    ]


@dataclass(frozen=True)
class _SignInHandlers:
    context: RoomContext
    ports: VerificationPorts
    sign_in: CompanySignIn

    def leave(self, http: Request) -> Response:
        """Send the browser to the company's sign-in."""
        if is_cross_site(http):
            raise outside()
        # The company's sign-in may be asked for its address: outside of any transaction.
        with open_room(self.context, http) as request:
            room, now = request.room, request.now
        if needs_no_proof(room):
            return RedirectResponse(request.path(), status_code=303)
        seed = f"{int((now + SIGN_IN_LASTS).timestamp())}.{secrets.token_urlsafe(24)}.{room.public_id}"
        try:
            address = self.sign_in.address(
                state=self._derived("state", seed, room),
                nonce=self._derived("nonce", seed, room),
                challenge=_challenge(self._derived("verifier", seed, room)),
            )
        except SignInError:
            return _failed(request, "sign_in_failed", status=502)
        response = RedirectResponse(address, status_code=303)
        response.set_cookie(
            self._cookie,
            seed,
            max_age=int(SIGN_IN_LASTS.total_seconds()),
            httponly=True,
            # Lax, since the company's sign-in sends the browser back from its own origin.
            samesite="lax",
            secure=self.context.secure_cookies,
        )
        return response

    def come_back(self, http: Request) -> Response:
        """Record whom the company's sign-in says that this is."""
        # The room from which the sign-in began, whichever was visited since; without one, the newest.
        named = http.cookies.get(self._cookie, "").rpartition(".")[2]
        with open_room(self.context, http, named=named) as request:
            pass
        try:
            response = self._signed_in(request)
        except RefusedError as refused:
            # Caught here, since the cookie goes whatever came of it.
            response = refusal_response(http, refused)
        response.delete_cookie(self._cookie, httponly=True, samesite="lax", secure=self.context.secure_cookies)
        return response

    def _signed_in(self, request: RoomRequest) -> Response:
        http, room, now = request.http, request.room, request.now
        seed, code = http.cookies.get(self._cookie, ""), http.query_params.get("code", "")
        state = http.query_params.get("state", "")
        genuine = hmac.compare_digest(self._derived("state", seed, room).encode(), state.encode("utf-8", "replace"))
        if not genuine or not _in_time(seed, now) or not 0 < len(code) <= _MOST_CHARACTERS:
            return _failed(request, "sign_in_failed", status=400)
        try:
            reference = self.sign_in.reference(
                code=code,
                verifier=self._derived("verifier", seed, room),
                nonce=self._derived("nonce", seed, room),
                now=now,
            )
        except SignInError:
            return _failed(request, "sign_in_failed", status=400)
        return self._recorded(http, room.public_id, reference)

    def _recorded(self, http: Request, public_id: str, reference: str) -> Response:
        with open_room(self.context, http, write=True, named=public_id) as request:
            customer_id = find_by_reference(request.session, reference)
            if customer_id is None:
                return _failed(request, "sign_in_unknown", status=404)
            recorded = record_proof(
                request.session,
                request.room,
                customer_id=customer_id,
                proof=ProofKind.COMPANY_SIGN_IN,
                label_sink=self.context.label_sink,
                actor=PERSON,
                now=request.now,
            )
        if not recorded:
            return refusal_response(http, OTHER_RECORD)
        return RedirectResponse(AFTER_PROOF, status_code=303)

    def _derived(self, what: str, seed: str, room: RoomRow) -> str:
        message = "\x00".join(("aparte sign-in", what, seed, room.public_id, room.session_hash or ""))
        return _plain(hmac.digest(self.ports.code_key, message.encode("utf-8", "replace"), hashlib.sha256))

    @property
    def _cookie(self) -> str:
        return "__Host-aparte_sign_in" if self.context.secure_cookies else "aparte_sign_in"


def _failed(request: RoomRequest, wrong: str, *, status: int) -> Response:
    return proof_page(request, with_sign_in=True, wrong=wrong, status=status)


def _in_time(seed: str, now: datetime) -> bool:
    until = seed.partition(".")[0]
    return until.isascii() and until.isdigit() and len(until) < 16 and now.timestamp() < int(until)


def _challenge(verifier: str) -> str:
    """PKCE's S256 (RFC 7636, section 4.2)."""
    return _plain(hashlib.sha256(verifier.encode("ascii")).digest())


def _plain(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")
