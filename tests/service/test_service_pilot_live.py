"""A live pilot decides for its share of threads, keeps to its ceiling, and is ended by what people undo."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from policies.loading import load_rulebook
from records.database import reading, writing
from records.enums import Action, Mode, ReplyStatus, Role
from records.models import Actor
from records.tables.listener import MentionRow
from records.tables.replies import ReplyRow
from records.tables.rules import PilotRow, PilotVerdictRow
from records.tables.service import DecisionRow
from service.brands.rulebook_versions import RulebookSource
from service.desk import acts
from service.desk.agents import add_agent
from service.desk.pilots import PilotTerms, start_pilot
from service.operations.schedule import WORK
from service.pilots.comparison import AFTERWARDS
from service.pilots.lifecycle import is_in_share
from service.steps.pilots import compare_pilots
from tests.support.scenario import Scenario, open_scenario

SARA = Actor(tag="agent:1", roles=frozenset({Role.SUPERVISOR}))
TEXTS = {
    "one": "@marca me habéis cobrado dos veces la misma compra, mirad mi cuenta por favor",
    "two": "@marca my account was charged twice, please help me",
    "three": "@marca no me llega el dinero de la devolución que pedí hace un mes",
    "four": "@marca llevo tres días sin poder entrar en mi cuenta y nadie me ayuda",
    "five": "@marca where is the refund that you promised me two weeks ago?",
    "six": "@marca la transferencia que hice el lunes sigue sin aparecer en mi cuenta",
    "seven": "@marca why was my payment declined three times this morning?",
    "eight": "@marca quiero saber por qué me habéis subido la comisión de mi cuenta",
}
CORRECTION = {
    "es": "Perdona, eso no era lo que preguntabas: lo miramos y te decimos.",
    "en": "Sorry, that is not what you asked about: we are looking into it.",
}
PILOT = """
rulebook: tried
languages: [es, en]
rules:
  - name: everybody
    state: live
    when: permission.reply
    then: {action: ACTION, template: TEMPLATE, approval: none}
    because: A trial.
