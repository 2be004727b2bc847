"""What was in doubt is settled by what the feed brings, or by a person who has seen it on the network."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select, text

from records.database import reading, writing
from records.enums import Act, ReplyStatus, Role
from records.models import Actor
from records.refusals import RefusalError
from records.tables.listener import MentionAccountRow, OwnPostRow
from records.tables.replies import ReplyRow
from replies.lifecycle import CANNOT_TELL
from service.desk.confirm_sent import NO_SUCH_NAME, NOT_IN_DOUBT, OF_ANOTHER, OF_THE_PERSON, confirm_sent
from service.steps.listen import listen
from tests.support.scenario import TEXTS, Scenario, copied_scenario, open_scenario

ANA = Actor(tag="agent:1", roles=frozenset({Role.AGENT}))


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scenario]:
    texts = {"praise": TEXTS["praise"], "praise-too": f"{TEXTS['praise']} de verdad"}
    with open_scenario(tmp_path_factory.mktemp("posts"), texts=texts) as found:
        found.work(minutes=2)
        yield found


@pytest.fixture
def scenario(original: Scenario, tmp_path: Path) -> Iterator[Scenario]:
    with copied_scenario(original, tmp_path) as found:
        yield found


def answer_to(scenario: Scenario, name: str) -> ReplyRow:
    (row,) = [each for each in scenario.replies(scenario.mention(name).id or 0) if each.slot == "answer"]
    return row


def doubted(scenario: Scenario, name: str) -> ReplyRow:
    """An answer that the network has, as it would stand had its own answer been lost and nobody heard of it yet."""
    row = answer_to(scenario, name)
    assert (row.status, row.act) == (ReplyStatus.SENT, Act.PUBLIC_REPLY)
    with writing(scenario.app.engine) as session:
        lost = session.get_one(ReplyRow, row.id)
        lost.status, lost.reason, lost.external_id, lost.sent_at = "held", CANNOT_TELL, None, None
        session.execute(text("DELETE FROM own_post WHERE external_id = :external_id"), {"external_id": row.external_id})
    return row


def test_a_reply_in_doubt_is_sent_when_the_feed_brings_it(scenario: Scenario) -> None:
    row = doubted(scenario, "praise")
    with writing(scenario.app.engine) as session:
        session.execute(text("UPDATE feed_cursor SET read_until = NULL"))
    listen(scenario.app, now=scenario.now + timedelta(minutes=2))
    found = answer_to(scenario, "praise")
    assert (found.status, found.external_id) == (ReplyStatus.SENT, row.external_id)
    with reading(scenario.app.engine) as session:
        own = session.exec(select(OwnPostRow).where(col(OwnPostRow.external_id) == row.external_id)).one()
        settled = session.exec(select(MentionAccountRow).where(col(MentionAccountRow.settled_at).is_not(None))).all()
    assert (own.origin, list(settled)) == ("ours", [])
    told = [entry for entry in scenario.log() if entry.kind == "step:reply:sent"]
    assert '"actor":"step:listen"' in told[-1].body
    assert scenario.verified().sound


def test_a_person_who_has_seen_the_answer_settles_its_doubt(scenario: Scenario) -> None:
    row = doubted(scenario, "praise")
    link = f"https://x.com/marca/status/{row.external_id}"
    confirm_sent(scenario.app, row.id or 0, external_id=link, actor=ANA, now=scenario.now)
    found = answer_to(scenario, "praise")
    assert (found.status, found.external_id, found.reason) == (ReplyStatus.SENT, row.external_id, "")
    assert (scenario.log()[-1].kind, scenario.verified().sound) == ("agent:reply:sent", True)
    with pytest.raises(RefusalError, match=NOT_IN_DOUBT):
        confirm_sent(scenario.app, row.id or 0, external_id=link, actor=ANA, now=scenario.now)


def test_a_doubt_is_settled_by_an_answer_of_its_own_alone(scenario: Scenario) -> None:
    row = doubted(scenario, "praise")
    other = scenario.network_id("praise-too")
    with writing(scenario.app.engine) as session:
        told = row.model_dump(exclude={"id"}) | {"slot": "follow-up-1", "external_id": "7001"}
        session.add(ReplyRow(**told))
    for named, why in (
        (None, NO_SUCH_NAME),
        ("https://x.com/marca", NO_SUCH_NAME),
        ("7001", OF_ANOTHER),
        (row.target_external_id, OF_THE_PERSON),
        (other, OF_THE_PERSON),
    ):
        with pytest.raises(RefusalError, match=why):
            confirm_sent(scenario.app, row.id or 0, external_id=named, actor=ANA, now=scenario.now)
    assert answer_to(scenario, "praise").status == ReplyStatus.HELD


def test_a_hide_in_doubt_needs_no_link(scenario: Scenario) -> None:
    row = doubted(scenario, "praise")
    with writing(scenario.app.engine) as session:
        session.get_one(ReplyRow, row.id).act = Act.HIDE.value
    confirm_sent(scenario.app, row.id or 0, external_id=None, actor=ANA, now=scenario.now)
    found = answer_to(scenario, "praise")
    assert (found.status, found.external_id) == (ReplyStatus.SENT, row.target_external_id)
    assert scenario.mention("praise").hidden_at is not None


def test_who_may_not_speak_settles_nothing(scenario: Scenario) -> None:
    row = doubted(scenario, "praise")
    reader = Actor(tag="agent:2", roles=frozenset({Role.COMPLIANCE}))
    with pytest.raises(RefusalError, match="needs one of the roles"):
        confirm_sent(scenario.app, row.id or 0, external_id=row.external_id, actor=reader, now=scenario.now)
