"""All linear models of one level, asked together: one vectorization, one product a feature space."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifier.features import vectorize
from classifier.heads import ARTIFACTS, FloatArray, Head, artifact_path, load_head
from classifier.levels import SPACES, spaces_of
from classifier.recipes import TASKS

ProbabilityArray = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class _Stack:
    """The heads of one space side by side, in the order of the tasks."""

    space: str
    weights: FloatArray
    bias: FloatArray


@dataclass(frozen=True, kw_only=True)
class Models:
    """The trained models of one level."""

    level: str
    version: str
    """The level and a hash of the artifacts it reads."""
    labels: dict[str, tuple[str, ...]]
    cues: dict[str, tuple[frozenset[str], ...]]
    """For each task, one set of words a label that may be named as evidence."""
    stacks: tuple[_Stack, ...]

    def probabilities(self, posts: Sequence[Sequence[str]]) -> dict[str, ProbabilityArray]:
        """For each task, calibrated probabilities of shape (len(posts), labels); each row sums to 1.

        Each post is the `words_of` its normalised text.
        """
        scores = sum(vectorize(posts, SPACES[stack.space]) @ stack.weights + stack.bias for stack in self.stacks) / len(
            self.stacks
        )
        found: dict[str, ProbabilityArray] = {}
        start = 0
        for task, labels in self.labels.items():
            found[task] = softmax(scores[:, start : start + len(labels)])
            start += len(labels)
        return found


def load_models(level: str, *, folder: Path = ARTIFACTS, tasks: Sequence[str] = tuple(TASKS)) -> Models:
    """Read the models of `tasks` at `level`.

    Raises ValueError for an unknown level and ArtifactError where a file is missing or malformed.
    """
    spaces = spaces_of(level)
    heads = {space: [load_head(folder, task, space) for task in tasks] for space in spaces}
    shown = heads[spaces[0]]
    return Models(
        level=level,
        version=_version(level, [artifact_path(folder, task, space) for space in spaces for task in tasks]),
        labels={head.task: head.labels for head in shown},
        cues={head.task: tuple(frozenset(words) for words in head.cues) for head in shown},
        stacks=tuple(_stacked(space, heads[space]) for space in spaces),
    )


def softmax(scores: FloatArray) -> ProbabilityArray:
    """Probabilities of each row of scores, in float64 so that rows sum to 1 closely."""
    raised = np.exp((scores - scores.max(axis=1, keepdims=True)).astype(np.float64))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def _stacked(space: str, heads: Sequence[Head]) -> _Stack:
    return _Stack(
        space=space,
        weights=np.ascontiguousarray(np.hstack([head.weights for head in heads]), dtype=np.float32),
        bias=np.concatenate([head.bias for head in heads]).astype(np.float32),
    )


def _version(level: str, files: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return f"{level}-{digest.hexdigest()[:12]}"
