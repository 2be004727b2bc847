from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from networks.errors import (
    DuplicateRefused,
    Garbled,
    NetworkError,
    RateLimited,
    Refused,
    TokenRefused,
    Uncertain,
    Unreachable,
)
from records.database import writing
from records.enums import Act, ReplyStatus
from records.leases import new_claimant
from records.models import Actor
from replies.draft import Draft
from replies.lifecycle import CANNOT_TELL, PRIVATE_REPLY_USED, DeliveryUnknownError
from replies.outbox import approve, revise
from replies.reconcile import ReconcileCounts
from tests.support.memory_network import MemoryNetwork, NextWrite
from tests.support.outbox import MENTIONS, START, OutboxSetup, answer, external_id, person_id, private, private_reply

LOST_ANSWER = NextWrite(takes=True, raises=Uncertain("Nothing came back."))
ANA = Actor(tag="agent:1")
SOON = timedelta(seconds=10)
UNREADABLE = [
    Unreachable("No route."),
    TokenRefused("Refused."),
    Refused("Suspended."),
    Garbled("HTML."),
    RateLimited("Wait.", until=START + timedelta(hours=3)),
]
NEVER_ARRIVED = NextWrite(takes=False, raises=Uncertain("Nothing came back."))


class KilledError(BaseException):
    """Stands for the process being killed."""


@pytest.fixture
def network(outbox: OutboxSetup) -> MemoryNetwork:
    network = MemoryNetwork(clock=outbox.clock)
    network.people = {external_id(number): person_id(number) for number in range(1, MENTIONS + 1)}
    outbox.network = network
    return network


@pytest.mark.parametrize(
    "draft",
    [
        answer(),
        private(),
        private_reply(),
        answer(slot="hide", act=Act.HIDE, text=""),
        answer(slot="delete-7", act=Act.DELETE, text="", target_external_id="77"),
    ],
    ids=lambda d: d.act,
)
def test_an_act_that_was_taken_without_an_answer_is_found_and_never_repeated(
    outbox: OutboxSetup, network: MemoryNetwork, draft: Draft
) -> None:
    network.plans = [LOST_ANSWER]
    row_id = outbox.draft(draft)
    assert outbox.deliver().unknown == 1
    outbox.clock.advance(SOON)
    assert outbox.reconcile().sent == 1
    row = outbox.reply(row_id)
    assert (row.status, row.attempts) == (ReplyStatus.SENT, 1)
    assert row.external_id == ("r0" if draft.text else draft.target_external_id)
    assert outbox.told == [row_id]
    assert outbox.deliver().looked_at == 0
    assert len(network.taken) == (1 if draft.text else 0)


def test_an_act_that_never_arrived_is_tried_again_after_two_readings(
    outbox: OutboxSetup, network: MemoryNetwork
) -> None:
    network.plans = [NEVER_ARRIVED]
    row_id = outbox.draft(answer())
    outbox.deliver()
    assert outbox.reconcile() == ReconcileCounts()
    outbox.clock.advance(SOON)
    assert outbox.reconcile().waiting == 1
    assert outbox.reconcile() == ReconcileCounts()
    outbox.clock.advance(timedelta(seconds=60))
    assert outbox.reconcile().returned == 1
    assert outbox.deliver().sent == 1
    assert outbox.reply(row_id).attempts == 2
    assert outbox.kinds()[-4:] == ["step:reply:unknown", "step:reply:returned", "step:reply:sending", "step:reply:sent"]


def test_what_the_network_shows_late_is_found_at_the_second_reading(
    outbox: OutboxSetup, network: MemoryNetwork
) -> None:
    network.plans = [NextWrite(takes=True, raises=Uncertain("?"), shown_after=timedelta(seconds=40))]
    outbox.draft(answer())
    outbox.deliver()
    outbox.clock.advance(SOON)
    assert outbox.reconcile().waiting == 1
    outbox.clock.advance(timedelta(seconds=60))
    assert outbox.reconcile().sent == 1
    assert len(network.taken) == 1


