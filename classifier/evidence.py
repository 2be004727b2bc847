"""Readable reasons of an assessment, free of personal data: words that many authors use, kinds, names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set

from classifier.context import Clue
from records.nouns import PersonalDatum

_NAMED_WORDS = 4


def finding(task: str, label: str, probability: float, words: Sequence[str], cues: Set[str]) -> str:
    """One line such as `sentiment: negative 0.93 (delayed, worst)`, with words of the post that are cues."""
    named = list(dict.fromkeys(word for word in words if word in cues))[:_NAMED_WORDS]
    shown = f" ({', '.join(named)})" if named else ""
    return f"{task}: {label} {probability:.2f}{shown}"


def surroundings(
    clues: Sequence[Clue], signals: Sequence[str], personal_data: Sequence[PersonalDatum]
) -> Iterator[str]:
    """Lines for what was found beside the models; of personal data only kind and owner."""
    yield from (f"relation: {clue.reason}" for clue in clues)
    yield from (f"signal: {name}" for name in signals)
    kinds = dict.fromkeys((datum.kind, datum.owner.value) for datum in personal_data)
    yield from (f"personal_data: {kind} ({owner})" for kind, owner in kinds)
