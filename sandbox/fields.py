"""Reads and checks the query parameters of X's API v2, in both of its vocabularies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sandbox.feeds import TOKEN_HEAD, PageRequest
from sandbox.problems import invalid
from sandbox.vocabulary import ALLOWED, OLD_WORDS, UNCHECKED


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which fields an answer carries; names in tweet words. `post_words` asks for the answer in post words."""

    post: frozenset[str] = frozenset()
    user: frozenset[str] = frozenset()
    media: frozenset[str] = frozenset()
    message: frozenset[str] = frozenset()
    expansions: frozenset[str] = frozenset()
    post_words: bool = False


def asked_fields(query: Mapping[str, str], *, also: frozenset[str] = frozenset()) -> Asked:
    """Read the field parameters; RefusalError 400 names the first parameter or value that X would not accept."""
    for name in query:
        if name not in ALLOWED and name not in UNCHECKED and name not in also:
            raise invalid(f"The query parameter [{name}] is not one of [{','.join(sorted(also | ALLOWED.keys()))}]")
    return _asked(tuple((name, query[name]) for name in ALLOWED if name in query))


@lru_cache(maxsize=256)
def _asked(given: tuple[tuple[str, str], ...]) -> Asked:
    values = {name: frozenset(value.split(",")) - {""} for name, value in given}
    for name, value in given:
        unknown = sorted(values[name] - ALLOWED[name])
        if unknown:
            message = (
                f"The `{name}` query parameter value [{unknown[0]}] is not one of [{','.join(sorted(ALLOWED[name]))}]"
            )
            raise invalid(message, **{name: value})
    words = values.get("post.fields", frozenset()) | values.get("expansions", frozenset())
    return Asked(
        post=_old(values.get("tweet.fields", frozenset()) | values.get("post.fields", frozenset())),
        user=_old(values.get("user.fields", frozenset())),
        media=values.get("media.fields", frozenset()),
        message=_old(values.get("dm_event.fields", frozenset())),
        expansions=_old(values.get("expansions", frozenset())),
        post_words="post.fields" in values or any(word.startswith("referenced_posts") for word in words),
    )


def _old(words: frozenset[str]) -> frozenset[str]:
    plain = {OLD_WORDS.get(word, word) for word in words}
    return frozenset("referenced_tweets.id" if word == "referenced_posts" else word for word in plain)


def page_request(query: Mapping[str, str], *, default: int, smallest: int) -> PageRequest:
    """Read the paging parameters; at most 100 a page."""
    token = query.get("pagination_token") or query.get("next_token")
    if token is not None and not _is_token(token):
        raise invalid(f"The `next_token` query parameter value [{token}] is not valid", next_token=token)
    return PageRequest(
        size=_size(query.get("max_results"), default, smallest),
        since_id=_id(query, "since_id"),
        until_id=_id(query, "until_id"),
        start=_time(query, "start_time"),
        end=_time(query, "end_time"),
        token=token,
    )


def post_id(value: object, name: str) -> int:
    """An id as X accepts it: 1 to 19 digits."""
    text = str(value)
    if not (text.isascii() and text.isdigit() and len(text) <= 19):
        raise invalid(f"The `{name}` query parameter value [{text[:40]}] is not valid", **{name: text[:40]})
    return int(text)


def _id(query: Mapping[str, str], name: str) -> int | None:
    return post_id(query[name], name) if name in query else None


def _size(given: str | None, default: int, smallest: int) -> int:
    if given is None:
        return default
    if not (given.isascii() and given.isdigit() and smallest <= int(given) <= 100):
        message = f"The `max_results` query parameter value [{given}] is not between {smallest} and 100"
        raise invalid(message, max_results=given)
    return int(given)


def _time(query: Mapping[str, str], name: str) -> float | None:
    given = query.get(name)
    if given is None:
        return None
    try:
        date = datetime.fromisoformat(given)
    except ValueError:
        date = None
    if date is None or date.tzinfo is None:
        raise invalid(f"The `{name}` query parameter value [{given}] is not a valid RFC3339 date", **{name: given})
    return date.timestamp()


def _is_token(token: str) -> bool:
    digits = token.removeprefix(TOKEN_HEAD)
    return token.startswith(TOKEN_HEAD) and 0 < len(digits) <= 16 and all(d in "0123456789abcdef" for d in digits)
