"""Reading a Facebook Page: its posts and ads, the comments under them, visitors, mentions and messages."""

from __future__ import annotations

from datetime import timedelta

import pytest

from networks.errors import Invalid
from records.enums import Feed
from tests.support.meta_practice import all_pages, fetched_posts, open_meta_practice, own_posts

HOSTILE = "\u202e<script>alert(1)</script> & \x00 \ud800 " + "ñ" * 20_000
BASE = {"network": "facebook", "brand": "acme"}
OURS = {"author": "acme", "inbound": False}
ROWS = (
    {"id": "post", "text": "abrimos oficina", **OURS},
    {"id": "c1", "text": "mi tarjeta no funciona", "author": "ana", "in_reply_to": "post"},
    {"id": "c2", "text": "a mí tampoco", "author": "luis", "in_reply_to": "c1"},
    {"id": "c3", "text": "lo miramos", **OURS, "in_reply_to": "c1"},
    {"id": "visit", "text": "nadie contesta al teléfono", "author": "eva"},
    {"id": "v1", "text": "ni por correo", "author": "luis", "in_reply_to": "visit"},
    {"id": "tag", "text": "gracias, La Marca", "author": "eva", "kind": "tag"},
    {"id": "ad", "text": "hipoteca al 2 %", **OURS, "kind": "ad"},
    {"id": "a1", "text": HOSTILE, "author": "noa", "in_reply_to": "ad"},
    *({"id": f"n{number}", "text": f"opinión {number}", "author": "eva", "in_reply_to": "ad"} for number in range(120)),
    *({"id": f"p{number}", "text": f"oferta {number}", **OURS} for number in range(30)),
)


@pytest.fixture(scope="module")
def practice(tmp_path_factory):
    with open_meta_practice([BASE | row for row in ROWS], tmp_path_factory.mktemp("facebook")) as found:
        yield found


@pytest.fixture(scope="module")
def ids(practice):
    return practice.ids()


@pytest.fixture
def page(practice):
    return practice.open("facebook")


def test_posts_and_ads_of_the_page_are_its_own(page):
    found = own_posts(page, Feed.OWN_POSTS)

    assert {"abrimos oficina", "hipoteca al 2 %", "oferta 0", "oferta 29"} <= found.keys()
    assert all(post.parent_external_id is None for post in found.values())


def test_comments_and_their_answers_are_heard_under_posts_ads_and_visits(page, ids):
    found = fetched_posts(page, Feed.COMMENTS)

    assert {"mi tarjeta no funciona", "a mí tampoco", "ni por correo"} <= found.keys()
    assert len([text for text in found if text.startswith("opinión")]) == 120
    comment, answer, visit = found["mi tarjeta no funciona"], found["a mí tampoco"], found["ni por correo"]
    assert (comment.external_id, comment.kind, comment.mentions_us) == (ids["c1"], "comment", True)
    assert (comment.parent_external_id, comment.root_external_id) == (ids["post"], ids["post"])
    assert (comment.above.text, comment.above.author_external_id) == ("abrimos oficina", ids["post"].split("_")[0])
    assert (answer.parent_external_id, answer.root_external_id) == (ids["c1"], ids["post"])
    assert (answer.above.text, answer.above.author_handle) == ("mi tarjeta no funciona", "ana")
    assert (visit.root_external_id, visit.above.text) == (ids["visit"], "nadie contesta al teléfono")


def test_a_comment_by_the_page_is_its_own(page, ids):
    found = own_posts(page, Feed.COMMENTS)

    assert found["lo miramos"].parent_external_id == ids["c1"]
    assert found["lo miramos"].root_external_id == ids["post"]


def test_a_hostile_text_arrives_as_it_is(page, ids):
    found = next(post for post in fetched_posts(page, Feed.COMMENTS).values() if post.external_id == ids["a1"])

    assert found.text == HOSTILE
    assert found.revision_external_id.startswith(f"{ids['a1']}#")


def test_every_comment_is_served_once(page):
    served = [post.external_id for each in all_pages(page, Feed.COMMENTS) for post in each.posts]

    assert len(served) == len(set(served)) == 124


def test_visits_and_mentions_are_posts_that_summon(page, ids):
    found = fetched_posts(page, Feed.MENTIONS)

    assert found.keys() == {"nadie contesta al teléfono", "gracias, La Marca"}
    for post in found.values():
        assert (post.kind, post.parent_external_id, post.mentions_us) == ("post", None, True)
        assert post.root_external_id == post.external_id
    assert found["gracias, La Marca"].external_id == ids["tag"]


def test_a_walk_goes_on_in_another_process(practice):
    whole = [post.external_id for page in all_pages(practice.open("facebook"), Feed.COMMENTS) for post in page.posts]

    served, token = [], None
    while True:
        page = practice.open("facebook").read(Feed.COMMENTS, since=None, until=practice.now(), page=token)
        served += [post.external_id for post in page.posts]
        token = page.next_page
        if token is None:
            break

    assert served == whole


def test_a_token_that_cannot_be_read_begins_again(page, practice):
    first = page.read(Feed.COMMENTS, since=None, until=practice.now(), page=None)

    for token in ("", "{}", "[1]", '["x", null, []]', "[0, null, [[1]]]", "\ud800"):
        assert page.read(Feed.COMMENTS, since=None, until=practice.now(), page=token).posts == first.posts


