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

from listener.health import AccountState, record_health
from networks.meta.permissions import facebook_permissions
from networks.protocol import PostState, ReplyContext, SendReceipt
from records.database import reading, writing
from records.enums import Act, ReplyStatus, Role
from records.models import Actor, FetchedMessage, Permissions
from records.refusals import RefusalError
from records.tables.listener import AccountHealthRow, DirectMessageRow, MentionRow
from records.tables.replies import ReplyRow
from service.deciding.addressee import addressee_of_mention
from service.deciding.brand_reader import month_spent
from service.delivery.on_delivery import POST_HIDDEN
from service.desk import acts
from service.steps.deliver import deliver, reconcile
from service.steps.messages import answer_messages
from tests.support.scenario import TEXTS, Scenario, copied_scenario, open_scenario

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

    def permissions(self, standing: ReplyContext, *, now: datetime) -> Permissions:
        comment = replace(standing, kind="comment", root_is_ours=True)
        return facebook_permissions(comment, page_id="77", now=now)

    def look_up(self, external_id: str) -> PostState:
        state: PostState = self._behind.look_up(external_id)
        return replace(state, hidden=self.hidden.get(external_id, False))

    def hide(self, external_id: str, *, hidden: bool) -> None:
        self.hidden[external_id] = hidden

    def reply_privately(self, comment_external_id: str, text: str) -> SendReceipt:
        self.took.append(("private_reply", comment_external_id, text))
        return SendReceipt(external_id=f"m-{len(self.took)}")

    def send_private(self, person_external_id: str, text: str) -> SendReceipt:
        self.took.append(("private_message", person_external_id, text))
        return SendReceipt(external_id=f"m-{len(self.took)}")

    def private_messages_with(self, _: str) -> tuple[FetchedMessage, ...]:
        return ()


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scenario]:
    texts = {name: TEXTS[name] for name in ("stolen", "lawyer", "praise")}
    texts["paused"] = f"{TEXTS['stolen']} ayuda"
    with open_scenario(tmp_path_factory.mktemp("posts"), texts=texts) as found:
        found.work(minutes=2)
        yield found


@pytest.fixture
def scenario(original: Scenario, tmp_path: Path) -> Iterator[Scenario]:
    with copied_scenario(original, tmp_path) as found:
        yield found


