"""Step `letters`: hands over what is due to persons in rooms, by e-mail or text message.

What nobody is to get is dropped by the same updates. Killed between handing a letter over and writing that down, the
step sends it a second time when its lease ends: the code in it is the same.
"""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlmodel import Session

from people.customers import Contact, contact
from people.master_key import derive
from people.vault import DamagedSealError
from records.database import reading, writing
from room.letters import (
    CODE,
    NOTICE,
    Letter,
    claim_due,
    read,
    settle_dropped,
    settle_failed,
    settle_reading,
    settle_sent,
)
from room.notices import still_unread
from service.house import House
from service.letters import LetterError, Outgoing, Post, outgoing, posts_of, text_of
from service.reply_addresses import reply_address_of

log = structlog.get_logger("aparte.letters")


def letters(house: House, *, now: datetime) -> int:
    """Hand over one batch of due letters. Returns how many were looked at."""
    due = claim_due(house.engine, claimant=house.claimant, now=now)
    if due:
        reply_address = reply_address_of(house)
        posts = posts_of(house.settings, reply_address=reply_address)
        for letter_id in due:
            _hand_over(house, letter_id, posts, may_reply=reply_address is not None, now=now)
    return len(due)


def _hand_over(house: House, letter_id: int, posts: dict[str, Post], *, may_reply: bool, now: datetime) -> None:
    with reading(house.engine) as session:
        letter = read(session, letter_id)
        found = _contact(house, letter)
    if letter is None:
        return
    going = outgoing(letter, found, frozenset(posts))
    with writing(house.engine) as session:
        if not settle_reading(session, letter, claimant=house.claimant, way=going.way, proof=going.proof):
            return
        why = _dropped_because(letter, going, posts, now) or _needless_because(session, house, letter)
        if why:
            settle_dropped(session, letter.id, claimant=house.claimant, why=why)
            return
    brand = house.brand_of(letter.account_id)
    text = text_of(letter, brand, code_key=derive(house.master_key, "proof-codes"), may_reply=may_reply)
    try:
        posts[going.way].send(going.to, letter, text, now=now)
    except LetterError as error:
        log.warning("letter not taken", letter=letter.id, kind=letter.kind, way=going.way, why=str(error))
        with writing(house.engine) as session:
            if error.permanent:
                settle_dropped(session, letter.id, claimant=house.claimant, why=str(error))
            else:
                settle_failed(session, letter, claimant=house.claimant, why=str(error), now=now)
        return
    with writing(house.engine) as session:
        settle_sent(session, letter.id, claimant=house.claimant, now=now)


def _contact(house: House, letter: Letter | None) -> Contact | None:
    if letter is None or letter.customer_id is None:
        return None
    with reading(house.engine) as session:
        try:
            return contact(session, house.vault, letter.customer_id)
        except DamagedSealError:
            log.exception("contact does not open", customer=letter.customer_id)
            return None


def _dropped_because(letter: Letter, going: Outgoing, posts: dict[str, Post], now: datetime) -> str:
    if letter.worth_sending_until <= now:
        return "the code is void" if letter.kind == CODE else "it came too late"
    if going.way not in posts:
        return f"no {going.way} is set up"
    return "" if going.to else "nobody to send it to"


def _needless_because(session: Session, house: House, letter: Letter) -> str:
    if letter.account_id not in house.accounts:
        return "its account is no longer in the settings"
    if letter.kind == NOTICE and not still_unread(session, letter.room_id, letter.once):
        return "read meanwhile"
    return ""
