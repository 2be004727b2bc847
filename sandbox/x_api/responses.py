"""Posts, people, media and messages as JSON of X's API v2, with `includes` and `errors`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b

from sandbox.problems import not_found
from sandbox.world.clock import iso
from sandbox.world.models import DirectMessage, Person, Post
from sandbox.world.texts import WireText, entities, mentioned_handles, wire_text
from sandbox.world.world import World
from sandbox.x_api.parameters import RequestedFields

Json = dict[str, object]
EDIT_SECONDS = 1800
EDITS_ALLOWED = 5
METRICS = ("reply_count", "like_count", "quote_count", "bookmark_count", "impression_count")


def posts_answer(world: World, posts: Sequence[Post], asked: RequestedFields) -> Json:
    """`data`, `includes` and `errors` of a list of posts; each left out where empty."""
    answer: Json = {}
    if posts:
        answer["data"] = [post_shape(world, post, asked) for post in posts]
    referenced = _referenced(posts) if "referenced_tweets.id" in asked.expansions else []
    shown = [post for post in referenced if not post.deleted]
    included = _included(world, posts, shown, asked)
    if included:
        answer["includes"] = included
    gone = [not_found("tweet", "referenced_tweets.id", str(post.id)) for post in referenced if post.deleted]
    if gone:
        answer["errors"] = gone
    return answer


def messages_answer(world: World, messages: Sequence[DirectMessage], asked: RequestedFields) -> Json:
    """`data` and `includes` of a list of direct messages."""
    answer: Json = {}
    if messages:
        answer["data"] = [message_shape(world, message, asked) for message in messages]
    people: list[Person] = []
    for message in messages:
        if "participant_ids" in asked.expansions:
            people += [message.person, world.people[message.account_id]]
        elif "sender_id" in asked.expansions:
            people.append(world.people[message.sender_id])
    if people:
        answer["includes"] = {"users": [user_shape(person, asked.user) for person in _once(people)]}
    return answer


def post_shape(world: World, post: Post, asked: RequestedFields) -> Json:
    """One post."""
    wire = wire_text(post.text)
    history = "edit_history_post_ids" if asked.post_words else "edit_history_tweet_ids"
    shape: Json = {"id": str(post.id), "text": wire.text, history: [str(version) for version in post.history]}
    wanted = asked.post
    if "author_id" in wanted or "author_id" in asked.expansions:
        shape["author_id"] = str(post.author.id)
    if "created_at" in wanted:
        shape["created_at"] = iso(int(post.at))
    if "conversation_id" in wanted:
        shape["conversation_id"] = str(post.conversation_id)
    if "lang" in wanted:
        shape["lang"] = post.lang
    _relations(shape, post, asked)
    if "entities" in wanted or "entities.mentions.username" in asked.expansions:
        _entities(shape, world, post, wire)
    if "public_metrics" in wanted:
        shape["public_metrics"] = post_metrics(post_words=asked.post_words)
    _rarely_asked(shape, post, wanted)
    return shape


def _relations(shape: Json, post: Post, asked: RequestedFields) -> None:
    wanted, expansions = asked.post, asked.expansions
    if post.parent is not None and ("in_reply_to_user_id" in wanted or "in_reply_to_user_id" in expansions):
        shape["in_reply_to_user_id"] = str(post.parent.author.id)
    references = [("replied_to", post.parent), ("quoted", post.quoted)]
    named = [{"type": kind, "id": str(other.id)} for kind, other in references if other is not None]
    if named and ("referenced_tweets" in wanted or "referenced_tweets.id" in expansions):
        shape["referenced_posts" if asked.post_words else "referenced_tweets"] = named
    if post.media and ("attachments" in wanted or "attachments.media_keys" in expansions):
        shape["attachments"] = {"media_keys": [media_key(url) for url in post.media]}


def _entities(shape: Json, world: World, post: Post, wire: WireText) -> None:
    unwritten = tuple((world.accounts[account].person.handle, account) for account in post.unwritten)
    found = entities(wire, world.user_id, unwritten)
    if found:
        shape["entities"] = found


def _rarely_asked(shape: Json, post: Post, wanted: frozenset[str]) -> None:
    if "edit_controls" in wanted:
        shape["edit_controls"] = {
            "edits_remaining": max(0, EDITS_ALLOWED + 1 - len(post.history)),
            "is_edit_eligible": post.parent is None,
            "editable_until": iso(int(post.at) + EDIT_SECONDS),
        }
    if "possibly_sensitive" in wanted:
        shape["possibly_sensitive"] = False
    if "reply_settings" in wanted:
        shape["reply_settings"] = "everyone"
    if "source" in wanted:
        shape["source"] = "Sandbox"


def post_metrics(*, post_words: bool) -> Json:
    """Nobody likes or shares anything in the sandbox."""
    shares = "repost_count" if post_words else "retweet_count"
    return dict.fromkeys((shares, *METRICS), 0)


def user_shape(person: Person, wanted: frozenset[str]) -> Json:
    """One person or account."""
    shape: Json = {"id": str(person.id), "name": person.name, "username": person.handle}
    if "description" in wanted:
        shape["description"] = person.bio
    if "public_metrics" in wanted:
        metrics = {"following_count": 0, "tweet_count": 0, "post_count": 0, "listed_count": 0, "like_count": 0}
        shape["public_metrics"] = {"followers_count": person.followers, **metrics}
    if "created_at" in wanted:
        shape["created_at"] = "2015-06-01T09:00:00.000Z"
    if "protected" in wanted:
        shape["protected"] = False
    if "verified" in wanted:
        shape["verified"] = False
    if "verified_type" in wanted:
        shape["verified_type"] = "none"
    if "affiliation" in wanted and person.bot:
        shape["affiliation"] = {"description": "Automated account", "user_id": [str(person.id)]}
    return shape


def media_key(url: str) -> str:
    """The media key of the picture at that address."""
    return f"3_{int.from_bytes(blake2b(url.encode(errors='surrogatepass'), digest_size=7).digest())}"


def media_shape(url: str, wanted: frozenset[str]) -> Json:
    """One picture."""
    shape: Json = {"media_key": media_key(url), "type": "photo"}
    if "url" in wanted:
        shape["url"] = url
    return shape


def message_shape(world: World, message: DirectMessage, asked: RequestedFields) -> Json:
    """One direct message event."""
    wire = wire_text(message.text)
    shape: Json = {"id": str(message.id), "event_type": "MessageCreate", "text": wire.text}
    wanted = asked.message
    if "sender_id" in wanted or "sender_id" in asked.expansions:
        shape["sender_id"] = str(message.sender_id)
    if "participant_ids" in asked.expansions or "participant_ids" in wanted:
        shape["participant_ids"] = [str(message.account_id), str(message.person.id)]
    if "dm_conversation_id" in wanted:
        shape["dm_conversation_id"] = message.conversation_id
    if "created_at" in wanted:
        shape["created_at"] = iso(message.at)
    if "entities" in wanted:
        found = entities(wire, world.user_id, ())
        if found:
            shape["entities"] = found
    return shape


def _included(world: World, posts: Sequence[Post], referenced: Sequence[Post], asked: RequestedFields) -> Json:
    included: Json = {}
    people = _people(world, posts, referenced, asked)
    if people:
        included["users"] = [user_shape(person, asked.user) for person in people]
    if referenced:
        name = "posts" if asked.post_words else "tweets"
        included[name] = [post_shape(world, post, asked) for post in referenced]
    if "attachments.media_keys" in asked.expansions:
        media = {media_key(url): media_shape(url, asked.media) for post in posts for url in post.media}
        if media:
            included["media"] = list(media.values())
    return included


def _people(world: World, posts: Sequence[Post], referenced: Sequence[Post], asked: RequestedFields) -> list[Person]:
    found: list[Person] = []
    for post in posts:
        if "author_id" in asked.expansions:
            found.append(post.author)
        if "in_reply_to_user_id" in asked.expansions and post.parent is not None:
            found.append(post.parent.author)
        if "entities.mentions.username" in asked.expansions:
            found += _mentioned(world, post)
    if "referenced_tweets.id.author_id" in asked.expansions:
        found += [post.author for post in referenced]
    return _once(found)


def _mentioned(world: World, post: Post) -> Iterable[Person]:
    ids = [world.user_id(handle) for handle in mentioned_handles(post.text)]
    return [world.people[user] for user in (*ids, *post.unwritten) if user in world.people]


def _referenced(posts: Sequence[Post]) -> list[Post]:
    found = {}
    for post in posts:
        for other in (post.parent, post.quoted):
            if other is not None:
                found[other.id] = other
    return list(found.values())


def _once(people: Iterable[Person]) -> list[Person]:
    return list({person.id: person for person in people}.values())
