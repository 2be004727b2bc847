from __future__ import annotations

from datetime import timedelta

from cases import handling
from dashboard.reads.case import CaseHead, case_by_reference
from dashboard.reads.explanations import FactRead
from dashboard.reads.log_entries import EntryFilter, log_entries, log_head
from dashboard.reads.permissions import ACKNOWLEDGE, CLOSING, answer_permissions, propose_text, text_length
from dashboard.reads.private_side import private_side, without_room_links
from dashboard.reads.public_side import BrandPost, PersonPost, public_side
from dashboard.reads.queue import OpenCounts, QueueFilter, flagged_cases, next_case, open_counts, queued_cases
from dashboard.reads.waiting_texts import waiting_texts
from records.database import reading, writing
from records.enums import Priority, Queue
from records.tables.cases import CareCaseRow
from records.tables.listener import OwnPostRow
from records.tables.replies import ReplyRow
from room import lifecycle
from room.conversation import messages
from service.steps.tick import tick
from service.wiring.app import App
from tests.support.dashboard_data import NOW, STEP, Seeder, add_staff


def head_of(app: App, case_id: int) -> CaseHead:
    with reading(app.engine) as session:
        head = case_by_reference(session, session.get_one(CareCaseRow, case_id).reference)
    assert head is not None
    return head


def test_the_queue_serves_harm_first_then_what_is_late_then_what_is_seen_most(app: App, seeder: Seeder) -> None:
    seeder.mention("quiet", handle="quiet", minutes_ago=1, reach=1, p_negative=0.1)
    seeder.mention("loud", handle="loud", minutes_ago=100, reach=100_000, p_negative=0.9)
    seeder.mention("late", handle="late", minutes_ago=300, reach=1, p_negative=0.1)
    seeder.mention("harm", handle="harm", minutes_ago=1, priority=Priority.HARM)
    tick(app, now=NOW)
    with reading(app.engine) as session:
        page = queued_cases(session, QueueFilter(), now=NOW)
    assert [case.handle for case in page.cases] == ["harm", "late", "loud", "quiet"]
    assert page.total == 4
    assert page.cases[2].exposure > 1000
    assert page.cases[2].exposure_as_of == NOW


def test_a_row_tells_what_was_said_and_why_it_waits(app: App, seeder: Seeder) -> None:
    seeder.mention("where is my card?", above={"external_id": "1", "author_handle": "acme", "text": "our new card"})
    with reading(app.engine) as session:
        (case,) = queued_cases(session, QueueFilter(), now=NOW).cases
    assert case.latest is not None
    assert (case.latest.text, case.latest.language, case.latest.rule) == ("where is my card?", "en", "in-a-crisis")
    assert case.latest.reasons == ("Rule in-a-crisis: In a crisis nothing is said automatically.",)


def test_filters_narrow_the_queue_and_its_count(app: App, seeder: Seeder) -> None:
    seeder.mention("a", handle="a", queue=Queue.MARKETING)
    mine = seeder.mention("b", handle="b", priority=Priority.HARM)
    agent = add_staff(app)
    with writing(app.engine) as session:
        handling.claim(session, mine.case_id, actor=agent.actor, now=NOW)
    for wanted, expected in (
        (QueueFilter(queue=Queue.MARKETING), ["a"]),
        (QueueFilter(assignee_id=agent.id), ["b"]),
        (QueueFilter(harm=True), ["b"]),
        (QueueFilter(brand="nobody"), []),
    ):
        with reading(app.engine) as session:
            page = queued_cases(session, wanted, now=NOW)
        assert [case.handle for case in page.cases] == expected
        assert page.total == len(expected)
    with reading(app.engine) as session:
        counts = open_counts(session, now=NOW, agent_id=agent.id)
        following = next_case(session, after=mine.case_id, agent_id=agent.id, now=NOW)
    assert counts == OpenCounts(open_cases=2, harm=1, asking_human=0, late=1, mine=1)
    assert following is not None


def test_pages_of_the_queue_do_not_overlap(app: App, seeder: Seeder) -> None:
    for number in range(7):
        seeder.mention("hello", handle=f"p{number}")
    with reading(app.engine) as session:
        pages = [queued_cases(session, QueueFilter(), now=NOW, offset=offset, most=3).cases for offset in (0, 3, 6)]
    assert [len(page) for page in pages] == [3, 3, 1]
    assert len({case.id for page in pages for case in page}) == 7


