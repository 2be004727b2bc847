"""The parameters of X's reading calls, and the bounds of its API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from networks.errors import Invalid
from networks.protocol import FeedBounds
from records.enums import Feed
from records.models import Account

POSTS_A_PAGE = 100

POST_FIELDS = (
    "attachments,author_id,conversation_id,created_at,edit_history_tweet_ids,entities,lang,note_tweet,referenced_tweets"
)
POST_EXPANSIONS = "author_id,referenced_tweets.id,referenced_tweets.id.author_id,attachments.media_keys"
USER_FIELDS = "description,name,public_metrics,username"
MEDIA_FIELDS = "preview_image_url,type,url"

MESSAGE_FIELDS = "created_at,dm_conversation_id,entities,event_type,sender_id,text"
MESSAGE_EXPANSIONS = "sender_id"

SEARCH_WINDOW = timedelta(days=7)
MESSAGE_WINDOW = timedelta(days=30)
MOST_MENTIONS = 800
MOST_OWN_POSTS = 3200

BOUNDS = {
    Feed.MENTIONS: FeedBounds(most_posts=MOST_MENTIONS),
    Feed.OWN_POSTS: FeedBounds(most_posts=MOST_OWN_POSTS),
    Feed.QUOTES: FeedBounds(furthest_back=SEARCH_WINDOW),
    Feed.THREADS: FeedBounds(furthest_back=SEARCH_WINDOW),
    Feed.SEARCH: FeedBounds(furthest_back=SEARCH_WINDOW),
    Feed.DIRECT_MESSAGES: FeedBounds(furthest_back=MESSAGE_WINDOW),
}


def is_numeric(external_id: str) -> bool:
    """True where X may have given this id: digits only, which stand safely in an address or a query."""
    return external_id.isascii() and external_id.isdigit() and len(external_id) <= 20


def numeric(external_id: str) -> str:
    """The same id. Raises Invalid where it is none of X's."""
    if not is_numeric(external_id):
        raise Invalid(f"X names posts and people by numbers; got {external_id[:40]!r}.")
    return external_id


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
    earliest = until - SEARCH_WINDOW + _WINDOW_MARGIN
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
    """All fields that we ask of a post."""
    return {
        "tweet_fields": POST_FIELDS,
        "expansions": POST_EXPANSIONS,
        "user_fields": USER_FIELDS,
        "media_fields": MEDIA_FIELDS,
    }


def messages(*, page: str | None) -> Parameters:
    """Direct messages, which X gives by page alone."""
    return {
        "max_results": POSTS_A_PAGE,
        "event_types": "MessageCreate",
        "dm_event_fields": MESSAGE_FIELDS,
        "expansions": MESSAGE_EXPANSIONS,
        "user_fields": USER_FIELDS,
        "pagination_token": page,
    }


def stamp(moment: datetime | None) -> str | None:
    """RFC 3339 in UTC with milliseconds."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _paged() -> Parameters:
    return {**by_id(), "max_results": POSTS_A_PAGE}
