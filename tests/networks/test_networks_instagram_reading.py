"""Reading an Instagram account: its media, the comments and answers under them, tags, mentions and messages."""

from __future__ import annotations

from datetime import timedelta

import pytest

from records.enums import Feed
from tests.support.meta_practice import all_pages, fetched_posts, open_meta_practice, own_posts

HOSTILE = "\u202e<script>alert(1)</script> & \x00 \ud800 " + "ñ" * 20_000
BASE = {"network": "instagram", "brand": "marca"}
OURS = {"author": "marca", "inbound": False}
ROWS = (
    {"id": "media", "text": "nueva tarjeta", **OURS},
    {"id": "c1", "text": "no me llega", "author": "ana", "in_reply_to": "media"},
    {"id": "r1", "text": "a mí tampoco", "author": "luis", "in_reply_to": "c1"},
    {"id": "r2", "text": "lo miramos", **OURS, "in_reply_to": "c1"},
    {"id": "hostile", "text": HOSTILE, "author": "noa", "in_reply_to": "media"},
    {"id": "tag", "text": "qué foto", "author": "eva", "kind": "tag"},
    {"id": "caption", "text": "gracias @marca, por fin", "author": "eva", "kind": "tag"},
    {"id": "mention", "text": "@marca contestad", "author": "luis", "kind": "mention"},
    {"id": "loud", "text": "sorteo", **OURS},
    *({"id": f"n{number}", "text": f"yo {number}", "author": "eva", "in_reply_to": "loud"} for number in range(120)),
    *({"id": f"m{number}", "text": f"y yo {number}", "author": "noa", "in_reply_to": "n5"} for number in range(70)),
    *({"id": f"p{number}", "text": f"oferta {number}", **OURS} for number in range(30)),
)


@pytest.fixture(scope="module")
def practice(tmp_path_factory):
    with open_meta_practice([BASE | row for row in ROWS], tmp_path_factory.mktemp("instagram")) as found:
        yield found


@pytest.fixture(scope="module")
def ids(practice):
    return practice.ids()


@pytest.fixture
def account(practice):
    return practice.open("instagram")


def test_media_are_own_posts(account):
    assert {"nueva tarjeta", "sorteo", "oferta 29"} <= own_posts(account, Feed.OWN_POSTS).keys()


def test_comments_and_answers_come_with_what_they_answer(account, practice, ids):
    found = fetched_posts(account, Feed.COMMENTS)

    comment, answer = found["no me llega"], found["a mí tampoco"]
    assert (comment.external_id, comment.kind, comment.mentions_us) == (ids["c1"], "comment", True)
    assert (comment.parent_external_id, comment.root_external_id) == (ids["media"], ids["media"])
    assert comment.above.text == "nueva tarjeta"
    assert comment.above.author_external_id == practice.account("instagram").external_id
    assert comment.media_urls[0].startswith("https://")
    assert (answer.kind, answer.parent_external_id, answer.root_external_id) == ("reply", ids["c1"], ids["media"])
    assert (answer.above.text, answer.above.author_handle) == ("no me llega", "ana")
    assert answer.author.handle == "luis"


def test_every_comment_and_answer_is_served_once_however_many(account):
    served = [post.external_id for each in all_pages(account, Feed.COMMENTS) for post in each.posts]

    assert len(served) == len(set(served)) == 3 + 120 + 70


def test_an_answer_of_the_account_is_its_own(account, ids):
    assert own_posts(account, Feed.COMMENTS)["lo miramos"].parent_external_id == ids["c1"]


def test_a_hostile_text_arrives_as_it_is(account, ids):
    found = next(post for post in fetched_posts(account, Feed.COMMENTS).values() if post.external_id == ids["hostile"])

    assert found.text == HOSTILE


def test_only_who_names_us_in_a_caption_may_be_answered(account, ids):
    found = fetched_posts(account, Feed.MENTIONS)

    assert (found["qué foto"].kind, found["qué foto"].mentions_us) == ("post", False)
    assert found["gracias @marca, por fin"].mentions_us
    assert found["gracias @marca, por fin"].external_id == ids["caption"]
    assert found["qué foto"].author.handle == "eva"


