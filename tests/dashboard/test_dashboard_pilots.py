"""Pilots on the pages: how one does, where people did something else, and how a supervisor ends it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from policies.loading import load_rulebook
from records.database import reading, writing
from records.enums import Role
from records.models import Actor
from records.tables.rules import PilotRow, PilotVerdictRow
from service.brands.rulebook_versions import RulebookSource, versions_in_use
from service.desk.pilots import PilotTerms, start_pilot
from service.wiring.app import App
from tests.support.dashboard_data import NOW, SeededMention, Seeder, add_staff
from tests.support.screen import Screen, press, reference_of, shown_text

SARA = Actor(tag="agent:99", roles=frozenset({Role.SUPERVISOR}))
TEXT = """
rulebook: tried
languages: [es]
rules:
  - name: all
    state: live
    when: "true"
    then: {action: listen}
    because: A trial.
"""


@pytest.fixture
def heard(app: App, seeder: Seeder) -> SeededMention:
    """A pilot of two invitations a day has said what it would do with three posts; people disagreed with one."""
    source = RulebookSource(name="tried", text=TEXT, rulebook=load_rulebook(TEXT, name="tried"))
    pilot_id = start_pilot(app, "acme", source, PilotTerms(least_compared=3, most_invitations=2), actor=SARA, now=NOW)
    found = [seeder.mention(f"<b>one</b> of {count}") for count in range(3)]
    with writing(app.engine) as session:
        for count, each in enumerate(found):
            session.add(
                PilotVerdictRow(
                    pilot_id=pilot_id,
                    mention_id=each.mention_id,
                    revision=1,
                    account_id=seeder.account_id,
                    action="move_private",
                    rule="aside",
                    text="Write to us: {room_link}",
                    reasons=[],
                    made_at=NOW,
                    live_action="hold",
                    live_rule="no-rule",
                    done="reply_publicly" if count == 2 else "move_private",
                    done_at=NOW,
                    agreed=count != 2,
                )
            )
    return found[-1]


def pilot_row(app: App) -> PilotRow:
    with reading(app.engine) as session:
        return session.execute(select(PilotRow)).scalar_one()


def test_agreement_invitations_and_disagreements_are_told(app: App, screen: Screen, heard: SeededMention) -> None:
    screen.sign_in(add_staff(app, Role.MARKETING))
    page = shown_text(screen.open("pilots"))
    assert '<b class="late">66.7 %</b>' in page
    assert "agreed with people (2 of 3 compared)" in page
    assert '<b class="late">3</b><span class="soft">invitations today, at most 2 (3 in all)' in page
    assert "Answer in public 1" in page
    assert "The pilot would have done: Move to private" in page
    assert "&lt;b&gt;one&lt;/b&gt; of 2" in page
    assert "‹their link›" in page
    screen.language("es")
    spanish = screen.open("pilots")
    assert "66,7 %" in shown_text(spanish)
    assert "Pasar a privado" in shown_text(spanish)
    assert reference_of(app, heard.case_id) in [button.label for button in spanish.button]


@pytest.mark.usefixtures("heard")
def test_marketing_looks_and_does_not_touch(app: App, screen: Screen) -> None:
    screen.sign_in(add_staff(app, Role.MARKETING))
    page = press(screen.open("pilots"), "stop-acme")
    assert "supervisor" in page.error[0].value
    assert pilot_row(app).ended_at is None


@pytest.mark.usefixtures("heard")
def test_a_supervisor_stops_it(app: App, screen: Screen) -> None:
    screen.sign_in(add_staff(app, Role.SUPERVISOR))
    page = press(screen.open("pilots"), "stop-acme")
    assert page.success
    assert pilot_row(app).ended_because == "stopped"
    assert '<span class="chip">stopped</span>' in shown_text(page)
    assert "stop-acme" not in [button.key for button in page.button]


@pytest.mark.usefixtures("heard")
def test_one_that_people_disagree_with_is_promoted_with_a_reason_alone(app: App, screen: Screen) -> None:
    screen.sign_in(add_staff(app, Role.SUPERVISOR))
    page = press(screen.open("pilots"), "promote-acme")
    assert "agreed with people on 2 of 3 posts" in page.error[0].value.replace("\\", "")
    page.text_area(key="although-acme").input("The third was a slip").run()
    page = press(page, "promote-acme")
    assert page.success[0].value.startswith("The pilot is promoted")
    row = pilot_row(app)
    assert row.ended_because == "promoted"
    with reading(app.engine) as session:
        assert versions_in_use(session)["acme"] == row.version


def test_without_a_pilot_it_says_how_one_is_started(app: App, screen: Screen) -> None:
    screen.sign_in(add_staff(app, Role.SUPERVISOR))
    assert "aparte policy pilot start RULEBOOK.yaml --brand acme" in shown_text(screen.open("pilots"))
