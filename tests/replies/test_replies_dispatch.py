from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from replies_house import DECIDE, ROOM_LINK, START, House, answer, external_id, private
from replies_network import MemoryNetwork, Plan

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
from policies.guard import Finding
from records.database import writing
from records.nouns import Actor
from records.tables.listener import DirectMessageRow, MentionAccountRow, MentionRow, OwnPostRow
from records.tables.replies import ReplyRow
from records.words import Act, Mode, ReplyStatus
from replies.caps import Caps
from replies.dispatch import dispatch_due
from replies.outbox import ALREADY_ANSWERED, approve, hold

ANA = Actor(tag="agent:1")


@pytest.fixture
def network(house: House) -> MemoryNetwork:
    network = MemoryNetwork(clock=house.clock)
    house.network = network
    return network


def test_an_approved_reply_is_sent_once_with_the_network_s_id(house: House, network: MemoryNetwork) -> None:
    reply_id = house.draft(answer())
    assert house.deliver().sent == 1
    assert house.deliver().looked_at == 0
    row = house.reply(reply_id)
    assert (row.status, row.external_id, row.attempts, row.due_at) == (ReplyStatus.SENT, "r0", 1, None)
    assert [took.target for took in network.taken] == [external_id(1)]
    assert house.told == [reply_id]
    assert house.kinds() == ["step:reply:approved", "step:reply:sending", "step:reply:sent"]


def test_a_hide_is_an_act_like_any_other(house: House, network: MemoryNetwork) -> None:
    reply_id = house.draft(answer(slot="hide", act=Act.HIDE, text=""))
    assert house.deliver().sent == 1
    assert network.hidden == {external_id(1)}
    assert house.reply(reply_id).external_id == external_id(1)


def test_the_secret_link_reaches_the_network_and_nothing_else(house: House, network: MemoryNetwork) -> None:
    house.draft(private())
    assert house.deliver().sent == 1
    assert network.taken[0].text.endswith(ROOM_LINK)
    stored = json.dumps([row.model_dump(mode="json") for row in house.replies()])
    assert "ZYXWV" not in stored
    opened = [
        house.vault.unseal(body["subject"], body["sealed"])
        for body in (json.loads(entry) for _, entry in house.logged())
    ]
    assert "ZYXWV" not in json.dumps(opened) + json.dumps(house.logged())
    assert opened[-1] == {"handle": "persona_1", "text": "Seguimos aquí en privado: {room_link}"}


def test_the_guard_reads_the_exact_text_and_holds_what_it_finds(house: House, network: MemoryNetwork) -> None:
    read: list[str] = []

    def guard(text: str, _reply: ReplyRow) -> tuple[Finding, ...]:
        read.append(text)
        return (Finding(kind="link", message="A link."), Finding(kind="length", message="Too long."))

    house.guard = guard
    row_id = house.draft(private())
    assert house.deliver().held == 1
    assert read == [f"Seguimos aquí en privado: {ROOM_LINK}"]
    assert house.reply(row_id).reason == "The guard stopped it (length, link): change the text."
    assert network.taken == []


def test_a_guard_that_fails_stops_the_reply(house: House, network: MemoryNetwork) -> None:
    def guard(_text: str, _reply: ReplyRow) -> tuple[Finding, ...]:
        raise RuntimeError("broken")

    house.guard = guard
    row_id = house.draft(answer())
    assert house.deliver().held == 1
    assert "RuntimeError" in house.reply(row_id).reason
    assert network.taken == []


def test_shadow_mode_sends_nothing(house: House, network: MemoryNetwork) -> None:
    house.mode = Mode.SHADOW
    house.draft(answer())
    assert house.deliver().held == 1
    assert network.taken == []


def test_an_account_that_left_the_settings_is_not_spoken_for(house: House) -> None:
    house.draft(answer())
    assert house.deliver().held == 1


def test_an_answer_from_outside_holds_what_a_rule_would_say(house: House, network: MemoryNetwork) -> None:
    network.answer_outside(external_id(1), "Ya te contesto yo")
    row_id = house.draft(answer())
    house.clock.pass_(timedelta(seconds=5))
    assert house.deliver().held == 1
    assert house.reply(row_id).reason == ALREADY_ANSWERED
    assert network.taken == []


