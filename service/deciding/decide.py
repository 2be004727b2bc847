"""Decides mentions by the rulebook in use and by a running pilot. Reads no clock and no database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from policies.engine import decide as decide_by_rulebook
from records.enums import Act, Action, Mode
from records.models import Account, Brand, Fact, FactValue, Permissions, Verdict
from replies.draft import TEXT_ACTS
from service.deciding.acts import PlannedAct, choose_language, held_if_blocked, plan_acts
from service.deciding.brand_context import NO_LIMITS, ActivePilot, ActiveRulebook, BrandPolicy, SendingLimits
from service.deciding.context import MentionContext
from service.deciding.facts import facts_as_json, facts_at, gather_facts
from service.deciding.permissions import permissions_of
from service.deciding.reply_blockers import PrivateWaits, unfillable
from service.wiring.app import App

_EVERYBODY = 0
"""Stands for a thread that is one conversation, whoever speaks in it."""


@dataclass(frozen=True, kw_only=True)
class PilotVerdict:
    """What a pilot says of one mention, beside what the rulebook in use does."""

    pilot_id: int
    verdict: Verdict
    text: str
    """What it would say in public; empty where nothing."""
    live_action: Action
    live_rule: str
    decides: bool
    """The mention is of the pilot's share, and the pilot is live."""


@dataclass(frozen=True, kw_only=True)
class Decided:
    """One decision, computed and not yet written."""

    standing: MentionContext
    facts: dict[str, dict[str, FactValue]]
    """As the decision row keeps them."""
    history: bool
    verdict: Verdict
    mode: Mode
    acts: tuple[PlannedAct, ...]
    pilot: PilotVerdict | None = None

    @property
    def pilot_id(self) -> int | None:
        """The pilot that decided; None where the rulebook in use did."""
        return self.pilot.pilot_id if self.pilot is not None and self.pilot.decides else None


@dataclass(frozen=True, kw_only=True)
class _DecisionInput:
    """One mention, with all that any rulebook is told of it."""

    app: App
    standing: MentionContext
    account: Account
    brand: Brand
    permissions: Permissions
    facts: Mapping[str, Fact]
    bounds: SendingLimits
    waits: PrivateWaits
    language: str | None
    now: datetime


@dataclass(frozen=True, kw_only=True)
class _RulebookAnswer:
    """What one rulebook says of it."""

    verdict: Verdict
    facts: Mapping[str, Fact]
    acts: tuple[PlannedAct, ...]


def decide_all(
    app: App,
    standings: Sequence[MentionContext],
    *,
    orders: Mapping[str, BrandPolicy],
    bounds: Mapping[int, SendingLimits],
    now: datetime,
) -> list[Decided]:
    """Decide each in its turn: what one says in a thread, or to a person, the next one knows.

    `orders` are those of each brand, and count what is spent; `bounds` are those of each account.
    """
    answered: Counter[tuple[int, str, int]] = Counter()
    told: Counter[tuple[int, int]] = Counter()
    decided = []
    for standing in standings:
        with_whom = standing.identity_id if standing.root_is_ours else _EVERYBODY
        thread = (standing.account_id, standing.root_external_id, with_whom)
        person = (standing.account_id, standing.identity_id)
        seen = standing
        if answered[thread] or told[person]:
            seen = replace(
                standing,
                earlier_answers=standing.earlier_answers + answered[thread],
                answers_to_person=standing.answers_to_person + told[person],
            )
        held_to = bounds.get(standing.account_id, NO_LIMITS)
        each = _decide_one(app, seen, orders[app.accounts[standing.account_id].brand], held_to, now)
        if each.mode is Mode.LIVE:
            answered[thread] += sum(act.act is Act.PUBLIC_REPLY for act in each.acts)
            told[person] += sum(act.act in TEXT_ACTS for act in each.acts)
        decided.append(each)
    return decided


