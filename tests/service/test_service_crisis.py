"""A crisis of a brand: nothing of it leaves any more, the other brands go on, and two people end it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from records.database import reading, writing
from records.enums import ReplyStatus, Role
from records.models import Actor
from records.refusals import RefusalError
from records.tables.ledger import LedgerEntryRow
from records.tables.replies import ReplyRow
from replies import dispatch as dispatching_module
from service.brands.crisis_switch import IN_CRISIS, MADE_IN_CRISIS, brands_in_crisis
from service.desk import acts
from service.desk.crisis import declare_crisis, lift_crisis
from service.operations.schedule import WORK, run_once
from service.steps.deliver import deliver, reconcile
from service.wiring.app import App, open_app
from tests.support.command_line import CommandResult, RunAparte
from tests.support.practice_home import practice_home
from tests.support.scenario import Scenario, copied_scenario

BANK, AIRLINE = "bancomiralba", "aeroalcion"
SARA = Actor(tag="agent:1", roles=frozenset({Role.SUPERVISOR}))
SAM = Actor(tag="agent:2", roles=frozenset({Role.SUPERVISOR}))
MIA = Actor(tag="agent:3", roles=frozenset({Role.MARKETING}))
ANA = Actor(tag="agent:4", roles=frozenset({Role.AGENT}))
WHY = "Caída general de la banca en línea"
_BEFORE_DELIVERY = [step for name, step in WORK.items() if name not in {"deliver", "reconcile"}]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scenario]:
    """Two brands with a backlog: heard, judged, decided, every draft approved, and nothing delivered."""
    with practice_home(tmp_path_factory.mktemp("crisis") / "home") as world:
        app = open_app(world.settings)
        run_once(app)
        world.practice.wait(1800)
        while sum(step(app, now=app.clock.now()) for step in _BEFORE_DELIVERY):
            pass
        scenario = Scenario(world=world, app=app)
        by_person = of_status(scenario, BANK, "approved")[1::3]
        with writing(app.engine) as session:
            drafted = update(ReplyRow).where(col(ReplyRow.id).in_(by_person))
            session.execute(drafted.values(status="draft", approvals_needed=1, due_at=None, approved_at=None))
        for reply_id in by_person:
            acts.approve(app, reply_id, actor=ANA, now=scenario.now)
        yield scenario
        app.close()


@pytest.fixture
def scenario(original: Scenario, tmp_path: Path) -> Iterator[Scenario]:
    with copied_scenario(original, tmp_path) as found:
        yield found


def rows(scenario: Scenario, brand: str) -> list[ReplyRow]:
    accounts = [account.id for account in scenario.app.accounts.values() if account.brand == brand]
    with reading(scenario.app.engine) as session:
        query = select(ReplyRow).where(col(ReplyRow.account_id).in_(accounts)).order_by(col(ReplyRow.id))
        return list(session.execute(query).scalars())


def of_status(scenario: Scenario, brand: str, status: str) -> list[int]:
    return [row.id or 0 for row in rows(scenario, brand) if row.status == status]


def all_said(scenario: Scenario) -> Counter[str]:
    truth = json.loads(scenario.world.practice.truth())
    return Counter({kind: len(truth[kind]) for kind in ("replies", "messages", "hides")})


def kinds(scenario: Scenario, beginning: str) -> list[LedgerEntryRow]:
    return [row for row in scenario.log() if row.kind.startswith(beginning)]


def deliver_all(app: App) -> None:
    while deliver(app, now=app.clock.now()):
        pass


def test_there_is_a_backlog_of_both_kinds_for_both_brands(scenario: Scenario) -> None:
    approved = [row for row in rows(scenario, BANK) if row.status == "approved"]
    assert any(row.origin == "automatic" and not row.approvals for row in approved)
    assert any(row.approvals for row in approved)
    assert of_status(scenario, AIRLINE, "approved")


def test_after_the_declaration_nothing_of_the_brand_reaches_the_network_and_the_other_brand_goes_on(
    scenario: Scenario,
) -> None:
    waiting = of_status(scenario, BANK, "approved")
    others = of_status(scenario, AIRLINE, "approved")
    before = all_said(scenario)
    declared = declare_crisis(scenario.app, BANK, WHY, actor=MIA, now=scenario.now)
    assert (declared.held, declared.on_their_way) == (len(waiting), 0)
    deliver_all(scenario.app)
    scenario.world.practice.wait(120)
    run_once(scenario.app)
    after = {row.id: row for row in rows(scenario, BANK)}
    assert all((after[number].status, after[number].reason) == ("held", IN_CRISIS) for number in waiting)
    assert not [row for row in after.values() if row.sending_at is not None]
    sent = [row for row in rows(scenario, AIRLINE) if row.status == "sent"]
    assert {row.id for row in sent} & set(others)
    assert sum((all_said(scenario) - before).values()) == len(sent)
    held = Counter(json.loads(row.body)["body"]["reply"] for row in kinds(scenario, "agent:reply:held"))
    assert held == Counter(waiting)


def test_what_is_written_in_a_crisis_is_held_once_and_an_exempt_rule_speaks(scenario: Scenario) -> None:
    *_, exempt = of_status(scenario, BANK, "approved")
    with writing(scenario.app.engine) as session:
        session.execute(update(ReplyRow).where(col(ReplyRow.id) == exempt).values(even_in_crisis=True))
    declare_crisis(scenario.app, BANK, WHY, actor=SARA, now=scenario.now)
    late = of_status(scenario, BANK, "held")[0]
    acts.approve(scenario.app, late, actor=ANA, now=scenario.now)
    deliver_all(scenario.app)
    by_id = {row.id: row for row in rows(scenario, BANK)}
    assert by_id[exempt].status in {"sent", "unknown"}
    assert (by_id[late].status, by_id[late].reason, by_id[late].approvals) == ("held", IN_CRISIS, [])
    assert [row.id for row in by_id.values() if row.sending_at is not None] == [exempt]


def test_a_crisis_declared_after_the_intent_still_stops_the_request(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = dispatching_module.commit_intent

    def commit_then_declare(engine: object, situation: object, **more: object) -> object:
        stop = commit(engine, situation, **more)  # type: ignore[arg-type]
        if not in_crisis_now(scenario):
            declare_crisis(scenario.app, BANK, WHY, actor=SARA, now=scenario.now)
        return stop

    leave_only(scenario, BANK)
    before = all_said(scenario)
    monkeypatch.setattr(dispatching_module, "commit_intent", commit_then_declare)
    deliver_all(scenario.app)
    assert all_said(scenario) == before
    assert {row.reason for row in rows(scenario, BANK) if row.sending_at is not None} == {IN_CRISIS}


def test_killed_between_intent_and_request_it_is_held_and_never_posted(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave_only(scenario, BANK)
    before = all_said(scenario)

    def die(*_: object) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(dispatching_module, "perform_act", die)
        with pytest.raises(KeyboardInterrupt):
            deliver(scenario.app, now=scenario.now)
    (dead,) = of_status(scenario, BANK, "sending")
    declared = declare_crisis(scenario.app, BANK, WHY, actor=SARA, now=scenario.now)
    assert declared.on_their_way == 1
    for _ in range(6):
        scenario.world.practice.wait(180)
        reconcile(scenario.app, now=scenario.now)
        deliver_all(scenario.app)
    (row,) = [row for row in rows(scenario, BANK) if row.id == dead]
    assert row.status == "held"
    assert all_said(scenario) == before


def test_one_entry_an_act_and_two_different_supervisors_lift_it(scenario: Scenario) -> None:
    with pytest.raises(RefusalError, match="This needs one of the roles"):
        declare_crisis(scenario.app, BANK, WHY, actor=ANA, now=scenario.now)
    with pytest.raises(RefusalError, match="Say what has happened"):
        declare_crisis(scenario.app, BANK, "  ", actor=SARA, now=scenario.now)
    with pytest.raises(RefusalError, match="There is no brand nobody"):
        declare_crisis(scenario.app, "nobody", WHY, actor=SARA, now=scenario.now)
    declare_crisis(scenario.app, BANK, WHY, actor=SARA, now=scenario.now)
    with pytest.raises(RefusalError, match="declared already"):
        declare_crisis(scenario.app, BANK, WHY, actor=SAM, now=scenario.now)
    with pytest.raises(RefusalError, match="roles supervisor"):
        lift_crisis(scenario.app, BANK, actor=MIA, now=scenario.now)
    assert not lift_crisis(scenario.app, BANK, actor=SARA, now=scenario.now).over
    with pytest.raises(RefusalError, match="a second supervisor must"):
        lift_crisis(scenario.app, BANK, actor=SARA, now=scenario.now)
    assert in_crisis_now(scenario) == {BANK}
    late = of_status(scenario, BANK, "held")[0]
    acts.approve(scenario.app, late, actor=ANA, now=scenario.now)
    assert lift_crisis(scenario.app, BANK, actor=SAM, now=scenario.now).over
    assert in_crisis_now(scenario) == frozenset()
    with pytest.raises(RefusalError, match="nothing to lift"):
        lift_crisis(scenario.app, BANK, actor=SAM, now=scenario.now)
    assert [row.kind for row in kinds(scenario, "agent:crisis:")] == [
        "agent:crisis:declared",
        "agent:crisis:lift-begun",
        "agent:crisis:lifted",
    ]
    (again,) = [row for row in rows(scenario, BANK) if row.id == late]
    assert (again.status, again.reason) == ("held", MADE_IN_CRISIS)
    assert scenario.verified().sound


def test_what_was_held_waits_for_a_person_after_the_crisis(scenario: Scenario) -> None:
    waiting = of_status(scenario, BANK, "approved")
    declare_crisis(scenario.app, BANK, WHY, actor=SARA, now=scenario.now)
    lift_crisis(scenario.app, BANK, actor=SARA, now=scenario.now)
    lift_crisis(scenario.app, BANK, actor=SAM, now=scenario.now)
    deliver_all(scenario.app)
    assert not [row for row in rows(scenario, BANK) if row.sending_at is not None]
    acts.approve(scenario.app, waiting[0], actor=ANA, now=scenario.now)
    deliver_all(scenario.app)
    (row,) = [row for row in rows(scenario, BANK) if row.id == waiting[0]]
    assert row.status != ReplyStatus.HELD or row.reason not in {IN_CRISIS, MADE_IN_CRISIS}


def in_crisis_now(scenario: Scenario) -> frozenset[str]:
    with reading(scenario.app.engine) as session:
        return brands_in_crisis(session)


def leave_only(scenario: Scenario, brand: str) -> None:
    """Leave one approved act in the whole town."""
    chosen, *_ = of_status(scenario, brand, "approved")
    with writing(scenario.app.engine) as session:
        session.execute(
            update(ReplyRow)
            .where(col(ReplyRow.status) == "approved", col(ReplyRow.id) != chosen)
            .values(status="draft", due_at=None)
        )


def test_the_command_line_asks_who_it_is(scenario: Scenario, aparte: RunAparte) -> None:
    config = scenario.world.home.settings_file
    assert aparte("crisis", "list", "--config", config, "--json").out.strip() == '{"crises": []}'
    refused = aparte(
        "crisis", "declare", BANK, "--reason", WHY, "--as", "nobody@x.example", "--password", "no", "--config", config
    )
    assert (refused.code, refused.err) == (1, "aparte: E-mail or password is wrong.\n")


def test_the_command_line_turns_the_switch(original: Scenario, aparte: RunAparte) -> None:
    # Last in this file: the commands work on the town itself, of which the other tests have copies.
    config = original.world.home.settings_file
    for name in ("sara", "sam"):
        as_whom = ("--role", "supervisor", "--password", f"{name}-long-password")
        assert aparte("agent", "add", f"{name}@x.example", *as_whom, "--config", config).code == 0

    def turn(what: str, who: str, *more: str) -> CommandResult:
        person = ("--as", f"{who}@x.example", "--password", f"{who}-long-password")
        return aparte("crisis", what, AIRLINE, *more, *person, "--config", config, "--json")

    declared = turn("declare", "sara", "--reason", WHY)
    assert json.loads(declared.out)["held"] > 0
    assert json.loads(turn("lift", "sara").out) == {"brand": AIRLINE, "over": False}
    assert turn("lift", "sara").err == "aparte: You have lifted it already: a second supervisor must do so too.\n"
    (listed,) = json.loads(aparte("crisis", "list", "--config", config, "--json").out)["crises"]
    assert (listed["brand"], listed["reason"], listed["first_lift_by"]) == (AIRLINE, WHY, listed["declared_by"])
    assert json.loads(turn("lift", "sam").out) == {"brand": AIRLINE, "over": True}
