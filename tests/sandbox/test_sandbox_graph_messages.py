"""Private replies, the window of a day, conversations, and people who react to them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.meta_sandbox import DAY, GraphAccount, MetaSandbox, facebook_row, instagram_row, open_meta_sandbox

ASK = "Escríbenos por privado: https://m.me/marca"
ROWS = [
    facebook_row("post", "Our news", 0, inbound=False),
    instagram_row("medium", "Our picture", 0, inbound=False),
    facebook_row("visit", "Any news of my order?", 0, author="eva"),
    *(facebook_row(f"f{n}", f"help {n}", n, author=f"ana{n}", in_reply_to="post", lang="es") for n in range(1, 13)),
    *(instagram_row(f"i{n}", f"help {n}", n, author=f"ana{n}", in_reply_to="medium") for n in range(1, 13)),
]
FIELDS = "id,participants,messages.limit(3){id,created_time,from,to,message}"


@pytest.fixture
def place() -> Iterator[MetaSandbox]:
    with open_meta_sandbox(ROWS) as opened:
        yield opened


def person(place: MetaSandbox, source: str) -> str:
    return str(place.facebook.get(f"/{place.ids()[source]}", fields="from{id}")["from"]["id"])


@pytest.mark.parametrize("network", ["facebook", "instagram"])
def test_a_comment_takes_one_private_reply(place: MetaSandbox, network: str) -> None:
    graph: GraphAccount = getattr(place, network)
    comment = place.ids()[f"{network[0]}1"]
    sent = graph.post("/me/messages", **graph.message("Hola", comment_id=comment))
    assert place.truth()["messages"] == [
        {"id": sent["message_id"], "to": sent["recipient_id"], "text": "Hola", "network": network, "comment": comment}
    ]
    assert graph.refused("POST", "/me/messages", **graph.message("Hola?", comment_id=comment)) == (400, 10900, None)
    assert len(place.truth()["messages"]) == 1


def test_a_visitor_s_post_takes_one_private_reply_too(place: MetaSandbox) -> None:
    post = place.ids()["visit"]
    place.facebook.post("/me/messages", **place.facebook.message("Hola", post_id=post))
    assert [message["comment"] for message in place.truth()["messages"]] == [post]
    again = place.facebook.message("Hola?", post_id=post)
    assert place.facebook.refused("POST", "/me/messages", **again) == (400, 10900, None)


def test_a_private_reply_is_possible_for_seven_days_and_the_comment_says_so(place: MetaSandbox) -> None:
    comment = place.ids()["f1"]
    place.move(7 * DAY - 3600)
    assert place.facebook.get(f"/{comment}", fields="can_reply_privately")["can_reply_privately"] is True
    place.move(3600)
    assert place.facebook.get(f"/{comment}", fields="can_reply_privately")["can_reply_privately"] is False
    told = place.facebook.message("Hola", comment_id=comment)
    assert place.facebook.refused("POST", "/me/messages", **told) == (403, 10, 2018278)


def test_more_is_said_only_within_a_day_of_the_answer(place: MetaSandbox) -> None:
    graph, comment = place.facebook, place.ids()["f1"]
    sent = graph.post(f"/{graph.id}/messages", **graph.message("Hola", comment_id=comment))
    again = graph.message("¿Sigues ahí?", id=sent["recipient_id"])
    assert graph.refused("POST", "/me/messages", **again) == (403, 10, 2018278)
    place.tell("/_message", **{"from": "ana1", "to": "marca-facebook", "text": "sí"})
    graph.post("/me/messages", **again)
    place.move(DAY + 1)
    assert graph.refused("POST", "/me/messages", **again) == (403, 10, 2018278)
    graph.post("/me/messages", **again, tag="HUMAN_AGENT")
    assert [message["comment"] for message in place.truth()["messages"]] == [comment, None, None]


def test_nobody_is_written_to_who_never_wrote(place: MetaSandbox) -> None:
    told = place.facebook.message("Hola", id=person(place, "f2"))
    assert place.facebook.refused("POST", "/me/messages", **told) == (400, 100, 2018001)
    for wrong in ({"recipient": "{}", "message": '{"text": "x"}'}, {"recipient": '{"id": 1}'}, {"message": "["}):
        assert place.facebook.refused("POST", "/me/messages", **wrong) == (400, 100, None)
    long = place.facebook.message("x" * 2001, comment_id=place.ids()["f3"])
    assert place.facebook.refused("POST", "/me/messages", **long) == (400, 100, None)
    assert place.truth()["messages"] == []


@pytest.mark.parametrize(("network", "platform"), [("facebook", "messenger"), ("instagram", "instagram")])
def test_conversations_are_told_by_person_newest_message_first(place: MetaSandbox, network: str, platform: str) -> None:
    graph: GraphAccount = getattr(place, network)
    sent = graph.post("/me/messages", **graph.message("Hola", comment_id=place.ids()[f"{network[0]}1"]))
    place.tell("/_message", **{"from": "ana1", "to": f"marca-{network}", "text": "<sí> \x00"})
    place.move(1)
    place.tell("/_message", **{"from": "ana2", "to": f"marca-{network}", "text": "yo"})
    page, who = place.facebook.id, sent["recipient_id"]
    every = graph.get(f"/{page}/conversations", platform=platform, fields=FIELDS)["data"]
    assert [len(conversation["messages"]["data"]) for conversation in every] == [1, 2]
    (one,) = graph.get(f"/{page}/conversations", platform=platform, user_id=who, fields=FIELDS)["data"]
    newest, first = one["messages"]["data"]
    assert (newest["message"], newest["from"]["id"], newest["to"]["data"][0]["id"]) == ("<sí> \x00", who, graph.id)
    assert (first["id"], first["from"]["id"]) == (sent["message_id"], graph.id)
    assert {each["id"] for each in one["participants"]["data"]} == {who, graph.id}
    assert graph.get(f"/{first['id']}", fields="message")["message"] == "Hola"
    assert [each["message"] for each in graph.get(f"/{one['id']}/messages", fields="message", limit=1)["data"]] == [
        "<sí> \x00"
    ]
    other = "instagram" if platform == "messenger" else "messenger"
    assert graph.get(f"/{page}/conversations", platform=other)["data"] == []


@pytest.mark.parametrize("network", ["facebook", "instagram"])
def test_people_asked_in_public_write_in_private(place: MetaSandbox, network: str) -> None:
    graph: GraphAccount = getattr(place, network)
    edge = "comments" if network == "facebook" else "replies"
    for number in range(1, 13):
        graph.post(f"/{place.ids()[f'{network[0]}{number}']}/{edge}", message=ASK)
    place.move(120)
    platform = "messenger" if network == "facebook" else "instagram"
    asked = {"platform": platform, "fields": FIELDS, "limit": 50}
    found = graph.get(f"/{place.facebook.id}/conversations", **asked)["data"]
    assert 6 <= len(found) == place.http.get("/_summary").json()["messages_from_people"] < 12
    writer = found[0]["messages"]["data"][0]["from"]["id"]
    graph.post("/me/messages", **graph.message("Gracias", id=writer))


def test_a_link_in_a_private_reply_is_visited(place: MetaSandbox) -> None:
    graph = place.facebook
    for number in range(1, 13):
        link = f"http://127.0.0.1:9/r/{number}"
        graph.post("/me/messages", **graph.message(f"Tu sala: {link}", comment_id=place.ids()[f"f{number}"]))
    place.move(180)
    visits = place.http.get("/_visits").json()
    assert len(visits) >= 6
    assert {visit["url_host"] for visit in visits} == {"127.0.0.1"}
