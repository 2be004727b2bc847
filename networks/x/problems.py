"""The `errors` that X puts beside, or in the place of, what it was asked for in an answer 200."""

from __future__ import annotations

from networks.errors import Garbled
from networks.json_values import JsonObject, mappings, text_of, whole_number

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
