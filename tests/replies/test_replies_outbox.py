from __future__ import annotations

import json
from datetime import timedelta

import pytest
from replies_house import DECIDE, House, answer

from records.database import writing
from records.nouns import Actor
from records.tables.listener import MentionRow
from records.tables.replies import ReplyRow
from records.words import CLOSING_SLOT, Act, ReplyStatus
from replies.doubt import CANNOT_TELL
from replies.life import IllegalTransitionError
from replies.outbox import (
    ALREADY_ANSWERED,
    EDITED,
    StaleTextError,
    approve,
    hold,
    hold_answered,
    hold_edited,
    revise,
    withhold,
    write_drafts,
)
from replies.stopping import withhold_gone

ANA, LUIS, EVA = Actor(tag="agent:1"), Actor(tag="agent:2"), Actor(tag="agent:3")


def test_a_draft_that_needs_nobody_is_approved_and_due_at_once(house: House) -> None:
    row = house.reply(house.draft(answer()))
    assert (row.status, row.due_at, row.approved_at) == (ReplyStatus.APPROVED, house.clock(), house.clock())


def test_a_draft_that_needs_a_person_waits_and_is_due_to_nobody(house: House) -> None:
    row = house.reply(house.draft(answer(approvals_needed=1)))
    assert (row.status, row.due_at) == (ReplyStatus.DRAFT, None)


def test_a_slot_is_taken_once_and_free_again_when_its_reply_is_withheld(house: House) -> None:
    first = house.draft(answer(approvals_needed=1))
    assert house.draft(answer(text="otra cosa")) is None
    with writing(house.engine) as session:
        withhold(session, first or 0, "No hace falta.", actor=ANA, now=house.clock())
    assert house.draft(answer(text="otra cosa")) is not None


def test_drafts_of_one_batch_keep_their_order_and_do_not_share_a_slot(house: House) -> None:
    drafts = [answer(3), answer(1), answer(3, text="doble"), answer(2)]
    with writing(house.engine) as session:
        ids = write_drafts(session, drafts, actor=DECIDE, now=house.clock())
    assert ids[2] is None
    assert [house.reply(id_).mention_id for id_ in ids if id_ is not None] == [3, 1, 2]


def test_two_approvals_are_of_two_people_who_did_not_write_it(house: House) -> None:
    reply_id = house.draft(answer(approvals_needed=2, author=ANA.tag)) or 0
    with writing(house.engine) as session:
        assert approve(session, reply_id, actor=ANA, now=house.clock()) is ReplyStatus.DRAFT
        assert approve(session, reply_id, actor=LUIS, now=house.clock()) is ReplyStatus.DRAFT
        assert approve(session, reply_id, actor=LUIS, now=house.clock()) is ReplyStatus.DRAFT
        assert approve(session, reply_id, actor=EVA, now=house.clock()) is ReplyStatus.APPROVED
    assert house.reply(reply_id).due_at == house.clock()


def test_a_revision_asks_for_every_approval_again(house: House) -> None:
    reply_id = house.draft(answer(approvals_needed=1)) or 0
    with writing(house.engine) as session:
        approve(session, reply_id, actor=ANA, now=house.clock())
        before = session.get_one(ReplyRow, reply_id).fingerprint
        revise(session, reply_id, "Mejor así.", actor=LUIS, now=house.clock())
    row = house.reply(reply_id)
    assert (row.status, row.approvals, row.approved_at, row.due_at) == (ReplyStatus.DRAFT, [], None, None)
    assert (row.author, row.origin) == (LUIS.tag, "person")
    assert row.fingerprint != before


def test_an_approval_of_a_text_that_changed_meanwhile_does_not_count(house: House) -> None:
    reply_id = house.draft(answer(approvals_needed=1, text="uno")) or 0
    with writing(house.engine) as session:
        revise(session, reply_id, "dos", actor=LUIS, now=house.clock())
    with writing(house.engine) as session, pytest.raises(StaleTextError):
        approve(session, reply_id, actor=ANA, now=house.clock(), seen_text="uno")
    assert house.reply(reply_id).status == ReplyStatus.DRAFT


def test_a_held_reply_loses_its_approvals(house: House) -> None:
    reply_id = house.draft(answer(approvals_needed=1)) or 0
    with writing(house.engine) as session:
        approve(session, reply_id, actor=ANA, now=house.clock())
        hold(session, reply_id, "Crisis.", actor=EVA, now=house.clock())
    row = house.reply(reply_id)
    assert (row.status, row.approvals, row.reason, row.due_at) == (ReplyStatus.HELD, [], "Crisis.", None)


