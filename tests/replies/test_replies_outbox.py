from __future__ import annotations

import json
from datetime import timedelta

import pytest

from records.database import writing
from records.enums import CLOSING_SLOT, Act, ReplyStatus
from records.models import Actor
from records.tables.listener import MentionRow
from records.tables.replies import ReplyRow
from replies.cancel import hold_answered, hold_edited, withhold_gone
from replies.lifecycle import ALREADY_ANSWERED, CANNOT_TELL, EDITED, IllegalTransitionError
from replies.outbox import (
    StaleTextError,
    approve,
    hold,
    revise,
    withhold,
    write_drafts,
)
from tests.support.outbox import DECIDE, OutboxSetup, answer

ANA, LUIS, EVA = Actor(tag="agent:1"), Actor(tag="agent:2"), Actor(tag="agent:3")


def test_a_draft_that_needs_nobody_is_approved_and_due_at_once(outbox: OutboxSetup) -> None:
    row = outbox.reply(outbox.draft(answer()))
    assert (row.status, row.due_at, row.approved_at) == (ReplyStatus.APPROVED, outbox.clock(), outbox.clock())


def test_a_draft_that_needs_a_person_waits_and_is_due_to_nobody(outbox: OutboxSetup) -> None:
    row = outbox.reply(outbox.draft(answer(approvals_needed=1)))
    assert (row.status, row.due_at) == (ReplyStatus.DRAFT, None)


def test_a_slot_is_taken_once_and_free_again_when_its_reply_is_withheld(outbox: OutboxSetup) -> None:
    first = outbox.draft(answer(approvals_needed=1))
    assert outbox.draft(answer(text="otra cosa")) is None
    with writing(outbox.engine) as session:
        withhold(session, first or 0, "No hace falta.", actor=ANA, now=outbox.clock())
    assert outbox.draft(answer(text="otra cosa")) is not None


def test_drafts_of_one_batch_keep_their_order_and_do_not_share_a_slot(outbox: OutboxSetup) -> None:
    drafts = [answer(3), answer(1), answer(3, text="doble"), answer(2)]
    with writing(outbox.engine) as session:
        ids = write_drafts(session, drafts, actor=DECIDE, now=outbox.clock())
    assert ids[2] is None
    assert [outbox.reply(id_).mention_id for id_ in ids if id_ is not None] == [3, 1, 2]


def test_two_approvals_are_of_two_people_who_did_not_write_it(outbox: OutboxSetup) -> None:
    reply_id = outbox.draft(answer(approvals_needed=2, author=ANA.tag)) or 0
    with writing(outbox.engine) as session:
        assert approve(session, reply_id, actor=ANA, now=outbox.clock()) is ReplyStatus.DRAFT
        assert approve(session, reply_id, actor=LUIS, now=outbox.clock()) is ReplyStatus.DRAFT
        assert approve(session, reply_id, actor=LUIS, now=outbox.clock()) is ReplyStatus.DRAFT
        assert approve(session, reply_id, actor=EVA, now=outbox.clock()) is ReplyStatus.APPROVED
    assert outbox.reply(reply_id).due_at == outbox.clock()


def test_a_revision_asks_for_every_approval_again(outbox: OutboxSetup) -> None:
    reply_id = outbox.draft(answer(approvals_needed=1)) or 0
    with writing(outbox.engine) as session:
        approve(session, reply_id, actor=ANA, now=outbox.clock())
        before = session.get_one(ReplyRow, reply_id).fingerprint
        revise(session, reply_id, "Mejor así.", actor=LUIS, now=outbox.clock())
    row = outbox.reply(reply_id)
    assert (row.status, row.approvals, row.approved_at, row.due_at) == (ReplyStatus.DRAFT, [], None, None)
    assert (row.author, row.origin) == (LUIS.tag, "person")
    assert row.fingerprint != before


def test_an_approval_of_a_text_that_changed_meanwhile_does_not_count(outbox: OutboxSetup) -> None:
    reply_id = outbox.draft(answer(approvals_needed=1, text="uno")) or 0
    with writing(outbox.engine) as session:
        revise(session, reply_id, "dos", actor=LUIS, now=outbox.clock())
    with writing(outbox.engine) as session, pytest.raises(StaleTextError):
        approve(session, reply_id, actor=ANA, now=outbox.clock(), seen_text="uno")
    assert outbox.reply(reply_id).status == ReplyStatus.DRAFT


def test_a_held_reply_loses_its_approvals(outbox: OutboxSetup) -> None:
    reply_id = outbox.draft(answer(approvals_needed=1)) or 0
    with writing(outbox.engine) as session:
        approve(session, reply_id, actor=ANA, now=outbox.clock())
        hold(session, reply_id, "Crisis.", actor=EVA, now=outbox.clock())
    row = outbox.reply(reply_id)
    assert (row.status, row.approvals, row.reason, row.due_at) == (ReplyStatus.HELD, [], "Crisis.", None)


