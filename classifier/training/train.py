"""Training the linear models of one task: idf weights, latent topics, calibrated fit, explanation terms.

Latent topics are a latent semantic analysis of unlabelled posts. They are used in training alone: a linear model
over the topics is a linear model over the features, so judging costs nothing more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags, hstack, vstack

from classifier.judging.features import normalise, vectorize, words_of
from classifier.judging.linear_models import SPACES, LinearModel, save_model
from classifier.training.calibration import fitting_temperature
from classifier.training.labelled_posts import (
    LabelledFileError,
    LabelledPost,
    read_labelled,
    read_texts,
    refuse_evaluation_files,
)
from classifier.training.training_sets import Task, task_named

if TYPE_CHECKING:
    from sklearn.linear_model import LogisticRegression

_FOLDS = 3
_MAX_ITERATIONS = 100
_TOLERANCE = 1e-3

TOPICS = 100
_TOPIC_ITERATIONS = 2
_RAREST_FEATURE = 2
"""Features in no more posts than this are left out of the topics."""
_TOPIC_SPREAD = 0.3
"""Standard deviation of each topic over the labelled posts, beside features of about 1."""

_FEWEST_POSTS = 12
"""Posts a word must occur in, so that no name or private matter of one author becomes an explanation term."""
_TERMS_PER_LABEL = 60
_SHORTEST_TERM = 4


@dataclass(frozen=True, kw_only=True)
class TrainingReport:
    """What a training run read and wrote."""

    task: str
    posts: int
    """Labelled posts."""
    background: int
    """Posts read without labels."""
    labels: dict[str, int]
    """Posts of each label."""
    temperatures: dict[str, float]
    """By feature space: above 1 the scores were overconfident, below 1 underconfident."""
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
class _TrainingSet:
    """Labelled posts as arrays, and posts read without labels."""

    words: list[list[str]]
    background: list[list[str]]
    answers: NDArray[np.intp]
    weights: NDArray[np.float64]
    """How much each post counts, classes balanced."""
    counts: NDArray[np.float64]
    """How much each post counts by its file, without balancing."""


def train(task: str, files: Sequence[Path], *, out: Path, seed: int = 0) -> TrainingReport:
    """Fit `task` on `files` in every feature space and write one artifact each into the folder `out`.

    Files that the training set of the task names as background are read without labels. Files meant for
    measuring (`*_dev`, `*_val`, `*_test`) are refused. Equal files and seed give equal artifacts.
    Raises LabelledFileError, or ValueError for an unknown task.
    """
    spec = task_named(task)
    refuse_evaluation_files(files)
    posts = [post for file in files if file.name not in spec.background for post in read_labelled(task, file)]
    _require_every_label(posts, spec, task)
    texts = [text for file in files if file.name in spec.background for text in read_texts(file)]
    data = _training_set(posts, texts, spec)
    fitted = [_fit_model(task, spec, space, data, seed) for space in SPACES]
    return TrainingReport(
        task=task,
        posts=len(posts),
        background=len(texts),
        labels=dict(Counter(post.label for post in posts)),
        temperatures={model.space: temperature for model, temperature in fitted},
        artifacts=tuple(save_model(model, out) for model, _ in fitted),
    )


def _require_every_label(posts: Sequence[LabelledPost], spec: Task, task: str) -> None:
    seen = Counter(post.label for post in posts)
    rare = [label for label in spec.labels if seen[label] < _FOLDS]
    if rare:
        raise LabelledFileError(f"{task} needs at least {_FOLDS} posts of every label: add some of {', '.join(rare)}")


def _training_set(posts: Sequence[LabelledPost], texts: Sequence[str], spec: Task) -> _TrainingSet:
    answers = np.array([spec.labels.index(post.label) for post in posts], dtype=np.intp)
    counts = np.array([post.weight for post in posts], dtype=np.float64)
    mass = np.bincount(answers, weights=counts, minlength=len(spec.labels))
    balanced = (mass.sum() / (len(mass) * mass)) ** spec.balance
    return _TrainingSet(
        words=[words_of(normalise(post.text)) for post in posts],
        background=[words_of(normalise(text)) for text in texts],
        answers=answers,
        weights=counts * balanced[answers],
        counts=counts,
    )


def _fit_model(task: str, spec: Task, space: str, data: _TrainingSet, seed: int) -> tuple[LinearModel, float]:
    rows = vectorize(data.words, SPACES[space])
    projection = _projection(rows, data, space, seed)
    seen = (rows @ projection).tocsr()
    temperature = _temperature(seen, spec, data, seed)
    weights, bias = _per_label(_fit(seen, data.answers, data.weights, spec.strength))
    model = LinearModel(
        task=task,
        space=space,
        labels=spec.labels,
        weights=(projection @ weights / temperature).astype(np.float32),
        bias=(bias / temperature).astype(np.float32),
        explanation_terms=_explanation_terms(spec, data),
    )
    return model, temperature


def _explanation_terms(spec: Task, data: _TrainingSet) -> tuple[tuple[str, ...], ...]:
    if not spec.names_words:
        return ((),) * len(spec.labels)
    return find_explanation_terms(data.words, data.answers, len(spec.labels))


def _projection(rows: csr_matrix, data: _TrainingSet, space: str, seed: int) -> csr_matrix:
    """What the model sees of a row, as a linear map that is folded into its weights afterwards.

    Each feature weighted by its idf and, where there is background, the latent topics learnt from it.
    """
    features = _idf_projection(rows)
    if len(data.background) <= TOPICS:
        return features
    background = vstack([rows, vectorize(data.background, SPACES[space])], format="csr")
    return hstack([features, csr_matrix(latent_topics(rows, background, seed=seed))], format="csr")


def _idf_projection(rows: csr_matrix) -> csr_matrix:
    """From buckets to those that occur in `rows`, each weighted by its idf."""
    seen = np.unique(rows.indices)
    places = (seen, np.arange(len(seen)))
    return csr_matrix((inverse_document_frequency(rows)[seen], places), shape=(rows.shape[1], len(seen)))


def _temperature(rows: csr_matrix, spec: Task, data: _TrainingSet, seed: int) -> float:
    """Fitted on posts that the scoring model had not seen, each fold in turn."""
    scores = np.zeros((rows.shape[0], len(spec.labels)))
    from sklearn.model_selection import StratifiedKFold  # noqa: PLC0415 - a second and 150 MB, for training alone

    folds = StratifiedKFold(n_splits=_FOLDS, shuffle=True, random_state=seed)
    for seen, held_back in folds.split(rows, data.answers):
        model = _fit(rows[seen], data.answers[seen], data.weights[seen], spec.strength)
        weights, bias = _per_label(model)
        scores[held_back] = rows[held_back] @ weights + bias
    return fitting_temperature(scores, data.answers, data.counts)


def _fit(
    rows: csr_matrix, answers: NDArray[np.intp], weights: NDArray[np.float64], strength: float
) -> LogisticRegression:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - a second and 150 MB, for training alone

    model = LogisticRegression(C=strength, max_iter=_MAX_ITERATIONS, tol=_TOLERANCE)
    return model.fit(rows, answers, sample_weight=weights)


def _per_label(model: LogisticRegression) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights of shape (buckets, labels) and bias; two labels are fitted as one score and split evenly."""
    weights, bias = model.coef_.T, model.intercept_
    if weights.shape[1] == 1:
        return np.hstack([-weights, weights]) / 2, np.concatenate([-bias, bias]) / 2
    return weights, bias


