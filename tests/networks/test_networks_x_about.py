"""Conversations and quotes that are searched by the posts they are about."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from networks.errors import Invalid
from networks.x.reading import LONGEST_QUERY, batch_query, next_batch, open_batches
from records.enums import Feed

ids = st.lists(st.integers(min_value=1, max_value=10**19 - 1).map(str), unique=True, max_size=120)


@settings(max_examples=40)
@given(ids=ids, feed=st.sampled_from([Feed.THREADS, Feed.QUOTES]), handle=st.text("abcXYZ_9", min_size=1, max_size=15))
def test_every_post_is_asked_about_once_in_queries_that_x_takes(ids, feed, handle):
    asked: list[str] = []
    page: str | None = None
    while True:
        batches = open_batches(tuple(ids), page)
        if not batches.ids:
            break
        query, count = batch_query(batches, feed, handle=handle)
        assert len(query) <= LONGEST_QUERY
        asked += re.findall(r"_id:(\d+)", query)
        page = next_batch(batches, count, None)
        if page is None:
            break

    assert asked == ids


def test_a_query_is_read_to_its_end_before_the_next_one():
    many = tuple(str(10**18 + number) for number in range(30))
    batches = open_batches(many, None)
    _, count = batch_query(batches, Feed.THREADS, handle="acme")

    within = open_batches((), next_batch(batches, count, "x-token"))
    after = open_batches((), next_batch(within, count, None))

    assert (within.ids, within.page) == (many, "x-token")
    assert (after.ids, after.page) == (many[count:], None)


def test_a_walk_goes_on_over_the_posts_with_which_it_began():
    page = next_batch(open_batches(("1", "2"), None), 1, None)

    assert open_batches(("7", "8"), page).ids == ("2",)


def test_what_is_no_id_of_x_never_enters_a_query():
    assert open_batches(("1", "2) OR from:me", "٣", "", "1"), None).ids == ("1",)


@pytest.mark.parametrize(
    "page",
    ["", "7140dibdn", "[]", "{}", '{"ids":["1 OR 2"],"page":null}', '{"ids":["1"],"page":3}', '{"ids":7,"page":null}'],
)
def test_a_page_that_is_not_ours_begins_the_feed_anew(page):
    with pytest.raises(Invalid, match="begin the feed anew"):
        open_batches((), page)


def test_a_conversation_is_heard_though_nobody_mentions_us(practice):
    network = practice.open()
    root = practice.tell("/_post", text="@marca hola", author="eva", mentions=True)["id"]
    under = practice.tell("/_post", text="a mí también me pasa", author="luis", in_reply_to=root)["id"]
    others = [str(10**18 + number) for number in range(40)]

    heard, page, calls = [], None, 0
    while calls == 0 or page is not None:
        about = (*others, root) if page is None else ()
        answer = network.read(Feed.THREADS, since=None, until=practice.now(), page=page, about=about)
        heard += [post.external_id for post in answer.posts]
        page, calls = answer.next_page, calls + 1

    assert under in heard
    assert calls == 4


def test_a_feed_about_nothing_asks_nobody(practice):
    network = practice.open(base_url="http://127.0.0.1:1")

    for feed in (Feed.THREADS, Feed.QUOTES):
        page = network.read(feed, since=None, until=practice.now(), page=None, about=())
        assert page.posts == ()
        assert page.next_page is None


def test_a_quote_of_our_post_is_heard_and_has_summoned_us(practice):
    ours = practice.truth()["posts"]
    own = practice.open().read(Feed.OWN_POSTS, since=None, until=practice.now(), page=None).own[0].external_id
    assert ours
    quote = practice.tell("/_post", text="mirad lo que dicen", author="eva", quotes=own)["id"]

    page = practice.open().read(Feed.QUOTES, since=None, until=practice.now(), page=None, about=(own,))

    assert [(post.external_id, post.kind, post.mentions_us) for post in page.posts] == [(quote, "quote", True)]
    assert page.budget is not None
    assert page.budget.limit is not None


def test_a_quote_has_summoned_us_though_x_keeps_our_own_post_back(practice):
    own = practice.open().read(Feed.OWN_POSTS, since=None, until=practice.now(), page=None).own[0].external_id
    practice.tell("/_post", text="mirad lo que dicen", author="eva", quotes=own)
    practice.tell("/_faults", method="GET", path="/2/tweets/search/recent", kind="partial")

    page = practice.open().read(Feed.QUOTES, since=None, until=practice.now(), page=None, about=(own,))

    assert [(post.mentions_us, post.above.text) for post in page.posts if post.above] == [(True, "")]
