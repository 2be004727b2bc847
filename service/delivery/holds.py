"""Why a brand holds an act that is due: a crisis, a long private queue, a declined room, a withdrawn consent."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlmodel import Session, col

from cases.private_side import private_wait
from people.consents import has_consent
from records.enums import CLOSING_SLOT, PRIVATE_ACTS, PrivateState, Purpose
from records.tables.cases import CareCaseRow
from records.tables.people import ConsentRow
from records.tables.replies import ReplyRow
from replies.draft import AUTOMATIC
from service.brands.crisis_switch import held_by_crisis
from service.wiring.app import App

SAYS_SOLVED = "rule:closing-solved"
"""Author of a closing line, from the template, that says that the matter is solved."""
DECLINED = "The person declined a private room: no rule invites them again."
WAITS_IN_PRIVATE = "The person waits in private: answer there first, then close in public."
WITHDREW = "The person withdrew their consent to say that it is solved: use neutral words."
_MINUTE = timedelta(minutes=1)


def ordered_hold(app: App, session: Session, reply: ReplyRow, *, now: datetime) -> str:
    """Why an act is held now, in one sentence; empty where it may be sent."""
    held = hold_if_approved(app, session, reply, now=now)
    if held:
        return held
    return _withdrawn(session, reply) if reply.slot == CLOSING_SLOT else _uninvited(session, reply)


def hold_if_approved(app: App, session: Session, reply: ReplyRow, *, now: datetime) -> str:
    """Why an act would be held again although a person approved it now; empty where it would be sent."""
    crisis = held_by_crisis(session, reply)
    if crisis:
        return crisis
    if reply.room_id is not None and reply.act in PRIVATE_ACTS:
        brand = app.accounts[reply.account_id].brand
        return invitation_hold(app, session, brand, case_id=reply.case_id, now=now)
    case = session.get(CareCaseRow, reply.case_id) if reply.case_id is not None else None
    waits = reply.slot == CLOSING_SLOT and case is not None and case.private_waiting_since is not None
    return WAITS_IN_PRIVATE if waits else ""


def invitation_hold(app: App, session: Session, brand: str, *, case_id: int | None, now: datetime) -> str:
    """Why nobody is invited into a room of `brand` now: somebody waits there for longer than the brand promised."""
    promised = app.settings.brands[brand].private_wait_minutes
    wait = private_wait(session, brand, now, but_for=case_id)
    if wait <= timedelta(minutes=promised):
        return ""
    return (
        f"Somebody waits in private for {wait // _MINUTE} minutes, and {promised} were promised: answer there first, "
        "then approve the invitation."
    )


def _uninvited(session: Session, reply: ReplyRow) -> str:
    if reply.room_id is None or reply.act not in PRIVATE_ACTS:
        return ""
    if reply.origin != AUTOMATIC or reply.approvals or reply.case_id is None:
        return ""
    return DECLINED if session.get_one(CareCaseRow, reply.case_id).private_state == PrivateState.DECLINED else ""


def _withdrawn(session: Session, reply: ReplyRow) -> str:
    case = session.get(CareCaseRow, reply.case_id) if reply.case_id is not None else None
    if case is None or has_consent(session, case.identity_id, Purpose.SAY_SOLVED):
        return ""
    if reply.author == SAYS_SOLVED:
        return WITHDREW
    # An agent's own text may say so, too: it was approved while the consent was valid.
    withdrew_since = exists().where(
        col(ConsentRow.identity_id) == case.identity_id,
        col(ConsentRow.purpose) == Purpose.SAY_SOLVED.value,
        col(ConsentRow.withdrawn_at) > (reply.approved_at or reply.created_at),
    )
    return WITHDREW if session.execute(select(withdrew_since)).scalar() else ""
