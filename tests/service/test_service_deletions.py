"""A post that its author deleted: nothing is said to it, its case owes no closing line, and its text is forgotten."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from networks.errors import TargetGone
from networks.protocol import Network, PostState
from records.database import reading, writing
from records.enums import CaseStatus, ReplyStatus, Role
from records.models import Actor
from records.tables.cases import CareCaseRow, CaseThreadRow
from records.tables.listener import DirectMessageRow, MentionRevisionRow, MentionRow
from records.tables.replies import ReplyRow
from service.delivery.on_delivery import POST_DELETED, on_gone
from service.desk import acts
from service.operations.schedule import run_once
from service.steps.deliver import deliver
from service.steps.forget import forget
from tests.support.scenario import TEXTS, Scenario, copied_scenario, open_scenario

ANA = Actor(tag="agent:1", roles=frozenset({Role.AGENT}))
POSTS = {
    "deleted": TEXTS["stolen"],
    "vanishing": f"{TEXTS['stolen']} ahora",
    "stolen": f"{TEXTS['stolen']} ayuda",
    "lawyer": TEXTS["lawyer"],
}
"""Each test that deletes one in the world, which all tests share, has one of its own."""
SAFE = "Hola, gracias por escribirnos. Lo miramos y te decimos algo por aquí."


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scenario]:
    with open_scenario(tmp_path_factory.mktemp("deleted"), texts=POSTS) as found:
        found.work()
        yield found


@pytest.fixture
def scenario(original: Scenario, tmp_path: Path) -> Iterator[Scenario]:
    with copied_scenario(original, tmp_path) as found:
        yield found


def answered(scenario: Scenario, name: str) -> MentionRow:
    """An agent's answer to the post is approved and on its way; the mention."""
    mention = scenario.mention(name)
    acts.answer(
        scenario.app,
        mention_id=mention.id or 0,
        account_id=scenario.decision(mention.id or 0).account_id,
        text=SAFE,
        privately=False,
        actor=ANA,
        now=scenario.now,
    )
    return mention


def texts(scenario: Scenario, mention: MentionRow) -> list[str]:
    with reading(scenario.app.engine) as session:
        query = select(col(MentionRevisionRow.text)).where(col(MentionRevisionRow.mention_id) == mention.id)
        return list(session.execute(query).scalars())


def test_a_deleted_post_is_marked_waived_and_forgotten_and_the_log_still_verifies(scenario: Scenario) -> None:
    mention = answered(scenario, "deleted")
    scenario.tell("/_delete", id=mention.external_id)
    scenario.work()
    (reply,) = scenario.replies(mention.id or 0)
    assert (reply.status, reply.reason) == (ReplyStatus.WITHHELD, "The post is gone.")
    assert scenario.mention("deleted").deleted_at == scenario.now
    assert scenario.case(mention).waiver == POST_DELETED
    assert scenario.mention("stolen").deleted_at is None
    forget(scenario.app, now=scenario.now)
    assert texts(scenario, mention) == [""]
    assert texts(scenario, scenario.mention("stolen")) == [POSTS["stolen"]]
    assert scenario.replies(mention.id or 0)[0].text == SAFE
    assert scenario.verified().sound
    kinds = [(entry.kind, json.loads(entry.body)["actor"]) for entry in scenario.log()[-3:]]
    assert kinds == [
        ("step:mention:deleted", "step:deliver"),
        ("step:case:closing-waived", "step:deliver"),
        ("step:reply:withheld", "step:deliver"),
    ]
    assert all(POSTS["deleted"] not in entry.body for entry in scenario.log())


class Vanishing:
    """The network as it is, but the post is deleted between the look and the answer."""

    def __init__(self, network: Network, scenario: Scenario) -> None:
        self._network, self._square = network, scenario

    def __getattr__(self, name: str) -> object:
        return getattr(self._network, name)

    def look_up(self, external_id: str) -> PostState:
        found = self._network.look_up(external_id)
        self._square.tell("/_delete", id=external_id)
        return found


