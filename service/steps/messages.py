"""Step `messages`: a person's own direct message is answered by an invitation where one is due.

Where none is due, the message joins the person's case and waits for an agent, unless a person has written back already.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlmodel import Session, col

from cases.joining import hold_open_cases, join_many
from cases.private_side import waits_in_private
from cases.state import InboundContact, Side
from ledger.entry import Entry
from ledger.log import append
from records.database import reading, writing
from records.enums import PRIVATE_ACTS, PRIVATE_SLOT, Act, Action, Mode, Priority, PrivateState, Queue, ReplyStatus
from records.leases import DueRows
from records.models import Account, Actor
from records.tables.cases import CareCaseRow, CaseThreadRow
from records.tables.listener import DirectMessageRow, MentionRow
from records.tables.people import IdentityRow
from records.tables.replies import ReplyRow
from records.tables.service import AssessmentRow, DecisionRow
from replies.draft import AUTOMATIC, PERSON, AnsweredMention, PlannedAct
from replies.outbox import write_drafts
from service.deciding.texts import choose_language
from service.delivery.holds import invitation_hold
from service.delivery.invitations import Invitee, invitation_for, room_for
from service.wiring.app import App

ACTOR = Actor(tag="step:decide")
BATCH = 64
_DUE = DueRows(DirectMessageRow, due=col(DirectMessageRow.answer_due_at))


@dataclass(frozen=True, kw_only=True)
class DueMessage:
    """One incoming direct message, with the case of its author."""

    message_id: int
    account: Account
    conversation_id: str
    identity_id: int
    subject: str
    handle: str
    external_id: str
    reach: int
    sent_at: datetime
    case_id: int | None
    mention_id: int | None
    revision: int
    decision_id: int | None
    invitation_due: bool
    answered: bool
    """A person of the brand has written back since, here or elsewhere."""
    declined: bool
    """They declined a private room: nobody but a person invites them again."""
    language: str


def answer_messages(app: App, *, now: datetime, most: int = BATCH) -> int:
    """Answer, or hand over, up to `most` direct messages that are due. Returns how many were settled."""
    lease = _DUE.lease(app.engine, claimant=app.claimant, now=now, most=most)
    if not lease:
        return 0
    with reading(app.engine) as session:
        asked = _read(session, app, lease.ids)
    with writing(app.engine) as session:
        held = lease.settle(session)
        # By person, as `join_many` opens cases; of one person, by date, as they were read.
        due = sorted((each for each in asked if each.message_id in held), key=lambda each: each.identity_id)
        hold_open_cases(session, {each.identity_id for each in due})
        entries = [_settle(session, app, each, now) for each in due]
        append(session, entries)
    return len(lease.ids)


def _read(session: Session, app: App, ids: Sequence[int]) -> list[DueMessage]:
    query = (
        select(DirectMessageRow, IdentityRow)
        .join(IdentityRow, col(IdentityRow.id) == col(DirectMessageRow.identity_id))
        .where(col(DirectMessageRow.id).in_(ids))
        .order_by(col(DirectMessageRow.sent_at), col(DirectMessageRow.id))
    )
    return [_due_message(session, app, message, identity) for message, identity in session.execute(query)]


def _due_message(session: Session, app: App, message: DirectMessageRow, identity: IdentityRow) -> DueMessage:
    account = app.accounts[message.account_id]
    side = session.execute(
        select(CaseThreadRow, DecisionRow, col(AssessmentRow.language), col(CareCaseRow.private_state))
        .join(CareCaseRow, col(CareCaseRow.id) == col(CaseThreadRow.case_id))
        .outerjoin(
            DecisionRow,
            (col(DecisionRow.mention_id) == col(CaseThreadRow.mention_id))
            & (col(DecisionRow.account_id) == col(CaseThreadRow.account_id))
            & col(DecisionRow.superseded_at).is_(None),
        )
        .outerjoin(
            AssessmentRow,
            (col(AssessmentRow.mention_id) == col(CaseThreadRow.mention_id))
            & col(AssessmentRow.superseded_at).is_(None),
        )
        .where(
            col(CareCaseRow.identity_id) == identity.id,
            col(CareCaseRow.brand) == account.brand,
            col(CareCaseRow.closed_at).is_(None),
            col(CaseThreadRow.account_id) == account.id,
            col(CaseThreadRow.leg) == "public",
        )
        .order_by((col(DecisionRow.action) == Action.MOVE_PRIVATE).desc(), col(CaseThreadRow.joined_at).desc())
        .limit(1)
    ).first()
    thread, decision, language, private_state = side if side is not None else (None, None, None, None)
    assert message.id is not None and identity.id is not None  # noqa: S101, PT018 - read from the database
    return DueMessage(
        message_id=message.id,
        account=account,
        conversation_id=message.conversation_id,
        identity_id=identity.id,
        subject=identity.subject,
        handle=identity.handle,
        external_id=identity.external_id,
        reach=identity.reach,
        sent_at=message.sent_at,
        case_id=thread.case_id if thread else None,
        mention_id=thread.mention_id if thread else None,
        revision=decision.revision if decision else 1,
        decision_id=decision.id if decision else None,
        answered=_answered_by_a_person(session, message),
        declined=private_state == PrivateState.DECLINED,
        invitation_due=decision is not None and decision.action == Action.MOVE_PRIVATE and decision.mode == Mode.LIVE,
        language=choose_language(language or "und", app.settings.brands[account.brand])
        or app.settings.brands[account.brand].languages[0],
    )


def _answered_by_a_person(session: Session, message: DirectMessageRow) -> bool:
    """Whether a later message to the same person is not a rule's: written at the desk, or outside Aparte."""
    by_rule = exists().where(
        col(ReplyRow.account_id) == message.account_id,
        col(ReplyRow.external_id) == col(DirectMessageRow.external_id),
        col(ReplyRow.origin) == AUTOMATIC,
    )
    received = exists().where(
        col(DirectMessageRow.account_id) == message.account_id,
        col(DirectMessageRow.identity_id) == message.identity_id,
        col(DirectMessageRow.outgoing).is_(True),
        col(DirectMessageRow.sent_at) > message.sent_at,
        ~by_rule,
    )
    to_person = select(col(MentionRow.id)).where(col(MentionRow.identity_id) == message.identity_id)
    sent = exists().where(
        col(ReplyRow.account_id) == message.account_id,
        col(ReplyRow.mention_id).in_(to_person),
        col(ReplyRow.act).in_(sorted(PRIVATE_ACTS)),
        col(ReplyRow.origin) == PERSON,
        col(ReplyRow.status) == ReplyStatus.SENT.value,
        col(ReplyRow.sent_at) > message.sent_at,
    )
    return bool(session.execute(select(received | sent)).scalar())


