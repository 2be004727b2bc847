"""The disclosure guard, given all that it needs to judge the exact text of one reply."""

from __future__ import annotations

from collections.abc import Mapping

from sqlmodel import Session

from classifier.personal_data import find_personal_data
from people.vault import DamagedSealError
from policies.channel import Channel
from policies.guard import Finding, inspect
from records.database import reading
from records.nouns import Account, Brand
from records.tables.replies import ReplyRow
from records.tables.room import RoomRow
from records.words import PRIVATE_ACTS
from replies.acts import TEXT_ACTS
from room.codes import code_of
from room.links import room_link
from room.rooms import token_of
from service.house import House
from service.tracked_values import TrackedValues, tracked_values

UNREADABLE = "The person's record does not open, so nobody can tell what the text repeats; a person must look at it."
X_COMPOSE_LINKS = ("https://x.com/messages/compose", "https://twitter.com/messages/compose")


_CODE_PAGE = {"es": "entrar", "en": "enter"}
"""Where codes are typed, in the language of who is told the address."""


def guard_reply(house: House, text: str, reply: ReplyRow) -> tuple[Finding, ...]:
    """What forbids this exact text to leave; empty where nothing does, or it has no text."""
    if reply.act not in TEXT_ACTS:
        return ()
    private = reply.act in PRIVATE_ACTS
    account, brand = house.accounts[reply.account_id], house.brand_of(reply.account_id)
    try:
        tracked = TrackedValues() if private else _tracked(house, reply, brand)
    except DamagedSealError:
        return (Finding(kind="guard-error", message=UNREADABLE),)
    return inspect(
        text,
        channel=Channel.PRIVATE if private else Channel.PUBLIC,
        brand=brand,
        language=reply.language,
        network=account.network,
        find_personal_data=lambda exact: find_personal_data(exact, market=brand.market),
        known_values=tracked.known,
        published=tracked.published,
        allowed_links=_room_addresses(house, brand) if private else compose_links(account),
        allowed_values=_code_of(house, reply) if private else (),
        public_contacts=tuple(filter(None, (*brand.contacts, brand.phone, brand.emergency_phone))),
        promotion=reply.promotion,
    )


def _tracked(house: House, reply: ReplyRow, brand: Brand) -> TrackedValues:
    with reading(house.engine) as session:
        return tracked_values(session, house.vault, mention_id=reply.mention_id, market=brand.market)


def _room_addresses(house: House, brand: Brand) -> tuple[str, ...]:
    """Where a person may be sent in private: the rooms, also as people type their address."""
    return tuple(filter(None, (house.public_url, house.public_url.partition("://")[2], brand.room_address)))


def _code_of(house: House, reply: ReplyRow) -> tuple[str, ...]:
    """The short code of the reply's room, which its text may carry."""
    if reply.room_id is None:
        return ()
    with reading(house.engine) as session:
        room = session.get(RoomRow, reply.room_id)
    return () if room is None else (code_of(house.room_key, room.public_id, room.generation),)


def compose_links(account: Account) -> tuple[str, ...]:
    """Beginnings of the pages on which a person writes to this account first."""
    if account.network == "facebook":
        return (f"https://m.me/{account.external_id}",)
    if account.network == "instagram":
        return (f"https://ig.me/m/{account.handle}",) if account.handle else ()
    return X_COMPOSE_LINKS


def secrets_of(house: House, reply: ReplyRow, *, text: str | None = None) -> Mapping[str, str]:
    """The secrets of a reply's text, made in memory at the moment of sending: the link or the code of its room.

    `text` stands for other words that are about to take the place of its own.
    """
    if reply.room_id is None:
        return {}
    said = reply.text if text is None else text
    with reading(house.engine) as session:
        room = session.get_one(RoomRow, reply.room_id)
        link = link_of(house, session, reply.room_id)
    values = {
        "room_link": link,
        "room_code": code_of(house.room_key, room.public_id, room.generation),
        "room_address": f"{house.public_url.partition('://')[2]}/{_CODE_PAGE.get(reply.language, 'enter')}",
    }
    return {name: value for name, value in values.items() if f"{{{name}}}" in said}


def link_of(house: House, session: Session, room_id: int) -> str:
    """The invitation of a room's present generation."""
    room = session.get_one(RoomRow, room_id)
    return room_link(house.public_url, room.public_id, token_of(house.room_key, room))
