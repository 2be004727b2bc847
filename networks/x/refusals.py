"""Names the errors that X answers with."""

from __future__ import annotations

from collections.abc import Sequence

import requests

from networks.errors import (
    DuplicateRefused,
    Invalid,
    NetworkError,
    RateLimited,
    Refused,
    Suspended,
    TargetGone,
    TokenRefused,
    TooLong,
    Uncertain,
    Unreachable,
)
from networks.json_values import JsonObject, mappings, text_of
from networks.scrubbing import scrub
from networks.x.limits import budget_of

_GONE = ("deleted or not visible", "could not find tweet", "not found", "does not exist")
_DUPLICATE = ("duplicate content", "already sent")
_TOO_LONG = ("too long", "longer than")
_SUSPENDED = "account is suspended"


def refusal(
    response: requests.Response, body: JsonObject, *, endpoint: str, writes: bool, secrets: Sequence[str]
) -> NetworkError:
    """The error that an answer other than 200 and 201 stands for."""
    status = response.status_code
    said = scrub(_said(body), secrets)
    where = f"{endpoint} ({status}{f', {said}' if said else ''})"
    if status == 429:
        return _rate_limited(response, endpoint, where)
    if status == 401:
        return TokenRefused(f"X refused the credentials at {where}: check the secrets of the account.")
    if status == 402:
        return Refused(f"X asks to be paid first, at {where}: buy credits for the app, or raise its spending limit.")
    if status in {400, 403, 404, 410, 422}:
        return _refused(status, said, where, writes=writes)
    if writes:
        return Uncertain(f"X failed at {where}: it may have been accepted.")
    return Unreachable(f"X failed at {where}: it will be asked again.")


def _rate_limited(response: requests.Response, endpoint: str, where: str) -> NetworkError:
    budget = budget_of(response.headers, endpoint)
    if budget is None:
        return Unreachable(f"X asks to wait without saying until when, at {where}.")
    until = budget.resets_at
    return RateLimited(f"X asks to wait until {until:%Y-%m-%d %H:%M:%S} UTC, at {where}.", until=until)


def _refused(status: int, said: str, where: str, *, writes: bool) -> NetworkError:
    lowered = said.lower()
    if writes and any(hint in lowered for hint in _DUPLICATE):
        return DuplicateRefused(f"X says that this text was already posted, at {where}.")
    if status in {404, 410} or any(hint in lowered for hint in _GONE):
        return TargetGone(f"The post is gone or hidden from us, at {where}.")
    if any(hint in lowered for hint in _TOO_LONG):
        return TooLong(f"The text is too long for X, at {where}.")
    if status == 403 and _SUSPENDED in lowered:
        return Suspended(
            f"X has suspended the account, at {where}: appeal to X, since nothing is read or sent till then."
        )
    if status == 403:
        return Refused(f"X does not permit {where}.")
    return Invalid(f"X calls the request wrong, at {where}.")


def _said(body: JsonObject) -> str:
    problems = mappings(body.get("errors"))
    inner = [text_of(each, "message") or text_of(each, "detail") for each in problems]
    parts = [text_of(body, "detail") or text_of(body, "title"), *inner]
    return " ".join(dict.fromkeys(part for part in parts if part)).rstrip(".")
