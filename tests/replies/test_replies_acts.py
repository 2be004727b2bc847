"""Every act on its way out: what is permitted, what it costs, and what a paused account does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import col, select

from networks.errors import RateLimited, TokenRefused, Uncertain
from records.database import writing
from records.enums import Act, Mode, ReplyStatus
from records.models import Permissions
from records.tables.listener import AccountHealthRow, MentionAccountRow, MentionRow
from replies.draft import Draft
from replies.lifecycle import CANNOT_TELL
from replies.limits import Caps, MonthBudget, over_budget, price
from replies.outbox import approve
from tests.support.memory_network import MemoryNetwork, NextWrite
from tests.support.outbox import (
    ANA,
    ROOM_LINK,
    START,
    OutboxSetup,
    answer,
    external_id,
    person_id,
    private,
    private_reply,
)

EVERYTHING = Permissions(reply=True, private_message=True, hide=True)
NOTHING = Permissions(reply=False, private_message=False, hide=False, delete_own=False)
PRICES = Permissions(
    reply=True, private_message=True, hide=True, reply_cost=0.01, private_cost=0.015, hide_cost=0.005, link_cost=0.19
)
HIDE = answer(slot="hide", act=Act.HIDE, text="")
UNHIDE = answer(slot="unhide", act=Act.UNHIDE, text="")
DELETE = answer(slot="delete-7", act=Act.DELETE, text="", target_external_id="77")
ACTS = [answer(), private(), private_reply(), HIDE, UNHIDE, DELETE]


@pytest.fixture
def network(outbox: OutboxSetup) -> MemoryNetwork:
    network = MemoryNetwork(clock=outbox.clock, people={external_id(1): person_id(1)})
    outbox.network = network
    return network


def test_a_private_reply_goes_to_who_wrote_the_comment(outbox: OutboxSetup, network: MemoryNetwork) -> None:
    outbox.draft(private_reply())
    assert outbox.deliver().sent == 1
    assert (network.taken[0].target, network.taken[0].text.endswith(ROOM_LINK)) == (person_id(1), True)


def test_a_post_may_be_hidden_shown_and_hidden_again(outbox: OutboxSetup, network: MemoryNetwork) -> None:
    for slot, act in (("hide", Act.HIDE), ("unhide", Act.UNHIDE), ("hide-2", Act.HIDE)):
        outbox.draft(answer(slot=slot, act=act, text=""))
        assert outbox.deliver().sent == 1
    assert network.hides == [(external_id(1), True), (external_id(1), False), (external_id(1), True)]


def test_what_stands_already_as_it_is_wished_is_left_alone(outbox: OutboxSetup, network: MemoryNetwork) -> None:
    network.gone.add("77")
    for draft in (UNHIDE, DELETE):
        outbox.draft(draft)
    assert outbox.deliver().withheld == 2
    assert [row.reason for row in outbox.replies()] == ["The post is shown already.", "The answer is deleted already."]
    assert network.hides == []


def test_an_unhide_whose_answer_was_lost_is_settled_by_looking(outbox: OutboxSetup, network: MemoryNetwork) -> None:
    network.hidden.add(external_id(1))
    network.plans = [NextWrite(raises=Uncertain("?"))]
    outbox.draft(UNHIDE)
    assert outbox.deliver().unknown == 1
    outbox.clock.advance(timedelta(seconds=10))
    assert outbox.reconcile().sent == 1
    assert network.hides == [(external_id(1), False)]


@pytest.mark.parametrize(("draft", "taken"), [(HIDE, True), (HIDE, False), (UNHIDE, True)])
def test_whether_a_post_that_is_gone_was_hidden_or_shown_before_is_left_to_a_person(
    outbox: OutboxSetup, network: MemoryNetwork, draft: Draft, *, taken: bool
) -> None:
    network.hidden = {external_id(1)} if draft is UNHIDE else set()
    network.plans = [NextWrite(takes=taken, raises=Uncertain("?"))]
    row_id = outbox.draft(draft)
    assert outbox.deliver().unknown == 1
    network.gone.add(external_id(1))
    outbox.clock.advance(timedelta(seconds=10))
    assert outbox.reconcile().held == 1
    row = outbox.reply(row_id)
    assert (row.status, row.reason) == (ReplyStatus.HELD, CANNOT_TELL)


@pytest.mark.parametrize("draft", ACTS, ids=lambda draft: draft.act)
def test_what_the_network_does_not_permit_waits_for_a_person(
    outbox: OutboxSetup, network: MemoryNetwork, draft: Draft
) -> None:
    outbox.permissions = NOTHING
    row_id = outbox.draft(draft)
    assert outbox.deliver().held == 1
    assert outbox.reply(row_id).reason
    assert (network.taken, network.hides, network.gone) == ([], [], set())


def test_a_message_that_may_only_be_a_private_reply_by_now_waits_for_a_person(
    outbox: OutboxSetup, network: MemoryNetwork
) -> None:
    outbox.permissions = Permissions(reply=True, private_message=True, hide=True, private_act=Act.PRIVATE_REPLY)
    outbox.draft(private())
    assert outbox.deliver().held == 1
    assert network.taken == []


@pytest.mark.parametrize(
    ("act", "text", "cost"),
    [
        (Act.PUBLIC_REPLY, "Hola", 0.01),
        (Act.PUBLIC_REPLY, "Mira HTTPS://marca.example", 0.2),
        (Act.PRIVATE_MESSAGE, "https://marca.example", 0.015),
        (Act.PRIVATE_REPLY, "Hola", 0.015),
        (Act.HIDE, "", 0.005),
        (Act.UNHIDE, "", 0.005),
        (Act.DELETE, "", 0.0),
    ],
)
def test_an_act_has_its_price(act: Act, text: str, cost: float) -> None:
    assert price(act, text, PRICES) == pytest.approx(cost)


def test_what_was_sent_has_its_cost_and_what_was_not_has_none(outbox: OutboxSetup, network: MemoryNetwork) -> None:
    outbox.permissions = PRICES
    network.plans = [
        NextWrite(),
        NextWrite(takes=False, raises=Uncertain("?")),
        NextWrite(takes=False, raises=TokenRefused("?")),
    ]
    for mention_id in (1, 2, 3):
        outbox.draft(answer(mention_id))
    outbox.deliver()
    assert [row.cost for row in outbox.replies()] == [0.01, 0.01, 0.0]


def test_a_spent_month_stops_rules_and_not_people(outbox: OutboxSetup, network: MemoryNetwork) -> None:
    outbox.permissions, outbox.month = PRICES, MonthBudget(spent=9.995, cap=10)
    by_rule, by_person = outbox.draft(answer(1)) or 0, outbox.draft(answer(2, origin="person", author=ANA.tag))
    free = outbox.draft(answer(3, slot="delete-1", act=Act.DELETE, text=""))
    assert (outbox.deliver().held, len(network.taken)) == (1, 1)
    assert outbox.reply(by_rule).reason.startswith("The month's budget of $10.00 is spent")
    assert outbox.reply(by_person).status == outbox.reply(free).status == ReplyStatus.SENT
    with writing(outbox.engine) as session:
        approve(session, by_rule, actor=ANA, now=outbox.clock())
    assert outbox.deliver().sent == 1


def test_the_last_cent_of_a_month_may_be_spent() -> None:
    assert over_budget(MonthBudget(spent=0.1 + 0.2, cap=0.31), 0.01) == ""
    assert over_budget(MonthBudget(spent=0.31, cap=0.31), 0.01)
    assert over_budget(None, 5.0) == over_budget(MonthBudget(spent=1, cap=0), 0.0) == ""


def test_a_paused_account_says_nothing_and_goes_on_when_it_is_repaired(
    outbox: OutboxSetup, network: MemoryNetwork
) -> None:
    _pause(outbox, "refused")
    row_id = outbox.draft(answer())
    entries = len(outbox.logged())
    for _ in range(3):
        assert outbox.deliver().postponed == 1
        outbox.clock.advance(timedelta(minutes=1))
    assert (network.reads, len(outbox.logged())) == (0, entries)
    assert outbox.reply(row_id).reason == "The token has expired."
    _pause(outbox, "working")
    assert outbox.deliver().sent == 1


def test_an_approval_expires_while_its_account_is_paused(outbox: OutboxSetup, network: MemoryNetwork) -> None:
    _pause(outbox, "refused")
    outbox.draft(answer())
    outbox.deliver()
    outbox.clock.advance(timedelta(minutes=31))
    assert outbox.deliver().held == 1
    assert network.taken == []


def test_a_person_hears_of_a_wait_that_outlasts_the_approval(outbox: OutboxSetup, network: MemoryNetwork) -> None:
    limit = RateLimited("Wait.", until=START + timedelta(hours=3))
    network.plans = [NextWrite(takes=False, raises=limit)]
    row_id = outbox.draft(answer())
    assert outbox.deliver().postponed == 1
    outbox.clock.advance(timedelta(minutes=30, seconds=1))
    assert outbox.deliver().held == 1
    assert "older than 30 minutes" in outbox.reply(row_id).reason


def test_refused_credentials_are_told_and_the_reply_waits(outbox: OutboxSetup, network: MemoryNetwork) -> None:
    network.plans = [NextWrite(takes=False, raises=TokenRefused("The token has expired."))]
    row_id = outbox.draft(answer())
    assert outbox.deliver().postponed == 1
    assert outbox.refusals == ["The token has expired."]
    outbox.clock.advance(timedelta(seconds=30))
    outbox.deliver()
    assert outbox.reply(row_id).status == ReplyStatus.SENT


def test_a_thread_is_not_talked_into_by_rules_more_often_than_allowed(
    outbox: OutboxSetup, network: MemoryNetwork
) -> None:
    outbox.caps = Caps(per_thread_hour=2)
    with writing(outbox.engine) as session:
        for mention_id in (1, 2, 3):
            session.get_one(MentionRow, mention_id).root_external_id = "thread"
    for mention_id in (1, 2, 3, 4):
        outbox.draft(answer(mention_id))
    run = outbox.deliver()
    assert (run.sent, run.held) == (3, 1)
    assert outbox.replies()[2].reason.startswith("The thread's cap is reached.")


def test_under_a_post_of_ours_each_comment_is_a_thread_of_its_own(outbox: OutboxSetup, network: MemoryNetwork) -> None:
    outbox.caps = Caps(per_thread_hour=1)
    with writing(outbox.engine) as session:
        for mention_id in (1, 2, 3):
            comment = session.get_one(MentionRow, mention_id)
            comment.root_external_id = "ours"
            comment.parent_external_id = "ours" if mention_id < 3 else external_id(2)
            row = select(MentionAccountRow).where(col(MentionAccountRow.mention_id) == mention_id)
            session.exec(row).one().feed = "comments"
    for mention_id in (1, 2, 3):
        outbox.draft(answer(mention_id))
    run = outbox.deliver()
    assert (run.sent, run.held) == (2, 1)
    assert outbox.replies()[2].reason.startswith("The thread's cap is reached.")


def test_a_private_reply_to_an_old_or_deleted_comment_does_not_leave(
    outbox: OutboxSetup, network: MemoryNetwork
) -> None:
    with writing(outbox.engine) as session:
        session.get_one(MentionRow, 1).published_at = START - timedelta(hours=13)
        session.get_one(MentionRow, 2).deleted_at = START
    for mention_id in (1, 2):
        outbox.draft(private_reply(mention_id))
    run = outbox.deliver()
    assert (run.held, run.withheld, network.taken) == (1, 1, [])


def test_in_shadow_no_act_leaves(outbox: OutboxSetup, network: MemoryNetwork) -> None:
    outbox.mode = Mode.SHADOW
    for number, draft in enumerate(ACTS):
        outbox.draft(replace(draft, slot=f"follow-up-{number}"))
    assert outbox.deliver().held == len(ACTS)
    assert (network.taken, network.hides, network.gone) == ([], [], set())


def _pause(outbox: OutboxSetup, state: str) -> None:
    with writing(outbox.engine) as session:
        row = session.get(AccountHealthRow, 1) or AccountHealthRow(account_id=1, state=state, since=START)
        row.state, row.reason = state, "The token has expired."
        session.add(row)
