"""The linear models: levels and their feature spaces, the artifact files, and the models of a level together."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifier.judging.features import FeatureSpace, vectorize

FloatArray = NDArray[np.float32]
ProbabilityArray = NDArray[np.float64]

ARTIFACTS = Path(__file__).parent.parent / "artifacts"
_FORMAT = 1
_STEPS = 127
"""Weights are stored in whole steps from -127 to 127, and a scale for each label."""

TASKS = ("sentiment", "relation", "intent", "urgency", "toxicity")
"""What the models decide about a post, a model each; the order is part of a version."""
TOXIC, NOT_TOXIC = "toxic", "not-toxic"
"""Labels of the task `toxicity`; the labels of the others are enums of `records.enums`."""

SPACES = {
    "words": FeatureSpace(buckets=2**17, character_range=None),
    "characters": FeatureSpace(buckets=2**18, character_range=(2, 5)),
}
"""Every space that models are trained in, by the name that artifacts carry."""

LEVELS: dict[str, tuple[str, ...]] = {
    "fast": ("words",),
    "balanced": ("characters",),
    "accurate": ("words", "characters"),
}
"""Which spaces a level reads; where there are several, their scores are averaged."""


class ArtifactError(RuntimeError):
    """A model file is missing or is not what it should be."""


@dataclass(frozen=True, kw_only=True)
class LinearModel:
    """Scores of one task: softmax(rows @ weights + bias) is its calibrated probability."""

    task: str
    space: str
    """Name of its feature space in `SPACES`."""
    labels: tuple[str, ...]
    weights: FloatArray
    """Shape (buckets, labels); the calibration temperature is already divided in."""
    bias: FloatArray
    """Shape (labels,)."""
    explanation_terms: tuple[tuple[str, ...], ...]
    """For each label, words that indicate it and are common enough to be named as evidence."""


@dataclass(frozen=True, kw_only=True)
class _StackedWeights:
    """The models of one space side by side, in the order of the tasks."""

    space: str
    weights: FloatArray
    bias: FloatArray


@dataclass(frozen=True, kw_only=True)
class LevelModels:
    """The trained models of one level."""

    level: str
    version: str
    """The level and a hash of the artifacts it reads."""
    labels: dict[str, tuple[str, ...]]
    explanation_terms: dict[str, tuple[frozenset[str], ...]]
    """For each task, the words that may be named as evidence, a set for each label."""
    stacks: tuple[_StackedWeights, ...]

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


def load_models(level: str, *, folder: Path = ARTIFACTS, tasks: Sequence[str] = TASKS) -> LevelModels:
    """Read the models of `tasks` at `level`.

    Raises ValueError for an unknown level and ArtifactError where a file is missing or malformed.
    """
    spaces = spaces_of(level)
    models = {space: [load_model(folder, task, space) for task in tasks] for space in spaces}
    first = models[spaces[0]]
    return LevelModels(
        level=level,
        version=_version(level, [artifact_path(folder, task, space) for space in spaces for task in tasks]),
        labels={model.task: model.labels for model in first},
        explanation_terms={model.task: tuple(map(frozenset, model.explanation_terms)) for model in first},
        stacks=tuple(_stacked(space, models[space]) for space in spaces),
    )


def spaces_of(level: str) -> tuple[str, ...]:
    """The names of the spaces that `level` reads.

    Raises ValueError where the level is not one of `LEVELS`.
    """
    try:
        return LEVELS[level]
    except KeyError:
        raise ValueError(f"unknown level {level!r}: choose one of {', '.join(LEVELS)}") from None


def artifact_path(folder: Path, task: str, space: str) -> Path:
    """The file of the model of `task` in `space`."""
    return folder / f"{task}-{space}.npz"


def save_model(model: LinearModel, folder: Path) -> Path:
    """Write `model` as plain arrays, its weights rounded to 8 bits; equal models give equal bytes."""
    scale = np.maximum(np.abs(model.weights).max(axis=0), 1e-12) / _STEPS
    arrays = {
        "format": np.array(_FORMAT),
        "task": np.array(model.task),
        "space": np.array(model.space),
        "labels": np.array(model.labels),
        "steps": np.rint(model.weights / scale).astype(np.int8),
        "scale": scale.astype(np.float32),
        "bias": model.bias.astype(np.float32),
        "cues": np.array([" ".join(words) for words in model.explanation_terms]),
    }
    path = artifact_path(folder, model.task, model.space)
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in arrays.items():
            buffer = io.BytesIO()
            np.save(buffer, array, allow_pickle=False)
            # ZipInfo without a date: the file's hash is the model's version.
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), buffer.getvalue(), zipfile.ZIP_DEFLATED)
    return path


def load_model(folder: Path, task: str, space: str) -> LinearModel:
    """Read a model without running code from it.

    Raises ArtifactError, saying which file and what to do, where it is missing or malformed.
    """
    path = artifact_path(folder, task, space)
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            if int(arrays["format"]) != _FORMAT:
                raise ArtifactError(f"{path.name} has another format: train {task} again")
            return LinearModel(
                task=str(arrays["task"]),
                space=str(arrays["space"]),
                labels=tuple(str(label) for label in arrays["labels"]),
                weights=arrays["steps"].astype(np.float32) * arrays["scale"],
                bias=arrays["bias"],
                explanation_terms=tuple(tuple(str(words).split()) for words in arrays["cues"]),
            )
    except FileNotFoundError:
        raise ArtifactError(f"{path.name} is missing: run `aparte train {task} FILE...`") from None
    except (KeyError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise ArtifactError(f"{path.name} is damaged ({error}): train {task} again") from error


def softmax(scores: FloatArray) -> ProbabilityArray:
    """Probabilities of each row of scores, in float64 so that rows sum to 1 closely."""
    raised = np.exp((scores - scores.max(axis=1, keepdims=True)).astype(np.float64))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def _stacked(space: str, models: Sequence[LinearModel]) -> _StackedWeights:
    return _StackedWeights(
        space=space,
        weights=np.ascontiguousarray(np.hstack([model.weights for model in models]), dtype=np.float32),
        bias=np.concatenate([model.bias for model in models]).astype(np.float32),
    )


def _version(level: str, files: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return f"{level}-{digest.hexdigest()[:12]}"
