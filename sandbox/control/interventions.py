"""The sandbox's own endpoints for posts, edits, deletions, outside answers and messages of a test."""

from __future__ import annotations

from starlette.routing import Route

from sandbox.control.faults import fault_routes
from sandbox.control.state import JsonObject, control_post
from sandbox.faults.unruly_posts import LONGEST_DELAY
from sandbox.network import PracticeNetwork
from sandbox.problems import invalid
from sandbox.world.acts import own_post
from sandbox.world.feeds import meta_kind
from sandbox.world.models import BrandAccount, Person, Post
from sandbox.world.world import World


def intervention_routes(network: PracticeNetwork) -> list[Route]:
    """Routes of this module and of `sandbox.control.faults`."""
    return [
        control_post(network, "/_post", put_post),
        control_post(network, "/_edit", edit_post),
        control_post(network, "/_delete", delete_post),
        control_post(network, "/_outside_reply", reply_outside),
        control_post(network, "/_message", put_message),
        *fault_routes(network),
    ]


def put_post(network: PracticeNetwork, given: JsonObject) -> JsonObject:
    """A person posts or comments now, on the network of `account` or of the post answered.

    `mentions` makes it a mention though the text may not show it; `quotes` names a post; `kind` says what it is on
    Meta's networks. An account's own handle as `author` posts for the brand. With `seconds_ago` it appears late, with
    the date and the id of so many seconds before.
    """
    world = network.world
    with world.lock:
        parent = _optional_post(network, given, "in_reply_to")
        account = _account(world, given, "account", parent)
        author = world.resident(_text(given, "author"), account.network)
        make = _x_post if account.network == "x" else _meta_post
        post = make(network, given, account=account, author=author, parent=parent)
        world.show(post)
    return {"id": post.wire_id}


def edit_post(network: PracticeNetwork, given: JsonObject) -> JsonObject:
    """A person edits a post: on X a new version with an id of its own, on Meta's networks under the same id."""
    with network.world.lock:
        version = network.world.edit(_post(network, given, "id"), _text(given, "text"))
    if version.network != "x":
        return {"id": version.wire_id}
    return {"id": str(version.id), "edit_history_tweet_ids": [str(identifier) for identifier in version.history]}


def delete_post(network: PracticeNetwork, given: JsonObject) -> JsonObject:
    """A person deletes a post, in all its versions."""
    with network.world.lock:
        network.world.delete(_post(network, given, "id"))
    return {"deleted": True}


def reply_outside(network: PracticeNetwork, given: JsonObject) -> JsonObject:
    """Somebody answers for the brand with the network's own app."""
    world = network.world
    with world.lock:
        parent = _post(network, given, "in_reply_to")
        account = _account(world, given, "account", parent)
        text = _text(given, "text")
        post = (
            own_post(world, account, text, parent) if parent.network == "x" else _comment(world, account, text, parent)
        )
        post.id = world.ids.issue(post.at, f"outside:{parent.id}")
        post.history = [post.id]
        world.show(post)
    return {"id": post.wire_id}


def put_message(network: PracticeNetwork, given: JsonObject) -> JsonObject:
    """A person writes a direct message; `to` is an account's name or handle, the first account where left out."""
    world = network.world
    with world.lock:
        account = world.account_of(_optional(given, "to"))
        person = world.resident(_text(given, "from"), account.network)
        message = world.receive(account_id=account.id, person=person, text=_text(given, "text"), outgoing=False)
    return {"id": message.wire_id, "dm_conversation_id": message.conversation_id}


def _x_post(
    network: PracticeNetwork, given: JsonObject, *, account: BrandAccount, author: Person, parent: Post | None
) -> Post:
    world = network.world
    now, text = _published(world, given), _text(given, "text")
    written = world.mentioned_accounts(text, author)
    summoned = bool(given.get("mentions")) and account.id not in written
    identifier = world.ids.issue(now, f"by:{author.id}")
    return Post(
        id=identifier,
        author=author,
        text=text,
        at=now,
        lang=_optional(given, "lang") or "und",
        parent=parent,
        quoted=_optional_post(network, given, "quotes"),
        conversation_id=parent.conversation_id if parent else identifier,
        concerns=(account.id,),
        mentioned=(*written, account.id) if summoned else written,
        unwritten=(account.id,) if summoned else (),
        inbound=author.id not in world.accounts,
        history=[identifier],
    )


def _meta_post(
    network: PracticeNetwork, given: JsonObject, *, account: BrandAccount, author: Person, parent: Post | None
) -> Post:
    world = network.world
    now, inbound = _published(world, given), author.id not in world.accounts
    identifier = world.ids.issue(now, f"by:{author.id}")
    return Post(
        id=identifier,
        network=account.network,
        kind=meta_kind(account.network, _optional(given, "kind"), parent=parent, inbound=inbound),
        page=parent.page if parent else account.id,
        author=author,
        text=_text(given, "text"),
        at=now,
        lang=_optional(given, "lang") or "und",
        parent=parent,
        conversation_id=parent.conversation_id if parent else identifier,
        inbound=inbound,
        history=[identifier],
    )


def _published(world: World, given: JsonObject) -> float:
    ago = given.get("seconds_ago", 0)
    if not isinstance(ago, int | float) or isinstance(ago, bool) or not 0 <= ago <= LONGEST_DELAY:
        raise invalid(f"seconds_ago must be a number from 0 to {LONGEST_DELAY}; got {ago!r}")
    return world.now() - ago


def _comment(world: World, account: BrandAccount, text: str, parent: Post) -> Post:
    """A comment of the account. Its id is still to be given."""
    return Post(
        id=0,
        network=parent.network,
        kind="comment",
        page=parent.page,
        author=account.person,
        text=text,
        at=world.now(),
        lang=parent.lang,
        parent=parent,
        conversation_id=parent.conversation_id,
        inbound=False,
    )


def _account(world: World, given: JsonObject, name: str, parent: Post | None) -> BrandAccount:
    """The account named, or the one that the answered post concerns, or the first."""
    named = _optional(given, name)
    if parent is None or (named is not None and world.account_of(named).network == parent.network):
        return world.account_of(named)
    concerned = parent.mentioned if parent.network == "x" else (parent.page,)
    found = next((world.accounts[each] for each in concerned if each in world.accounts), None)
    return found or next(
        (each for each in world.seed.accounts if each.network == parent.network), world.seed.accounts[0]
    )


def _text(given: JsonObject, name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value:
        raise invalid(f"Say {name} as a string.")
    return value


def _optional(given: JsonObject, name: str) -> str | None:
    return _text(given, name) if given.get(name) is not None else None


def _post(network: PracticeNetwork, given: JsonObject, name: str) -> Post:
    post = network.world.find(str(given.get(name, "")))
    if post is None:
        raise invalid(f"There is no visible post {given.get(name)}; give an id from /_truth as {name}.")
    return post


def _optional_post(network: PracticeNetwork, given: JsonObject, name: str) -> Post | None:
    return _post(network, given, name) if given.get(name) is not None else None
