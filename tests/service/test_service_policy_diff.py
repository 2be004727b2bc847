"""Rulebooks rehearsed on stored facts: what would be done, and what two of them do differently."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from policies.loading import load_rulebook
from policies.rulebook.rulebook import Rulebook
from policies.vocabulary import default_facts
from records.enums import Action
from records.models import FactValue
from service.simulation.counts import DifferenceCounts, SimulationCounts
from service.simulation.estimate import Assumptions, Estimate
from service.simulation.masked_posts import mask_post
from service.simulation.redecide import Redecider, SimulatedAccount, StoredFacts, facts_by_name

MADE_AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
PLACE = SimulatedAccount(zone="Europe/Madrid", assumed=Assumptions(person_minutes=60, window_minutes=720))
ANGRY = {
    "permission.reply": True,
    "sentiment.negative": 0.5,
    "author.reach": 2,
    "cost.reply": 0.25,
    "account.network": "x",
}


def rulebook(then: str, *, limits: str = "") -> Rulebook:
    text = (
        "rulebook: r\nlanguages: [es]\nrules:\n"
        f'  - {{name: one, state: live, when: "true", then: {then}, because: A trial.{limits}}}\n'
    )
    return load_rulebook(text, name="r")


REPLY = rulebook("{action: reply_publicly, template: thanks, approval: none}")
ASK = rulebook("{action: reply_publicly, template: thanks, approval: one}")
LISTEN = rulebook("{action: listen}")


def stored(number: int = 1, **known: FactValue) -> StoredFacts:
    facts = {name: {"value": fact.value, "source": fact.source} for name, fact in default_facts().items()}
    facts |= {name: {"value": value, "source": "test"} for name, value in known.items()}
    return StoredFacts(decision_id=number, account_id=1, made_at=MADE_AT, facts=facts)


def outcome(book: Rulebook, post: StoredFacts) -> Estimate:
    redecider = Redecider(book, {1: PLACE})
    return redecider.outcome(post, facts_by_name(post, redecider.reads))


@pytest.mark.parametrize(
    ("book", "minutes"),
    [(REPLY, 0), (ASK, 60), (LISTEN, 720)],  # at once; when a person approves; never
)
def test_exposure_lasts_until_an_answer_would_leave(book: Rulebook, minutes: int) -> None:
    assert outcome(book, stored(**ANGRY)).exposure == pytest.approx(minutes * 2 * 0.5)


def test_what_the_network_forbids_is_held_and_costs_nothing() -> None:
    found = outcome(REPLY, stored(**{**ANGRY, "permission.reply": False}))
    assert (found.done.action, found.public, found.cost) == (Action.HOLD, False, 0.0)


def test_nobody_is_invited_to_wait_longer_than_was_promised() -> None:
    book = rulebook("{action: move_private, template: aside, approval: none}")
    known = {**ANGRY, "permission.private_reply": True, "case.private_wait_promised": 60.0}
    assert outcome(book, stored(**known, **{"case.private_wait_minutes": 30.0})).private is True
    late = outcome(book, stored(**known, **{"case.private_wait_minutes": 90.0}))
    assert (late.done.action, late.private) == (Action.HOLD, False)


def test_a_daily_limit_is_counted_anew_over_the_posts_of_a_day() -> None:
    redecider = Redecider(rulebook("{action: listen}", limits=", limits: {per_day: 2}"), {1: PLACE})
    found = [redecider.outcome(stored(n), facts_by_name(stored(n), redecider.reads)).rule for n in range(4)]
    assert found == ["one", "one", "no-rule", "no-rule"]


def test_without_limits_each_decision_is_counted_so_that_it_shows_whether_one_would_have_been_reached() -> None:
    book = rulebook("{action: listen}", limits=", limits: {per_day: 2}")
    within, beyond = Redecider(book, {1: PLACE}, unlimited=True), Redecider(book, {1: PLACE}, unlimited=True)
    for number in range(3):
        post = stored(number)
        if number < 2:
            within.outcome(post, facts_by_name(post, within.reads))
        assert beyond.outcome(post, facts_by_name(post, beyond.reads)).rule == "one"
    assert within.is_within_limits(within.spent)
    assert not beyond.is_within_limits(beyond.spent)
    assert sorted(beyond.spent.values()) == [3]


def test_a_fact_younger_than_the_decision_has_its_default() -> None:
    post = stored(**ANGRY)
    old = replace(post, facts={name: fact for name, fact in post.facts.items() if name != "case.chasing"})
    chased = rulebook("{action: listen}")
    assert outcome(chased, old).done == outcome(chased, post).done


def test_a_comparison_counts_what_changes_and_what_is_gained_and_lost() -> None:
    differences = DifferenceCounts()
    for number in range(3):
        post = stored(number, **ANGRY)
        differences.add(number, outcome(LISTEN, post), outcome(REPLY, post))
    differences.add(3, outcome(REPLY, stored(3, **ANGRY)), outcome(REPLY, stored(3, **ANGRY)))
    assert (differences.posts, differences.changed, differences.gained, differences.lost) == (4, 3, 3, 0)
    assert differences.matrix == {
        (Action.LISTEN, Action.REPLY_PUBLICLY): 3,
        (Action.REPLY_PUBLICLY, Action.REPLY_PUBLICLY): 1,
    }
    (tally,) = differences.by_change.values()
    assert (tally.exposure, tally.cost, tally.examples) == (pytest.approx(-2160), pytest.approx(0.75), [0, 1, 2])


def test_parts_add_up_to_the_whole() -> None:
    posts = [stored(number, **ANGRY) for number in range(6)]
    whole, first, second = SimulationCounts(), SimulationCounts(), SimulationCounts()
    for number, post in enumerate(posts):
        found = outcome(REPLY, post)
        whole.add(number, found)
        (first if number < 2 else second).add(number, found)
    first.merge(second)
    assert first == whole


def test_examples_show_neither_data_nor_names() -> None:
    shown = mask_post("@acme soy @eva_perez, mi DNI es 12345678Z\n" + "x" * 500, market="ES", ours=("acme",))
    assert shown.startswith("@acme soy @…, mi DNI es [national_id]")
    assert len(shown) == 160
