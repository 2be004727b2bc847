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

from cases.private_side import answered_in_private, set_private_state, waits_in_private
from people import consents
from records.database import reading, writing
from records.enums import CaseStatus, PrivateState, Purpose, ReplyStatus, Role
from records.models import Actor
from records.refusals import RefusalError
from records.tables.cases import CareCaseRow, CaseThreadRow
from records.tables.listener import MentionRow
from records.tables.replies import ReplyRow
from service.delivery.holds import DECLINED, WAITS_IN_PRIVATE, WITHDREW, invitation_hold
from service.delivery.on_delivery import POST_HIDDEN
from service.desk import acts
from service.desk.closing import NO_POST, SENT_BY_PERSON, Solved, mark_case_solved, revoke_invitation
from service.notifications.alerts import Alerts
from service.operations.deadline_watch import watch_cases
from service.steps.deliver import deliver
from service.steps.tick import tick
from service.wiring.app import open_app
from tests.support.practice_home import practice_home
from tests.support.scenario import TEXTS, Scenario, copied_scenario, row, write_rows

ANA = Actor(tag="agent:1", roles=frozenset({Role.AGENT}))
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scenario]:
    """On X somebody was invited in private; on Facebook a comment was answered by a private reply."""
    folder = tmp_path_factory.mktemp("closing")
    rows = [
        row("charged", TEXTS["charged"]),
        row("stolen", TEXTS["stolen"], minutes=1),
        row("page", "Hoy abrimos hasta las ocho.", network="facebook", inbound=False, author="marca"),
        row("comment", TEXTS["charged"].removeprefix("@marca "), minutes=2, network="facebook", in_reply_to="page"),
    ]
    with practice_home(folder / "home", posts=write_rows(folder / "posts.jsonl", rows)) as world:
        app = open_app(world.settings)
        scenario = Scenario(world=world, app=app)
        scenario.work()
        world.practice.step()
        scenario.work(minutes=4)
        yield scenario
        app.close()


@pytest.fixture
def scenario(original: Scenario, tmp_path: Path) -> Iterator[Scenario]:
    with copied_scenario(original, tmp_path) as found:
        yield found


def case_of(scenario: Scenario, name: str) -> CareCaseRow:
    return scenario.case(scenario.mention(name))


def case_id(scenario: Scenario, name: str) -> int:
    return case_of(scenario, name).id or 0


def reply(scenario: Scenario, reply_id: int | None) -> ReplyRow:
    with reading(scenario.app.engine) as session:
        return session.get_one(ReplyRow, reply_id)


def solve(scenario: Scenario, name: str) -> Solved:
    return mark_case_solved(scenario.app, case_id(scenario, name), actor=ANA, now=scenario.now)


def said_under(scenario: Scenario, name: str) -> list[str]:
    target = scenario.mention(name).external_id
    return [told["text"] for told in scenario.truth()["replies"] if told["in_reply_to"] == target]


def log_of(scenario: Scenario, case_number: int) -> list[str]:
    return [entry.kind for entry in scenario.log() if entry.case_id == case_number]


def refused(saying: str) -> AbstractContextManager[pytest.ExceptionInfo[RefusalError]]:
    return pytest.raises(RefusalError, match=saying)


def consent(scenario: Scenario, name: str) -> None:
    identity_id = scenario.mention(name).identity_id
    with writing(scenario.app.engine) as session:
        consents.give_consent(
            session,
            identity_id=identity_id,
            purpose=Purpose.SAY_SOLVED,
            wording_version="es-1",
            room_id=None,
            now=scenario.now,
        )


def withdraw(scenario: Scenario, name: str, *, now: datetime) -> None:
    identity_id = scenario.mention(name).identity_id
    with writing(scenario.app.engine) as session:
        consents.withdraw_consent(session, identity_id=identity_id, purpose=Purpose.SAY_SOLVED, now=now)