def test_marketing_sees_its_queue_first_then_what_is_seen_most(app: App, seeder: Seeder) -> None:
    seeder.mention("calm", handle="calm", p_negative=0.0)
    seeder.mention("seen", handle="seen", reach=90_000, p_negative=0.9)
    seeder.mention("flagged", handle="flagged", queue=Queue.MARKETING, p_negative=0.0)
    tick(app, now=NOW)
    with reading(app.engine) as session:
        page = flagged_cases(session, now=NOW)
    assert [case.handle for case in page.cases] == ["flagged", "seen"]


def test_a_thread_shows_the_person_the_brand_and_what_stands_above_in_order(app: App, seeder: Seeder) -> None:
    first = seeder.mention("first", minutes_ago=60, root="5001")
    seeder.mention("second", minutes_ago=20, root="5001", above={"author_handle": "acme", "text": "we look into it"})
    seeder.mention("somebody else", handle="leo", minutes_ago=10, root="5001")
    with writing(app.engine) as session:
        session.add(
            OwnPostRow(
                network="x",
                account_id=seeder.account_id,
                external_id="9001",
                parent_external_id="5001",
                root_external_id="5001",
                text="we look into it",
                origin="outside",
                published_at=NOW - timedelta(minutes=40),
                heard_at=NOW,
            )
        )
    case = head_of(app, first.case_id)
    with reading(app.engine) as session:
        side = public_side(session, case)
    assert [post.text for post in side.posts] == ["first", "we look into it", "second"]
    assert isinstance(side.posts[1], BrandPost)
    assert side.posts[1].origin == "outside"
    assert side.others == 1
    assert side.latest is not None
    assert side.latest.replied_to is not None
    assert side.latest.replied_to.handle == "acme"
    assert side.latest.decision is not None
    assert FactRead(name="crisis", value="true", source="switch") in side.latest.decision.facts
    assert side.latest.assessment is not None
    assert side.latest.assessment.personal_data == ("iban (own)",)


def test_our_own_answer_is_shown_once_though_the_network_tells_of_it_too(app: App, seeder: Seeder) -> None:
    heard = seeder.mention("when do you open?")
    reply_id = seeder.draft(heard, "At nine.", approvals=0)
    with writing(app.engine) as session:
        row = session.get_one(ReplyRow, reply_id)
        row.status, row.external_id, row.sent_at = "sent", "9002", NOW
        session.add(
            OwnPostRow(
                network="x",
                account_id=seeder.account_id,
                external_id="9002",
                parent_external_id="5001",
                root_external_id="5001",
                text="At nine.",
                origin="ours",
                published_at=NOW,
                heard_at=NOW,
            )
        )
    case = head_of(app, heard.case_id)
    with reading(app.engine) as session:
        side = public_side(session, case)
    assert [post.text for post in side.posts] == ["when do you open?", "At nine."]


def test_ten_megabytes_in_a_post_are_read_as_their_beginning_and_length(app: App, seeder: Seeder) -> None:
    heard = seeder.mention("x" * 10_000_000)
    case = head_of(app, heard.case_id)
    with reading(app.engine) as session:
        side = public_side(session, case)
        (row,) = queued_cases(session, QueueFilter(), now=NOW).cases
    assert isinstance(side.posts[0], PersonPost)
    assert (len(side.posts[0].text), side.posts[0].length) == (4_000, 10_000_000)
    assert row.latest is not None
    assert len(row.latest.text) == 400


def test_the_room_shows_what_both_said(app: App, seeder: Seeder) -> None:
    heard = seeder.mention("help")
    agent = add_staff(app)
    with writing(app.engine) as session:
        room = lifecycle.prepare_room(
            session,
            case_id=heard.case_id,
            account_id=seeder.account_id,
            mention_id=heard.mention_id,
            identity_id=heard.identity_id,
            language="es",
            lifetime=timedelta(hours=48),
            actor=STEP,
            now=NOW,
        )
        session.flush()
        for author, agent_id in (("person", None), ("agent", agent.id)):
            messages.post_message(
                session, room.id or 0, author=author, text=author, agent_id=agent_id, actor=STEP, now=NOW
            )
    case = head_of(app, heard.case_id)
    with reading(app.engine) as session:
        side = private_side(session, case)
    assert side.room is not None
    assert [(said.outgoing, said.text, said.author) for said in side.room_messages] == [
        (False, "person", ""),
        (True, "agent", "Vega"),
    ]


