"""What X delivers by webhook, believed only where it is signed."""

from __future__ import annotations

import json
from base64 import b64encode
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from hmac import new as hmac_of
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from networks.x.webhooks import answer_crc, deliveries, signed

SECRET = "an-app-secret"
POST: dict[str, Any] = {
    "created_at": "Mon May 04 10:00:00 +0000 2026",
    "id": 12,
    "id_str": "12",
    "text": "@acme mirad &lt;esto&gt; https://t.co/ab",
    "truncated": False,
    "in_reply_to_status_id": None,
    "user": {
        "id_str": "7",
        "screen_name": "ana",
        "name": "Ana",
        "description": "vecina",
        "followers_count": 12,
        "invented": [],
    },
    "entities": {
        "urls": [{"url": "https://t.co/ab", "expanded_url": "https://example.org/1"}],
        "user_mentions": [{"id_str": "1001", "screen_name": "acme"}],
    },
    "lang": "es",
}
MESSAGE: dict[str, Any] = {
    "type": "message_create",
    "id": "77",
    "created_timestamp": "1777888800123",
    "message_create": {
        "target": {"recipient_id": "1001"},
        "sender_id": "7",
        "message_data": {"text": "hola &amp; adiós", "entities": {"urls": []}},
    },
}
any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(POST)), inner, max_size=5),
    max_leaves=15,
)


def told(**events: Any) -> Any:
    found = deliveries(json.dumps({"for_user_id": "1001", **events}).encode())
    assert len(found) <= 1
    return found[0] if found else None


def post_of(**changes: Any) -> Any:
    (post,) = told(tweet_create_events=[POST | changes]).page.posts
    return post


def signature(body: bytes) -> str:
    return "sha256=" + b64encode(hmac_of(SECRET.encode(), body, sha256).digest()).decode()


def test_the_challenge_is_answered_with_the_apps_secret():
    assert answer_crc("a-token", SECRET) == signature(b"a-token")


def test_only_the_very_bytes_that_were_signed_are_believed():
    body = b'{"for_user_id":"1001"}'

    assert signed(body, signature(body), SECRET)
    for forged in ("", "sha256=", signature(b"other"), signature(body)[:-2], signature(body).upper(), "ñ\ud800"):
        assert not signed(body, forged, SECRET)
    assert not signed(body + b" ", signature(body), SECRET)
    assert not signed(body, signature(body), "")


def test_a_mention_is_told_as_polling_would_tell_it():
    post = post_of()

    assert (post.external_id, post.revision_external_id, post.root_external_id, post.kind) == ("12", "12", "12", "post")
    assert post.text == "@acme mirad <esto> https://example.org/1"
    assert post.published_at == datetime(2026, 5, 4, 10, tzinfo=UTC)
    assert (post.author.external_id, post.author.handle, post.author.reach) == ("7", "ana", 12)
    assert (post.mentions_us, post.language_hint) == (True, "es")


def test_a_long_text_is_told_whole_or_only_named():
    extended = {"full_text": "todo " * 60, "entities": {"user_mentions": [{"id_str": "1001"}]}}

    post = post_of(truncated=True, extended_tweet=extended, entities={})

    assert (post.text, post.mentions_us) == ("todo " * 60, True)
    cut = told(tweet_create_events=[POST | {"truncated": True}])
    assert (cut.page.posts, cut.changed, cut.named) == ((), (), ("12",))


def test_pictures_are_told_and_their_links_expanded():
    media = {
        "url": "https://t.co/pic",
        "expanded_url": "https://example.org/p",
        "media_url_https": "https://e.org/a.jpg",
    }

    post = post_of(text="@acme https://t.co/pic", extended_entities={"media": [media]})

    assert (post.text, post.media_urls) == ("@acme https://example.org/p", ("https://e.org/a.jpg",))


def test_a_reply_names_what_it_answers():
    post = post_of(in_reply_to_status_id_str="9", in_reply_to_user_id_str="1001", in_reply_to_screen_name="acme")

    assert (post.kind, post.parent_external_id, post.root_external_id) == ("reply", "9", "9")
    assert (post.above.author_external_id, post.above.author_handle) == ("1001", "acme")
    assert post_of(in_reply_to_status_id_str="9", conversation_id_str="5").root_external_id == "5"


