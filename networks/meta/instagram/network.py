"""One Instagram professional account: the Network that reads and writes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from networks.credentials import MetaCredentials
from networks.errors import Refused, TargetGone, TokenRefused
from networks.meta.graph.client import Graph, is_node_id
from networks.meta.graph.pagination import page_of
from networks.meta.graph.refetch import last_budget, refetch_nodes
from networks.meta.graph.responses import Clock
from networks.meta.graph.values import edge_of, told_flag
from networks.meta.instagram import objects, reading
from networks.meta.instagram.lookups import InstagramItem, ItemKind, find_item, find_mention, own_replies
from networks.meta.instagram.objects import OwnAccount
from networks.meta.network import MetaNetwork
from networks.meta.permissions import instagram_permissions
from networks.protocol import FeedPage, Network, OwnPost, Refetched, ReplyContext, SendReceipt
from networks.values import mapping, text_of
from records.enums import Feed
from records.models import Account, Permissions


def open_instagram(
    account: Account,
    credentials: MetaCredentials,
    *,
    base_url: str,
    timeout_seconds: float = 10,
    clock: Clock | None = None,
) -> Network:
    """Open the Instagram user `account.external_id`, at Meta or whatever serves its API at `base_url`.

    Meta says in minutes from now when it may be asked again: `clock` gives our now; without it, each answer's own
    date does. Makes no call yet. Raises ValueError where `base_url` is not an http or https address.
    """
    graph = Graph(credentials, network=objects.TITLE, base_url=base_url, timeout_seconds=timeout_seconds, clock=clock)
    return InstagramNetwork(account=account, graph=graph, page_id=credentials.page_id)


class InstagramNetwork(MetaNetwork):
    """The Network of one Instagram account."""

    name = objects.NETWORK
    title = objects.TITLE
    platform = "instagram"
    hide_flag = "hide"
    scopes = objects.SCOPES
    advice = "the token of the Page that the account is connected to"

    def __init__(self, *, account: Account, graph: Graph, page_id: str) -> None:
        super().__init__(account=account, graph=graph, page_id=page_id)
        self._us = OwnAccount(external_id=account.external_id, handle=account.handle)

    def refetch(self, external_ids: tuple[str, ...]) -> Refetched:
        asked = tuple(each for each in external_ids if is_node_id(each))
        again = list(refetch_nodes(self._graph, asked, fields=(objects.COMMENT_ALONE, objects.MEDIA)))
        answered = {each.external_id for each in again if each.found is not None}
        items = [
            InstagramItem(kind=ItemKind.MEDIA if each.asked == objects.MEDIA else ItemKind.COMMENT, content=each.found)
            for each in again
            if each.found is not None
        ]
        gone: list[str] = []
        for external_id in asked:
            if external_id not in answered:
                mention = find_mention(self._graph, external_id, us=self._us)
                items += [mention] if mention is not None else []
                gone += [external_id] if mention is None else []
        if gone:
            self._check_still_shown()
        found = [each.read(self._us) for each in items]
        return Refetched(page=page_of(found, budget=last_budget(again)), gone=tuple(gone))

    def reply(self, target_external_id: str, text: str) -> SendReceipt:
        try:
            return self._create(target_external_id, objects.REPLIES, message=text)
        except TargetGone:
            item = find_item(self._graph, target_external_id, us=self._us)
            if item is None:
                raise
            if item.kind is ItemKind.COMMENT:
                raise Refused("Instagram takes no answer to this comment, which is still there.") from None
        content = {"message": text, **_mention_fields(item)}
        return self._about(target_external_id, lambda: self._create(self._us.external_id, "mentions", **content))

    def permissions(self, context: ReplyContext, *, now: datetime) -> Permissions:
        return instagram_permissions(context, handle=self._us.handle, now=now)

    def _read_posts(self, feed: Feed, *, since: datetime | None, page: str | None) -> FeedPage:
        return reading.read_posts(self._graph, feed, us=self._us, since=since, page=page)

    def _read_comments(self, *, since: datetime | None, page: str | None) -> FeedPage:
        return reading.read_comments(self._graph, us=self._us, since=since, page=page)

    def _own_replies(self, external_id: str) -> Sequence[OwnPost] | None:
        item = find_item(self._graph, external_id, us=self._us)
        return None if item is None else own_replies(self._graph, item, us=self._us)

    def _current(self, external_id: str) -> tuple[str, bool | None] | None:
        item = find_item(self._graph, external_id, us=self._us)
        if item is None:
            return None
        return text_of(item.content, "caption" if item.is_media else "text"), told_flag(item.content, "hidden")

    def _private_recipient(self, comment_external_id: str) -> dict[str, str]:
        return {"comment_id": comment_external_id}

    def _read_anything(self) -> None:
        asked = {"fields": "id,comments.limit(1){id}", "limit": "1"}
        edge_of(self._graph.edge(self._us.external_id, "media", **asked).body)

    def _closed(self) -> TokenRefused:
        return TokenRefused(
            f"The page token of {self._account.name} does not open the Instagram account"
            f" {self._us.external_id}: use the token of the Page that it is connected to."
        )


def _mention_fields(mention: InstagramItem) -> dict[str, str]:
    """The fields that name the mention that is answered."""
    if mention.is_media:
        return {"media_id": text_of(mention.content, "id")}
    return {
        "media_id": text_of(mapping(mention.content.get("media")), "id"),
        "comment_id": text_of(mention.content, "id"),
    }
