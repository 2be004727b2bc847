"""What is tracked of a person into public texts: their record, their rooms and messages, and what they published."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, select

from records.database import reading, writing
from records.tables.cases import CareCaseRow
from records.tables.listener import DirectMessageRow, MentionRevisionRow, MentionRow
from records.tables.people import CustomerRow, IdentityRow
from records.tables.room import RoomMessageRow, RoomRow
from service.delivery.guard import ProtectedValues, protected_values_of
from service.wiring.app import App, open_app
from tests.support.practice_home import practice_home, write_posts

MOMENT = datetime(2026, 9, 18, 12, tzinfo=UTC)


@dataclass
class Told:
    app: App
    mention_id: int


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    folder = tmp_path_factory.mktemp("tracked")
    with practice_home(folder / "home", posts=write_posts(folder / "posts.jsonl", count=2)) as world:
        app = open_app(world.settings)
        with writing(app.engine) as session:
            mention_id = _person_with_a_room(session, app)
        yield Told(app=app, mention_id=mention_id)
        app.close()


def _person_with_a_room(session: Session, app: App) -> int:
    (account_id, *_) = app.accounts
    person = IdentityRow(
        network="x", external_id="1", subject="s-1", handle="rosa_q", display_name="Rosa", biography="", reach=1,
        declared_bot=False, first_heard_at=MOMENT, last_heard_at=MOMENT,
    )  # fmt: skip
    session.add(person)
    session.flush()
    mention = MentionRow(
        network="x", external_id="10", kind="post", identity_id=person.id or 0, root_external_id="10", media_urls=[],
        revision=1, published_at=MOMENT, heard_at=MOMENT,
    )  # fmt: skip
    sealed = app.encryption.seal("c-1", {"name": "Rosa", "surname": "Berrocal", "email": "rosa@correo.example"})
    customer = CustomerRow(
        reference="CU-998877", subject="c-1", market="ES", segment="", contact_sealed=sealed.encode("ascii")
    )
    case = CareCaseRow(
        reference="AP-7788", identity_id=person.id or 0, brand="x", status="private", queue="care", priority="normal",
        opened_at=MOMENT,
    )  # fmt: skip
    session.add_all([mention, customer, case])
    session.flush()
    session.add(
        MentionRevisionRow(
            mention_id=mention.id or 0, revision=1, external_id="10", text="mi pedido 4471 no llega", text_digest="d",
            language_hint="es", heard_at=MOMENT,
        )
    )  # fmt: skip
    room = RoomRow(
        public_id="r-1", case_id=case.id or 0, account_id=account_id, mention_id=mention.id or 0,
        identity_id=person.id or 0, language="es", status="open", prepared_at=MOMENT,
        expires_at=MOMENT + timedelta(days=2), customer_id=customer.id,
    )  # fmt: skip
    session.add(room)
    session.flush()
    session.add(RoomMessageRow(room_id=room.id or 0, author="person", text="el cobro es de 45,90 €", said_at=MOMENT))
    session.add(
        RoomMessageRow(room_id=room.id or 0, author="agent", text="su caso AP-7788, vuelo IB4321", said_at=MOMENT)
    )
    session.add(
        DirectMessageRow(
            network="x", account_id=account_id, external_id="d1", conversation_id="c", identity_id=person.id or 0,
            outgoing=False, text="mi número es 998 877 123", sent_at=MOMENT, heard_at=MOMENT,
        )
    )  # fmt: skip
    session.flush()
    return mention.id or 0


def tracked(told: Told) -> ProtectedValues:
    with reading(told.app.engine) as session:
        return protected_values_of(session, told.app.encryption, mention_id=told.mention_id, market="ES")


def test_the_record_of_the_customer_is_known(told: Told) -> None:
    assert {"CU-998877", "Berrocal", "rosa@correo.example"} <= set(tracked(told).protected)


def test_what_was_said_in_rooms_and_messages_is_known(told: Told) -> None:
    known = tracked(told).protected
    assert {"45,90 €", "IB4321"} <= set(known)
    assert any("877 123" in value for value in known)


def test_the_tracking_reference_of_the_case_is_no_secret(told: Told) -> None:
    assert "AP-7788" not in tracked(told).protected


def test_the_person_s_own_posts_and_profile_are_published(told: Told) -> None:
    assert tracked(told).published == ("mi pedido 4471 no llega", "rosa_q", "Rosa")


def test_nothing_is_tracked_where_the_post_is_unknown(told: Told) -> None:
    with reading(told.app.engine) as session:
        assert protected_values_of(session, told.app.encryption, mention_id=10_000, market="ES") == ProtectedValues()
        assert session.exec(select(MentionRow)).first() is not None
