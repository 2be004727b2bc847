"""The networks' own client libraries speak to the practice network, unmodified but for the address.

They know nothing of Aparte: what they read and write here they would read and write on X and at Meta.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from facebook_business.adobjects.comment import Comment
from facebook_business.adobjects.igcomment import IGComment
from facebook_business.adobjects.igmedia import IGMedia
from facebook_business.adobjects.iguser import IGUser
from facebook_business.adobjects.page import Page
from facebook_business.adobjects.pagepost import PagePost
from facebook_business.api import FacebookAdsApi
from facebook_business.exceptions import FacebookRequestError
from facebook_business.session import FacebookSession
from xdk import Client
from xdk.direct_messages.models import CreateByParticipantIdRequest
from xdk.oauth1_auth import OAuth1
from xdk.posts.models import CreateRequest, HideReplyRequest

META_ROWS = (
    {"id": "1", "text": "abrimos oficina", "author": "acme", "inbound": False},
    {"id": "2", "text": "¿a qué hora abren?", "author": "ana", "in_reply_to": "1"},
    {"id": "3", "text": "mal servicio & caro", "author": "luis", "in_reply_to": "1"},
)


@dataclass(frozen=True, kw_only=True)
class OnMeta:
    """An account of the practice network, and the library's session of it."""

    practice: Any
    told: dict[str, Any]
    api: FacebookAdsApi

    def wire_id(self, source_id: str) -> str:
        return next(str(post["id"]) for post in self.practice.truth()["posts"] if post["source_id"] == source_id)


@pytest.fixture
def at_meta(practice_of: Callable[..., Any]) -> Callable[[str], OnMeta]:
    def start(network: str) -> OnMeta:
        practice = practice_of([{"brand": "acme", "network": network} | row for row in META_ROWS])
        practice.advance(3600 * 3)
        told = next(each for each in practice.http.get("/_accounts").json() if each["network"] == network)
        session = FacebookSession(app_secret=told["app_secret"], access_token=told["page_token"], timeout=5)
        session.GRAPH = practice.base_url
        return OnMeta(practice=practice, told=told, api=FacebookAdsApi(session))

    return start


@pytest.fixture(params=["oauth1", "oauth2"])
def x(request: pytest.FixtureRequest, practice: Any) -> Client:
    """xdk with either of the ways in which a user of X is signed in."""
    told = practice.http.get("/_accounts").json()[0]
    if request.param == "oauth2":
        return Client(base_url=practice.base_url, access_token=told["user_token"])
    keys = {name: told[name] for name in ("api_key", "api_secret", "access_token", "access_token_secret")}
    return Client(
        base_url=practice.base_url, bearer_token=told["bearer_token"], auth=OAuth1(callback="https://a.example", **keys)
    )


def test_xdk_reads_mentions_page_by_page(x, practice):
    us = practice.account.external_id
    more = [practice.tell("/_post", text=f"@marca {n}", author="eva", mentions=True)["id"] for n in range(6)]

    pages = list(
        x.users.get_mentions(
            us,
            max_results=5,
            post_fields=["author_id", "conversation_id", "created_at", "referenced_posts", "entities"],
            expansions=["author_id", "referenced_posts.id"],
            user_fields=["description", "public_metrics", "username"],
        )
    )

    posts = [post for page in pages for post in page.data]
    assert len(pages) == 2
    assert {post.id for post in posts} >= set(more)
    assert {post.text for post in posts} >= {
        "gracias",
        "@acme mi tarjeta no funciona &amp; nadie contesta &lt;hola&gt;",
    }
    assert {user.username for page in pages for user in page.includes.users} >= {"ana", "luis"}
    assert x.users.get_me().data.id == us


def test_xdk_posts_a_reply_and_deletes_it(x, practice):
    mention = practice.tell("/_post", text="@marca ¿abren hoy?", author="eva", mentions=True)["id"]
    reply = CreateRequest.model_validate({"text": "Sí, hasta las ocho.", "reply": {"in_reply_to_tweet_id": mention}})

    made = x.posts.create(reply).data

    assert [(each["id"], each["in_reply_to"]) for each in practice.truth()["replies"]] == [(made.id, mention)]
    assert [each.id for each in x.posts.get_by_ids([mention, made.id]).data] == [mention, made.id]
    assert x.posts.delete(made.id).data.deleted is True


def test_xdk_finds_a_conversation(x, practice):
    root = practice.tell("/_post", text="@marca hola", author="eva", mentions=True)["id"]
    under = practice.tell("/_post", text="a mí también", author="luis", in_reply_to=root)["id"]
    practice.advance(60)

    pages = list(x.posts.search_recent(f"conversation_id:{root}", max_results=10))

    assert under in {post.id for page in pages for post in page.data}