def test_what_may_stand_under_a_post_that_is_gone_is_left_to_a_person(
    outbox: OutboxSetup, network: MemoryNetwork
) -> None:
    network.plans = [NEVER_ARRIVED]
    row_id = outbox.draft(answer())
    assert outbox.deliver().unknown == 1
    network.gone = {external_id(1)}
    outbox.clock.advance(SOON)
    assert outbox.reconcile().held == 1
    row = outbox.reply(row_id)
    assert (row.status, row.reason) == (ReplyStatus.HELD, CANNOT_TELL)
    assert not network.taken


def test_a_post_that_goes_before_its_answer_is_tried_again_leaves_the_doubt(
    outbox: OutboxSetup, network: MemoryNetwork
) -> None:
    network.plans = [NEVER_ARRIVED]
    row_id = outbox.draft(answer())
    outbox.deliver()
    for _ in range(4):
        outbox.clock.advance(timedelta(minutes=1))
        outbox.reconcile()
        if outbox.reply(row_id).status == ReplyStatus.APPROVED:
            break
    network.gone = {external_id(1)}
    outbox.deliver()
    assert outbox.reply(row_id).status == ReplyStatus.HELD
    assert outbox.reply(row_id).reason == CANNOT_TELL


def test_after_three_attempts_a_person_looks(outbox: OutboxSetup, network: MemoryNetwork) -> None:
    network.plans = [NEVER_ARRIVED] * 3
    row_id = outbox.draft(answer())
    for _ in range(3):
        outbox.deliver()
        outbox.clock.advance(SOON)
        outbox.reconcile()
        outbox.clock.advance(timedelta(seconds=60))
        outbox.reconcile()
    row = outbox.reply(row_id)
    assert (row.status, row.attempts) == (ReplyStatus.HELD, 3)
    assert outbox.deliver().looked_at == 0


def test_a_text_refused_as_a_copy_and_not_found_needs_another_wording(
    outbox: OutboxSetup, network: MemoryNetwork
) -> None:
    network.plans = [NextWrite(takes=False, raises=DuplicateRefused("Copy."))]
    row_id = outbox.draft(answer())
    outbox.deliver()
    outbox.clock.advance(SOON)
    outbox.reconcile()
    outbox.clock.advance(timedelta(seconds=60))
    assert outbox.reconcile().held == 1
    assert "change it" in outbox.reply(row_id).reason


def test_a_comment_that_had_its_private_reply_from_somebody_else_is_left_to_a_person(
    outbox: OutboxSetup, network: MemoryNetwork
) -> None:
    network.plans = [NextWrite(takes=False, raises=DuplicateRefused("Already."))]
    row_id = outbox.draft(private_reply())
    outbox.deliver()
    outbox.clock.advance(SOON)
    outbox.reconcile()
    outbox.clock.advance(timedelta(seconds=60))
    assert outbox.reconcile().held == 1
    assert outbox.reply(row_id).reason == PRIVATE_REPLY_USED


def test_a_text_refused_as_a_copy_of_our_own_attempt_is_sent(outbox: OutboxSetup, network: MemoryNetwork) -> None:
    network.plans = [NextWrite(takes=True, raises=DuplicateRefused("Copy."))]
    outbox.draft(answer())
    outbox.deliver()
    outbox.clock.advance(SOON)
    assert outbox.reconcile().sent == 1


def test_a_text_that_the_network_cut_is_taken_for_ours(outbox: OutboxSetup, network: MemoryNetwork) -> None:
    network.plans = [LOST_ANSWER]
    outbox.draft(answer(text="Gracias por avisarnos, lo miramos ahora mismo y te contamos por aquí."))
    outbox.deliver()
    network.taken[0].text = "Gracias por avisarnos, lo miramos ahora mismo y te contamos…"
    outbox.clock.advance(SOON)
    assert outbox.reconcile().sent == 1


def test_another_answer_in_its_place_leaves_the_doubt_to_a_person(outbox: OutboxSetup, network: MemoryNetwork) -> None:
    network.plans = [NEVER_ARRIVED]
    outbox.draft(answer())
    outbox.deliver()
    outbox.clock.advance(SOON)
    network.answer_outside(external_id(1), "Buenas, ya está resuelto por teléfono.")
    assert outbox.reconcile().held == 1
    assert network.taken == []


