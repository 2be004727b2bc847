"""The guard's inputs for one reply: the person's protected values, permitted links and room secrets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlmodel import Session, col

from classifier.personal_data.finder import find_personal_data
from people.customers import known_values
from people.identity_links import live_link
from people.subject_encryption import DamagedSealError, SubjectEncryption
from policies.guard.conversation_values import conversation_values, file_name_values
from policies.guard.guarded_text import GuardedText
from policies.guard.inspection import GuardFinding, inspect
from policies.guard.protected_values import MOST_VALUES
from policies.text_limits import Channel
from records.database import reading
from records.enums import PRIVATE_ACTS
from records.models import Account, Brand
from records.tables.cases import CareCaseRow
from records.tables.listener import DirectMessageRow, MentionRevisionRow, MentionRow
from records.tables.people import IdentityRow
from records.tables.replies import ReplyRow
from records.tables.room import RoomFileRow, RoomMessageRow, RoomRow
from replies.draft import TEXT_ACTS
from room.invitation import invitation_code, room_link
from room.lifecycle import invitation_token
from service.wiring.app import App

MOST_MESSAGES = 500
"""Newest messages of each private conversation that are read."""
MOST_POSTS = 100
"""Newest posts of the person in the thread that count as published."""
UNREADABLE = "The person's record does not open, so nobody can tell what the text repeats; a person must look at it."
X_COMPOSE_LINKS = ("https://x.com/messages/compose", "https://twitter.com/messages/compose")
_CODE_PAGE = {"es": "entrar", "en": "enter"}
"""Path of the page where codes are typed, by language."""


@dataclass(frozen=True, kw_only=True)
class ProtectedValues:
    """Of one person: what may not be published, and what they published themselves, which may be repeated."""

    protected: tuple[str, ...] = ()
    published: tuple[str, ...] = ()


def guard_reply(app: App, text: str, reply: ReplyRow) -> tuple[GuardFinding, ...]:
    """What forbids to send this exact text; empty where nothing does, or the act has no text."""
    if reply.act not in TEXT_ACTS:
        return ()
    private = reply.act in PRIVATE_ACTS
    account, brand = app.accounts[reply.account_id], app.brand_of(reply.account_id)
    try:
        of_person = ProtectedValues() if private else _protected(app, reply, brand)
    except DamagedSealError:
        return (GuardFinding(kind="guard-error", message=UNREADABLE),)
    return inspect(
        GuardedText(
            text=text,
            channel=Channel.PRIVATE if private else Channel.PUBLIC,
            brand=brand,
            language=reply.language,
            network=account.network,
            find_personal_data=lambda exact: find_personal_data(exact, market=brand.market),
            protected_values=of_person.protected,
            published=of_person.published,
            allowed_links=_room_addresses(app, brand) if private else compose_links(account),
            allowed_values=_code_of(app, reply) if private else (),
            public_contacts=tuple(filter(None, (*brand.contacts, brand.phone, brand.emergency_phone))),
            promotion=reply.promotion,
        )
    )


def _protected(app: App, reply: ReplyRow, brand: Brand) -> ProtectedValues:
    with reading(app.engine) as session:
        return protected_values_of(session, app.encryption, mention_id=reply.mention_id, market=brand.market)


def _room_addresses(app: App, brand: Brand) -> tuple[str, ...]:
    """Where a person may be sent in private: the rooms, also as people type their address."""
    return tuple(filter(None, (app.public_url, app.public_url.partition("://")[2], brand.room_address)))


def _code_of(app: App, reply: ReplyRow) -> tuple[str, ...]:
    """The short code of the reply's room, which its text may carry."""
    if reply.room_id is None:
        return ()
    with reading(app.engine) as session:
        room = session.get(RoomRow, reply.room_id)
    return () if room is None else (invitation_code(app.room_key, room.public_id, room.generation),)


def compose_links(account: Account) -> tuple[str, ...]:
    """Prefixes of the links by which a person opens a private conversation with this account."""
    if account.network == "facebook":
        return (f"https://m.me/{account.external_id}",)
    if account.network == "instagram":
        return (f"https://ig.me/m/{account.handle}",) if account.handle else ()
    return X_COMPOSE_LINKS


