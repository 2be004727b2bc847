from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from networks.errors import (
    DuplicateRefused,
    Invalid,
    NetworkError,
    RateLimited,
    Refused,
    TargetGone,
    TokenRefused,
    TooLong,
    Uncertain,
    Unreachable,
)
from policies.guard.inspection import GuardFinding
from records.database import writing
from records.enums import Act, Mode, ReplyStatus
from records.models import Actor
from records.tables.listener import DirectMessageRow, MentionAccountRow, MentionRow, OwnPostRow
from records.tables.replies import ReplyRow
from replies.dispatch import dispatch_due
from replies.lifecycle import ALREADY_ANSWERED
from replies.limits import Caps
from replies.outbox import approve, hold
from tests.support.memory_network import MemoryNetwork, NextWrite
from tests.support.outbox import DECIDE, ROOM_LINK, START, OutboxSetup, answer, external_id, private

ANA = Actor(tag="agent:1")


@pytest.fixture
def network(outbox: OutboxSetup) -> MemoryNetwork:
    network = MemoryNetwork(clock=outbox.clock)
    outbox.network = network
    return network


def test_an_approved_reply_is_sent_once_with_the_network_s_id(outbox: OutboxSetup, network: MemoryNetwork) -> None:
    reply_id = outbox.draft(answer())
    assert outbox.deliver().sent == 1
    assert outbox.deliver().looked_at == 0
    row = outbox.reply(reply_id)
    assert (row.status, row.external_id, row.attempts, row.due_at) == (ReplyStatus.SENT, "r0", 1, None)
    assert [took.target for took in network.taken] == [external_id(1)]
    assert outbox.told == [reply_id]
    assert outbox.kinds() == ["step:reply:approved", "step:reply:sending", "step:reply:sent"]


def test_a_hide_is_an_act_like_any_other(outbox: OutboxSetup, network: MemoryNetwork) -> None:
    reply_id = outbox.draft(answer(slot="hide", act=Act.HIDE, text=""))
    assert outbox.deliver().sent == 1
    assert network.hidden == {external_id(1)}
    assert outbox.reply(reply_id).external_id == external_id(1)


def test_the_secret_link_reaches_the_network_and_nothing_else(outbox: OutboxSetup, network: MemoryNetwork) -> None:
    outbox.draft(private())
    assert outbox.deliver().sent == 1
    assert network.taken[0].text.endswith(ROOM_LINK)
    stored = json.dumps([row.model_dump(mode="json") for row in outbox.replies()])
    assert "ZYXWV" not in stored
    opened = [
        outbox.encryption.unseal(body["subject"], body["sealed"])
        for body in (json.loads(entry) for _, entry in outbox.logged())
    ]
    assert "ZYXWV" not in json.dumps(opened) + json.dumps(outbox.logged())
    assert opened[-1] == {"handle": "persona_1", "text": "Seguimos aquí en privado: {room_link}"}


def test_the_guard_reads_the_exact_text_and_holds_what_it_finds(outbox: OutboxSetup, network: MemoryNetwork) -> None:
    read: list[str] = []

    def guard(text: str, _reply: ReplyRow) -> tuple[GuardFinding, ...]:
        read.append(text)
        return (GuardFinding(kind="link", message="A link."), GuardFinding(kind="length", message="Too long."))

    outbox.guard = guard
    row_id = outbox.draft(private())
    assert outbox.deliver().held == 1
    assert read == [f"Seguimos aquí en privado: {ROOM_LINK}"]
    assert outbox.reply(row_id).reason == "The guard stopped it (length, link): change the text."
    assert network.taken == []


def test_a_guard_that_fails_stops_the_reply(outbox: OutboxSetup, network: MemoryNetwork) -> None:
    def guard(_text: str, _reply: ReplyRow) -> tuple[GuardFinding, ...]:
        raise RuntimeError("broken")

    outbox.guard = guard
    row_id = outbox.draft(answer())
    assert outbox.deliver().held == 1
    assert "RuntimeError" in outbox.reply(row_id).reason
    assert network.taken == []


def test_shadow_mode_sends_nothing(outbox: OutboxSetup, network: MemoryNetwork) -> None:
    outbox.mode = Mode.SHADOW
    outbox.draft(answer())
    assert outbox.deliver().held == 1
    assert network.taken == []


def test_an_account_that_left_the_settings_is_not_spoken_for(outbox: OutboxSetup) -> None:
    outbox.draft(answer())
    assert outbox.deliver().held == 1


def test_an_answer_from_outside_holds_what_a_rule_would_say(outbox: OutboxSetup, network: MemoryNetwork) -> None:
    network.answer_outside(external_id(1), "Ya te contesto yo")
    row_id = outbox.draft(answer())
    outbox.clock.advance(timedelta(seconds=5))
    assert outbox.deliver().held == 1
    assert outbox.reply(row_id).reason == ALREADY_ANSWERED
    assert network.taken == []


