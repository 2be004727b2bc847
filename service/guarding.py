"""The disclosure guard, given all that it needs to judge the exact text of one reply."""

from __future__ import annotations

from collections.abc import Mapping

from sqlmodel import Session

from classifier.personal_data import find_personal_data
from policies.channel import Channel
from policies.guard import Finding, inspect
from records.database import reading
from records.nouns import Act
from records.tables.replies import ReplyRow
from records.tables.room import RoomRow
from room.links import room_link, room_token
from service.house import House

COMPOSE_LINKS = ("https://x.com/messages/compose", "https://twitter.com/messages/compose")


def guard_reply(house: House, text: str, reply: ReplyRow) -> tuple[Finding, ...]:
    """What forbids this exact text to leave; empty where nothing does. A hide has no text to guard."""
    if reply.act == Act.HIDE:
        return ()
    private = reply.act == Act.PRIVATE_MESSAGE
    brand = house.brand_of(reply.account_id)
    return inspect(
        text,
        channel=Channel.PRIVATE if private else Channel.PUBLIC,
        brand=brand,
        language=reply.language,
        network=house.accounts[reply.account_id].network,
        find_personal_data=lambda exact: find_personal_data(exact, market=brand.market),
        allowed_links=(house.public_url,) if private else COMPOSE_LINKS,
        public_contacts=brand.contacts,
    )


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