def inverse_document_frequency(rows: csr_matrix, *, seen_more_than: int = -1) -> NDArray[np.float64]:
    """Smoothed inverse document frequency of each column; 0 for those in no more rows than `seen_more_than`."""
    seen = np.bincount(rows.indices, minlength=rows.shape[1])
    idf = np.log((rows.shape[0] + 1) / (seen + 1)) + 1
    return np.asarray(np.where(seen > seen_more_than, idf, 0.0))


def latent_topics(labelled: csr_matrix, background: csr_matrix, *, seed: int) -> NDArray[np.float64]:
    """The projection of shape (buckets, topics) learnt from `background`, scaled to the `labelled` rows."""
    idf = inverse_document_frequency(background, seen_more_than=_RAREST_FEATURE)
    kept = np.flatnonzero(idf)
    scaled = (background[:, kept] @ diags(idf[kept])).tocsr()
    from sklearn.utils.extmath import randomized_svd  # noqa: PLC0415 - a second and 150 MB, for training alone

    _, _, axes = randomized_svd(scaled, TOPICS, n_iter=_TOPIC_ITERATIONS, random_state=seed)
    projection = np.zeros((len(idf), len(axes)))
    projection[kept] = axes.T * idf[kept, None]
    spread = np.std(labelled @ projection, axis=0)
    return np.asarray(projection * (_TOPIC_SPREAD / np.maximum(spread, 1e-9)))


def find_explanation_terms(
    posts: Sequence[Sequence[str]], answers: NDArray[np.intp], labels: int
) -> tuple[tuple[str, ...], ...]:
    """For each label, the words whose presence raises its share most (log odds, smoothed), strongest first."""
    seen: dict[str, NDArray[np.float64]] = {}
    for words, answer in zip(posts, answers, strict=True):
        for word in set(words):
            if len(word) >= _SHORTEST_TERM and word.isalpha():
                seen.setdefault(word, np.zeros(labels))[answer] += 1
    common = {word: counts for word, counts in seen.items() if counts.sum() >= _FEWEST_POSTS}
    if not common:
        return ((),) * labels
    vocabulary = sorted(common)
    table = np.array([common[word] for word in vocabulary]) + 0.5
    totals = np.bincount(answers, minlength=labels)
    odds = np.log(table / (table.sum(axis=1, keepdims=True) - table))
    prior = np.log(totals / np.maximum(totals.sum() - totals, 1))
    strength = (odds - prior) * np.sqrt(table)
    strongest = [np.argsort(-strength[:, label])[:_TERMS_PER_LABEL] for label in range(labels)]
    return tuple(tuple(vocabulary[place] for place in places) for places in strongest)