def test_a_person_who_could_read_the_outside_answer_may_still_speak(
    outbox: OutboxSetup, network: MemoryNetwork
) -> None:
    network.answer_outside(external_id(1), "Ya te contesto yo")
    row_id = outbox.draft(answer(approvals_needed=1)) or 0
    _approve(outbox, row_id)
    assert outbox.deliver().held == 1
    with writing(outbox.engine) as session:
        session.add(
            OwnPostRow(
                network="x",
                account_id=1,
                external_id="o0",
                parent_external_id=external_id(1),
                root_external_id=external_id(1),
                text="Ya te contesto yo",
                origin="outside",
                published_at=outbox.clock(),
                heard_at=outbox.clock(),
            )
        )
    outbox.clock.advance(timedelta(seconds=5))
    _approve(outbox, row_id)
    assert outbox.deliver().sent == 1


def test_a_mention_settled_outside_is_not_answered_by_a_rule(outbox: OutboxSetup, network: MemoryNetwork) -> None:
    outbox.draft(answer())
    with writing(outbox.engine) as session:
        session.get_one(MentionAccountRow, 1).settled_at = outbox.clock()
    assert outbox.deliver().held == 1
    assert network.taken == []


def test_our_own_earlier_answer_is_not_taken_for_an_outside_one(outbox: OutboxSetup, network: MemoryNetwork) -> None:
    outbox.draft(answer())
    outbox.deliver()
    outbox.draft(answer(slot="follow-up-1", text="Y una cosa más."))
    assert outbox.deliver().sent == 1


def test_a_deleted_post_is_not_answered(outbox: OutboxSetup, network: MemoryNetwork) -> None:
    network.gone.add(external_id(1))
    row_id = outbox.draft(answer())
    assert outbox.deliver().withheld == 1
    assert outbox.reply(row_id).reason == "The post is gone."


def test_an_edited_post_is_read_again_by_a_person(outbox: OutboxSetup, network: MemoryNetwork) -> None:
    network.edited[external_id(1)] = "9999"
    outbox.draft(answer())
    assert outbox.deliver().held == 1
    with writing(outbox.engine) as session:
        session.get_one(MentionRow, 2).revision = 2
    outbox.draft(answer(2))
    assert outbox.deliver().held == 1
    assert network.taken == []


def test_an_old_approval_and_a_moved_thread_ask_again(outbox: OutboxSetup, network: MemoryNetwork) -> None:
    outbox.draft(answer(1))
    outbox.clock.advance(timedelta(minutes=31))
    assert outbox.deliver().held == 1
    outbox.draft(answer(2))
    with writing(outbox.engine) as session:
        moved = session.get_one(MentionRow, 6)
        moved.root_external_id = external_id(2)
        moved.heard_at = moved.published_at = outbox.clock() + timedelta(seconds=1)
    outbox.clock.advance(timedelta(seconds=2))
    assert outbox.deliver().held == 1
    assert network.taken == []


def test_a_post_older_than_the_brand_allows_is_left_to_a_person(outbox: OutboxSetup, network: MemoryNetwork) -> None:
    with writing(outbox.engine) as session:
        session.get_one(MentionRow, 1).published_at = START - timedelta(hours=13)
    row_id = outbox.draft(answer()) or 0
    assert outbox.deliver().held == 1
    _approve(outbox, row_id)
    assert outbox.deliver().held == 1
    by_person = outbox.draft(answer(1, slot="follow-up-1", origin="person", author=ANA.tag))
    assert outbox.deliver().sent == 1
    assert outbox.reply(by_person).status == ReplyStatus.SENT


def test_the_same_text_is_not_said_twice_in_a_thread(outbox: OutboxSetup, network: MemoryNetwork) -> None:
    outbox.draft(answer(1, text="Gracias."))
    outbox.draft(answer(1, text="@alguien Gracias.", slot="follow-up-1"))
    assert (outbox.deliver().sent, len(network.taken)) == (1, 1)


def test_a_private_message_waits_when_somebody_wrote_outside(outbox: OutboxSetup, network: MemoryNetwork) -> None:
    outbox.draft(private())
    outbox.clock.advance(timedelta(seconds=9))
    with writing(outbox.engine) as session:
        session.add(
            DirectMessageRow(
                network="x",
                account_id=1,
                external_id="dm-9",
                conversation_id="c",
                identity_id=1,
                outgoing=True,
                text="te llamo",
                sent_at=outbox.clock(),
                heard_at=outbox.clock(),
            )
        )
    assert outbox.deliver().held == 1


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Unreachable("No route."), ReplyStatus.APPROVED),
        (RateLimited("Wait.", until=START + timedelta(minutes=15)), ReplyStatus.APPROVED),
        (Refused("Not allowed."), ReplyStatus.FAILED),
        (TooLong("281."), ReplyStatus.FAILED),
        (TargetGone("Gone."), ReplyStatus.WITHHELD),
        (TokenRefused("The token is refused."), ReplyStatus.APPROVED),
        (Uncertain("Nothing came back."), ReplyStatus.UNKNOWN),
        (DuplicateRefused("Copy."), ReplyStatus.UNKNOWN),
    ],
)
def test_what_the_network_says_decides_what_becomes_of_a_reply(
    outbox: OutboxSetup, network: MemoryNetwork, error: NetworkError, status: ReplyStatus
) -> None:
    network.plans = [NextWrite(takes=False, raises=error)]
    row_id = outbox.draft(answer())
    outbox.deliver()
    row = outbox.reply(row_id)
    assert row.status == status
    assert row.reason
    assert (row.claimed_by, row.claimed_until) == (None, None)
    assert (row.due_at is None) == (status in {ReplyStatus.FAILED, ReplyStatus.WITHHELD, ReplyStatus.HELD})
    assert (row.due_at or outbox.clock()) >= outbox.clock()


