"""What a thread says of what is permitted, what it costs and what is paused; doubts, outages and copies."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from dashboard.reads.queue import QueueFilter, queued_cases
from dashboard.wording.formats import format_dollars
from dashboard.wording.texts import wording_in
from networks.meta.permissions import facebook_permissions
from networks.protocol import ReplyContext
from records.database import reading, writing
from records.enums import Act, Priority, ReplyStatus
from records.models import Permissions
from records.tables.cases import CareCaseRow
from records.tables.listener import AccountHealthRow, MentionRevisionRow, MentionRow
from records.tables.replies import ReplyRow
from replies.lifecycle import CANNOT_TELL
from service.wiring.app import App
from tests.support.dashboard_data import NOW, SeededMention, Seeder, add_staff
from tests.support.screen import Screen, press, reference_of, shown_text


class Page:
    """A network with a page's rules; it is asked for nothing else."""

    def permissions(self, standing: ReplyContext, *, now: datetime) -> Permissions:
        comment = ReplyContext(
            external_id=standing.external_id,
            mentions_us=True,
            person_wrote_first=False,
            root_is_ours=True,
            published_at=standing.published_at,
            kind="comment",
            hidden=standing.hidden,
            private_reply_used=standing.private_reply_used,
        )
        return facebook_permissions(comment, page_id="77", now=now)


@pytest.fixture
def page(app: App, seeder: Seeder, monkeypatch: pytest.MonkeyPatch) -> None:
    fake: Any = Page()
    networks: Any = app.networks
    monkeypatch.setitem(networks, seeder.account_id, fake)


def thread(screen: Screen, app: App, heard: SeededMention) -> Any:
    return screen.open("thread", case=reference_of(app, heard.case_id))


@pytest.mark.usefixtures("page")
def test_a_thread_says_what_is_permitted_until_when(app: App, screen: Screen, seeder: Seeder) -> None:
    heard = seeder.mention("@acme help", minutes_ago=7 * 24 * 60 - 60)
    screen.sign_in(add_staff(app))
    page = shown_text(thread(screen, app, heard))
    assert "private reply" in page
    assert "until 15:00 (1 h 00 min left)" in page
    assert "may be hidden" in page
    screen.language("es")
    assert "respuesta privada" in shown_text(thread(screen, app, heard))


def test_a_thread_says_what_an_answer_costs(app: App, screen: Screen, seeder: Seeder) -> None:
    heard = seeder.mention("@acme help")
    screen.sign_in(add_staff(app))
    assert "public answer · $0.01" in shown_text(thread(screen, app, heard))


@pytest.mark.usefixtures("page")
def test_a_private_reply_written_in_the_thread_goes_to_the_comment(app: App, screen: Screen, seeder: Seeder) -> None:
    heard = seeder.mention("@acme when do you open?")
    screen.sign_in(add_staff(app))
    web_app = thread(screen, app, heard)
    field = f"message-{heard.mention_id}"
    web_app.text_area(key=field).set_value("Hello @ana, we open at nine.")
    press(web_app, f"send-{field}")
    with reading(app.engine) as session:
        (reply,) = session.exec(select(ReplyRow))
        mention = session.get_one(MentionRow, heard.mention_id)
    assert (reply.act, reply.target_external_id) == (Act.PRIVATE_REPLY, mention.external_id)
    assert web_app.text_area(key=field).disabled


@pytest.mark.usefixtures("page")
def test_a_post_is_hidden_from_its_thread_and_shown_again(app: App, screen: Screen, seeder: Seeder) -> None:
    heard = seeder.mention("@acme help")
    screen.sign_in(add_staff(app))
    press(thread(screen, app, heard), "act-hide_post")
    with writing(app.engine) as session:
        assert [reply.act for reply in session.exec(select(ReplyRow))] == [Act.HIDE]
        session.get_one(MentionRow, heard.mention_id).hidden_at = NOW
    web_app = thread(screen, app, heard)
    assert "hidden" in shown_text(web_app)
    press(web_app, "act-show_post")
    with reading(app.engine) as session:
        assert {reply.act for reply in session.exec(select(ReplyRow))} == {Act.HIDE, Act.UNHIDE}