def test_since_hears_new_answers_to_old_comments(account, practice, ids):
    since = practice.advance(days=40)
    practice.tell("/_post", text="¿y ahora?", author="ana", in_reply_to=ids["media"])
    practice.tell("/_post", text="¿seguro?", author="luis", in_reply_to=ids["c1"])
    practice.tell("/_post", text="otro más", author="eva", in_reply_to=ids["n119"])

    assert fetched_posts(account, Feed.COMMENTS, since=since).keys() == {"¿y ahora?", "¿seguro?", "otro más"}


def test_a_walk_goes_on_in_another_process(practice):
    whole = [post.external_id for each in all_pages(practice.open("instagram"), Feed.COMMENTS) for post in each.posts]

    served, token = [], None
    while True:
        page = practice.open("instagram").read(Feed.COMMENTS, since=None, until=practice.now(), page=token)
        served += [post.external_id for post in page.posts]
        token = page.next_page
        if token is None:
            break

    assert served == whole


def test_a_reread_finds_mentions_elsewhere_and_tells_what_is_gone(account, practice, ids):
    deleted = practice.tell("/_post", text="me arrepiento", author="ana", in_reply_to=ids["media"])["id"]
    practice.tell("/_delete", id=deleted)

    again = account.refetch((ids["c1"], ids["r1"], deleted, ids["mention"], ids["caption"], ids["media"], "../me"))

    found = {post.external_id: post for post in again.page.posts}
    assert again.gone == (deleted,)
    assert found.keys() == {ids["c1"], ids["r1"], ids["mention"], ids["caption"]}
    assert (found[ids["r1"]].kind, found[ids["r1"]].parent_external_id) == ("reply", ids["c1"])
    assert found[ids["mention"]].text == "@marca contestad"
    assert [post.external_id for post in again.page.own] == [ids["media"]]
    assert not account.look_up(deleted).exists


def test_an_edit_is_another_revision_of_the_same_comment(account, practice, ids):
    identifier = practice.tell("/_post", text="esta mal", author="ana", in_reply_to=ids["media"])["id"]
    before = account.look_up(identifier)
    practice.tell("/_edit", id=identifier, text="está mal")

    again = account.refetch((identifier,)).page.posts[0]

    assert (again.external_id, again.text) == (identifier, "está mal")
    assert again.revision_external_id == account.look_up(identifier).revision_external_id
    assert again.revision_external_id != before.revision_external_id


def test_messages_are_told_from_both_sides(account, practice):
    since = practice.advance(minutes=5)
    practice.tell("/_message", **{"from": "ana", "to": practice.name("instagram"), "text": "hola"})
    asked = [message for each in all_pages(account, Feed.DIRECT_MESSAGES, since=since) for message in each.messages]
    account.send_private(asked[0].other_external_id, "Aquí estamos.")

    said = account.private_messages_with(asked[0].other_external_id)

    assert [message.text for message in asked] == ["hola"]
    assert asked[0].other.handle == "ana"
    assert [(message.outgoing, message.text) for message in said[:2]] == [(True, "Aquí estamos."), (False, "hola")]


def test_access_tells_until_when_and_what_is_missing(account, practice):
    access = account.check_access()

    assert access.missing == ()
    assert access.valid_until is None or access.valid_until - practice.now() > timedelta(days=7)


@pytest.mark.parametrize(
    "kind", ["short_page", "empty_page", "duplicated_page", "overlapping_pages", "reordered_page", "partial"]
)
def test_a_page_served_in_another_way_loses_nothing(practice, account, kind):
    before = {post.external_id for each in all_pages(account, Feed.COMMENTS) for post in each.posts}
    for after in (0, 1, 3):
        practice.tell("/_faults", method="GET", path="*", kind=kind, after=after)

    found = {post.external_id for each in all_pages(account, Feed.COMMENTS) for post in each.posts}

    practice.tell("/_faults", kind="calm")
    assert found == before
