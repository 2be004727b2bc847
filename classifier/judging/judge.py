"""The judge: all that the classifier says of a post, in one assessment with readable evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from typing import TypeVar

from classifier.judging.account_data import needs_account_data
from classifier.judging.features import normalise, words_of
from classifier.judging.language import detect_language
from classifier.judging.linear_models import TOXIC, LevelModels, ProbabilityArray, load_models
from classifier.judging.relation_clues import RelationClue, apply_clues, relation_clues
from classifier.judging.signals import find_signals
from classifier.personal_data.finder import find_personal_data
from records.enums import Intent, Relation, Sentiment, Urgency
from records.models import Assessment, ClassifierInput, PersonalDatum

FINDER_TEXT_LIMIT = 100_000
"""Characters of a text that the text finders read; the longest post of any network is far below."""

URGENT_SIGNALS = frozenset(("fraud", "danger", "assistance"))
"""Signals that make a post urgent whatever the model says: minutes matter."""

_NAMED_WORDS = 4
_Label = TypeVar("_Label", bound=str)


class Judge:
    """Assesses posts with the models of one level. Equal posts give equal assessments."""

    def __init__(self, models: LevelModels) -> None:
        self._models = models

    @property
    def version(self) -> str:
        """The level and a hash of the model files, as stored beside each assessment."""
        return self._models.version

    def assess(self, posts: Sequence[ClassifierInput]) -> list[Assessment]:
        """One assessment a post, in order. Any text is accepted; batches of a few hundred are fastest.

        The models read the first `features.MODEL_TEXT_LIMIT` characters, the text finders the first
        `FINDER_TEXT_LIMIT`.
        """
        if not posts:
            return []
        words = [words_of(normalise(post.text)) for post in posts]
        scores = self._models.probabilities(words)
        return [
            self._assess(post, words[place], {task: rows[place] for task, rows in scores.items()})
            for place, post in enumerate(posts)
        ]

    def warm_up(self) -> None:
        """Load now what the text finders load at first use, so that no post waits for it."""
        self.assess([ClassifierInput(text="Boa tarde, 600 00 00 00 tem problema hoje? Nobody answers: 12.50.")])

    def _assess(
        self, post: ClassifierInput, words: Sequence[str], scores: Mapping[str, ProbabilityArray]
    ) -> Assessment:
        text = encodable(post.text[:FINDER_TEXT_LIMIT])
        account = needs_account_data(text)
        clues = relation_clues(post, needs_account_data=account)
        p_sentiment = {Sentiment(label): p for label, p in self._probabilities("sentiment", scores)}
        p_relation = apply_clues({Relation(label): p for label, p in self._probabilities("relation", scores)}, clues)
        p_intent = dict(self._probabilities("intent", scores))
        p_urgency = dict(self._probabilities("urgency", scores))
        sentiment, relation = _likeliest(p_sentiment), _likeliest(p_relation)
        intent, urgency = _likeliest(p_intent), _likeliest(p_urgency)
        signals = tuple(dict.fromkeys(signal.name for signal in find_signals(text)))
        personal_data = find_personal_data(text, market=post.market)
        return Assessment(
            language=detect_language(text, hint=post.language_hint),
            sentiment=sentiment,
            p_sentiment=p_sentiment,
            relation=relation,
            p_relation=p_relation,
            intent=Intent(intent),
            p_intent=p_intent[intent],
            urgency=urgency_given(Urgency(urgency), signals),
            toxicity=dict(self._probabilities("toxicity", scores))[TOXIC],
            needs_account_data=account,
            signals=signals,
            personal_data=personal_data,
            evidence=(
                self._evidence("sentiment", sentiment, p_sentiment[sentiment], words),
                self._evidence("relation", relation, p_relation[relation], words),
                self._evidence("intent", intent, p_intent[intent], words),
                *_other_evidence(clues, signals, personal_data),
            ),
            model_version=self.version,
        )

    def _probabilities(self, task: str, scores: Mapping[str, ProbabilityArray]) -> list[tuple[str, float]]:
        return list(zip(self._models.labels[task], scores[task].tolist(), strict=True))

    def _evidence(self, task: str, label: str, probability: float, words: Sequence[str]) -> str:
        terms = self._models.explanation_terms[task][self._models.labels[task].index(label)]
        return _label_evidence(task, label, probability, words, terms)


def load_judge(level: str) -> Judge:
    """The judge of `fast`, `balanced` or `accurate`, from the models that are shipped.

    Raises ValueError for another level and ArtifactError where a model file is missing or damaged.
    """
    return Judge(load_models(level))


def urgency_given(by_model: Urgency, signals: Sequence[str]) -> Urgency:
    """The model's urgency, or `high` where a signal says that minutes matter."""
    return Urgency.HIGH if URGENT_SIGNALS.intersection(signals) else by_model


def encodable(text: str) -> str:
    """The text at its length, lone surrogates replaced by question marks, so that spans still fit."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _likeliest(probabilities: Mapping[_Label, float]) -> _Label:
    return max(probabilities, key=lambda label: probabilities[label])


def _label_evidence(task: str, label: str, probability: float, words: Sequence[str], terms: Set[str]) -> str:
    """One line such as `sentiment: negative 0.93 (delayed, worst)`, with a few explanation terms of the post."""
    named = list(dict.fromkeys(word for word in words if word in terms))[:_NAMED_WORDS]
    shown = f" ({', '.join(named)})" if named else ""
    return f"{task}: {label} {probability:.2f}{shown}"


def _other_evidence(
    clues: Sequence[RelationClue], signals: Sequence[str], personal_data: Sequence[PersonalDatum]
) -> Iterator[str]:
    """Lines for what was found beside the models; of personal data only kind and owner."""
    yield from (f"relation: {clue.reason}" for clue in clues)
    yield from (f"signal: {name}" for name in signals)
    kinds = dict.fromkeys((datum.kind, datum.owner.value) for datum in personal_data)
    yield from (f"personal_data: {kind} ({owner})" for kind, owner in kinds)
