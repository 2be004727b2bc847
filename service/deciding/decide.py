"""Decides mentions by the rulebook in use and by a running pilot. Pure: it reads no clock and no database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from policies.engine import decide as decide_by_rulebook
from records.enums import Act, Action, Mode
from records.models import Fact, FactValue, Verdict
from replies.draft import TEXT_ACTS, PlannedAct
from service.deciding.acts import plan_acts
from service.deciding.context import ActivePilot, ActiveRulebook, DecisionContext, MentionContext
from service.deciding.facts import facts_as_json, facts_at, gather_facts
from service.deciding.reply_blockers import held_if_blocked
from service.deciding.texts import choose_language


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

    context: DecisionContext
    facts: dict[str, dict[str, FactValue]]
    """As the decision row keeps them."""
    verdict: Verdict
    mode: Mode
    acts: tuple[PlannedAct, ...]
    pilot: PilotVerdict | None = None

    @property
    def mention(self) -> MentionContext:
        return self.context.mention

    @property
    def pilot_id(self) -> int | None:
        """The pilot that decided; None where the rulebook in use did."""
        return self.pilot.pilot_id if self.pilot is not None and self.pilot.decides else None


@dataclass(frozen=True, kw_only=True)
class _Answer:
    """What one rulebook says of a mention."""

    verdict: Verdict
    facts: Mapping[str, Fact]
    acts: tuple[PlannedAct, ...]


def decide_all(contexts: Sequence[DecisionContext], *, mode: Mode, now: datetime) -> list[Decided]:
    """Decide one after the other: each knows what those before it say in its thread, and to its author.

    `mode` is that of the service. The policies in the contexts count what is spent.
    """
    answered: Counter[tuple[int, str, int | None]] = Counter()
    texts: Counter[tuple[int, int]] = Counter()
    decided = []
    for context in contexts:
        mention = context.mention
        thread, person = mention.conversation, (mention.account.id, mention.identity_id)
        each = _decide(_with_more_answers(context, in_thread=answered[thread], to_person=texts[person]), mode, now)
        if each.mode is Mode.LIVE:
            answered[thread] += sum(act.act is Act.PUBLIC_REPLY for act in each.acts)
            texts[person] += sum(act.act in TEXT_ACTS for act in each.acts)
        decided.append(each)
    return decided


def _with_more_answers(context: DecisionContext, *, in_thread: int, to_person: int) -> DecisionContext:
    if not in_thread and not to_person:
        return context
    before = context.mention.history
    history = replace(
        before,
        earlier_answers=before.earlier_answers + in_thread,
        answers_to_person=before.answers_to_person + to_person,
    )
    return replace(context, mention=replace(context.mention, history=history))


def _decide(context: DecisionContext, service_mode: Mode, now: datetime) -> Decided:
    mention, policy = context.mention, context.policy
    too_old = now - mention.published_at > timedelta(hours=mention.brand.max_reply_age_hours)
    only_recorded = mention.is_history or too_old
    mode = Mode.SHADOW if only_recorded else service_mode
    answer = _answer(context, policy.active, gather_facts(context, now=now), mode=mode, now=now)
    asked = None if only_recorded else _ask_pilot(context, policy.pilot, answer, mode=mode, now=now)
    pilot, answer = asked or (None, answer)
    if mode is Mode.LIVE and (pilot is None or not pilot.decides):
        policy.active.spent[mention.account.id][answer.verdict.rule] += 1
    return Decided(
        context=context,
        facts=facts_as_json(answer.facts),
        verdict=answer.verdict,
        mode=mode,
        acts=answer.acts if mode is Mode.LIVE else (),
        pilot=pilot,
    )


def _answer(
    context: DecisionContext, active: ActiveRulebook, facts: Mapping[str, Fact], *, mode: Mode, now: datetime
) -> _Answer:
    mention = context.mention
    language = choose_language(mention.assessment.language, mention.brand)
    verdict = decide_by_rulebook(
        active.rulebook,
        facts,
        now=now.astimezone(ZoneInfo(mention.brand.timezone)),
        spent_today=active.spent[mention.account.id],
    )
    if mode is Mode.LIVE:
        verdict = held_if_blocked(verdict, context, rulebook=active.rulebook, language=language)
    acts = plan_acts(verdict, mention, active=active, language=language or mention.brand.languages[0], now=now)
    return _Answer(verdict=verdict, facts=facts, acts=acts)


def _ask_pilot(
    context: DecisionContext, trial: ActivePilot | None, live: _Answer, *, mode: Mode, now: datetime
) -> tuple[PilotVerdict, _Answer] | None:
    """What the pilot says, and the answer that counts: the pilot's own where it decides; None without a pilot."""
    if trial is None or not trial.pilot.takes(context.mention.root_external_id):
        return None
    answer = _answer(context, trial.active, facts_at(live.facts, trial.active.hours), mode=mode, now=now)
    decides = trial.pilot.mode is Mode.LIVE
    if decides and answer.verdict.action is Action.MOVE_PRIVATE:
        if trial.invitations_left <= 0:
            answer = _over_the_ceiling(answer, trial)
        else:
            trial.invitations_left -= 1
    trial.active.spent[context.mention.account.id][answer.verdict.rule] += 1
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


def _over_the_ceiling(answer: _Answer, trial: ActivePilot) -> _Answer:
    why = (
        f"The pilot has made its {trial.pilot.most_invitations} invitations of today: "
        "nobody else is invited, and a person decides."
    )
    held = replace(answer.verdict, action=Action.HOLD, template=None, reasons=(*answer.verdict.reasons, why))
    return replace(answer, verdict=held, acts=tuple(act for act in answer.acts if act.act is Act.HIDE))
