"""How the private side of a case looks to an agent, and how they end the matter."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlmodel import col
from streamlit.testing.v1 import AppTest

from cases.clocks import went_private
from cases.private_side import set_private_state, waits_in_private
from dashboard.reads.queue import QueueFilter, next_case, queued_cases
from networks.x.network import XNetwork
from records.database import reading, writing
from records.enums import PrivateState, Role
from records.models import Permissions
from records.tables.cases import CareCaseRow
from records.tables.replies import ReplyRow
from records.tables.service import DecisionRow
from service.wiring.app import App
from tests.support.dashboard_data import NOW, STEP, SeededMention, Seeder, add_staff
from tests.support.screen import Screen, press, reference_of, shown_text

HIDEABLE = Permissions(reply=True, private_message=True, hide=True)


@pytest.fixture
def aside(app: App, seeder: Seeder) -> SeededMention:
    """Somebody whose matter went private."""
    heard = seeder.mention("@acme no me llega el pedido", handle="eva")
    with writing(app.engine) as session:
        went_private(session, heard.case_id, actor=STEP, now=NOW)
        set_private_state(session, [heard.case_id], PrivateState.OPEN, actor=STEP, now=NOW)
    return heard


@pytest.fixture
def thread(app: App, screen: Screen, aside: SeededMention) -> AppTest:
    screen.sign_in(add_staff(app, Role.AGENT))
    return screen.open("thread", case=reference_of(app, aside.case_id))


def test_the_queue_and_the_thread_show_how_long_somebody_waits_in_private(
    app: App, screen: Screen, aside: SeededMention
) -> None:
    with writing(app.engine) as session:
        waits_in_private(session, aside.case_id, NOW - timedelta(minutes=75))
    screen.sign_in(add_staff(app, Role.AGENT))
    for page in (screen.open("queue"), screen.open("thread", case=reference_of(app, aside.case_id))):
        assert "talks in private" in shown_text(page)
        assert '<span class="chip late">waits in private 1 h 15 min</span>' in shown_text(page)
    screen.language("es")
    assert "espera en privado 1 h 15 min" in shown_text(screen.open("queue"))


def test_who_waits_in_private_is_served_before_who_waits_without_haste(
    app: App, seeder: Seeder, aside: SeededMention
) -> None:
    other = seeder.mention("@acme hola", handle="tom", minutes_ago=1)
    with writing(app.engine) as session:
        waits_in_private(session, aside.case_id, NOW - timedelta(minutes=50))
        order = [each.id for each in queued_cases(session, QueueFilter(), now=NOW).cases]
        assert order == [aside.case_id, other.case_id]
        assert next_case(session, after=other.case_id, agent_id=1, now=NOW) == reference_of(app, aside.case_id)


def test_marking_solved_shows_the_line_first_and_lets_a_person_send_it_on_x(
    app: App, screen: Screen, thread: AppTest, aside: SeededMention
) -> None:
    line = next(text.value for text in thread.text if "privad" in text.value or "private" in text.value)
    page = press(thread, f"solve-{aside.case_id}")
    assert page.success[0].value.startswith("Solved\\. The closing line waits for you")
    with reading(app.engine) as session:
        reply = session.execute(select(ReplyRow).where(col(ReplyRow.slot) == "closing")).scalar_one()
    assert (reply.status, reply.text) == ("draft", line)
    assert "X: a person sends closing lines." in shown_text(page)
    assert "closing line due in 1 d 0 h" in shown_text(page)
    assert "solved in private" in shown_text(page)
    screen.language("es")
    again = screen.open("thread", case=reference_of(app, aside.case_id))
    assert "X: las frases de cierre las envía una persona." in shown_text(again)
    assert f"solve-{aside.case_id}" not in [button.key for button in again.button]


def test_an_overdue_closing_line_is_late(app: App, screen: Screen, aside: SeededMention) -> None:
    with writing(app.engine) as session:
        session.execute(update(CareCaseRow).values(close_by=NOW - timedelta(minutes=5)))
    screen.sign_in(add_staff(app, Role.AGENT))
    assert '<span class="chip late">closing line late by 5 min</span>' in shown_text(screen.open("queue"))


def test_who_declined_is_shown_so_with_what_to_do_in_both_languages(
    app: App, screen: Screen, aside: SeededMention
) -> None:
    with writing(app.engine) as session:
        set_private_state(session, [aside.case_id], PrivateState.DECLINED, actor=STEP, now=NOW)
    screen.sign_in(add_staff(app, Role.AGENT))
    assert "declined the room" in shown_text(screen.open("queue"))
    screen.language("es")
    page = screen.open("queue")
    assert "rechazó la sala" in shown_text(page)
    assert "La persona rechazó la sala privada: sigue en público" in shown_text(page)


def test_a_proposed_hide_is_a_question_with_its_reason_and_a_button(
    app: App, screen: Screen, seeder: Seeder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(XNetwork, "permissions", lambda *_, **__: HIDEABLE)
    heard = seeder.mention("@acme sois unos inútiles", handle="rex")
    screen.sign_in(add_staff(app, Role.AGENT))
    address = {"case": reference_of(app, heard.case_id)}
    assert "Should this post be hidden?" not in shown_text(screen.open("thread", **address))
    with writing(app.engine) as session:
        session.execute(update(DecisionRow).values(propose_hide=True))
    page = screen.open("thread", **address)
    assert "Should this post be hidden?" in shown_text(page)
    assert "In a crisis nothing is said automatically." in shown_text(page)
    press(page, "act-propose-hide")
    with reading(app.engine) as session:
        act = session.execute(select(ReplyRow).where(col(ReplyRow.act) == "hide")).scalar_one()
    assert (act.mention_id, act.status) == (heard.mention_id, "approved")
