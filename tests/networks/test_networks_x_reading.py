"""Reading X through tweepy, from the practice network over real HTTP."""

from __future__ import annotations

from datetime import timedelta

import pytest

from networks.errors import Garbled, RateLimited, Refused, Retry, Suspended, TargetGone, TokenRefused, Unreachable
from records.enums import Feed


def test_texts_are_as_a_reader_sees_them(practice):
    page = practice.open().read(Feed.MENTIONS, since=None, until=practice.now(), page=None)

    texts = {post.author.handle: post.text for post in page.posts if post.kind == "post"}
    assert texts == {
        "ana": "@acme mi tarjeta no funciona & nadie contesta <hola>",
        "luis": "mirad https://example.org/a?b=1&c=2 @acme",
    }


def test_a_reply_carries_the_post_it_answers(practice):
    page = practice.open().read(Feed.MENTIONS, since=None, until=practice.now(), page=None)

    reply = page.posts[0]
    assert reply.kind == "reply"
    assert reply.above is not None
    assert (reply.above.text, reply.above.author_external_id) == ("lo vemos", practice.account.external_id)
    assert reply.root_external_id == page.posts[-1].external_id


def test_only_who_mentions_us_has_summoned_us(practice):
    page = practice.open().read(Feed.SEARCH, since=None, until=practice.now(), page=None)

    assert {post.text: post.mentions_us for post in page.posts}["acme abre una oficina"] is False
    assert sum(post.mentions_us for post in page.posts) == 3


def test_our_own_posts_come_as_our_own(practice):
    network = practice.open()

    pages = [network.read(feed, since=None, until=practice.now(), page=None) for feed in network.feeds]

    assert [len(page.own) for page in pages] == [1, 0, 0, 0, 0, 0]
    assert practice.account.external_id not in {post.author.external_id for page in pages for post in page.posts}


def test_nothing_older_than_since_is_read_again(practice):
    network, now = practice.open(), practice.now()

    for feed in (Feed.MENTIONS, Feed.SEARCH, Feed.OWN_POSTS):
        page = network.read(feed, since=now - timedelta(minutes=5), until=now, page=None)
        assert page.posts == page.own == ()


def test_messages_are_read_back_to_since_and_no_further(practice):
    practice.tell("/_message", **{"from": "ana", "text": "la primera"})
    since = practice.advance(600)
    for number in range(120):
        practice.tell("/_message", **{"from": "ana", "text": f"otra {number}"})
    network = practice.open()

    first = network.read(Feed.DIRECT_MESSAGES, since=since - timedelta(seconds=60), until=since, page=None)
    second = network.read(Feed.DIRECT_MESSAGES, since=since - timedelta(seconds=60), until=since, page=first.next_page)

    assert (len(first.messages), first.next_page is None) == (100, False)
    assert second.messages[-1].text == "la primera"
    assert second.next_page is None


def test_an_edited_post_keeps_its_first_id(practice):
    made = practice.tell("/_post", text="@marca uno", author="eva", mentions=True)
    edited = practice.tell("/_edit", id=made["id"], text="@marca dos")
    network = practice.open()

    post = network.read(Feed.MENTIONS, since=None, until=practice.now(), page=None).posts[0]

    assert (post.external_id, post.revision_external_id) == (made["id"], edited["id"])
    assert network.look_up(made["id"]).revision_external_id == edited["id"]


def test_a_deleted_post_is_looked_up_as_gone(practice):
    made = practice.tell("/_post", text="@marca uno", author="eva", mentions=True)
    practice.tell("/_delete", id=made["id"])

    assert practice.open().look_up(made["id"]).exists is False


def test_hostile_texts_are_read(practice_of):
    hostile = [
        "@acme \ud800 solo",
        "@acme \x00 nulo",
        "@acme \u202eodnum",
        '@acme =HYPERLINK("x")',
        "@acme <b>&amp;</b>",
    ]
    rows = [{"id": str(n), "text": text, "author": "ana", "brand": "acme"} for n, text in enumerate(hostile)]
    practice = practice_of(rows)
    practice.advance(3600)

    page = practice.open().read(Feed.MENTIONS, since=None, until=practice.now(), page=None)

    assert sorted(post.text for post in page.posts) == sorted(hostile)


