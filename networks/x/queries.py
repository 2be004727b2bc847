"""The parameters of X's reading calls."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from networks.x import fields
from records.nouns import Account

Parameters = dict[str, str | int | None]

# A search that begins at the very edge of the window has left it by the time it arrives.
_WINDOW_MARGIN = timedelta(minutes=1)


def timeline(*, since: datetime | None, page: str | None) -> Parameters:
    """Of a list of posts by or about an account, everything since then.

    No end is named: what appears while we read is welcome, and paging does not shift.
    """
    return {**_paged(), "start_time": stamp(since), "pagination_token": page}


def recent_search(
    query: str, *, since: datetime | None, until: datetime, lag: timedelta, page: str | None
) -> Parameters:
    """Posts that match `query`, within the window that X still searches."""
    end = until - lag
    earliest = until - fields.SEARCH_WINDOW + _WINDOW_MARGIN
    start = None if since is None else min(max(since, earliest), end - timedelta(seconds=1))
    return {
        **_paged(),
        "query": query,
        "start_time": stamp(start),
        "end_time": stamp(end),
        "next_token": page,
    }


def naming(account: Account) -> str:
    """The query for posts by others that name the account's handle or its brand."""
    names = [account.handle]
    brand = account.brand.replace('"', " ").strip()
    if brand and brand.casefold() != account.handle.casefold():
        names.insert(0, f'"{brand}"')
    return f"({' OR '.join(names)}) -from:{account.handle} -is:retweet"


def by_id() -> Parameters:
    """All that we ask X to tell of a post."""
    return {
        "tweet_fields": fields.POST_FIELDS,
        "expansions": fields.POST_EXPANSIONS,
        "user_fields": fields.USER_FIELDS,
        "media_fields": fields.MEDIA_FIELDS,
    }


def messages(*, page: str | None) -> Parameters:
    """Direct messages, which X gives by page alone."""
    return {
        "max_results": fields.POSTS_A_PAGE,
        "event_types": "MessageCreate",
        "dm_event_fields": fields.MESSAGE_FIELDS,
        "expansions": fields.MESSAGE_EXPANSIONS,
        "user_fields": fields.USER_FIELDS,
        "pagination_token": page,
    }


def stamp(moment: datetime | None) -> str | None:
    """RFC 3339 in UTC with milliseconds."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _paged() -> Parameters:
    return {**by_id(), "max_results": fields.POSTS_A_PAGE}
