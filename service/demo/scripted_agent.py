"""A scripted agent, for a demo without people: answers, approves and closes part of what waits at the desk."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from cases.queue_order import queue_order
from records.database import reading
from records.enums import CaseStatus, ReplyStatus, RoomStatus
from records.refusals import RefusalError
from records.tables.cases import CareCaseRow, CaseThreadRow
from records.tables.replies import ReplyRow
from records.tables.room import RoomMessageRow, RoomRow
from service.brands.rulebook_versions import current_rulebook
from service.deciding.addressee import addressee_of_mention
from service.deciding.texts import write_text
from service.desk import acts
from service.desk.agents import Agent
from service.wiring.app import App

APPROVALS_A_ROUND = 6
ANSWERS_A_ROUND = 2

ROOM_ANSWERS = {
    "es": "Gracias por entrar. Ya lo estoy mirando y te digo algo por aquí en cuanto lo sepa.",
    "en": "Thank you for coming in. I am looking into it now and will tell you here as soon as I know.",
}


def act(app: App, agent: Agent, *, now: datetime) -> int:
    """Approve, answer, speak in rooms and close in public, a little of each. Returns how many acts were done."""
    return (
        _approve_some(app, agent, now)
        + _answer_some(app, agent, now)
        + _speak_in_rooms(app, agent, now)
        + _close_some(app, agent, now)
    )


def _approve_some(app: App, agent: Agent, now: datetime) -> int:
    with reading(app.engine) as session:
        waiting = session.execute(
            select(col(ReplyRow.id))
            .where(
                col(ReplyRow.status) == ReplyStatus.DRAFT,
                col(ReplyRow.approvals_needed) == 1,
            )
            .order_by(col(ReplyRow.created_at), col(ReplyRow.id))
            .limit(APPROVALS_A_ROUND)
        ).scalars()
        reply_ids = [identifier for identifier in waiting if identifier is not None]
    return sum(_tried(lambda each=each: acts.approve(app, each, actor=agent.actor, now=now)) for each in reply_ids)


def _answer_some(app: App, agent: Agent, now: datetime) -> int:
    with reading(app.engine) as session:
        rows = session.execute(
            select(col(CareCaseRow.id), col(CaseThreadRow.mention_id), col(CaseThreadRow.account_id))
            .join(CaseThreadRow, col(CaseThreadRow.case_id) == col(CareCaseRow.id))
            .where(
                col(CareCaseRow.closed_at).is_(None),
                col(CareCaseRow.status) == CaseStatus.OPEN,
                col(CareCaseRow.assignee_id).is_(None),
                col(CareCaseRow.first_responded_at).is_(None),
                col(CaseThreadRow.leg) == "public",
                col(CaseThreadRow.mention_id).is_not(None),
                ~select(ReplyRow).where(col(ReplyRow.mention_id) == col(CaseThreadRow.mention_id)).exists(),
            )
            .order_by(*queue_order(now=now))
            .limit(ANSWERS_A_ROUND)
        ).all()
    return sum(_tried(lambda row=row: _answer(app, agent, *row, now=now)) for row in rows)


def _answer(app: App, agent: Agent, case_id: int, mention_id: int, account_id: int, *, now: datetime) -> None:
    acts.claim_case(app, case_id, actor=agent.actor, now=now)
    with reading(app.engine) as session:
        to = addressee_of_mention(session, app, mention_id=mention_id, account_id=account_id, now=now)
        rulebook = current_rulebook(session, to.account.brand)
    brand = app.brand_of(account_id)
    text = write_text(
        rulebook,
        "acknowledge",
        language=to.language,
        brand=brand,
        account=to.account,
        variant=case_id,
        variables={"handle": to.handle, "compose_link": to.permissions.compose_link},
    )
    acts.answer(
        app, mention_id=mention_id, account_id=account_id, text=text, privately=False, actor=agent.actor, now=now
    )


def _speak_in_rooms(app: App, agent: Agent, now: datetime) -> int:
    with reading(app.engine) as session:
        last_said = (
            select(col(RoomMessageRow.author))
            .where(col(RoomMessageRow.room_id) == col(RoomRow.id))
            .order_by(col(RoomMessageRow.id).desc())
            .limit(1)
            .scalar_subquery()
        )
        rows = session.execute(
            select(col(RoomRow.id), col(RoomRow.language))
            .where(col(RoomRow.status) == RoomStatus.OPEN, last_said == "person")
            .order_by(col(RoomRow.id))
        ).all()
    return sum(
        _tried(
            lambda room_id=room_id, language=language: acts.say_in_room(
                app, room_id, ROOM_ANSWERS.get(language, ROOM_ANSWERS["en"]), actor=agent.actor, now=now
            )
        )
        for room_id, language in rows
    )


def _close_some(app: App, agent: Agent, now: datetime) -> int:
    with reading(app.engine) as session:
        answered_rooms = session.execute(
            select(col(CareCaseRow.id), col(CareCaseRow.public_closed_at))
            .join(RoomRow, col(RoomRow.case_id) == col(CareCaseRow.id))
            .join(RoomMessageRow, col(RoomMessageRow.room_id) == col(RoomRow.id))
            .where(col(CareCaseRow.closed_at).is_(None), col(RoomMessageRow.author) == "agent")
            .distinct()
            .order_by(col(CareCaseRow.id))
        ).all()
    return sum(_tried(lambda row=row: _close(app, agent, row[0], row[1], now=now)) for row in answered_rooms)


def _close(app: App, agent: Agent, case_id: int, public_closed_at: datetime | None, *, now: datetime) -> None:
    if public_closed_at is not None:
        acts.close_case(app, case_id, actor=agent.actor, now=now)
        return
    with reading(app.engine) as session:
        written = session.execute(
            select(ReplyRow).where(col(ReplyRow.case_id) == case_id, col(ReplyRow.slot) == "closing")
        ).first()
        leg = session.execute(
            select(col(CaseThreadRow.mention_id), col(CaseThreadRow.account_id))
            .where(col(CaseThreadRow.case_id) == case_id, col(CaseThreadRow.mention_id).is_not(None))
            .limit(1)
        ).first()
        if written is not None or leg is None:
            return
        to = addressee_of_mention(session, app, mention_id=leg[0], account_id=leg[1], now=now)
        rulebook = current_rulebook(session, to.account.brand)
    brand = app.brand_of(to.account.id)
    text = write_text(
        rulebook,
        "closing",
        language=to.language,
        brand=brand,
        account=to.account,
        variant=case_id,
        variables={"handle": to.handle},
    )
    acts.close_in_public(app, case_id, text, actor=agent.actor, now=now)


def _tried(act_at_desk: object) -> int:
    try:
        act_at_desk()  # type: ignore[operator]
    except RefusalError:
        return 0
    return 1
