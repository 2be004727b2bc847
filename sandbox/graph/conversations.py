"""Conversations of a Page on Messenger and Instagram, and their messages, newest first."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.graph.edges import EdgeRequest, listed
from sandbox.graph.refusals import invalid
from sandbox.graph.selection import Json, NodeKind, ReadCall, SelectedField, graph_time
from sandbox.world.models import BrandAccount, DirectMessage, Person
from sandbox.world.world import World

PLATFORMS = {"messenger": "facebook", "instagram": "instagram"}


@dataclass(frozen=True, kw_only=True)
class GraphConversation:
    """What one person and one account wrote to each other, oldest first; never empty."""

    account: BrandAccount
    person: Person
    messages: tuple[DirectMessage, ...]

    @property
    def id(self) -> str:
        """Its id as the API writes it."""
        return f"t_{self.account.id}_{self.person.id}"


def of_page(reading: ReadCall, asked: EdgeRequest, *, platform: str | None = None) -> Json:
    """Conversations of the Page, of one person where `user_id` is given."""
    told_platform = platform or asked.arguments.get("platform", "messenger").casefold()
    if told_platform not in PLATFORMS:
        raise invalid("Param platform must be one of {MESSENGER, INSTAGRAM}")
    page = reading.session.page
    account = page.facebook if told_platform == "messenger" else page.instagram
    found = conversations_of(reading.world, account, asked.arguments.get("user_id", "")) if account is not None else []
    return listed(reading, CONVERSATION, found, asked)


def conversations_of(world: World, account: BrandAccount, person: str = "") -> list[GraphConversation]:
    """Conversations of an account, or those with one person; the most recent at the end."""
    gathered: dict[int, list[DirectMessage]] = {}
    for message in world.messages:
        if message.account_id == account.id and person in {"", str(message.person.id)}:
            gathered.setdefault(message.person.id, []).append(message)
    found = [
        GraphConversation(account=account, person=messages[-1].person, messages=tuple(messages))
        for messages in gathered.values()
    ]
    return sorted(found, key=_place)


def messages_of(reading: ReadCall, conversation: GraphConversation, asked: EdgeRequest) -> Json:
    """The messages of a conversation."""
    return listed(reading, MESSAGE, conversation.messages, asked)


def _place(conversation: GraphConversation) -> tuple[float, int]:
    return conversation.messages[-1].at, conversation.person.id


def _messages_field(reading: ReadCall, conversation: GraphConversation, asked: SelectedField) -> Json:
    edge = EdgeRequest(owner=conversation.id, name="messages", arguments=asked.arguments_by_name, fields=asked.fields)
    return messages_of(reading, conversation, edge)


def _someone(reading: ReadCall, network: str, person: Person) -> Json:
    if network == "instagram":
        return {"username": person.handle, "id": str(person.id)}
    account = reading.world.accounts.get(person.id)
    return {"name": person.name, "email": f"{person.id}@facebook.com", "id": str(account.id if account else person.id)}


def _participants(reading: ReadCall, conversation: GraphConversation, _asked: SelectedField) -> Json:
    network = conversation.account.network
    people = (conversation.person, conversation.account.person)
    return {"data": [_someone(reading, network, person) for person in people]}


def _sender(reading: ReadCall, message: DirectMessage, _asked: SelectedField) -> Json:
    return _someone(reading, message.network, reading.world.people[message.sender_id])


def _recipients(reading: ReadCall, message: DirectMessage, _asked: SelectedField) -> Json:
    other = message.person.id if message.outgoing else message.account_id
    return {"data": [_someone(reading, message.network, reading.world.people[other])]}


CONVERSATION: NodeKind[GraphConversation] = NodeKind(
    name="UnifiedThread",
    usual="id,link,updated_time",
    place=_place,
    renderers={
        "id": lambda _r, conversation, _f: conversation.id,
        "link": lambda _r, conversation, _f: f"/{conversation.account.page_id}/inbox/{conversation.person.id}/",
        "updated_time": lambda _r, conversation, _f: graph_time(conversation.messages[-1].at),
        "message_count": lambda _r, conversation, _f: len(conversation.messages),
        "unread_count": lambda _r, _c, _f: 0,
        "snippet": lambda _r, conversation, _f: conversation.messages[-1].text[:80],
        "can_reply": lambda _r, _c, _f: True,
        "participants": _participants,
        "senders": _participants,
        "messages": _messages_field,
    },
    always_empty=frozenset(
        ["subject", "wallpaper", "is_subscribed", "scoped_thread_key", "name", "former_participants"]
    ),
)
MESSAGE: NodeKind[DirectMessage] = NodeKind(
    name="UnifiedMessage",
    usual="id,created_time",
    place=lambda message: (message.at, message.id),
    renderers={
        "id": lambda _r, message, _f: message.wire_id,
        "created_time": lambda _r, message, _f: graph_time(message.at),
        "from": _sender,
        "to": _recipients,
        "message": lambda _r, message, _f: message.text,
    },
    always_empty=frozenset(["attachments", "tags", "shares", "sticker", "story", "reactions", "is_unsupported"]),
)