def secrets_of(app: App, reply: ReplyRow, *, text: str | None = None) -> Mapping[str, str]:
    """The secrets of a reply's text, made in memory when it is sent: the link or the code of its room.

    `text` is a text that is about to replace its own.
    """
    if reply.room_id is None:
        return {}
    with reading(app.engine) as session:
        room = session.get_one(RoomRow, reply.room_id)
    values = {
        "room_link": room_link(app.public_url, room.public_id, invitation_token(app.room_key, room)),
        "room_code": invitation_code(app.room_key, room.public_id, room.generation),
        "room_address": f"{app.public_url.partition('://')[2]}/{_CODE_PAGE.get(reply.language, 'enter')}",
    }
    words = reply.text if text is None else text
    return {name: value for name, value in values.items() if f"{{{name}}}" in words}


def protected_values_of(
    session: Session, encryption: SubjectEncryption, *, mention_id: int, market: str
) -> ProtectedValues:
    """The values that a public text which answers `mention_id` is compared with.

    Protected are: the customer record linked to the handle, and those that were proved in the person's rooms; the
    values in messages of their rooms and direct messages; and the names of their files. The references of their cases
    are not. Published are the person's posts in the thread, as they are now, and their profile. Raises
    DamagedSealError where a record does not open.
    """
    mention = session.get(MentionRow, mention_id)
    if mention is None:
        return ProtectedValues()
    rooms = list(session.execute(select(RoomRow).where(col(RoomRow.identity_id) == mention.identity_id)).scalars())
    found = dict.fromkeys(
        [
            *_of_records(session, encryption, mention.identity_id, rooms),
            *_of_conversations(session, mention.identity_id, [room.id or 0 for room in rooms], market),
        ]
    )
    of_cases = select(col(CareCaseRow.reference)).where(col(CareCaseRow.identity_id) == mention.identity_id)
    references = set(_texts(session, of_cases))
    protected = tuple(value for value in found if value not in references)
    # One more than the guard compares makes it refuse to compare at all.
    return ProtectedValues(protected=protected[: MOST_VALUES + 1], published=tuple(_published(session, mention)))


def _of_records(
    session: Session, encryption: SubjectEncryption, identity_id: int, rooms: Sequence[RoomRow]
) -> Iterator[str]:
    linked = live_link(session, identity_id)
    proved = [room.customer_id for room in rooms if room.customer_id is not None]
    for customer_id in dict.fromkeys([*proved, *([linked.customer_id] if linked else [])]):
        yield from known_values(session, encryption, customer_id)


def _of_conversations(session: Session, identity_id: int, room_ids: Sequence[int], market: str) -> Iterator[str]:
    said = select(col(RoomMessageRow.text)).where(col(RoomMessageRow.room_id).in_(room_ids))
    sent = select(col(DirectMessageRow.text)).where(col(DirectMessageRow.identity_id) == identity_id)
    for query in (
        said.order_by(col(RoomMessageRow.id).desc()),
        sent.order_by(col(DirectMessageRow.id).desc()),
    ):
        for text in _texts(session, query.limit(MOST_MESSAGES)):
            yield from conversation_values(
                text, find_personal_data=lambda exact: find_personal_data(exact, market=market)
            )
    for name in _texts(session, select(col(RoomFileRow.name)).where(col(RoomFileRow.room_id).in_(room_ids))):
        yield from file_name_values(name)


def _published(session: Session, mention: MentionRow) -> Iterator[str]:
    posts = (
        select(col(MentionRevisionRow.text))
        .join(MentionRow, col(MentionRow.id) == col(MentionRevisionRow.mention_id))
        .where(
            col(MentionRow.network) == mention.network,
            col(MentionRow.root_external_id) == mention.root_external_id,
            col(MentionRow.identity_id) == mention.identity_id,
            col(MentionRow.deleted_at).is_(None),
            col(MentionRow.hidden_at).is_(None),
            col(MentionRevisionRow.superseded_at).is_(None),
        )
        .order_by(col(MentionRow.id).desc())
        .limit(MOST_POSTS)
    )
    yield from _texts(session, posts)
    person = session.get(IdentityRow, mention.identity_id)
    if person is not None:
        yield from (text for text in (person.handle, person.display_name, person.biography) if text)


def _texts(session: Session, query: Select[str]) -> Iterator[str]:
    yield from session.execute(query).scalars()