def test_a_post_deleted_between_the_look_and_the_answer_is_marked_too(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    mention = answered(scenario, "vanishing")
    (account_id,) = scenario.app.networks
    vanishing = Vanishing(scenario.app.networks[account_id], scenario)
    monkeypatch.setitem(scenario.app.networks, account_id, vanishing)
    deliver(scenario.app, now=scenario.now)
    (reply,) = scenario.replies(mention.id or 0)
    assert reply.status == ReplyStatus.WITHHELD
    with reading(scenario.app.engine) as session:
        row = session.get_one(MentionRow, mention.id)
    assert row.deleted_at is not None
    assert scenario.verified().sound


def test_a_private_message_that_reaches_nobody_deletes_no_post(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    mention = scenario.mention("stolen")
    with writing(scenario.app.engine) as session:
        session.add(_private(scenario, mention))
        session.add(_wrote_first(scenario, mention))
    (account_id,) = scenario.app.networks

    def gone(*_: object, **__: object) -> None:
        raise TargetGone("There is no such person.")

    monkeypatch.setattr(scenario.app.networks[account_id], "send_private", gone)
    deliver(scenario.app, now=scenario.now)
    (private,) = [row for row in scenario.replies(mention.id or 0) if row.slot == "private"]
    assert private.status == ReplyStatus.WITHHELD
    with reading(scenario.app.engine) as session:
        assert session.get_one(MentionRow, mention.id).deleted_at is None


def test_a_case_with_another_public_post_still_owes_its_closing_line(scenario: Scenario) -> None:
    lawyer, stolen = scenario.mention("lawyer"), scenario.mention("stolen")
    case = scenario.case(lawyer)
    with writing(scenario.app.engine) as session:
        leg = select(CaseThreadRow).where(col(CaseThreadRow.mention_id) == stolen.id)
        session.execute(leg).scalar_one().case_id = case.id or 0
    for mention, waiver in ((lawyer, None), (stolen, POST_DELETED)):
        with writing(scenario.app.engine) as session:
            on_gone(session, mention.id or 0, scenario.now)
        assert scenario.case(lawyer).waiver == waiver
    assert scenario.verified().sound


def test_being_told_twice_marks_once(scenario: Scenario) -> None:
    mention = scenario.mention("stolen")
    for _ in range(2):
        with writing(scenario.app.engine) as session:
            on_gone(session, mention.id or 0, scenario.now)
    kinds = [entry.kind for entry in scenario.log() if entry.mention_id == mention.id]
    assert kinds.count("step:mention:deleted") == 1


def test_a_case_that_went_private_after_its_post_was_deleted_is_waived_at_the_closing_line(scenario: Scenario) -> None:
    mention = scenario.mention("stolen")
    case_id = scenario.case(mention).id or 0
    with writing(scenario.app.engine) as session:
        on_gone(session, mention.id or 0, scenario.now)
        session.execute(
            update(CareCaseRow)
            .where(col(CareCaseRow.id) == case_id)
            .values(status=CaseStatus.PRIVATE.value, waiver=None)
        )
    acts.close_in_public(scenario.app, case_id, SAFE, actor=ANA, now=scenario.now)
    run_once(scenario.app)
    assert scenario.case(mention).waiver == POST_DELETED


def test_the_copy_of_a_deleted_post_above_an_answer_is_forgotten_too(scenario: Scenario) -> None:
    lawyer, stolen = scenario.mention("lawyer"), scenario.mention("stolen")
    above = {"external_id": lawyer.external_id, "author_handle": "x", "author_external_id": "1", "text": "words"}
    with writing(scenario.app.engine) as session:
        answer = session.get_one(MentionRow, stolen.id)
        answer.parent_external_id, answer.root_external_id = lawyer.external_id, lawyer.root_external_id
        answer.above = above
    forget(scenario.app, now=scenario.now)
    with reading(scenario.app.engine) as session:
        assert session.get_one(MentionRow, stolen.id).above == above
    with writing(scenario.app.engine) as session:
        on_gone(session, lawyer.id or 0, scenario.now)
    assert forget(scenario.app, now=scenario.now) == 1
    with reading(scenario.app.engine) as session:
        assert session.get_one(MentionRow, stolen.id).above is None
    assert forget(scenario.app, now=scenario.now) == 0


def _wrote_first(scenario: Scenario, mention: MentionRow) -> DirectMessageRow:
    return DirectMessageRow(
        network="x",
        account_id=scenario.decision(mention.id or 0).account_id,
        external_id="dm-1",
        conversation_id="dm",
        identity_id=mention.identity_id,
        outgoing=False,
        text="Hola",
        sent_at=scenario.now,
        heard_at=scenario.now,
    )


def _private(scenario: Scenario, mention: MentionRow) -> ReplyRow:
    return ReplyRow(
        account_id=scenario.decision(mention.id or 0).account_id,
        mention_id=mention.id or 0,
        revision=mention.revision,
        slot="private",
        act="private_message",
        target_external_id="404",
        text="Hola, te escribimos por aquí.",
        language="es",
        status=ReplyStatus.APPROVED.value,
        origin="person",
        author=ANA.tag,
        approvals=[ANA.tag],
        created_at=scenario.now,
        approved_at=scenario.now,
        due_at=scenario.now,
    )
