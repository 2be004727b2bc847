"""Query parameters of X's API v2, in both of its vocabularies (OpenAPI 2.167)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sandbox.problems import invalid
from sandbox.world.feeds import TOKEN_HEAD, PageRequest

POST_FIELDS = frozenset(
    [
        "article",
        "attachments",
        "author_id",
        "card_uri",
        "community_id",
        "context_annotations",
        "conversation_id",
        "created_at",
        "display_text_range",
        "edit_controls",
        "edit_history_tweet_ids",
        "edit_history_post_ids",
        "entities",
        "geo",
        "id",
        "in_reply_to_user_id",
        "lang",
        "media_metadata",
        "non_public_metrics",
        "note_tweet",
        "note_post",
        "organic_metrics",
        "possibly_sensitive",
        "promoted_metrics",
        "public_metrics",
        "referenced_tweets",
        "referenced_posts",
        "reply_settings",
        "scopes",
        "source",
        "text",
        "withheld",
    ]
)
USER_FIELDS = frozenset(
    [
        "affiliation",
        "confirmed_email",
        "connection_status",
        "created_at",
        "description",
        "entities",
        "id",
        "is_identity_verified",
        "location",
        "most_recent_tweet_id",
        "most_recent_post_id",
        "name",
        "parody",
        "pinned_tweet_id",
        "pinned_post_id",
        "profile_banner_url",
        "profile_image_url",
        "protected",
        "public_metrics",
        "receives_your_dm",
        "subscription",
        "subscription_type",
        "url",
        "username",
        "verified",
        "verified_followers_count",
        "verified_type",
        "withheld",
    ]
)
MEDIA_FIELDS = frozenset(
    [
        "alt_text",
        "duration_ms",
        "height",
        "media_key",
        "non_public_metrics",
        "organic_metrics",
        "preview_image_url",
        "promoted_metrics",
        "public_metrics",
        "type",
        "url",
        "variants",
        "width",
    ]
)
MESSAGE_FIELDS = frozenset(
    [
        "attachments",
        "created_at",
        "dm_conversation_id",
        "entities",
        "event_type",
        "id",
        "participant_ids",
        "referenced_tweets",
        "referenced_posts",
        "sender_id",
        "text",
    ]
)
EXPANSIONS = frozenset(
    [
        "article.cover_media",
        "article.media_entities",
        "attachments.media_keys",
        "attachments.media_source_tweet",
        "attachments.media_source_post",
        "attachments.poll_ids",
        "author_id",
        "edit_history_tweet_ids",
        "edit_history_post_ids",
        "entities.mentions.username",
        "entities.note.mentions.username",
        "geo.place_id",
        "in_reply_to_user_id",
        "participant_ids",
        "pinned_tweet_id",
        "pinned_post_id",
        "referenced_tweets.id",
        "referenced_posts.id",
        "referenced_posts",
        "referenced_tweets.id.author_id",
        "referenced_posts.id.author_id",
        "sender_id",
    ]
)
ALLOWED = {
    "tweet.fields": POST_FIELDS,
    "post.fields": POST_FIELDS,
    "user.fields": USER_FIELDS,
    "media.fields": MEDIA_FIELDS,
    "dm_event.fields": MESSAGE_FIELDS,
    "expansions": EXPANSIONS,
}
UNCHECKED = frozenset(["place.fields", "poll.fields"])
OLD_WORDS = {
    "edit_history_post_ids": "edit_history_tweet_ids",
    "referenced_posts": "referenced_tweets",
    "referenced_posts.id": "referenced_tweets.id",
    "referenced_posts.id.author_id": "referenced_tweets.id.author_id",
    "pinned_post_id": "pinned_tweet_id",
    "most_recent_post_id": "most_recent_tweet_id",
}
PAGE_PARAMETERS = frozenset(
    [
        "max_results",
        "pagination_token",
        "next_token",
        "since_id",
        "until_id",
        "start_time",
        "end_time",
        "exclude",
        "sort_order",
    ]
)


@dataclass(frozen=True, kw_only=True)
class RequestedFields:
    """Which fields an answer carries; names in tweet words. `post_words` asks for the answer in post words."""

    post: frozenset[str] = frozenset()
    user: frozenset[str] = frozenset()
    media: frozenset[str] = frozenset()
    message: frozenset[str] = frozenset()
    expansions: frozenset[str] = frozenset()
    post_words: bool = False


def requested_fields(query: Mapping[str, str], *, also: frozenset[str] = frozenset()) -> RequestedFields:
    """Read the field parameters; XRefusalError 400 names the first parameter or value that X would not accept."""
    for name in query:
        if name not in ALLOWED and name not in UNCHECKED and name not in also:
            raise invalid(f"The query parameter [{name}] is not one of [{','.join(sorted(also | ALLOWED.keys()))}]")
    return _requested_fields(tuple((name, query[name]) for name in ALLOWED if name in query))


@lru_cache(maxsize=256)
def _requested_fields(given: tuple[tuple[str, str], ...]) -> RequestedFields:
    values = {name: frozenset(value.split(",")) - {""} for name, value in given}
    for name, value in given:
        unknown = sorted(values[name] - ALLOWED[name])
        if unknown:
            message = (
                f"The `{name}` query parameter value [{unknown[0]}] is not one of [{','.join(sorted(ALLOWED[name]))}]"
            )
            raise invalid(message, **{name: value})
    words = values.get("post.fields", frozenset()) | values.get("expansions", frozenset())
    return RequestedFields(
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
