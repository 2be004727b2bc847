from __future__ import annotations

import time
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.judging.features import MODEL_TEXT_LIMIT, normalise
from classifier.judging.judge import Judge, load_judge, urgency_given
from classifier.judging.linear_models import LEVELS
from classifier.judging.relation_clues import RelationClue, apply_clues, relation_clues
from records.enums import Intent, Relation, Sentiment, Urgency
from records.models import Assessment, ClassifierInput

HOSTILE = [
    "",
    "\x00",
    "\ud800 alone \udfff",
    "\u202e txet desrever",
    '=HYPERLINK("http://evil.example";"click")',
    "<script>alert(1)</script>",
    "ﷺ" * 9_000,
    "&#0;&#xD800;&amp;" * 50,
    "@" * 5_000,
    "!" * 100_000,
]


@cache
def judge(level: str = "fast") -> Judge:
    return load_judge(level)


def assess(text: str, **context: object) -> Assessment:
    return judge().assess([ClassifierInput(text=text, **context)])[0]  # type: ignore[arg-type]


def check(found: Assessment) -> None:
    assert sum(found.p_sentiment.values()) == pytest.approx(1)
    assert sum(found.p_relation.values()) == pytest.approx(1)
    assert set(found.p_sentiment) == set(Sentiment)
    assert set(found.p_relation) == set(Relation)
    assert found.p_sentiment[found.sentiment] == max(found.p_sentiment.values())
    assert found.p_relation[found.relation] == max(found.p_relation.values())
    assert found.intent in Intent
    assert 1 / len(Intent) <= found.p_intent <= 1
    assert 0 <= found.toxicity <= 1
    assert 0 <= found.needs_account_data <= 1


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(codec=None)))
def test_any_text_gives_a_valid_assessment(text: str) -> None:
    check(assess(text))


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_ordinary_input(text: str) -> None:
    check(assess(text, text_above=text, author_biography=text))


def test_a_text_of_ten_megabytes_is_cut_and_judged_quickly() -> None:
    judge()
    began = time.process_time()
    check(assess("mi cuenta 4111 1111 1111 1111 " * 350_000))
    assert time.process_time() - began < 5


def test_the_models_read_no_more_than_their_stated_bound() -> None:
    start = "worst flight ever, still waiting for my bag " * 200
    cut = start[:MODEL_TEXT_LIMIT]
    assert normalise(cut + " thank you, wonderful") == normalise(cut)


@pytest.mark.parametrize("level", LEVELS)
def test_every_level_is_shipped_and_says_its_version(level: str) -> None:
    found = judge(level).assess([ClassifierInput(text="@acme my flight is cancelled, awful service")])[0]
    check(found)
    assert found.sentiment is Sentiment.NEGATIVE
    assert found.model_version == judge(level).version
    assert judge(level).version.startswith(f"{level}-")


def test_an_unknown_level_names_the_three_there_are() -> None:
    with pytest.raises(ValueError, match="choose one of fast, balanced, accurate"):
        load_judge("best")


def test_a_post_is_judged_alike_alone_and_in_a_batch() -> None:
    posts = [ClassifierInput(text=text) for text in ("Gracias @acme, genial", "@acme mi maleta no llega", "hello")]
    together = judge().assess(posts)
    alone = [judge().assess([post])[0] for post in posts]
    for one, other in zip(together, alone, strict=True):
        assert one.p_sentiment == pytest.approx(other.p_sentiment)
        assert one.p_relation == pytest.approx(other.p_relation)


def test_no_posts_give_no_assessments() -> None:
    assert judge().assess([]) == []


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        ("@acme my flight was delayed three hours and you lost my bag", Relation.CUSTOMER),
        ("@acme me cobraron dos veces en mi cuenta, quiero mi dinero", Relation.CUSTOMER),
        ("Acme anuncia la huelga de sus pilotos en Europa https://t.example/a", Relation.BYSTANDER),
    ],
)
def test_plain_cases_of_who_is_speaking(text: str, relation: Relation) -> None:
    assert assess(text).relation is relation


def test_asking_about_an_own_account_speaks_for_a_customer() -> None:
    post = ClassifierInput(text="when?")
    (clue,) = relation_clues(post, needs_account_data=0.9)
    assert clue.relation is Relation.CUSTOMER
    assert relation_clues(post, needs_account_data=0.1) == ()


def test_a_brand_that_asked_for_the_booking_speaks_for_a_customer() -> None:
    above = "Lo sentimos, envíanos por mensaje privado tu número de reserva."
    plain, answered = assess("ya está enviado"), assess("ya está enviado", text_above=above)
    assert answered.p_relation[Relation.CUSTOMER] > plain.p_relation[Relation.CUSTOMER]
    assert "relation: answers a request for a reference" in answered.evidence


def test_a_journalist_is_a_little_likelier_to_be_a_bystander() -> None:
    (clue,) = relation_clues(ClassifierInput(text="", author_biography="Periodista en Madrid"), needs_account_data=0)
    assert clue.relation is Relation.BYSTANDER


@given(
    st.lists(st.floats(0.001, 1), min_size=3, max_size=3),
    st.lists(st.tuples(st.sampled_from(Relation), st.floats(1, 10)), max_size=4),
)
def test_clues_keep_a_family_of_probabilities(shares: list[float], found: list[tuple[Relation, float]]) -> None:
    family = {relation: share / sum(shares) for relation, share in zip(Relation, shares, strict=True)}
    clues = tuple(RelationClue(relation=relation, odds=odds, reason="") for relation, odds in found)
    assert sum(apply_clues(family, clues).values()) == pytest.approx(1)


@pytest.mark.parametrize("signal", ["fraud", "danger", "assistance"])
def test_a_signal_that_counts_minutes_makes_a_post_urgent(signal: str) -> None:
    assert urgency_given(Urgency.LOW, [signal]) is Urgency.HIGH


def test_other_signals_leave_the_urgency_to_the_model() -> None:
    assert urgency_given(Urgency.LOW, ["press"]) is Urgency.LOW


def test_evidence_never_repeats_personal_data() -> None:
    text = "@acme soy Zoraida Quintanillas, mi tarjeta es 4111 1111 1111 1111 y mi correo zq@acme.example"
    found = assess(text)
    assert found.personal_data
    shown = " ".join(found.evidence).lower()
    for secret in ("4111", "zq@", "zoraida", "quintanillas"):
        assert secret not in shown
    assert any(line.startswith("personal_data: card") for line in found.evidence)
