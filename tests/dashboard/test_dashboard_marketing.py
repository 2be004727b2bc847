"""What marketing sees: questions whether to hide, promotions that wait, the crisis switch, threads by queue."""

from __future__ import annotations

import pytest
from sqlalchemy import update
from sqlmodel import col

from records.database import reading, writing
from records.enums import Queue, Role
from records.tables.listener import MentionRow
from records.tables.replies import ReplyRow
from records.tables.service import DecisionRow
from service.brands.crisis_switch import brands_in_crisis
from service.wiring.app import App
from tests.support.dashboard_data import NOW, Seeder, add_staff
from tests.support.screen import Screen, press, reference_of, shown_text


@pytest.fixture
def marketing(app: App, screen: Screen) -> Screen:
    screen.sign_in(add_staff(app, Role.MARKETING))
    return screen


def test_a_question_whether_to_hide_stands_until_the_post_is_hidden(
    app: App, marketing: Screen, seeder: Seeder
) -> None:
    heard = seeder.mention("@acme <i>inútiles</i>", handle="rex")
    seeder.mention("@acme todo mal", handle="ana")
    with writing(app.engine) as session:
        asks = update(DecisionRow).where(col(DecisionRow.mention_id) == heard.mention_id)
        session.execute(asks.values(propose_hide=True, reasons=["Rule abuse: Only an insult."]))
    page = marketing.open("marketing")
    assert "Hide these posts? (1)" in [heading.value for heading in page.subheader]
    assert "@acme &lt;i&gt;inútiles&lt;/i&gt;" in shown_text(page)
    assert "Rule abuse: Only an insult." in shown_text(page)
    with writing(app.engine) as session:
        session.execute(update(MentionRow).values(hidden_at=NOW))
    assert not any(heading.value.startswith("Hide") for heading in marketing.open("marketing").subheader)


def test_a_draft_that_advertises_is_marked_and_can_be_approved_there(
    app: App, marketing: Screen, seeder: Seeder
) -> None:
    reply_id = seeder.draft(seeder.mention("@acme ¿qué tarjeta me conviene?"), "La Viajera. Publicidad.")
    assert "promotion" not in shown_text(marketing.open("marketing"))
    with writing(app.engine) as session:
        session.execute(update(ReplyRow).values(promotion=True))
    page = marketing.open("marketing")
    assert '<span class="chip near">promotion</span>' in shown_text(page)
    press(page, f"marketing-approve-{reply_id}")
    with reading(app.engine) as session:
        assert session.get_one(ReplyRow, reply_id).status == "approved"


def test_the_crisis_switch_is_at_hand(app: App, marketing: Screen) -> None:
    page = marketing.open("marketing")
    page.text_area(key="crisis-reason-acme").input("Web caída").run()
    press(page, "declare-acme")
    with reading(app.engine) as session:
        assert brands_in_crisis(session) == {"acme"}


def test_threads_can_be_looked_at_by_queue(app: App, marketing: Screen, seeder: Seeder) -> None:
    flagged = seeder.mention("@acme nos suplantan", handle="eva", queue=Queue.MARKETING)
    other = seeder.mention("@acme una queja", handle="tom", p_negative=0.9, reach=9_000)
    references = {each: reference_of(app, each.case_id) for each in (flagged, other)}
    page = marketing.open("marketing")
    keys = [button.key for button in page.button]
    assert f"marketing-{references[flagged]}" in keys
    page.session_state["marketing-queue"] = Queue.MARKETING
    page.run()
    assert not page.exception
    keys = [button.key for button in page.button]
    assert f"marketing-{references[flagged]}" in keys
    assert f"marketing-{references[other]}" not in keys