def test_both_people_were_moved_aside(scenario: Scenario) -> None:
    for name in ("charged", "comment"):
        found = case_of(scenario, name)
        assert (found.status, found.private_state) == (CaseStatus.PRIVATE, PrivateState.INVITED), name
    assert case_of(scenario, "stolen").private_state == PrivateState.NONE


def test_on_x_a_person_sends_the_line_and_then_the_case_ends(scenario: Scenario) -> None:
    number, before = case_id(scenario, "charged"), said_under(scenario, "charged")
    done = solve(scenario, "charged")
    assert done.sent_by_person
    line = reply(scenario, done.reply_id)
    assert (line.status, line.reason, line.author, line.slot) == ("draft", SENT_BY_PERSON, "rule:closing", "closing")
    found = case_of(scenario, "charged")
    assert (found.private_state, found.solved_at, found.close_by) == ("solved", scenario.now, scenario.now + 24 * HOUR)
    deliver(scenario.app, now=scenario.now)
    assert said_under(scenario, "charged") == before
    acts.approve(scenario.app, line.id or 0, actor=ANA, now=scenario.now)
    deliver(scenario.app, now=scenario.now)
    (told,) = [text for text in said_under(scenario, "charged") if text not in before]
    assert told == line.text
    assert "resuelt" not in told.casefold()
    found = case_of(scenario, "charged")
    assert (found.status, found.close_by, found.closed_at is not None) == ("closed", None, True)
    assert log_of(scenario, number)[-6:] == [
        "agent:case:solved",
        "agent:reply:drafted",
        "agent:reply:approved",
        "step:reply:sending",
        "step:case:closed",
        "step:reply:sent",
    ]
    assert scenario.verified().sound


def test_on_facebook_the_agent_s_word_sends_it(scenario: Scenario) -> None:
    done = solve(scenario, "comment")
    assert not done.sent_by_person
    assert reply(scenario, done.reply_id).status == ReplyStatus.APPROVED
    assert reply(scenario, done.reply_id).approvals == [ANA.tag]
    deliver(scenario.app, now=scenario.now)
    assert reply(scenario, done.reply_id).status == ReplyStatus.SENT
    assert case_of(scenario, "comment").status == CaseStatus.CLOSED


def test_it_says_solved_only_to_whom_that_was_agreed_with(scenario: Scenario) -> None:
    consent(scenario, "charged")
    line = reply(scenario, solve(scenario, "charged").reply_id)
    assert line.author == "rule:closing-solved"
    assert "resuelt" in line.text.casefold()


def test_consent_withdrawn_before_it_leaves_gives_the_neutral_line_back(scenario: Scenario) -> None:
    consent(scenario, "charged")
    written = solve(scenario, "charged").reply_id or 0
    acts.approve(scenario.app, written, actor=ANA, now=scenario.now)
    before = said_under(scenario, "charged")
    withdraw(scenario, "charged", now=scenario.now + timedelta(seconds=1))
    deliver(scenario.app, now=scenario.now)
    assert (reply(scenario, written).status, reply(scenario, written).reason) == ("held", WITHDREW)
    tick(scenario.app, now=scenario.now)
    line = reply(scenario, written)
    assert (line.status, line.author, line.reason, line.approvals) == ("draft", "rule:closing", WITHDREW, [])
    assert "resuelt" not in line.text.casefold()
    assert said_under(scenario, "charged") == before
    tick(scenario.app, now=scenario.now)
    assert [kind for kind in log_of(scenario, line.case_id or 0) if kind.endswith(":reworded")] == [
        "step:reply:reworded"
    ]


def test_a_person_s_own_words_wait_too_where_consent_was_withdrawn_after_they_were_approved(scenario: Scenario) -> None:
    consent(scenario, "charged")
    written = solve(scenario, "charged").reply_id or 0
    acts.revise(scenario.app, written, "Ya está todo resuelto, gracias por avisar.", actor=ANA, now=scenario.now)
    acts.approve(scenario.app, written, actor=ANA, now=scenario.now)
    withdraw(scenario, "charged", now=scenario.now + timedelta(seconds=1))
    deliver(scenario.app, now=scenario.now)
    assert (reply(scenario, written).status, reply(scenario, written).reason) == ("held", WITHDREW)