def test_a_person_who_could_read_the_outside_answer_may_still_speak(house: House, network: MemoryNetwork) -> None:
    network.answer_outside(external_id(1), "Ya te contesto yo")
    row_id = house.draft(answer(approvals_needed=1)) or 0
    _approve(house, row_id)
    assert house.deliver().held == 1
    with writing(house.engine) as session:
        session.add(
            OwnPostRow(
                network="x",
                account_id=1,
                external_id="o0",
                parent_external_id=external_id(1),
                root_external_id=external_id(1),
                text="Ya te contesto yo",
                origin="outside",
                published_at=house.clock(),
                heard_at=house.clock(),
            )
        )
    house.clock.pass_(timedelta(seconds=5))
    _approve(house, row_id)
    assert house.deliver().sent == 1


def test_a_mention_settled_outside_is_not_answered_by_a_rule(house: House, network: MemoryNetwork) -> None:
    house.draft(answer())
    with writing(house.engine) as session:
        session.get_one(MentionAccountRow, 1).settled_at = house.clock()
    assert house.deliver().held == 1
    assert network.taken == []


def test_our_own_earlier_answer_is_not_taken_for_an_outside_one(house: House, network: MemoryNetwork) -> None:
    house.draft(answer())
    house.deliver()
    house.draft(answer(slot="follow-up-1", text="Y una cosa más."))
    assert house.deliver().sent == 1


def test_a_deleted_post_is_not_answered(house: House, network: MemoryNetwork) -> None:
    network.gone.add(external_id(1))
    row_id = house.draft(answer())
    assert house.deliver().withheld == 1
    assert house.reply(row_id).reason == "The post is gone."


def test_an_edited_post_is_read_again_by_a_person(house: House, network: MemoryNetwork) -> None:
    network.edited[external_id(1)] = "9999"
    house.draft(answer())
    assert house.deliver().held == 1
    with writing(house.engine) as session:
        session.get_one(MentionRow, 2).revision = 2
    house.draft(answer(2))
    assert house.deliver().held == 1
    assert network.taken == []


def test_an_old_approval_and_a_moved_thread_ask_again(house: House, network: MemoryNetwork) -> None:
    house.draft(answer(1))
    house.clock.pass_(timedelta(minutes=31))
    assert house.deliver().held == 1
    house.draft(answer(2))
    with writing(house.engine) as session:
        moved = session.get_one(MentionRow, 6)
        moved.root_external_id = external_id(2)
        moved.heard_at = moved.published_at = house.clock() + timedelta(seconds=1)
    house.clock.pass_(timedelta(seconds=2))
    assert house.deliver().held == 1
    assert network.taken == []


def test_a_post_older_than_the_brand_allows_is_left_to_a_person(house: House, network: MemoryNetwork) -> None:
    with writing(house.engine) as session:
        session.get_one(MentionRow, 1).published_at = START - timedelta(hours=13)
    row_id = house.draft(answer()) or 0
    assert house.deliver().held == 1
    _approve(house, row_id)
    assert house.deliver().held == 1
    by_person = house.draft(answer(1, slot="follow-up-1", origin="person", author=ANA.tag))
    assert house.deliver().sent == 1
    assert house.reply(by_person).status == ReplyStatus.SENT


def test_the_same_text_is_not_said_twice_in_a_thread(house: House, network: MemoryNetwork) -> None:
    house.draft(answer(1, text="Gracias."))
    house.draft(answer(1, text="@alguien Gracias.", slot="follow-up-1"))
    assert (house.deliver().sent, len(network.taken)) == (1, 1)


def test_a_private_message_waits_when_somebody_wrote_outside(house: House, network: MemoryNetwork) -> None:
    house.draft(private())
    house.clock.pass_(timedelta(seconds=9))
    with writing(house.engine) as session:
        session.add(
            DirectMessageRow(
                network="x",
                account_id=1,
                external_id="dm-9",
                conversation_id="c",
                identity_id=1,
                outgoing=True,
                text="te llamo",
                sent_at=house.clock(),
                heard_at=house.clock(),
            )
        )
    assert house.deliver().held == 1


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
    house: House, network: MemoryNetwork, error: NetworkError, status: ReplyStatus
) -> None:
    network.plans = [Plan(takes=False, raises=error)]
    row_id = house.draft(answer())
    house.deliver()
    row = house.reply(row_id)
    assert row.status == status
    assert row.reason
    assert (row.claimed_by, row.claimed_until) == (None, None)
    assert (row.due_at is None) == (status in {ReplyStatus.FAILED, ReplyStatus.WITHHELD, ReplyStatus.HELD})
    assert (row.due_at or house.clock()) >= house.clock()


