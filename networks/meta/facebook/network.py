"""One Facebook Page: the Network that reads and writes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from networks.credentials import MetaCredentials
from networks.errors import TargetGone, TokenRefused
from networks.meta.facebook import objects, reading
from networks.meta.facebook.objects import read_comment, read_post, root_of, root_of_comment
from networks.meta.facebook.reading import ReplyThread, own_replies, reply_thread_of
from networks.meta.graph.client import Graph
from networks.meta.graph.pagination import page_of
from networks.meta.graph.refetch import last_budget, refetch_nodes
from networks.meta.graph.responses import Clock
from networks.meta.graph.values import edge_of, told_flag
from networks.meta.network import MetaNetwork
from networks.meta.permissions import facebook_permissions
from networks.protocol import FeedPage, Network, OwnPost, Refetched, ReplyContext, SendReceipt
from networks.values import JsonObject, mapping, text_of
from records.enums import Feed
from records.models import Account, FetchedPost, Permissions


def open_facebook(
    account: Account,
    credentials: MetaCredentials,
    *,
    base_url: str,
    timeout_seconds: float = 10,
    clock: Clock | None = None,
) -> Network:
    """Open the Page whose id is `account.external_id`, at Meta or whatever serves its API at `base_url`.

    Meta says in minutes from now when it may be asked again: `clock` gives our now; without it, each answer's own
    date does. Makes no call yet. Raises ValueError where `base_url` is not an http or https address.
    """
    graph = Graph(credentials, network=objects.TITLE, base_url=base_url, timeout_seconds=timeout_seconds, clock=clock)
    return FacebookNetwork(account=account, graph=graph, page_id=account.external_id)


class FacebookNetwork(MetaNetwork):
    """The Network of one Facebook Page."""

    name = objects.NETWORK
    title = objects.TITLE
    platform = "messenger"
    hide_flag = "is_hidden"
    scopes = objects.SCOPES
    advice = "this Page's own token"

    def refetch(self, external_ids: tuple[str, ...]) -> Refetched:
        posts = [each for each in external_ids if self._is_page_post(each)]
        others = [each for each in external_ids if not self._is_page_post(each)]
        again = [
            *refetch_nodes(self._graph, posts, fields=(objects.POST,)),
            # A post elsewhere that names us has an id like a comment's, and no parent.
            *refetch_nodes(self._graph, others, fields=(objects.COMMENT_ALONE, objects.POST)),
        ]
        gone = tuple(each.external_id for each in again if each.found is None)
        if gone:
            self._check_still_shown()
        found = [self._read_one(each.found, each.asked) for each in again if each.found is not None]
        return Refetched(page=page_of(found, budget=last_budget(again)), gone=gone)

    def reply(self, target_external_id: str, text: str) -> SendReceipt:
        def answer() -> SendReceipt:
            return self._create(self._thread_of(target_external_id).thread, objects.COMMENTS, message=text)

        return self._about(target_external_id, answer)

    def permissions(self, context: ReplyContext, *, now: datetime) -> Permissions:
        return facebook_permissions(context, page_id=self._page_id, now=now)

    def _read_posts(self, feed: Feed, *, since: datetime | None, page: str | None) -> FeedPage:
        return reading.read_posts(self._graph, feed, page_id=self._page_id, since=since, page=page)

    def _read_comments(self, *, since: datetime | None, page: str | None) -> FeedPage:
        return reading.read_comments(self._graph, page_id=self._page_id, since=since, page=page)

    def _own_replies(self, external_id: str) -> Sequence[OwnPost] | None:
        try:
            thread = self._thread_of(external_id)
            found = own_replies(self._graph, thread.thread, page_id=self._page_id)
        except TargetGone:
            return None
        return [post for post in found if thread.published_at is None or post.published_at >= thread.published_at]

    def _current(self, external_id: str) -> tuple[str, bool | None] | None:
        try:
            found = self._graph.node(external_id, fields="id,message,is_hidden").body
        except TargetGone:
            return None
        return text_of(found, "message"), told_flag(found, "is_hidden")

    def _private_recipient(self, comment_external_id: str) -> dict[str, str]:
        return {"post_id" if self._is_page_post(comment_external_id) else "comment_id": comment_external_id}

    def _read_anything(self) -> None:
        for edge in ("published_posts", "visitor_posts"):
            edge_of(self._graph.edge(self._page_id, edge, fields="id", limit="1").body)

    def _closed(self) -> TokenRefused:
        return TokenRefused(
            f"The page token of {self._account.name} does not open the Page {self._page_id}:"
            " use this Page's own token, with its permissions."
        )

    def _thread_of(self, external_id: str) -> ReplyThread:
        if self._is_page_post(external_id):
            return ReplyThread(thread=external_id)
        return reply_thread_of(self._graph, external_id)

    def _is_page_post(self, external_id: str) -> bool:
        return external_id.startswith(f"{self._page_id}_")

    def _read_one(self, found: JsonObject, asked: str) -> FetchedPost | OwnPost:
        if asked == objects.POST:
            return read_post(found, page_id=self._page_id)
        post = mapping(found.get("object"))
        known = text_of(post, "id")
        root = root_of(post) if known else root_of_comment(text_of(found, "id"), page_id=self._page_id)
        return read_comment(found, root=root, page_id=self._page_id)
