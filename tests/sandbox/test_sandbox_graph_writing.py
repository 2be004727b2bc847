"""Comments, hides and deletions through the Graph API, and what the truth keeps of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.meta_sandbox import MetaSandbox, facebook_row, instagram_row, open_meta_sandbox

ROWS = [
    facebook_row("post", "Our news", 0, inbound=False),
    facebook_row("asks", "Where is my card?", 1, author="ana", in_reply_to="post"),
    facebook_row("below", "Mine too", 2, author="bo", in_reply_to="asks"),
    facebook_row("visit", "Hello", 3, author="bo"),
    facebook_row("tagged", "With marca", 4, author="cy", kind="tag"),
    facebook_row("near-tag", "Fun", 5, author="bo", in_reply_to="tagged"),
    instagram_row("medium", "Our picture", 6, inbound=False),
    instagram_row("top", "Nice", 7, author="ana", in_reply_to="medium"),
    instagram_row("reply", "Very", 8, author="bo", in_reply_to="top"),
    instagram_row("mention", "look @marca", 9, author="bo", kind="mention"),
    instagram_row("tag", "me and @marca", 10, author="bo", kind="tag"),
]


@pytest.fixture
def place() -> Iterator[MetaSandbox]:
    with open_meta_sandbox(ROWS) as opened:
        yield opened


def test_a_comment_answers_a_comment_and_the_truth_keeps_the_text_as_sent(place: MetaSandbox) -> None:
    ids, text = place.ids(), "Hola <b> & ¿qué tal? \u202e \x00 https://marca.example"
    made = place.facebook.post(f"/v25.0/{ids['asks']}/comments", message=text)["id"]
    told = place.facebook.get(f"/{made}", fields="message,parent{id},from{id},can_hide")
    assert (told["message"], told["parent"]["id"], told["from"]["id"]) == (text, ids["asks"], place.facebook.id)
    assert place.truth()["replies"] == [{"id": made, "in_reply_to": ids["asks"], "text": text, "network": "facebook"}]
    assert made not in {post["id"] for post in place.truth()["posts"]}


def test_what_was_written_is_told_at_once_where_fields_are_asked_for(place: MetaSandbox) -> None:
    told = place.facebook.post(f"/{place.ids()['asks']}/comments", message="Hola", fields="message,is_hidden")
    assert (told["message"], told["is_hidden"]) == ("Hola", False)


def test_an_answer_to_a_reply_stands_under_its_top_level_comment(place: MetaSandbox) -> None:
    ids = place.ids()
    made = place.facebook.post(f"/{ids['below']}/comments", message="To you too")["id"]
    assert place.facebook.get(f"/{made}", fields="parent{id}")["parent"] == {"id": ids["asks"]}
    assert place.truth()["replies"][0]["in_reply_to"] == ids["below"]


def test_the_same_text_is_taken_twice_so_that_a_blind_repetition_shows(place: MetaSandbox) -> None:
    ids = place.ids()
    made = [place.facebook.post(f"/{ids['visit']}/comments", message="Hola")["id"] for _ in range(2)]
    assert len(set(made)) == len(place.truth()["replies"]) == 2


@pytest.mark.parametrize("text", ["", "  ", "x" * 8001])
def test_a_comment_without_or_with_too_much_text_is_refused(place: MetaSandbox, text: str) -> None:
    assert place.facebook.refused("POST", f"/{place.ids()['asks']}/comments", message=text) == (400, 100, None)
    assert place.truth()["replies"] == []


def test_instagram_takes_replies_to_shown_top_level_comments_alone(place: MetaSandbox) -> None:
    ids = place.ids()
    made = place.instagram.post(f"/{ids['top']}/replies", message="Gracias")["id"]
    assert [reply["id"] for reply in place.instagram.get(f"/{ids['top']}/replies")["data"]] == [ids["reply"], made]
    assert place.instagram.refused("POST", f"/{ids['reply']}/replies", message="no") == (400, 100, None)
    assert place.instagram.refused("POST", f"/{ids['top']}/comments", message="no") == (400, 100, 33)
    place.instagram.post(f"/{ids['top']}", hide="true")
    assert place.instagram.refused("POST", f"/{ids['top']}/replies", message="no") == (400, 100, None)
    assert len(place.truth()["replies"]) == 1
    place.instagram.post(f"/{ids['medium']}/comments", message="A comment of ours")


def test_a_mention_and_a_tag_are_answered_through_the_account(place: MetaSandbox) -> None:
    ids, account = place.ids(), place.instagram.id
    made = place.instagram.post(f"/{account}/mentions", comment_id=ids["mention"], message="Hola")["id"]
    place.instagram.post(f"/{account}/mentions", media_id=ids["tag"], message="Hola")
    assert [reply["in_reply_to"] for reply in place.truth()["replies"]] == [ids["mention"], ids["tag"]]
    assert made.isdigit()
    assert place.instagram.refused("POST", f"/{account}/mentions", comment_id=ids["top"], message="x") == (400, 100, 33)


def test_hides_are_kept_in_order_and_seen_by_the_account(place: MetaSandbox) -> None:
    ids = place.ids()
    for flag in ("true", "false", "true"):
        assert place.facebook.post(f"/{ids['asks']}", is_hidden=flag) == {"success": True}
    place.instagram.post(f"/{ids['reply']}", hide="true")
    assert [(hide["id"], hide["hidden"]) for hide in place.truth()["hides"]] == [
        (ids["asks"], True),
        (ids["asks"], False),
        (ids["asks"], True),
        (ids["reply"], True),
    ]
    assert place.facebook.get(f"/{ids['asks']}", fields="is_hidden")["is_hidden"] is True
    assert place.instagram.get(f"/{ids['reply']}", fields="hidden")["hidden"] is True


def test_only_comments_of_people_under_what_is_ours_are_hidden(place: MetaSandbox) -> None:
    ids = place.ids()
    own = place.facebook.post(f"/{ids['asks']}/comments", message="ours")["id"]
    for target in (own, ids["post"], ids["near-tag"]):
        assert place.facebook.refused("POST", f"/{target}", is_hidden="true") == (403, 200, None)
    assert place.facebook.refused("POST", f"/{ids['asks']}", is_hidden="perhaps") == (400, 100, None)
    assert place.truth()["hides"] == []


def test_an_own_comment_is_deleted_once_and_those_of_others_are_left(place: MetaSandbox) -> None:
    ids = place.ids()
    own = place.facebook.post(f"/{ids['asks']}/comments", message="ours")["id"]
    assert place.facebook.delete(f"/v25.0/{own}") == {"success": True}
    assert place.facebook.refused("DELETE", f"/{own}") == (400, 100, 33)
    assert place.facebook.refused("DELETE", f"/{ids['asks']}") == (403, 200, None)
    assert place.truth()["deletes"] == [{"id": own, "network": "facebook"}]


def test_an_edit_keeps_the_id_and_a_deletion_takes_what_is_beneath(place: MetaSandbox) -> None:
    ids = place.ids()
    assert place.tell("/_edit", id=ids["asks"], text="Found it")["id"] == ids["asks"]
    assert place.facebook.get(f"/{ids['asks']}")["message"] == "Found it"
    place.tell("/_delete", id=ids["top"])
    marks = {post["source_id"]: (post["edited"], post["deleted"]) for post in place.truth()["posts"]}
    assert marks["asks"] == (True, False)
    assert marks["top"] == marks["reply"] == (False, True)
    assert place.instagram.refused("GET", f"/{ids['reply']}") == (400, 100, 33)


def test_a_reply_from_elsewhere_is_an_own_comment_that_the_api_did_not_make(place: MetaSandbox) -> None:
    ids = place.ids()
    made = place.tell("/_outside_reply", in_reply_to=ids["top"], text="From the app")["id"]
    assert place.instagram.get(f"/{made}", fields="username,parent_id") == {
        "id": made,
        "username": "marca",
        "parent_id": ids["top"],
    }
    assert place.truth()["replies"] == []
    assert made in {post["id"] for post in place.truth()["posts"]}
