"""Words that may be named as the evidence of a label: common, plain, and telling."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_COMMON = 12
"""Posts a word must occur in, so that no name or private matter of one author becomes a cue."""
_PER_LABEL = 60
_SHORTEST = 4


def find_cues(posts: Sequence[Sequence[str]], answers: NDArray[np.intp], labels: int) -> tuple[tuple[str, ...], ...]:
    """For each label, the words whose presence raises its share most (log odds, smoothed), strongest first."""
    seen: dict[str, NDArray[np.float64]] = {}
    for words, answer in zip(posts, answers, strict=True):
        for word in set(words):
            if len(word) >= _SHORTEST and word.isalpha():
                seen.setdefault(word, np.zeros(labels))[answer] += 1
    common = {word: counts for word, counts in seen.items() if counts.sum() >= _COMMON}
    if not common:
        return ((),) * labels
    vocabulary = sorted(common)
    table = np.array([common[word] for word in vocabulary]) + 0.5
    totals = np.bincount(answers, minlength=labels)
    odds = np.log(table / (table.sum(axis=1, keepdims=True) - table))
    prior = np.log(totals / np.maximum(totals.sum() - totals, 1))
    telling = (odds - prior) * np.sqrt(table)
    return tuple(
        tuple(vocabulary[place] for place in np.argsort(-telling[:, label])[:_PER_LABEL]) for label in range(labels)
    )
