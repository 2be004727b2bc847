from __future__ import annotations

from datetime import timedelta

from sqlmodel import col, select

from records.database import reading, writing
from records.enums import Queue
from records.tables.cases import CareCaseRow
from records.tables.ledger import LedgerEntryRow
from records.tables.replies import ReplyRow
from room import lifecycle
from service.desk import acts
from service.wiring.app import App
from tests.support.dashboard_data import NOW, STEP, Seeder, add_staff
from tests.support.screen import Screen, press, reference_of, shown_text


def test_an_answer_written_in_the_thread_goes_to_the_outbox(app: App, screen: Screen, seeder: Seeder) -> None:
    heard = seeder.mention("@acme when do you open?")
    screen.sign_in(add_staff(app))
    web_app = screen.open("thread", case=reference_of(app, heard.case_id))
    field = f"answer-{heard.mention_id}"
    web_app.text_area(key=field).set_value("Hello @ana, we open at nine.")
    press(web_app, f"send-{field}")
    assert [message.value for message in web_app.success]
    with reading(app.engine) as session:
        (reply,) = session.exec(select(ReplyRow))
    assert (reply.text, reply.status, reply.author) == ("Hello @ana, we open at nine.", "approved", "agent:1")
    assert web_app.text_area(key=field).value == ""


def test_what_the_guard_refuses_is_told_and_the_words_are_kept(app: App, screen: Screen, seeder: Seeder) -> None:
    heard = seeder.mention("@acme when do you open?")
    screen.sign_in(add_staff(app))
    screen.language("es")
    web_app = screen.open("thread", case=reference_of(app, heard.case_id))
    field = f"answer-{heard.mention_id}"
    web_app.text_area(key=field).set_value("Your IBAN ES9121000418450200051332 is fine.")
    press(web_app, f"send-{field}")
    assert "Este texto no puede salir" in web_app.error[0].value
    assert "ES91" not in web_app.error[0].value
    assert web_app.text_area(key=field).value.startswith("Your IBAN")
    with reading(app.engine) as session:
        assert session.exec(select(ReplyRow)).first() is None


def test_a_waiting_text_is_approved_in_one_click(app: App, screen: Screen, seeder: Seeder) -> None:
    reply_id = seeder.draft(seeder.mention("@acme when do you open?"), "Hello @ana, we open at nine.")
    screen.sign_in(add_staff(app))
    press(screen.open("approvals"), f"approvals-approve-{reply_id}")
    with reading(app.engine) as session:
        assert session.get_one(ReplyRow, reply_id).status == "approved"


def test_a_text_that_changed_while_it_was_read_is_not_approved(app: App, screen: Screen, seeder: Seeder) -> None:
    reply_id = seeder.draft(seeder.mention("@acme when do you open?"), "Hello @ana, we open at nine.")
    screen.sign_in(add_staff(app))
    web_app = screen.open("approvals")
    with writing(app.engine) as session:
        session.get_one(ReplyRow, reply_id).text = "Something else."
    press(web_app, f"approvals-approve-{reply_id}")
    assert web_app.error
    with reading(app.engine) as session:
        assert session.get_one(ReplyRow, reply_id).status == "draft"


def test_a_text_is_withheld_only_with_a_reason(app: App, screen: Screen, seeder: Seeder) -> None:
    reply_id = seeder.draft(seeder.mention("@acme when do you open?"), "Hello @ana, we open at nine.")
    screen.sign_in(add_staff(app))
    web_app = press(screen.open("approvals"), f"do-approvals-reason-{reply_id}")
    assert web_app.error
    web_app.text_input(key=f"approvals-reason-{reply_id}").set_value("answered by phone")
    press(web_app, f"do-approvals-reason-{reply_id}")
    with reading(app.engine) as session:
        row = session.get_one(ReplyRow, reply_id)
    assert (row.status, row.reason) == ("withheld", "answered by phone")


