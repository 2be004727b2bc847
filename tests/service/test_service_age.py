"""Not late, not over someone, and an edited post is judged anew (DESIGN promise 4)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from records.database import reading
from records.enums import Action, Mode, ReplyStatus, Role
from records.models import Actor
from records.tables.listener import MentionAccountRow, MentionRevisionRow, MentionRow
from records.tables.service import AssessmentRow, DecisionRow
from service.desk import acts
from service.wiring.app import open_app
from tests.support.scenario import TEXTS, Scenario, open_scenario

HOURS = 3600


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Scenario]:
    """All posts are visible and none has been heard; the account was connected before the first."""
    with open_scenario(tmp_path) as found:
        yield found


def test_what_is_older_than_the_connection_is_decided_in_shadow_and_never_answered(tmp_path: Path) -> None:
    with open_scenario(tmp_path, played=False) as late:
        late.app.close()
        (tmp_path / "home" / "aparte.db").unlink()
        late.world.practice.step()
        app = open_app(late.world.settings)
        connected = Scenario(world=late.world, app=app)
        try:
            connected.work(minutes=5)
            mentions = [connected.mention(name) for name in TEXTS]
            decisions = [connected.decision(mention.id or 0) for mention in mentions]
            assert {decision.mode for decision in decisions} == {Mode.SHADOW}
            assert len({decision.action for decision in decisions}) >= 3
            assert [connected.replies(mention.id or 0) for mention in mentions] == [[]] * len(mentions)
            assert connected.truth()["replies"] == []
            assert connected.truth()["messages"] == []
        finally:
            app.close()


def test_what_is_found_after_twelve_hours_is_decided_in_shadow_and_never_answered(fresh: Scenario) -> None:
    fresh.world.practice.wait(13 * HOURS)
    fresh.work(minutes=5)
    for name in TEXTS:
        mention = fresh.mention(name)
        assert fresh.decision(mention.id or 0).mode == Mode.SHADOW, name
        assert fresh.replies(mention.id or 0) == []
    assert fresh.truth()["replies"] == []


def test_an_approval_that_grew_old_is_asked_for_again(fresh: Scenario) -> None:
    fresh.work()
    (waiting,) = fresh.replies(fresh.mention("hours").id or 0)
    assert waiting.status == ReplyStatus.DRAFT
    supervisor = Actor(tag="agent:1", roles=frozenset({Role.SUPERVISOR}))
    acts.approve(fresh.app, waiting.id or 0, actor=supervisor, now=fresh.now)
    fresh.world.practice.wait(HOURS)
    fresh.work(minutes=2)
    (still,) = fresh.replies(fresh.mention("hours").id or 0)
    assert (still.status, still.approvals) == (ReplyStatus.HELD, [])
    assert fresh.network_id("hours") not in {reply["in_reply_to"] for reply in fresh.truth()["replies"]}


def test_an_answer_from_outside_settles_a_mention_that_was_not_yet_heard(fresh: Scenario) -> None:
    fresh.tell("/_outside_reply", in_reply_to=fresh.network_id("charged"), text="Hola, te escribimos ahora.")
    fresh.work(minutes=3)
    mention = fresh.mention("charged")
    assert fresh.decision(mention.id or 0).action == Action.LISTEN
    assert fresh.replies(mention.id or 0) == []
    said = [reply for reply in fresh.truth()["replies"] if reply["in_reply_to"] == mention.external_id]
    assert said == []


def test_an_answer_from_outside_holds_the_draft_and_stops_the_clock(fresh: Scenario) -> None:
    fresh.work()
    mention = fresh.mention("hours")
    assert [reply.status for reply in fresh.replies(mention.id or 0)] == [ReplyStatus.DRAFT]
    assert fresh.case(mention).waiting_since is not None
    fresh.tell("/_outside_reply", in_reply_to=mention.external_id, text="Abrimos a las nueve.")
    fresh.work(minutes=2)
    (held,) = fresh.replies(mention.id or 0)
    assert (held.status, "outside" in held.reason) == (ReplyStatus.HELD, True)
    case = fresh.case(mention)
    assert case.waiting_since is None
    assert case.first_responded_at is not None
    assert case.exposure == 0
    with reading(fresh.app.engine) as session:
        link = session.execute(
            select(MentionAccountRow).where(col(MentionAccountRow.mention_id) == mention.id)
        ).scalar_one()
    assert link.settled_by is not None
    assert [reply["in_reply_to"] for reply in fresh.truth()["replies"]].count(mention.external_id) == 0


def live_rows(scenario: Scenario, mention_id: int) -> tuple[int, int, int]:
    """How many live revisions, assessments and decisions a mention has."""
    counts = []
    with reading(scenario.app.engine) as session:
        for row in (MentionRevisionRow, AssessmentRow, DecisionRow):
            query = select(func.count()).where(col(row.mention_id) == mention_id, col(row.superseded_at).is_(None))
            counts.append(session.execute(query).scalar_one())
    return counts[0], counts[1], counts[2]


def mention_of(scenario: Scenario, external_id: str) -> MentionRow:
    with reading(scenario.app.engine) as session:
        query = select(MentionRow).where(col(MentionRow.external_id) == external_id)
        found: MentionRow = session.execute(query).scalar_one()
        return found


def test_an_edited_post_is_judged_and_decided_again_and_the_old_findings_are_kept(fresh: Scenario) -> None:
    posted = fresh.tell("/_post", author="nina", text=TEXTS["hours"], lang="es")["id"]
    fresh.work()
    before = mention_of(fresh, posted)
    first = fresh.decision(before.id or 0)
    fresh.tell("/_edit", id=posted, text=TEXTS["stolen"])
    fresh.work(minutes=3)
    after = mention_of(fresh, posted)
    assert (after.id, after.revision) == (before.id, 2)
    assert live_rows(fresh, after.id or 0) == (1, 1, 1)
    second = fresh.decision(after.id or 0)
    assert (first.revision, second.revision) == (1, 2)
    assert second.rule != first.rule
    with reading(fresh.app.engine) as session:
        kept = session.get_one(DecisionRow, first.id)
    assert kept.superseded_at is not None
    assert fresh.verified().sound


def test_a_draft_for_words_that_were_edited_away_is_not_sent(fresh: Scenario) -> None:
    fresh.work()
    mention = fresh.mention("hours")
    fresh.tell("/_edit", id=mention.external_id, text=TEXTS["stolen"])
    (waiting,) = fresh.replies(mention.id or 0)
    supervisor = Actor(tag="agent:1", roles=frozenset({Role.SUPERVISOR}))
    acts.approve(fresh.app, waiting.id or 0, actor=supervisor, now=fresh.now)
    fresh.work(minutes=3)
    assert {reply.status for reply in fresh.replies(mention.id or 0)} <= {
        ReplyStatus.DRAFT,
        ReplyStatus.HELD,
        ReplyStatus.WITHHELD,
    }
    assert mention.external_id not in {reply["in_reply_to"] for reply in fresh.truth()["replies"]}


def test_a_post_that_was_deleted_meanwhile_is_not_answered(fresh: Scenario) -> None:
    fresh.work()
    mention = fresh.mention("hours")
    fresh.tell("/_delete", id=mention.external_id)
    (waiting,) = fresh.replies(mention.id or 0)
    supervisor = Actor(tag="agent:1", roles=frozenset({Role.SUPERVISOR}))
    acts.approve(fresh.app, waiting.id or 0, actor=supervisor, now=fresh.now)
    fresh.work(minutes=2)
    (ended,) = fresh.replies(mention.id or 0)
    assert ended.status == ReplyStatus.WITHHELD
    assert ended.reason
    assert mention.external_id not in {reply["in_reply_to"] for reply in fresh.truth()["replies"]}
