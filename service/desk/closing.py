"""Closing a private matter: the public closing line, its waiver, and the revocation of an invitation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from cases.closing import close_if_done, mark_solved
from cases.handling import waive
from cases.private_side import set_private_state
from ledger.entry import Sealer
from ledger.log import append
from networks.permissions import permits
from people.consents import has_consent
from policies.rulebook.rulebook import Rulebook
from records.enums import CLOSING_SLOT, PRIVATE_ACTS, Act, PrivateState, Purpose, RoomStatus
from records.models import Account, Actor
from records.refusals import RefusalError
from records.tables.cases import CareCaseRow
from records.tables.listener import MentionRow
from records.tables.people import IdentityRow
from records.tables.replies import ReplyRow
from records.tables.room import RoomRow
from replies import outbox
from replies.draft import Draft
from replies.lifecycle import UNSENT
from replies.outbox import rewrite
from room import lifecycle
from service.brands.rulebook_versions import current_rulebook
from service.deciding.addressee import Addressee, NothingToAnswerError, addressee_of_case
from service.deciding.texts import write_text
from service.delivery.holds import SAYS_SOLVED, WITHDREW
from service.delivery.on_delivery import POST_DELETED, POST_HIDDEN
from service.desk.authorise import SPEAKERS, authorised_read, authorised_write, log_act
from service.wiring.app import App

AUTOMATIC_WAIVER = Actor(tag="service:closing")
NO_POST = "there is no public post"
NOT_ANSWERABLE = "the network permits no public answer"
REVOKED = "The invitation was revoked."
_UNSENT = sorted(status.value for status in UNSENT)
_LIVE = (RoomStatus.PREPARED.value, RoomStatus.INVITED.value, RoomStatus.OPEN.value)
NEUTRAL = "closing"
SOLVED = "closing-solved"
SENT_BY_PERSON = "X: a person sends closing lines."
_BY_PERSON = frozenset({"x"})
"""Networks whose rules require a person behind an unsolicited text."""


@dataclass(frozen=True, kw_only=True)
class ClosingLine:
    """The text of a closing line, and the template that it is from."""

    text: str
    author: str
    """`rule:closing` or `rule:closing-solved`."""


@dataclass(frozen=True, kw_only=True)
class Solved:
    """What follows once a case was marked as solved."""

    reply_id: int | None
    """The public closing line; None where none is owed or possible, and the case is closed."""
    sent_by_person: bool = False
    """True where a person must approve the line before it is sent."""
    waived: str = ""
    """Why there is no line."""


def mark_case_solved(app: App, case_id: int, *, actor: Actor, now: datetime) -> Solved:
    """Mark a private case as solved: write its public closing line, or close it where none can be written.

    On X a person sends the line; elsewhere it is approved by this act. Raises
    RefusalError.
    """
    with authorised_read(app, actor) as session:
        to, why_none = _closing_target(session, app, case_id, now)
        line = closing_line(session, app, to) if to is not None else None
    with authorised_write(app, actor, SPEAKERS) as session:
        case = session.get(CareCaseRow, case_id)
        hours = app.settings.brands[case.brand].close_within_hours if case is not None else 0
        entry = mark_solved(session, case_id, by=actor, close_by=now + timedelta(hours=hours), now=now)
        lifecycle.mark_solved(session, case_id, now=now)
        done = session.get_one(CareCaseRow, case_id)
        owed = done.public_closed_at is None and done.waiver is None
        append(session, [entry])
        if owed and to is not None and line is not None:
            draft = closing_draft(to, line)
            return _write(session, app, draft, to, actor, now)
        entries = []
        if owed:
            entries.append(waive(session, case_id, reason=why_none, actor=AUTOMATIC_WAIVER, now=now))
        append(session, [*entries, *close_if_done(session, case_id, actor=actor, now=now)])
    return Solved(reply_id=None, waived=why_none if owed else "")


def revoke_invitation(app: App, case_id: int, *, actor: Actor, now: datetime) -> None:
    """Void the room of a case: its invitation opens nothing from now on, and an unsent one is withheld.

    Raises RefusalError where there is none.
    """
    with authorised_write(app, actor, SPEAKERS) as session:
        query = select(RoomRow).where(col(RoomRow.case_id) == case_id, col(RoomRow.status).in_(_LIVE))
        room = session.execute(query.order_by(col(RoomRow.id).desc()).limit(1)).scalar()
        if room is None:
            raise RefusalError("This case has no invitation that could be revoked.", code="no-invitation")
        for reply_id in _unsent_invitations(session, room.id or 0):
            outbox.withhold(session, reply_id, REVOKED, actor=actor, now=now, sealer=app.encryption)
        lifecycle.revoke_room(session, room.id or 0, actor=actor, now=now)
        set_private_state(session, [case_id], PrivateState.NONE, actor=actor, now=now)
        log_act(session, "agent:case:invitation-revoked", actor, now, case_id=case_id, body={"room": room.id})


def closing_line(session: Session, app: App, to: Addressee) -> ClosingLine:
    """The line for this person: that it is solved, where they consented to that; else neutral."""
    brand = app.brand_of(to.account.id)
    rulebook = current_rulebook(session, brand.name)
    may_say_solved = has_consent(session, to.identity_id, Purpose.SAY_SOLVED) and SOLVED in rulebook.templates
    return _line(
        app, rulebook, SOLVED if may_say_solved else NEUTRAL, to.account, to.language, to.handle, to.mention_id
    )


def closing_draft(to: Addressee, line: ClosingLine) -> Draft:
    """The draft of the line: it waits for a person where the network, or the rule, requires one."""
    by_person = to.account.network in _BY_PERSON
    return to.draft(
        Act.PUBLIC_REPLY,
        slot=CLOSING_SLOT,
        author=line.author,
        text=line.text,
        approvals_needed=max(1, to.further_approvals + (0 if by_person else 1)),
        reason=SENT_BY_PERSON if by_person else "",
    )


def is_sent_by_person(to: Addressee) -> bool:
    """True where somebody must press the button although the case was marked as solved."""
    return to.account.network in _BY_PERSON or to.further_approvals > 0


def withdrawn_lines(session: Session, app: App) -> list[tuple[int, ClosingLine]]:
    """Unsent lines that say `solved` without a consent any more; each with the neutral one that replaces it."""
    query = (
        select(ReplyRow, MentionRow)
        .join(MentionRow, col(MentionRow.id) == col(ReplyRow.mention_id))
        .where(
            col(ReplyRow.author) == SAYS_SOLVED,
            col(ReplyRow.slot) == CLOSING_SLOT,
            col(ReplyRow.status).in_(_UNSENT),
        )
        .order_by(col(ReplyRow.id))
    )
    return [
        (reply.id or 0, _neutral(session, app, reply, mention))
        for reply, mention in session.execute(query)
        if reply.account_id in app.accounts and not has_consent(session, mention.identity_id, Purpose.SAY_SOLVED)
    ]


def replace_withdrawn_lines(
    session: Session,
    lines: Sequence[tuple[int, ClosingLine]],
    *,
    actor: Actor,
    now: datetime,
    sealer: Sealer | None = None,
) -> None:
    """Put the neutral line in the place of each; a person approves it anew."""
    for reply_id, line in lines:
        rewrite(session, reply_id, line.text, author=line.author, reason=WITHDREW, actor=actor, now=now, sealer=sealer)


def _neutral(session: Session, app: App, reply: ReplyRow, mention: MentionRow) -> ClosingLine:
    account = app.accounts[reply.account_id]
    rulebook = current_rulebook(session, account.brand)
    handle = session.get_one(IdentityRow, mention.identity_id).handle
    return _line(app, rulebook, NEUTRAL, account, reply.language, handle, reply.mention_id)


def _line(
    app: App, rulebook: Rulebook, template: str, account: Account, language: str, handle: str, variant: int
) -> ClosingLine:
    text = write_text(
        rulebook,
        template,
        language=language,
        brand=app.settings.brands[account.brand],
        account=account,
        variant=variant,
        variables={"handle": handle},
    )
    return ClosingLine(text=text, author=f"rule:{template}")


def _closing_target(session: Session, app: App, case_id: int, now: datetime) -> tuple[Addressee | None, str]:
    """Whom the closing line reaches; or None, and why there can be no line."""
    try:
        to = addressee_of_case(session, app, case_id=case_id, now=now)
    except NothingToAnswerError:
        return None, NO_POST
    if to.hidden:
        return None, POST_HIDDEN
    if _is_deleted(session, to.mention_id):
        return None, POST_DELETED
    return (to, "") if permits(to.permissions, Act.PUBLIC_REPLY) else (None, NOT_ANSWERABLE)


def _write(session: Session, app: App, draft: Draft, to: Addressee, actor: Actor, now: datetime) -> Solved:
    (reply_id,) = outbox.write_drafts(session, [draft], actor=actor, now=now, sealer=app.encryption)
    if reply_id is None:
        # A closing line was written before the case was marked as solved; it is kept.
        return Solved(reply_id=None, sent_by_person=False)
    by_person = is_sent_by_person(to)
    if not by_person:
        outbox.approve(session, reply_id, actor=actor, now=now, sealer=app.encryption)
    return Solved(reply_id=reply_id, sent_by_person=by_person)


def _unsent_invitations(session: Session, room_id: int) -> list[int]:
    query = select(col(ReplyRow.id)).where(
        col(ReplyRow.room_id) == room_id,
        col(ReplyRow.act).in_(sorted(PRIVATE_ACTS)),
        col(ReplyRow.status).in_(_UNSENT),
    )
    return [reply_id for reply_id in session.execute(query.order_by(col(ReplyRow.id))).scalars() if reply_id]


def _is_deleted(session: Session, mention_id: int) -> bool:
    return session.get_one(MentionRow, mention_id).deleted_at is not None