def test_xdk_hides_a_reply_under_our_post(x, practice):
    ours = x.posts.create(CreateRequest.model_validate({"text": "Abrimos oficina."})).data.id
    under = practice.tell("/_post", text="spam", author="eva", in_reply_to=ours)["id"]

    assert x.posts.hide_reply(under, HideReplyRequest(hidden=True)).data.hidden is True
    assert [(act["id"], act["hidden"]) for act in practice.truth()["hides"]] == [(under, True)]


def test_xdk_sends_a_direct_message_to_who_wrote_first(x, practice):
    conversation = practice.tell("/_message", **{"from": "eva", "text": "hola"})["dm_conversation_id"]
    person = next(part for part in conversation.split("-") if part != practice.account.external_id)

    text = CreateByParticipantIdRequest.model_validate({"text": "Te escribimos por aquí."})
    sent = x.direct_messages.create_by_participant_id(person, text).data

    (page,) = x.direct_messages.get_events_by_participant_id(
        person, max_results=10, dm_event_fields=["created_at", "dm_conversation_id", "sender_id", "text"]
    )
    assert (page.data[0].id, page.data[0].text) == (sent.dm_event_id, "Te escribimos por aquí.")
    assert [each["id"] for each in practice.truth()["messages"]] == [sent.dm_event_id]


def test_facebook_business_reads_posts_and_their_comments(at_meta):
    meta = at_meta("facebook")
    page = Page(meta.told["external_id"], api=meta.api)

    (post,) = page.get_published_posts(fields=["id", "message", "created_time"])
    comments = PagePost(post["id"], api=meta.api).get_comments(
        fields=["id", "message", "created_time", "from", "parent"], params={"filter": "stream", "limit": 1}
    )

    assert post["message"] == "abrimos oficina"
    assert {comment["message"] for comment in comments} == {"¿a qué hora abren?", "mal servicio & caro"}


def test_facebook_business_answers_and_hides_a_comment(at_meta):
    meta = at_meta("facebook")
    question, rude = meta.wire_id("2"), meta.wire_id("3")

    made = Comment(question, api=meta.api).create_comment(params={"message": "A las nueve."})
    Comment(rude, api=meta.api).api_update(params={"is_hidden": True})

    (reply,) = meta.practice.truth()["replies"]
    assert (reply["id"], reply["in_reply_to"], reply["text"]) == (made["id"], question, "A las nueve.")
    assert [(act["id"], act["hidden"]) for act in meta.practice.truth()["hides"]] == [(rude, True)]


@pytest.mark.parametrize("network", ["facebook", "instagram"])
def test_facebook_business_answers_a_comment_privately_once(at_meta, network):
    meta = at_meta(network)
    page, comment = Page(meta.told["page_id"], api=meta.api), meta.wire_id("2")
    private = {"recipient": {"comment_id": comment}, "message": {"text": "Hola, te escribimos por privado."}}

    sent = page.create_message(params=private)

    (message,) = meta.practice.truth()["messages"]
    assert (message["comment"], message["text"]) == (comment, "Hola, te escribimos por privado.")
    assert sent["message_id"] == message["id"]
    with pytest.raises(FacebookRequestError) as again:
        page.create_message(params=private)
    assert again.value.api_error_code() == 10900


def test_facebook_business_reads_and_answers_comments_on_instagram(at_meta):
    meta = at_meta("instagram")

    (media,) = IGUser(meta.told["external_id"], api=meta.api).get_media(fields=["id", "caption", "comments_count"])
    comments = IGMedia(media["id"], api=meta.api).get_comments(fields=["id", "text", "timestamp", "username"])
    question = next(comment for comment in comments if comment["text"] == "¿a qué hora abren?")
    made = IGComment(question["id"], api=meta.api).create_reply(params={"message": "A las nueve."})

    (reply,) = meta.practice.truth()["replies"]
    assert (reply["id"], reply["in_reply_to"]) == (made["id"], question["id"])


def test_a_wrong_token_is_told_in_metas_own_error(at_meta):
    meta = at_meta("facebook")
    session = FacebookSession(app_secret=meta.told["app_secret"], access_token="wrong", timeout=5)
    session.GRAPH = meta.practice.base_url

    with pytest.raises(FacebookRequestError) as refused:
        Page("me", api=FacebookAdsApi(session)).api_get()

    assert refused.value.api_error_code() == 190
