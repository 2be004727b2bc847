"""What follows when the listener stores something:
own posts are attributed to the outbox, drafts are held, clocks stop.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from cases.clocks import answered_in_public
from listener.ingest.attribution import Attribute, SentByUs
from listener.ingest.intake import OnMentions
from networks.protocol import OwnPost
from records.models import Account, Actor, FetchedMessage
from records.tables.cases import CareCaseRow
from records.tables.listener import MentionRow
from replies.attribution import attribute_messages, attribute_posts
from replies.attribution import confirm_attributed as settle_sent
from replies.cancel import hold_answered, hold_edited
from service.delivery.ports import AppDeliveryPorts
from service.wiring.app import App


def on_answered_elsewhere(app: App, account: Account, *, actor: Actor, now: datetime) -> OnMentions:
    """Somebody of the brand answered outside Aparte: what was to be said waits, and the public clock stops."""
    of_brand = [each.id for each in app.accounts.values() if each.brand == account.brand]

    def settle(session: Session, mention_ids: Sequence[int]) -> None:
        hold_answered(session, mention_ids, account_ids=of_brand, actor=actor, now=now, sealer=app.encryption)
        answered_in_public(session, _open_cases(session, account.brand, mention_ids), actor=actor, now=now)

    return settle


def on_edited(app: App, *, actor: Actor, now: datetime) -> OnMentions:
    """A post has another text: what was drafted or approved for the old one waits for a person."""

    def hold(session: Session, mention_ids: Sequence[int]) -> None:
        hold_edited(session, mention_ids, actor=actor, now=now, sealer=app.encryption)

    return hold


def _open_cases(session: Session, brand: str, mention_ids: Sequence[int]) -> list[int]:
    authors = select(col(MentionRow.identity_id)).where(col(MentionRow.id).in_(mention_ids))
    case_ids = session.execute(
        select(col(CareCaseRow.id)).where(
            col(CareCaseRow.identity_id).in_(authors),
            col(CareCaseRow.brand) == brand,
            col(CareCaseRow.closed_at).is_(None),
        )
    ).scalars()
    return [case_id for case_id in case_ids if case_id is not None]


def attributor(app: App, *, actor: Actor, now: datetime) -> Attribute:
    """Tells which words of an account Aparte sent; acts of which nobody knew so become sent, with their cases."""
    ports = AppDeliveryPorts(app=app)

    def attribute(
        session: Session, account_id: int, *, posts: Sequence[OwnPost] = (), messages: Sequence[FetchedMessage] = ()
    ) -> SentByUs:
        found = (
            attribute_posts(session, account_id, posts, now=now),
            attribute_messages(session, account_id, messages, now=now),
        )

        def settle(later: Session) -> None:
            for each in found:
                settle_sent(later, each, ports=ports, actor=actor, now=now)

        return SentByUs(ours=found[0].ours | found[1].ours, settle=settle)

    return attribute
