"""What people do to posts, in private where a network has one private reply, and while an account is paused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from listener.health import State, note_health
from networks.facebook.permitted import permitted
from networks.protocol import PostStanding, PostState, Sent
from records.database import reading, writing
from records.nouns import Actor, HeardMessage, Permissions
from records.tables.listener import AccountHealthRow, DirectMessageRow, MentionRow
from records.tables.replies import ReplyRow
from records.words import Act, ReplyStatus, Role
from service import desk
from service.desk import DeskRefusalError
from service.desk_reading import addressee_of_mention
from service.spending import month_spent
from service.steps.deliver import POST_HIDDEN, deliver, reconcile
from service.steps.messages import answer_messages
from tests.service.towns import TEXTS, Town, copied, town

SAFE = "Hola, gracias por escribirnos. Lo miramos y te decimos algo por aquí."
ANA = Actor(tag="agent:1", roles=frozenset({Role.AGENT}))
HOUR = timedelta(hours=1)


class Page:
    """A Facebook page in front of a real network: its own rules, and everything it took."""

    def __init__(self, behind: Any) -> None:
        self._behind = behind
        self.took: list[tuple[str, str, str]] = []
        self.hidden: dict[str, bool] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._behind, name)

    def permissions(self, standing: PostStanding, *, now: datetime) -> Permissions:
        comment = replace(standing, kind="comment", root_is_ours=True)
        return permitted(comment, page_id="77", now=now)

    def look_up(self, external_id: str) -> PostState:
        state: PostState = self._behind.look_up(external_id)
        return replace(state, hidden=self.hidden.get(external_id, False))

    def hide(self, external_id: str, *, hidden: bool) -> None:
        self.hidden[external_id] = hidden

    def reply_privately(self, comment_external_id: str, text: str) -> Sent:
        self.took.append(("private_reply", comment_external_id, text))
        return Sent(external_id=f"m-{len(self.took)}")

    def send_private(self, person_external_id: str, text: str) -> Sent:
        self.took.append(("private_message", person_external_id, text))
        return Sent(external_id=f"m-{len(self.took)}")

    def private_messages_with(self, _: str) -> tuple[HeardMessage, ...]:
        return ()


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    texts = {name: TEXTS[name] for name in ("stolen", "lawyer", "praise")}
    texts["paused"] = f"{TEXTS['stolen']} ayuda"
    with town(tmp_path_factory.mktemp("posts"), texts=texts) as found:
        found.work(minutes=2)
        yield found


@pytest.fixture
def square(original: Town, tmp_path: Path) -> Iterator[Town]:
    with copied(original, tmp_path) as found:
        yield found


@pytest.fixture
def page(square: Town, monkeypatch: pytest.MonkeyPatch) -> Page:
    (account_id,) = square.house.networks
    page = Page(square.house.networks[account_id])
    networks: Any = square.house.networks
    monkeypatch.setitem(networks, account_id, page)
    return page


def refused(saying: str) -> AbstractContextManager[pytest.ExceptionInfo[DeskRefusalError]]:
    return pytest.raises(DeskRefusalError, match=saying)


def spot(square: Town, name: str) -> dict[str, Any]:
    mention_id = square.mention(name).id or 0
    account_id = square.decision(mention_id).account_id
    return {"mention_id": mention_id, "account_id": account_id, "actor": ANA, "now": square.now}


def row(square: Town, reply_id: int) -> ReplyRow:
    with reading(square.house.engine) as session:
        return session.get_one(ReplyRow, reply_id)


def test_a_post_is_hidden_shown_and_hidden_again_by_a_person(square: Town, page: Page) -> None:
    for act, hidden, slot in ((desk.hide, True, "hide"), (desk.unhide, False, "unhide"), (desk.hide, True, "hide-2")):
        done = act(square.house, **spot(square, "lawyer"))
        with refused("on its way already"):
            act(square.house, **spot(square, "lawyer"))
        deliver(square.house, now=square.now)
        assert (row(square, done).status, row(square, done).slot) == (ReplyStatus.SENT, slot)
        assert page.hidden[square.network_id("lawyer")] is hidden
        assert (square.mention("lawyer").hidden_at is not None) is hidden
    assert square.verified().sound


def test_what_the_network_does_not_let_us_hide_is_refused(square: Town) -> None:
    with refused("does not permit hiding"):
        desk.hide(square.house, **spot(square, "lawyer"))


def test_an_answer_of_ours_is_deleted_once_on_the_network(square: Town) -> None:
    (sent,) = [each for each in square.replies(square.mention("praise").id or 0) if each.slot == "answer"]
    assert sent.status == ReplyStatus.SENT
    done = desk.delete_own(square.house, sent.id or 0, actor=ANA, now=square.now)
    with refused("on its way already"):
        desk.delete_own(square.house, sent.id or 0, actor=ANA, now=square.now)
    deliver(square.house, now=square.now)
    assert row(square, done).status == ReplyStatus.SENT, row(square, done).reason
    (account_id,) = square.house.networks
    assert not square.house.networks[account_id].look_up(sent.external_id or "").exists
    assert (square.log()[-1].kind, square.verified().sound) == ("step:reply:sent", True)


def test_what_was_not_sent_in_public_is_not_deleted(square: Town) -> None:
    written = desk.answer(square.house, text=SAFE, privately=False, **spot(square, "stolen"))
    with refused("Only a public answer that was sent"):
        desk.delete_own(square.house, written, actor=ANA, now=square.now)


@pytest.mark.parametrize("act", [desk.hide, desk.unhide])
def test_nobody_without_a_role_changes_how_a_post_stands(square: Town, page: Page, act: Callable[..., int]) -> None:
    with refused("This needs one of the roles"):
        act(square.house, **{**spot(square, "lawyer"), "actor": Actor(tag="agent:9")})


def test_a_comment_gets_its_one_private_reply_and_no_second(square: Town, page: Page) -> None:
    written = desk.answer(square.house, text=SAFE, privately=True, **spot(square, "stolen"))
    assert (row(square, written).act, row(square, written).target_external_id) == (
        Act.PRIVATE_REPLY,
        square.network_id("stolen"),
    )
    with refused("one private reply a comment"):
        desk.answer(square.house, text=SAFE, privately=True, **spot(square, "stolen"))
    deliver(square.house, now=square.now)
    assert page.took == [("private_reply", square.network_id("stolen"), SAFE)]
    assert square.case(square.mention("stolen")).status == "private"
    with refused("one private reply a comment"):
        desk.answer(square.house, text=SAFE, privately=True, **spot(square, "stolen"))


def test_a_private_case_whose_post_is_hidden_owes_no_public_line(square: Town, page: Page) -> None:
    desk.hide(square.house, **spot(square, "stolen"))
    deliver(square.house, now=square.now)
    assert square.case(square.mention("stolen")).waiver is None
    desk.answer(square.house, text=SAFE, privately=True, **spot(square, "stolen"))
    deliver(square.house, now=square.now)
    assert square.case(square.mention("stolen")).waiver == POST_HIDDEN
    desk.close_case(square.house, square.case(square.mention("stolen")).id or 0, actor=ANA, now=square.now)
    assert square.verified().sound


def test_who_wrote_within_a_day_gets_a_message_and_keeps_the_private_reply(square: Town, page: Page) -> None:
    _write_to_us(square, "stolen", at=square.now - HOUR)
    written = desk.answer(square.house, text=SAFE, privately=True, **spot(square, "stolen"))
    assert row(square, written).act == Act.PRIVATE_MESSAGE


def test_an_approved_private_act_whose_time_has_passed_is_held(square: Town, page: Page) -> None:
    _write_to_us(square, "stolen", at=square.now - 24 * HOUR + timedelta(minutes=1))
    with writing(square.house.engine) as session:
        mention = session.get_one(MentionRow, square.mention("stolen").id)
        mention.published_at -= timedelta(days=8)
    written = desk.answer(square.house, text=SAFE, privately=True, **spot(square, "stolen"))
    with writing(square.house.engine) as session:
        messages = session.exec(select(DirectMessageRow).where(col(DirectMessageRow.external_id) == "dm-stolen"))
        messages.one().sent_at -= timedelta(minutes=2)
    deliver(square.house, now=square.now)
    held = row(square, written)
    assert (held.status, held.reason) == (
        ReplyStatus.HELD,
        "Meta permits a private reply only within 7 days of the comment.",
    )
    assert page.took == []


def test_while_an_account_is_paused_the_desk_says_why_it_does_nothing(square: Town, page: Page) -> None:
    waiting = desk.answer(square.house, text=SAFE, privately=False, **spot(square, "paused"))
    _health(square, State.REFUSED)
    for act in (
        lambda: desk.answer(square.house, text=SAFE, privately=False, **spot(square, "lawyer")),
        lambda: desk.answer(square.house, text=SAFE, privately=True, **spot(square, "lawyer")),
        lambda: desk.hide(square.house, **spot(square, "lawyer")),
        lambda: desk.approve(square.house, waiting, actor=ANA, now=square.now),
    ):
        with refused("paused, and nothing can leave until it is mended: The token has expired."):
            act()
    deliver(square.house, now=square.now)
    assert row(square, waiting).status == ReplyStatus.APPROVED
    _health(square, State.WORKING)
    with writing(square.house.engine) as session:
        session.get_one(ReplyRow, waiting).due_at = square.now
    deliver(square.house, now=square.now)
    assert row(square, waiting).status == ReplyStatus.SENT


def test_what_an_account_said_and_read_is_its_months_spending(square: Town) -> None:
    (account_id,) = square.house.networks
    with reading(square.house.engine) as session:
        before = month_spent(session, account_id, now=square.now)
    written = desk.answer(square.house, text=SAFE, privately=False, **spot(square, "stolen"))
    deliver(square.house, now=square.now)
    assert row(square, written).status == ReplyStatus.SENT, row(square, written).reason
    cost = row(square, written).cost
    with reading(square.house.engine) as session:
        assert month_spent(session, account_id, now=square.now) == pytest.approx(before + cost)
        assert month_spent(session, account_id, now=square.now + timedelta(days=40)) == 0.0
    assert cost == pytest.approx(0.01)


def test_a_message_that_somebody_answered_elsewhere_is_not_answered_by_rule(square: Town) -> None:
    _write_to_us(square, "lawyer", at=square.now - HOUR, due=True)
    _write_to_us(square, "lawyer", at=square.now - HOUR / 2, outgoing=True)
    assert answer_messages(square.house, now=square.now) == 1
    assert square.log()[-1].kind == "step:message:answered-already"


def test_where_a_person_stands_is_read_from_what_was_heard(square: Town, page: Page) -> None:
    wrote_at = square.now - HOUR
    _write_to_us(square, "lawyer", at=wrote_at)
    with reading(square.house.engine) as session:
        told = {name: value for name, value in spot(square, "lawyer").items() if name != "actor"}
        to = addressee_of_mention(session, square.house, **told)
    assert to.permissions.private_until == wrote_at + 24 * HOUR
    assert to.private_target == to.author_external_id
    assert reconcile(square.house, now=square.now) == 0


def _write_to_us(square: Town, name: str, *, at: datetime, outgoing: bool = False, due: bool = False) -> None:
    mention = square.mention(name)
    with writing(square.house.engine) as session:
        session.add(
            DirectMessageRow(
                network="x",
                account_id=square.decision(mention.id or 0).account_id,
                external_id=f"dm-{name}{'-out' if outgoing else ''}",
                conversation_id=f"dm-{name}",
                identity_id=mention.identity_id,
                outgoing=outgoing,
                text="Hola",
                sent_at=at,
                heard_at=at,
                answer_due_at=square.now if due else None,
            )
        )


def _health(square: Town, state: State) -> None:
    (account_id,) = square.house.networks
    with writing(square.house.engine) as session:
        note_health(session, account_id=account_id, state=state, reason="The token has expired.", now=square.now)
        assert session.get_one(AccountHealthRow, account_id).state == state
