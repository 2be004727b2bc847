"""What every human act goes through: the role, the transaction, and a refusal in one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlmodel import Session

from cases.life import CaseRefusal
from listener.storable import storable
from records.database import reading, writing
from records.nouns import Actor
from records.tables.replies import ReplyRow
from records.words import Role
from replies.changes import NoSuchReplyError
from replies.doubt import DoubtfulError
from replies.life import IllegalTransitionError
from replies.outbox import StaleTextError
from replies.situation import paused_because
from replies.wording import filled
from room.conversation import UnsayableError
from room.rooms import RoomStateError
from service.desk_reading import NothingToAnswerError
from service.guarding import guard_reply, secrets_of
from service.house import House

SPEAKERS = frozenset({Role.AGENT, Role.MARKETING, Role.SUPERVISOR})
SUPERVISORS = frozenset({Role.SUPERVISOR})
_REFUSALS = (
    CaseRefusal,
    DoubtfulError,
    IllegalTransitionError,
    NoSuchReplyError,
    NothingToAnswerError,
    RoomStateError,
    StaleTextError,
    UnsayableError,
)


class DeskRefusalError(Exception):
    """The act is not allowed; the message says why and what can be done instead."""


@contextmanager
def addressing(house: House, actor: Actor) -> Iterator[Session]:
    """Read whom an act of a speaker concerns. Raises DeskRefusalError."""
    check_role(actor, SPEAKERS)
    try:
        with reading(house.engine) as session:
            yield session
    except _REFUSALS as refusal:
        raise DeskRefusalError(str(refusal)) from refusal


@contextmanager
def acting(house: House, actor: Actor, allowed: frozenset[Role]) -> Iterator[Session]:
    """The transaction of one act. Raises DeskRefusalError, and then nothing of it is kept."""
    check_role(actor, allowed)
    try:
        with writing(house.engine) as session:
            yield session
    except _REFUSALS as refusal:
        raise DeskRefusalError(str(refusal)) from refusal


def check_role(actor: Actor, allowed: frozenset[Role]) -> None:
    """Raise DeskRefusalError unless the actor has one of the roles."""
    if not actor.roles & allowed:
        raise DeskRefusalError(f"This needs one of the roles {', '.join(sorted(allowed))}: ask a supervisor.")


def refuse_paused(session: Session, account_id: int) -> None:
    """Raise DeskRefusalError where the network lets the account do nothing now."""
    refuse_for(paused_because(session, account_id))


def refuse_for(paused: str) -> None:
    """Raise DeskRefusalError where an account is paused for the reason `paused`; empty means that it is not."""
    if paused:
        raise DeskRefusalError(f"The account is paused, and nothing can leave until it is mended: {paused}")


def refuse_unsafe(house: House, text: str, reply: ReplyRow) -> None:
    """Raise DeskRefusalError where the guard would stop the text, with the link or code of its room filled in."""
    findings = guard_reply(house, filled(text, secrets_of(house, reply, text=text)), reply)
    if findings:
        raise DeskRefusalError("This text may not leave: " + " ".join(finding.message for finding in findings))


def refuse_unstorable(text: str) -> None:
    """Raise DeskRefusalError where a database would not take the text."""
    if not is_storable(text):
        raise DeskRefusalError("The text holds signs that cannot be stored: paste it as plain text.")


def is_storable(text: str) -> bool:
    """True where a database keeps the text as it is."""
    return storable(text) == text
