"""What a test may make happen: a new post, an edit, a deletion, a brand reply from elsewhere, a message."""

from __future__ import annotations

from starlette.routing import Route

from sandbox.acts import own_post
from sandbox.control import Told, control_post
from sandbox.fields import post_id
from sandbox.network import Network
from sandbox.nouns import Post
from sandbox.problems import invalid


def intervention_routes(network: Network) -> list[Route]:
    """Routes of this module."""
    return [
        control_post(network, "/_post", put_post),
        control_post(network, "/_edit", edit_post),
        control_post(network, "/_delete", delete_post),
        control_post(network, "/_outside_reply", reply_outside),
        control_post(network, "/_message", put_message),
    ]


def put_post(network: Network, told: Told) -> Told:
    """A person posts now. `mentions` makes it a mention though the text may not show it; `quotes` names a post."""
    world = network.world
    with world.lock:
        now = world.now()
        author = world.resident(_text(told, "author"))
        text = _text(told, "text")
        parent = _optional_post(network, told, "in_reply_to")
        account = world.account_of(_optional(told, "account"))
        written = world.mentioned_accounts(text, author)
        summoned = bool(told.get("mentions")) and account.id not in written
        identifier = world.ids.issue(now, f"by:{author.id}")
        post = Post(
            id=identifier,
            author=author,
            text=text,
            at=now,
            lang=_optional(told, "lang") or "und",
            parent=parent,
            quoted=_optional_post(network, told, "quotes"),
            conversation_id=parent.conversation_id if parent else identifier,
            concerns=(account.id,),
            mentioned=(*written, account.id) if summoned else written,
            unwritten=(account.id,) if summoned else (),
            history=[identifier],
        )
        world.show(post)
    return {"id": str(identifier)}


def edit_post(network: Network, told: Told) -> Told:
    """A person edits a post: a new version with an id of its own."""
    with network.world.lock:
        version = network.world.edit(_post(network, told, "id"), _text(told, "text"))
    return {"id": str(version.id), "edit_history_tweet_ids": [str(identifier) for identifier in version.history]}


def delete_post(network: Network, told: Told) -> Told:
    """A person deletes a post, in all its versions."""
    with network.world.lock:
        post = _post(network, told, "id")
        for identifier in post.history:
            network.world.posts[identifier].deleted = True
        network.world.changes += 1
    return {"deleted": True}


def reply_outside(network: Network, told: Told) -> Told:
    """Someone answers for the brand with the network's own app."""
    world = network.world
    with world.lock:
        parent = _post(network, told, "in_reply_to")
        named = parent.mentioned[0] if parent.mentioned else world.seed.accounts[0].id
        account = world.account_of(_optional(told, "account") or world.accounts[named].person.handle)
        post = own_post(world, account, _text(told, "text"), parent)
        post.id = world.ids.issue(post.at, f"outside:{parent.id}")
        post.history = [post.id]
        world.show(post)
    return {"id": str(post.id)}


def put_message(network: Network, told: Told) -> Told:
    """A person writes a direct message; `to` is an account's handle, the first account where left out."""
    world = network.world
    with world.lock:
        account = world.account_of(_optional(told, "to"))
        person = world.resident(_text(told, "from"))
        message = world.receive(account_id=account.id, person=person, text=_text(told, "text"), outgoing=False)
    return {"id": str(message.id), "dm_conversation_id": message.conversation_id}


def _text(told: Told, name: str) -> str:
    value = told.get(name)
    if not isinstance(value, str) or not value:
        raise invalid(f"Say {name} as a string.")
    return value


def _optional(told: Told, name: str) -> str | None:
    return _text(told, name) if told.get(name) is not None else None


def _post(network: Network, told: Told, name: str) -> Post:
    post = network.world.visible(post_id(told.get(name, ""), name))
    if post is None:
        raise invalid(f"There is no visible post {told.get(name)}; give an id from /_truth as {name}.")
    return post


def _optional_post(network: Network, told: Told, name: str) -> Post | None:
    return _post(network, told, name) if told.get(name) is not None else None