@pytest.mark.parametrize("status", ["sending", "sent", "unknown", "failed", "withheld"])
def test_what_left_or_is_over_is_neither_approved_nor_revised(house: House, status: str) -> None:
    reply_id = house.draft(answer()) or 0
    with writing(house.engine) as session:
        session.get_one(ReplyRow, reply_id).status = status
    for act in (
        lambda session: approve(session, reply_id, actor=ANA, now=house.clock()),
        lambda session: revise(session, reply_id, "x", actor=ANA, now=house.clock()),
        lambda session: withhold(session, reply_id, "x", actor=ANA, now=house.clock()),
    ):
        with pytest.raises(IllegalTransitionError), writing(house.engine) as session:
            act(session)
    assert house.reply(reply_id).status == status


def test_what_rules_and_people_would_say_in_public_is_held_when_somebody_answered(house: House) -> None:
    automatic = house.draft(answer(1)) or 0
    by_person = house.draft(answer(2, origin="person", author=ANA.tag)) or 0
    closing = house.draft(answer(2, slot=CLOSING_SLOT)) or 0
    privately = house.draft(answer(1, slot="private", act=Act.PRIVATE_MESSAGE)) or 0
    with writing(house.engine) as session:
        assert hold_answered(session, [1, 2], account_ids=[7], actor=DECIDE, now=house.clock()) == []
        assert hold_answered(session, [1, 2], actor=DECIDE, now=house.clock()) == [automatic, by_person]
    assert house.reply(automatic).reason == house.reply(by_person).reason == ALREADY_ANSWERED
    assert house.reply(privately).status == house.reply(closing).status == ReplyStatus.APPROVED


def test_what_was_written_for_an_earlier_text_is_held_until_a_person_has_read_the_new_one(house: House) -> None:
    of_old = house.draft(answer(1, approvals_needed=1)) or 0
    shown = house.draft(answer(1, slot="unhide", act=Act.UNHIDE, text="")) or 0
    with writing(house.engine) as session:
        assert hold_edited(session, [1], actor=DECIDE, now=house.clock()) == []
        session.get_one(MentionRow, 1).revision = 2
        assert hold_edited(session, [1], actor=DECIDE, now=house.clock()) == [of_old]
    assert house.reply(of_old).reason == EDITED
    assert house.reply(shown).status == ReplyStatus.APPROVED
    with writing(house.engine) as session, pytest.raises(StaleTextError):
        approve(session, of_old, actor=ANA, now=house.clock(), seen_revision=1)
    with writing(house.engine) as session:
        approve(session, of_old, actor=ANA, now=house.clock(), seen_revision=2)
    assert house.reply(of_old).revision == 2


def test_what_waits_under_a_deleted_post_is_withheld_but_for_what_may_have_been_sent(house: House) -> None:
    draft = house.draft(answer(1, approvals_needed=1)) or 0
    approved = house.draft(answer(1, slot="hide", act=Act.HIDE, text="")) or 0
    privately = house.draft(answer(1, slot="private", act=Act.PRIVATE_MESSAGE)) or 0
    doubtful = house.draft(answer(1, slot="follow-up-1")) or 0
    with writing(house.engine) as session:
        hold(session, doubtful, CANNOT_TELL, actor=DECIDE, now=house.clock())
        assert withhold_gone(session, [1], actor=DECIDE, now=house.clock()) == [draft, approved]
        assert withhold_gone(session, [1, 2], actor=DECIDE, now=house.clock()) == []
    assert house.reply(privately).status == ReplyStatus.APPROVED
    assert house.reply(doubtful).status == ReplyStatus.HELD


def test_each_change_is_logged_with_its_text_sealed(house: House) -> None:
    reply_id = house.draft(answer(approvals_needed=1, text="Hola, Rosa")) or 0
    house.clock.pass_(timedelta(minutes=1))
    with writing(house.engine) as session:
        revise(session, reply_id, "Buenas, Rosa", actor=ANA, now=house.clock(), sealer=house.vault)
    with writing(house.engine) as session:
        approve(session, reply_id, actor=LUIS, now=house.clock(), sealer=house.vault)
    with writing(house.engine) as session:
        withhold(session, reply_id, "Rosa llamó por teléfono", actor=LUIS, now=house.clock(), sealer=house.vault)
    assert house.kinds() == [
        "step:reply:drafted",
        "agent:reply:revised",
        "agent:reply:approved",
        "agent:reply:withheld",
    ]
    bodies = [json.loads(body) for _, body in house.logged()]
    assert "Rosa" not in "".join(body for _, body in house.logged())
    opened = [house.vault.unseal(body["subject"], body["sealed"]) for body in bodies]
    assert [fields and fields["text"] for fields in opened] == ["Hola, Rosa", *["Buenas, Rosa"] * 3]
    assert opened[-1] == {"handle": "persona_1", "text": "Buenas, Rosa", "reason": "Rosa llamó por teléfono"}


def test_drafts_are_written_in_bulk(house: House) -> None:
    drafts = [answer(1 + n % 12, slot=f"follow-up-{n}") for n in range(2_000)]
    with writing(house.engine) as session:
        ids = write_drafts(session, drafts, actor=DECIDE, now=house.clock(), sealer=house.vault)
    assert len({*ids}) == len(drafts)
