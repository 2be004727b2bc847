"""The tasks of the models, and the training set of each: labelled files with their weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from classifier.judging.linear_models import NOT_TOXIC, TOXIC
from records.enums import Intent, Relation, Sentiment, Urgency

SKIP = ""
"""A label mapped to this leaves its row out."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """One question a model answers about a post."""

    labels: tuple[str, ...]
    column: str
    """The column that holds the label; `label` is read where a file lacks it."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Our label for each label of a published data set; `SKIP` leaves the row out."""
    strength: float = 1.0
    """Inverse of the penalty on weights: larger fits closer."""
    balance: float = 0.0
    """0 leaves classes at their frequency, 1 gives every class equal weight."""
    background: frozenset[str] = frozenset()
    """Files read without labels: latent topics are learnt from them where labelled posts are few."""
    names_words: bool = True
    """Whether words of a post may be named as evidence; slurs may not."""


@dataclass(frozen=True, kw_only=True)
class TrainingSource:
    """One labelled file of a training set, and how its labels are read."""

    file: str
    column: str | None = None
    """Where the label is not in the task's column."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Aliases of this file alone; they win over the task's."""
    others: str | None = None
    """What a label that is neither known nor an alias becomes; None makes it an error."""
    weight: float = 1.0
    """How much a row counts beside a row of a file with weight 1."""


_POSTS_TO_BRANDS = frozenset(
    (
        "us_airline_train.csv",
        "es_airline_train.csv",
        "tass2020_es_train.csv",
        "umsab_train.csv",
        "brand_emotion_sxsw_train.csv",
        "complaints_train.csv",
        "banking77_train.csv",
    )
)

TASKS: dict[str, Task] = {
    "sentiment": Task(
        labels=tuple(Sentiment),
        column="label",
        aliases={"N": "negative", "NEU": "neutral", "P": "positive"},
        strength=0.2,
        balance=0.5,
    ),
    "relation": Task(
        labels=tuple(Relation),
        column="label",
        strength=0.2,
        balance=1.0,
        background=_POSTS_TO_BRANDS,
    ),
    "intent": Task(
        labels=tuple(Intent),
        column="intent",
        aliases={"churn_threat": "complaint", "purchase_question": "purchase", "joke": "other"},
        strength=0.2,
        balance=1.0,
        background=_POSTS_TO_BRANDS,
    ),
    "urgency": Task(
        labels=tuple(Urgency),
        column="urgency",
        strength=0.1,
        balance=1.0,
        background=_POSTS_TO_BRANDS,
        names_words=False,
    ),
    "toxicity": Task(
        labels=(NOT_TOXIC, TOXIC),
        column="label",
        aliases={
            "offensive": TOXIC,
            "hate": TOXIC,
            "neither": NOT_TOXIC,
            "not-offensive": NOT_TOXIC,
            "not-hate": NOT_TOXIC,
            "disagree": SKIP,
        },
        strength=0.3,
        names_words=False,
    ),
}

TRAINING_SETS: dict[str, tuple[TrainingSource, ...]] = {
    "sentiment": (
        TrainingSource(file="us_airline_train.csv", weight=2.0),
        TrainingSource(file="es_airline_train.csv", weight=2.0),
        TrainingSource(file="semeval2013_16_en_train.csv"),
        TrainingSource(file="tass2020_es_train.csv"),
        TrainingSource(file="umsab_train.csv"),
        TrainingSource(file="brand_emotion_sxsw_train.csv"),
    ),
    "relation": (TrainingSource(file="relation_train.csv"),),
    "intent": (TrainingSource(file="relation_train.csv"),),
    "urgency": (TrainingSource(file="relation_train.csv"),),
    "toxicity": (
        TrainingSource(file="es_goldtox_train.csv", weight=2.0),
        TrainingSource(file="tweeteval_offensive_train.csv"),
        TrainingSource(file="davidson_en_train.csv", weight=0.3),
    ),
}


def task_named(name: str) -> Task:
    """The task of that name.

    Raises ValueError naming the tasks there are.
    """
    try:
        return TASKS[name]
    except KeyError:
        raise ValueError(f"unknown task {name!r}: choose one of {', '.join(TASKS)}") from None


def source_for(task: str, file: str) -> TrainingSource:
    """How `file` (a name without folders) is read for `task`: by its training set, or plainly where none names it."""
    return next((source for source in TRAINING_SETS[task] if source.file == file), TrainingSource(file=file))


def files_for(task: str) -> tuple[str, ...]:
    """Names of every file in the training set of `task`, labelled ones first."""
    return (*(source.file for source in TRAINING_SETS[task]), *sorted(TASKS[task].background))