def test_nothing_is_closed_in_public_while_the_person_waits_in_private(scenario: Scenario) -> None:
    written = solve(scenario, "comment").reply_id
    with writing(scenario.app.engine) as session:
        waits_in_private(session, case_id(scenario, "comment"), scenario.now)
    deliver(scenario.app, now=scenario.now)
    assert (reply(scenario, written).status, reply(scenario, written).reason) == ("held", WAITS_IN_PRIVATE)
    assert case_of(scenario, "comment").private_state == PrivateState.OPEN


def test_a_post_that_nobody_can_read_is_waived_by_itself(scenario: Scenario) -> None:
    hide_outside(scenario, "charged")
    done = solve(scenario, "charged")
    assert (done.reply_id, done.waived) == (None, POST_HIDDEN)
    found = case_of(scenario, "charged")
    assert (found.status, found.waiver) == (CaseStatus.CLOSED, POST_HIDDEN)
    assert log_of(scenario, found.id or 0)[-3:] == [
        "agent:case:solved",
        "service:case:closing-waived",
        "agent:case:closed",
    ]


def test_a_post_hidden_outside_is_noticed_and_its_solved_case_ends(scenario: Scenario) -> None:
    solve(scenario, "charged")
    hide_outside(scenario, "charged")
    tick(scenario.app, now=scenario.now)
    found = case_of(scenario, "charged")
    assert (found.status, found.waiver) == (CaseStatus.CLOSED, POST_HIDDEN)
    assert case_of(scenario, "comment").waiver is None


def test_a_case_without_any_public_post_owes_none(scenario: Scenario) -> None:
    number = case_id(scenario, "charged")
    with writing(scenario.app.engine) as session:
        session.execute(delete(CaseThreadRow).where(col(CaseThreadRow.case_id) == number))
    assert solve(scenario, "charged").waived == NO_POST


def test_a_case_that_never_went_private_closes_as_it_is(scenario: Scenario) -> None:
    with refused("never went private"):
        solve(scenario, "stolen")
    acts.close_case(scenario.app, case_id(scenario, "stolen"), actor=ANA, now=scenario.now)
    assert case_of(scenario, "stolen").status == CaseStatus.CLOSED


def test_without_a_speaking_role_nothing_is_solved(scenario: Scenario) -> None:
    before = scenario.log()
    nobody = replace(ANA, roles=frozenset({Role.COMPLIANCE}))
    with refused("This needs one of the roles"):
        mark_case_solved(scenario.app, case_id(scenario, "charged"), actor=nobody, now=scenario.now)
    with refused("This needs one of the roles"):
        revoke_invitation(scenario.app, case_id(scenario, "charged"), actor=nobody, now=scenario.now)
    assert scenario.log() == before


def test_a_revoked_invitation_opens_nothing(scenario: Scenario) -> None:
    number = case_id(scenario, "charged")
    revoke_invitation(scenario.app, number, actor=ANA, now=scenario.now)
    assert case_of(scenario, "charged").private_state == PrivateState.NONE
    assert log_of(scenario, number)[-2:] == ["agent:room:revoked", "agent:case:invitation-revoked"]
    with refused("no invitation that could be revoked"):
        revoke_invitation(scenario.app, number, actor=ANA, now=scenario.now)


def test_an_overdue_line_and_a_long_wait_are_told_once(scenario: Scenario) -> None:
    told: list[str] = []

    class Told(Alerts):
        def raise_once(self, key: str, message: str) -> bool:
            told.append(key)
            return "due" in message

    solve(scenario, "charged")
    with writing(scenario.app.engine) as session:
        waits_in_private(session, case_id(scenario, "comment"), scenario.now - 2 * HOUR)
    watch_cases(scenario.app, Told(scenario.app.settings), now=scenario.now)
    assert [key for key in told if not key.startswith("overdue")] == ["private-wait-marca"]
    watch_cases(scenario.app, Told(scenario.app.settings), now=scenario.now + 25 * HOUR)
    assert "closing-marca" in told


