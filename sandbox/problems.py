"""Refusals in the shape and the words of X's API v2."""

from __future__ import annotations

BLANK = "about:blank"
INVALID = "https://api.x.com/2/problems/invalid-request"
NOT_FOUND = "https://api.x.com/2/problems/resource-not-found"
UNSUPPORTED = "https://api.x.com/2/problems/unsupported-authentication"
SUMMON = (
    "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by the author"
    " of the post you are replying to."
)
DUPLICATE = "You are not allowed to create a Tweet with duplicate content."
GONE = "You attempted to reply to a Tweet that is deleted or not visible to you."
TOO_LONG = (
    "Your Tweet text is too long. For more information on how Twitter determines text length see"
    " https://github.com/twitter/twitter-text."
)
NO_MESSAGE = "You do not have permission to DM one or more participants."
NOT_YOURS = "You are not permitted to perform this action."
USER_ONLY = (
    "Authenticating with OAuth 2.0 Application-Only is forbidden for this endpoint.  Supported authentication types"
    " are [OAuth 1.0a User Context, OAuth 2.0 User Context]."
)

Body = dict[str, object]


class XRefusalError(Exception):
    """An answer other than success."""

    def __init__(self, status: int, body: Body) -> None:
        super().__init__(str(body.get("detail", body.get("title"))))
        self.status = status
        self.body = body


def problem(status: int, title: str, detail: str, kind: str = BLANK) -> XRefusalError:
    """A problem with X's four members."""
    return XRefusalError(status, {"title": title, "detail": detail, "type": kind, "status": status})


def forbidden(detail: str) -> XRefusalError:
    """403 with the reason in X's words."""
    return problem(403, "Forbidden", detail)


def unauthorized() -> XRefusalError:
    """401: credential missing or wrong."""
    return problem(401, "Unauthorized", "Unauthorized")


def user_context_needed() -> XRefusalError:
    """403: a bearer token where only a user's signature is accepted."""
    return problem(403, "Unsupported Authentication", USER_ONLY, UNSUPPORTED)


def too_many() -> XRefusalError:
    """429: the window is used up."""
    return problem(429, "Too Many Requests", "Too Many Requests")


def invalid(message: str, **parameters: str) -> XRefusalError:
    """400: a parameter X does not accept."""
    fault: Body = {"message": message}
    if parameters:
        fault["parameters"] = {name: [value] for name, value in parameters.items()}
    body: Body = {
        "errors": [fault],
        "title": "Invalid Request",
        "detail": "One or more parameters to your request was invalid.",
        "type": INVALID,
    }
    return XRefusalError(400, body)


def not_found(resource: str, parameter: str, value: str) -> Body:
    """One item of `errors`: something asked for is not there (any more)."""
    return {
        "value": value,
        "detail": f"Could not find {resource} with {parameter}: [{value}].",
        "title": "Not Found Error",
        "resource_type": resource,
        "parameter": parameter,
        "resource_id": value,
        "type": NOT_FOUND,
    }