def test_a_revised_text_waits_again_under_its_new_author(app: App, screen: Screen, seeder: Seeder) -> None:
    reply_id = seeder.draft(seeder.mention("@acme when do you open?"), "Hello @ana, we open at nine.")
    screen.sign_in(add_staff(app))
    web_app = screen.open("approvals")
    web_app.text_area(key=f"approvals-revise-{reply_id}").set_value("Hello @ana, at ten.")
    press(web_app, f"do-approvals-revise-{reply_id}")
    with reading(app.engine) as session:
        row = session.get_one(ReplyRow, reply_id)
    assert (row.text, row.status, row.author) == ("Hello @ana, at ten.", "draft", "agent:1")


def test_a_case_is_taken_handed_over_and_closed(app: App, screen: Screen, seeder: Seeder) -> None:
    heard = seeder.mention("@acme when do you open?")
    screen.sign_in(add_staff(app))
    web_app = press(screen.open("thread", case=reference_of(app, heard.case_id)), "act-claim")
    with reading(app.engine) as session:
        assert session.get_one(CareCaseRow, heard.case_id).assignee_id == 1
    press(web_app, f"hand-over-{heard.case_id}")
    assert "note" in web_app.error[0].value
    web_app.text_area(key=f"note-{heard.case_id}").set_value("she waits for the branch")
    press(web_app, f"hand-over-{heard.case_id}")
    with reading(app.engine) as session:
        case = session.get_one(CareCaseRow, heard.case_id)
        assert (case.assignee_id, case.handed_over_note) == (None, "she waits for the branch")
    assert "she waits for the branch" in shown_text(screen.open("queue"))
    press(web_app, "act-close")
    with reading(app.engine) as session:
        assert session.get_one(CareCaseRow, heard.case_id).closed_at == NOW


def test_a_case_that_went_private_owes_a_closing_line_which_is_proposed(
    app: App, screen: Screen, seeder: Seeder
) -> None:
    heard = seeder.mention("@acme when do you open?")
    with writing(app.engine) as session:
        session.get_one(CareCaseRow, heard.case_id).status = "private"
    screen.sign_in(add_staff(app))
    web_app = screen.open("thread", case=reference_of(app, heard.case_id))
    assert web_app.button(key="act-close").disabled
    assert "@ana" in web_app.text_area(key=f"closing-{heard.case_id}").value
    press(web_app, f"send-closing-{heard.case_id}")
    with reading(app.engine) as session:
        (reply,) = session.exec(select(ReplyRow))
    assert (reply.slot, reply.status) == ("closing", "approved")


def test_an_agent_answers_in_the_room_from_the_thread(app: App, screen: Screen, seeder: Seeder) -> None:
    heard = seeder.mention("@acme help")
    with writing(app.engine) as session:
        room = lifecycle.prepare_room(
            session,
            case_id=heard.case_id,
            account_id=seeder.account_id,
            mention_id=heard.mention_id,
            identity_id=heard.identity_id,
            language="en",
            lifetime=timedelta(hours=48),
            actor=STEP,
            now=NOW,
        )
        session.flush()
        room_id = room.id
    screen.sign_in(add_staff(app))
    web_app = screen.open("thread", case=reference_of(app, heard.case_id))
    web_app.text_area(key=f"room-{room_id}").set_value("We are looking into it.")
    press(web_app, f"say-room-{room_id}")
    assert "We are looking into it." in shown_text(web_app)


def test_a_sealed_field_opens_on_request_and_the_log_says_who_opened_it(
    app: App, screen: Screen, seeder: Seeder
) -> None:
    heard = seeder.mention("@acme help")
    agent = add_staff(app)
    acts.hand_over(app, heard.case_id, note="private note", queue=Queue.CARE, actor=agent.actor, now=NOW)
    with reading(app.engine) as session:
        sealed = [row for row in session.exec(select(LedgerEntryRow)) if '"sealed":"v1.' in row.body]
    screen.sign_in(agent)
    web_app = screen.open("audit")
    assert "private note" not in shown_text(web_app)
    press(web_app, f"unseal-{sealed[-1].index}")
    assert "private note" in shown_text(web_app)
    with reading(app.engine) as session:
        last = session.exec(select(LedgerEntryRow).order_by(col(LedgerEntryRow.index).desc())).first()
    assert last is not None
    assert last.kind == "agent:entry:unsealed"
