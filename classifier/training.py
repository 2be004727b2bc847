"""Training the linear models of one task from labelled files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack, vstack
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from classifier.calibration import fitting_temperature
from classifier.cues import find_cues
from classifier.features import vectorize, words_of
from classifier.heads import Head, save_head
from classifier.labelled import LabelledFileError, LabelledPost, read_labelled, read_texts, refuse_measuring_files
from classifier.levels import SPACES
from classifier.meaning import DIRECTIONS, directions_of
from classifier.normalisation import normalise
from classifier.rarity import rarity_of
from classifier.recipes import Task, task_named

_FOLDS = 3
_ROUNDS = 100
_TOLERANCE = 1e-3


@dataclass(frozen=True, kw_only=True)
class TrainingReport:
    """What a training run read and wrote."""

    task: str
    posts: int
    """Labelled posts."""
    background: int
    """Posts read for their words alone."""
    labels: dict[str, int]
    """Posts of each label."""
    temperatures: dict[str, float]
    """By feature space: above 1 the scores were too sure of themselves, below 1 too timid."""
    artifacts: tuple[Path, ...]

    def as_json(self) -> dict[str, object]:
        """The report in plain values for `--json`."""
        return {
            "task": self.task,
            "posts": self.posts,
            "background": self.background,
            "labels": self.labels,
            "temperatures": self.temperatures,
            "artifacts": [str(path) for path in self.artifacts],
        }


@dataclass(frozen=True, kw_only=True)
class _Lesson:
    """Labelled posts as arrays, and posts read for their words alone."""

    words: list[list[str]]
    background: list[list[str]]
    answers: NDArray[np.intp]
    weights: NDArray[np.float64]
    """How much each post counts, classes balanced."""
    counts: NDArray[np.float64]
    """How much each post counts as it stands in its file."""


def train(task: str, files: Sequence[Path], *, out: Path, seed: int = 0) -> TrainingReport:
    """Fit `task` on `files` in every feature space and write one artifact each into the folder `out`.

    Files that the recipe of the task names as background are read for their words alone. Files meant for
    measuring (`*_dev`, `*_val`, `*_test`) are refused. Equal files and seed give equal artifacts.
    Raises LabelledFileError, or ValueError for an unknown task.
    """
    question = task_named(task)
    refuse_measuring_files(files)
    posts = [post for file in files if file.name not in question.background for post in read_labelled(task, file)]
    _require_every_label(posts, question, task)
    texts = [text for file in files if file.name in question.background for text in read_texts(file)]
    lesson = _lesson(posts, texts, question)
    heads = [_fit_head(task, question, space, lesson, seed) for space in SPACES]
    return TrainingReport(
        task=task,
        posts=len(posts),
        background=len(texts),
        labels=dict(Counter(post.label for post in posts)),
        temperatures={head.space: temperature for head, temperature in heads},
        artifacts=tuple(save_head(head, out) for head, _ in heads),
    )


def _require_every_label(posts: Sequence[LabelledPost], question: Task, task: str) -> None:
    seen = Counter(post.label for post in posts)
    rare = [label for label in question.labels if seen[label] < _FOLDS]
    if rare:
        raise LabelledFileError(f"{task} needs at least {_FOLDS} posts of every label: add some of {', '.join(rare)}")


def _lesson(posts: Sequence[LabelledPost], texts: Sequence[str], question: Task) -> _Lesson:
    answers = np.array([question.labels.index(post.label) for post in posts], dtype=np.intp)
    counts = np.array([post.weight for post in posts], dtype=np.float64)
    mass = np.bincount(answers, weights=counts, minlength=len(question.labels))
    evened = (mass.sum() / (len(mass) * mass)) ** question.balance
    return _Lesson(
        words=[words_of(normalise(post.text)) for post in posts],
        background=[words_of(normalise(text)) for text in texts],
        answers=answers,
        weights=counts * evened[answers],
        counts=counts,
    )


def _fit_head(task: str, question: Task, space: str, lesson: _Lesson, seed: int) -> tuple[Head, float]:
    rows = vectorize(lesson.words, SPACES[space])
    lens = _lens(rows, lesson, space, seed)
    seen = (rows @ lens).tocsr()
    temperature = _temperature(seen, question, lesson, seed)
    weights, bias = _per_label(_fit(seen, lesson.answers, lesson.weights, question.strength))
    head = Head(
        task=task,
        space=space,
        labels=question.labels,
        weights=(lens @ weights / temperature).astype(np.float32),
        bias=(bias / temperature).astype(np.float32),
        cues=_cues(question, lesson),
    )
    return head, temperature


def _cues(question: Task, lesson: _Lesson) -> tuple[tuple[str, ...], ...]:
    if not question.names_words:
        return ((),) * len(question.labels)
    return find_cues(lesson.words, lesson.answers, len(question.labels))


def _lens(rows: csr_matrix, lesson: _Lesson, space: str, seed: int) -> csr_matrix:
    """What the model sees of a row, as a linear map that is folded into its weights afterwards.

    Each feature weighed by its rarity and, where there is background, the directions of meaning it taught.
    """
    features = _telling_features(rows)
    if len(lesson.background) <= DIRECTIONS:
        return features
    background = vstack([rows, vectorize(lesson.background, SPACES[space])], format="csr")
    return hstack([features, csr_matrix(directions_of(rows, background, seed=seed))], format="csr")


def _telling_features(rows: csr_matrix) -> csr_matrix:
    """From buckets to those that occur in `rows`, each weighed by its rarity."""
    seen = np.unique(rows.indices)
    places = (seen, np.arange(len(seen)))
    return csr_matrix((rarity_of(rows)[seen], places), shape=(rows.shape[1], len(seen)))


def _temperature(rows: csr_matrix, question: Task, lesson: _Lesson, seed: int) -> float:
    """Fitted on posts that the scoring model had not seen, each fold in turn."""
    scores = np.zeros((rows.shape[0], len(question.labels)))
    folds = StratifiedKFold(n_splits=_FOLDS, shuffle=True, random_state=seed)
    for seen, held_back in folds.split(rows, lesson.answers):
        model = _fit(rows[seen], lesson.answers[seen], lesson.weights[seen], question.strength)
        weights, bias = _per_label(model)
        scores[held_back] = rows[held_back] @ weights + bias
    return fitting_temperature(scores, lesson.answers, lesson.counts)


def _fit(
    rows: csr_matrix, answers: NDArray[np.intp], weights: NDArray[np.float64], strength: float
) -> LogisticRegression:
    model = LogisticRegression(C=strength, max_iter=_ROUNDS, tol=_TOLERANCE)
    return model.fit(rows, answers, sample_weight=weights)


def _per_label(model: LogisticRegression) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights of shape (buckets, labels) and bias; two labels are fitted as one score and split evenly."""
    weights, bias = model.coef_.T, model.intercept_
    if weights.shape[1] == 1:
        return np.hstack([-weights, weights]) / 2, np.concatenate([-bias, bias]) / 2
    return weights, bias
