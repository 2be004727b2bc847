"""What follows when the listener stores something: own posts are attributed, drafts are held, clocks stop."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from cases.clocks import answered_in_public
from listener.ingest.ports import Attribute, IngestPorts, OnMentions, SentByUs
from networks.protocol import OwnPost
from records.models import Account, Actor, FetchedMessage
from records.tables.cases import CareCaseRow
from records.tables.listener import MentionRow
from replies.attribution import attribute_messages, attribute_posts, confirm_attributed
from replies.cancel import hold_answered, hold_edited
from service.delivery.ports import AppDeliveryPorts
from service.wiring.app import App


def ingest_ports(app: App, accounts: Sequence[Account], *, actor: Actor, now: datetime) -> IngestPorts:
    """What follows from what is stored of these accounts' pages."""
    return IngestPorts(
        attribute=_attributor(app, actor=actor, now=now),
        on_answered_elsewhere=_hold_answered(app, accounts, actor=actor, now=now),
        on_edited=_hold_edited(app, actor=actor, now=now),
    )


def _hold_answered(app: App, accounts: Sequence[Account], *, actor: Actor, now: datetime) -> OnMentions:
    """Somebody of the brand answered outside Aparte: its drafts are held, and the public clock stops."""
    brands = dict.fromkeys(account.brand for account in accounts)

    def hold(session: Session, mention_ids: Sequence[int]) -> None:
        for brand in brands:
            of_brand = [each.id for each in app.accounts.values() if each.brand == brand]
            hold_answered(session, mention_ids, account_ids=of_brand, actor=actor, now=now, sealer=app.encryption)
            answered_in_public(session, _open_cases(session, brand, mention_ids), actor=actor, now=now)

    return hold


def _hold_edited(app: App, *, actor: Actor, now: datetime) -> OnMentions:
    """A post has another text: what was drafted or approved for the old one waits for a person."""

    def hold(session: Session, mention_ids: Sequence[int]) -> None:
        hold_edited(session, mention_ids, actor=actor, now=now, sealer=app.encryption)

    return hold


def _attributor(app: App, *, actor: Actor, now: datetime) -> Attribute:
    """Tells which posts and messages Aparte sent; acts whose delivery was unknown become sent, with their cases."""
    ports = AppDeliveryPorts(app=app)

    def attribute(
        session: Session, account_id: int, *, posts: Sequence[OwnPost] = (), messages: Sequence[FetchedMessage] = ()
    ) -> SentByUs:
        found = (
            attribute_posts(session, account_id, posts, now=now),
            attribute_messages(session, account_id, messages, now=now),
        )

        def confirm(later: Session) -> None:
            for each in found:
                confirm_attributed(later, each, ports=ports, actor=actor, now=now)

        return SentByUs(ours=found[0].ours | found[1].ours, confirm=confirm)

    return attribute


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
