"""Makes one call to X and says plainly how it ended: its JSON, or one of the named errors."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import orjson
import requests

from networks.errors import Garbled, NetworkError, Uncertain, Unreachable
from networks.protocol import Budget
from networks.scrubbing import scrub
from networks.x.limits import budget_of
from networks.x.refusals import refusal
from networks.x.shapes import JsonObject


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What X said to a call that it carried out."""

    body: JsonObject
    budget: Budget | None


def call(ask: Callable[[], requests.Response], *, endpoint: str, writes: bool, secrets: Sequence[str]) -> Answer:
    """Carry out one call. Raises NetworkError; for a call that `writes`, no answer is Uncertain."""
    try:
        response = ask()
    except requests.RequestException as error:
        # The library's error holds the request, and with it the credentials: it does not travel on.
        raise _unanswered(error, endpoint=endpoint, writes=writes, secrets=secrets) from None
    body = _read_json(response.content)
    if response.status_code in {200, 201}:
        if body is None:
            raise _unreadable(endpoint, writes=writes)
        return Answer(body=body, budget=budget_of(response.headers, endpoint))
    raise refusal(response, body or {}, endpoint=endpoint, writes=writes, secrets=secrets)


def _unanswered(
    error: requests.RequestException, *, endpoint: str, writes: bool, secrets: Sequence[str]
) -> NetworkError:
    why = scrub(type(error).__name__, secrets)
    if writes and not _never_arrived(error):
        return Uncertain(f"X gave no answer to {endpoint} ({why}): it may have been accepted.")
    return Unreachable(f"X could not be reached for {endpoint} ({why}): check base_url and the connection.")


def _never_arrived(error: requests.RequestException) -> bool:
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return True
    names = {type(cause).__name__ for cause in _causes(error)}
    if names & {"NewConnectionError", "NameResolutionError", "ConnectTimeoutError", "SSLCertVerificationError"}:
        return True
    return isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.InvalidHeader)


def _causes(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        cause = waiting.pop()
        if isinstance(cause, BaseException) and cause not in found:
            found.append(cause)
            waiting += [cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args]
    return found


def _unreadable(endpoint: str, *, writes: bool) -> NetworkError:
    if writes:
        return Uncertain(f"X's answer to {endpoint} cannot be read: it may have been accepted.")
    return Garbled(f"X's answer to {endpoint} cannot be read; it will be asked again.")


def _read_json(content: bytes) -> JsonObject | None:
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        body = _read_tolerantly(content)
    return body if isinstance(body, dict) else None


def _read_tolerantly(content: bytes) -> object:
    # orjson refuses lone surrogates, which posts may hold.
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None
