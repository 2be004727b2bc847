"""The web application that networks deliver to: verified deliveries are stored as polling would store them.

A delivery that is forged, repeated or unreadable changes nothing. Polling reconciles: what is not delivered is read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from listener.ingest.intake import ingest_turn
from listener.webhooks.deliveries import DeliveryResult, VerifiedDelivery, store_delivery
from networks.meta import webhooks as meta
from networks.protocol import WebhookDelivery
from networks.x import webhooks as x
from records.database import reading, writing
from records.models import Account, Actor
from room.web.forms import BoundedBody, body_of
from service.intake.on_ingest import ingest_ports
from service.wiring.app import App
from service.wiring.settings import Settings, SettingsError

ACTOR = Actor(tag="step:webhooks")
MOST_BYTES = 1024 * 1024

log = structlog.get_logger("aparte.webhooks")


@dataclass(frozen=True, kw_only=True)
class Challenge:
    """The answer to a network that checks that its deliveries reach the right address."""

    text: str
    media_type: str = "text/plain"


@dataclass(frozen=True, kw_only=True)
class WebhookVerifier:
    """How an account's network proves itself, and how its deliveries are read."""

    challenge: Callable[[Mapping[str, str]], Challenge | None]
    """Given the query; None where it is not to be answered."""
    signed: Callable[[bytes, Mapping[str, str]], bool]
    """Given body and headers."""
    deliveries: Callable[[bytes], tuple[WebhookDelivery, ...]]
    """Raises ValueError where the body is no delivery."""


def verifier_of(settings: Settings, account: Account) -> WebhookVerifier | None:
    """The verifier of an account; None where its network delivers nothing."""
    if account.network == "x":
        return _of_x(settings, account)
    if account.network in {"facebook", "instagram"}:
        return _of_meta(settings, account)
    return None


def _of_x(settings: Settings, account: Account) -> WebhookVerifier:
    api_secret = settings.account_secret(account.name, "api_secret")

    def challenge(query: Mapping[str, str]) -> Challenge | None:
        token = query.get("crc_token")
        if not token:
            return None
        answer = json.dumps({"response_token": x.answer_crc(token, api_secret)})
        return Challenge(text=answer, media_type="application/json")

    def signed(body: bytes, headers: Mapping[str, str]) -> bool:
        return x.signed(body, headers.get("x-twitter-webhooks-signature", ""), api_secret)

    return WebhookVerifier(challenge=challenge, signed=signed, deliveries=x.deliveries)


def _of_meta(settings: Settings, account: Account) -> WebhookVerifier:
    app_secret = settings.account_secret(account.name, "app_secret")

    def challenge(query: Mapping[str, str]) -> Challenge | None:
        verify_token = _optional(settings, account.name, "verify_token")
        answer = meta.challenge(query, verify_token) if verify_token else None
        return None if answer is None else Challenge(text=answer)

    def signed(body: bytes, headers: Mapping[str, str]) -> bool:
        return meta.signed(body, headers.get("x-hub-signature-256", ""), app_secret)

    def deliveries(body: bytes) -> tuple[WebhookDelivery, ...]:
        return meta.deliveries(body, network=account.network)

    return WebhookVerifier(challenge=challenge, signed=signed, deliveries=deliveries)


def _optional(settings: Settings, account: str, kind: str) -> str:
    try:
        return settings.account_secret(account, kind)
    except SettingsError:
        return ""


def make_webhooks(app: App) -> Starlette:
    """The application: `/webhooks/{account}` for each account of the settings, and `/healthz`."""
    handlers = _Routes(app)

    def healthz(_request: Request) -> Response:
        with reading(app.engine) as session:
            session.execute(text("SELECT 1"))
        return PlainTextResponse("ok")

    routes = [
        Route("/webhooks/{account}", handlers.challenge, methods=["GET"]),
        Route("/webhooks/{account}", handlers.deliver, methods=["POST"]),
        Route("/healthz", healthz, methods=["GET"]),
    ]
    return Starlette(routes=routes, middleware=[Middleware(BoundedBody, most_bytes=MOST_BYTES)])


class _Routes:
    """What each address answers; plain functions, which the server runs in threads."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._verifiers = {
            account.name: (account, verifier_of(app.settings, account)) for account in app.accounts.values()
        }

    def challenge(self, request: Request) -> Response:
        """Show the network that we hold the secret that it asks about."""
        _, verifier = self._verifiers.get(request.path_params["account"], (None, None))
        if verifier is None:
            return _nothing_here()
        answer = verifier.challenge(request.query_params)
        if answer is None:
            return PlainTextResponse("The challenge is not ours.", status_code=403)
        return Response(answer.text, media_type=answer.media_type)

    def deliver(self, request: Request) -> Response:
        """Store a delivery; the network sends again what is not answered with 200."""
        account, verifier = self._verifiers.get(request.path_params["account"], (None, None))
        if account is None or verifier is None:
            return _nothing_here()
        body = body_of(request)
        if body is None:
            return PlainTextResponse(f"A delivery may have {MOST_BYTES} bytes.", status_code=413)
        if not verifier.signed(body, request.headers):
            log.warning("webhook refused", account=account.name, reason="the signature is wrong")
            return PlainTextResponse("The signature is wrong.", status_code=403)
        try:
            deliveries = verifier.deliveries(body)
        except ValueError:
            log.warning("webhook unreadable", account=account.name)
            return PlainTextResponse("The delivery cannot be read.", status_code=400)
        verified = self._verified(account, deliveries, body, request)
        result = _ingest(self._app, account, verified, body, self._app.clock.now())
        return JSONResponse({"repeated": result.repeated})

    def _verified(
        self, named: Account, deliveries: Sequence[WebhookDelivery], body: bytes, request: Request
    ) -> tuple[VerifiedDelivery, ...]:
        """The deliveries about accounts of ours whose own secret signed them: one app may serve many accounts."""
        ours = {
            account.external_id: account
            for account, verifier in self._verifiers.values()
            if verifier is not None and account.network == named.network and verifier.signed(body, request.headers)
        }
        return tuple(
            VerifiedDelivery(account=ours[each.account_external_id], delivery=each)
            for each in deliveries
            if each.account_external_id in ours
        )


def _ingest(
    app: App, account: Account, verified: Sequence[VerifiedDelivery], body: bytes, now: datetime
) -> DeliveryResult:
    with writing(app.engine, in_turn=ingest_turn(account.network)) as session:
        return store_delivery(
            session,
            verified,
            network=account.network,
            digest=hashlib.sha256(body).hexdigest(),
            ports=ingest_ports(app, [each.account for each in verified], actor=ACTOR, now=now),
            actor=ACTOR,
            now=now,
        )


def _nothing_here() -> Response:
    return PlainTextResponse("There is nothing here.", status_code=404)
