"""The facts given to rules are those that the vocabulary declares, whatever surrounds a mention."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.loading import shipped_rulebook
from policies.vocabulary import VOCABULARY, flaw_in
from records.enums import Feed, Intent, Owner, Relation, Sentiment, Urgency
from records.models import Brand, Fact, Permissions, PersonalDatum
from service.deciding.context import (
    NO_CASE,
    NO_PROOF,
    ActiveRulebook,
    Article,
    BrandContext,
    BrandPolicy,
    CaseContext,
    DeskHours,
    MentionContext,
    Proof,
    ThreadHistory,
)
from service.deciding.facts import SIGNALS, facts_at, gather_facts
from tests.support.decision_contexts import CONNECTED_AT, assessment, context, mention

MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
PROBABILITIES = st.floats(0, 1)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)
COUNTS = st.integers(0, 2**31)
ZONES = st.sampled_from(["Europe/Madrid", "Pacific/Chatham", "America/Caracas", "Asia/Kathmandu", "UTC"])


FOUND = st.builds(
    assessment,
    language=st.sampled_from(["es", "en", "pt", "und"]),
    sentiment=st.sampled_from(Sentiment),
    p_sentiment=st.fixed_dictionaries(dict.fromkeys(Sentiment, PROBABILITIES)),
    relation=st.sampled_from(Relation),
    p_relation=st.fixed_dictionaries(dict.fromkeys(Relation, PROBABILITIES)),
    intent=st.sampled_from(Intent),
    p_intent=PROBABILITIES,
    urgency=st.sampled_from(Urgency),
    toxicity=PROBABILITIES,
    needs_account_data=PROBABILITIES,
    signals=st.lists(st.sampled_from(SIGNALS), unique=True).map(tuple),
    personal_data=st.lists(
        st.builds(
            PersonalDatum,
            kind=st.sampled_from(["iban", "card"]),
            owner=st.sampled_from(Owner),
            start=COUNTS,
            end=COUNTS,
        ),
        max_size=4,
    ).map(tuple),
)
PERMISSIONS = st.builds(
    Permissions,
    reply=st.booleans(),
    private_message=st.booleans(),
    private_until=st.none() | MOMENTS,
    hide=st.booleans(),
    reply_cost=st.floats(0, 100),
)
MENTIONS = st.builds(
    mention,
    feed=st.sampled_from(Feed),
    answered_elsewhere=st.booleans(),
    kind=st.sampled_from(["post", "reply", "quote", "comment"]),
    published_at=MOMENTS,
    has_media=st.booleans(),
    hidden=st.booleans(),
    text=TEXTS,
    author_external_id=st.sampled_from(["1001", "7"]),
    handle=TEXTS,
    reach=COUNTS,
    declared_bot=st.booleans(),
    assessment=FOUND,
    permissions=PERMISSIONS,
    history=st.builds(
        ThreadHistory,
        root_is_ours=st.booleans(),
        earlier_answers=COUNTS,
        answers_to_person=COUNTS,
        private_open=st.booleans(),
        copies=COUNTS,
    ),
)


@settings(max_examples=40, deadline=None)
@given(mention=MENTIONS, zone=ZONES, now=MOMENTS)
def test_facts_are_exactly_those_declared_and_each_may_be_read(
    mention: MentionContext, zone: str, now: datetime
) -> None:
    facts = gather_facts(context(replace(mention, brand=Brand(name="acme", timezone=zone))), now=now)
    assert set(facts) == set(VOCABULARY)
    assert {name: flaw for name, fact in facts.items() if (flaw := flaw_in(fact.value, VOCABULARY[name]))} == {}
    assert all(fact.source for fact in facts.values())


@settings(max_examples=40, deadline=None)
@given(mention=MENTIONS)
def test_a_sentiment_of_which_nobody_is_sure_says_so(mention: MentionContext) -> None:
    facts = gather_facts(context(mention), now=CONNECTED_AT)
    sure = max(mention.assessment.p_sentiment.values()) >= 0.40
    assert facts["sentiment.label"].source.startswith("unsure:") is not sure


@settings(max_examples=40, deadline=None)
@given(mention=MENTIONS, hours=st.integers(-48, 48))
def test_history_is_what_was_published_before_the_account_was_connected(mention: MentionContext, hours: int) -> None:
    facts = gather_facts(context(mention), now=CONNECTED_AT + timedelta(hours=hours))
    assert facts["mention.history"].value is (mention.published_at < CONNECTED_AT)


def test_what_a_person_proved_is_stronger_than_what_the_text_says() -> None:
    proof = Proof(handle="own_message", file="email_code")
    facts = gather(mention(proof=proof))
    assert facts["relation.customer"] == Fact(value=1.0, source="proof:email_code")
    assert (facts["relation.bystander"].value, facts["relation.label"].value) == (0.0, "customer")
    assert (facts["relation.proven"].value, facts["relation.proven"].source) == (True, "proof:email_code")


@pytest.mark.parametrize("proof", [Proof(handle="own_message"), Proof(file="email_code"), NO_PROOF])
def test_one_proof_alone_proves_no_customer(proof: Proof) -> None:
    facts = gather(mention(proof=proof))
    assert facts["relation.proven"].value is False
    assert facts["relation.holds_handle"].value is bool(proof.handle)
    assert facts["relation.on_file"].value is bool(proof.file)
    assert facts["relation.customer"].value == assessment().p_relation[Relation.CUSTOMER]


def test_personal_data_is_counted_by_owner_and_kind() -> None:
    found = assessment(
        personal_data=tuple(
            PersonalDatum(kind=kind, owner=owner, start=0, end=1)
            for kind, owner in [
                ("iban", Owner.OWN),
                ("iban", Owner.OWN),
                ("card", Owner.OTHERS),
                ("iban", Owner.PUBLIC),
            ]
        )
    )
    facts = gather(mention(assessment=found))
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
    assert gather(mention(case=case))["case.chasing"].value is chasing


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
    policy = BrandPolicy(
        active=ActiveRulebook(rulebook=shipped_rulebook()),
        brand=BrandContext(articles=(Article(language="es", title="Horario de oficinas en Navidad"),)),
    )
    about = context(mention(text=text, assessment=assessment(language=language)), policy=policy)
    facts = gather_facts(about, now=CONNECTED_AT)
    assert facts["knowledge.article"].value is speaks


def test_a_rulebook_with_other_hours_reads_other_facts_of_the_calendar() -> None:
    facts = gather(mention())
    closed = facts_at(facts, DeskHours(open=False, hours_until_open=3.5))
    changed = {name for name in facts if closed[name].value != facts[name].value}
    assert changed == {"calendar.open", "clock.business_hours", "calendar.hours_until_open"}
    assert facts_at(facts, DeskHours(open=True)) is facts


def gather(of: MentionContext) -> dict[str, Fact]:
    return gather_facts(context(of), now=CONNECTED_AT)
