"""Whom an act addresses: the person and the post of a case, the next slot, and how many must approve."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import count

from sqlalchemy import select
from sqlmodel import Session, col

from networks.permissions import permits
from records.enums import ANSWER_SLOT, PRIVATE_SLOT, Act, Approval, ReplyStatus, follow_up_slot
from records.models import Account, Permissions
from records.refusals import RefusalError
from records.tables.cases import CareCaseRow, CaseThreadRow
from records.tables.listener import MentionAccountRow, MentionRow
from records.tables.people import IdentityRow
from records.tables.replies import ReplyRow
from records.tables.service import DecisionRow
from replies.draft import AnsweredMention, Draft, PlannedAct
from replies.send_context import pause_reason
from service.deciding.context import MentionContext
from service.deciding.reader import read_mentions
from service.deciding.texts import choose_language
from service.wiring.app import App


class NothingToAnswerError(RefusalError):
    """There is no post to answer; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Addressee:
    """The person and post that an agent is about to answer."""

    account: Account
    mention_id: int
    revision: int
    external_id: str
    identity_id: int
    subject: str
    author_external_id: str
    handle: str
    language: str
    case_id: int | None
    decision_id: int | None
    permissions: Permissions
    private_target: str
    """Where a private act goes."""
    hidden: bool
    paused: str
    """Why nothing can leave from the account now; empty where it can."""
    further_approvals: int
    """How many people besides the author must approve."""
    public_slot: str
    private_slot: str
    """Where the next text of each kind goes: one that waits is not written twice."""

    def permits(self, act: Act) -> bool:
        """True where the network permits the act towards this person or post."""
        return permits(self.permissions, act)

    def draft(
        self,
        act: Act,
        *,
        slot: str,
        author: str,
        text: str = "",
        target_external_id: str | None = None,
        approvals_needed: int = 0,
        room_id: int | None = None,
        reason: str = "",
    ) -> Draft:
        """An act about this post in this case; its target is the post itself unless another is given."""
        answered = AnsweredMention(
            account_id=self.account.id,
            mention_id=self.mention_id,
            revision=self.revision,
            decision_id=self.decision_id,
            case_id=self.case_id,
        )
        planned = PlannedAct(
            slot=slot,
            act=act,
            target_external_id=target_external_id or self.external_id,
            text=text,
            language=self.language,
            approvals_needed=approvals_needed,
        )
        return answered.draft(planned, author=author, room_id=room_id, reason=reason)


def addressee_of_mention(session: Session, app: App, *, mention_id: int, account_id: int, now: datetime) -> Addressee:
    """Whom an answer to this mention reaches. Raises NothingToAnswerError where it is not yet judged or is gone."""
    link = session.execute(
        select(col(MentionAccountRow.id)).where(
            col(MentionAccountRow.mention_id) == mention_id, col(MentionAccountRow.account_id) == account_id
        )
    ).scalar_one_or_none()
    mentions = read_mentions(session, app, [link], now=now) if link is not None else []
    if not mentions:
        raise NothingToAnswerError(
            "This post is not judged yet or no longer there: reload the page.", code="post-not-judged"
        )
    return _addressee(session, mentions[0])


def addressee_of_case(session: Session, app: App, *, case_id: int, now: datetime) -> Addressee:
    """Whom an answer in this case reaches: under the person's latest post. Raises NothingToAnswerError for none."""
    leg = session.execute(
        select(col(CaseThreadRow.mention_id), col(CaseThreadRow.account_id))
        .join(MentionRow, col(MentionRow.id) == col(CaseThreadRow.mention_id))
        .where(col(CaseThreadRow.case_id) == case_id)
        .order_by((col(CaseThreadRow.leg) == "public").desc(), col(MentionRow.published_at).desc())
        .limit(1)
    ).first()
    if leg is None or leg[0] is None:
        raise NothingToAnswerError(
            "This case has no public post: answer in the private conversation.", code="no-public-post"
        )
    return addressee_of_mention(session, app, mention_id=leg[0], account_id=leg[1], now=now)


def two_must_approve(session: Session, decision_id: int | None) -> bool:
    """Whether the rule behind a text asks for two people."""
    decision = session.get(DecisionRow, decision_id) if decision_id is not None else None
    return decision is not None and decision.approval == Approval.TWO


def next_slot(session: Session, first: str, *, mention_id: int, account_id: int) -> str:
    """`first` (`answer` or `private`) until something was sent in it, then `follow-up-1` and so on."""
    sent = set(
        session.execute(
            select(col(ReplyRow.slot)).where(
                col(ReplyRow.mention_id) == mention_id,
                col(ReplyRow.account_id) == account_id,
                col(ReplyRow.status) == ReplyStatus.SENT,
            )
        ).scalars()
    )
    if first not in sent:
        return first
    return next(slot for number in count(1) if (slot := follow_up_slot(number)) not in sent)


def subject_of_case(session: Session, case_id: int) -> str:
    """Under which name the person of a case has their data key."""
    query = (
        select(col(IdentityRow.subject))
        .join(CareCaseRow, col(CareCaseRow.identity_id) == col(IdentityRow.id))
        .where(col(CareCaseRow.id) == case_id)
    )
    return str(session.execute(query).scalar_one())


def _addressee(session: Session, mention: MentionContext) -> Addressee:
    decision = session.execute(
        select(DecisionRow).where(
            col(DecisionRow.mention_id) == mention.mention_id,
            col(DecisionRow.account_id) == mention.account.id,
            col(DecisionRow.superseded_at).is_(None),
        )
    ).scalar_one_or_none()
    case_id = session.execute(
        select(col(CareCaseRow.id)).where(
            col(CareCaseRow.identity_id) == mention.identity_id,
            col(CareCaseRow.brand) == mention.account.brand,
            col(CareCaseRow.closed_at).is_(None),
        )
    ).scalar_one_or_none()
    return Addressee(
        account=mention.account,
        mention_id=mention.mention_id,
        revision=mention.revision,
        external_id=mention.external_id,
        identity_id=mention.identity_id,
        subject=mention.subject,
        author_external_id=mention.author_external_id,
        handle=mention.handle,
        language=choose_language(mention.assessment.language, mention.brand) or mention.brand.languages[0],
        case_id=case_id,
        decision_id=decision.id if decision else None,
        permissions=mention.permissions,
        private_target=mention.private_target,
        hidden=mention.hidden,
        paused=pause_reason(session, mention.account.id),
        further_approvals=1 if decision is not None and decision.approval == Approval.TWO else 0,
        public_slot=next_slot(session, ANSWER_SLOT, mention_id=mention.mention_id, account_id=mention.account.id),
        private_slot=next_slot(session, PRIVATE_SLOT, mention_id=mention.mention_id, account_id=mention.account.id),
    )
