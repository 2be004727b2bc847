"""What the rulebook decides about mentions as they stand, and which acts follow. Reads no clock and no database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from policies.engine import decide as decide_by_rulebook
from records.nouns import Act, FactValue, Mode, Verdict
from replies.acts import TEXT_ACTS
from service.bounds import NO_BOUNDS, Bounds
from service.decision_entries import facts_as_json
from service.drafting import Outgoing, as_permitted, choose_language, outgoing_acts
from service.facts import gather_facts
from service.house import House
from service.permitting import permissions_of
from service.standing import Standing

_EVERYBODY = 0
"""Stands for a thread that is one conversation, whoever speaks in it."""


@dataclass(frozen=True, kw_only=True)
class Decided:
    """One decision, computed and not yet written."""

    standing: Standing
    facts: dict[str, dict[str, FactValue]]
    """As the decision row keeps them."""
    history: bool
    verdict: Verdict
    mode: Mode
    acts: tuple[Outgoing, ...]


def decide_all(
    house: House,
    standings: Sequence[Standing],
    *,
    spent: Mapping[int, Counter[str]],
    bounds: Mapping[int, Bounds],
    now: datetime,
) -> list[Decided]:
    """Decide each in its turn: what one says in a thread, or to a person, the next one knows.

    `spent` are today's decisions of each rule by account, and grows; `bounds` are those of each account.
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
        held_to = bounds.get(standing.account_id, NO_BOUNDS)
        each = _decide_one(house, seen, spent[standing.account_id], held_to, now)
        if each.mode is Mode.LIVE:
            spent[standing.account_id][each.verdict.rule] += 1
            answered[thread] += sum(act.act is Act.PUBLIC_REPLY for act in each.acts)
            told[person] += sum(act.act in TEXT_ACTS for act in each.acts)
        decided.append(each)
    return decided


def _decide_one(house: House, standing: Standing, spent: Mapping[str, int], bounds: Bounds, now: datetime) -> Decided:
    account, brand = house.accounts[standing.account_id], house.brand_of(standing.account_id)
    rulebook = house.rulebooks[brand.name]
    permissions = permissions_of(house, standing, now=now)
    facts = gather_facts(standing, permissions, account=account, brand=brand, now=now, bounds=bounds)
    verdict = decide_by_rulebook(rulebook, facts, now=now.astimezone(ZoneInfo(brand.timezone)), spent_today=spent)
    language = choose_language(standing.assessment.language, brand)
    too_old = now - standing.published_at > timedelta(hours=brand.max_reply_age_hours)
    history = standing.published_at < account.connected_at
    mode = Mode.SHADOW if history or too_old else house.mode
    if mode is Mode.LIVE:
        verdict = as_permitted(
            verdict, permissions, language=language, standing=standing, account=account, bounds=bounds
        )
    acts = outgoing_acts(
        verdict,
        standing,
        permissions,
        rulebook=rulebook,
        account=account,
        brand=brand,
        language=language or brand.languages[0],
        now=now,
    )
    return Decided(
        standing=standing,
        facts=facts_as_json(facts),
        history=history,
        verdict=verdict,
        mode=mode,
        acts=acts if mode is Mode.LIVE else (),
    )
