"""What may be written to the person of a case right now, why not, and the proposed texts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from policies.text_limits import Channel, limit_of
from records.database import reading
from records.enums import Act
from replies.limits import MonthBudget
from service.brands.rulebook_versions import current_rulebook
from service.deciding.addressee import Addressee, NothingToAnswerError, addressee_of_case
from service.deciding.brand_reader import month_of
from service.deciding.texts import write_text
from service.wiring.app import App

CLOSING = "closing"
ACKNOWLEDGE = "acknowledge"


@dataclass(frozen=True, kw_only=True)
class AnswerPermissions:
    """To whom an answer goes, or why none can."""

    to: Addressee | None
    why_not: str
    """One sentence where nobody can be answered in public, or the account is paused."""
    month: MonthBudget | None = None
    """What the account has cost this month, where it has a cap."""

    def permits(self, act: Act) -> bool:
        """True where the account is not paused and the network permits the act."""
        return self.to is not None and not self.to.paused and self.to.permits(act)

    @property
    def reply(self) -> bool:
        return self.permits(Act.PUBLIC_REPLY)

    @property
    def private_message(self) -> bool:
        return self.to is not None and self.permits(self.to.permissions.private_act)

    @property
    def hide(self) -> bool:
        return self.permits(Act.HIDE)

    @property
    def delete_own(self) -> bool:
        return self.permits(Act.DELETE)


def answer_permissions(session: Session, app: App, *, case_id: int, now: datetime) -> AnswerPermissions:
    """What the network permits under the person's latest post."""
    try:
        to = addressee_of_case(session, app, case_id=case_id, now=now)
    except NothingToAnswerError as refusal:
        return AnswerPermissions(to=None, why_not=str(refusal))
    month = month_of(session, app, to.account.id, now=now)
    return AnswerPermissions(to=to, why_not=to.paused or to.permissions.why, month=month)


def propose_text(app: App, to: Addressee, template: str) -> str:
    """A template of the rulebook with this person's variables; empty where the rulebook has none."""
    brand = app.brand_of(to.account.id)
    with reading(app.engine) as session:
        rulebook = current_rulebook(session, brand.name)
    try:
        return write_text(
            rulebook,
            template,
            language=to.language,
            brand=brand,
            account=to.account,
            variant=to.mention_id,
            variables={"handle": to.handle, "compose_link": to.permissions.compose_link},
        )
    except (KeyError, ValueError):
        return ""


def text_length(network: str, text: str, *, privately: bool) -> tuple[int, int]:
    """How long `text` is by the network's own counting, and how long it may be."""
    limit = limit_of(network, Channel.PRIVATE if privately else Channel.PUBLIC)
    return limit.count(text), limit.most
