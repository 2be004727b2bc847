"""Evaluation of the models on a labelled file: scores a label, confusion, calibration."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifier.judging.features import normalise, words_of
from classifier.judging.linear_models import ARTIFACTS, LevelModels, ProbabilityArray, load_models
from classifier.training.calibration import calibration_error
from classifier.training.labelled_posts import read_labelled

_BATCH = 256
_SMALLEST = 1e-12


@dataclass(frozen=True, kw_only=True)
class ClassScore:
    """How one label fared; shares in [0, 1]."""

    precision: float
    recall: float
    f1: float
    support: int
    """Posts that people gave this label."""


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """Measurements of one task on one file."""

    task: str
    file: str
    level: str
    model_version: str
    n: int
    accuracy: float
    macro_f1: float
    """Unweighted mean of F1 over the labels that occur in the file."""
    log_loss: float
    """Nats; lower is better."""
    calibration_error: float
    """Expected calibration error over ten bins, in [0, 1]."""
    classes: dict[str, ClassScore]
    confusion: dict[str, dict[str, int]]
    """Posts by the label people gave, then by the label the model gave."""

    def as_json(self) -> dict[str, object]:
        """The measurements in plain values for `--json`."""
        return asdict(self)


def evaluate(task: str, file: Path, *, level: str, folder: Path = ARTIFACTS) -> Evaluation:
    """Measure the text model of `task` at `level` on the labelled posts of `file`.

    Nothing but the text is read: clues of context and signals, which `Judge` adds, are left out.
    Raises LabelledFileError, ArtifactError, or ValueError for an unknown task or level.
    """
    posts = read_labelled(task, file)
    models = load_models(level, folder=folder, tasks=(task,))
    labels = models.labels[task]
    probabilities = _probabilities(models, task, [post.text for post in posts])
    answers = np.array([labels.index(post.label) for post in posts], dtype=np.intp)
    given = probabilities.argmax(axis=1)
    classes = _class_scores(answers, given, labels)
    from sklearn.metrics import confusion_matrix  # noqa: PLC0415 - a second and 150 MB, for training alone

    confusion = confusion_matrix(answers, given, labels=range(len(labels)))
    likelihood = np.maximum(probabilities[np.arange(len(answers)), answers], _SMALLEST)
    return Evaluation(
        task=task,
        file=file.name,
        level=level,
        model_version=models.version,
        n=len(posts),
        accuracy=float((given == answers).mean()),
        macro_f1=float(np.mean([score.f1 for score in classes.values() if score.support])),
        log_loss=float(-np.log(likelihood).mean()),
        calibration_error=calibration_error(probabilities, answers),
        classes=classes,
        confusion={
            label: {guess: int(confusion[row, column]) for column, guess in enumerate(labels)}
            for row, label in enumerate(labels)
        },
    )


def _probabilities(models: LevelModels, task: str, texts: list[str]) -> ProbabilityArray:
    words = [words_of(normalise(text)) for text in texts]
    starts = range(0, len(words), _BATCH)
    return np.vstack([models.probabilities(words[start : start + _BATCH])[task] for start in starts])


def _class_scores(answers: NDArray[np.intp], given: NDArray[np.intp], labels: tuple[str, ...]) -> dict[str, ClassScore]:
    from sklearn.metrics import precision_recall_fscore_support  # noqa: PLC0415 - a second and 150 MB, for training alone

    scores = precision_recall_fscore_support(answers, given, labels=range(len(labels)), zero_division=0.0)
    return {
        label: ClassScore(precision=float(p), recall=float(r), f1=float(f1), support=int(support))
        for label, p, r, f1, support in zip(labels, *scores, strict=True)
    }