def test_a_text_of_ten_megabytes_is_read(practice_of):
    practice = practice_of([{"id": "1", "text": "@acme " + "ñ" * 10_000_000, "author": "ana", "brand": "acme"}])
    practice.advance(3600)

    page = practice.open(timeout_seconds=30).read(Feed.MENTIONS, since=None, until=practice.now(), page=None)

    assert len(page.posts[0].text) == 10_000_006


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("status:500", Unreachable),
        ("status:503", Unreachable),
        ("html", Unreachable),
        ("truncated", Garbled),
        ("accepted_then_cut", Unreachable),
        ("accepted_then_timeout:2", Unreachable),  # longer than the adapter waits
        ("status:429", RateLimited),
        ("401", TokenRefused),
    ],
)
def test_each_way_a_reading_can_fail_has_a_name(practice, kind, error):
    practice.tell("/_faults", method="GET", path="/2/users/*/mentions", kind=kind)
    network = practice.open(timeout_seconds=0.5 if "timeout" in kind else 15.0)

    with pytest.raises(error) as raised:
        network.read(Feed.MENTIONS, since=None, until=practice.now(), page=None)

    assert raised.value.retry is (Retry.NEVER if kind == "401" else Retry.LATER)
    for secret in practice.credentials.secrets():
        assert secret not in str(raised.value)
    assert practice.open().read(Feed.MENTIONS, since=None, until=practice.now(), page=None).posts


@pytest.mark.parametrize(
    ("kind", "error", "said"),
    [
        ("suspended", Suspended, "X has suspended the account"),
        ("token_expired", TokenRefused, "check the secrets of the account"),
        ("401", TokenRefused, "check the secrets of the account"),
        ("403", Refused, "X does not permit GET /2/users/me"),
    ],
)
def test_a_refused_account_is_told_in_one_line(practice, kind, error, said):
    practice.tell("/_faults", method="GET", path="/2/users/me", kind=kind)

    with pytest.raises(error, match=said) as raised:
        practice.open().check_access()

    assert "\n" not in str(raised.value)
    assert ".)" not in str(raised.value)


@pytest.mark.parametrize("kind", ["short_page", "empty_page", "duplicated_page", "overlapping_pages", "reordered_page"])
def test_an_unruly_page_hides_no_post(practice, kind):
    network = practice.open()
    made = {practice.tell("/_post", text=f"@marca {n}", author="eva", mentions=True)["id"] for n in range(3)}
    practice.tell("/_faults", method="GET", path="/2/users/*/mentions", kind=kind)

    heard, token = set(), None
    while True:
        page = network.read(Feed.MENTIONS, since=None, until=practice.now(), page=token)
        heard |= {post.external_id for post in page.posts}
        token = page.next_page
        if token is None:
            break

    assert heard >= made


def test_a_rate_limit_says_until_when(practice):
    network = practice.open()
    for _ in range(15):
        network.read(Feed.DIRECT_MESSAGES, since=None, until=practice.now(), page=None)

    with pytest.raises(RateLimited) as raised:
        network.read(Feed.DIRECT_MESSAGES, since=None, until=practice.now(), page=None)

    assert timedelta() < raised.value.until - practice.now() <= timedelta(minutes=15)


def test_access_is_checked_with_the_accounts_own_credentials(practice):
    practice.open().check_access()


def test_a_post_is_named_by_a_number(practice):
    for name in ("../users/me", "1?x=", "", "٣"):
        with pytest.raises(Exception, match="by numbers"):
            practice.open().look_up(name)


def test_an_unknown_post_does_not_exist(practice):
    assert practice.open().look_up("123").exists is False
    assert TargetGone.retry is Retry.NEVER
