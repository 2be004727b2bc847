"""One Instagram professional account: the Network that reads and writes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from networks.credentials import MetaCredentials
from networks.errors import Invalid, Refused, TargetGone, TokenRefused
from networks.meta.graph.client import Graph, is_node_id
from networks.meta.graph.messages import Mailbox, messages_with, read_messages
from networks.meta.graph.refetch import REFETCH_AT_MOST, last_budget, refetch_nodes
from networks.meta.graph.responses import Clock
from networks.meta.graph.values import edge_of, revision_of
from networks.meta.instagram import objects, reading
from networks.meta.instagram.lookups import InstagramItem, ItemKind, find_item, find_mention, own_replies
from networks.meta.instagram.objects import OwnAccount
from networks.meta.network import (
    Done,
    access_of_token,
    act_about,
    create,
    delete,
    page_of_token,
    send,
    send_to,
    set_flag,
)
from networks.meta.permissions import instagram_permissions
from networks.protocol import (
    Access,
    FeedBounds,
    FeedPage,
    Network,
    OwnPost,
    PostState,
    Refetched,
    ReplyContext,
    SendReceipt,
)
from networks.values import mapping, text_of
from records.enums import Feed
from records.models import Account, FetchedMessage, Permissions


def open_instagram(
    account: Account,
    credentials: MetaCredentials,
    *,
    base_url: str,
    timeout_seconds: float = 10,
    clock: Clock | None = None,
) -> Network:
    """Open the Instagram user `account.external_id`, at Meta or whatever speaks its API at `base_url`.

    Meta tells in minutes from now when it may be asked again: `clock` gives our now; without it, each answer's own
    date does. Calls nobody yet. Raises ValueError where `base_url` is not an http or https address.
    """
    graph = Graph(credentials, network=objects.TITLE, base_url=base_url, timeout_seconds=timeout_seconds, clock=clock)
    return InstagramNetwork(account=account, graph=graph)


class InstagramNetwork:
    """The Network of one Instagram account."""

    name = objects.NETWORK
    feeds = objects.FEEDS
    refetch_at_most = REFETCH_AT_MOST

    def __init__(self, *, account: Account, graph: Graph) -> None:
        self._account = account
        self._us = OwnAccount(external_id=account.external_id, handle=account.handle)
        self._graph = graph
        self._page_id = graph.credentials.page_id

    def bounds(self, feed: Feed) -> FeedBounds:
        return objects.BOUNDS[feed]

    def read(
        self,
        feed: Feed,
        *,
        since: datetime | None,
        until: datetime,  # noqa: ARG002 - what appears while we read is welcome
        page: str | None,
        about: tuple[str, ...] = (),  # noqa: ARG002 - no feed here is about single posts
    ) -> FeedPage:
        if feed not in self.feeds:
            raise Invalid(f"Instagram has no feed of {feed.value}.")
        # Instagram's times are whole seconds.
        since_second = None if since is None else since.replace(microsecond=0)
        try:
            if feed is Feed.DIRECT_MESSAGES:
                return read_messages(self._graph, self._mailbox(), since=since_second, page=page)
            if feed is Feed.COMMENTS:
                return reading.read_comments(self._graph, us=self._us, since=since_second, page=page)
            return reading.read_posts(self._graph, feed, us=self._us, since=since_second, page=page)
        except TargetGone:
            raise self._closed() from None

    def refetch(self, external_ids: tuple[str, ...]) -> Refetched:
        asked = tuple(each for each in external_ids if is_node_id(each))
        again = list(refetch_nodes(self._graph, asked, fields=(objects.COMMENT_ALONE, objects.MEDIA)))
        answered = {each.external_id for each in again if each.found is not None}
        things = [
            InstagramItem(kind=ItemKind.MEDIA if each.asked == objects.MEDIA else ItemKind.COMMENT, told=each.found)
            for each in again
            if each.found is not None
        ]
        gone: list[str] = []
        for external_id in asked:
            if external_id not in answered:
                mention = find_mention(self._graph, external_id, us=self._us)
                things += [mention] if mention is not None else []
                gone += [external_id] if mention is None else []
        if gone:
            self._check_still_shown()
        found = [each.read(self._us) for each in things]
        return Refetched(page=reading.page_of(found, budget=last_budget(again)), gone=tuple(gone))

    def reply(self, target_external_id: str, text: str) -> SendReceipt:
        try:
            return create(self._graph, target_external_id, objects.REPLIES, message=text)
        except TargetGone:
            thing = find_item(self._graph, target_external_id, us=self._us)
            if thing is None:
                raise
            if thing.kind is ItemKind.COMMENT:
                raise Refused("Instagram takes no answer to this comment, which is still there.") from None
        told = {"message": text, **_place_of(thing)}
        return self._about(target_external_id, lambda: create(self._graph, self._us.external_id, "mentions", **told))

    def send_private(self, person_external_id: str, text: str) -> SendReceipt:
        return send_to(self._graph, self._own_page_id(), person_external_id, text)

    def reply_privately(self, comment_external_id: str, text: str) -> SendReceipt:
        page_id = self._own_page_id()
        return self._about(
            comment_external_id, lambda: send(self._graph, page_id, {"comment_id": comment_external_id}, text)
        )

    def delete_own(self, external_id: str) -> None:
        delete(self._graph, external_id)

    def hide(self, external_id: str, *, hidden: bool) -> None:
        flag = "true" if hidden else "false"
        self._about(external_id, lambda: set_flag(self._graph, external_id, hide=flag))

    def own_replies_under(
        self,
        external_id: str,
        *,
        since: datetime,  # noqa: ARG002 - what the comments feed has not read yet may be older
        until: datetime,  # noqa: ARG002 - a reply made while we ask is wanted too
    ) -> tuple[OwnPost, ...]:
        thing = find_item(self._graph, external_id, us=self._us)
        if thing is None:
            self._check_still_shown()
            return ()
        found = own_replies(self._graph, thing, us=self._us)
        return tuple(sorted(found, key=lambda post: (post.published_at, post.external_id)))

    def private_messages_with(self, person_external_id: str) -> tuple[FetchedMessage, ...]:
        return messages_with(self._graph, self._mailbox(), person_external_id)

    def look_up(self, external_id: str) -> PostState:
        thing = find_item(self._graph, external_id, us=self._us)
        if thing is None:
            self._check_still_shown()
            return PostState(exists=False)
        hidden = thing.told.get("hidden")
        text = text_of(thing.told, "caption" if thing.is_media else "text")
        return PostState(
            exists=True,
            revision_external_id=revision_of(external_id, text),
            hidden=hidden if isinstance(hidden, bool) else None,
        )

    def permissions(self, standing: ReplyContext, *, now: datetime) -> Permissions:
        return instagram_permissions(standing, handle=self._us.handle, now=now)

    def check_access(self) -> Access:
        page_id = page_of_token(self._graph)
        if self._page_id not in {"", page_id}:
            raise TokenRefused(
                f"The page token of {self._account.name} belongs to the Page {page_id},"
                f" not to {self._page_id}: use the token of the Page that the account is connected to."
            )
        access = access_of_token(self._graph, needed=objects.SCOPES)
        if not access.missing:
            self._check_still_shown()
        return access

    def _about(self, external_id: str, act: Callable[[], Done]) -> Done:
        return act_about(self._graph, external_id, act, exists=lambda: self.look_up(external_id).exists)

    def _mailbox(self) -> Mailbox:
        page_id = self._own_page_id()
        return Mailbox(
            network=objects.NETWORK,
            platform="instagram",
            page_id=page_id,
            account_external_id=self._us.external_id,
        )

    def _own_page_id(self) -> str:
        if not self._page_id:
            self._page_id = page_of_token(self._graph)
        return self._page_id

    def _check_still_shown(self) -> None:
        """Meta says of a thing that it does not exist also where it no longer lets us see any: tell them apart."""
        try:
            asked = {"fields": "id,comments.limit(1){id}", "limit": "1"}
            edge_of(self._graph.edge(self._us.external_id, "media", **asked).body)
        except TargetGone:
            raise self._closed() from None

    def _closed(self) -> TokenRefused:
        return TokenRefused(
            f"The page token of {self._account.name} does not open the Instagram account"
            f" {self._us.external_id}: use the token of the Page that it is connected to."
        )


def _place_of(mention: InstagramItem) -> dict[str, str]:
    """How Instagram is told which mention an answer is to."""
    if mention.is_media:
        return {"media_id": text_of(mention.told, "id")}
    return {
        "media_id": text_of(mapping(mention.told.get("media")), "id"),
        "comment_id": text_of(mention.told, "id"),
    }