def test_since_hears_new_comments_under_old_posts(page, practice, ids):
    since = practice.advance(days=40)
    practice.tell("/_post", text="¿y ahora?", author="ana", in_reply_to=ids["post"])
    practice.tell("/_post", text="¿seguro?", author="luis", in_reply_to=ids["c1"])

    pages = all_pages(page, Feed.COMMENTS, since=since)

    assert {post.text for each in pages for post in each.posts} == {"¿y ahora?", "¿seguro?"}
    assert len(pages) <= 4


def test_an_outside_answer_of_the_page_is_seen(page, practice, ids):
    since = practice.advance(minutes=5)
    practice.tell("/_outside_reply", text="desde el móvil", in_reply_to=ids["c1"])

    assert own_posts(page, Feed.COMMENTS, since=since)["desde el móvil"].parent_external_id == ids["c1"]


def test_an_edit_is_another_revision_of_the_same_comment(page, practice, ids):
    identifier = practice.tell("/_post", text="esta mal", author="ana", in_reply_to=ids["post"])["id"]
    before = page.look_up(identifier)
    practice.tell("/_edit", id=identifier, text="está mal")

    again = page.refetch((identifier,)).page.posts[0]

    assert again.external_id == identifier
    assert again.text == "está mal"
    assert again.revision_external_id == page.look_up(identifier).revision_external_id
    assert again.revision_external_id != before.revision_external_id


def test_a_reread_tells_what_is_gone_from_what_is_there(page, practice, ids):
    deleted = practice.tell("/_post", text="me arrepiento", author="ana", in_reply_to=ids["post"])["id"]
    practice.tell("/_delete", id=deleted)

    again = page.refetch((ids["c1"], deleted, ids["visit"], ids["tag"], ids["post"], "../me"))

    assert again.gone == (deleted,)
    assert {post.external_id for post in again.page.posts} == {ids["c1"], ids["visit"], ids["tag"]}
    assert [post.external_id for post in again.page.own] == [ids["post"]]
    comment = next(post for post in again.page.posts if post.external_id == ids["c1"])
    assert (comment.root_external_id, comment.above.text) == (ids["post"], "abrimos oficina")
    assert not page.look_up(deleted).exists


def test_messages_are_told_from_both_sides(page, practice):
    since = practice.advance(minutes=5)
    practice.tell("/_message", **{"from": "ana", "to": practice.name("facebook"), "text": "hola & <b>"})
    practice.advance(minutes=1)
    practice.tell("/_message", **{"from": "ana", "to": practice.name("facebook"), "text": "¿hay alguien?"})
    asked = [message for each in all_pages(page, Feed.DIRECT_MESSAGES, since=since) for message in each.messages]
    person = asked[0].other_external_id
    page.send_private(person, "Aquí estamos.")

    said = page.private_messages_with(person)

    assert [message.text for message in asked] == ["¿hay alguien?", "hola & <b>"]
    assert [message.text for message in said][:3] == ["Aquí estamos.", "¿hay alguien?", "hola & <b>"]
    assert [message.outgoing for message in said][:3] == [True, False, False]
    assert {message.conversation_id for message in (*asked, *said)} == {asked[0].conversation_id}
    assert (said[0].other.handle, said[0].other_external_id) == ("ana", person)
    assert page.private_messages_with("123456") == ()


def test_a_long_conversation_is_read_to_its_beginning(page, practice):
    since = practice.advance(minutes=5)
    for number in range(30):
        practice.tell("/_message", **{"from": "noa", "to": practice.name("facebook"), "text": f"mensaje {number}"})

    pages = all_pages(page, Feed.DIRECT_MESSAGES, since=since)

    assert {message.text for each in pages for message in each.messages} == {f"mensaje {n}" for n in range(30)}


def test_budgets_are_percentages_of_an_allowance(page, practice):
    budget = page.read(Feed.OWN_POSTS, since=None, until=practice.now(), page=None).budget

    assert budget is not None
    assert (budget.limit, 90 < budget.remaining <= 100) == (100, True)
    assert timedelta(0) < budget.resets_at - practice.now() <= timedelta(hours=1)


def test_a_feed_that_facebook_does_not_have_is_refused(page, practice):
    assert Feed.QUOTES not in page.feeds
    with pytest.raises(Invalid, match="quotes"):
        page.read(Feed.QUOTES, since=None, until=practice.now(), page=None)


@pytest.mark.parametrize(
    "kind", ["short_page", "empty_page", "duplicated_page", "overlapping_pages", "reordered_page", "partial"]
)
def test_a_page_served_in_another_way_loses_nothing(practice, page, kind):
    before = {post.external_id for each in all_pages(page, Feed.COMMENTS) for post in each.posts}
    for after in (0, 1, 3):
        practice.tell("/_faults", method="GET", path="*", kind=kind, after=after)

    found = {post.external_id for each in all_pages(page, Feed.COMMENTS) for post in each.posts}

    practice.tell("/_faults", kind="calm")
    assert found == before