def test_a_network_that_asks_to_wait_is_not_asked_again_in_the_same_run(house: House, network: MemoryNetwork) -> None:
    network.plans = [Plan(takes=False, raises=RateLimited("Wait.", until=START + timedelta(minutes=5)))]
    for mention_id in range(1, 5):
        house.draft(answer(mention_id))
    assert house.deliver().postponed == 4
    assert network.taken == []
    house.clock.pass_(timedelta(minutes=5))
    assert house.deliver().sent == 4


def test_caps_postpone_what_rules_say_and_leave_people_free(house: House, network: MemoryNetwork) -> None:
    house.caps = Caps(per_minute=2, per_person_hour=50, per_brand_day=6)
    for mention_id in range(1, 9):
        house.draft(answer(mention_id))
    house.draft(answer(9, origin="person", author=ANA.tag))
    assert (house.deliver().sent, len(network.taken)) == (3, 3)
    for _ in range(3):
        house.clock.pass_(timedelta(minutes=1))
        house.deliver()
    assert len(network.taken) == 7
    by_day = [row for row in house.replies() if row.status == ReplyStatus.HELD]
    assert len(by_day) == 2
    assert all(row.reason.startswith("The brand's cap a day is reached.") for row in by_day)
    _approve(house, by_day[0].id or 0)
    assert house.deliver().sent == 1


def test_a_person_is_not_spoken_to_by_rules_more_often_than_allowed(house: House, network: MemoryNetwork) -> None:
    house.caps = Caps(per_person_hour=2)
    for mention_id in (1, 5, 9, 2):
        house.draft(answer(mention_id))
    run = house.deliver()
    assert (run.sent, run.held) == (3, 1)
    assert house.replies()[2].reason.startswith("The person's cap is reached.")


def test_a_reply_held_while_it_was_looked_at_does_not_leave(house: House, network: MemoryNetwork) -> None:
    row_id = house.draft(answer()) or 0

    def guard(_text: str, _reply: ReplyRow) -> tuple[Finding, ...]:
        with writing(house.engine) as session:
            hold(session, row_id, "Crisis.", actor=ANA, now=house.clock())
        return ()

    house.guard = guard
    assert house.deliver().lost == 1
    assert house.reply(row_id).reason == "Crisis."
    assert network.taken == []


@pytest.mark.parametrize("refusal", [Refused("The account is suspended."), Invalid("No such thing.")])
def test_where_looking_is_refused_a_person_is_told_and_nothing_was_tried(
    house: House, network: MemoryNetwork, refusal: Refused | Invalid
) -> None:
    row_id = house.draft(answer()) or 0
    network.read_errors.append(refusal)
    assert house.deliver().held == 1
    row = house.reply(row_id)
    assert (row.status, row.reason, row.attempts) == (ReplyStatus.HELD, str(refusal), 0)
    assert network.taken == []


def test_a_process_that_stalled_after_its_intent_does_not_post(house: House, network: MemoryNetwork) -> None:
    row_id = house.draft(answer())

    def stalling() -> datetime:
        stalled_for = timedelta(minutes=10) if house.reply(row_id).status == ReplyStatus.SENDING else timedelta(0)
        return START + stalled_for

    stalled = replace(house.desk(), now_again=stalling)
    dispatch_due(house.engine, desk=stalled, claimant="test", actor=DECIDE, now=START, most=1)
    assert network.taken == []
    assert house.reply(row_id).status == ReplyStatus.APPROVED
    assert house.reply(row_id).attempts == 1


def _approve(house: House, reply_id: int) -> None:
    with writing(house.engine) as session:
        approve(session, reply_id, actor=ANA, now=house.clock())
