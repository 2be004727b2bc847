"""What rules are told, and what pilots and rehearsals read, on both databases: one practice network, one round."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select, update
from sqlmodel import col

from policies.loading import load_rulebook
from records.database import reading, writing
from records.enums import Action, Mode, PrivateState, ProofKind, Role
from records.models import Actor
from records.tables.listener import MentionAccountRow, MentionRow
from records.tables.room import RoomRow
from service.brands.articles import ArticleRecord, import_articles, list_articles
from service.brands.rulebook_versions import RulebookSource, current_rulebook
from service.deciding.brand_reader import read_brand_contexts, read_brand_policies
from service.deciding.context import MentionContext
from service.deciding.reader import read_mentions
from service.desk.pilots import PilotTerms, promote_pilot, start_pilot
from service.pilots.lifecycle import pilot_invitations_since, pilot_verdicts_since, running_pilots
from service.pilots.report import disagreements, newest_pilot, report_on
from service.simulation.simulate import SimulationScope, compare, simulate
from service.steps.pilots import compare_pilots
from service.wiring.app import open_app
from tests.support.practice_home import practice_home
from tests.support.scenario import Scenario, row, write_rows

SARA = Actor(tag="agent:1", roles=frozenset({Role.SUPERVISOR}))
POSTS = [
    row("charged", "@marca me habéis cobrado dos veces la misma compra, mirad mi cuenta por favor"),
    row("lawyer", "@marca mi abogado os va a escribir, os llevo a los tribunales", minutes=1),
    row("again", "@marca sigo esperando, nadie me contesta", minutes=9, author="lawyer_too"),
]
TEXT = """
rulebook: tried
languages: [es, en]
rules:
  - name: aside
    state: live
    when: permission.reply
    then: {action: move_private, template: aside, approval: one}
    because: A trial.
    limits: {per_day: 2}
"""
TRIED = RulebookSource(name="tried", text=TEXT, rulebook=load_rulebook(TEXT, name="tried"))
INCIDENT = ArticleRecord(
    brand="marca", title="incident: the app", body="We know.", language="en", internal=False, valid_until=None
)


def test_facts_pilots_and_rehearsals_read_alike_on_both_databases(database_url: str, tmp_path: Path) -> None:
    posts = write_rows(tmp_path / "posts.jsonl", POSTS)
    with practice_home(tmp_path / "home", posts=posts, database=database_url) as world:
        app = open_app(world.settings)
        try:
            scenario = Scenario(world=world, app=app)
            scenario.work()
            world.practice.step()
            start_pilot(
                app, "marca", TRIED, PilotTerms(mode=Mode.SHADOW, least_compared=9), actor=SARA, now=scenario.now
            )
            scenario.work(minutes=2)
            _knows_cases_and_proofs(scenario)
            _knows_articles(scenario)
            _compares_and_promotes(scenario)
            _rehearses(scenario)
        finally:
            app.close()


def _mention(scenario: Scenario, name: str) -> MentionContext:
    with reading(scenario.app.engine) as session:
        query = select(col(MentionAccountRow.id)).join(
            MentionRow, col(MentionRow.id) == col(MentionAccountRow.mention_id)
        )
        ids = session.execute(query.where(col(MentionRow.external_id) == scenario.network_id(name))).scalars()
        (found,) = read_mentions(session, scenario.app, list(ids), now=scenario.now)
    return found


def _knows_cases_and_proofs(scenario: Scenario) -> None:
    first, second = _mention(scenario, "lawyer"), _mention(scenario, "again")
    assert (first.case.open, first.case.waits, first.case.mentions) == (True, True, 2)
    assert not first.case.is_chased_by(first.published_at)
    assert second.case.is_chased_by(second.published_at)
    invited = _mention(scenario, "charged")
    assert invited.case.private_state == PrivateState.INVITED
    assert not invited.proof.kind
    with writing(scenario.app.engine) as session:
        proved = {"handle_proof": ProofKind.OWN_MESSAGE, "file_proof": ProofKind.EMAIL_CODE}
        session.execute(update(RoomRow).values(handle_held_at=scenario.now, filed_at=scenario.now, **proved))
    assert _mention(scenario, "charged").proof.kind == ProofKind.EMAIL_CODE
    assert not first.proof.kind


def _knows_articles(scenario: Scenario) -> None:
    for new, replaced in ((1, 0), (0, 1)):
        with writing(scenario.app.engine) as session:
            taken, _ = import_articles(session, [INCIDENT], now=scenario.now)
        assert (taken.new, taken.replaced) == (new, replaced)
    with reading(scenario.app.engine) as session:
        assert [each.title for each in list_articles(session, brand="marca")] == [INCIDENT.title]
        standing = read_brand_contexts(session, scenario.app, now=scenario.now)["marca"]
    assert (standing.incident_known, standing.incident_text_approved) == (True, False)


def _compares_and_promotes(scenario: Scenario) -> None:
    app = scenario.app
    with reading(app.engine) as session:
        pilot = running_pilots(session)["marca"]
        since = scenario.now - timedelta(days=2)
        assert pilot_invitations_since(session, pilot, since) == 2
        assert dict(pilot_verdicts_since(session, pilot, since)[next(iter(app.accounts))]) == {"aside": 2, "no-rule": 1}
        assert read_brand_policies(session, app, now=scenario.now)["marca"].pilot is not None
    compare_pilots(app, now=scenario.now + timedelta(days=2))
    with reading(app.engine) as session:
        row = newest_pilot(session, "marca")
        assert row is not None
        report = report_on(session, row)
        assert (report.overall.posts, report.invitations) == (3, 2)
        assert report.overall.compared == len(disagreements(session, row, most=9)) == 1
    promote_pilot(app, "marca", actor=SARA, now=scenario.now, although="A test.")
    with reading(app.engine) as session:
        assert current_rulebook(session, "marca").version == TRIED.rulebook.version


def _rehearses(scenario: Scenario) -> None:
    told: list[float] = []
    counted, _ = simulate(scenario.app, "live", SimulationScope(), now=scenario.now, on_part=told.append)
    by_action = {key.action: tally.posts for key, tally in counted.by_decision.items()}
    assert (counted.posts, by_action[Action.MOVE_PRIVATE], told[-1]) == (3, 2, 1.0)
    found, _ = compare(scenario.app, "live", "live", SimulationScope(days=9), now=scenario.now, on_part=told.append)
    assert (found.posts, found.changed) == (3, 0)
