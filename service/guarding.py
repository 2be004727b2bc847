"""The disclosure guard, given all that it needs to judge the exact text of one reply."""

from __future__ import annotations

from collections.abc import Mapping

from sqlmodel import Session

from classifier.personal_data import find_personal_data
from policies.channel import Channel
from policies.guard import Finding, inspect
from records.database import reading
from records.nouns import PRIVATE_ACTS, Account
from records.tables.replies import ReplyRow
from records.tables.room import RoomRow
from replies.acts import TEXT_ACTS
from room.links import room_link, room_token
from service.house import House

X_COMPOSE_LINKS = ("https://x.com/messages/compose", "https://twitter.com/messages/compose")


def guard_reply(house: House, text: str, reply: ReplyRow) -> tuple[Finding, ...]:
    """What forbids this exact text to leave; empty where nothing does, or it has no text."""
    if reply.act not in TEXT_ACTS:
        return ()
    private = reply.act in PRIVATE_ACTS
    account, brand = house.accounts[reply.account_id], house.brand_of(reply.account_id)
    return inspect(
        text,
        channel=Channel.PRIVATE if private else Channel.PUBLIC,
        brand=brand,
        language=reply.language,
        network=account.network,
        find_personal_data=lambda exact: find_personal_data(exact, market=brand.market),
        allowed_links=(house.public_url,) if private else compose_links(account),
        public_contacts=brand.contacts,
    )


def compose_links(account: Account) -> tuple[str, ...]:
    """Beginnings of the pages on which a person writes to this account first."""
    if account.network == "facebook":
        return (f"https://m.me/{account.external_id}",)
    if account.network == "instagram":
        return (f"https://ig.me/m/{account.handle}",) if account.handle else ()
    return X_COMPOSE_LINKS


def secrets_of(house: House, reply: ReplyRow) -> Mapping[str, str]:
    """The secrets of a reply's text, made in memory at the moment of sending: the link of its room."""
    if reply.room_id is None:
        return {}
    with reading(house.engine) as session:
        return {"room_link": link_of(house, session, reply.room_id)}


def link_of(house: House, session: Session, room_id: int) -> str:
    """The invitation of a room's present generation."""
    room = session.get_one(RoomRow, room_id)
    return room_link(house.public_url, room.public_id, room_token(house.room_key, room.public_id, room.generation))
