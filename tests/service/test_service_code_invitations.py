"""An invitation by code: it leaves with the code and the address in it, and nothing that is kept knows the code."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlmodel import col

from records.database import reading, writing
from records.nouns import Actor
from records.tables.cases import CareCaseRow
from records.tables.listener import DirectMessageRow
from records.tables.replies import ReplyRow
from records.tables.room import RoomRow
from records.words import Act, ReplyStatus, Role
from room.codes import code_digest, code_of
from service import desk
from service.agents import add_agent
from service.desk_acting import refuse_unsafe
from service.house import open_house
from tests.service.towns import Town, row, write_rows
from tests.service.worlds import small_world

SARA = Actor(tag="agent:1", roles=frozenset({Role.SUPERVISOR}))
POSTS = [row("charged", "@marca me habéis cobrado dos veces la misma compra, mirad mi cuenta por favor")]


@pytest.fixture(scope="module")
def square(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Somebody was asked aside, wrote in private, and was invited by a code."""
    folder = tmp_path_factory.mktemp("codes")
    with small_world(folder / "home", posts=write_rows(folder / "posts.jsonl", POSTS)) as world:
        settings = world.home.settings_file
        written = settings.read_text(encoding="utf-8")
        settings.write_text(written.replace('name = "marca"\n', 'name = "marca"\ninvitation = "code"\n', 1), "utf-8")
        house = open_house(world.settings)
        found = Town(world=world, house=house)
        found.work()
        world.practice.step()
        found.work(minutes=3)
        with writing(house.engine) as session:
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
        house.close()


def the_room(square: Town) -> RoomRow:
    with reading(square.house.engine) as session:
        found: RoomRow = session.execute(select(RoomRow)).scalar_one()
        return found


def invitations(square: Town) -> list[ReplyRow]:
    with reading(square.house.engine) as session:
        query = select(ReplyRow).where(col(ReplyRow.act) == Act.PRIVATE_MESSAGE).order_by(col(ReplyRow.id))
        return list(session.execute(query).scalars())


def code_now(square: Town) -> str:
    room = the_room(square)
    return code_of(square.house.room_key, room.public_id, room.generation)


def told(square: Town) -> list[str]:
    return [message["text"] for message in square.truth()["messages"] if message.get("text")]


def test_the_code_leaves_and_is_kept_nowhere(square: Town) -> None:
    room, code = the_room(square), code_now(square)
    assert (room.entry, room.code_digest) == ("code", code_digest(square.house.room_key, code))
    (left,) = [text for text in told(square) if code in text]
    assert f"{square.house.public_url.partition('://')[2]}/entrar" in left
    assert "http" not in left
    (kept,) = invitations(square)
    assert kept.status == ReplyStatus.SENT
    assert "{room_code}" in kept.text
    with reading(square.house.engine) as session:
        heard = [message.text for message in session.execute(select(DirectMessageRow)).scalars()]
    stored = json.dumps([kept.text, heard, [entry.body for entry in square.log()]])
    assert code not in stored


def test_an_agent_s_invitation_carries_the_new_code_and_may_be_reworded(square: Town) -> None:
    old = code_now(square)
    with reading(square.house.engine) as session:
        case: CareCaseRow = session.execute(select(CareCaseRow)).scalar_one()
    desk.invite(square.house, case.id or 0, actor=SARA, now=square.now)
    written = invitations(square)[-1]
    reworded = f"{written.text} Tu referencia es {case.reference}."
    refuse_unsafe(square.house, reworded, written)
    with pytest.raises(desk.DeskRefusalError):
        refuse_unsafe(square.house, f"{reworded} {{handle}}", written)
    square.work(minutes=1)
    new = code_now(square)
    assert new != old
    assert sum(new in text for text in told(square)) == 1
    assert invitations(square)[-1].status == ReplyStatus.SENT
