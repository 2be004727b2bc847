from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from dashboard_square import NOW, STEP, Square, employ, token_of
from sqlmodel import col, select
from streamlit.testing.v1 import AppTest

import dashboard
from dashboard.navigation_page import names_of_pages
from dashboard.registry import FrontDesk
from dashboard.visit import Visit
from dashboard.wording import wording_in
from records.database import reading, writing
from records.nouns import Queue, Role
from records.tables.cases import CareCaseRow
from records.tables.ledger import LedgerEntryRow
from records.tables.replies import ReplyRow
from records.tables.service import AgentRow
from room import rooms
from service import desk
from service.agents import Agent
from service.house import House

MAIN = str(Path(dashboard.__file__).parent / "main_page.py")


class Screen:
    """One page as one agent sees it, in one language."""

    def __init__(self, front_desk: FrontDesk, patch: pytest.MonkeyPatch) -> None:
        self._front_desk, self._patch = front_desk, patch
        self.agent: Agent | None = None
        self.language("en")

    def sign_in(self, agent: Agent) -> None:
        self.agent = agent
        token = token_of(self._front_desk, agent)
        self._patch.setattr("dashboard.visit.session_token", lambda: token)

    def language(self, language: str) -> None:
        self._patch.setattr("dashboard.visit.chosen_language", lambda: language)

    def open(self, page: str, **address: str) -> AppTest:
        def run(module: str, function: str) -> None:
            import importlib  # noqa: PLC0415 - this function becomes a script of its own

            getattr(importlib.import_module(module), function)()

        app = AppTest.from_function(run, args=(f"dashboard.{page}_page", page), default_timeout=30)
        for name, value in address.items():
            app.query_params[name] = value
        app.run()
        assert not app.exception
        return app


def said(app: AppTest) -> str:
    return " ".join(element.proto.body for element in app.get("html"))


def press(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click().run()
    assert not app.exception
    return app


@pytest.fixture
def screen(front_desk: FrontDesk, monkeypatch: pytest.MonkeyPatch) -> Screen:
    monkeypatch.setattr("dashboard.visit.session_token", lambda: None)
    return Screen(front_desk, monkeypatch)


def reference_of(house: House, case_id: int) -> str:
    with reading(house.engine) as session:
        return session.get_one(CareCaseRow, case_id).reference


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ((Role.COMPLIANCE,), ["audit"]),  # compliance alone sees the audit alone
        ((Role.AGENT,), ["queue", "thread", "approvals"]),
        ((Role.MARKETING,), ["queue", "thread", "approvals", "marketing"]),
        ((Role.SUPERVISOR,), ["queue", "thread", "approvals", "marketing", "audit"]),
    ],
)
def test_each_role_sees_its_own_pages(house: House, roles: tuple[Role, ...], expected: list[str]) -> None:
    visit = Visit(house=house, agent=employ(house, *roles), say=wording_in("en"), now=NOW)
    assert names_of_pages(visit) == expected


def test_without_a_session_a_run_shows_nothing_but_the_way_to_sign_in(screen: Screen, square: Square) -> None:
    square.hear("a secret complaint")
    app = AppTest.from_file(MAIN, default_timeout=30).run()
    assert "a secret complaint" not in said(app)
    assert "/sign-in" in said(app)


def test_a_run_after_revocation_shows_nothing(house: House, screen: Screen, square: Square) -> None:
    square.hear("a secret complaint")
    screen.sign_in(employ(house))
    app = AppTest.from_file(MAIN, default_timeout=30).run()
    assert "a secret complaint" in said(app)
    assert screen.agent is not None
    with writing(house.engine) as session:
        session.get_one(AgentRow, screen.agent.id).disabled_at = NOW
    assert "a secret complaint" not in said(app.run())


def test_the_queue_says_why_each_one_waits_in_both_languages(house: House, screen: Screen, square: Square) -> None:
    square.hear("where is my card?", minutes_ago=42, reach=12345)
    screen.sign_in(employ(house))
    english = said(screen.open("queue"))
    assert "waits 42 min" in english
    assert "due in 3 h 18 min" in english
    assert "12 345" in english
    screen.language("es")
    spanish = said(screen.open("queue"))
    assert "espera 42 min" in spanish
    assert "En una crisis no se dice nada automáticamente." in spanish