def test_an_agent_never_sees_the_link_that_lets_its_holder_in_as_the_person() -> None:
    text = "Come in: https://rooms.acme.example/r/v23GCfpJJP7OPGZEHoM_DQ/8gUc3g67CGFr6 until Monday"
    assert without_room_links(text) == "Come in: {room_link} until Monday"
    assert without_room_links("Type WZYB-WWZ8 until 24-11-2026") == "Type {room_code} until 24-11-2026"


def test_waiting_texts_come_oldest_first_with_what_they_answer(app: App, seeder: Seeder) -> None:
    first, second = seeder.mention("one", handle="one"), seeder.mention("two", handle="two")
    seeder.draft(first, "to one")
    seeder.draft(second, "to two")
    seeder.draft(seeder.mention("three", handle="three"), "leaves at once", approvals=0)
    with reading(app.engine) as session:
        page = waiting_texts(session, app, now=NOW)
        of_second = waiting_texts(session, app, now=NOW, case_id=second.case_id)
    assert [(text.text, text.post_text) for text in page.texts] == [("to one", "one"), ("to two", "two")]
    assert [text.text for text in of_second.texts] == ["to two"]


def test_what_the_network_forbids_is_told_before_anybody_writes(app: App, seeder: Seeder) -> None:
    summoned = seeder.mention("@acme hello", handle="a")
    searched = seeder.mention("acme is bad", handle="b", summoned=False)
    with reading(app.engine) as session:
        may = answer_permissions(session, app, case_id=summoned.case_id, now=NOW)
        may_not = answer_permissions(session, app, case_id=searched.case_id, now=NOW)
        nobody = answer_permissions(session, app, case_id=999, now=NOW)
    assert may.reply
    assert not may_not.reply
    assert "mentioned or quoted" in may_not.why_not
    assert nobody.to is None
    assert nobody.why_not


def test_a_proposal_is_in_the_persons_language_and_fits(app: App, seeder: Seeder) -> None:
    heard = seeder.mention("@acme when do you open?")
    with reading(app.engine) as session:
        permitted = answer_permissions(session, app, case_id=heard.case_id, now=NOW)
    assert permitted.to is not None
    for template in (ACKNOWLEDGE, CLOSING):
        text = propose_text(app, permitted.to, template)
        length, most = text_length("x", text, privately=False)
        assert "@ana" in text
        assert 0 < length <= most == 280
    assert propose_text(app, permitted.to, "no-such-template") == ""


def test_the_log_is_read_newest_first_and_by_kind_case_and_time(app: App, seeder: Seeder) -> None:
    heard = seeder.mention("hello")
    seeder.draft(heard, "hi")
    seeder.draft(seeder.mention("other", handle="other"), "ho", approvals=0)
    with reading(app.engine) as session:
        everything = log_entries(session, EntryFilter())
        indexes = [entry.index for entry in everything]
        reference = session.get_one(CareCaseRow, heard.case_id).reference
        assert indexes == sorted(indexes, reverse=True)
        of_case = log_entries(session, EntryFilter(reference=reference.lower()))
        assert {entry.case_id for entry in of_case} == {heard.case_id}
        drafted = log_entries(session, EntryFilter(kind="step:reply:drafted"))
        assert {entry.kind for entry in drafted} == {"step:reply:drafted"}
        assert log_entries(session, EntryFilter(since=NOW + timedelta(days=1))) == ()
        assert log_entries(session, EntryFilter(kind="100%_")) == ()
        assert log_entries(session, EntryFilter(kind="\x00", reference="\ud800")) == ()
        older = log_entries(session, EntryFilter(), before=indexes[0], most=1)
        assert [entry.index for entry in older] == [indexes[1]]
        assert log_head(session).size == len(everything)
