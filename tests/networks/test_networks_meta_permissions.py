"""What Facebook and Instagram permit about a post, before anything is asked of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from networks.protocol import ReplyContext
from records.enums import Act
from tests.support.meta_practice import ENDS_AT as NOW
from tests.support.meta_practice import NETWORKS, scripted

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def networks():
    with scripted() as graph:
        yield {name: graph.open(name) for name in NETWORKS}


@pytest.fixture(params=NETWORKS)
def network(request, networks):
    return networks[request.param]


@pytest.fixture
def standing(network):
    """A comment of an hour ago under a post of ours, by somebody who never wrote to us."""
    root = "2002_1" if network.name == "facebook" else "1"
    return ReplyContext(
        external_id="1_2" if network.name == "facebook" else "2",
        mentions_us=True,
        person_wrote_first=False,
        root_is_ours=True,
        published_at=NOW - timedelta(hours=1),
        parent_external_id=root,
        kind="comment",
    )


def test_a_comment_under_ours_may_be_answered_in_both_ways_and_hidden(network, standing):
    found = network.permissions(standing, now=NOW)

    assert (found.reply, found.private_message, found.hide, found.delete_own) == (True, True, True, True)
    assert found.private_act is Act.PRIVATE_REPLY
    assert found.private_until == standing.published_at + 7 * DAY
    assert (found.reply_cost, found.private_cost, found.hide_cost, found.link_cost) == (0, 0, 0, 0)
    assert found.why == ""
    assert found.compose_link.startswith("https://")


@pytest.mark.parametrize(("age", "open_"), [(7 * DAY - timedelta(seconds=1), True), (7 * DAY, False)])
def test_the_private_reply_ends_after_seven_days(network, standing, age, open_):
    found = network.permissions(replace(standing, published_at=NOW - age), now=NOW)

    assert found.private_message is open_
    assert ("7 days" in found.why) is not open_


def test_there_is_one_private_reply_a_comment(network, standing):
    found = network.permissions(replace(standing, private_reply_used=True), now=NOW)

    assert found.private_message is False
    assert "one private reply" in found.why


@pytest.mark.parametrize(("ago", "act"), [(DAY - timedelta(seconds=1), Act.PRIVATE_MESSAGE), (DAY, Act.PRIVATE_REPLY)])
def test_a_message_is_open_for_a_day_after_the_persons_last(network, standing, ago, act):
    wrote = replace(standing, person_wrote_first=True, person_wrote_at=NOW - ago)

    found = network.permissions(wrote, now=NOW)

    assert found.private_act is act
    assert found.private_until == (NOW - ago + DAY if act is Act.PRIVATE_MESSAGE else standing.published_at + 7 * DAY)


def test_an_answer_by_message_does_not_need_the_private_reply(network, standing):
    used = replace(
        standing, private_reply_used=True, person_wrote_first=True, person_wrote_at=NOW, published_at=NOW - 30 * DAY
    )

    found = network.permissions(used, now=NOW)

    assert (found.private_message, found.private_act) == (True, Act.PRIVATE_MESSAGE)


def test_having_written_at_an_unknown_time_opens_no_message(network, standing):
    wrote = replace(standing, person_wrote_first=True, published_at=NOW - 30 * DAY)

    assert network.permissions(wrote, now=NOW).private_message is False


def test_a_hidden_comment_is_not_answered_in_public(network, standing):
    found = network.permissions(replace(standing, hidden=True), now=NOW)

    assert (found.reply, found.hide) == (False, True)
    assert "hidden" in found.why


def test_what_neither_is_ours_nor_names_us_is_left_alone(network, standing):
    stranger = replace(standing, root_is_ours=False, mentions_us=False, parent_external_id="77_1")

    found = network.permissions(stranger, now=NOW)

    assert (found.reply, found.private_message, found.hide) == (False, False, False)
    assert found.why.endswith(".")


def test_instagram_permits_answers_only_to_top_level_comments(networks, standing):
    found = networks["instagram"].permissions(replace(standing, kind="reply", parent_external_id="2"), now=NOW)

    assert (found.reply, found.private_message, found.hide) == (False, True, True)
    assert "directly under a post" in found.why


def test_a_mention_elsewhere_is_answered_in_public_alone(network, standing):
    mention = replace(standing, root_is_ours=False, parent_external_id="77_1")

    found = network.permissions(mention, now=NOW)

    assert (found.reply, found.private_message, found.hide) == (True, False, False)


@pytest.mark.parametrize(
    ("external_id", "kind", "parent", "hide"), [("2002_9", "post", None, False), ("9_3", "comment", "2002_9", True)]
)
def test_a_visitors_post_on_the_page_and_what_is_under_it_may_be_answered_privately(
    networks, standing, external_id, kind, parent, hide
):
    visit = replace(standing, external_id=external_id, kind=kind, parent_external_id=parent, root_is_ours=False)

    found = networks["facebook"].permissions(visit, now=NOW)

    assert (found.reply, found.private_act, found.private_message) == (True, Act.PRIVATE_REPLY, True)
    assert found.hide is hide
