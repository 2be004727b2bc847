"""Reads the objects of X's Account Activity webhooks, which are those of its API v1.1."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from networks.errors import Garbled
from networks.protocol import OwnPost
from networks.values import Json, JsonObject, mapping, mappings, strings, text_of, whole_number
from networks.x.objects import NETWORK, moment, required, shown_text
from records.models import Author, FetchedMessage, FetchedPost, ParentPost

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def is_repost(post: JsonObject) -> bool:
    """True where somebody only passed a post on."""
    return isinstance(post.get("retweeted_status"), dict)


def is_cut(post: JsonObject) -> bool:
    """True where only the beginning of a long text was delivered."""
    whole = text_of(mapping(post.get("extended_tweet")), "full_text") or text_of(post, "full_text")
    return post.get("truncated") is True and not whole


def author_of(post: JsonObject) -> str:
    """The id of who wrote it. Raises Garbled where X does not say."""
    return id_of(mapping(post.get("user")), "id") or required({}, "user", what="a delivered post")


def first_id(post: JsonObject) -> str:
    """The first id of its edit history. Raises Garbled where it has no id."""
    history = _history(post)
    return history[0] if history else _own_id(post)


def is_edited(post: JsonObject) -> bool:
    """True where it is a later version of a post."""
    return first_id(post) != _own_id(post)


def read_post(post: JsonObject, *, account_external_id: str) -> FetchedPost:
    """A post by somebody else. Raises Garbled where it lacks what identifies it."""
    revision = _own_id(post)
    parent = id_of(post, "in_reply_to_status_id") or None
    quoted = mapping(post.get("quoted_status"))
    quoted_id = id_of(post, "quoted_status_id") or id_of(quoted, "id")
    text, entities = _text_and_entities(post)
    return FetchedPost(
        network=NETWORK,
        external_id=first_id(post),
        revision_external_id=revision,
        kind="reply" if parent else "quote" if quoted_id else "post",
        author=read_user(mapping(post.get("user")), author_of(post)),
        text=text,
        published_at=moment(post, "created_at", what=f"the delivered post {revision}"),
        language_hint=text_of(post, "lang") if len(text_of(post, "lang")) == 2 else "",
        parent_external_id=parent,
        root_external_id=_root(post),
        above=_above(post, parent, quoted, quoted_id),
        media_urls=_media_urls(post),
        mentions_us=_mentions_us(entities, quoted, account_external_id),
    )


def read_own_post(post: JsonObject) -> OwnPost:
    """A post by our own account. Raises Garbled where it lacks what identifies it."""
    return OwnPost(
        external_id=first_id(post),
        parent_external_id=id_of(post, "in_reply_to_status_id") or None,
        root_external_id=_root(post),
        text=_text_and_entities(post)[0],
        published_at=moment(post, "created_at", what=f"the delivered post {first_id(post)}"),
    )


def read_message(event: JsonObject, users: JsonObject, *, account_external_id: str) -> FetchedMessage | None:
    """A direct message to or from us; None for other events. Raises Garbled where it lacks what identifies it."""
    if text_of(event, "type") != "message_create":
        return None
    external_id = required(event, "id", what="a delivered direct message")
    message = mapping(event.get("message_create"))
    sender = required(message, "sender_id", what=f"the delivered direct message {external_id}")
    recipient = text_of(mapping(message.get("target")), "recipient_id")
    if account_external_id not in {sender, recipient}:
        return None
    outgoing = sender == account_external_id
    other = recipient if outgoing else sender
    if not other.isdigit():
        raise Garbled(
            f"X delivered the direct message {external_id} without its recipient; it will be read by polling."
        )
    data = mapping(message.get("message_data"))
    user = mapping(users.get(other))
    low, high = sorted((account_external_id, other), key=lambda each: (len(each), each))
    return FetchedMessage(
        network=NETWORK,
        external_id=external_id,
        conversation_id=f"{low}-{high}",
        other_external_id=other,
        other=read_user(user, other) if user else None,
        outgoing=outgoing,
        text=shown_text(text_of(data, "text"), mapping(data.get("entities"))),
        sent_at=_sent_at(event, external_id),
    )


def read_user(user: JsonObject, external_id: str) -> Author:
    """A person as v1.1 describes them."""
    return Author(
        external_id=external_id,
        handle=text_of(user, "screen_name"),
        display_name=text_of(user, "name"),
        biography=text_of(user, "description"),
        reach=whole_number(user, "followers_count"),
    )


def id_of(value: JsonObject, key: str) -> str:
    """An id, as text where X gives it as text, else from the number; empty where there is none."""
    written = text_of(value, f"{key}_str") or text_of(value, key)
    found = value.get(key)
    if not written and isinstance(found, int) and not isinstance(found, bool) and found > 0:
        written = str(found)
    return written if written.isascii() and written.isdigit() else ""


def _own_id(post: JsonObject) -> str:
    return id_of(post, "id") or required({}, "id", what="a delivered post")


def _history(post: JsonObject) -> list[str]:
    return strings(mapping(post.get("edit_history")).get("edit_tweet_ids")) or strings(
        post.get("edit_history_tweet_ids")
    )


def _root(post: JsonObject) -> str:
    # v1.1 knows no conversations: of a reply that names none, the post above is the nearest thing known.
    return id_of(post, "conversation_id") or id_of(post, "in_reply_to_status_id") or first_id(post)


def _text_and_entities(post: JsonObject) -> tuple[str, JsonObject]:
    extended = mapping(post.get("extended_tweet"))
    source = extended if text_of(extended, "full_text") else post
    entities = mapping(source.get("entities")) or mapping(post.get("entities"))
    links: Json = [*mappings(entities.get("urls")), *_media(source, entities)]
    return shown_text(text_of(source, "full_text") or text_of(source, "text"), {"urls": links}), entities


def _media(source: JsonObject, entities: JsonObject) -> list[JsonObject]:
    return mappings(mapping(source.get("extended_entities")).get("media")) or mappings(entities.get("media"))


def _media_urls(post: JsonObject) -> tuple[str, ...]:
    extended = mapping(post.get("extended_tweet"))
    source = extended if extended else post
    links = (text_of(each, "media_url_https") for each in _media(source, mapping(source.get("entities"))))
    return tuple(link for link in links if link)


def _above(post: JsonObject, parent: str | None, quoted: JsonObject, quoted_id: str) -> ParentPost | None:
    if parent:
        return ParentPost(
            external_id=parent,
            author_handle=text_of(post, "in_reply_to_screen_name"),
            author_external_id=id_of(post, "in_reply_to_user_id"),
        )
    if not quoted_id:
        return None
    author = mapping(quoted.get("user"))
    return ParentPost(
        external_id=quoted_id,
        author_handle=text_of(author, "screen_name"),
        author_external_id=id_of(author, "id"),
        text=_text_and_entities(quoted)[0],
    )


def _mentions_us(entities: JsonObject, quoted: JsonObject, account_external_id: str) -> bool:
    if any(id_of(each, "id") == account_external_id for each in mappings(entities.get("user_mentions"))):
        return True
    return id_of(mapping(quoted.get("user")), "id") == account_external_id


def _sent_at(event: JsonObject, external_id: str) -> datetime:
    written = id_of(event, "created_timestamp")
    try:
        return _EPOCH + timedelta(milliseconds=int(written))
    except (ValueError, OverflowError):
        raise Garbled(
            f"X delivered the direct message {external_id} without its time; it will be read by polling."
        ) from None
