"""The answers of a network that refuses a call: X's problems, Meta's error bodies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from math import ceil

from sandbox.faults.schedule import REVOKED, STORM, SUSPENDED, TOKEN_EXPIRED, error_code
from sandbox.problems import NOT_YOURS, XRefusalError, forbidden, problem, too_many, unauthorized
from sandbox.world.truth import as_json

JSON_TYPE = "application/json; charset=utf-8"
HTML_TYPE = "text/html; charset=utf-8"
HTML_PAGE = (
    b"<!DOCTYPE html><html><head><title>X / Over capacity</title></head><body><h1>Over capacity</h1></body></html>"
)
REFUSED_SECONDS = 60.0
LONGEST_WAIT = 3600.0
"""Seconds that a 429 without a known end announces at most."""
SUSPENDED_TEXT = "Your account is suspended and is not permitted to access this feature."
X_REFUSALS: dict[str, Callable[[], XRefusalError]] = {
    "status:429": too_many,
    "status:500": lambda: problem(500, "Internal Server Error", "Internal Server Error"),
    "status:502": lambda: problem(502, "Bad Gateway", "Bad Gateway"),
    "status:503": lambda: problem(503, "Service Unavailable", "Service Unavailable"),
    "status:504": lambda: problem(504, "Gateway Timeout", "Gateway Timeout"),
    "401": unauthorized,
    "403": lambda: forbidden("You are not permitted to use this endpoint."),
    STORM: too_many,
    TOKEN_EXPIRED: unauthorized,
    REVOKED: lambda: forbidden(NOT_YOURS),
    SUSPENDED: lambda: forbidden(SUSPENDED_TEXT),
}


@dataclass(frozen=True, kw_only=True)
class MetaError:
    """One of Meta's errors."""

    status: int
    code: int
    message: str
    kind: str = "OAuthException"
    subcode: int | None = None


TRY_AGAIN = "An unknown error has occurred."
META_CODES = {
    1: MetaError(status=500, code=1, message="An unknown error occurred"),
    2: MetaError(status=500, code=2, message="Service temporarily unavailable"),
    4: MetaError(status=403, code=4, message="(#4) Application request limit reached"),
    10: MetaError(status=403, code=10, message="(#10) Application does not have permission for this action"),
    17: MetaError(status=400, code=17, message="(#17) User request limit reached"),
    32: MetaError(status=403, code=32, message="(#32) Page request limit reached"),
    100: MetaError(status=400, code=100, message="(#100) Invalid parameter"),
    190: MetaError(status=401, code=190, message="Invalid OAuth access token."),
    200: MetaError(status=403, code=200, message="(#200) Permissions error"),
    368: MetaError(
        status=403,
        code=368,
        message="The action attempted has been deemed abusive or is otherwise disallowed",
    ),
    613: MetaError(status=400, code=613, message="(#613) Calls to this api have exceeded the rate limit."),
    80001: MetaError(
        status=400, code=80001, message="(#80001) There have been too many calls to this Page account. Wait a bit."
    ),
    80002: MetaError(
        status=400, code=80002, message="(#80002) There have been too many calls to this Instagram account. Wait a bit."
    ),
    80006: MetaError(
        status=400, code=80006, message="(#80006) There have been too many messenger api calls to this account."
    ),
}
META_SUBCODES = {
    (100, 33): MetaError(
        status=400, code=100, subcode=33, message="Unsupported request. Object with this ID does not exist."
    ),
    (190, 458): MetaError(
        status=400, code=190, subcode=458, message="Error validating access token: The user has removed the app."
    ),
    (190, 460): MetaError(
        status=401, code=190, subcode=460, message="Error validating access token: The password was changed."
    ),
    (190, 463): MetaError(
        status=401, code=190, subcode=463, message="Error validating access token: Session has expired."
    ),
}
META_REFUSALS = {
    "status:429": META_CODES[4],
    "status:500": META_CODES[1],
    "status:502": META_CODES[2],
    "status:503": META_CODES[2],
    "status:504": META_CODES[2],
    "401": META_CODES[190],
    "403": META_CODES[10],
    STORM: META_CODES[80001],
    TOKEN_EXPIRED: META_SUBCODES[190, 463],
    REVOKED: META_CODES[200],
    SUSPENDED: META_CODES[368],
}
WAITS = frozenset({4, 17, 32, 613, 80001, 80002, 80006})


@dataclass(frozen=True, kw_only=True)
class FaultAnswer:
    """A whole answer. Header names are in lower case."""

    status: int
    body: bytes
    media_type: str = JSON_TYPE
    headers: dict[str, str] = field(default_factory=dict)


def refused(
    kind: str, *, network: str, page: int | None = None, now: float, until: float | None = None
) -> FaultAnswer | None:
    """The answer to a call refused by that kind of failure, in the words of its network; None for other kinds.

    `page` is the Facebook Page whose budget it is; `until` is when asking again may help, None where it is unknown.
    """
    if kind == "html":
        return FaultAnswer(status=503, body=HTML_PAGE, media_type=HTML_TYPE)
    free = min(until if until is not None else now + REFUSED_SECONDS, now + LONGEST_WAIT)
    if network != "x" or error_code(kind) is not None:
        return _meta_answer(kind, network, page, wait=free - now)
    if kind not in X_REFUSALS:
        return None
    refusal = X_REFUSALS[kind]()
    limited = {"x-rate-limit-limit": "1", "x-rate-limit-remaining": "0", "x-rate-limit-reset": str(ceil(free))}
    headers = limited if refusal.status == 429 else {}
    return FaultAnswer(status=refusal.status, body=as_json(refusal.body), headers=headers)


def expired_token() -> FaultAnswer:
    """The answer of `/debug_token` for an expired token."""
    error = META_SUBCODES[190, 463]
    error_body = {"code": error.code, "subcode": error.subcode, "message": error.message}
    return FaultAnswer(status=200, body=as_json({"data": {"is_valid": False, "scopes": [], "error": error_body}}))


def _meta_answer(kind: str, network: str, page: int | None, *, wait: float) -> FaultAnswer | None:
    error = _named(kind) if kind not in META_REFUSALS else META_REFUSALS[kind]
    if error is None:
        return None
    if kind == STORM and network == "instagram":
        error = META_CODES[80002]
    error_body: dict[str, object] = {"message": error.message, "type": error.kind, "code": error.code}
    if error.subcode is not None:
        error_body["error_subcode"] = error.subcode
    error_body["fbtrace_id"] = "A" + blake2b(f"{kind}:{page}".encode(), digest_size=10).hexdigest()
    headers = _usage(network, page, ceil(wait / 60)) if error.code in WAITS else {}
    return FaultAnswer(status=error.status, body=as_json({"error": error_body}), headers=headers)


def _named(kind: str) -> MetaError | None:
    codes = error_code(kind)
    if codes is None:
        return None
    code, subcode = codes
    known = META_SUBCODES.get((code, subcode)) if subcode is not None else META_CODES.get(code)
    return known or MetaError(status=400, code=code, subcode=subcode, message=f"(#{code}) {TRY_AGAIN}")


def _usage(network: str, page: int | None, minutes: int) -> dict[str, str]:
    full = {"call_count": 100, "total_cputime": 25, "total_time": 25}
    kind = "instagram" if network == "instagram" else "pages"
    case = [{"type": kind, **full, "estimated_time_to_regain_access": minutes}]
    return {
        "x-app-usage": as_json(full).decode(),
        "x-business-use-case-usage": as_json({str(page or 0): case}).decode(),
    }