def _end(asked: DueMessage, *, invited: bool) -> str:
    if invited:
        return "answered"
    return "answered-already" if asked.answered else "handed-over"


def _settle(session: Session, app: App, asked: DueMessage, now: datetime) -> Entry:
    case_id = _join_private_side(session, asked, now)
    may_invite = asked.invitation_due and asked.mention_id is not None and not asked.answered and not asked.declined
    waits = invitation_hold(app, session, asked.account.brand, case_id=case_id, now=now) if may_invite else ""
    invited = may_invite and _invite(session, app, asked, case_id, waits, now) and not waits
    if not invited and not asked.answered:
        # A person answers: from now on somebody waits in private.
        waits_in_private(session, case_id, asked.sent_at)
    return Entry(
        kind=f"step:message:{_end(asked, invited=invited)}",
        at=now,
        actor=ACTOR.tag,
        mention_id=asked.mention_id,
        case_id=case_id,
        subject=asked.subject,
        body={"account": asked.account.name, "message": asked.message_id},
    )


def _join_private_side(session: Session, asked: DueMessage, now: datetime) -> int:
    joined = join_many(
        session,
        [
            InboundContact(
                identity_id=asked.identity_id,
                brand=asked.account.brand,
                account_id=asked.account.id,
                side=Side.PRIVATE,
                root_external_id=asked.conversation_id,
                mention_id=asked.mention_id,
                queue=Queue.CARE,
                priority=Priority.NORMAL,
                reach=asked.reach,
                p_negative=0.0,
                published_at=asked.sent_at,
                waits=not asked.answered,
            )
        ],
        actor=ACTOR,
        now=now,
    )
    return joined[asked.identity_id, asked.account.brand]


def _invite(session: Session, app: App, asked: DueMessage, case_id: int, waits: str, now: datetime) -> bool:
    """Write the invitation; `waits` says why a person must look at it first, empty where nobody need."""
    assert asked.mention_id is not None  # noqa: S101 - checked by the caller
    invitee = Invitee(
        account=asked.account,
        mention_id=asked.mention_id,
        identity_id=asked.identity_id,
        handle=asked.handle,
        language=asked.language,
    )
    room_id = room_for(session, app, invitee, case_id, actor=ACTOR, now=now)
    invitation = PlannedAct(
        slot=PRIVATE_SLOT,
        act=Act.PRIVATE_MESSAGE,
        target_external_id=asked.external_id,
        text=invitation_for(session, app, invitee, case_id, now=now),
        language=asked.language,
        approvals_needed=1 if waits else 0,
    )
    answered = AnsweredMention(
        account_id=asked.account.id,
        mention_id=asked.mention_id,
        revision=asked.revision,
        decision_id=asked.decision_id,
        case_id=case_id,
    )
    draft = answered.draft(invitation, author="rule:invitation", room_id=room_id, reason=waits)
    written = write_drafts(session, [draft], actor=ACTOR, now=now, sealer=app.encryption)
    return written[0] is not None
