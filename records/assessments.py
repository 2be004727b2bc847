"""An assessment as columns of `assessment`, and back: the one place that knows which column holds which field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlmodel import col

from records.enums import Intent, Owner, Relation, Sentiment, Urgency
from records.models import Assessment, PersonalDatum
from records.tables.service import AssessmentRow

_ENUMS = {"sentiment": Sentiment, "relation": Relation, "intent": Intent, "urgency": Urgency}
_PLAIN = ("language", "p_intent", "toxicity", "needs_account_data", "model_version")
_FAMILIES: Mapping[str, type[Sentiment] | type[Relation]] = {"p_sentiment": Sentiment, "p_relation": Relation}
"""Probabilities by label; each has a column of its own, such as `p_negative`."""
_LISTS = ("signals", "evidence")
_SPANS = ("kind", "owner", "start", "end")
"""What is stored of a piece of personal data: never its value."""

ASSESSMENT_COLUMNS: tuple[Any, ...] = tuple(
    col(getattr(AssessmentRow, name))
    for name in (
        *_ENUMS,
        *_PLAIN,
        *(f"p_{label}" for labels in _FAMILIES.values() for label in labels),
        *_LISTS,
        "personal_data",
    )
)
"""What a query selects for `assessment_from`."""


def assessment_values(found: Assessment) -> dict[str, object]:
    """The columns of `assessment` that hold what the classifier found."""
    return {
        **{name: getattr(found, name) for name in (*_ENUMS, *_PLAIN)},
        **{f"p_{label}": getattr(found, family)[label] for family, labels in _FAMILIES.items() for label in labels},
        **{name: list(getattr(found, name)) for name in _LISTS},
        "personal_data": [{name: getattr(datum, name) for name in _SPANS} for datum in found.personal_data],
    }


def assessment_from(row: Any) -> Assessment:
    """The assessment in a row that has `ASSESSMENT_COLUMNS`; its personal data has no values."""
    values: dict[str, Any] = {
        **{name: labels(getattr(row, name)) for name, labels in _ENUMS.items()},
        **{name: getattr(row, name) for name in _PLAIN},
        **{family: {label: getattr(row, f"p_{label}") for label in labels} for family, labels in _FAMILIES.items()},
        **{name: tuple(getattr(row, name)) for name in _LISTS},
        "personal_data": tuple(
            PersonalDatum(kind=datum["kind"], owner=Owner(datum["owner"]), start=datum["start"], end=datum["end"])
            for datum in row.personal_data
        ),
    }
    return Assessment(**values)
