from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from records.database import reading, writing
from records.enums import Role
from records.models import Actor
from records.refusals import RefusalError
from records.tables.cases import CareCaseRow
from records.tables.ledger import LedgerEntryRow
from records.tables.people import IdentityRow
from records.tables.room import RoomRow
from room import lifecycle
from room.attachments import files
from room.conversation import messages, status
from room.conversation.status import ask_for_human
from service.desk.reveal import read_file
from service.wiring.app import App
from tests.support.dashboard_data import NOW, STEP, SeededMention, Seeder, add_staff
from tests.support.screen import Screen, press, reference_of, shown_text

TEXT = b"una factura"


@pytest.fixture
def heard(app: App, seeder: Seeder) -> SeededMention:
    """A person whose room holds a message by e-mail, one by a programme, and a file."""
    heard = seeder.mention("@acme help")
    with writing(app.engine) as session:
        room = lifecycle.prepare_room(
            session,
            case_id=heard.case_id,
            account_id=seeder.account_id,
            mention_id=heard.mention_id,
            identity_id=heard.identity_id,
            language="es",
            lifetime=timedelta(days=2),
            actor=STEP,
            now=NOW,
        )
        session.flush()
        room_id, actor, earlier = room.id or 0, lifecycle.PERSON, NOW - timedelta(minutes=40)
        room.status, room.opened_at = "open", earlier
        room.handle_held_at, room.handle_proof = earlier, "own_message"
        room.filed_at, room.file_proof = earlier, "email_code"
        room.turned_away_at, room.turned_away_because = earlier, "no_code"
        for author, via, text in (("service", "room", "aviso"), ("person", "email", "desde el correo <b>")):
            messages.post_message(
                session, room_id, author=author, text=text, agent_id=None, actor=actor, now=earlier, via=via
            )
        file = files.checked_file("factura.exe", TEXT)
        files.attach_file(session, room_id, file=file, comment="", sealer=app.encryption, actor=actor, now=earlier)
        status.store_rating(session, room_id, 4, actor=actor, now=earlier)
        ask_for_human(session, room_id, actor=actor, now=earlier)
    return heard


def test_an_agent_sees_both_proofs_apart_and_what_the_person_waits_for(
    app: App, screen: Screen, heard: SeededMention
) -> None:
    screen.sign_in(add_staff(app))
    web_app = screen.open("thread", case=reference_of(app, heard.case_id))
    page = shown_text(web_app)
    assert "wrote first" in page
    assert "code by e-mail" in page
    assert "asked for a human" in page
    assert "waits in private 40 min" in page
    assert "rated 4 of 5" in page
    assert "cannot use the code" in page
    assert "by e-mail: nobody knows who wrote it" in page
    assert "automatic" in page
    assert "desde el correo &lt;b&gt;" in page
    screen.language("es")
    page = shown_text(screen.open("thread", case=reference_of(app, heard.case_id)))
    assert "código por correo" in page
    assert "por correo: no se sabe quién lo escribió" in page


def test_an_answer_in_the_room_ends_the_wait_and_the_wish_for_a_human(
    app: App, screen: Screen, heard: SeededMention
) -> None:
    screen.sign_in(add_staff(app))
    web_app = screen.open("thread", case=reference_of(app, heard.case_id))
    web_app.text_area(key="room-1").set_value("We are looking into it.")
    press(web_app, "say-room-1")
    with reading(app.engine) as session:
        assert session.get_one(RoomRow, 1).asked_human_at is None
        assert session.get_one(CareCaseRow, heard.case_id).private_waiting_since is None


def test_a_file_is_read_only_by_who_may_speak_and_each_reading_is_logged(app: App, heard: SeededMention) -> None:
    agent = add_staff(app, Role.AGENT)
    found = read_file(app, 1, actor=agent.actor, now=NOW)
    assert (found.name, found.content) == ("factura.txt", TEXT)
    with reading(app.engine) as session:
        newest = select(col(LedgerEntryRow.kind)).order_by(col(LedgerEntryRow.index).desc())
        assert session.execute(newest.limit(1)).scalar_one() == "agent:file:read"
    auditor = Actor(tag="agent:2", roles=frozenset({Role.COMPLIANCE}))
    for actor, file_id in ((auditor, 1), (agent.actor, 2)):
        with pytest.raises(RefusalError):
            read_file(app, file_id, actor=actor, now=NOW)
    with reading(app.engine) as session:
        subject = session.get_one(IdentityRow, heard.identity_id).subject
    app.encryption.erase(subject, actor=STEP, now=NOW)
    with pytest.raises(RefusalError):
        read_file(app, 1, actor=agent.actor, now=NOW)
