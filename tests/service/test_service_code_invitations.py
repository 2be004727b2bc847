"""An invitation by code: it leaves with the code and the address in it, and nothing that is kept knows the code."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlmodel import col

from records.database import reading, writing
from records.enums import Act, ReplyStatus, Role
from records.models import Actor
from records.refusals import RefusalError
from records.tables.cases import CareCaseRow
from records.tables.listener import DirectMessageRow
from records.tables.replies import ReplyRow
from records.tables.room import RoomRow
from room.invitation import invitation_code, invitation_code_digest
from service.desk import acts
from service.desk.agents import add_agent
from service.desk.authorise import refuse_unsafe
from service.wiring.app import open_app
from tests.support.practice_home import practice_home
from tests.support.scenario import Scenario, row, write_rows

SARA = Actor(tag="agent:1", roles=frozenset({Role.SUPERVISOR}))
POSTS = [row("charged", "@marca me habéis cobrado dos veces la misma compra, mirad mi cuenta por favor")]


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scenario]:
    """Somebody was asked aside, wrote in private, and was invited by a code."""
    folder = tmp_path_factory.mktemp("codes")
    with practice_home(folder / "home", posts=write_rows(folder / "posts.jsonl", POSTS)) as world:
        settings = world.home.settings_file
        written = settings.read_text(encoding="utf-8")
        settings.write_text(written.replace('name = "marca"\n', 'name = "marca"\ninvitation = "code"\n', 1), "utf-8")
        app = open_app(world.settings)
        found = Scenario(world=world, app=app)
        found.work()
        world.practice.step()
        found.work(minutes=3)
        with writing(app.engine) as session:
            add_agent(
                session,
                email="sara@marca.example",
                name="sara",
                password="a-long-enough-password",
                roles=frozenset({Role.SUPERVISOR}),
                languages=("es",),
                now=found.now,
            )
        yield found
        app.close()


def the_room(scenario: Scenario) -> RoomRow:
    with reading(scenario.app.engine) as session:
        found: RoomRow = session.execute(select(RoomRow)).scalar_one()
        return found


def invitations(scenario: Scenario) -> list[ReplyRow]:
    with reading(scenario.app.engine) as session:
        query = select(ReplyRow).where(col(ReplyRow.act) == Act.PRIVATE_MESSAGE).order_by(col(ReplyRow.id))
        return list(session.execute(query).scalars())


def code_now(scenario: Scenario) -> str:
    room = the_room(scenario)
    return invitation_code(scenario.app.room_key, room.public_id, room.generation)


def told(scenario: Scenario) -> list[str]:
    return [message["text"] for message in scenario.truth()["messages"] if message.get("text")]


def test_the_code_leaves_and_is_kept_nowhere(scenario: Scenario) -> None:
    room, code = the_room(scenario), code_now(scenario)
    assert (room.entry, room.code_digest) == ("code", invitation_code_digest(scenario.app.room_key, code))
    (left,) = [text for text in told(scenario) if code in text]
    assert f"{scenario.app.public_url.partition('://')[2]}/entrar" in left
    assert "http" not in left
    (kept,) = invitations(scenario)
    assert kept.status == ReplyStatus.SENT
    assert "{room_code}" in kept.text
    with reading(scenario.app.engine) as session:
        heard = [message.text for message in session.execute(select(DirectMessageRow)).scalars()]
    stored = json.dumps([kept.text, heard, [entry.body for entry in scenario.log()]])
    assert code not in stored


def test_an_agent_s_invitation_carries_the_new_code_and_may_be_reworded(scenario: Scenario) -> None:
    old = code_now(scenario)
    with reading(scenario.app.engine) as session:
        case: CareCaseRow = session.execute(select(CareCaseRow)).scalar_one()
    acts.invite(scenario.app, case.id or 0, actor=SARA, now=scenario.now)
    written = invitations(scenario)[-1]
    reworded = f"{written.text} Tu referencia es {case.reference}."
    refuse_unsafe(scenario.app, reworded, written)
    with pytest.raises(RefusalError):
        refuse_unsafe(scenario.app, f"{reworded} {{handle}}", written)
    scenario.work(minutes=1)
    new = code_now(scenario)
    assert new != old
    assert sum(new in text for text in told(scenario)) == 1
    assert invitations(scenario)[-1].status == ReplyStatus.SENT
