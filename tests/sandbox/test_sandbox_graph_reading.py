"""What the Graph API tells of Pages, posts, comments, media and conversations."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.support.meta_sandbox import MetaSandbox, facebook_row, instagram_row, open_meta_sandbox

ROWS: list[dict[str, object]] = [
    facebook_row("post", "Our news", 0, inbound=False),
    facebook_row("ad", "Buy it", 1, inbound=False, kind="ad"),
    facebook_row("asks", "Where is my card?", 2, author="Ana Gil", in_reply_to="post"),
    facebook_row("below", "Mine too", 3, author="bo", in_reply_to="asks"),
    facebook_row("deeper", "And mine", 4, author="cy", in_reply_to="below"),
    facebook_row("under-ad", "How much?", 5, author="bo", in_reply_to="ad"),
    facebook_row("visit", "Hello there", 6, author="bo"),
    facebook_row("tagged", "With marca today", 7, author="cy", kind="tag"),
    instagram_row("medium", "Our picture", 8, inbound=False),
    instagram_row("top", "Nice <b>one</b>", 9, author="ana", in_reply_to="medium"),
    instagram_row("reply", "Very", 10, author="bo", in_reply_to="top"),
    instagram_row("tag", "@marca and me", 11, author="ana"),
    instagram_row("mention", "look @marca", 12, author="bo", kind="mention"),
    *(facebook_row(f"many{n}", f"number {n}", 13, author=f"p{n}", in_reply_to="post") for n in range(30)),
    {"id": "elsewhere", "text": "@marca hi", "author": "ana", "created_at": "2026-03-06T12:00:00Z"},
]
NESTED = "id,comments.filter(stream).order(reverse_chronological).limit(2){id,message,from{id,name},parent{id}}"


@pytest.fixture(scope="module")
def place() -> Iterator[MetaSandbox]:
    with open_meta_sandbox(ROWS) as opened:
        yield opened


@pytest.fixture(scope="module")
def ids(place: MetaSandbox) -> dict[str, str]:
    return place.ids()


def messages(answer: Any) -> list[str]:
    return [item["message"] for item in answer["data"]]


def walked(place: MetaSandbox, first: Any) -> list[Any]:
    """Every item of an edge, by its links to the next page."""
    items, page = list(first["data"]), first
    while "next" in page.get("paging", {}):
        parts = urlsplit(page["paging"]["next"])
        page = place.http.get(parts.path, params=parse_qsl(parts.query)).json()
        items += page["data"]
    return items


def test_me_is_the_page_with_its_instagram_account(place: MetaSandbox) -> None:
    page = place.facebook.get("/me", fields="id,name,instagram_business_account{id,username}")
    assert page == {
        "id": place.facebook.id,
        "name": "La Marca",
        "instagram_business_account": {"id": place.instagram.id, "username": "marca"},
    }
    assert place.instagram.get("/v25.0/me")["id"] == place.facebook.id


def test_posts_of_the_page_ads_visitors_and_tags_stand_on_edges_of_their_own(place: MetaSandbox) -> None:
    page = place.facebook.id
    told = {edge: messages(place.facebook.get(f"/{page}/{edge}")) for edge in ("feed", "ads_posts", "tagged")}
    assert told == {"feed": ["Hello there", "Our news"], "ads_posts": ["Buy it"], "tagged": ["With marca today"]}
    assert messages(place.facebook.get(f"/{page}/published_posts")) == ["Our news"]
    assert messages(place.facebook.get(f"/v25.0/{page}/visitor_posts")) == ["Hello there"]


def test_ids_on_facebook_are_made_of_two(place: MetaSandbox, ids: dict[str, str]) -> None:
    page, post = ids["post"].split("_")
    assert page == place.facebook.id
    assert ids["asks"].split("_")[0] == ids["deeper"].split("_")[0] == post
    assert not ids["tagged"].startswith(page)
    assert ids["top"].isdigit()


def test_comments_of_all_levels_stream_and_belong_to_a_top_level_comment(
    place: MetaSandbox, ids: dict[str, str]
) -> None:
    fields = "message,parent{id},comment_count"
    stream = place.facebook.get(f"/{ids['post']}/comments", filter="stream", fields=fields, limit=3)
    assert messages(stream) == ["Where is my card?", "Mine too", "And mine"]
    assert [comment.get("parent") for comment in stream["data"]] == [None, *[{"id": ids["asks"]}] * 2]
    assert stream["data"][0]["comment_count"] == 2
    assert messages(place.facebook.get(f"/{ids['post']}/comments", limit=1, order="chronological")) == [
        "Where is my card?"
    ]
    assert messages(place.facebook.get(f"/{ids['asks']}/comments")) == ["Mine too", "And mine"]


def test_nested_comments_go_on_at_their_next_page(place: MetaSandbox, ids: dict[str, str]) -> None:
    posts = place.facebook.get(f"/{place.facebook.id}/published_posts", fields=NESTED)
    found = walked(place, posts["data"][0]["comments"])
    assert len(found) == len({comment["id"] for comment in found}) == 33
    assert found[-1]["from"]["name"] == "Ana Gil"


@pytest.mark.parametrize("order", ["chronological", "reverse_chronological"])
def test_pages_through_one_second_tell_everything_once(place: MetaSandbox, ids: dict[str, str], order: str) -> None:
    first = place.facebook.get(f"/{ids['post']}/comments", filter="stream", order=order, limit=7)
    found = [comment["id"] for comment in walked(place, first)]
    assert len(found) == len(set(found)) == 33


def test_since_and_until_bound_by_the_second(place: MetaSandbox, ids: dict[str, str]) -> None:
    first = 1_772_800_000 + 2 * 60
    shift = _seconds(place.facebook.get(f"/{ids['asks']}")["created_time"]) - first
    asked = {"filter": "stream", "since": first + shift, "until": first + shift + 60}
    assert messages(place.facebook.get(f"/{ids['post']}/comments", **asked)) == ["Where is my card?", "Mine too"]


def test_the_page_before_a_cursor_can_be_asked_for(place: MetaSandbox, ids: dict[str, str]) -> None:
    path = f"/{ids['post']}/comments"
    first = place.facebook.get(path, filter="stream", limit=2)
    second = place.facebook.get(path, filter="stream", limit=2, after=first["paging"]["cursors"]["after"])
    back = place.facebook.get(path, filter="stream", limit=2, before=second["paging"]["cursors"]["before"])
    assert messages(back) == messages(first)


def test_a_summary_counts_the_comments(place: MetaSandbox, ids: dict[str, str]) -> None:
    assert (
        place.facebook.get(f"/{ids['post']}/comments", filter="stream", summary="true")["summary"]["total_count"] == 33
    )


def test_no_comment_is_told_where_none_is_wanted(place: MetaSandbox, ids: dict[str, str]) -> None:
    told = place.facebook.get(f"/{ids['post']}", fields="comments.filter(stream).limit(0).summary(true)")
    assert (told["comments"]["data"], told["comments"]["summary"]["total_count"]) == ([], 33)


def test_media_carry_comments_and_comments_their_replies(place: MetaSandbox, ids: dict[str, str]) -> None:
    fields = "caption,comments_count,comments{text,username,from,media{id},hidden,replies{text,parent_id}}"
    (medium,) = place.instagram.get(f"/{place.instagram.id}/media", fields=fields)["data"]
    (top,) = medium["comments"]["data"]
    assert (medium["caption"], medium["comments_count"]) == ("Our picture", 2)
    assert (top["text"], top["username"], top["hidden"]) == ("Nice <b>one</b>", "ana", False)
    assert top["media"]["id"] == medium["id"]
    assert [(reply["text"], reply["parent_id"]) for reply in top["replies"]["data"]] == [("Very", ids["top"])]
    assert place.instagram.get(f"/{ids['top']}/replies")["data"][0]["id"] == ids["reply"]


def test_tags_and_mentions_are_read_through_the_account(place: MetaSandbox, ids: dict[str, str]) -> None:
    tags = place.instagram.get(f"/{place.instagram.id}/tags", fields="caption,username")["data"]
    assert [(tag["caption"], tag["username"]) for tag in tags] == [("@marca and me", "ana")]
    fields = f"mentioned_comment.comment_id({ids['mention']}){{text,media{{id}}}}"
    mention = place.instagram.get(f"/{place.instagram.id}", fields=fields)["mentioned_comment"]
    assert mention["text"] == "look @marca"
    assert mention["media"]["id"] != ids["mention"]
    fields = f"mentioned_media.media_id({ids['tag']}){{caption}}"
    assert place.instagram.get(f"/{place.instagram.id}", fields=fields)["mentioned_media"]["caption"] == "@marca and me"


def test_several_nodes_are_told_at_once_unless_one_is_gone(place: MetaSandbox, ids: dict[str, str]) -> None:
    asked = f"{ids['asks']},{ids['visit']}"
    told = place.facebook.get("/", ids=asked, fields="id,message")
    assert {each["message"] for each in told.values()} == {"Where is my card?", "Hello there"}
    assert place.facebook.refused("GET", "/", ids=f"{asked},1_2") == (404, 803, None)
    assert place.facebook.refused("GET", "/", ids="") == (400, 100, None)


def test_what_is_not_there_or_belongs_to_x_is_100_with_33(place: MetaSandbox, ids: dict[str, str]) -> None:
    for identifier in ("1_2", ids["elsewhere"], "9" * 400, "%00", ids["asks"].split("_")[1]):
        assert place.facebook.refused("GET", f"/{identifier}") == (400, 100, 33)
    assert place.facebook.refused("GET", "/me", fields="password") == (400, 100, None)
    assert place.facebook.refused("GET", f"/{ids['post']}/likers") == (400, 100, None)
    assert place.http.get("/2/nothing").status_code == place.http.get("/_nothing").status_code == 404


def test_x_does_not_see_what_stands_on_metas_networks(place: MetaSandbox, ids: dict[str, str]) -> None:
    account = place.http.get("/_accounts").json()[0]
    bearer = {"Authorization": f"Bearer {account['bearer_token']}"}
    mentions = place.http.get(f"/2/users/{account['external_id']}/mentions", headers=bearer).json()["data"]
    assert [post["id"] for post in mentions] == [ids["elsewhere"]]
    assert "data" not in place.http.get(f"/2/tweets/{ids['top']}", headers=bearer).json()


def test_what_was_told_counts_as_served() -> None:
    rows = [
        facebook_row("post", "news", 0, inbound=False),
        facebook_row("asks", "hi", 1, author="a", in_reply_to="post"),
    ]
    with open_meta_sandbox(rows) as place:
        assert place.http.get("/_summary").json()["served_inbound"] == 0
        place.facebook.get(f"/{place.ids()['post']}/comments", fields="id")
        assert place.http.get("/_summary").json()["served_inbound"] == 0
        place.facebook.get(f"/{place.ids()['post']}/comments")
        assert place.http.get("/_summary").json()["served_inbound"] == 1


def test_an_insertion_does_not_disturb_a_walk_under_way() -> None:
    rows = [
        facebook_row("post", "news", 0, inbound=False),
        *(facebook_row(f"c{n}", f"c{n}", 1 + n, author="a", in_reply_to="post") for n in range(6)),
    ]
    with open_meta_sandbox(rows) as place:
        path = f"/{place.ids()['post']}/comments"
        first = place.facebook.get(path, order="reverse_chronological", limit=3)
        place.tell("/_post", author="late", text="new", in_reply_to=place.ids()["post"])
        place.tell("/_delete", id=first["data"][-1]["id"])
        rest = walked(place, first)[3:]
        assert messages({"data": rest}) == ["c2", "c1", "c0"]


def _seconds(time: str) -> int:
    return int(datetime.strptime(time, "%Y-%m-%dT%H:%M:%S%z").timestamp())
