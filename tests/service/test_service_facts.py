"""The facts given to rules are those that the vocabulary declares, whatever surrounds a mention."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from policies.vocabulary import VOCABULARY, flaw_in
from records.nouns import Account, Brand, Feed, Intent, Owner, Permissions, Relation, Sentiment, Urgency
from service.facts import SIGNALS, gather_facts
from service.standing import Found, Standing

CONNECTED_AT = datetime(2026, 5, 4, 12, tzinfo=UTC)
ACCOUNT = Account(
    id=1, name="acme-x", network="x", brand="acme", external_id="1001", handle="acme", connected_at=CONNECTED_AT
)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
PROBABILITIES = st.floats(0, 1)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)
ZONES = st.sampled_from(["Europe/Madrid", "Pacific/Chatham", "America/Caracas", "Asia/Kathmandu", "UTC"])


FOUND = st.builds(
    Found,
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
COUNTS = st.integers(0, 2**31)
STANDINGS = st.builds(
    Standing,
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
    standing: Standing, permissions: Permissions, zone: str, now: datetime
) -> None:
    brand = Brand(name="acme", timezone=zone)
    facts = gather_facts(standing, permissions, account=ACCOUNT, brand=brand, now=now)
    assert set(facts) == set(VOCABULARY)
    assert {name: flaw for name, fact in facts.items() if (flaw := flaw_in(fact.value, VOCABULARY[name]))} == {}
    assert all(fact.source for fact in facts.values())


@settings(max_examples=40)
@given(standing=STANDINGS, permissions=PERMISSIONS)
def test_a_sentiment_of_which_nobody_is_sure_says_so(standing: Standing, permissions: Permissions) -> None:
    facts = gather_facts(standing, permissions, account=ACCOUNT, brand=Brand(name="acme"), now=CONNECTED_AT)
    found = standing.assessment
    sure = max(found.p_negative, found.p_neutral, found.p_positive) >= 0.40
    assert facts["sentiment.label"].source.startswith("unsure:") is not sure


@settings(max_examples=40)
@given(standing=STANDINGS, permissions=PERMISSIONS, hours=st.integers(-48, 48))
def test_history_is_what_was_published_before_the_account_was_connected(
    standing: Standing, permissions: Permissions, hours: int
) -> None:
    now = CONNECTED_AT + timedelta(hours=hours)
    facts = gather_facts(standing, permissions, account=ACCOUNT, brand=Brand(name="acme"), now=now)
    assert facts["mention.history"].value is (standing.published_at < CONNECTED_AT)
