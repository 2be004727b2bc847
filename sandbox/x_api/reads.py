"""Endpoints that read posts and people."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from starlette.routing import Route

from sandbox import problems
from sandbox.network import PracticeNetwork
from sandbox.world.feeds import PostFeed, PostPage
from sandbox.world.models import Person, Post
from sandbox.x_api.calls import ApiAnswer, ApiCall, api_route
from sandbox.x_api.parameters import PAGE_PARAMETERS, RequestedFields, page_request, post_id, requested_fields
from sandbox.x_api.query import Matcher, QueryError, compiled
from sandbox.x_api.responses import posts_answer, user_shape

MENTIONS_KEPT = 800
WEEK = 7 * 86_400.0
SEARCH_LAG = 30.0


def read_routes(network: PracticeNetwork) -> list[Route]:
    """Routes of this module."""
    return [
        api_route(network, "/2/users/me", read_me, book="me", user_only=True),
        api_route(network, "/2/users/by/username/{handle}", read_by_handle, book="user"),
        api_route(network, "/2/users/{id}/mentions", read_mentions, book="mentions"),
        api_route(network, "/2/users/{id}/tweets", read_written, book="own_posts"),
        api_route(network, "/2/users/{id}", read_user, book="user"),
        api_route(network, "/2/tweets/search/recent", search_recent, book="search"),
        api_route(network, "/2/tweets/{id}/quote_tweets", read_quotes, book="quotes"),
        api_route(network, "/2/tweets/{id}", read_post, book="lookup"),
        api_route(network, "/2/tweets", read_posts, book="lookup"),
    ]


def read_me(call: ApiCall) -> ApiAnswer:
    """The account that signs."""
    asked = requested_fields(call.query)
    return ApiAnswer(body={"data": user_shape(call.caller.account.person, asked.user)})


def read_by_handle(call: ApiCall) -> ApiAnswer:
    """A person or account by handle."""
    handle = call.path["handle"]
    world = call.network.world
    return _person_answer(call, world.people.get(world.handles.get(handle.casefold(), 0)), "username", handle)


def read_user(call: ApiCall) -> ApiAnswer:
    """A person or account by id."""
    identifier = post_id(call.path["id"], "id")
    return _person_answer(call, call.network.world.people.get(identifier), "id", str(identifier))


def read_mentions(call: ApiCall) -> ApiAnswer:
    """Posts that mention the account; X keeps the last 800."""
    newest = MENTIONS_KEPT if call.network.limits else None
    return _timeline(call, call.network.world.mentions[post_id(call.path["id"], "id")], newest=newest)


def read_written(call: ApiCall) -> ApiAnswer:
    """Posts of one author."""
    return _timeline(call, call.network.world.written[post_id(call.path["id"], "id")])


def search_recent(call: ApiCall) -> ApiAnswer:
    """Posts of the last seven days that match a query; by default those older than 30 seconds."""
    asked = requested_fields(call.query, also=PAGE_PARAMETERS | {"query"})
    request = page_request(call.query, default=10, smallest=10)
    try:
        matches = compiled(call.query.get("query", ""), call.network.world.seed.accounts)
    except QueryError as error:
        raise problems.invalid(
            f"There were errors processing your request: {error}", query=call.query.get("query", "")
        ) from None
    end = _search_end(request.end, call.now)
    start = max(request.start or 0.0, call.now - WEEK)
    wanted = _within(call, start, end, matches)
    return _page_answer(call, call.network.world.public.page(request, wanted), asked)


def read_quotes(call: ApiCall) -> ApiAnswer:
    """Posts that quote a post, in any of its versions."""
    quoted = call.network.world.visible(post_id(call.path["id"], "id"))
    feed = PostFeed()
    for post in call.network.world.posts.values():
        if quoted is not None and post.quoted is not None and post.quoted.history is quoted.history:
            feed.add(post.id)
    return _timeline(call, feed)


def read_post(call: ApiCall) -> ApiAnswer:
    """One post."""
    asked = requested_fields(call.query)
    identifier = post_id(call.path["id"], "id")
    post = call.network.world.visible(identifier)
    if post is None:
        return ApiAnswer(body={"errors": [problems.not_found("tweet", "id", str(identifier))]})
    body = posts_answer(call.network.world, [post], asked)
    body["data"] = _only(body["data"])
    return ApiAnswer(body=body, served=(post,))


def read_posts(call: ApiCall) -> ApiAnswer:
    """Up to 100 posts by id; those that are gone are named in `errors`."""
    asked = requested_fields(call.query, also=frozenset({"ids"}))
    given = call.query.get("ids", "").split(",")
    if not 0 < len(given) <= 100:
        raise problems.invalid("The `ids` query parameter must have from 1 to 100 ids", ids=str(len(given)))
    found = [(identifier, call.network.world.visible(post_id(identifier, "ids"))) for identifier in given]
    posts = [post for _, post in found if post is not None]
    body = posts_answer(call.network.world, posts, asked)
    gone = [problems.not_found("tweet", "ids", identifier) for identifier, post in found if post is None]
    if gone:
        earlier = body.get("errors")
        body["errors"] = [*(earlier if isinstance(earlier, list) else []), *gone]
    return ApiAnswer(body=body, served=tuple(posts))


def _search_end(asked: float | None, now: float) -> float | None:
    """X hides the last 30 seconds unless an end is given; where it reaches now, the post of this very second counts."""
    if asked is None:
        return now - SEARCH_LAG
    return asked if asked < int(now) else None


def _timeline(call: ApiCall, feed: PostFeed, *, newest: int | None = None) -> ApiAnswer:
    asked = requested_fields(call.query, also=PAGE_PARAMETERS)
    request = page_request(call.query, default=10, smallest=5)
    excluded = set(call.query.get("exclude", "").split(","))
    wanted = _within(call, request.start or 0.0, request.end, _not_reply if "replies" in excluded else None)
    return _page_answer(call, feed.page(request, wanted, newest=newest), asked)


def _not_reply(post: Post) -> bool:
    return post.parent is None


def _within(call: ApiCall, start: float, end: float | None, matches: Matcher | None) -> Callable[[int], bool]:
    posts = call.network.world.posts

    def wanted(identifier: int) -> bool:
        post = posts[identifier]
        if post.replaced or post.at < start or (end is not None and post.at >= end):
            return False
        return matches is None or matches(post)

    return wanted


def _page_answer(call: ApiCall, page: PostPage, asked: RequestedFields) -> ApiAnswer:
    world = call.network.world
    posts = [world.posts[identifier] for identifier in page.ids if world.current(identifier)]
    body = posts_answer(world, posts, asked)
    body["meta"] = _meta(posts, page.next_token)
    return ApiAnswer(body=body, served=tuple(posts))


def _meta(posts: Sequence[Post], next_token: str | None) -> dict[str, object]:
    meta: dict[str, object] = {"result_count": len(posts)}
    if posts:
        meta |= {"newest_id": str(posts[0].id), "oldest_id": str(posts[-1].id)}
    if next_token is not None:
        meta["next_token"] = next_token
    return meta


def _person_answer(call: ApiCall, person: Person | None, parameter: str, value: str) -> ApiAnswer:
    asked = requested_fields(call.query)
    if person is None:
        return ApiAnswer(body={"errors": [problems.not_found("user", parameter, value)]})
    return ApiAnswer(body={"data": user_shape(person, asked.user)})


def _only(items: object) -> object:
    return items[0] if isinstance(items, list) else items