def _decide_one(
    app: App, standing: MentionContext, orders: BrandPolicy, bounds: SendingLimits, now: datetime
) -> Decided:
    asked = _decision_input(app, standing, orders, bounds, now)
    too_old = now - standing.published_at > timedelta(hours=asked.brand.max_reply_age_hours)
    history = standing.published_at < asked.account.connected_at
    mode = Mode.SHADOW if history or too_old else app.mode
    answer = _answer(asked, orders.book, mode=mode)
    tried = None if history or too_old else _ask_pilot(asked, orders.trial, answer, mode=mode)
    pilot, answer = tried or (None, answer)
    if mode is Mode.LIVE and (pilot is None or not pilot.decides):
        orders.book.spent[standing.account_id][answer.verdict.rule] += 1
    return Decided(
        standing=standing,
        facts=facts_as_json(answer.facts),
        history=history,
        verdict=answer.verdict,
        mode=mode,
        acts=answer.acts if mode is Mode.LIVE else (),
        pilot=pilot,
    )


def _decision_input(
    app: App, standing: MentionContext, orders: BrandPolicy, bounds: SendingLimits, now: datetime
) -> _DecisionInput:
    account, brand = app.accounts[standing.account_id], app.brand_of(standing.account_id)
    permissions = permissions_of(app, standing, now=now)
    return _DecisionInput(
        app=app,
        standing=standing,
        account=account,
        brand=brand,
        permissions=permissions,
        facts=gather_facts(
            standing,
            permissions,
            account=account,
            brand=brand,
            now=now,
            bounds=bounds,
            of_brand=orders.standing,
            hours=orders.book.hours,
        ),
        bounds=bounds,
        waits=PrivateWaits(present=orders.standing.private_wait_minutes, promised=brand.private_wait_minutes),
        language=choose_language(standing.assessment.language, brand),
        now=now,
    )


def _answer(
    asked: _DecisionInput, book: ActiveRulebook, *, mode: Mode, facts: Mapping[str, Fact] | None = None
) -> _RulebookAnswer:
    facts = asked.facts if facts is None else facts
    language = asked.language or asked.brand.languages[0]
    verdict = decide_by_rulebook(
        book.rulebook,
        facts,
        now=asked.now.astimezone(ZoneInfo(asked.brand.timezone)),
        spent_today=book.spent[asked.standing.account_id],
    )
    if mode is Mode.LIVE:
        verdict = held_if_blocked(
            verdict,
            asked.permissions,
            language=asked.language,
            standing=asked.standing,
            account=asked.account,
            bounds=asked.bounds,
            waits=asked.waits,
            unsayable=unfillable(book.rulebook, verdict, language=language, brand=asked.brand),
        )
    acts = plan_acts(
        verdict,
        asked.standing,
        asked.permissions,
        rulebook=book.rulebook,
        account=asked.account,
        brand=asked.brand,
        language=language,
        now=asked.now,
        hours=book.hours,
    )
    return _RulebookAnswer(verdict=verdict, facts=facts, acts=acts)


def _ask_pilot(
    asked: _DecisionInput, trial: ActivePilot | None, live: _RulebookAnswer, *, mode: Mode
) -> tuple[PilotVerdict, _RulebookAnswer] | None:
    """What the pilot says, and the answer that counts: the pilot's own where it decides; None without a pilot."""
    if trial is None or not trial.pilot.takes(asked.standing.root_external_id):
        return None
    answer = _answer(asked, trial.book, mode=mode, facts=facts_at(asked.facts, trial.book.hours))
    decides = trial.pilot.mode is Mode.LIVE
    if decides and answer.verdict.action is Action.MOVE_PRIVATE:
        if trial.invitations_left <= 0:
            answer = _over_the_ceiling(answer, trial)
        else:
            trial.invitations_left -= 1
    trial.book.spent[asked.standing.account_id][answer.verdict.rule] += 1
    said = next((act.text for act in answer.acts if act.act is Act.PUBLIC_REPLY), "")
    verdict = PilotVerdict(
        pilot_id=trial.pilot.id,
        verdict=answer.verdict,
        text=said,
        live_action=live.verdict.action,
        live_rule=live.verdict.rule,
        decides=decides,
    )
    return verdict, answer if decides else live


def _over_the_ceiling(answer: _RulebookAnswer, trial: ActivePilot) -> _RulebookAnswer:
    why = (
        f"The pilot has made its {trial.pilot.most_invitations} invitations of today: "
        "nobody else is invited, and a person decides."
    )
    held = replace(answer.verdict, action=Action.HOLD, template=None, reasons=(*answer.verdict.reasons, why))
    return replace(answer, verdict=held, acts=tuple(act for act in answer.acts if act.act is Act.HIDE))
