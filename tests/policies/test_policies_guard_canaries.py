"""Drafts seeded with made-up personal data, customer facts and room facts in disguise: none may pass the guard."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import pytest

from classifier.personal_data.finder import find_personal_data
from policies.guard.guarded_text import GuardedText
from policies.guard.inspection import GuardFinding, inspect
from policies.text_limits import Channel
from records.models import Brand
from tests.policies.canaries.drafts import Draft, harmless_drafts, seeded_drafts
from tests.policies.canaries.families import FAMILIES
from tests.policies.canaries.late_families import LATE_FAMILIES

BRAND = Brand(name="acme", domains=("acme.example.com",))
NOT_DISCLOSURES = frozenset({"language", "length", "confirmation", "asks-for-data", "promotion", "placeholder"})
"""Findings by which a text is stopped for another reason; a draft stopped by these alone counts as passed."""


def guarded(text: str, known: Sequence[str] = ()) -> tuple[GuardFinding, ...]:
    return inspect(
        GuardedText(
            text=text,
            channel=Channel.PUBLIC,
            brand=BRAND,
            language="und",
            network="facebook",
            find_personal_data=lambda exact: find_personal_data(exact, market="ES"),
            protected_values=known,
        )
    )


def passed(drafts: Iterable[Draft]) -> Counter[tuple[str, str]]:
    """How many drafts the guard let through, by kind of secret and family of disguise."""
    let_through: Counter[tuple[str, str]] = Counter()
    for draft in drafts:
        findings = guarded(draft.text, [draft.secret.value] if draft.secret.tracked else [])
        if {finding.kind for finding in findings} <= NOT_DISCLOSURES:
            let_through[draft.secret.kind, draft.family] += 1
    return let_through


def test_no_draft_with_a_secret_passes() -> None:
    assert passed(seeded_drafts(2_000, seed=1, families={**FAMILIES, **LATE_FAMILIES})) == Counter()


@pytest.mark.long
@pytest.mark.parametrize("part", range(10))
def test_of_a_hundred_thousand_drafts_with_a_secret_none_passes(part: int) -> None:
    assert passed(seeded_drafts(10_000, seed=100 + part, families={**FAMILIES, **LATE_FAMILIES})) == Counter()


def test_drafts_without_a_secret_pass() -> None:
    stopped = [text for text in harmless_drafts(400, seed=2) if guarded(text)]
    assert stopped == []