def test_an_answer_of_ours_is_deleted_from_its_thread_once(app: App, screen: Screen, seeder: Seeder) -> None:
    heard = seeder.mention("@acme help")
    reply_id = seeder.draft(heard, "Hello @ana.")
    with writing(app.engine) as session:
        row = session.get_one(ReplyRow, reply_id)
        row.status, row.external_id, row.sent_at = ReplyStatus.SENT.value, "7001", NOW
    screen.sign_in(add_staff(app))
    web_app = press(thread(screen, app, heard), f"delete-{reply_id}")
    assert "deleted" in shown_text(web_app)
    assert not [button for button in web_app.button if button.key == f"delete-{reply_id}"]
    with reading(app.engine) as session:
        deletion = session.exec(select(ReplyRow).where(col(ReplyRow.act) == Act.DELETE)).one()
    assert (deletion.slot, deletion.target_external_id) == (f"delete-{reply_id}", "7001")


def test_a_paused_account_disables_whatever_leaves_and_says_why(app: App, screen: Screen, seeder: Seeder) -> None:
    heard = seeder.mention("@acme help")
    reply_id = seeder.draft(heard, "Hello @ana.")
    with writing(app.engine) as session:
        session.add(
            AccountHealthRow(account_id=seeder.account_id, state="refused", reason="The token has expired.", since=NOW)
        )
    screen.sign_in(add_staff(app))
    web_app = thread(screen, app, heard)
    assert web_app.text_area(key=f"answer-{heard.mention_id}").disabled
    assert web_app.button(key="act-invite").disabled
    assert web_app.button(key=f"thread-approve-{reply_id}").disabled
    assert any("The token has expired." in text.value for text in web_app.text)
    assert web_app.warning


def test_what_may_have_been_sent_is_approved_only_by_who_says_to_have_looked(
    app: App, screen: Screen, seeder: Seeder
) -> None:
    reply_id = seeder.draft(seeder.mention("@acme help"), "Hello @ana.")
    with writing(app.engine) as session:
        row = session.get_one(ReplyRow, reply_id)
        row.status, row.reason, row.attempts, row.sending_at = "held", CANNOT_TELL, 1, NOW - timedelta(minutes=6)
    screen.sign_in(add_staff(app))
    screen.language("es")
    web_app = screen.open("approvals")
    assert "No podemos saber si se envió" in shown_text(web_app)
    assert web_app.button(key=f"approvals-approve-{reply_id}").disabled
    web_app.checkbox(key=f"approvals-looked-{reply_id}").check().run()
    press(web_app, f"approvals-approve-{reply_id}")
    with reading(app.engine) as session:
        assert session.get_one(ReplyRow, reply_id).status == ReplyStatus.APPROVED


def test_what_a_person_finds_on_the_network_is_noted_as_sent(app: App, screen: Screen, seeder: Seeder) -> None:
    reply_id = seeder.draft(seeder.mention("@acme help"), "Hello @ana.")
    with writing(app.engine) as session:
        row = session.get_one(ReplyRow, reply_id)
        row.status, row.reason, row.attempts, row.sending_at = "held", CANNOT_TELL, 1, NOW - timedelta(minutes=6)
    screen.sign_in(add_staff(app))
    screen.language("es")
    web_app = screen.open("approvals")
    field = f"approvals-there-{reply_id}"
    press(web_app, f"do-{field}")
    assert "copia el enlace de la respuesta" in web_app.error[0].value
    web_app.text_input(key=field).set_value("https://x.com/acme/status/7001")
    press(web_app, f"do-{field}")
    assert "Anotado como enviado" in web_app.success[0].value
    with reading(app.engine) as session:
        sent = session.get_one(ReplyRow, reply_id)
    assert (sent.status, sent.external_id) == (ReplyStatus.SENT, "7001")


