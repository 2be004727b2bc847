"""One Facebook Page: the Network that reads and writes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from networks.credentials import MetaCredentials
from networks.errors import Invalid, TargetGone, TokenRefused
from networks.meta.facebook import objects, reading
from networks.meta.facebook.objects import read_comment, read_post, root_of, root_of_comment, split_own
from networks.meta.facebook.reading import ReplyThread, own_replies, reply_thread_of
from networks.meta.graph.client import Graph
from networks.meta.graph.messages import Mailbox, messages_with, read_messages
from networks.meta.graph.refetch import REFETCH_AT_MOST, last_budget, refetch_nodes
from networks.meta.graph.responses import Clock
from networks.meta.graph.values import edge_of, revision_of
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
from networks.meta.permissions import facebook_permissions
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
from networks.values import JsonObject, mapping, text_of
from records.enums import Feed
from records.models import Account, FetchedMessage, FetchedPost, Permissions


def open_facebook(
    account: Account,
    credentials: MetaCredentials,
    *,
    base_url: str,
    timeout_seconds: float = 10,
    clock: Clock | None = None,
) -> Network:
    """Open the Page whose id is `account.external_id`, at Meta or whatever speaks its API at `base_url`.

    Meta tells in minutes from now when it may be asked again: `clock` gives our now; without it, each answer's own
    date does. Calls nobody yet. Raises ValueError where `base_url` is not an http or https address.
    """
    graph = Graph(credentials, network=objects.TITLE, base_url=base_url, timeout_seconds=timeout_seconds, clock=clock)
    return FacebookNetwork(account=account, graph=graph)


class FacebookNetwork:
    """The Network of one Facebook Page."""

    name = objects.NETWORK
    feeds = objects.FEEDS
    refetch_at_most = REFETCH_AT_MOST

    def __init__(self, *, account: Account, graph: Graph) -> None:
        self._account = account
        self._page_id = account.external_id
        self._graph = graph
        self._mailbox = Mailbox(
            network=objects.NETWORK,
            platform="messenger",
            page_id=self._page_id,
            account_external_id=self._page_id,
        )

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
            raise Invalid(f"Facebook has no feed of {feed.value}.")
        # Facebook's times are whole seconds.
        since_second = None if since is None else since.replace(microsecond=0)
        try:
            if feed is Feed.DIRECT_MESSAGES:
                return read_messages(self._graph, self._mailbox, since=since_second, page=page)
            if feed is Feed.COMMENTS:
                return reading.read_comments(self._graph, page_id=self._page_id, since=since_second, page=page)
            return reading.read_posts(self._graph, feed, page_id=self._page_id, since=since_second, page=page)
        except TargetGone:
            raise self._closed() from None

    def refetch(self, external_ids: tuple[str, ...]) -> Refetched:
        posts = [each for each in external_ids if self._is_page_post(each)]
        others = [each for each in external_ids if not self._is_page_post(each)]
        again = [
            *refetch_nodes(self._graph, posts, fields=(objects.POST,)),
            # A post elsewhere that names us has an id like a comment's, and no parent to tell.
            *refetch_nodes(self._graph, others, fields=(objects.COMMENT_ALONE, objects.POST)),
        ]
        gone = tuple(each.external_id for each in again if each.found is None)
        if gone:
            self._check_still_shown()
        heard, own = split_own(self._read_one(each.found, each.asked) for each in again if each.found is not None)
        return Refetched(page=FeedPage(posts=heard, own=own, budget=last_budget(again)), gone=gone)

    def reply(self, target_external_id: str, text: str) -> SendReceipt:
        def answer() -> SendReceipt:
            return create(self._graph, self._answered(target_external_id).thread, objects.COMMENTS, message=text)

        return self._about(target_external_id, answer)

    def send_private(self, person_external_id: str, text: str) -> SendReceipt:
        return send_to(self._graph, self._page_id, person_external_id, text)

    def reply_privately(self, comment_external_id: str, text: str) -> SendReceipt:
        kind = "post_id" if self._is_page_post(comment_external_id) else "comment_id"
        return self._about(
            comment_external_id, lambda: send(self._graph, self._page_id, {kind: comment_external_id}, text)
        )

    def delete_own(self, external_id: str) -> None:
        delete(self._graph, external_id)

    def hide(self, external_id: str, *, hidden: bool) -> None:
        flag = "true" if hidden else "false"
        self._about(external_id, lambda: set_flag(self._graph, external_id, is_hidden=flag))

    def own_replies_under(
        self,
        external_id: str,
        *,
        since: datetime,  # noqa: ARG002 - what the comments feed has not read yet may be older
        until: datetime,  # noqa: ARG002 - a reply made while we ask is wanted too
    ) -> tuple[OwnPost, ...]:
        try:
            answered = self._answered(external_id)
            found = own_replies(self._graph, answered.thread, page_id=self._page_id)
        except TargetGone:
            self._check_still_shown()
            return ()
        after = [post for post in found if answered.published_at is None or post.published_at >= answered.published_at]
        return tuple(sorted(after, key=lambda post: (post.published_at, post.external_id)))

    def private_messages_with(self, person_external_id: str) -> tuple[FetchedMessage, ...]:
        return messages_with(self._graph, self._mailbox, person_external_id)

    def look_up(self, external_id: str) -> PostState:
        try:
            found = self._graph.node(external_id, fields="id,message,is_hidden").body
        except TargetGone:
            self._check_still_shown()
            return PostState(exists=False)
        hidden = found.get("is_hidden")
        return PostState(
            exists=True,
            revision_external_id=revision_of(external_id, text_of(found, "message")),
            hidden=hidden if isinstance(hidden, bool) else None,
        )

    def permissions(self, standing: ReplyContext, *, now: datetime) -> Permissions:
        return facebook_permissions(standing, page_id=self._page_id, now=now)

    def check_access(self) -> Access:
        found = page_of_token(self._graph)
        if found != self._page_id:
            raise TokenRefused(
                f"The page token of {self._account.name} belongs to the Page {found},"
                f" not to {self._page_id}: use this Page's own token."
            )
        access = access_of_token(self._graph, needed=objects.SCOPES)
        if not access.missing:
            self._check_still_shown()
        return access

    def _is_page_post(self, external_id: str) -> bool:
        return external_id.startswith(f"{self._page_id}_")

    def _read_one(self, found: JsonObject, asked: str) -> FetchedPost | OwnPost:
        if asked == objects.POST:
            return read_post(found, page_id=self._page_id)
        post = mapping(found.get("object"))
        known = text_of(post, "id")
        root = root_of(post) if known else root_of_comment(text_of(found, "id"), page_id=self._page_id)
        return read_comment(found, root=root, page_id=self._page_id)

    def _about(self, external_id: str, act: Callable[[], Done]) -> Done:
        return act_about(self._graph, external_id, act, exists=lambda: self.look_up(external_id).exists)

    def _answered(self, external_id: str) -> ReplyThread:
        if self._is_page_post(external_id):
            return ReplyThread(thread=external_id)
        return reply_thread_of(self._graph, external_id)

    def _check_still_shown(self) -> None:
        """Meta says of a post that it does not exist also where it no longer lets us see any: tell them apart."""
        try:
            for edge in ("published_posts", "visitor_posts"):
                edge_of(self._graph.edge(self._page_id, edge, fields="id", limit="1").body)
        except TargetGone:
            raise self._closed() from None

    def _closed(self) -> TokenRefused:
        return TokenRefused(
            f"The page token of {self._account.name} does not open the Page {self._page_id}:"
            " use this Page's own token, with its permissions."
        )