def test_two_unknown_replies_under_one_post_do_not_share_one_find(outbox: OutboxSetup, network: MemoryNetwork) -> None:
    network.plans = [LOST_ANSWER]
    outbox.draft(answer())
    outbox.deliver()
    outbox.clock.advance(SOON)
    outbox.reconcile()
    network.plans = [NEVER_ARRIVED]
    second = outbox.draft(answer(slot="follow-up-1", text="Y otra cosa."))
    outbox.deliver()
    outbox.clock.advance(SOON)
    assert outbox.reconcile().waiting == 1
    assert outbox.reply(second).status == ReplyStatus.UNKNOWN


def test_alike_texts_to_one_person_are_not_taken_for_each_other(outbox: OutboxSetup, network: MemoryNetwork) -> None:
    network.plans = [NEVER_ARRIVED, LOST_ANSWER]
    drafts = [replace(private(n), text=f"Seguimos por aquí en privado, asunto {n}: {{room_link}}") for n in (1, 5)]
    lost, taken = [outbox.draft(draft) for draft in drafts]
    outbox.deliver()
    outbox.clock.advance(SOON)
    assert (outbox.reconcile().sent, outbox.reply(taken).external_id) == (1, "r0")
    assert outbox.reply(lost).status == ReplyStatus.UNKNOWN


@pytest.mark.parametrize("after_acceptance", [False, True])
def test_a_reply_of_a_killed_process_is_settled_by_the_next(
    outbox: OutboxSetup,
    network: MemoryNetwork,
    after_acceptance: bool,  # noqa: FBT001 - a parameter row
) -> None:
    network.plans = [NextWrite(takes=after_acceptance, raises=KilledError())]  # type: ignore[arg-type]
    row_id = outbox.draft(answer())
    gone = new_claimant().split(":")[0] + ":99999999:gone"
    with pytest.raises(KilledError):
        outbox.deliver(claimant=gone)
    assert outbox.reply(row_id).status == ReplyStatus.SENDING
    outbox.reconcile()
    outbox.clock.advance(timedelta(seconds=60))
    outbox.reconcile()
    outbox.deliver()
    assert (outbox.reply(row_id).status, len(network.taken)) == (ReplyStatus.SENT, 1)


def test_a_reply_that_a_living_process_is_sending_is_left_alone(outbox: OutboxSetup, network: MemoryNetwork) -> None:
    network.plans = [NextWrite(takes=True, raises=KilledError())]  # type: ignore[arg-type]
    outbox.draft(answer())
    with pytest.raises(KilledError):
        outbox.deliver(claimant=new_claimant())
    outbox.clock.advance(timedelta(minutes=4))
    assert outbox.reconcile(claimant="another") == ReconcileCounts()
    outbox.clock.advance(timedelta(minutes=2))
    assert outbox.reconcile(claimant="another").sent == 1


@pytest.mark.parametrize(
    "error",
    [Unreachable("No route."), TokenRefused("Refused."), RateLimited("Wait.", until=START + timedelta(seconds=90))],
)
def test_a_network_that_cannot_be_read_is_read_later(
    outbox: OutboxSetup, network: MemoryNetwork, error: Exception
) -> None:
    network.plans = [LOST_ANSWER]
    row_id = outbox.draft(answer())
    outbox.deliver()
    network.read_errors = [error]  # type: ignore[list-item]
    outbox.clock.advance(SOON)
    assert outbox.reconcile().waiting == 1
    assert (outbox.reply(row_id).due_at or START) > outbox.clock()
    outbox.clock.advance(timedelta(seconds=90))
    assert outbox.reconcile().sent == 1


@pytest.mark.parametrize("error", UNREADABLE, ids=lambda error: type(error).__name__)
def test_within_five_minutes_a_person_has_what_could_not_be_read(
    outbox: OutboxSetup, network: MemoryNetwork, error: NetworkError
) -> None:
    network.plans = [LOST_ANSWER]
    row_id = outbox.draft(answer())
    outbox.deliver()
    for _ in range(59):
        network.read_errors = [error]
        outbox.clock.advance(timedelta(seconds=5))
        outbox.reconcile()
    row = outbox.reply(row_id)
    assert (row.status, row.reason, row.approvals) == (ReplyStatus.HELD, CANNOT_TELL, [])
    assert len(network.taken) == 1


