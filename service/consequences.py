"""What it means for replies and cases that the listener heard something; told inside the transaction that stores it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from cases.clocks import answered_in_public
from listener.intake import OnMentions
from records.nouns import Account, Actor
from records.tables.cases import CareCaseRow
from records.tables.listener import MentionRow
from replies.outbox import hold_answered, hold_edited
from service.house import House


def when_settled(house: House, account: Account, *, actor: Actor, now: datetime) -> OnMentions:
    """Somebody of the brand answered outside Aparte: what was to be said waits, and the public clock stops."""
    of_brand = [each.id for each in house.accounts.values() if each.brand == account.brand]

    def settle(session: Session, mention_ids: Sequence[int]) -> None:
        hold_answered(session, mention_ids, account_ids=of_brand, actor=actor, now=now, sealer=house.vault)
        answered_in_public(session, _open_cases(session, account.brand, mention_ids), actor=actor, now=now)

    return settle


def when_edited(house: House, *, actor: Actor, now: datetime) -> OnMentions:
    """A post has another text: what was drafted or approved for the old one waits for a person."""

    def hold(session: Session, mention_ids: Sequence[int]) -> None:
        hold_edited(session, mention_ids, actor=actor, now=now, sealer=house.vault)

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