def test_a_quote_of_our_post_summons_us():
    quoted = {"id_str": "3", "text": "nuestro &amp; vuestro", "user": {"id_str": "1001", "screen_name": "acme"}}

    post = post_of(quoted_status_id_str="3", quoted_status=quoted, entities={})

    assert (post.kind, post.mentions_us, post.above.text) == ("quote", True, "nuestro & vuestro")


def test_a_repost_says_nothing_new():
    assert told(tweet_create_events=[POST | {"retweeted_status": {"id_str": "3"}}]) is None


def test_our_own_post_is_told_as_our_own():
    found = told(tweet_create_events=[POST | {"user": {"id": 1001}, "in_reply_to_status_id": 9}])

    assert found.page.posts == ()
    assert (found.page.own[0].external_id, found.page.own[0].parent_external_id) == ("12", "9")


def test_a_later_version_keeps_the_first_id_and_is_asked_for_again():
    found = told(tweet_create_events=[POST | {"edit_history": {"edit_tweet_ids": ["10", "12"]}}])

    assert (found.page.posts[0].external_id, found.page.posts[0].revision_external_id) == ("10", "12")
    assert found.changed == ("10",)


def test_a_deletion_is_asked_for_again_and_not_believed():
    found = told(tweet_delete_events=[{"status": {"id": "12", "user_id": "7"}, "timestamp_ms": "1"}, {"status": 7}])

    assert (found.changed, found.page.posts) == (("12",), ())


def test_messages_in_and_out_are_told():
    outgoing = json.loads(json.dumps(MESSAGE)) | {"id": "78"}
    outgoing["message_create"] |= {"sender_id": "1001", "target": {"recipient_id": "7"}}
    others = json.loads(json.dumps(MESSAGE)) | {"id": "79"}
    others["message_create"] |= {"sender_id": "8", "target": {"recipient_id": "9"}}
    users = {"7": {"id": "7", "screen_name": "ana", "name": "Ana"}}

    found = told(direct_message_events=[MESSAGE, outgoing, others, {"type": "typing"}], users=users)

    first, second = found.page.messages
    assert (first.text, first.outgoing, first.other.handle) == ("hola & adiós", False, "ana")
    assert first.sent_at == datetime(2026, 5, 4, 10, 0, 0, 123000, tzinfo=UTC)
    assert (second.outgoing, second.other_external_id) == (True, "7")
    assert {first.conversation_id, second.conversation_id} == {"7-1001"}


def test_one_event_that_cannot_be_understood_stops_no_other():
    broken = [{}, {"id_str": "1"}, POST | {"created_at": "ayer"}, POST | {"user": None}, 7, None]

    found = told(tweet_create_events=[*broken, POST], direct_message_events=[{"type": "message_create"}, MESSAGE])

    assert (len(found.page.posts), len(found.page.messages)) == (1, 1)


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"{}", b'{"for_user_id": []}', b"[" * 100_000, b"\xff"])
def test_what_is_no_delivery_is_refused_in_one_sentence(body):
    with pytest.raises(ValueError, match=r"^The delivery .*\.$"):
        deliveries(body)


def test_other_events_tell_nothing():
    assert told(favorite_events=[{"id": "1"}], follow_events=[]) is None


def test_hostile_texts_are_told_as_they_are():
    for text in ("@acme \ud800", "\x00\u202e", "<b>&amp;</b>" * 10):
        assert post_of(text=text).text == text.replace("&amp;", "&")


@settings(max_examples=40)
@given(posts=any_json, messages=any_json, deleted=any_json, changes=st.dictionaries(st.sampled_from([*POST]), any_json))
def test_no_delivery_breaks_the_reader(posts, messages, deleted, changes):
    body = {"for_user_id": "1001", "tweet_create_events": [posts, POST | changes], "direct_message_events": messages}

    with suppress(ValueError):
        deliveries(json.dumps(body | {"tweet_delete_events": deleted, "users": posts}).encode())