def test_nobody_is_invited_while_others_wait_longer_than_was_promised(scenario: Scenario) -> None:
    with writing(scenario.app.engine) as session:
        waits_in_private(session, case_id(scenario, "stolen"), scenario.now - 61 * timedelta(minutes=1))
        invitation = invitation_of(session, case_id(scenario, "charged"))
        session.execute(
            update(ReplyRow)
            .where(col(ReplyRow.id) == invitation)
            .values(
                status="approved",
                due_at=scenario.now,
                approved_at=scenario.now,
                sent_at=None,
                external_id=None,
                attempts=0,
            )
        )
    deliver(scenario.app, now=scenario.now)
    held = reply(scenario, invitation)
    assert held.status == "held"
    assert held.reason.startswith("Somebody waits in private for 61 minutes, and 60 were promised")
    with writing(scenario.app.engine) as session:
        answered_in_private(session, case_id(scenario, "stolen"), actor=ANA, now=scenario.now)
        assert invitation_hold(scenario.app, session, "marca", case_id=None, now=scenario.now) == ""


def test_who_declined_is_not_invited_again_by_rule(scenario: Scenario) -> None:
    with writing(scenario.app.engine) as session:
        set_private_state(session, [case_id(scenario, "charged")], PrivateState.DECLINED, actor=ANA, now=scenario.now)
        invitation = invitation_of(session, case_id(scenario, "charged"))
        session.execute(
            update(ReplyRow)
            .where(col(ReplyRow.id) == invitation)
            .values(
                status="approved",
                due_at=scenario.now,
                approved_at=scenario.now,
                sent_at=None,
                external_id=None,
                attempts=0,
            )
        )
    deliver(scenario.app, now=scenario.now)
    assert (reply(scenario, invitation).status, reply(scenario, invitation).reason) == ("held", DECLINED)


def test_an_invitation_left_unopened_for_its_life_is_silence(scenario: Scenario) -> None:
    tick(scenario.app, now=scenario.now + 47 * HOUR)
    assert case_of(scenario, "charged").private_state == PrivateState.INVITED
    tick(scenario.app, now=scenario.now + 49 * HOUR)
    found = case_of(scenario, "charged")
    assert found.private_state == PrivateState.SILENT
    assert log_of(scenario, found.id or 0)[-1] == "step:case:silent"
    before = len(scenario.log())
    tick(scenario.app, now=scenario.now + 50 * HOUR)
    assert len(scenario.log()) == before


def invitation_of(session: Session, case_number: int) -> int:
    query = select(col(ReplyRow.id)).where(col(ReplyRow.room_id).is_not(None), col(ReplyRow.case_id) == case_number)
    return int(session.execute(query).scalar_one() or 0)


def test_a_post_that_is_shown_again_wants_its_closing_line_after_all(scenario: Scenario) -> None:
    mention_id = scenario.mention("comment").id or 0
    spot = {"mention_id": mention_id, "account_id": scenario.decision(mention_id).account_id, "actor": ANA}
    acts.hide(scenario.app, **spot, now=scenario.now)
    deliver(scenario.app, now=scenario.now)
    assert case_of(scenario, "comment").waiver == POST_HIDDEN
    acts.unhide(scenario.app, **spot, now=scenario.now)
    deliver(scenario.app, now=scenario.now)
    assert case_of(scenario, "comment").waiver is None
    assert "step:case:closing-owed" in log_of(scenario, case_id(scenario, "comment"))
    assert solve(scenario, "comment").reply_id is not None


def hide_outside(scenario: Scenario, name: str) -> None:
    mention_id = scenario.mention(name).id
    with writing(scenario.app.engine) as session:
        session.execute(update(MentionRow).where(col(MentionRow.id) == mention_id).values(hidden_at=scenario.now))
