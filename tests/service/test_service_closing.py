"""A matter that went private ends in public: by a line that leaves as the network wants it, or by a waiver."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from cases.private import answered_in_private, moved, waits_in_private
from people import consents
from records.database import reading, writing
from records.nouns import Actor
from records.tables.cases import CareCaseRow, CaseThreadRow
from records.tables.listener import MentionRow
from records.tables.replies import ReplyRow
from records.words import CaseStatus, PrivateState, Purpose, ReplyStatus, Role
from service import desk
from service.alerts import Alerts
from service.closing import SENT_BY_PERSON
from service.desk_acting import DeskRefusalError
from service.desk_closing import NO_POST, Solved, mark_solved, revoke_invitation
from service.holding import DECLINED, WAITS_IN_PRIVATE, WITHDREW, invitation_hold
from service.house import open_house
from service.sent_acts import POST_HIDDEN
from service.steps.deliver import deliver
from service.steps.tick import tick
from service.watching import watch_cases
from tests.service.towns import TEXTS, Town, copied, row, write_rows
from tests.service.worlds import small_world

ANA = Actor(tag="agent:1", roles=frozenset({Role.AGENT}))
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """On X somebody was invited in private; on Facebook a comment was answered by a private reply."""
    folder = tmp_path_factory.mktemp("closing")
    rows = [
        row("charged", TEXTS["charged"]),
        row("stolen", TEXTS["stolen"], minutes=1),
        row("page", "Hoy abrimos hasta las ocho.", network="facebook", inbound=False, author="marca"),
        row("comment", TEXTS["charged"].removeprefix("@marca "), minutes=2, network="facebook", in_reply_to="page"),
    ]
    with small_world(folder / "home", posts=write_rows(folder / "posts.jsonl", rows)) as world:
        house = open_house(world.settings)
        town = Town(world=world, house=house)
        town.work()
        world.practice.step()
        town.work(minutes=4)
        yield town
        house.close()


@pytest.fixture
def town(original: Town, tmp_path: Path) -> Iterator[Town]:
    with copied(original, tmp_path) as found:
        yield found


def case_of(town: Town, name: str) -> CareCaseRow:
    return town.case(town.mention(name))


def case_id(town: Town, name: str) -> int:
    return case_of(town, name).id or 0


def reply(town: Town, reply_id: int | None) -> ReplyRow:
    with reading(town.house.engine) as session:
        return session.get_one(ReplyRow, reply_id)


def solve(town: Town, name: str) -> Solved:
    return mark_solved(town.house, case_id(town, name), actor=ANA, now=town.now)


def said_under(town: Town, name: str) -> list[str]:
    target = town.mention(name).external_id
    return [told["text"] for told in town.truth()["replies"] if told["in_reply_to"] == target]


def log_of(town: Town, case_number: int) -> list[str]:
    return [entry.kind for entry in town.log() if entry.case_id == case_number]


def refused(saying: str) -> AbstractContextManager[pytest.ExceptionInfo[DeskRefusalError]]:
    return pytest.raises(DeskRefusalError, match=saying)


def consent(town: Town, name: str) -> None:
    identity_id = town.mention(name).identity_id
    with writing(town.house.engine) as session:
        consents.give(
            session,
            identity_id=identity_id,
            purpose=Purpose.SAY_SOLVED,
            wording_version="es-1",
            room_id=None,
            now=town.now,
        )


def withdraw(town: Town, name: str, *, now: datetime) -> None:
    identity_id = town.mention(name).identity_id
    with writing(town.house.engine) as session:
        consents.withdraw(session, identity_id=identity_id, purpose=Purpose.SAY_SOLVED, now=now)


def test_both_people_were_moved_aside(town: Town) -> None:
    for name in ("charged", "comment"):
        found = case_of(town, name)
        assert (found.status, found.private_state) == (CaseStatus.PRIVATE, PrivateState.INVITED), name
    assert case_of(town, "stolen").private_state == PrivateState.NONE


def test_on_x_a_person_sends_the_line_and_then_the_case_ends(town: Town) -> None:
    number, before = case_id(town, "charged"), said_under(town, "charged")
    done = solve(town, "charged")
    assert done.sent_by_person
    line = reply(town, done.reply_id)
    assert (line.status, line.reason, line.author, line.slot) == ("draft", SENT_BY_PERSON, "rule:closing", "closing")
    found = case_of(town, "charged")
    assert (found.private_state, found.solved_at, found.close_by) == ("solved", town.now, town.now + 24 * HOUR)
    deliver(town.house, now=town.now)
    assert said_under(town, "charged") == before
    desk.approve(town.house, line.id or 0, actor=ANA, now=town.now)
    deliver(town.house, now=town.now)
    (told,) = [text for text in said_under(town, "charged") if text not in before]
    assert told == line.text
    assert "resuelt" not in told.casefold()
    found = case_of(town, "charged")
    assert (found.status, found.close_by, found.closed_at is not None) == ("closed", None, True)
    assert log_of(town, number)[-6:] == [
        "agent:case:solved",
        "agent:reply:drafted",
        "agent:reply:approved",
        "step:reply:sending",
        "step:case:closed",
        "step:reply:sent",
    ]
    assert town.verified().sound


def test_on_facebook_the_agent_s_word_sends_it(town: Town) -> None:
    done = solve(town, "comment")
    assert not done.sent_by_person
    assert reply(town, done.reply_id).status == ReplyStatus.APPROVED
    assert reply(town, done.reply_id).approvals == [ANA.tag]
    deliver(town.house, now=town.now)
    assert reply(town, done.reply_id).status == ReplyStatus.SENT
    assert case_of(town, "comment").status == CaseStatus.CLOSED


def test_it_says_solved_only_to_whom_that_was_agreed_with(town: Town) -> None:
    consent(town, "charged")
    line = reply(town, solve(town, "charged").reply_id)
    assert line.author == "rule:closing-solved"
    assert "resuelt" in line.text.casefold()


def test_consent_withdrawn_before_it_leaves_gives_the_neutral_line_back(town: Town) -> None:
    consent(town, "charged")
    written = solve(town, "charged").reply_id or 0
    desk.approve(town.house, written, actor=ANA, now=town.now)
    before = said_under(town, "charged")
    withdraw(town, "charged", now=town.now + timedelta(seconds=1))
    deliver(town.house, now=town.now)
    assert (reply(town, written).status, reply(town, written).reason) == ("held", WITHDREW)
    tick(town.house, now=town.now)
    line = reply(town, written)
    assert (line.status, line.author, line.reason, line.approvals) == ("draft", "rule:closing", WITHDREW, [])
    assert "resuelt" not in line.text.casefold()
    assert said_under(town, "charged") == before
    tick(town.house, now=town.now)
    assert [kind for kind in log_of(town, line.case_id or 0) if kind.endswith(":reworded")] == ["step:reply:reworded"]


def test_a_person_s_own_words_wait_too_where_consent_was_withdrawn_after_they_were_approved(town: Town) -> None:
    consent(town, "charged")
    written = solve(town, "charged").reply_id or 0
    desk.revise(town.house, written, "Ya está todo resuelto, gracias por avisar.", actor=ANA, now=town.now)
    desk.approve(town.house, written, actor=ANA, now=town.now)
    withdraw(town, "charged", now=town.now + timedelta(seconds=1))
    deliver(town.house, now=town.now)
    assert (reply(town, written).status, reply(town, written).reason) == ("held", WITHDREW)


def test_nothing_is_closed_in_public_while_the_person_waits_in_private(town: Town) -> None:
    written = solve(town, "comment").reply_id
    with writing(town.house.engine) as session:
        waits_in_private(session, case_id(town, "comment"), town.now)
    deliver(town.house, now=town.now)
    assert (reply(town, written).status, reply(town, written).reason) == ("held", WAITS_IN_PRIVATE)
    assert case_of(town, "comment").private_state == PrivateState.OPEN


def test_a_post_that_nobody_can_read_is_waived_by_itself(town: Town) -> None:
    hide_outside(town, "charged")
    done = solve(town, "charged")
    assert (done.reply_id, done.waived) == (None, POST_HIDDEN)
    found = case_of(town, "charged")
    assert (found.status, found.waiver) == (CaseStatus.CLOSED, POST_HIDDEN)
    assert log_of(town, found.id or 0)[-3:] == ["agent:case:solved", "service:case:closing-waived", "agent:case:closed"]


def test_a_post_hidden_outside_is_noticed_and_its_solved_case_ends(town: Town) -> None:
    solve(town, "charged")
    hide_outside(town, "charged")
    tick(town.house, now=town.now)
    found = case_of(town, "charged")
    assert (found.status, found.waiver) == (CaseStatus.CLOSED, POST_HIDDEN)
    assert case_of(town, "comment").waiver is None


def test_a_case_without_any_public_post_owes_none(town: Town) -> None:
    number = case_id(town, "charged")
    with writing(town.house.engine) as session:
        session.execute(delete(CaseThreadRow).where(col(CaseThreadRow.case_id) == number))
    assert solve(town, "charged").waived == NO_POST


def test_a_case_that_never_went_private_closes_as_it_is(town: Town) -> None:
    with refused("never went private"):
        solve(town, "stolen")
    desk.close_case(town.house, case_id(town, "stolen"), actor=ANA, now=town.now)
    assert case_of(town, "stolen").status == CaseStatus.CLOSED


def test_without_a_speaking_role_nothing_is_solved(town: Town) -> None:
    before = town.log()
    nobody = replace(ANA, roles=frozenset({Role.COMPLIANCE}))
    with refused("This needs one of the roles"):
        mark_solved(town.house, case_id(town, "charged"), actor=nobody, now=town.now)
    with refused("This needs one of the roles"):
        revoke_invitation(town.house, case_id(town, "charged"), actor=nobody, now=town.now)
    assert town.log() == before


def test_a_revoked_invitation_opens_nothing(town: Town) -> None:
    number = case_id(town, "charged")
    revoke_invitation(town.house, number, actor=ANA, now=town.now)
    assert case_of(town, "charged").private_state == PrivateState.NONE
    assert log_of(town, number)[-2:] == ["agent:room:revoked", "agent:case:invitation-revoked"]
    with refused("no invitation that could be revoked"):
        revoke_invitation(town.house, number, actor=ANA, now=town.now)


def test_an_overdue_line_and_a_long_wait_are_told_once(town: Town) -> None:
    told: list[str] = []

    class Told(Alerts):
        def raise_once(self, key: str, message: str) -> bool:
            told.append(key)
            return "due" in message

    solve(town, "charged")
    with writing(town.house.engine) as session:
        waits_in_private(session, case_id(town, "comment"), town.now - 2 * HOUR)
    watch_cases(town.house, Told(town.house.settings), now=town.now)
    assert [key for key in told if not key.startswith("overdue")] == ["private-wait-marca"]
    watch_cases(town.house, Told(town.house.settings), now=town.now + 25 * HOUR)
    assert "closing-marca" in told


def test_nobody_is_invited_while_others_wait_longer_than_was_promised(town: Town) -> None:
    with writing(town.house.engine) as session:
        waits_in_private(session, case_id(town, "stolen"), town.now - 61 * timedelta(minutes=1))
        invitation = invitation_of(session, case_id(town, "charged"))
        session.execute(
            update(ReplyRow)
            .where(col(ReplyRow.id) == invitation)
            .values(
                status="approved", due_at=town.now, approved_at=town.now, sent_at=None, external_id=None, attempts=0
            )
        )
    deliver(town.house, now=town.now)
    held = reply(town, invitation)
    assert held.status == "held"
    assert held.reason.startswith("Somebody waits in private for 61 minutes, and 60 were promised")
    with writing(town.house.engine) as session:
        answered_in_private(session, case_id(town, "stolen"), actor=ANA, now=town.now)
        assert invitation_hold(town.house, session, "marca", case_id=None, now=town.now) == ""


def test_who_declined_is_not_invited_again_by_rule(town: Town) -> None:
    with writing(town.house.engine) as session:
        moved(session, [case_id(town, "charged")], PrivateState.DECLINED, actor=ANA, now=town.now)
        invitation = invitation_of(session, case_id(town, "charged"))
        session.execute(
            update(ReplyRow)
            .where(col(ReplyRow.id) == invitation)
            .values(
                status="approved", due_at=town.now, approved_at=town.now, sent_at=None, external_id=None, attempts=0
            )
        )
    deliver(town.house, now=town.now)
    assert (reply(town, invitation).status, reply(town, invitation).reason) == ("held", DECLINED)


def test_an_invitation_left_unopened_for_its_life_is_silence(town: Town) -> None:
    tick(town.house, now=town.now + 47 * HOUR)
    assert case_of(town, "charged").private_state == PrivateState.INVITED
    tick(town.house, now=town.now + 49 * HOUR)
    found = case_of(town, "charged")
    assert found.private_state == PrivateState.SILENT
    assert log_of(town, found.id or 0)[-1] == "step:case:silent"
    before = len(town.log())
    tick(town.house, now=town.now + 50 * HOUR)
    assert len(town.log()) == before


def invitation_of(session: Session, case_number: int) -> int:
    query = select(col(ReplyRow.id)).where(col(ReplyRow.room_id).is_not(None), col(ReplyRow.case_id) == case_number)
    return int(session.execute(query).scalar_one() or 0)


def test_a_post_that_is_shown_again_wants_its_closing_line_after_all(town: Town) -> None:
    mention_id = town.mention("comment").id or 0
    spot = {"mention_id": mention_id, "account_id": town.decision(mention_id).account_id, "actor": ANA}
    desk.hide(town.house, **spot, now=town.now)
    deliver(town.house, now=town.now)
    assert case_of(town, "comment").waiver == POST_HIDDEN
    desk.unhide(town.house, **spot, now=town.now)
    deliver(town.house, now=town.now)
    assert case_of(town, "comment").waiver is None
    assert "step:case:closing-owed" in log_of(town, case_id(town, "comment"))
    assert solve(town, "comment").reply_id is not None


def hide_outside(town: Town, name: str) -> None:
    mention_id = town.mention(name).id
    with writing(town.house.engine) as session:
        session.execute(update(MentionRow).where(col(MentionRow.id) == mention_id).values(hidden_at=town.now))
