"""Posts of X asked for again, and our own replies deleted."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, cast

import pytest
import requests

from networks.errors import Garbled, Invalid, Refused, Retry, Uncertain
from networks.protocol import ReplyContext
from networks.x.client import XClient, XConnection
from networks.x.network import XNetwork, missing_at
from networks.x.reading import XFeeds
from networks.x.responses import check_complete, gone_among
from records.enums import Act

NOT_FOUND = {
    "resource_id": "7",
    "parameter": "ids",
    "title": "Not Found Error",
    "type": "https://api.twitter.com/2/problems/resource-not-found",
}


@pytest.fixture
def mention(practice):
    return practice.tell("/_post", text="@marca ¿abren hoy?", author="eva", mentions=True)["id"]


def test_an_edited_post_comes_in_its_newest_text_under_its_first_id(practice, mention):
    practice.tell("/_edit", id=mention, text="@marca ¿abren mañana?")
    newest = practice.tell("/_edit", id=mention, text="@marca ¿abren el lunes?")["id"]
    other = practice.tell("/_post", text="@marca hola", author="luis", mentions=True)["id"]

    found = practice.open().refetch((mention, other))

    assert {post.external_id: (post.revision_external_id, post.text) for post in found.page.posts} == {
        mention: (newest, "@marca ¿abren el lunes?"),
        other: (other, "@marca hola"),
    }
    assert found.gone == ()


def test_deleted_posts_are_named_as_they_were_asked_for(practice, mention):
    practice.tell("/_edit", id=mention, text="@marca otra cosa")
    practice.tell("/_delete", id=mention)
    standing = practice.tell("/_post", text="@marca hola", author="luis", mentions=True)["id"]

    found = practice.open().refetch((mention, standing, "123"))

    assert set(found.gone) == {mention, "123"}
    assert [post.external_id for post in found.page.posts] == [standing]


def test_our_own_post_is_reread_as_our_own(practice, mention):
    network = practice.open()
    sent = network.reply(mention, "Sí.")

    assert [post.external_id for post in network.refetch((sent.external_id,)).page.own] == [sent.external_id]


def test_more_posts_than_x_takes_at_once_are_refused(practice):
    network = practice.open()

    with pytest.raises(Invalid, match="ask for fewer"):
        network.refetch(tuple(str(number) for number in range(network.refetch_at_most + 1)))
    assert network.refetch(()).gone == ()


def test_a_failed_rereading_deletes_nothing(practice, mention):
    practice.tell("/_faults", method="GET", path="/2/tweets", kind="status:503")

    with pytest.raises(Exception, match="asked again") as raised:
        practice.open().refetch((mention,))

    assert raised.value.retry is Retry.LATER


class Scripted:
    """Answers every call with the next of the bodies given."""

    def __init__(self, *bodies: dict[str, Any]) -> None:
        self._bodies = iter(bodies)
        self.asked: list[Any] = []

    def _answer(self, asked: Any, **_: Any) -> requests.Response:
        self.asked.append(asked)
        response = requests.Response()
        response.status_code = 200
        response._content = json.dumps(next(self._bodies)).encode()
        return response

    get_tweets = get_tweet = delete_tweet = _answer


def network_of(practice: Any, client: Scripted) -> XNetwork:
    line = XConnection(client=cast("XClient", client), secrets=())
    feeds = XFeeds(account=practice.account, line=line, search_lag=timedelta(0))
    return XNetwork(account=practice.account, line=line, feeds=feeds)


def test_a_post_whose_newest_version_is_gone_is_gone(practice):
    older = {"id": "7", "author_id": "1", "created_at": "2026-05-04T10:00:00Z", "edit_history_tweet_ids": ["7", "9"]}
    gone = NOT_FOUND | {"resource_id": "9"}
    client = Scripted({"data": [older]}, {"errors": [gone]})

    found = network_of(practice, client).refetch(("7",))

    assert (found.gone, found.page.posts, client.asked) == (("7",), (), [["7"], ["9"]])


def test_a_post_of_which_x_says_nothing_is_neither_there_nor_gone(practice):
    network = network_of(practice, Scripted({"errors": []}, {"errors": []}))

    found = network.refetch(("7",))

    assert (found.gone, found.page.posts) == ((), ())
    with pytest.raises(Garbled, match="asked again"):
        network.look_up("7")


def test_a_deletion_that_x_does_not_confirm_is_uncertain(practice):
    network = network_of(practice, Scripted({"data": {}}, {"errors": [NOT_FOUND | {"parameter": "id"}]}))

    with pytest.raises(Uncertain):
        network.delete_own("7")
    network.delete_own("7")


def test_only_what_x_calls_gone_is_gone():
    about_another = {**NOT_FOUND, "parameter": "referenced_tweets.id"}
    failed = {**NOT_FOUND, "type": "about:blank", "title": "Service Unavailable"}
    withheld = {**NOT_FOUND, "title": "Authorization Error", "type": "x/not-authorized-for-resource"}

    assert gone_among({"errors": [about_another]}, ("7",)) == ()
    assert gone_among({"errors": [failed]}, ("7",)) == ()
    assert gone_among({"errors": "?"}, ("7",)) == ()
    assert gone_among({"errors": [withheld]}, ("7", "8")) == ("7",)


def test_an_answer_in_part_because_x_failed_is_no_answer():
    check_complete({"errors": [NOT_FOUND]}, "GET /2/tweets")

    with pytest.raises(Garbled, match="in part"):
        check_complete({"data": [], "errors": [{"title": "Service Unavailable", "status": 503}]}, "GET /2/tweets")


def test_an_own_reply_is_deleted_once_however_often_asked(practice, mention):
    network = practice.open()
    sent = network.reply(mention, "Sí.")

    network.delete_own(sent.external_id)
    network.delete_own(sent.external_id)

    assert network.look_up(sent.external_id).exists is False


def test_somebody_elses_post_cannot_be_deleted(practice, mention):
    with pytest.raises(Refused):
        practice.open().delete_own(mention)


def test_a_deletion_without_an_answer_is_uncertain(practice, mention):
    network = practice.open()
    sent = network.reply(mention, "Sí.")
    practice.tell("/_faults", method="DELETE", path="/2/tweets/*", kind="accepted_then_cut")

    with pytest.raises(Uncertain):
        network.delete_own(sent.external_id)

    assert network.look_up(sent.external_id).exists is False


def test_x_has_no_private_reply(practice, mention):
    with pytest.raises(Refused, match="no private reply"):
        practice.open().reply_privately(mention, "hola")


def test_prices_stand_beside_what_is_permitted(practice):
    now = practice.now()
    standing = ReplyContext(
        external_id="1", mentions_us=True, person_wrote_first=True, root_is_ours=True, published_at=now, kind="reply"
    )

    found = practice.open().permissions(standing, now=now)

    assert (found.reply_cost, found.private_cost, found.hide_cost) == (0.01, 0.015, 0.005)
    assert found.reply_cost + found.link_cost == pytest.approx(0.20)
    assert (found.private_act, found.private_until, found.delete_own) == (Act.PRIVATE_MESSAGE, None, True)


@pytest.mark.parametrize(
    ("level", "missing"),
    [
        ("read-write-directmessages", ()),
        ("read-write", ("direct messages",)),
        ("READ", ("write", "direct messages")),
        ("", ()),  # X does not always say
    ],
)
def test_what_the_app_was_not_granted_is_named(level, missing):
    assert missing_at(level) == missing
