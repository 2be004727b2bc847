"""Searches about many posts: packed into as few queries as X's length allows, and resumed by any process."""

from __future__ import annotations

import json
from dataclasses import dataclass

from networks.errors import Invalid
from networks.x.ids import is_numeric
from records.words import Feed

LONGEST_QUERY = 512
"""Characters of a recent search on the self-serve plans."""

_OPERATORS = {Feed.THREADS: "conversation_id", Feed.QUOTES: "quotes_of_tweet_id"}


@dataclass(frozen=True, kw_only=True)
class Batches:
    """What of a walk over many posts is still to be asked."""

    ids: tuple[str, ...]
    """The posts of the query that is being read come first."""
    page: str | None = None
    """X's own token within that query."""


def opened(about: tuple[str, ...], page: str | None) -> Batches:
    """A walk at its beginning, or where `page` left it. Ids that are none of X's are left out.

    The token carries the ids, so that a walk goes on over those with which it began, whatever waits by then.
    Raises Invalid where the token is none of ours.
    """
    if page is None:
        return Batches(ids=tuple(each for each in dict.fromkeys(about) if is_numeric(each)))
    try:
        told = json.loads(page)
        ids, token = tuple(told["ids"]), told["page"]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise _foreign(page) from None
    if not all(isinstance(each, str) and is_numeric(each) for each in ids) or not isinstance(token, str | None):
        raise _foreign(page)
    return Batches(ids=ids, page=token)


def query_of(batches: Batches, feed: Feed, *, handle: str) -> tuple[str, int]:
    """The query about as many of the ids as fit, and how many those are."""
    tail = f") -from:{handle} -is:retweet"
    terms: list[str] = []
    length = 1 + len(tail)
    for external_id in batches.ids:
        term = f"{_OPERATORS[feed]}:{external_id}"
        length += len(term) + (len(" OR ") if terms else 0)
        if length > LONGEST_QUERY and terms:
            break
        terms.append(term)
    return f"({' OR '.join(terms)}{tail}", len(terms)


def next_page(batches: Batches, asked: int, following: str | None) -> str | None:
    """What goes on within the query of the first `asked` ids, or with the ids after them; None at the end."""
    ids = batches.ids if following else batches.ids[asked:]
    return json.dumps({"ids": ids, "page": following}, separators=(",", ":")) if ids else None


def _foreign(page: str) -> Invalid:
    return Invalid(f"The page {page[:40]!r} is none that X was read to: begin the feed anew.")
