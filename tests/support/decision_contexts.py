"""Contexts of decisions about one made-up mention, each field of which a test may change."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from policies.loading import shipped_rulebook
from records.enums import Feed, Intent, Relation, Sentiment, Urgency
from records.models import Account, Assessment, Brand, Permissions
from service.deciding.context import ActiveRulebook, BrandPolicy, DecisionContext, MentionContext

CONNECTED_AT = datetime(2026, 5, 4, 12, tzinfo=UTC)
ACCOUNT = Account(
    id=1, name="acme-x", network="x", brand="acme", external_id="1001", handle="acme", connected_at=CONNECTED_AT
)
REPLY_ONLY = Permissions(reply=True, private_message=False, hide=False)


def assessment(**changed: Any) -> Assessment:
    """A question of somebody who is probably a prospect."""
    known: dict[str, Any] = {
        "language": "es",
        "sentiment": Sentiment.NEUTRAL,
        "p_sentiment": {Sentiment.NEGATIVE: 0.1, Sentiment.NEUTRAL: 0.8, Sentiment.POSITIVE: 0.1},
        "relation": Relation.PROSPECT,
        "p_relation": {Relation.CUSTOMER: 0.2, Relation.PROSPECT: 0.6, Relation.BYSTANDER: 0.2},
        "intent": Intent.QUESTION,
        "p_intent": 0.9,
        "urgency": Urgency.LOW,
        "toxicity": 0.0,
        "needs_account_data": 0.0,
        "signals": (),
        "personal_data": (),
        "evidence": (),
        "model_version": "fast-1",
    }
    return Assessment(**{**known, **changed})


def mention(**changed: Any) -> MentionContext:
    """A post that mentions the account, published when it was connected."""
    known: dict[str, Any] = {
        "mention_account_id": 1,
        "mention_id": 1,
        "revision": 1,
        "account": ACCOUNT,
        "brand": Brand(name="acme"),
        "feed": Feed.MENTIONS,
        "answered_elsewhere": False,
        "external_id": "1",
        "root_external_id": "1",
        "kind": "post",
        "published_at": CONNECTED_AT,
        "has_media": False,
        "hidden": False,
        "text": "hola",
        "identity_id": 1,
        "subject": "s",
        "author_external_id": "7",
        "handle": "eva",
        "reach": 1,
        "declared_bot": False,
        "assessment": assessment(),
        "permissions": REPLY_ONLY,
    }
    return MentionContext(**{**known, **changed})


def context(of: MentionContext, **changed: Any) -> DecisionContext:
    """What a decision about the mention is made of, by the shipped rulebook where nothing else is said."""
    policy = BrandPolicy(active=ActiveRulebook(rulebook=shipped_rulebook()))
    return DecisionContext(mention=of, **{"policy": policy, **changed})
