"""What people do at the desk: each act is checked, done whole or not at all, and leaves an entry in the log."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from records.database import reading, writing
from records.enums import CaseStatus, Queue, ReplyStatus, Role
from records.models import Actor
from records.refusals import RefusalError
from records.tables.cases import CareCaseRow
from records.tables.replies import ReplyRow
from records.tables.room import RoomMessageRow, RoomRow
from service.desk import acts as desk
from service.desk.agents import add_agent
from tests.support.scenario import Scenario, copied_scenario, open_scenario

PASSWORD = "a-long-enough-password"
SAFE = "Hola, gracias por escribirnos. Lo miramos y te decimos algo por aquí."
STRANGER = Actor(tag="agent:99")


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scenario]:
    """A town where everything has been heard and answered, and some people have written in private."""
    with open_scenario(tmp_path_factory.mktemp("desk")) as found:
        found.work(minutes=3)
        with writing(found.app.engine) as session:
            for name, role in (("ana", Role.AGENT), ("ben", Role.AGENT), ("sara", Role.SUPERVISOR)):
                add_agent(
                    session,
                    email=f"{name}@marca.example",
                    name=name,
                    password=PASSWORD,
                    roles=frozenset({role}),
                    languages=("es",),
                    now=found.now,
                )
        yield found


@pytest.fixture
def scenario(original: Scenario, tmp_path: Path) -> Iterator[Scenario]:
    with copied_scenario(original, tmp_path) as found:
        yield found


@pytest.fixture
def ana() -> Actor:
    return Actor(tag="agent:1", roles=frozenset({Role.AGENT}))


@pytest.fixture
def ben() -> Actor:
    return Actor(tag="agent:2", roles=frozenset({Role.AGENT}))


@pytest.fixture
def sara() -> Actor:
    return Actor(tag="agent:3", roles=frozenset({Role.SUPERVISOR}))


def answer(scenario: Scenario, name: str, text: str, actor: Actor, *, privately: bool = False) -> int:
    mention = scenario.mention(name)
    account_id = scenario.decision(mention.id or 0).account_id
    return desk.answer(
        scenario.app,
        mention_id=mention.id or 0,
        account_id=account_id,
        text=text,
        privately=privately,
        actor=actor,
        now=scenario.now,
    )


def case_id(scenario: Scenario, name: str) -> int:
    return scenario.case(scenario.mention(name)).id or 0


def case(scenario: Scenario, case_id: int) -> CareCaseRow:
    with reading(scenario.app.engine) as session:
        return session.get_one(CareCaseRow, case_id)


def reply(scenario: Scenario, reply_id: int) -> ReplyRow:
    with reading(scenario.app.engine) as session:
        return session.get_one(ReplyRow, reply_id)


def draft_for(scenario: Scenario, name: str) -> int:
    (waiting,) = [row for row in scenario.replies(scenario.mention(name).id or 0) if row.status == ReplyStatus.DRAFT]
    return waiting.id or 0


def refused(saying: str) -> AbstractContextManager[pytest.ExceptionInfo[RefusalError]]:
    return pytest.raises(RefusalError, match=saying)


def test_a_town_has_all_that_a_desk_is_for(scenario: Scenario) -> None:
    with reading(scenario.app.engine) as session:
        statuses = set(session.execute(select(col(CareCaseRow.status))).scalars())
        invited = session.execute(select(func.count()).select_from(RoomRow)).scalar_one()
    assert statuses == {CaseStatus.OPEN, CaseStatus.ANSWERED, CaseStatus.PRIVATE}
    assert invited >= 1
    assert draft_for(scenario, "hours")


def test_a_claimed_case_is_refused_to_a_second_agent(scenario: Scenario, ana: Actor, ben: Actor) -> None:
    found = case_id(scenario, "stolen")
    desk.claim_case(scenario.app, found, actor=ana, now=scenario.now)
    before = len(scenario.log())
    with refused("Another agent has this case"):
        desk.claim_case(scenario.app, found, actor=ben, now=scenario.now)
    assert case(scenario, found).assignee_id == 1
    assert len(scenario.log()) == before


def test_a_released_case_may_be_claimed_by_another(scenario: Scenario, ana: Actor, ben: Actor) -> None:
    found = case_id(scenario, "stolen")
    desk.claim_case(scenario.app, found, actor=ana, now=scenario.now)
    with refused("Another agent has this case"):
        desk.release_case(scenario.app, found, actor=ben, now=scenario.now)
    desk.release_case(scenario.app, found, actor=ana, now=scenario.now)
    desk.claim_case(scenario.app, found, actor=ben, now=scenario.now)
    assert case(scenario, found).assignee_id == 2


def test_a_supervisor_may_take_a_case_from_an_agent(scenario: Scenario, ana: Actor, sara: Actor) -> None:
    found = case_id(scenario, "stolen")
    desk.claim_case(scenario.app, found, actor=ana, now=scenario.now)
    desk.claim_case(scenario.app, found, actor=sara, now=scenario.now)
    assert case(scenario, found).assignee_id == 3


def test_a_case_handed_over_carries_its_note_and_the_log_only_its_seal(scenario: Scenario, ana: Actor) -> None:
    found = case_id(scenario, "lawyer")
    desk.claim_case(scenario.app, found, actor=ana, now=scenario.now)
    with refused("needs a note"):
        desk.hand_over(scenario.app, found, note=" ", queue=Queue.SUPERVISOR, actor=ana, now=scenario.now)
    desk.hand_over(scenario.app, found, note="Le llamé ayer.", queue=Queue.SUPERVISOR, actor=ana, now=scenario.now)
    row = case(scenario, found)
    assert (row.queue, row.handed_over_note, row.assignee_id) == (Queue.SUPERVISOR, "Le llamé ayer.", None)
    last = scenario.log()[-1]
    assert last.kind == "agent:case:handed-over"
    assert "Le llamé ayer." not in last.body
    assert '"sealed":"' in last.body


Forbidden = Callable[[Scenario, Actor], object]

FORBIDDEN: dict[str, Forbidden] = {
    "claim": lambda scenario, actor: desk.claim_case(scenario.app, 1, actor=actor, now=scenario.now),
    "release": lambda scenario, actor: desk.release_case(scenario.app, 1, actor=actor, now=scenario.now),
    "hand over": lambda scenario, actor: desk.hand_over(
        scenario.app, 1, note="x", queue=Queue.CARE, actor=actor, now=scenario.now
    ),
    "answer": lambda scenario, actor: answer(scenario, "lawyer", SAFE, actor),
    "approve": lambda scenario, actor: desk.approve(
        scenario.app, draft_for(scenario, "hours"), actor=actor, now=scenario.now
    ),
    "revise": lambda scenario, actor: desk.revise(
        scenario.app, draft_for(scenario, "hours"), SAFE, actor=actor, now=scenario.now
    ),
    "withhold": lambda scenario, actor: desk.withhold(
        scenario.app, draft_for(scenario, "hours"), "x", actor=actor, now=scenario.now
    ),
    "say in room": lambda scenario, actor: desk.say_in_room(scenario.app, 1, "Hola", actor=actor, now=scenario.now),
    "invite": lambda scenario, actor: desk.invite(
        scenario.app, case_id(scenario, "charged"), actor=actor, now=scenario.now
    ),
    "close": lambda scenario, actor: desk.close_case(scenario.app, 1, actor=actor, now=scenario.now),
    "waive": lambda scenario, actor: desk.waive_closing(scenario.app, 1, "x", actor=actor, now=scenario.now),
    "close in public": lambda scenario, actor: desk.close_in_public(
        scenario.app, case_id(scenario, "charged"), SAFE, actor=actor, now=scenario.now
    ),
}


@pytest.mark.parametrize("act", FORBIDDEN)
@pytest.mark.parametrize("roles", [(), (Role.COMPLIANCE,)], ids=["nobody", "compliance"])
def test_without_a_speaking_role_nothing_is_done(act: str, roles: tuple[Role, ...], scenario: Scenario) -> None:
    before = scenario.log()
    with refused("This needs one of the roles .*supervisor"):
        FORBIDDEN[act](scenario, replace(STRANGER, roles=frozenset(roles)))
    assert scenario.log() == before


def test_only_a_supervisor_waives_a_closing_line(scenario: Scenario, ana: Actor) -> None:
    with refused("This needs one of the roles supervisor"):
        desk.waive_closing(scenario.app, case_id(scenario, "charged"), "borró su post", actor=ana, now=scenario.now)


UNSAFE = {
    "a relationship confirmed": "Hola, tu cuenta ha sido bloqueada por seguridad.",
    "a phone number": "Llámanos al 612 345 678 y lo miramos.",
    "an account number": "El IBAN es ES91 2100 0418 4502 0005 1332.",
    "a link that is not the brand's": "Entra en https://phishing.example/login y lo miramos.",
    "a placeholder": "Hola {handle}, lo miramos.",
    "nothing at all": "   ",
    "more than X takes": "Hola, lo miramos. " * 30,
    "something a database refuses": "Hola\x00, lo miramos \ud800.",
}


@pytest.mark.parametrize("what", UNSAFE)
def test_an_unsafe_answer_is_refused_and_nothing_is_written(what: str, scenario: Scenario, ana: Actor) -> None:
    before, entries = scenario.replies(scenario.mention("stolen").id or 0), len(scenario.log())
    with refused("."):
        answer(scenario, "stolen", UNSAFE[what], ana)
    assert scenario.replies(scenario.mention("stolen").id or 0) == before
    assert len(scenario.log()) == entries


@pytest.mark.parametrize("what", UNSAFE)
def test_a_draft_cannot_be_revised_into_something_unsafe(what: str, scenario: Scenario, ana: Actor) -> None:
    waiting = draft_for(scenario, "hours")
    before = reply(scenario, waiting).text
    with refused("."):
        desk.revise(scenario.app, waiting, UNSAFE[what], actor=ana, now=scenario.now)
    assert reply(scenario, waiting).text == before


def test_a_post_that_did_not_summon_us_cannot_be_answered_in_public(scenario: Scenario, ana: Actor) -> None:
    with refused("X permits a reply only where the author mentioned"):
        answer(scenario, "overheard", SAFE, ana)
    assert scenario.replies(scenario.mention("overheard").id or 0) == []


def test_nobody_is_written_to_in_private_before_they_wrote(scenario: Scenario, ana: Actor) -> None:
    with refused("only after the person wrote first"):
        answer(scenario, "lawyer", SAFE, ana, privately=True)
    with refused("only after the person wrote first"):
        desk.invite(scenario.app, case_id(scenario, "lawyer"), actor=ana, now=scenario.now)


def test_an_answer_is_approved_by_its_author_and_leaves_once(scenario: Scenario, ana: Actor) -> None:
    written = answer(scenario, "stolen", SAFE, ana)
    assert reply(scenario, written).status == ReplyStatus.APPROVED
    with refused("already written or on its way"):
        answer(scenario, "stolen", SAFE + " Otra vez.", ana)
    scenario.work(minutes=1)
    sent = reply(scenario, written)
    assert sent.status == ReplyStatus.SENT
    told = [each for each in scenario.truth()["replies"] if each["in_reply_to"] == scenario.network_id("stolen")]
    assert [(each["id"], each["text"]) for each in told] == [(sent.external_id, SAFE)]
    assert case(scenario, case_id(scenario, "stolen")).status == CaseStatus.ANSWERED


def test_a_second_answer_is_a_follow_up(scenario: Scenario, ana: Actor) -> None:
    follow_up = answer(scenario, "praise", SAFE, ana)
    assert reply(scenario, follow_up).slot == "follow-up-1"


def test_a_draft_is_approved_by_one_person_where_the_rule_asks_for_one(scenario: Scenario, ana: Actor) -> None:
    waiting = draft_for(scenario, "hours")
    desk.approve(scenario.app, waiting, actor=ana, now=scenario.now)
    assert reply(scenario, waiting).status == ReplyStatus.APPROVED
    assert scenario.log()[-1].kind.endswith(":reply:approved")


def test_a_revised_draft_is_another_persons_text_and_waits_again(scenario: Scenario, ana: Actor, ben: Actor) -> None:
    waiting = draft_for(scenario, "hours")
    desk.approve(scenario.app, waiting, actor=ana, now=scenario.now)
    desk.revise(scenario.app, waiting, SAFE, actor=ben, now=scenario.now)
    row = reply(scenario, waiting)
    assert (row.status, row.author, row.approvals, row.text) == (ReplyStatus.DRAFT, ben.tag, [], SAFE)


def test_a_withheld_draft_frees_its_place(scenario: Scenario, ana: Actor) -> None:
    waiting = draft_for(scenario, "hours")
    desk.withhold(scenario.app, waiting, "Ya se lo dijimos en la oficina.", actor=ana, now=scenario.now)
    assert reply(scenario, waiting).status == ReplyStatus.WITHHELD
    with refused("withheld cannot become"):
        desk.approve(scenario.app, waiting, actor=ana, now=scenario.now)
    assert reply(scenario, answer(scenario, "hours", SAFE, ana)).slot == "answer"


def test_what_two_must_approve_is_not_let_go_by_its_author(scenario: Scenario, ana: Actor, ben: Actor) -> None:
    written = answer(scenario, "lawyer", SAFE, ana)
    assert reply(scenario, written).status == ReplyStatus.DRAFT
    with refused("(?i)another person"):
        desk.approve(scenario.app, written, actor=ana, now=scenario.now)
    scenario.work(minutes=1)
    assert reply(scenario, written).status == ReplyStatus.DRAFT
    desk.approve(scenario.app, written, actor=ben, now=scenario.now)
    assert reply(scenario, written).status == ReplyStatus.APPROVED


def test_what_two_must_approve_is_not_let_go_by_who_revised_it(scenario: Scenario, ana: Actor, ben: Actor) -> None:
    written = answer(scenario, "lawyer", SAFE, ana)
    desk.revise(scenario.app, written, SAFE + " Un saludo.", actor=ben, now=scenario.now)
    with refused("(?i)another person"):
        desk.approve(scenario.app, written, actor=ben, now=scenario.now)
    desk.approve(scenario.app, written, actor=ana, now=scenario.now)
    assert reply(scenario, written).status == ReplyStatus.APPROVED


@pytest.mark.parametrize("number", [0, 10_000])
def test_what_does_not_exist_is_refused_in_a_sentence(number: int, scenario: Scenario, ana: Actor, sara: Actor) -> None:
    app, now = scenario.app, scenario.now
    acts: list[Callable[[], object]] = [
        lambda: desk.claim_case(app, number, actor=ana, now=now),
        lambda: desk.approve(app, number, actor=ana, now=now),
        lambda: desk.revise(app, number, SAFE, actor=ana, now=now),
        lambda: desk.withhold(app, number, "x", actor=ana, now=now),
        lambda: desk.say_in_room(app, number, "Hola", actor=ana, now=now),
        lambda: desk.invite(app, number, actor=ana, now=now),
        lambda: desk.close_in_public(app, number, SAFE, actor=ana, now=now),
        lambda: desk.close_case(app, number, actor=ana, now=now),
        lambda: desk.waive_closing(app, number, "x", actor=sara, now=now),
        lambda: desk.answer(app, mention_id=number, account_id=1, text=SAFE, privately=False, actor=ana, now=now),
    ]
    for act in acts:
        with refused("."):
            act()


def room_of(scenario: Scenario, name: str) -> RoomRow:
    with reading(scenario.app.engine) as session:
        query = select(RoomRow).where(col(RoomRow.case_id) == case_id(scenario, name))
        room: RoomRow = session.execute(query).scalar_one()
        return room


def test_who_wrote_in_private_may_be_invited_and_the_link_is_kept_nowhere(scenario: Scenario, ana: Actor) -> None:
    scenario.tell("/_message", text="Hola, soy yo, el de la tarjeta.", **{"from": "stolen_too"})
    scenario.work(minutes=1)
    invited = desk.invite(scenario.app, case_id(scenario, "stolen"), actor=ana, now=scenario.now)
    row = reply(scenario, invited)
    assert (row.slot, row.author, "{room_link}" in row.text) == ("private", ana.tag, True)
    scenario.work(minutes=1)
    assert reply(scenario, invited).status == ReplyStatus.SENT
    assert case(scenario, case_id(scenario, "stolen")).status == CaseStatus.PRIVATE
    (message,) = [each for each in scenario.truth()["messages"] if each["id"] == reply(scenario, invited).external_id]
    (link,) = re.findall(r"http://127\.0\.0\.1:1/r/\S+", message["text"])
    assert all(link not in entry.body for entry in scenario.log())
    assert link not in reply(scenario, invited).text


def test_a_new_invitation_voids_the_one_before_and_is_not_written_twice(scenario: Scenario, ana: Actor) -> None:
    before = room_of(scenario, "charged")
    invited = desk.invite(scenario.app, case_id(scenario, "charged"), actor=ana, now=scenario.now)
    assert reply(scenario, invited).slot == "follow-up-1"
    assert room_of(scenario, "charged").generation == before.generation + 1
    with refused("already written or on its way"):
        desk.invite(scenario.app, case_id(scenario, "charged"), actor=ana, now=scenario.now)
    assert room_of(scenario, "charged").generation == before.generation + 1


def test_another_agents_case_is_not_closed_over_their_head(scenario: Scenario, ana: Actor, ben: Actor) -> None:
    desk.claim_case(scenario.app, case_id(scenario, "stolen"), actor=ana, now=scenario.now)
    with refused("Another agent has this case"):
        desk.close_case(scenario.app, case_id(scenario, "stolen"), actor=ben, now=scenario.now)


def test_a_text_is_not_withheld_without_a_reason(scenario: Scenario, ana: Actor) -> None:
    with refused("Say why this text is not sent"):
        desk.withhold(scenario.app, 1, " ", actor=ana, now=scenario.now)


def test_what_is_said_in_a_room_stays_there_and_is_sealed_in_the_log(scenario: Scenario, ana: Actor) -> None:
    room = room_of(scenario, "charged")
    desk.say_in_room(scenario.app, room.id or 0, "Lo estoy mirando.", actor=ana, now=scenario.now)
    with reading(scenario.app.engine) as session:
        said = session.execute(select(RoomMessageRow)).scalar_one()
    assert (said.author, said.text, said.agent_id) == ("agent", "Lo estoy mirando.", 1)
    assert scenario.log()[-1].kind == "agent:room:said"
    assert all("Lo estoy mirando." not in entry.body for entry in scenario.log())


@pytest.mark.parametrize("text", [" \n", "x" * 4001])
def test_a_room_refuses_nothing_and_too_much(text: str, scenario: Scenario, ana: Actor) -> None:
    with refused("."):
        desk.say_in_room(scenario.app, room_of(scenario, "charged").id or 0, text, actor=ana, now=scenario.now)


def test_a_room_that_is_over_takes_no_more_words(scenario: Scenario, ana: Actor) -> None:
    later = scenario.now + timedelta(days=30)
    with refused("no longer open"):
        desk.say_in_room(scenario.app, room_of(scenario, "charged").id or 0, "Hola", actor=ana, now=later)


def test_a_case_that_went_private_closes_only_after_its_public_line(scenario: Scenario, ana: Actor) -> None:
    found = case_id(scenario, "charged")
    with refused("went private"):
        desk.close_case(scenario.app, found, actor=ana, now=scenario.now)
    closing = desk.close_in_public(
        scenario.app, found, "Gracias por escribirnos: seguimos por privado.", actor=ana, now=scenario.now
    )
    with refused("went private"):
        desk.close_case(scenario.app, found, actor=ana, now=scenario.now)
    scenario.work(minutes=1)
    assert (reply(scenario, closing).slot, reply(scenario, closing).status) == ("closing", ReplyStatus.SENT)
    desk.close_case(scenario.app, found, actor=ana, now=scenario.now)
    assert case(scenario, found).status == CaseStatus.CLOSED


def test_a_waived_closing_line_lets_a_private_case_close(scenario: Scenario, ana: Actor, sara: Actor) -> None:
    found = case_id(scenario, "twice")
    desk.waive_closing(scenario.app, found, "Ha borrado su mensaje.", actor=sara, now=scenario.now)
    desk.close_case(scenario.app, found, actor=ana, now=scenario.now)
    assert case(scenario, found).status == CaseStatus.CLOSED
    assert all("Ha borrado" not in entry.body for entry in scenario.log())


def test_a_closed_case_can_neither_be_claimed_nor_closed_again(scenario: Scenario, ana: Actor) -> None:
    found = case_id(scenario, "stolen")
    desk.close_case(scenario.app, found, actor=ana, now=scenario.now)
    with refused("closed"):
        desk.claim_case(scenario.app, found, actor=ana, now=scenario.now)
    with refused("closed"):
        desk.close_case(scenario.app, found, actor=ana, now=scenario.now)


def test_signing_in_needs_the_right_password_and_both_outcomes_are_logged(scenario: Scenario) -> None:
    found = desk.sign_in(scenario.app, "ANA@marca.example", PASSWORD, now=scenario.now)
    assert found is not None
    assert found.actor == Actor(tag="agent:1", roles=frozenset({Role.AGENT}))
    for email, password in (("ana@marca.example", "wrong"), ("nobody@marca.example", PASSWORD), ("\ud800", "\ud800")):
        assert desk.sign_in(scenario.app, email, password, now=scenario.now) is None
    kinds = [entry.kind for entry in scenario.log()[-4:]]
    assert kinds == ["agent:session:opened"] + ["agent:session:refused"] * 3
    assert all(PASSWORD not in entry.body for entry in scenario.log())


def test_every_act_leaves_an_entry_and_the_log_verifies(
    scenario: Scenario, ana: Actor, ben: Actor, sara: Actor
) -> None:
    app, now, found = scenario.app, scenario.now, case_id(scenario, "stolen")
    waiting = draft_for(scenario, "leaked")
    acts: dict[str, Callable[[], object]] = {
        "agent:case:claimed": lambda: desk.claim_case(app, found, actor=ana, now=now),
        "agent:case:handed-over": lambda: desk.hand_over(app, found, note="x", queue=Queue.CARE, actor=ana, now=now),
        "agent:reply:approved": lambda: answer(scenario, "stolen", SAFE, ana),
        "agent:reply:drafted": lambda: answer(scenario, "lawyer", SAFE, ana),
        "agent:reply:revised": lambda: desk.revise(app, waiting, SAFE, actor=ana, now=now),
        "agent:reply:withheld": lambda: desk.withhold(app, waiting, "x", actor=ana, now=now),
        "agent:room:said": lambda: desk.say_in_room(
            app, room_of(scenario, "charged").id or 0, "Hola", actor=ana, now=now
        ),
        "agent:case:closing-waived": lambda: desk.waive_closing(
            app, case_id(scenario, "charged"), "x", actor=sara, now=now
        ),
        "agent:case:closed": lambda: desk.close_case(app, case_id(scenario, "charged"), actor=ben, now=now),
    }
    for kind, act in acts.items():
        before = len(scenario.log())
        act()
        new = scenario.log()[before:]
        assert kind in [entry.kind for entry in new], kind
        assert all(entry.at == now for entry in new)
    assert scenario.verified().sound, scenario.verified().problems
