"""An assessment comes back from its row as it was, but for the values of personal data, which are never stored."""

from __future__ import annotations

from dataclasses import fields, replace
from types import SimpleNamespace

from records.assessments import ASSESSMENT_COLUMNS, assessment_from, assessment_values
from records.enums import Intent, Owner, Relation, Sentiment, Urgency
from records.models import Assessment, PersonalDatum
from records.tables.service import AssessmentRow

IBAN = PersonalDatum(kind="iban", owner=Owner.OWN, start=3, end=27, value="ES9121000418450200051332")
FOUND = Assessment(
    language="es",
    sentiment=Sentiment.NEGATIVE,
    p_sentiment={Sentiment.NEGATIVE: 0.7, Sentiment.NEUTRAL: 0.2, Sentiment.POSITIVE: 0.1},
    relation=Relation.CUSTOMER,
    p_relation={Relation.CUSTOMER: 0.6, Relation.PROSPECT: 0.3, Relation.BYSTANDER: 0.1},
    intent=Intent.COMPLAINT,
    p_intent=0.8,
    urgency=Urgency.HIGH,
    toxicity=0.05,
    needs_account_data=0.9,
    signals=("fraud", "legal"),
    personal_data=(IBAN,),
    evidence=("intent: complaint",),
    model_version="balanced-1",
)


def test_what_is_stored_comes_back_but_for_the_values_of_personal_data() -> None:
    row = SimpleNamespace(**assessment_values(FOUND))
    assert assessment_from(row) == replace(FOUND, personal_data=(replace(IBAN, value=""),))
    assert IBAN.value not in str(assessment_values(FOUND))


def test_every_column_of_what_was_found_is_written_and_selected() -> None:
    kept_by_the_step = {"id", "mention_id", "revision", "made_at", "superseded_at"}
    columns = set(AssessmentRow.model_fields) - kept_by_the_step
    assert set(assessment_values(FOUND)) == {column.key for column in ASSESSMENT_COLUMNS} == columns


def test_every_field_of_an_assessment_is_stored() -> None:
    row = SimpleNamespace(**assessment_values(FOUND))
    back = assessment_from(row)
    assert all(getattr(back, field.name) for field in fields(Assessment))
