"""The `includes` and `errors` that go with a page of posts or messages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sandbox.fields import Asked
from sandbox.nouns import DirectMessage, Person, Post
from sandbox.problems import not_found
from sandbox.shapes import Json, media_key, media_shape, message_shape, post_shape, user_shape
from sandbox.texts import mentioned_handles
from sandbox.world import World


def posts_answer(world: World, posts: Sequence[Post], asked: Asked) -> Json:
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


def messages_answer(world: World, messages: Sequence[DirectMessage], asked: Asked) -> Json:
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


def _included(world: World, posts: Sequence[Post], referenced: Sequence[Post], asked: Asked) -> Json:
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


def _people(world: World, posts: Sequence[Post], referenced: Sequence[Post], asked: Asked) -> list[Person]:
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
