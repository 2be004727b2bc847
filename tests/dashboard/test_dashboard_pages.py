from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import dashboard
from dashboard.auth.request_context import RequestContext
from dashboard.pages.navigation import names_of_pages
from dashboard.wording.texts import wording_in
from records.database import writing
from records.enums import Role
from records.tables.service import AgentRow
from service.wiring.app import App
from tests.support.dashboard_data import NOW, Seeder, add_staff
from tests.support.screen import Screen, press, reference_of, shown_text

MAIN = str(Path(dashboard.__file__).parent / "script" / "main.py")


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ((Role.COMPLIANCE,), ["audit"]),  # compliance alone sees the audit alone
        ((Role.AGENT,), ["queue", "thread", "approvals"]),
        ((Role.MARKETING,), ["queue", "thread", "approvals", "marketing", "crisis", "pilots"]),
        ((Role.SUPERVISOR,), ["queue", "thread", "approvals", "marketing", "crisis", "pilots", "audit"]),
    ],
)
def test_each_role_sees_its_own_pages(app: App, roles: tuple[Role, ...], expected: list[str]) -> None:
    request = RequestContext(app=app, agent=add_staff(app, *roles), say=wording_in("en"), now=NOW)
    assert names_of_pages(request) == expected


def test_the_script_lies_alone() -> None:
    """Streamlit puts its folder on the search path, and would serve a folder `pages` beside it without our checks."""
    beside = {path.name for path in Path(MAIN).parent.iterdir()} - {"__pycache__"}
    assert beside == {"__init__.py", "main.py"}


def test_without_a_session_a_run_shows_nothing_but_the_way_to_sign_in(screen: Screen, seeder: Seeder) -> None:
    seeder.mention("a secret complaint")
    web_app = AppTest.from_file(MAIN, default_timeout=30).run()
    assert "a secret complaint" not in shown_text(web_app)
    assert "/sign-in" in shown_text(web_app)


def test_a_run_after_revocation_shows_nothing(app: App, screen: Screen, seeder: Seeder) -> None:
    seeder.mention("a secret complaint")
    screen.sign_in(add_staff(app))
    web_app = AppTest.from_file(MAIN, default_timeout=30).run()
    assert "a secret complaint" in shown_text(web_app)
    assert screen.agent is not None
    with writing(app.engine) as session:
        session.get_one(AgentRow, screen.agent.id).disabled_at = NOW
    assert "a secret complaint" not in shown_text(web_app.run())


def test_the_queue_says_why_each_one_waits_in_both_languages(app: App, screen: Screen, seeder: Seeder) -> None:
    seeder.mention("where is my card?", minutes_ago=42, reach=12345)
    screen.sign_in(add_staff(app))
    english = shown_text(screen.open("queue"))
    assert "waits 42 min" in english
    assert "due in 3 h 18 min" in english
    assert "12 345" in english
    screen.language("es")
    spanish = shown_text(screen.open("queue"))
    assert "espera 42 min" in spanish
    assert "En una crisis no se dice nada automáticamente." in spanish


def test_hostile_text_stays_text_on_every_page(app: App, screen: Screen, seeder: Seeder) -> None:
    hostile = '=HYPERLINK("http://x") <script>alert(1)</script> **b** \u202egnirts \x00\ud800'.replace("\ud800", "")
    heard = seeder.mention(hostile, handle="<b>eve</b>")
    seeder.draft(heard, "<i>hi</i>")
    screen.sign_in(add_staff(app))
    pages = [screen.open(page) for page in ("queue", "approvals", "marketing")]
    pages.append(screen.open("thread", case=reference_of(app, heard.case_id)))
    for web_app in pages:
        assert "<script>" not in shown_text(web_app)
        assert "<b>eve" not in shown_text(web_app)
        assert "<i>hi" not in shown_text(web_app)
        assert "\u202e" not in shown_text(web_app)
        assert not any("HYPERLINK" in markdown.value for markdown in web_app.markdown)


def test_controls_that_the_network_forbids_are_disabled_and_say_why(app: App, screen: Screen, seeder: Seeder) -> None:
    heard = seeder.mention("acme is bad", summoned=False)
    screen.sign_in(add_staff(app))
    web_app = screen.open("thread", case=reference_of(app, heard.case_id))
    assert web_app.text_area(key=f"answer-{heard.mention_id}").disabled
    assert web_app.button(key=f"send-answer-{heard.mention_id}").disabled
    assert any("mentioned or quoted" in text.value for text in web_app.text)
    assert web_app.button(key="act-invite").disabled
    assert web_app.button(key="act-invite").help


def test_a_thread_explains_itself_with_rule_facts_and_sources(app: App, screen: Screen, seeder: Seeder) -> None:
    heard = seeder.mention("@acme help")
    screen.sign_in(add_staff(app))
    page = shown_text(screen.open("thread", case=reference_of(app, heard.case_id)))
    for told in ("in-a-crisis", "In a crisis nothing is said automatically.", "crisis", "switch", "author.reach"):
        assert told in page


def test_an_unknown_case_is_said_to_be_unknown(app: App, screen: Screen) -> None:
    screen.sign_in(add_staff(app))
    assert screen.open("thread", case="AP-NOPE").warning


def test_the_log_is_verified_at_the_press_of_a_button(app: App, screen: Screen, seeder: Seeder) -> None:
    seeder.draft(seeder.mention("@acme help"), "hi")
    screen.sign_in(add_staff(app, Role.COMPLIANCE))
    web_app = screen.open("audit")
    press(web_app, "verify-log")
    assert web_app.success
