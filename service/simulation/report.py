"""The result of a simulation as text and JSON. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import TypeVar

from ledger.canonical import Json
from records.enums import Action
from service.simulation.counts import DifferenceCounts, SimulationCounts, Totals
from service.simulation.simulate import SimulationBasis
from service.simulation.trial import RulebookText

_Key = TypeVar("_Key")
_MOST_CHANGES = 25
"""Lines of changes that are shown to people; `--json` has them all."""


def counts_as_json(counted: SimulationCounts, rehearsed: SimulationBasis) -> dict[str, Json]:
    """What one rulebook would do."""
    (written,) = rehearsed.rulebooks
    return {
        "rulebook": _named(written),
        "posts": counted.posts,
        "actions": dict(_by_action(counted)),
        "rules": [
            {"action": key.action.value, "rule": key.rule, "queue": key.queue, **_sums(tally, rehearsed)}
            for key, tally in _largest(counted.by_decision)
        ],
        "queues": dict(_by_queue(counted)),
        "cost_dollars": round(sum(tally.cost for tally in counted.by_decision.values()), 4),
        **_assumed(rehearsed),
    }


def counts_as_text(counted: SimulationCounts, rehearsed: SimulationBasis) -> str:
    """The same as text."""
    (written,) = rehearsed.rulebooks
    lines = [f"{written.name} {_version(written)} on {counted.posts} stored posts", ""]
    lines += [f"action  {action:<16} {count:>8}" for action, count in _by_action(counted).most_common()]
    lines += [f"queue   {queue:<16} {count:>8} wait for a person" for queue, count in _by_queue(counted).most_common()]
    cost = sum(tally.cost for tally in counted.by_decision.values())
    said = sum(tally.public + tally.private for tally in counted.by_decision.values())
    alone = sum(tally.alone for tally in counted.by_decision.values())
    lines += [f"said    {said} texts, {alone} answers without a person's approval; cost {cost:.2f} dollars", ""]
    for key, tally in _largest(counted.by_decision):
        where = f", waits in {key.queue}" if key.queue else ""
        lines.append(f"{key.rule}: {key.action.value} {tally.posts}{where}")
        lines += _examples(tally, rehearsed)
    return "\n".join([*lines, "", _granted(rehearsed)])


def differences_as_json(found: DifferenceCounts, rehearsed: SimulationBasis) -> dict[str, Json]:
    """How two rulebooks differ."""
    before, after = rehearsed.rulebooks
    return {
        "before": _named(before),
        "after": _named(after),
        "posts": found.posts,
        "changed": found.changed,
        "same_by_another_rule": found.same_by_another_rule,
        "matrix": {
            was.value: {would.value: found.matrix[was, would] for would in Action if found.matrix[was, would]}
            for was in Action
            if any(found.matrix[was, would] for would in Action)
        },
        "replies_gained": found.gained,
        "replies_lost": found.lost,
        "exposure_minutes": round(_total(found).exposure, 1),
        "cost_dollars": round(_total(found).cost, 4),
        "changes": [
            {
                "before": {"action": change.before.value, "rule": change.before_rule},
                "after": {"action": change.after.value, "rule": change.after_rule},
                **_sums(tally, rehearsed),
            }
            for change, tally in _largest(found.by_change)
        ],
        **_assumed(rehearsed),
    }


def differences_as_text(found: DifferenceCounts, rehearsed: SimulationBasis) -> str:
    """The same as text."""
    before, after = rehearsed.rulebooks
    total = _total(found)
    lines = [
        f"{before.name} {_version(before)} -> {after.name} {_version(after)} on {found.posts} stored posts",
        "",
        f"changed            {found.changed}",
        f"another rule only  {found.same_by_another_rule}",
        f"replies gained     {found.gained}",
        f"replies lost       {found.lost}",
        f"exposure minutes   {total.exposure:+.0f}   (minutes unanswered x log2(2 + reach) x P(negative))",
        f"cost               {total.cost:+.2f} dollars",
        "",
        "from \\ to        " + "".join(f"{action.value:>16}" for action in Action),
    ]
    lines += [f"{was.value:<16} " + "".join(f"{found.matrix[was, would]:>16}" for would in Action) for was in Action]
    lines.append("")
    changes = _largest(found.by_change)
    for change, tally in changes[:_MOST_CHANGES]:
        lines.append(
            f"{tally.posts:>7}  {change.before.value} by {change.before_rule} -> "
            f"{change.after.value} by {change.after_rule}   exposure {tally.exposure:+.0f}"
        )
        lines += _examples(tally, rehearsed)
    if len(changes) > _MOST_CHANGES:
        lines.append(f"... and {len(changes) - _MOST_CHANGES} more ways, see --json")
    return "\n".join([*lines, "", _granted(rehearsed)])


def _by_action(counted: SimulationCounts) -> Counter[str]:
    return _summed((key.action.value, tally) for key, tally in counted.by_decision.items())


def _by_queue(counted: SimulationCounts) -> Counter[str]:
    return _summed((key.queue, tally) for key, tally in counted.by_decision.items() if key.queue)


def _summed(items: Iterable[tuple[str, Totals]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for name, tally in items:
        found[name] += tally.posts
    return found


def _total(found: DifferenceCounts) -> Totals:
    total = Totals()
    for tally in found.by_change.values():
        total.merge(tally)
    return total


def _largest(tallies: Mapping[_Key, Totals]) -> list[tuple[_Key, Totals]]:
    return sorted(tallies.items(), key=lambda item: (-item[1].posts, str(item[0])))


def _sums(tally: Totals, rehearsed: SimulationBasis) -> dict[str, Json]:
    return {
        "posts": tally.posts,
        "public_replies": tally.public,
        "private_messages": tally.private,
        "without_approval": tally.alone,
        "hides": tally.hides,
        "cost_dollars": round(tally.cost, 4),
        "exposure_minutes": round(tally.exposure, 1),
        "examples": [{"decision": each, "text": rehearsed.posts.get(each, "")} for each in tally.examples],
    }


def _examples(tally: Totals, rehearsed: SimulationBasis) -> list[str]:
    return [f"           - {rehearsed.posts[each]}" for each in tally.examples if each in rehearsed.posts]


def _assumed(rehearsed: SimulationBasis) -> dict[str, Json]:
    return {"person_minutes": rehearsed.person_minutes, "person_minutes_measured": rehearsed.measured}


def _granted(rehearsed: SimulationBasis) -> str:
    how = "as measured" if rehearsed.measured else "taken for granted, set it with --person-minutes"
    return (
        f"A post that a person answers or approves waits {rehearsed.person_minutes:.0f} minutes ({how}); "
        "one that is let pass is seen as long as an answer would still be sent."
    )


def _named(written: RulebookText) -> dict[str, Json]:
    return {"name": written.name, "version": _version(written)}


def _version(written: RulebookText) -> str:
    return sha256(written.text.encode()).hexdigest()[:16]
