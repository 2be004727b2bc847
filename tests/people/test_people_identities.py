"""One row an author and network, refreshed by what is heard."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from people.identities import upsert_authors
from records.database import reading, writing
from records.models import Actor, Author
from records.tables.people import IdentityRow

STEP = Actor(tag="step:listen")
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
ANA = Author(external_id="1", handle="ana", display_name="Ana", biography="Viajo.", reach=120)


def heard(engine: Engine, *authors: Author, network: str = "x", now: datetime = NOW) -> dict[str, int]:
    with writing(engine) as session:
        return upsert_authors(session, network=network, authors=authors, actor=STEP, now=now)


def row(engine: Engine, external_id: str = "1") -> dict[str, object]:
    with reading(engine) as session:
        query = select(IdentityRow).where(col(IdentityRow.external_id) == external_id)
        return session.exec(query).one().model_dump()


def test_an_author_is_one_identity_however_often_heard(engine: Engine) -> None:
    first = heard(engine, ANA, ANA)
    assert heard(engine, ANA) == first
    assert row(engine)["id"] == first["1"]


def test_the_same_id_on_another_network_is_somebody_else(engine: Engine) -> None:
    assert heard(engine, ANA)["1"] != heard(engine, ANA, network="facebook")["1"]


def test_a_new_handle_and_reach_replace_the_old_and_the_subject_stays(engine: Engine) -> None:
    heard(engine, ANA)
    before = row(engine)
    heard(engine, Author(external_id="1", handle="anna", reach=5), now=NOW + timedelta(hours=1))
    after = row(engine)
    assert (after["handle"], after["reach"], after["subject"]) == ("anna", 5, before["subject"])
    assert (after["first_heard_at"], after["last_heard_at"]) == (NOW, NOW + timedelta(hours=1))


def test_what_a_network_leaves_empty_keeps_its_last_known_value(engine: Engine) -> None:
    heard(engine, ANA)
    heard(engine, Author(external_id="1", handle=""))
    heard(engine, ANA, Author(external_id="1", handle=""))
    after = row(engine)
    assert (after["handle"], after["display_name"], after["biography"], after["reach"]) == ("ana", "Ana", "Viajo.", 120)


def test_a_bot_once_declared_stays_one(engine: Engine) -> None:
    heard(engine, Author(external_id="1", handle="bot", declared_bot=True))
    heard(engine, Author(external_id="1", handle="bot"))
    assert row(engine)["declared_bot"] is True


def test_a_page_read_late_does_not_set_the_last_hearing_back(engine: Engine) -> None:
    heard(engine, ANA, now=NOW)
    heard(engine, ANA, now=NOW - timedelta(days=1))
    assert row(engine)["last_heard_at"] == NOW


def test_of_an_erased_person_nothing_is_written_again(engine: Engine) -> None:
    heard(engine, ANA)
    with writing(engine) as session:
        erased = session.exec(select(IdentityRow)).one()
        erased.handle, erased.display_name, erased.biography, erased.erased_at = "", "", "", NOW
        session.add(erased)
    assert heard(engine, ANA, now=NOW + timedelta(days=1)) == {"1": row(engine)["id"]}
    after = row(engine)
    assert (after["handle"], after["biography"], after["last_heard_at"]) == ("", "", NOW)


def test_a_name_that_no_database_stores_is_made_storable(engine: Engine) -> None:
    heard(engine, Author(external_id="1", handle="a\x00b", display_name="\ud800\u202e", biography="=HYPERLINK(\x00"))
    after = row(engine)
    assert (after["handle"], after["display_name"], after["biography"]) == (
        "a\ufffdb",
        "\ufffd\u202e",
        "=HYPERLINK(\ufffd",
    )


def test_subjects_are_random_and_say_nothing_about_the_person(engine: Engine) -> None:
    heard(engine, *(Author(external_id=str(number), handle=f"h{number}") for number in range(50)))
    with reading(engine) as session:
        subjects = set(session.exec(select(col(IdentityRow.subject))).all())
    assert len(subjects) == 50
    assert all(len(subject) == 32 for subject in subjects)


@pytest.mark.parametrize("many", [0, 1, 2500])
def test_any_number_of_authors_is_known_at_once(engine: Engine, many: int) -> None:
    authors = [Author(external_id=str(number), handle=f"h{number}") for number in range(many)]
    ids = heard(engine, *authors)
    assert set(ids) == {author.external_id for author in authors}
    assert len(set(ids.values())) == many
