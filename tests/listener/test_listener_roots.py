"""Conversations that a delivery does not tell, and posts that are hidden, are known once the network tells."""

from __future__ import annotations

from datetime import timedelta

from networks.protocol import FeedPage
from records.enums import Feed
from tests.listener.test_listener_deliveries import deliver
from tests.listener.test_listener_intake import own, post
from tests.support.listener import ENDS_AT as NOW
from tests.support.listener import IntakeSetup

MINUTE = timedelta(minutes=1)


def roots(intake: IntakeSetup) -> dict[str, str]:
    return dict(intake.rows("SELECT external_id, root_external_id FROM mention"))


def guessed(number: int, parent: int, **changes):
    """As a delivery tells it: the post above stands for the root."""
    return post(number, parent_external_id=str(parent), root_external_id=str(parent), **changes)


def test_a_delivered_answer_belongs_to_the_conversation_of_the_post_above_where_that_is_known(intake):
    intake.store(Feed.MENTIONS, FeedPage(posts=(post(101, root_external_id="5", revision_external_id="601"),)))
    intake.store(Feed.OWN_POSTS, FeedPage(own=(own(801, 101),)))
    (own_root,) = intake.rows("SELECT root_external_id FROM own_post")[0]
    deliver(intake, FeedPage(posts=(guessed(102, 101), guessed(103, 601), guessed(104, 801), guessed(105, 404))))
    assert roots(intake) == {"101": "5", "102": "5", "103": "5", "104": own_root, "105": "404"}


def test_a_polled_page_corrects_the_root_of_all_that_was_taken_for_the_same_thread(intake):
    deliver(intake, FeedPage(posts=(guessed(102, 101), guessed(103, 101))))
    intake.store(Feed.MENTIONS, FeedPage(posts=(post(102, parent_external_id="101", root_external_id="5"),)))
    assert roots(intake) == {"102": "5", "103": "5"}


def test_another_post_above_or_a_root_known_otherwise_corrects_nothing(intake):
    deliver(intake, FeedPage(posts=(guessed(102, 101),)))
    intake.store(Feed.MENTIONS, FeedPage(posts=(post(103, parent_external_id="101", root_external_id="5"),)))
    intake.store(Feed.MENTIONS, FeedPage(posts=(guessed(102, 7), guessed(103, 101))))
    assert roots(intake) == {"102": "101", "103": "5"}


def hidden(intake: IntakeSetup) -> list[bool]:
    return [bool(each) for (each,) in intake.rows("SELECT hidden_at IS NOT NULL FROM mention ORDER BY external_id")]


def test_a_post_is_known_to_be_hidden_while_the_network_says_so(intake):
    intake.store(Feed.COMMENTS, FeedPage(posts=(post(101, hidden=True), post(102, hidden=False), post(103))))
    assert hidden(intake) == [True, False, False]
    intake.store(Feed.COMMENTS, FeedPage(posts=(post(101), post(102, hidden=True), post(103))), now=NOW + MINUTE)
    assert hidden(intake) == [True, True, False]
    later = NOW + 10 * MINUTE
    intake.store(Feed.COMMENTS, FeedPage(posts=(post(101, hidden=False), post(102, hidden=False))), now=later)
    assert hidden(intake) == [False, False, False]


def test_a_page_read_before_a_post_was_hidden_does_not_show_it_again(intake):
    intake.store(Feed.COMMENTS, FeedPage(posts=(post(101, hidden=True),)))
    intake.store(Feed.COMMENTS, FeedPage(posts=(post(101, hidden=False),)), now=NOW + MINUTE)
    assert hidden(intake) == [True]
