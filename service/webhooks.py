"""The web application that networks deliver to: what is signed is stored as polling would store it.

A delivery that is forged, repeated or unreadable changes nothing. Polling reconciles: what is not delivered is read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import text
from sqlmodel import Session
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from listener.deliveries import Brought, Verified, take
from listener.intake import turn_of
from networks.protocol import Delivery
from records.database import reading, writing
from records.nouns import Account, Actor
from room.bodies import BoundedBody, body_of
from service.consequences import when_settled
from service.house import House
from service.recognising import recogniser
from service.webhook_signs import signs_of

ACTOR = Actor(tag="step:webhooks")
MOST_BYTES = 1024 * 1024

log = structlog.get_logger("aparte.webhooks")


def make_webhooks(house: House) -> Starlette:
    """The application: `/webhooks/{account}` for each account of the settings, and `/healthz`."""
    doors = _Doors(house)

    def healthz(_request: Request) -> Response:
        with reading(house.engine) as session:
            session.execute(text("SELECT 1"))
        return PlainTextResponse("ok")

    routes = [
        Route("/webhooks/{account}", doors.challenge, methods=["GET"]),
        Route("/webhooks/{account}", doors.deliver, methods=["POST"]),
        Route("/healthz", healthz, methods=["GET"]),
    ]
    return Starlette(routes=routes, middleware=[Middleware(BoundedBody, most_bytes=MOST_BYTES)])


class _Doors:
    """What each address answers; plain functions, which the server runs in threads."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._signs = {
            account.name: (account, signs_of(house.settings, account)) for account in house.accounts.values()
        }

    def challenge(self, request: Request) -> Response:
        """Show the network that we hold the secret that it asks about."""
        _, signs = self._signs.get(request.path_params["account"], (None, None))
        if signs is None:
            return _nothing_here()
        answer = signs.challenge(request.query_params)
        if answer is None:
            return PlainTextResponse("The challenge is not ours.", status_code=403)
        return Response(answer.text, media_type=answer.media_type)

    def deliver(self, request: Request) -> Response:
        """Store a delivery; the network sends again what is not answered with 200."""
        account, signs = self._signs.get(request.path_params["account"], (None, None))
        if account is None or signs is None:
            return _nothing_here()
        body = body_of(request)
        if body is None:
            return PlainTextResponse(f"A delivery may have {MOST_BYTES} bytes.", status_code=413)
        if not signs.signed(body, request.headers):
            log.warning("webhook refused", account=account.name, reason="the signature is wrong")
            return PlainTextResponse("The signature is wrong.", status_code=403)
        try:
            told = signs.deliveries(body)
        except ValueError:
            log.warning("webhook unreadable", account=account.name)
            return PlainTextResponse("The delivery cannot be read.", status_code=400)
        verified = self._verified(account, told, body, request)
        brought = _take(self._house, account, verified, body, self._house.clock.now())
        return JSONResponse({"repeated": brought.repeated})

    def _verified(
        self, named: Account, told: Sequence[Delivery], body: bytes, request: Request
    ) -> tuple[Verified, ...]:
        """The deliveries about accounts of ours whose own secret signed them: one app may serve many accounts."""
        ours = {
            account.external_id: account
            for account, signs in self._signs.values()
            if signs is not None and account.network == named.network and signs.signed(body, request.headers)
        }
        return tuple(
            Verified(account=ours[each.account_external_id], delivery=each)
            for each in told
            if each.account_external_id in ours
        )


def _take(house: House, account: Account, verified: Sequence[Verified], body: bytes, now: datetime) -> Brought:
    def settle(session: Session, mention_ids: list[int]) -> None:
        for each in verified:
            when_settled(house, each.account, actor=ACTOR, now=now)(session, mention_ids)

    with writing(house.engine, in_turn=turn_of(account.network)) as session:
        return take(
            session,
            verified,
            network=account.network,
            digest=hashlib.sha256(body).hexdigest(),
            recognise=recogniser(house, actor=ACTOR, now=now),
            on_settled=settle,
            actor=ACTOR,
            now=now,
        )


def _nothing_here() -> Response:
    return PlainTextResponse("There is nothing here.", status_code=404)
