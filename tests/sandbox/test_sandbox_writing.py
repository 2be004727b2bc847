"""Writing to the practice network by X's rules."""

from __future__ import annotations

from typing import Any

import pytest
import tweepy

ROWS = [
    {"id": "asks", "text": "@acme where is my order?", "brand": "acme", "author": "nina"},
    {"id": "names", "text": "acme is slow again", "brand": "acme", "author": "olga"},
    {"id": "own", "text": "Our summer sale starts", "brand": "acme", "author": "acme", "inbound": False},
    {"id": "below", "text": "scam!", "brand": "acme", "author": "pau", "in_reply_to": "own"},
]


@pytest.fixture
def sandbox(opened: Any) -> Any:
    practice = opened(ROWS)
    practice.step_to_the_end()
    return practice


def reply(sandbox: Any, to: str, text: str) -> str:
    made = sandbox.x.create_tweet(text=text, in_reply_to_tweet_id=sandbox.ids()[to])
    return str(made.data["id"])


def test_a_reply_to_someone_who_mentioned_us_is_in_the_truth_as_it_was_sent(sandbox: Any) -> None:
    text = "We are on it & will tell you: https://acme.example/orders"
    made = reply(sandbox, "asks", text)
    assert sandbox.truth()["replies"] == [
        {"id": made, "in_reply_to": sandbox.ids()["asks"], "text": text, "network": "x"}
    ]
    assert made not in {post["id"] for post in sandbox.truth()["posts"]}


def test_a_reply_is_read_back_as_x_shows_it(sandbox: Any) -> None:
    made = reply(sandbox, "asks", "On it & soon: https://acme.example/orders")
    post = sandbox.x.get_users_tweets(
        1001, tweet_fields=["entities", "in_reply_to_user_id", "conversation_id"], expansions=["referenced_tweets.id"]
    ).data[0]
    assert str(post.id) == made
    assert post.text == f"@nina On it &amp; soon: {post.entities['urls'][0]['url']}"
    assert post.entities["urls"][0]["expanded_url"] == "https://acme.example/orders"
    assert str(post.conversation_id) == sandbox.ids()["asks"]


def test_a_reply_to_someone_who_did_not_mention_us_is_refused_as_x_does(sandbox: Any) -> None:
    with pytest.raises(tweepy.Forbidden, match="you have not been mentioned or otherwise engaged"):
        reply(sandbox, "names", "Sorry to read that")
    assert sandbox.truth()["replies"] == []


def test_a_quote_of_our_post_summons_us(sandbox: Any) -> None:
    quote = sandbox.post("/_post", text="look at this", author="quim", quotes=sandbox.ids()["own"])["id"]
    assert sandbox.x.create_tweet(text="Thanks", in_reply_to_tweet_id=quote).data["id"]
    unsummoned = sandbox.post("/_post", text="look at this", author="quim")["id"]
    with pytest.raises(tweepy.Forbidden):
        sandbox.x.create_tweet(text="Thanks", in_reply_to_tweet_id=unsummoned)


def test_the_same_text_to_the_same_person_again_is_refused(sandbox: Any) -> None:
    reply(sandbox, "asks", "Hello")
    with pytest.raises(tweepy.Forbidden, match="duplicate content"):
        reply(sandbox, "asks", "Hello")
    assert reply(sandbox, "below", "Hello")
    assert len(sandbox.truth()["replies"]) == 2


def test_a_reply_to_a_deleted_post_is_refused(sandbox: Any) -> None:
    post = sandbox.ids()["asks"]
    sandbox.post("/_delete", id=post)
    with pytest.raises(tweepy.Forbidden, match="deleted or not visible"):
        sandbox.x.create_tweet(text="Hello", in_reply_to_tweet_id=post)


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("a" * 280, True),
        ("a" * 281, False),
        ("あ" * 140, True),
        ("あ" * 141, False),
        ("a" * 256 + " https://acme.example/" + "b" * 200, True),
        ("a" * 257 + " https://acme.example/" + "b" * 200, False),
    ],
)
def test_a_text_over_280_weighted_characters_is_refused(sandbox: Any, text: str, accepted: bool) -> None:  # noqa: FBT001
    if accepted:
        assert reply(sandbox, "asks", text)
    else:
        with pytest.raises(tweepy.BadRequest, match="Your Tweet text is too long"):
            reply(sandbox, "asks", text)


