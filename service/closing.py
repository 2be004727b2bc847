"""The public closing line: in which words, who sends it, and what becomes of it where consent is withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from ledger.entry import Sealer
from people.consents import has_consent
from policies.rulebook import Rulebook
from records.nouns import Account, Actor
from records.tables.listener import MentionRow
from records.tables.people import IdentityRow
from records.tables.replies import ReplyRow
from records.words import CLOSING_SLOT, Act, Purpose, ReplyStatus
from replies.drafts import AUTOMATIC, Draft
from replies.rewording import reword
from service.desk_reading import Addressee
from service.holding import SAYS_SOLVED, WITHDREW
from service.house import House
from service.reply_texts import write_text
from service.rulebooks import current

NEUTRAL = "closing"
SOLVED = "closing-solved"
SENT_BY_PERSON = "X: a person sends closing lines."
_BY_PERSON = frozenset({"x"})
"""Networks whose rules want a person behind a text that nobody asked for."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """A closing line in words."""

    text: str
    author: str
    """`rule:closing` or `rule:closing-solved`."""


def closing_line(session: Session, house: House, to: Addressee) -> Line:
    """The line for this person: that it is solved, where they consent to our saying so; else neutral."""
    brand = house.brand_of(to.account.id)
    rulebook = current(session, house, brand.name)
    may_tell = has_consent(session, to.identity_id, Purpose.SAY_SOLVED) and SOLVED in rulebook.templates
    return _line(house, rulebook, SOLVED if may_tell else NEUTRAL, to.account, to.language, to.handle, to.mention_id)


def closing_draft(to: Addressee, line: Line) -> Draft:
    """The line as the outbox takes it: it waits for a person where the network, or the rule, wants one."""
    by_person = to.account.network in _BY_PERSON
    return Draft(
        account_id=to.account.id,
        mention_id=to.mention_id,
        revision=to.revision,
        decision_id=to.decision_id,
        case_id=to.case_id,
        slot=CLOSING_SLOT,
        act=Act.PUBLIC_REPLY,
        target_external_id=to.external_id,
        text=line.text,
        language=to.language,
        origin=AUTOMATIC,
        author=line.author,
        approvals_needed=max(1, to.further_approvals + (0 if by_person else 1)),
        reason=SENT_BY_PERSON if by_person else "",
    )


def is_sent_by_person(to: Addressee) -> bool:
    """True where somebody must press the button although the case was marked as solved."""
    return to.account.network in _BY_PERSON or to.further_approvals > 0


def withdrawn_lines(session: Session, house: House) -> list[tuple[int, Line]]:
    """Lines that say `solved`, have not left, and may no longer be said; each with the neutral one for its place."""
    query = (
        select(ReplyRow, MentionRow)
        .join(MentionRow, col(MentionRow.id) == col(ReplyRow.mention_id))
        .where(
            col(ReplyRow.author) == SAYS_SOLVED,
            col(ReplyRow.slot) == CLOSING_SLOT,
            col(ReplyRow.status).in_(
                [ReplyStatus.DRAFT.value, ReplyStatus.HELD.value, ReplyStatus.APPROVED.value],
            ),
        )
        .order_by(col(ReplyRow.id))
    )
    return [
        (reply.id or 0, _neutral(session, house, reply, mention))
        for reply, mention in session.execute(query)
        if reply.account_id in house.accounts and not has_consent(session, mention.identity_id, Purpose.SAY_SOLVED)
    ]


def without_consent(
    session: Session, lines: Sequence[tuple[int, Line]], *, actor: Actor, now: datetime, sealer: Sealer | None = None
) -> None:
    """Put the neutral line in the place of each; a person approves it anew."""
    for reply_id, line in lines:
        reword(session, reply_id, line.text, author=line.author, reason=WITHDREW, actor=actor, now=now, sealer=sealer)


def _neutral(session: Session, house: House, reply: ReplyRow, mention: MentionRow) -> Line:
    account = house.accounts[reply.account_id]
    rulebook = current(session, house, account.brand)
    handle = session.get_one(IdentityRow, mention.identity_id).handle
    return _line(house, rulebook, NEUTRAL, account, reply.language, handle, reply.mention_id)


def _line(
    house: House, rulebook: Rulebook, template: str, account: Account, language: str, handle: str, variant: int
) -> Line:
    text = write_text(
        rulebook,
        template,
        language=language,
        brand=house.settings.brands[account.brand],
        account=account,
        variant=variant,
        variables={"handle": handle},
    )
    return Line(text=text, author=f"rule:{template}")
