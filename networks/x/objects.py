"""Reads the objects of X's API v2: posts, our own posts and direct messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from networks.errors import Garbled
from networks.protocol import OwnPost
from networks.values import Json, JsonObject, mapping, mappings, moment_of, strings, text_of, whole_number
from records.models import Author, FetchedMessage, FetchedPost, ParentPost


def required(value: JsonObject, key: str, *, what: str) -> str:
    """A string that is not empty. Raises Garbled, naming what lacks it."""
    found = text_of(value, key)
    if not found:
        raise Garbled(f"X answered with {what} without {key}; it will be asked again.")
    return found


def moment(value: JsonObject, key: str, *, what: str) -> datetime:
    """An aware moment in UTC. Raises Garbled where it is missing or no date."""
    try:
        return moment_of(required(value, key, what=what))
    except ValueError:
        raise Garbled(f"X answered with {what} whose {key} is no date; it will be asked again.") from None


def shown_text(text: str, entities: Json) -> str:
    """Unescape the three characters that X escapes and put real addresses in the place of t.co ones."""
    if "&" in text:
        text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    if "t.co/" in text and isinstance(entities, Mapping):
        text = _expanded(text, mappings(entities.get("urls")))
    return text


def _expanded(text: str, links: Iterable[Mapping[str, Json]]) -> str:
    for link in sorted(links, key=lambda each: len(text_of(each, "url")), reverse=True):
        short, full = text_of(link, "url"), text_of(link, "expanded_url")
        if short and full:
            text = text.replace(short, full)
    return text


NETWORK = "x"


@dataclass(frozen=True, kw_only=True)
class Included:
    """The objects that X sends beside the posts, by their ids."""

    users: Mapping[str, JsonObject]
    posts: Mapping[str, JsonObject]
    media: Mapping[str, JsonObject]


def read_posts(
    answer: JsonObject, *, account_external_id: str, quoted_ours: frozenset[str] = frozenset()
) -> tuple[tuple[FetchedPost, ...], tuple[OwnPost, ...]]:
    """The posts of others and of our own account, in the order served. Plain reposts say nothing new: left out.

    `quoted_ours` are posts known to be our own, whether X sends them beside their quotes or not.
    Raises Garbled where a post lacks what identifies it.
    """
    included = read_included(answer)
    fetched: list[FetchedPost] = []
    own: list[OwnPost] = []
    for post in mappings(answer.get("data")):
        if "retweeted" in _referenced(post):
            continue
        if text_of(post, "author_id") == account_external_id:
            own.append(_own_post(post))
        else:
            fetched.append(_fetched_post(post, included, account_external_id, quoted_ours))
    return tuple(fetched), tuple(own)


def read_included(answer: JsonObject) -> Included:
    """Index what X sent beside its data."""
    includes = mapping(answer.get("includes"))
    return Included(
        users={text_of(user, "id"): user for user in mappings(includes.get("users"))},
        posts={text_of(post, "id"): post for post in mappings(includes.get("tweets"))},
        media={text_of(media, "media_key"): media for media in mappings(includes.get("media"))},
    )


def read_author(external_id: str, users: Mapping[str, JsonObject]) -> Author:
    """The author as X describes them; the id alone where X withholds the rest."""
    user = users.get(external_id, {})
    return Author(
        external_id=external_id,
        handle=text_of(user, "username"),
        display_name=text_of(user, "name"),
        biography=text_of(user, "description"),
        reach=whole_number(mapping(user.get("public_metrics")), "followers_count"),
    )


def _fetched_post(
    post: JsonObject, included: Included, account_external_id: str, quoted_ours: frozenset[str]
) -> FetchedPost:
    revision = required(post, "id", what="a post")
    referenced = _referenced(post)
    parent = referenced.get("replied_to")
    quoted = referenced.get("quoted")
    text, entities = _text_and_entities(post)
    first = _first_id(post, revision)
    return FetchedPost(
        network=NETWORK,
        external_id=first,
        revision_external_id=revision,
        kind="reply" if parent else "quote" if quoted else "post",
        author=read_author(required(post, "author_id", what=f"the post {revision}"), included.users),
        text=text,
        published_at=moment(post, "created_at", what=f"the post {revision}"),
        language_hint=_language(post),
        parent_external_id=parent,
        root_external_id=text_of(post, "conversation_id") or first,
        above=_above(parent or quoted, included),
        media_urls=_media_urls(post, included),
        mentions_us=quoted in quoted_ours or _mentions_us(entities, quoted, included, account_external_id),
    )


def _own_post(post: JsonObject) -> OwnPost:
    revision = required(post, "id", what="a post")
    first = _first_id(post, revision)
    text, _ = _text_and_entities(post)
    return OwnPost(
        external_id=first,
        parent_external_id=_referenced(post).get("replied_to"),
        root_external_id=text_of(post, "conversation_id") or first,
        text=text,
        published_at=moment(post, "created_at", what=f"the post {revision}"),
    )


def _referenced(post: JsonObject) -> dict[str, str]:
    return {text_of(each, "type"): text_of(each, "id") for each in mappings(post.get("referenced_tweets"))}


def _first_id(post: JsonObject, revision: str) -> str:
    history = strings(post.get("edit_history_tweet_ids"))
    return history[0] if history else revision


def _text_and_entities(post: JsonObject) -> tuple[str, JsonObject]:
    # A long post carries only its beginning as `text`; all of it is in the note.
    note = mapping(post.get("note_tweet"))
    source = note if text_of(note, "text") else post
    entities = mapping(source.get("entities")) or mapping(post.get("entities"))
    return shown_text(text_of(source, "text"), entities), entities


def _language(post: JsonObject) -> str:
    hint = text_of(post, "lang")
    # X says und, zxx, qme, qht... where it found no language.
    return hint if len(hint) == 2 else ""


def _above(external_id: str | None, included: Included) -> ParentPost | None:
    if not external_id:
        return None
    post = included.posts.get(external_id)
    if post is None:
        return ParentPost(external_id=external_id)
    author = text_of(post, "author_id")
    return ParentPost(
        external_id=external_id,
        author_handle=text_of(included.users.get(author, {}), "username"),
        author_external_id=author,
        text=_text_and_entities(post)[0],
    )


def _media_urls(post: JsonObject, included: Included) -> tuple[str, ...]:
    keys = strings(mapping(post.get("attachments")).get("media_keys"))
    media = [included.media[key] for key in keys if key in included.media]
    links = (text_of(each, "url") or text_of(each, "preview_image_url") for each in media)
    return tuple(link for link in links if link)


def _mentions_us(entities: JsonObject, quoted: str | None, included: Included, account_external_id: str) -> bool:
    if any(text_of(each, "id") == account_external_id for each in mappings(entities.get("mentions"))):
        return True
    return bool(quoted) and text_of(included.posts.get(quoted or "", {}), "author_id") == account_external_id


def read_messages(answer: JsonObject, *, account_external_id: str) -> tuple[FetchedMessage, ...]:
    """The messages of conversations between two, in the order served.

    Group conversations are left out: what is said there is not private between a person and the brand.
    Raises Garbled where an event lacks what identifies it.
    """
    users = read_included(answer).users
    fetched: list[FetchedMessage] = []
    for event in mappings(answer.get("data")):
        if text_of(event, "event_type") not in {"", "MessageCreate"}:
            continue
        external_id = required(event, "id", what="a direct message")
        sender = required(event, "sender_id", what=f"the direct message {external_id}")
        conversation_id = text_of(event, "dm_conversation_id")
        outgoing = sender == account_external_id
        other = _other(conversation_id, account_external_id)
        if other is None:
            continue
        fetched.append(
            FetchedMessage(
                network=NETWORK,
                external_id=external_id,
                conversation_id=conversation_id,
                other_external_id=other,
                other=read_author(other, users) if other in users else None,
                outgoing=outgoing,
                text=shown_text(text_of(event, "text"), mapping(event.get("entities"))),
                sent_at=moment(event, "created_at", what=f"the direct message {external_id}"),
            )
        )
    return tuple(fetched)


def _other(conversation_id: str, account_external_id: str) -> str | None:
    """The person of a conversation between two, whose id joins both accounts' ids; None for a group."""
    members = conversation_id.split("-")
    if len(members) != 2 or account_external_id not in members:
        return None
    return members[1] if members[0] == account_external_id else members[0]