def test_an_account_that_left_the_settings_leaves_its_doubts_to_a_person(
    outbox: OutboxSetup, network: MemoryNetwork
) -> None:
    network.plans = [LOST_ANSWER]
    row_id = outbox.draft(answer())
    outbox.deliver()
    outbox.network = None
    for _ in range(59):
        outbox.clock.advance(timedelta(seconds=5))
        outbox.reconcile()
    assert outbox.reply(row_id).reason == CANNOT_TELL


def test_an_account_that_cannot_be_read_is_asked_once_a_run(outbox: OutboxSetup, network: MemoryNetwork) -> None:
    network.plans = [NEVER_ARRIVED] * 5
    for mention_id in range(1, 6):
        outbox.draft(answer(mention_id))
    outbox.deliver()
    before = network.reads
    network.read_errors = [Unreachable("No route.")]
    outbox.clock.advance(SOON)
    assert outbox.reconcile().waiting == 5
    assert network.reads == before + 1


def test_what_a_person_may_have_sent_already_is_sent_again_only_by_one_who_was_told(
    outbox: OutboxSetup, network: MemoryNetwork
) -> None:
    network.plans = [NEVER_ARRIVED]
    row_id = outbox.draft(answer()) or 0
    _give_up_on(outbox, network)
    with writing(outbox.engine) as session:
        revise(session, row_id, "Con otras palabras.", actor=ANA, now=outbox.clock())
    with writing(outbox.engine) as session, pytest.raises(DeliveryUnknownError):
        approve(session, row_id, actor=ANA, now=outbox.clock())
    with writing(outbox.engine) as session:
        approve(session, row_id, actor=ANA, now=outbox.clock(), seen_doubt=True)
    assert outbox.deliver().sent == 1
    assert [took.text for took in network.taken] == ["Con otras palabras."]


@pytest.mark.parametrize("draft", [answer(), private(), private_reply()], ids=lambda d: d.act)
def test_what_was_taken_after_all_is_found_before_a_person_sends_it_again(
    outbox: OutboxSetup, network: MemoryNetwork, draft: Draft
) -> None:
    network.plans = [LOST_ANSWER]
    row_id = outbox.draft(draft) or 0
    _give_up_on(outbox, network)
    with writing(outbox.engine) as session:
        approve(session, row_id, actor=ANA, now=outbox.clock(), seen_doubt=True)
    assert outbox.deliver().sent == 1
    assert (outbox.reply(row_id).external_id, len(network.taken)) == ("r0", 1)


def _give_up_on(outbox: OutboxSetup, network: MemoryNetwork) -> None:
    outbox.deliver()
    outbox.clock.advance(timedelta(minutes=5))
    network.read_errors = [Unreachable("No route.")]
    assert outbox.reconcile().held == 1


def test_an_answer_that_arrives_after_the_lease_was_lost_still_counts(
    outbox: OutboxSetup, network: MemoryNetwork
) -> None:
    row_id = outbox.draft(answer())
    late = _LateNetwork(clock=outbox.clock, outbox=outbox)
    outbox.network = late
    outbox.deliver()
    row = outbox.reply(row_id)
    assert (row.status, row.external_id) == (ReplyStatus.SENT, "r0")
    assert len(late.taken) == 1


class _LateNetwork(MemoryNetwork):
    """While it thinks, others settle the reply by what they read, which is nothing yet."""

    def __init__(self, *, clock: object, outbox: OutboxSetup) -> None:
        super().__init__(clock=clock)  # type: ignore[arg-type]
        self._outbox = outbox

    def _take(self, target: str, text: str):  # type: ignore[no-untyped-def]
        for wait in (timedelta(minutes=6), timedelta(seconds=61)):
            self._outbox.clock.advance(wait)
            self._outbox.reconcile(claimant="another")
        return super()._take(target, text)
