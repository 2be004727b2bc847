"""Direct messages of Messenger and Instagram, by the Conversations API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from networks.errors import Garbled, TargetGone
from networks.meta.graph.client import Graph, node_id
from networks.meta.graph.pagination import Branch, NestedCursor, cursor_of, next_token, token_after_branch
from networks.meta.graph.values import Edge, author_of, edge_of, moment, nested_edge, required
from networks.protocol import FeedPage
from networks.values import JsonObject, mapping, mappings, text_of
from records.models import FetchedMessage

_MESSAGE = "id,created_time,from,to,message"
_CONVERSATIONS_A_PAGE = 25
_MESSAGES_A_PAGE = 25
_MESSAGES = "messages"
_MOST_PAGES = 20


@dataclass(frozen=True, kw_only=True)
class Mailbox:
    """Whose messages are read."""

    network: str
    platform: str
    """`messenger` or `instagram`."""
    page_id: str
    account_external_id: str
    """On Facebook the Page's own id once more."""

    @property
    def ours(self) -> frozenset[str]:
        """Every id under which our own account writes."""
        return frozenset({self.page_id, self.account_external_id})


def read_messages(graph: Graph, mailbox: Mailbox, *, since: datetime | None, page: str | None) -> FeedPage:
    """One page of conversations, newest first, with their messages from `since`."""
    cursor = cursor_of(page)
    if cursor.branches:
        return _read_branch(graph, mailbox, cursor, since)
    answer = graph.edge(
        mailbox.page_id,
        "conversations",
        platform=mailbox.platform,
        fields=f"id,updated_time,{_MESSAGES}.limit({_MESSAGES_A_PAGE}){{{_MESSAGE}}}",
        limit=str(_CONVERSATIONS_A_PAGE),
        **({"after": cursor.after} if cursor.after else {}),
    )
    conversations = edge_of(answer.body)
    active = [each for each in conversations.items if _is_active(each, since)]
    messages: list[FetchedMessage] = []
    branches: list[Branch] = []
    for conversation in active:
        external_id = required(conversation, "id", what="a conversation")
        listed = nested_edge(conversation, _MESSAGES)
        fetched = messages_of(listed.items, mailbox)
        messages += [message for message in fetched if since is None or message.sent_at >= since]
        if listed.after and _reaches_further(fetched, since):
            branches.append(Branch(external_id=external_id, edge=_MESSAGES, after=listed.after))
    return FeedPage(
        messages=tuple(messages),
        next_page=next_token(
            cursor,
            after=conversations.after,
            goes_on=bool(active) or not conversations.items,
            sources=1,
            branches=tuple(branches),
        ),
        budget=answer.budget,
    )


def messages_with(graph: Graph, mailbox: Mailbox, person_external_id: str) -> tuple[FetchedMessage, ...]:
    """The newest messages with one person, newest first; none where they never wrote."""
    found: list[FetchedMessage] = []
    after: str | None = None
    for _ in range(_MOST_PAGES):
        answer = graph.edge(
            mailbox.page_id,
            "conversations",
            platform=mailbox.platform,
            user_id=node_id(person_external_id, network=graph.network),
            fields=f"id,{_MESSAGES}.limit({_MESSAGES_A_PAGE}){{{_MESSAGE}}}",
            **({"after": after} if after else {}),
        )
        listed = edge_of(answer.body)
        for conversation in listed.items:
            found += messages_of(nested_edge(conversation, _MESSAGES).items, mailbox)
        after = listed.after
        if after is None:
            break
    else:
        raise Garbled(f"{graph.network} names ever more pages of conversations; it will be asked again.")
    with_person = [message for message in found if message.other_external_id == person_external_id]
    return tuple(sorted(with_person, key=lambda message: (message.sent_at, message.external_id), reverse=True))


def messages_of(items: Sequence[JsonObject], mailbox: Mailbox) -> tuple[FetchedMessage, ...]:
    """The messages between us and people, in the order served. Raises Garbled where one lacks what identifies it."""
    fetched: list[FetchedMessage] = []
    for item in items:
        external_id = required(item, "id", what="a message")
        sender = mapping(item.get("from"))
        outgoing = text_of(sender, "id") in mailbox.ours
        other = _recipient(item, mailbox) if outgoing else sender
        if not text_of(other, "id"):
            # Of accounts that no longer exist Meta withholds the id: nobody is left to be answered.
            continue
        fetched.append(
            FetchedMessage(
                network=mailbox.network,
                external_id=external_id,
                conversation_id=conversation_with(text_of(other, "id"), mailbox.account_external_id),
                other_external_id=text_of(other, "id"),
                other=author_of(other, of=external_id),
                outgoing=outgoing,
                text=text_of(item, "message"),
                sent_at=moment(item, "created_time", what=f"the message {external_id}"),
            )
        )
    return tuple(fetched)


def conversation_with(person_external_id: str, account_external_id: str) -> str:
    """An id of the conversation with one person: webhooks do not name Meta's own."""
    return f"{account_external_id}-{person_external_id}"


def _read_branch(graph: Graph, mailbox: Mailbox, cursor: NestedCursor, since: datetime | None) -> FeedPage:
    branch = cursor.branches[0]
    try:
        answer = graph.edge(
            branch.external_id, _MESSAGES, fields=_MESSAGE, limit=str(_MESSAGES_A_PAGE), after=branch.after
        )
        listed, budget = edge_of(answer.body), answer.budget
    except TargetGone:
        listed, budget = Edge(items=(), after=None), None
    fetched = messages_of(listed.items, mailbox)
    return FeedPage(
        messages=tuple(message for message in fetched if since is None or message.sent_at >= since),
        next_page=token_after_branch(cursor, after=listed.after, goes_on=_reaches_further(fetched, since), sources=1),
        budget=budget,
    )


def _is_active(conversation: JsonObject, since: datetime | None) -> bool:
    if since is None or not text_of(conversation, "updated_time"):
        return True
    return moment(conversation, "updated_time", what="a conversation") >= since


def _reaches_further(fetched: Sequence[FetchedMessage], since: datetime | None) -> bool:
    return since is None or not fetched or any(message.sent_at >= since for message in fetched)


def _recipient(item: JsonObject, mailbox: Mailbox) -> JsonObject:
    others = [each for each in mappings(mapping(item.get("to")).get("data")) if text_of(each, "id") not in mailbox.ours]
    return others[0] if others else {}