@pytest.mark.usefixtures("page")
def test_a_waiting_private_reply_shows_how_long_it_still_may_leave(app: App, screen: Screen, seeder: Seeder) -> None:
    heard = seeder.mention("@acme help", minutes_ago=7 * 24 * 60 - 30)
    seeder.draft(heard, "Hello @ana.", act=Act.PRIVATE_REPLY)
    screen.sign_in(add_staff(app))
    assert "until 14:30 (30 min left)" in shown_text(screen.open("approvals"))


def test_a_case_late_because_of_an_outage_says_so(app: App, screen: Screen, seeder: Seeder) -> None:
    heard = seeder.mention("@acme help", minutes_ago=500)
    with writing(app.engine) as session:
        session.get_one(CareCaseRow, heard.case_id).late_because = "outage"
    screen.sign_in(add_staff(app))
    assert "late because of an outage" in shown_text(screen.open("queue"))
    assert "late because of an outage" in shown_text(thread(screen, app, heard))


def _campaign(app: App, seeder: Seeder, *, harm: bool = False) -> list[SeededMention]:
    heard = [seeder.mention("@acme boycott!", handle=f"p{number}", minutes_ago=number) for number in range(1, 5)]
    with writing(app.engine) as session:
        first = _revision(session, heard[0])
        for each in heard:
            if each is not heard[0]:
                _revision(session, each).copy_of = first.id
            session.get_one(CareCaseRow, each.case_id).harm = harm
    return heard


def _revision(session: Session, heard: SeededMention) -> MentionRevisionRow:
    query = select(MentionRevisionRow).where(col(MentionRevisionRow.mention_id) == heard.mention_id)
    return session.exec(query).one()


def test_copies_are_one_row_with_a_count_and_open_into_their_own(app: App, screen: Screen, seeder: Seeder) -> None:
    _campaign(app, seeder)
    alone = seeder.mention("@acme help", handle="alone", priority=Priority.LOW)
    with reading(app.engine) as session:
        page = queued_cases(session, QueueFilter(), now=NOW)
        wave = next(case.campaign for case in page.cases if case.campaign_size > 1)
        opened = queued_cases(session, QueueFilter(campaign=wave), now=NOW)
    assert (page.total, sorted(case.campaign_size for case in page.cases)) == (2, [1, 4])
    assert (opened.total, {case.campaign_size for case in opened.cases}) == (4, {1})
    screen.sign_in(add_staff(app))
    web_app = screen.open("queue")
    assert "4 say the same" in shown_text(web_app)
    (group,) = [button.key for button in web_app.button if (button.key or "").startswith("queue-alike-")]
    press(web_app, group)
    assert reference_of(app, alone.case_id) not in {button.label for button in web_app.button}
    press(web_app, "whole-queue")
    assert reference_of(app, alone.case_id) in {button.label for button in web_app.button}


def test_two_alike_and_whoever_may_be_hurt_keep_rows_of_their_own(app: App, seeder: Seeder) -> None:
    heard = _campaign(app, seeder, harm=True)
    with reading(app.engine) as session:
        assert queued_cases(session, QueueFilter(), now=NOW).total == len(heard)
    with writing(app.engine) as session:
        for each in heard[:2]:
            session.get_one(CareCaseRow, each.case_id).harm = False
    with reading(app.engine) as session:
        assert queued_cases(session, QueueFilter(), now=NOW).total == len(heard)


@pytest.mark.parametrize(
    ("amount", "said_as"),
    [(0.01, "$0.01"), (0.015, "$0.015"), (12.5, "$12.50"), (1234.0, "$1,234.00"), (0.19, "$0.19")],
)
def test_dollars_are_written_with_as_many_places_as_they_need(amount: float, said_as: str) -> None:
    assert format_dollars(amount) == said_as


@pytest.mark.parametrize(
    "sentence",
    [
        CANNOT_TELL,
        "The account is paused, and nothing can leave until it is mended: The network does not let the account in.",
        "The month's budget of $10.00 is spent: approve it where it should be said nevertheless.",
        "Meta permits a private reply only within 7 days of the comment.",
    ],
)
def test_new_sentences_are_said_in_spanish(sentence: str) -> None:
    assert wording_in("es").sentence(sentence) != sentence
