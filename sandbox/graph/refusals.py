"""Refusals in the shape and the words of Meta's Graph API."""

from __future__ import annotations

TRACE = "AsandboxTraceOfNothing"
OAUTH = "OAuthException"
METHOD = "GraphMethodException"
STATUS = {1: 500, 2: 500, 4: 403, 10: 403, 17: 403, 32: 403, 200: 403, 803: 404}
WINDOW_CLOSED = "(#10) This message is sent outside of allowed window."
ALREADY_ANSWERED = "(#10900) Activity already replied to"
NOT_AVAILABLE = "(#551) This person isn't available right now."

Body = dict[str, object]


class GraphRefusalError(Exception):
    """An answer other than success."""

    def __init__(self, status: int, body: Body) -> None:
        super().__init__(str(body))
        self.status = status
        self.body = body


def refusal(code: int, message: str, *, subcode: int | None = None, kind: str = OAUTH) -> GraphRefusalError:
    """An error with Meta's members; the HTTP status is the one that goes with the code."""
    error: Body = {"message": message, "type": kind, "code": code}
    if subcode is not None:
        error["error_subcode"] = subcode
    error["fbtrace_id"] = TRACE
    return GraphRefusalError(STATUS.get(code, 400), {"error": error})


def invalid(message: str) -> GraphRefusalError:
    """100: a parameter that Meta does not accept."""
    return refusal(100, f"(#100) {message}")


def no_such_object(identifier: str, verb: str = "get") -> GraphRefusalError:
    """100 with 33: it does not exist, or the token may not see it."""
    return refusal(
        100,
        f"Unsupported {verb} request. Object with ID '{identifier[:80]}' does not exist, cannot be loaded due to"
        " missing permissions, or does not support this operation. Please read the Graph API documentation at"
        " https://developers.facebook.com/docs/graph-api",
        subcode=33,
        kind=METHOD,
    )


def no_such_objects(identifiers: list[str]) -> GraphRefusalError:
    """803: some of the `ids` asked for are not there; the others are not returned either."""
    return refusal(803, f"(#803) Some of the aliases you requested do not exist: {','.join(identifiers)}")


def not_permitted(what: str) -> GraphRefusalError:
    """200: the Page may not do this to that object."""
    return refusal(200, f"(#200) {what}")


def missing_permission(name: str) -> GraphRefusalError:
    """10: the app was not granted a permission."""
    return refusal(10, f"(#10) This endpoint requires the '{name}' permission or feature.")


def token_refused(subcode: int | None, message: str) -> GraphRefusalError:
    """190: 463 expired, 460 password changed, 458 app removed, None for a token that is none."""
    return refusal(190, message, subcode=subcode)


def token_expired() -> GraphRefusalError:
    """190 with 463."""
    return token_refused(463, "Error validating access token: Session has expired.")


def rate_limited(code: int) -> GraphRefusalError:
    """4, 17, 32, 613, 80001, 80002 or 80006, each in its own words."""
    words = {
        4: "(#4) Application request limit reached",
        17: "(#17) User request limit reached",
        32: "(#32) Page request limit reached",
        613: "(#613) Calls to this api have exceeded the rate limit.",
    }
    busy = f"(#{code}) There have been too many calls to this account. Wait a bit and try again."
    return refusal(code, words.get(code, busy))