def test_hostile_text_stays_text_on_every_page(house: House, screen: Screen, square: Square) -> None:
    hostile = '=HYPERLINK("http://x") <script>alert(1)</script> **b** \u202egnirts \x00\ud800'.replace("\ud800", "")
    heard = square.hear(hostile, handle="<b>eve</b>")
    square.draft(heard, "<i>hi</i>")
    screen.sign_in(employ(house))
    pages = [screen.open(page) for page in ("queue", "approvals", "marketing")]
    pages.append(screen.open("thread", case=reference_of(house, heard.case_id)))
    for app in pages:
        assert "<script>" not in said(app)
        assert "<b>eve" not in said(app)
        assert "<i>hi" not in said(app)
        assert "\u202e" not in said(app)
        assert not any("HYPERLINK" in markdown.value for markdown in app.markdown)


def test_an_answer_written_in_the_thread_goes_to_the_outbox(house: House, screen: Screen, square: Square) -> None:
    heard = square.hear("@acme when do you open?")
    screen.sign_in(employ(house))
    app = screen.open("thread", case=reference_of(house, heard.case_id))
    field = f"answer-{heard.mention_id}"
    app.text_area(key=field).set_value("Hello @ana, we open at nine.")
    press(app, f"send-{field}")
    assert [message.value for message in app.success]
    with reading(house.engine) as session:
        (reply,) = session.exec(select(ReplyRow))
    assert (reply.text, reply.status, reply.author) == ("Hello @ana, we open at nine.", "approved", "agent:1")
    assert app.text_area(key=field).value == ""


def test_what_the_guard_refuses_is_told_and_the_words_are_kept(house: House, screen: Screen, square: Square) -> None:
    heard = square.hear("@acme when do you open?")
    screen.sign_in(employ(house))
    screen.language("es")
    app = screen.open("thread", case=reference_of(house, heard.case_id))
    field = f"answer-{heard.mention_id}"
    app.text_area(key=field).set_value("Your IBAN ES9121000418450200051332 is fine.")
    press(app, f"send-{field}")
    assert "Este texto no puede salir" in app.error[0].value
    assert "ES91" not in app.error[0].value
    assert app.text_area(key=field).value.startswith("Your IBAN")
    with reading(house.engine) as session:
        assert session.exec(select(ReplyRow)).first() is None


def test_controls_that_the_network_forbids_are_disabled_and_say_why(
    house: House, screen: Screen, square: Square
) -> None:
    heard = square.hear("acme is bad", summoned=False)
    screen.sign_in(employ(house))
    app = screen.open("thread", case=reference_of(house, heard.case_id))
    assert app.text_area(key=f"answer-{heard.mention_id}").disabled
    assert app.button(key=f"send-answer-{heard.mention_id}").disabled
    assert any("mentioned or quoted" in text.value for text in app.text)
    assert app.button(key="act-invite").disabled
    assert app.button(key="act-invite").help


def test_a_waiting_text_is_approved_in_one_click(house: House, screen: Screen, square: Square) -> None:
    reply_id = square.draft(square.hear("@acme when do you open?"), "Hello @ana, we open at nine.")
    screen.sign_in(employ(house))
    press(screen.open("approvals"), f"approvals-approve-{reply_id}")
    with reading(house.engine) as session:
        assert session.get_one(ReplyRow, reply_id).status == "approved"


def test_a_text_that_changed_while_it_was_read_is_not_approved(house: House, screen: Screen, square: Square) -> None:
    reply_id = square.draft(square.hear("@acme when do you open?"), "Hello @ana, we open at nine.")
    screen.sign_in(employ(house))
    app = screen.open("approvals")
    with writing(house.engine) as session:
        session.get_one(ReplyRow, reply_id).text = "Something else."
    press(app, f"approvals-approve-{reply_id}")
    assert app.error
    with reading(house.engine) as session:
        assert session.get_one(ReplyRow, reply_id).status == "draft"


def test_a_text_is_withheld_only_with_a_reason(house: House, screen: Screen, square: Square) -> None:
    reply_id = square.draft(square.hear("@acme when do you open?"), "Hello @ana, we open at nine.")
    screen.sign_in(employ(house))
    app = press(screen.open("approvals"), f"do-approvals-reason-{reply_id}")
    assert app.error
    app.text_input(key=f"approvals-reason-{reply_id}").set_value("answered by phone")
    press(app, f"do-approvals-reason-{reply_id}")
    with reading(house.engine) as session:
        row = session.get_one(ReplyRow, reply_id)
    assert (row.status, row.reason) == ("withheld", "answered by phone")


def test_a_revised_text_waits_again_under_its_new_author(house: House, screen: Screen, square: Square) -> None:
    reply_id = square.draft(square.hear("@acme when do you open?"), "Hello @ana, we open at nine.")
    screen.sign_in(employ(house))
    app = screen.open("approvals")
    app.text_area(key=f"approvals-revise-{reply_id}").set_value("Hello @ana, at ten.")
    press(app, f"do-approvals-revise-{reply_id}")
    with reading(house.engine) as session:
        row = session.get_one(ReplyRow, reply_id)
    assert (row.text, row.status, row.author) == ("Hello @ana, at ten.", "draft", "agent:1")


