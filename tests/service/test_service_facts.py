"""The facts given to rules are those that the vocabulary declares, whatever surrounds a mention."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.vocabulary import VOCABULARY, flaw_in
from records.enums import Feed, Intent, Owner, Relation, Sentiment, Urgency
from records.models import Account, Brand, Fact, Permissions
from service.deciding.brand_context import Article, BrandContext, DeskHours
from service.deciding.context import NO_CASE, NO_PROOF, CaseContext, MentionContext, Proof, StoredAssessment
from service.deciding.facts import SIGNALS, facts_at, gather_facts

CONNECTED_AT = datetime(2026, 5, 4, 12, tzinfo=UTC)
ACCOUNT = Account(
    id=1, name="acme-x", network="x", brand="acme", external_id="1001", handle="acme", connected_at=CONNECTED_AT
)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
PROBABILITIES = st.floats(0, 1)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)
ZONES = st.sampled_from(["Europe/Madrid", "Pacific/Chatham", "America/Caracas", "Asia/Kathmandu", "UTC"])


FOUND = st.builds(
    StoredAssessment,
    language=st.sampled_from(["es", "en", "pt", "und"]),
    sentiment=st.sampled_from(Sentiment),
    p_negative=PROBABILITIES,
    p_neutral=PROBABILITIES,
    p_positive=PROBABILITIES,
    relation=st.sampled_from(Relation),
    p_customer=PROBABILITIES,
    p_prospect=PROBABILITIES,
    p_bystander=PROBABILITIES,
    intent=st.sampled_from(Intent),
    p_intent=PROBABILITIES,
    urgency=st.sampled_from(Urgency),
    toxicity=PROBABILITIES,
    needs_account_data=PROBABILITIES,
    signals=st.lists(st.sampled_from(SIGNALS), unique=True).map(tuple),
    data_owners=st.lists(st.sampled_from(Owner), max_size=4).map(tuple),
    model_version=st.just("relation-1"),
)
STANDING = MentionContext(
    mention_account_id=1,
    mention_id=1,
    account_id=1,
    revision=1,
    feed=Feed.MENTIONS,
    summoned=True,
    settled=False,
    external_id="1",
    parent_external_id=None,
    root_external_id="1",
    kind="post",
    published_at=CONNECTED_AT,
    has_media=False,
    text="hola",
    identity_id=1,
    subject="s",
    author_external_id="7",
    handle="eva",
    reach=1,
    declared_bot=False,
    assessment=StoredAssessment(
        language="es",
        sentiment="neutral",
        p_negative=0.1,
        p_neutral=0.8,
        p_positive=0.1,
        relation="prospect",
        p_customer=0.2,
        p_prospect=0.6,
        p_bystander=0.2,
        intent="question",
        p_intent=0.9,
        urgency="low",
        toxicity=0.0,
        needs_account_data=0.0,
        signals=(),
        data_owners=(),
        model_version="fast-1",
    ),
    earlier_answers=0,
    answers_to_person=0,
    private_open=False,
    person_wrote_at=None,
    private_reply_used=False,
    hidden=False,
    root_is_ours=False,
    copies=0,
)
COUNTS = st.integers(0, 2**31)
STANDINGS = st.builds(
    MentionContext,
    mention_account_id=st.just(1),
    mention_id=st.just(1),
    account_id=st.just(1),
    revision=st.just(1),
    feed=st.sampled_from(Feed),
    summoned=st.booleans(),
    settled=st.booleans(),
    external_id=st.just("1"),
    parent_external_id=st.sampled_from([None, "2"]),
    root_external_id=st.just("2"),
    kind=st.sampled_from(["post", "reply", "quote", "comment"]),
    published_at=MOMENTS,
    has_media=st.booleans(),
    text=TEXTS,
    identity_id=st.just(1),
    subject=st.just("s"),
    author_external_id=st.sampled_from(["1001", "7"]),
    handle=TEXTS,
    reach=COUNTS,
    declared_bot=st.booleans(),
    assessment=FOUND,
    earlier_answers=COUNTS,
    answers_to_person=COUNTS,
    private_open=st.booleans(),
    person_wrote_at=st.none() | MOMENTS,
    private_reply_used=st.booleans(),
    hidden=st.booleans(),
    root_is_ours=st.booleans(),
    copies=COUNTS,
)
PERMISSIONS = st.builds(
    Permissions,
    reply=st.booleans(),
    private_message=st.booleans(),
    private_until=st.none() | MOMENTS,
    hide=st.booleans(),
    reply_cost=st.floats(0, 100),
)


@settings(max_examples=40)
@given(standing=STANDINGS, permissions=PERMISSIONS, zone=ZONES, now=MOMENTS)
def test_facts_are_exactly_those_declared_and_each_may_be_read(
    standing: MentionContext, permissions: Permissions, zone: str, now: datetime
) -> None:
    brand = Brand(name="acme", timezone=zone)
    facts = gather_facts(standing, permissions, account=ACCOUNT, brand=brand, now=now)
    assert set(facts) == set(VOCABULARY)
    assert {name: flaw for name, fact in facts.items() if (flaw := flaw_in(fact.value, VOCABULARY[name]))} == {}
    assert all(fact.source for fact in facts.values())


@settings(max_examples=40)
@given(standing=STANDINGS, permissions=PERMISSIONS)
def test_a_sentiment_of_which_nobody_is_sure_says_so(standing: MentionContext, permissions: Permissions) -> None:
    facts = gather_facts(standing, permissions, account=ACCOUNT, brand=Brand(name="acme"), now=CONNECTED_AT)
    found = standing.assessment
    sure = max(found.p_negative, found.p_neutral, found.p_positive) >= 0.40
    assert facts["sentiment.label"].source.startswith("unsure:") is not sure


@settings(max_examples=40)
@given(standing=STANDINGS, permissions=PERMISSIONS, hours=st.integers(-48, 48))
def test_history_is_what_was_published_before_the_account_was_connected(
    standing: MentionContext, permissions: Permissions, hours: int
) -> None:
    now = CONNECTED_AT + timedelta(hours=hours)
    facts = gather_facts(standing, permissions, account=ACCOUNT, brand=Brand(name="acme"), now=now)
    assert facts["mention.history"].value is (standing.published_at < CONNECTED_AT)


def _one(**changed: object) -> MentionContext:
    return replace(STANDING, **changed)  # type: ignore[arg-type]


def test_what_a_person_proved_is_stronger_than_what_the_text_says() -> None:
    proof = Proof(handle="own_message", file="email_code")
    facts = gather(_one(proof=proof))
    assert facts["relation.customer"] == Fact(value=1.0, source="proof:email_code")
    assert (facts["relation.bystander"].value, facts["relation.label"].value) == (0.0, "customer")
    assert (facts["relation.proven"].value, facts["relation.proven"].source) == (True, "proof:email_code")


@pytest.mark.parametrize("proof", [Proof(handle="own_message"), Proof(file="email_code"), NO_PROOF])
def test_one_proof_alone_proves_no_customer(proof: Proof) -> None:
    facts = gather(_one(proof=proof))
    assert facts["relation.proven"].value is False
    assert facts["relation.holds_handle"].value is bool(proof.handle)
    assert facts["relation.on_file"].value is bool(proof.file)
    assert facts["relation.customer"].value == STANDING.assessment.p_customer


def test_personal_data_is_counted_by_owner_and_kind() -> None:
    found = replace(
        STANDING.assessment, data_owners=("own", "own", "others"), data_kinds=("own.iban", "own.iban", "others.card")
    )
    facts = gather(_one(assessment=found))
    counted = {name: fact.value for name, fact in facts.items() if name.startswith("personal_data.") and fact.value}
    assert counted == {
        "personal_data.own": 2,
        "personal_data.others": 1,
        "personal_data.own.iban": 2,
        "personal_data.others.card": 1,
    }


@pytest.mark.parametrize(
    ("case", "chasing"),
    [
        (CaseContext(open=True, waits=True, mentions=2, first_mention_at=CONNECTED_AT - timedelta(hours=1)), True),
        (CaseContext(open=True, waits=False, mentions=2, first_mention_at=CONNECTED_AT - timedelta(hours=1)), False),
        (CaseContext(open=True, waits=True, mentions=1, first_mention_at=CONNECTED_AT), False),
        (NO_CASE, False),
    ],
)
def test_somebody_chases_who_asks_again_while_an_earlier_post_waits(case: CaseContext, *, chasing: bool) -> None:
    assert gather(_one(case=case))["case.chasing"].value is chasing


@pytest.mark.parametrize(
    ("text", "language", "speaks"),
    [
        ("¿cuál es el horario de las oficinas en agosto?", "es", True),
        ("@acme HORARIOS de la OFICINA, por favor", "es", True),
        ("el horario es un desastre", "es", False),  # one word of the title alone
        ("what are your horario oficina", "en", False),  # another language
    ],
)
def test_an_article_speaks_of_a_post_that_shares_the_words_of_its_title(
    text: str, language: str, *, speaks: bool
) -> None:
    brand = BrandContext(articles=(Article(language="es", title="Horario de oficinas en Navidad"),))
    found = replace(STANDING.assessment, language=language)
    facts = gather_facts(
        _one(text=text, assessment=found),
        Permissions(reply=True, private_message=False, hide=False),
        account=ACCOUNT,
        brand=Brand(name="acme"),
        now=CONNECTED_AT,
        of_brand=brand,
    )
    assert facts["knowledge.article"].value is speaks


def test_a_rulebook_with_other_hours_reads_other_facts_of_the_calendar() -> None:
    facts = gather(_one())
    closed = facts_at(facts, DeskHours(open=False, hours_until_open=3.5))
    changed = {name for name in facts if closed[name].value != facts[name].value}
    assert changed == {"calendar.open", "clock.business_hours", "calendar.hours_until_open"}
    assert facts_at(facts, DeskHours(open=True)) is facts


def gather(standing: MentionContext) -> dict[str, Fact]:
    permissions = Permissions(reply=True, private_message=False, hide=False)
    return gather_facts(standing, permissions, account=ACCOUNT, brand=Brand(name="acme"), now=CONNECTED_AT)
