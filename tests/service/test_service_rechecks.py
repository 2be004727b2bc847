"""Edited and deleted posts in the whole service, access lost and found again, and what a feed is asked about."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from networks.errors import TokenRefused
from records.database import reading, writing
from records.enums import Feed, ReplyStatus, Role
from records.models import Actor
from records.tables.listener import AccountHealthRow, CoverageGapRow, MentionRevisionRow, MentionRow
from records.tables.people import IdentityRow
from service.desk import acts
from service.steps.assess import assess
from service.steps.decide import decide
from service.steps.forget import forget
from service.steps.listen import access, listen, posts_to_watch
from service.steps.recheck import recheck
from tests.support.scenario import TEXTS, Scenario, copied_scenario, open_scenario

ANA = Actor(tag="agent:1", roles=frozenset({Role.AGENT}))
POSTS = {name: TEXTS[name] for name in ("stolen", "lawyer", "praise", "overheard")}
SAFE = "Hola, gracias por escribirnos. Lo miramos y te decimos algo por aquí."


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scenario]:
    with open_scenario(tmp_path_factory.mktemp("rechecked"), texts=POSTS) as found:
        found.work()
        yield found


@pytest.fixture
def scenario(original: Scenario, tmp_path: Path) -> Iterator[Scenario]:
    with copied_scenario(original, tmp_path) as found:
        yield found


def much_later(scenario: Scenario) -> datetime:
    return scenario.now + timedelta(hours=25)


def test_an_answer_to_an_edited_post_waits_for_a_person_and_the_new_text_is_judged(scenario: Scenario) -> None:
    mention = scenario.mention("lawyer")
    account_id = scenario.decision(mention.id or 0).account_id
    acts.answer(
        scenario.app,
        mention_id=mention.id or 0,
        account_id=account_id,
        text=SAFE,
        privately=False,
        actor=ANA,
        now=scenario.now,
    )
    scenario.tell("/_edit", id=mention.external_id, text="@marca mi abogado dice que gracias, ya está todo bien")

    assert recheck(scenario.app, now=much_later(scenario)) == len(POSTS)

    assert [row.status for row in scenario.replies(mention.id or 0)] == [ReplyStatus.HELD]
    with reading(scenario.app.engine) as session:
        live = session.execute(
            select(MentionRevisionRow).where(
                col(MentionRevisionRow.mention_id) == mention.id, col(MentionRevisionRow.superseded_at).is_(None)
            )
        ).scalar_one()
    assert (live.revision, live.assess_due_at is not None) == (2, True)
    assess(scenario.app, now=much_later(scenario))
    decide(scenario.app, now=much_later(scenario))
    assert scenario.decision(mention.id or 0).revision == 2
    assert scenario.verified().sound


def test_a_deleted_post_is_found_and_forgotten_with_its_author(scenario: Scenario) -> None:
    mention = scenario.mention("praise")
    scenario.tell("/_delete", id=mention.external_id)

    recheck(scenario.app, now=much_later(scenario))
    forget(scenario.app, now=much_later(scenario))

    with reading(scenario.app.engine) as session:
        found = session.get_one(MentionRow, mention.id)
        author = session.get_one(IdentityRow, mention.identity_id)
        others = session.execute(select(col(IdentityRow.handle)).where(col(IdentityRow.id) != author.id)).scalars()
        assert all(others)
        texts = session.execute(
            select(col(MentionRevisionRow.text)).where(col(MentionRevisionRow.mention_id) == mention.id)
        )
        assert list(texts.scalars()) == [""]
    assert found.deleted_at is not None
    assert [json.loads(entry.body)["actor"] for entry in scenario.log() if "deleted" in entry.kind] == ["step:recheck"]
    assert (author.handle, author.display_name, author.biography, author.reach) == ("", "", "", 0)
    assert scenario.verified().sound
    assert recheck(scenario.app, now=much_later(scenario)) == 0


def test_a_repaired_account_reads_what_it_missed(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    (account_id,) = scenario.app.networks
    network = scenario.app.networks[account_id]

    def refuse(*_: object, **__: object) -> None:
        raise TokenRefused("The token expired.")

    with monkeypatch.context() as broken:
        broken.setattr(network, "read", refuse)
        broken.setattr(network, "check_access", refuse)
        later = scenario.now + timedelta(minutes=5)
        assert listen(scenario.app, now=later) == 0
        assert access(scenario.app, now=later + timedelta(minutes=15)) == 1
    assert health(scenario).state == "refused"
    assert access(scenario.app, now=later + timedelta(minutes=30)) == 1
    assert health(scenario).state == "working"
    open_gaps = [gap for gap in gaps(scenario) if gap.recovered_at is None]
    assert {gap.feed for gap in open_gaps} == {feed.value for feed in network.feeds}
    assert {(gap.cause, gap.reason) for gap in open_gaps} == {("outage", "The token expired.")}

    for _ in range(2):
        listen(scenario.app, now=later + timedelta(minutes=30))
    assert {gap.feed for gap in gaps(scenario) if gap.recovered_at is None} == set()


def test_threads_are_asked_about_open_cases_and_quotes_about_own_posts(scenario: Scenario) -> None:
    (account_id,) = scenario.app.networks
    mention = scenario.mention("stolen")
    with reading(scenario.app.engine) as session:
        threads = posts_to_watch(session, account_id, Feed.THREADS, now=scenario.now)
        assert mention.root_external_id in threads
        assert posts_to_watch(session, account_id, Feed.MENTIONS, now=scenario.now) == ()
    case = scenario.case(mention)
    with writing(scenario.app.engine) as session:
        session.merge(case).closed_at = scenario.now
    told = scenario.tell("/_outside_reply", in_reply_to=mention.external_id, text="lo vemos")
    listen(scenario.app, now=scenario.now + timedelta(minutes=2))
    with reading(scenario.app.engine) as session:
        assert mention.root_external_id not in posts_to_watch(session, account_id, Feed.THREADS, now=scenario.now)
        assert told["id"] in posts_to_watch(session, account_id, Feed.QUOTES, now=scenario.now)
        week_later = scenario.now + timedelta(days=8)
        assert posts_to_watch(session, account_id, Feed.QUOTES, now=week_later) == ()


def health(scenario: Scenario) -> AccountHealthRow:
    with reading(scenario.app.engine) as session:
        found: AccountHealthRow = session.execute(select(AccountHealthRow)).scalar_one()
        return found


def gaps(scenario: Scenario) -> list[CoverageGapRow]:
    with reading(scenario.app.engine) as session:
        return list(session.execute(select(CoverageGapRow)).scalars())
