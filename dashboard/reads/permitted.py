"""What may be said to the person of a case right now, and why not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from policies.channel import Channel
from policies.lengths import limit_of
from records.database import reading
from replies.prices import Month
from service.desk_reading import Addressee, NothingToAnswerError, addressee_of_case
from service.house import House
from service.reply_texts import write_text
from service.rulebooks import current
from service.spending import month_of

CLOSING = "closing"
ACKNOWLEDGE = "acknowledge"


@dataclass(frozen=True, kw_only=True)
class Permitted:
    """To whom an answer goes, or why none can."""

    to: Addressee | None
    why_not: str
    """One sentence where nobody can be answered in public, or the account is paused."""
    month: Month | None = None
    """What the account has cost this month, where it has a cap."""

    @property
    def speaks(self) -> bool:
        """True where the account is not paused."""
        return self.to is not None and not self.to.paused

    @property
    def reply(self) -> bool:
        return self.to is not None and self.speaks and self.to.permissions.reply

    @property
    def private_message(self) -> bool:
        return self.to is not None and self.speaks and self.to.permissions.private_message

    @property
    def hide(self) -> bool:
        return self.to is not None and self.speaks and self.to.permissions.hide

    @property
    def delete_own(self) -> bool:
        return self.to is not None and self.speaks and self.to.permissions.delete_own


def permitted_in(session: Session, house: House, *, case_id: int, now: datetime) -> Permitted:
    """What the network permits under the person's latest post."""
    try:
        to = addressee_of_case(session, house, case_id=case_id, now=now)
    except NothingToAnswerError as refusal:
        return Permitted(to=None, why_not=str(refusal))
    month = month_of(session, house, to.account.id, now=now)
    return Permitted(to=to, why_not=to.paused or to.permissions.why, month=month)


def proposal(house: House, to: Addressee, template: str) -> str:
    """A template of the rulebook with this person's variables; empty where the rulebook has none."""
    brand = house.brand_of(to.account.id)
    with reading(house.engine) as session:
        rulebook = current(session, house, brand.name)
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


def length_on(network: str, text: str, *, privately: bool) -> tuple[int, int]:
    """How long `text` is by the network's own counting, and how long it may be."""
    limit = limit_of(network, Channel.PRIVATE if privately else Channel.PUBLIC)
    return limit.count(text), limit.most
