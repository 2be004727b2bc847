"""What an answer of X says beside its data: rate limits, refusals, and errors within an answer 200."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import requests

from networks.errors import (
    DuplicateRefused,
    Garbled,
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
from networks.protocol import Budget
from networks.transport import scrub
from networks.values import JsonObject, mappings, text_of, whole_number

_WINDOWS = ("x-rate-limit", "x-user-limit-24hour", "x-app-limit-24hour")


def budget_of(headers: Mapping[str, str], endpoint: str) -> Budget | None:
    """The tightest window that the headers name; None where they name none."""
    found = [budget for window in _WINDOWS if (budget := _window(headers, window, endpoint)) is not None]
    return min(found, key=lambda each: (each.remaining, -each.resets_at.timestamp()), default=None)


def _window(headers: Mapping[str, str], window: str, endpoint: str) -> Budget | None:
    remaining = headers.get(f"{window}-remaining", "")
    reset = headers.get(f"{window}-reset", "")
    limit = headers.get(f"{window}-limit", "")
    try:
        return Budget(
            endpoint=endpoint,
            remaining=max(int(remaining), 0),
            resets_at=datetime.fromtimestamp(int(reset), tz=UTC),
            limit=int(limit) if limit.isascii() and limit.isdigit() else None,
        )
    except (ValueError, OverflowError, OSError):
        return None


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


_GONE_TYPES = ("/resource-not-found", "/not-authorized-for-resource")
_GONE_TITLES = frozenset({"Not Found Error", "Authorization Error"})
_ASKED_BY = frozenset({"", "id", "ids", "tweet_id"})


def gone_among(body: JsonObject, asked: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the posts asked for by id that X says are deleted, or no longer shown to us.

    An id about which X says nothing, or something else, is not among them.
    """
    named = {_resource(each) for each in mappings(body.get("errors")) if _is_gone(each)}
    return tuple(each for each in asked if each in named)


def check_complete(body: JsonObject, endpoint: str) -> None:
    """Raise Garbled where X left something out because it failed itself.

    What is deleted or withheld is left out for good, and is no failure.
    """
    for each in mappings(body.get("errors")):
        if whole_number(each, "status") >= 500:
            raise Garbled(f"X answered {endpoint} in part, since it failed on the way; it will be asked again.")


def _is_gone(problem: JsonObject) -> bool:
    # An error about a referenced post names another parameter.
    if text_of(problem, "parameter") not in _ASKED_BY:
        return False
    return text_of(problem, "type").endswith(_GONE_TYPES) or text_of(problem, "title") in _GONE_TITLES


def _resource(problem: JsonObject) -> str:
    return text_of(problem, "resource_id") or text_of(problem, "value")