def test_a_case_is_taken_handed_over_and_closed(house: House, screen: Screen, square: Square) -> None:
    heard = square.hear("@acme when do you open?")
    screen.sign_in(employ(house))
    app = press(screen.open("thread", case=reference_of(house, heard.case_id)), "act-claim")
    with reading(house.engine) as session:
        assert session.get_one(CareCaseRow, heard.case_id).assignee_id == 1
    press(app, f"hand-over-{heard.case_id}")
    assert "note" in app.error[0].value
    app.text_area(key=f"note-{heard.case_id}").set_value("she waits for the branch")
    press(app, f"hand-over-{heard.case_id}")
    with reading(house.engine) as session:
        case = session.get_one(CareCaseRow, heard.case_id)
        assert (case.assignee_id, case.handed_over_note) == (None, "she waits for the branch")
    assert "she waits for the branch" in said(screen.open("queue"))
    press(app, "act-close")
    with reading(house.engine) as session:
        assert session.get_one(CareCaseRow, heard.case_id).closed_at == NOW


def test_a_case_that_went_private_owes_a_closing_line_which_is_proposed(
    house: House, screen: Screen, square: Square
) -> None:
    heard = square.hear("@acme when do you open?")
    with writing(house.engine) as session:
        session.get_one(CareCaseRow, heard.case_id).status = "private"
    screen.sign_in(employ(house))
    app = screen.open("thread", case=reference_of(house, heard.case_id))
    assert app.button(key="act-close").disabled
    assert "@ana" in app.text_area(key=f"closing-{heard.case_id}").value
    press(app, f"send-closing-{heard.case_id}")
    with reading(house.engine) as session:
        (reply,) = session.exec(select(ReplyRow))
    assert (reply.slot, reply.status) == ("closing", "approved")


def test_an_agent_answers_in_the_room_from_the_thread(house: House, screen: Screen, square: Square) -> None:
    heard = square.hear("@acme help")
    with writing(house.engine) as session:
        room = rooms.prepare(
            session,
            case_id=heard.case_id,
            account_id=square.account_id,
            mention_id=heard.mention_id,
            identity_id=heard.identity_id,
            language="en",
            lifetime=timedelta(hours=48),
            actor=STEP,
            now=NOW,
        )
        session.flush()
        room_id = room.id
    screen.sign_in(employ(house))
    app = screen.open("thread", case=reference_of(house, heard.case_id))
    app.text_area(key=f"room-{room_id}").set_value("We are looking into it.")
    press(app, f"say-room-{room_id}")
    assert "We are looking into it." in said(app)


def test_a_thread_explains_itself_with_rule_facts_and_sources(house: House, screen: Screen, square: Square) -> None:
    heard = square.hear("@acme help")
    screen.sign_in(employ(house))
    page = said(screen.open("thread", case=reference_of(house, heard.case_id)))
    for told in ("in-a-crisis", "In a crisis nothing is said automatically.", "crisis", "switch", "author.reach"):
        assert told in page


def test_an_unknown_case_is_said_to_be_unknown(house: House, screen: Screen) -> None:
    screen.sign_in(employ(house))
    assert screen.open("thread", case="AP-NOPE").warning


def test_a_sealed_field_opens_on_request_and_the_log_says_who_opened_it(
    house: House, screen: Screen, square: Square
) -> None:
    heard = square.hear("@acme help")
    agent = employ(house)
    desk.hand_over(house, heard.case_id, note="private note", queue=Queue.CARE, actor=agent.actor, now=NOW)
    with reading(house.engine) as session:
        sealed = [row for row in session.exec(select(LedgerEntryRow)) if '"sealed":"v1.' in row.body]
    screen.sign_in(agent)
    app = screen.open("audit")
    assert "private note" not in said(app)
    press(app, f"unseal-{sealed[-1].index}")
    assert "private note" in said(app)
    with reading(house.engine) as session:
        last = session.exec(select(LedgerEntryRow).order_by(col(LedgerEntryRow.index).desc())).first()
    assert last is not None
    assert last.kind == "agent:entry:unsealed"


def test_the_log_is_verified_at_the_press_of_a_button(house: House, screen: Screen, square: Square) -> None:
    square.draft(square.hear("@acme help"), "hi")
    screen.sign_in(employ(house, Role.COMPLIANCE))
    app = screen.open("audit")
    press(app, "verify-log")
    assert app.success
