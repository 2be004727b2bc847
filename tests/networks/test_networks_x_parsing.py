"""Answers of any shape become posts, or one named error."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from urllib.parse import quote, quote_plus

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from networks.errors import Garbled, Refused
from networks.transport import scrub
from networks.x.objects import read_messages, read_posts, shown_text
from networks.x.responses import budget_of, refusal

POST = {
    "id": "12",
    "text": "RT? no: @acme https://t.co/ab https://t.co/abcd &lt;3 &amp;amp;",
    "author_id": "7",
    "created_at": "2026-05-04T10:00:00.000Z",
    "edit_history_tweet_ids": ["10", "12"],
    "conversation_id": "10",
    "lang": "und",
    "entities": {
        "mentions": [{"username": "acme", "id": "1001"}],
        "urls": [
            {"url": "https://t.co/ab", "expanded_url": "https://example.org/1"},
            {"url": "https://t.co/abcd", "expanded_url": "https://example.org/2?a=1&b=2"},
        ],
    },
    "attachments": {"media_keys": ["3_1", "3_2"]},
    "invented_field": {"x": [1]},
}

any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(sorted(POST)), inner, max_size=6),
    max_leaves=20,
)


def test_a_post_with_everything_is_read():
    answer = {
        "data": [POST],
        "includes": {"media": [{"media_key": "3_1", "url": "https://example.org/a.jpg"}, {"media_key": "3_2"}]},
        "errors": [{"title": "Not Found Error"}],
        "meta": {"result_count": 1},
    }

    ((post,), own) = read_posts(answer, account_external_id="1001")

    assert own == ()
    assert post.text == "RT? no: @acme https://example.org/1 https://example.org/2?a=1&b=2 <3 &amp;"
    assert (post.external_id, post.revision_external_id, post.language_hint) == ("10", "12", "")
    assert (post.mentions_us, post.author.external_id, post.author.handle) == (True, "7", "")
    assert post.media_urls == ("https://example.org/a.jpg",)


def test_a_quote_of_our_post_summons_us():
    quoting = POST | {"entities": {}, "referenced_tweets": [{"type": "quoted", "id": "3"}]}
    included = {"tweets": [{"id": "3", "author_id": "1001", "text": "nuestro &amp; vuestro"}]}

    ((post,), _) = read_posts({"data": [quoting], "includes": included}, account_external_id="1001")

    assert (post.kind, post.mentions_us, post.parent_external_id) == ("quote", True, None)
    assert post.above is not None
    assert post.above.text == "nuestro & vuestro"


def test_a_long_post_is_read_to_its_end():
    note = {"text": "todo el texto https://t.co/z", "entities": {"urls": [], "mentions": [{"id": "1001"}]}}

    ((post,), _) = read_posts({"data": [POST | {"note_tweet": note}]}, account_external_id="1001")

    assert post.text == "todo el texto https://t.co/z"
    assert post.mentions_us


def test_a_plain_repost_says_nothing_new():
    repost = POST | {"referenced_tweets": [{"type": "retweeted", "id": "3"}]}

    assert read_posts({"data": [repost]}, account_external_id="1001") == ((), ())


def test_messages_of_a_group_are_not_private():
    event = {"id": "1", "event_type": "MessageCreate", "sender_id": "7", "text": "x", "created_at": POST["created_at"]}
    answer = {"data": [event | {"dm_conversation_id": name} for name in ("7-1001", "1592", "7-8", "")]}

    messages = read_messages(answer, account_external_id="1001")

    assert [message.conversation_id for message in messages] == ["7-1001"]


@pytest.mark.parametrize("missing", ["id", "author_id", "created_at"])
def test_a_post_without_what_identifies_it_is_garbled(missing):
    post = {key: value for key, value in POST.items() if key != missing}

    with pytest.raises(Garbled, match=missing):
        read_posts({"data": [post]}, account_external_id="1001")


@given(data=any_json, includes=any_json)
def test_any_shape_is_read_or_garbled(data, includes):
    for reader in (read_posts, read_messages):
        with suppress(Garbled):
            reader({"data": [data, POST | {"entities": data}], "includes": includes}, account_external_id="1001")


@given(text=st.text(max_size=60))
def test_what_x_escapes_is_shown_as_written(text):
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    assert shown_text(escaped, {}) == text


@given(values=st.dictionaries(st.sampled_from(["x-rate-limit-remaining", "x-rate-limit-reset"]), st.text(max_size=30)))
def test_odd_rate_headers_are_no_budget(values):
    budget = budget_of(values, "GET /x")

    assert budget is None or budget.remaining >= 0


def test_the_tightest_window_counts():
    headers = {
        "x-rate-limit-remaining": "90",
        "x-rate-limit-reset": "1000",
        "x-app-limit-24hour-remaining": "0",
        "x-app-limit-24hour-reset": "2000",
    }

    budget = budget_of(headers, "POST /2/tweets")

    assert budget is not None
    assert (budget.remaining, budget.resets_at) == (0, datetime.fromtimestamp(2000, tz=UTC))


@pytest.mark.parametrize("writes", [True, False])
def test_used_up_credits_are_a_refusal_that_says_what_to_do(writes):
    response = requests.Response()
    response.status_code = 402
    body = {"title": "CreditsDepleted", "detail": "Your enrolled account does not have any credits."}

    error = refusal(response, body, endpoint="POST /2/tweets", writes=writes, secrets=())

    assert isinstance(error, Refused)
    assert "buy credits" in str(error)


@given(secret=st.text("abcXYZ019%+/=&ñ", min_size=8, max_size=40), around=st.text(max_size=30))
def test_no_form_of_a_secret_outlives_scrubbing(secret, around):
    for form in (secret, quote(secret, safe=""), quote_plus(secret)):
        assert form not in scrub(f"{around} {form} {around}", [secret])