@pytest.mark.parametrize("status", ["sending", "sent", "unknown", "failed", "withheld"])
def test_what_left_or_is_over_is_neither_approved_nor_revised(outbox: OutboxSetup, status: str) -> None:
    reply_id = outbox.draft(answer()) or 0
    with writing(outbox.engine) as session:
        session.get_one(ReplyRow, reply_id).status = status
    for act in (
        lambda session: approve(session, reply_id, actor=ANA, now=outbox.clock()),
        lambda session: revise(session, reply_id, "x", actor=ANA, now=outbox.clock()),
        lambda session: withhold(session, reply_id, "x", actor=ANA, now=outbox.clock()),
    ):
        with pytest.raises(IllegalTransitionError), writing(outbox.engine) as session:
            act(session)
    assert outbox.reply(reply_id).status == status


def test_what_rules_and_people_would_say_in_public_is_held_when_somebody_answered(outbox: OutboxSetup) -> None:
    automatic = outbox.draft(answer(1)) or 0
    by_person = outbox.draft(answer(2, origin="person", author=ANA.tag)) or 0
    closing = outbox.draft(answer(2, slot=CLOSING_SLOT)) or 0
    privately = outbox.draft(answer(1, slot="private", act=Act.PRIVATE_MESSAGE)) or 0
    with writing(outbox.engine) as session:
        assert hold_answered(session, [1, 2], account_ids=[7], actor=DECIDE, now=outbox.clock()) == []
        assert hold_answered(session, [1, 2], actor=DECIDE, now=outbox.clock()) == [automatic, by_person]
    assert outbox.reply(automatic).reason == outbox.reply(by_person).reason == ALREADY_ANSWERED
    assert outbox.reply(privately).status == outbox.reply(closing).status == ReplyStatus.APPROVED


def test_what_was_written_for_an_earlier_text_is_held_until_a_person_has_read_the_new_one(outbox: OutboxSetup) -> None:
    of_old = outbox.draft(answer(1, approvals_needed=1)) or 0
    shown = outbox.draft(answer(1, slot="unhide", act=Act.UNHIDE, text="")) or 0
    with writing(outbox.engine) as session:
        assert hold_edited(session, [1], actor=DECIDE, now=outbox.clock()) == []
        session.get_one(MentionRow, 1).revision = 2
        assert hold_edited(session, [1], actor=DECIDE, now=outbox.clock()) == [of_old]
    assert outbox.reply(of_old).reason == EDITED
    assert outbox.reply(shown).status == ReplyStatus.APPROVED
    with writing(outbox.engine) as session, pytest.raises(StaleTextError):
        approve(session, of_old, actor=ANA, now=outbox.clock(), seen_revision=1)
    with writing(outbox.engine) as session:
        approve(session, of_old, actor=ANA, now=outbox.clock(), seen_revision=2)
    assert outbox.reply(of_old).revision == 2


def test_what_waits_under_a_deleted_post_is_withheld_but_for_what_may_have_been_sent(outbox: OutboxSetup) -> None:
    draft = outbox.draft(answer(1, approvals_needed=1)) or 0
    approved = outbox.draft(answer(1, slot="hide", act=Act.HIDE, text="")) or 0
    privately = outbox.draft(answer(1, slot="private", act=Act.PRIVATE_MESSAGE)) or 0
    doubtful = outbox.draft(answer(1, slot="follow-up-1")) or 0
    with writing(outbox.engine) as session:
        hold(session, doubtful, CANNOT_TELL, actor=DECIDE, now=outbox.clock())
        assert withhold_gone(session, [1], actor=DECIDE, now=outbox.clock()) == [draft, approved]
        assert withhold_gone(session, [1, 2], actor=DECIDE, now=outbox.clock()) == []
    assert outbox.reply(privately).status == ReplyStatus.APPROVED
    assert outbox.reply(doubtful).status == ReplyStatus.HELD


def test_each_change_is_logged_with_its_text_sealed(outbox: OutboxSetup) -> None:
    reply_id = outbox.draft(answer(approvals_needed=1, text="Hola, Rosa")) or 0
    outbox.clock.advance(timedelta(minutes=1))
    with writing(outbox.engine) as session:
        revise(session, reply_id, "Buenas, Rosa", actor=ANA, now=outbox.clock(), sealer=outbox.encryption)
    with writing(outbox.engine) as session:
        approve(session, reply_id, actor=LUIS, now=outbox.clock(), sealer=outbox.encryption)
    with writing(outbox.engine) as session:
        withhold(session, reply_id, "Rosa llamó por teléfono", actor=LUIS, now=outbox.clock(), sealer=outbox.encryption)
    assert outbox.kinds() == [
        "step:reply:drafted",
        "agent:reply:revised",
        "agent:reply:approved",
        "agent:reply:withheld",
    ]
    bodies = [json.loads(body) for _, body in outbox.logged()]
    assert "Rosa" not in "".join(body for _, body in outbox.logged())
    opened = [outbox.encryption.unseal(body["subject"], body["sealed"]) for body in bodies]
    assert [fields and fields["text"] for fields in opened] == ["Hola, Rosa", *["Buenas, Rosa"] * 3]
    assert opened[-1] == {"handle": "persona_1", "text": "Buenas, Rosa", "reason": "Rosa llamó por teléfono"}


def test_drafts_are_written_in_bulk(outbox: OutboxSetup) -> None:
    drafts = [answer(1 + n % 12, slot=f"follow-up-{n}") for n in range(2_000)]
    with writing(outbox.engine) as session:
        ids = write_drafts(session, drafts, actor=DECIDE, now=outbox.clock(), sealer=outbox.encryption)
    assert len({*ids}) == len(drafts)