"""
_UNTIL_DECIDED = [WORK[name] for name in ("listen", "assess", "decide")]


@pytest.fixture
def scenario(tmp_path: Path) -> Iterator[Scenario]:
    """Eight posts of eight people, not yet heard."""
    with open_scenario(tmp_path, texts=TEXTS) as found:
        with writing(found.app.engine) as session:
            add_agent(
                session,
                email="sara@marca.example",
                name="sara",
                password="a-long-enough-password",
                roles=frozenset({Role.SUPERVISOR}),
                languages=("es",),
                now=found.now,
            )
        yield found


def pilot(scenario: Scenario, action: Action, template: str, terms: PilotTerms) -> PilotRow:
    text = PILOT.replace("ACTION", action).replace("TEMPLATE", template)
    source = RulebookSource(name="tried", text=text, rulebook=load_rulebook(text, name="tried"))
    number = start_pilot(scenario.app, "marca", source, terms, actor=SARA, now=scenario.now)
    return the_pilot(scenario, number)


def the_pilot(scenario: Scenario, number: int) -> PilotRow:
    with reading(scenario.app.engine) as session:
        return session.get_one(PilotRow, number)


def decided(scenario: Scenario) -> list[tuple[str, DecisionRow]]:
    """Root of the thread and decision, in the order of deciding."""
    with reading(scenario.app.engine) as session:
        query = select(col(MentionRow.root_external_id), DecisionRow).join(
            DecisionRow, col(DecisionRow.mention_id) == col(MentionRow.id)
        )
        return [(root, row) for root, row in session.execute(query.order_by(col(DecisionRow.id)))]


def verdicts(scenario: Scenario) -> list[PilotVerdictRow]:
    with reading(scenario.app.engine) as session:
        return list(session.execute(select(PilotVerdictRow).order_by(col(PilotVerdictRow.id))).scalars())


def said_by(scenario: Scenario, status: ReplyStatus) -> list[ReplyRow]:
    with reading(scenario.app.engine) as session:
        query = select(ReplyRow).where(col(ReplyRow.status) == status).order_by(col(ReplyRow.id))
        return list(session.execute(query).scalars())


def test_a_live_pilot_decides_for_its_share_of_threads_and_invites_no_more_than_its_ceiling(scenario: Scenario) -> None:
    terms = PilotTerms(mode=Mode.LIVE, share=0.75, most_invitations=2)
    row = pilot(scenario, Action.MOVE_PRIVATE, "aside", terms)
    while sum(step(scenario.app, now=scenario.now) for step in _UNTIL_DECIDED):
        pass
    found = decided(scenario)
    assert len(found) == len(TEXTS)
    for root, decision in found:
        takes = is_in_share(row.salt, "marca", root, share=0.75)
        assert decision.pilot_id == (row.id if takes else None)
        assert (decision.rulebook_version == row.version) is takes
        assert (decision.rule == "everybody") is takes
    of_pilot = [decision for _, decision in found if decision.pilot_id is not None]
    invited = [decision for decision in of_pilot if decision.action == Action.MOVE_PRIVATE]
    assert len(invited) == min(2, len(of_pilot))
    held = [decision for decision in of_pilot if decision.action == Action.HOLD]
    assert all("its 2 invitations of today" in decision.reasons[-1] for decision in held)
    assert [(one.mention_id, one.action) for one in verdicts(scenario)] == [
        (decision.mention_id, decision.action) for decision in of_pilot
    ]
    drafted = {reply.decision_id for reply in said_by(scenario, ReplyStatus.APPROVED)}
    assert drafted >= {decision.id for decision in invited}
    assert not drafted & {decision.id for decision in held}
    entries = [json.loads(entry.body)["body"] for entry in scenario.log() if entry.kind == "step:mention:decided"]
    assert sum(body.get("pilot") == row.id for body in entries) == len(of_pilot)


def test_what_a_live_pilot_says_by_itself_is_agreed_upon_after_a_day_and_ends_it_where_people_correct_it(
    scenario: Scenario,
) -> None:
    row = pilot(scenario, Action.REPLY_PUBLICLY, "acknowledge", PilotTerms(mode=Mode.LIVE, least_compared=3))
    scenario.work(minutes=1)
    sent = [reply for reply in said_by(scenario, ReplyStatus.SENT) if reply.author == "rule:everybody"]
    assert len(sent) == len(TEXTS)
    assert compare_pilots(scenario.app, now=scenario.now) == 0  # people have a day
    for reply in sent[:3]:
        acts.answer(
            scenario.app,
            mention_id=reply.mention_id,
            account_id=reply.account_id,
            text=CORRECTION[reply.language],
            privately=False,
            actor=SARA,
            now=scenario.now,
        )
    acts.delete_own(scenario.app, sent[3].id or 0, actor=SARA, now=scenario.now)
    assert compare_pilots(scenario.app, now=scenario.now) == 4
    compared = [one for one in verdicts(scenario) if one.done is not None]
    assert [(one.done, one.agreed) for one in compared] == [(Action.REPLY_PUBLICLY, False)] * 3 + [
        (Action.LISTEN, False)
    ]
    ended = the_pilot(scenario, row.id or 0)
    assert (ended.ended_because, ended.ended_by) == ("disagreement", "step:pilots")
    last = scenario.log()[-1]
    body = json.loads(last.body)["body"]
    assert (last.kind, body["compared"], body["agreed"]) == ("step:pilot:stopped", 4, 0)


def test_what_nobody_corrects_within_a_day_is_agreed_upon_and_the_pilot_goes_on(scenario: Scenario) -> None:
    row = pilot(scenario, Action.REPLY_PUBLICLY, "acknowledge", PilotTerms(mode=Mode.LIVE, least_compared=3))
    scenario.work(minutes=1)
    later = scenario.now + AFTERWARDS + timedelta(minutes=1)
    assert compare_pilots(scenario.app, now=later) == len(TEXTS)
    assert {(one.done, one.agreed) for one in verdicts(scenario)} == {(Action.REPLY_PUBLICLY, True)}
    assert the_pilot(scenario, row.id or 0).ended_at is None
