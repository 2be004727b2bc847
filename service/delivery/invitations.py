"""Rooms of cases, prepared as their brand invites: by link or by code, with the app's room key and one lifetime."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from records.models import Account, Actor
from records.tables.cases import CareCaseRow
from room.lifecycle import prepare_room
from service.brands.rulebook_versions import current_rulebook
from service.deciding.texts import REFERENCE, ROOM_LIFETIME, invitation_text
from service.wiring.app import App


@dataclass(frozen=True, kw_only=True)
class Invitee:
    """The person of a case, and the post or message that invites them."""

    account: Account
    mention_id: int
    identity_id: int
    handle: str
    language: str


def room_for(
    session: Session,
    app: App,
    invitee: Invitee,
    case_id: int,
    *,
    actor: Actor,
    now: datetime,
    reissue: bool = False,
) -> int:
    """The id of the case's room, prepared where there is none; with `reissue`, earlier invitations open it no more."""
    room = prepare_room(
        session,
        case_id=case_id,
        account_id=invitee.account.id,
        mention_id=invitee.mention_id,
        identity_id=invitee.identity_id,
        language=invitee.language,
        lifetime=ROOM_LIFETIME,
        actor=actor,
        now=now,
        reissue=reissue,
        entry=app.brand_of(invitee.account.id).invitation,
        room_key=app.room_key,
    )
    return room.id or 0


def invitation_for(session: Session, app: App, invitee: Invitee, case_id: int, *, now: datetime) -> str:
    """The invitation into the room of a case, by the brand's rulebook; the room's secrets are still placeholders."""
    text = invitation_text(
        current_rulebook(session, invitee.account.brand),
        account=invitee.account,
        brand=app.brand_of(invitee.account.id),
        handle=invitee.handle,
        language=invitee.language,
        now=now,
    )
    return text.replace(REFERENCE, session.get_one(CareCaseRow, case_id).reference)