def test_a_post_of_our_own_can_be_deleted_and_another_cannot(sandbox: Any) -> None:
    made = reply(sandbox, "asks", "Hello")
    assert sandbox.x.delete_tweet(made).data["deleted"]
    assert sandbox.x.get_tweet(made).errors
    with pytest.raises(tweepy.Forbidden):
        sandbox.x.delete_tweet(sandbox.ids()["names"])


def test_only_replies_in_conversations_we_started_can_be_hidden(sandbox: Any) -> None:
    below = sandbox.ids()["below"]
    assert sandbox.x.hide_reply(below).data["hidden"]
    assert sandbox.truth()["hides"] == [{"id": below, "hidden": True, "network": "x"}]
    with pytest.raises(tweepy.Forbidden):
        sandbox.x.hide_reply(sandbox.ids()["asks"])


def test_a_direct_message_goes_only_to_who_wrote_first(sandbox: Any) -> None:
    person = sandbox.x.get_user(username="nina").data.id
    with pytest.raises(tweepy.Forbidden, match="permission to DM"):
        sandbox.x.create_direct_message(participant_id=person, text="Hello")
    sandbox.post("/_message", **{"from": "nina", "text": "hi <you>", "to": "marca"})
    sent = sandbox.x.create_direct_message(participant_id=person, text="Here: https://acme.example/r")
    assert sandbox.truth()["messages"] == [
        {
            "id": sent.data["dm_event_id"],
            "to": str(person),
            "text": "Here: https://acme.example/r",
            "network": "x",
            "comment": None,
        }
    ]
    events = sandbox.x.get_direct_message_events(
        participant_id=person, dm_event_fields=["sender_id", "created_at", "dm_conversation_id", "entities"]
    ).data
    assert [event.sender_id for event in events] == [1001, person]
    assert events[1].text == "hi &lt;you&gt;"
    assert events[0].data["entities"]["urls"][0]["expanded_url"] == "https://acme.example/r"
    assert {event.dm_conversation_id for event in events} == {sent.data["dm_conversation_id"]}
    assert len(sandbox.x.get_direct_message_events().data) == 2


def test_direct_messages_come_in_pages(sandbox: Any) -> None:
    for number in range(7):
        sandbox.post("/_message", **{"from": "nina", "text": f"{number}"})
    first = sandbox.x.get_direct_message_events(max_results=5)
    rest = sandbox.x.get_direct_message_events(max_results=5, pagination_token=first.meta["next_token"])
    assert [event.text for event in [*first.data, *rest.data]] == list("6543210")


def test_a_reply_written_elsewhere_is_among_our_posts_and_not_among_our_acts(sandbox: Any) -> None:
    made = sandbox.post("/_outside_reply", in_reply_to=sandbox.ids()["asks"], text="Solved by phone")["id"]
    newest = sandbox.x.get_users_tweets(1001).data[0]
    assert (str(newest.id), newest.text) == (made, "@nina Solved by phone")
    assert sandbox.truth()["replies"] == []
    assert made in {post["id"] for post in sandbox.truth()["posts"]}


def test_reply_ids_do_not_depend_on_the_order_of_replies(opened: Any) -> None:
    made = []
    for order in (("asks", "below"), ("below", "asks")):
        sandbox = opened(ROWS)
        sandbox.step_to_the_end()
        made.append({to: reply(sandbox, to, f"Hello {to}") for to in order})
    assert made[0] == made[1]
    assert len(set(made[0].values())) == 2


def test_lone_surrogates_in_a_reply_reach_the_truth(sandbox: Any) -> None:
    reply(sandbox, "asks", "odd \ud83d text")
    assert sandbox.truth()["replies"][0]["text"] == "odd \ud83d text"


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"text": 3}', b'{"text": " "}'])
def test_a_body_that_x_would_not_read_is_refused(sandbox: Any, body: bytes) -> None:
    answer = sandbox.http.post("/_post", content=body)
    assert answer.status_code == 400
    signed = sandbox.x.session.post(
        "https://api.twitter.com/2/tweets",
        data=body,
        headers={"Content-Type": "application/json"},
        auth=tweepy.OAuth1UserHandler(
            sandbox.x.consumer_key, sandbox.x.consumer_secret, sandbox.x.access_token, sandbox.x.access_token_secret
        ).apply_auth(),
    )
    assert signed.status_code == 400