def test_a_network_that_asks_to_wait_is_not_asked_again_in_the_same_run(
    outbox: OutboxSetup, network: MemoryNetwork
) -> None:
    network.plans = [NextWrite(takes=False, raises=RateLimited("Wait.", until=START + timedelta(minutes=5)))]
    for mention_id in range(1, 5):
        outbox.draft(answer(mention_id))
    assert outbox.deliver().postponed == 4
    assert network.taken == []
    outbox.clock.advance(timedelta(minutes=5))
    assert outbox.deliver().sent == 4


def test_caps_postpone_what_rules_say_and_leave_people_free(outbox: OutboxSetup, network: MemoryNetwork) -> None:
    outbox.caps = Caps(per_minute=2, per_person_hour=50, per_brand_day=6)
    for mention_id in range(1, 9):
        outbox.draft(answer(mention_id))
    outbox.draft(answer(9, origin="person", author=ANA.tag))
    assert (outbox.deliver().sent, len(network.taken)) == (3, 3)
    for _ in range(3):
        outbox.clock.advance(timedelta(minutes=1))
        outbox.deliver()
    assert len(network.taken) == 7
    by_day = [row for row in outbox.replies() if row.status == ReplyStatus.HELD]
    assert len(by_day) == 2
    assert all(row.reason.startswith("The brand's cap a day is reached.") for row in by_day)
    _approve(outbox, by_day[0].id or 0)
    assert outbox.deliver().sent == 1


def test_a_person_is_not_spoken_to_by_rules_more_often_than_allowed(
    outbox: OutboxSetup, network: MemoryNetwork
) -> None:
    outbox.caps = Caps(per_person_hour=2)
    for mention_id in (1, 5, 9, 2):
        outbox.draft(answer(mention_id))
    run = outbox.deliver()
    assert (run.sent, run.held) == (3, 1)
    assert outbox.replies()[2].reason.startswith("The person's cap is reached.")


def test_a_reply_held_while_it_was_looked_at_does_not_leave(outbox: OutboxSetup, network: MemoryNetwork) -> None:
    row_id = outbox.draft(answer()) or 0

    def guard(_text: str, _reply: ReplyRow) -> tuple[GuardFinding, ...]:
        with writing(outbox.engine) as session:
            hold(session, row_id, "Crisis.", actor=ANA, now=outbox.clock())
        return ()

    outbox.guard = guard
    assert outbox.deliver().lost == 1
    assert outbox.reply(row_id).reason == "Crisis."
    assert network.taken == []


@pytest.mark.parametrize("refusal", [Refused("The account is suspended."), Invalid("No such thing.")])
def test_where_looking_is_refused_a_person_is_told_and_nothing_was_tried(
    outbox: OutboxSetup, network: MemoryNetwork, refusal: Refused | Invalid
) -> None:
    row_id = outbox.draft(answer()) or 0
    network.read_errors.append(refusal)
    assert outbox.deliver().held == 1
    row = outbox.reply(row_id)
    assert (row.status, row.reason, row.attempts) == (ReplyStatus.HELD, str(refusal), 0)
    assert network.taken == []


def test_a_process_that_stalled_after_its_intent_does_not_post(outbox: OutboxSetup, network: MemoryNetwork) -> None:
    row_id = outbox.draft(answer())

    def stalling() -> datetime:
        stalled_for = timedelta(minutes=10) if outbox.reply(row_id).status == ReplyStatus.SENDING else timedelta(0)
        return START + stalled_for

    stalled = replace(outbox.ports(), clock=stalling)
    dispatch_due(outbox.engine, ports=stalled, claimant="test", actor=DECIDE, now=START, most=1)
    assert network.taken == []
    assert outbox.reply(row_id).status == ReplyStatus.APPROVED
    assert outbox.reply(row_id).attempts == 1


def _approve(outbox: OutboxSetup, reply_id: int) -> None:
    with writing(outbox.engine) as session:
        approve(session, reply_id, actor=ANA, now=outbox.clock())