@pytest.fixture
def page(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> Page:
    (account_id,) = scenario.app.networks
    page = Page(scenario.app.networks[account_id])
    networks: Any = scenario.app.networks
    monkeypatch.setitem(networks, account_id, page)
    return page


def refused(saying: str) -> AbstractContextManager[pytest.ExceptionInfo[RefusalError]]:
    return pytest.raises(RefusalError, match=saying)


def spot(scenario: Scenario, name: str) -> dict[str, Any]:
    mention_id = scenario.mention(name).id or 0
    account_id = scenario.decision(mention_id).account_id
    return {"mention_id": mention_id, "account_id": account_id, "actor": ANA, "now": scenario.now}


def row(scenario: Scenario, reply_id: int) -> ReplyRow:
    with reading(scenario.app.engine) as session:
        return session.get_one(ReplyRow, reply_id)


def test_a_post_is_hidden_shown_and_hidden_again_by_a_person(scenario: Scenario, page: Page) -> None:
    for act, hidden, slot in ((acts.hide, True, "hide"), (acts.unhide, False, "unhide"), (acts.hide, True, "hide-2")):
        done = act(scenario.app, **spot(scenario, "lawyer"))
        with refused("on its way already"):
            act(scenario.app, **spot(scenario, "lawyer"))
        deliver(scenario.app, now=scenario.now)
        assert (row(scenario, done).status, row(scenario, done).slot) == (ReplyStatus.SENT, slot)
        assert page.hidden[scenario.network_id("lawyer")] is hidden
        assert (scenario.mention("lawyer").hidden_at is not None) is hidden
    assert scenario.verified().sound


def test_what_the_network_does_not_let_us_hide_is_refused(scenario: Scenario) -> None:
    with refused("does not permit hiding"):
        acts.hide(scenario.app, **spot(scenario, "lawyer"))


def test_an_answer_of_ours_is_deleted_once_on_the_network(scenario: Scenario) -> None:
    (sent,) = [each for each in scenario.replies(scenario.mention("praise").id or 0) if each.slot == "answer"]
    assert sent.status == ReplyStatus.SENT
    done = acts.delete_own(scenario.app, sent.id or 0, actor=ANA, now=scenario.now)
    with refused("on its way already"):
        acts.delete_own(scenario.app, sent.id or 0, actor=ANA, now=scenario.now)
    deliver(scenario.app, now=scenario.now)
    assert row(scenario, done).status == ReplyStatus.SENT, row(scenario, done).reason
    (account_id,) = scenario.app.networks
    assert not scenario.app.networks[account_id].look_up(sent.external_id or "").exists
    assert (scenario.log()[-1].kind, scenario.verified().sound) == ("step:reply:sent", True)


def test_what_was_not_sent_in_public_is_not_deleted(scenario: Scenario) -> None:
    written = acts.answer(scenario.app, text=SAFE, privately=False, **spot(scenario, "stolen"))
    with refused("Only a public answer that was sent"):
        acts.delete_own(scenario.app, written, actor=ANA, now=scenario.now)


@pytest.mark.parametrize("act", [acts.hide, acts.unhide])
def test_nobody_without_a_role_changes_how_a_post_stands(
    scenario: Scenario, page: Page, act: Callable[..., int]
) -> None:
    with refused("This needs one of the roles"):
        act(scenario.app, **{**spot(scenario, "lawyer"), "actor": Actor(tag="agent:9")})


def test_a_comment_gets_its_one_private_reply_and_no_second(scenario: Scenario, page: Page) -> None:
    written = acts.answer(scenario.app, text=SAFE, privately=True, **spot(scenario, "stolen"))
    assert (row(scenario, written).act, row(scenario, written).target_external_id) == (
        Act.PRIVATE_REPLY,
        scenario.network_id("stolen"),
    )
    with refused("one private reply a comment"):
        acts.answer(scenario.app, text=SAFE, privately=True, **spot(scenario, "stolen"))
    deliver(scenario.app, now=scenario.now)
    assert page.took == [("private_reply", scenario.network_id("stolen"), SAFE)]
    assert scenario.case(scenario.mention("stolen")).status == "private"
    with refused("one private reply a comment"):
        acts.answer(scenario.app, text=SAFE, privately=True, **spot(scenario, "stolen"))


def test_a_private_case_whose_post_is_hidden_owes_no_public_line(scenario: Scenario, page: Page) -> None:
    acts.hide(scenario.app, **spot(scenario, "stolen"))
    deliver(scenario.app, now=scenario.now)
    assert scenario.case(scenario.mention("stolen")).waiver is None
    acts.answer(scenario.app, text=SAFE, privately=True, **spot(scenario, "stolen"))
    deliver(scenario.app, now=scenario.now)
    assert scenario.case(scenario.mention("stolen")).waiver == POST_HIDDEN
    acts.close_case(scenario.app, scenario.case(scenario.mention("stolen")).id or 0, actor=ANA, now=scenario.now)
    assert scenario.verified().sound


def test_who_wrote_within_a_day_gets_a_message_and_keeps_the_private_reply(scenario: Scenario, page: Page) -> None:
    _write_to_us(scenario, "stolen", at=scenario.now - HOUR)
    written = acts.answer(scenario.app, text=SAFE, privately=True, **spot(scenario, "stolen"))
    assert row(scenario, written).act == Act.PRIVATE_MESSAGE


def test_an_approved_private_act_whose_time_has_passed_is_held(scenario: Scenario, page: Page) -> None:
    _write_to_us(scenario, "stolen", at=scenario.now - 24 * HOUR + timedelta(minutes=1))
    with writing(scenario.app.engine) as session:
        mention = session.get_one(MentionRow, scenario.mention("stolen").id)
        mention.published_at -= timedelta(days=8)
    written = acts.answer(scenario.app, text=SAFE, privately=True, **spot(scenario, "stolen"))
    with writing(scenario.app.engine) as session:
        messages = session.exec(select(DirectMessageRow).where(col(DirectMessageRow.external_id) == "dm-stolen"))
        messages.one().sent_at -= timedelta(minutes=2)
    deliver(scenario.app, now=scenario.now)
    held = row(scenario, written)
    assert (held.status, held.reason) == (
        ReplyStatus.HELD,
        "Meta permits a private reply only within 7 days of the comment.",
    )
    assert page.took == []


def test_while_an_account_is_paused_the_desk_says_why_it_does_nothing(scenario: Scenario, page: Page) -> None:
    waiting = acts.answer(scenario.app, text=SAFE, privately=False, **spot(scenario, "paused"))
    _health(scenario, AccountState.REFUSED)
    for act in (
        lambda: acts.answer(scenario.app, text=SAFE, privately=False, **spot(scenario, "lawyer")),
        lambda: acts.answer(scenario.app, text=SAFE, privately=True, **spot(scenario, "lawyer")),
        lambda: acts.hide(scenario.app, **spot(scenario, "lawyer")),
        lambda: acts.approve(scenario.app, waiting, actor=ANA, now=scenario.now),
    ):
        with refused("paused, and nothing can leave until it is mended: The token has expired."):
            act()
    deliver(scenario.app, now=scenario.now)
    assert row(scenario, waiting).status == ReplyStatus.APPROVED
    _health(scenario, AccountState.WORKING)
    with writing(scenario.app.engine) as session:
        session.get_one(ReplyRow, waiting).due_at = scenario.now
    deliver(scenario.app, now=scenario.now)
    assert row(scenario, waiting).status == ReplyStatus.SENT


def test_what_an_account_said_and_read_is_its_months_spending(scenario: Scenario) -> None:
    (account_id,) = scenario.app.networks
    with reading(scenario.app.engine) as session:
        before = month_spent(session, account_id, now=scenario.now)
    written = acts.answer(scenario.app, text=SAFE, privately=False, **spot(scenario, "stolen"))
    deliver(scenario.app, now=scenario.now)
    assert row(scenario, written).status == ReplyStatus.SENT, row(scenario, written).reason
    cost = row(scenario, written).cost
    with reading(scenario.app.engine) as session:
        assert month_spent(session, account_id, now=scenario.now) == pytest.approx(before + cost)
        assert month_spent(session, account_id, now=scenario.now + timedelta(days=40)) == 0.0
    assert cost == pytest.approx(0.01)


def test_a_message_that_somebody_answered_elsewhere_is_not_answered_by_rule(scenario: Scenario) -> None:
    _write_to_us(scenario, "lawyer", at=scenario.now - HOUR, due=True)
    _write_to_us(scenario, "lawyer", at=scenario.now - HOUR / 2, outgoing=True)
    assert answer_messages(scenario.app, now=scenario.now) == 1
    assert scenario.log()[-1].kind == "step:message:answered-already"


def test_where_a_person_stands_is_read_from_what_was_heard(scenario: Scenario, page: Page) -> None:
    wrote_at = scenario.now - HOUR
    _write_to_us(scenario, "lawyer", at=wrote_at)
    with reading(scenario.app.engine) as session:
        told = {name: value for name, value in spot(scenario, "lawyer").items() if name != "actor"}
        to = addressee_of_mention(session, scenario.app, **told)
    assert to.permissions.private_until == wrote_at + 24 * HOUR
    assert to.private_target == to.author_external_id
    assert reconcile(scenario.app, now=scenario.now) == 0


def _write_to_us(scenario: Scenario, name: str, *, at: datetime, outgoing: bool = False, due: bool = False) -> None:
    mention = scenario.mention(name)
    with writing(scenario.app.engine) as session:
        session.add(
            DirectMessageRow(
                network="x",
                account_id=scenario.decision(mention.id or 0).account_id,
                external_id=f"dm-{name}{'-out' if outgoing else ''}",
                conversation_id=f"dm-{name}",
                identity_id=mention.identity_id,
                outgoing=outgoing,
                text="Hola",
                sent_at=at,
                heard_at=at,
                answer_due_at=scenario.now if due else None,
            )
        )


def _health(scenario: Scenario, state: AccountState) -> None:
    (account_id,) = scenario.app.networks
    with writing(scenario.app.engine) as session:
        record_health(session, account_id=account_id, state=state, reason="The token has expired.", now=scenario.now)
        assert session.get_one(AccountHealthRow, account_id).state == state
