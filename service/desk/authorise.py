"""The frame of every human act: role check, transaction, ledger entry, and refusals in one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import TypedDict

from sqlmodel import Session

from cases.state import CaseRefusal
from ledger.canonical import Json
from ledger.entry import Entry
from ledger.log import append
from listener.ingest.sanitise import sanitise_text
from records.database import reading, writing
from records.enums import Role
from records.models import Actor
from records.tables.replies import ReplyRow
from replies.lifecycle import DeliveryUnknownError, IllegalTransitionError, NoSuchReplyError
from replies.outbox import StaleTextError
from replies.preflight import fill_placeholders
from replies.send_context import pause_reason
from room.conversation.messages import MessageTextError
from room.lifecycle import RoomStateError
from service.deciding.addressee import NothingToAnswerError, subject_of_case
from service.delivery.guard import guard_reply, secrets_of
from service.wiring.app import App

SPEAKERS = frozenset({Role.AGENT, Role.MARKETING, Role.SUPERVISOR})
SUPERVISORS = frozenset({Role.SUPERVISOR})
_REFUSALS = (
    CaseRefusal,
    DeliveryUnknownError,
    IllegalTransitionError,
    NoSuchReplyError,
    NothingToAnswerError,
    RoomStateError,
    StaleTextError,
    MessageTextError,
)


class DeskRefusalError(Exception):
    """The act is not allowed; the message says why and what can be done instead."""


@contextmanager
def authorised_read(app: App, actor: Actor) -> Iterator[Session]:
    """Read whom an act of a speaker concerns. Raises DeskRefusalError."""
    check_role(actor, SPEAKERS)
    try:
        with reading(app.engine) as session:
            yield session
    except _REFUSALS as refusal:
        raise DeskRefusalError(str(refusal)) from refusal


@contextmanager
def authorised_write(app: App, actor: Actor, allowed: frozenset[Role]) -> Iterator[Session]:
    """The transaction of one act. Raises DeskRefusalError, and then nothing of it is kept."""
    check_role(actor, allowed)
    try:
        with writing(app.engine) as session:
            yield session
    except _REFUSALS as refusal:
        raise DeskRefusalError(str(refusal)) from refusal


def check_role(actor: Actor, allowed: frozenset[Role]) -> None:
    """Raise DeskRefusalError unless the actor has one of the roles."""
    if not actor.roles & allowed:
        raise DeskRefusalError(f"This needs one of the roles {', '.join(sorted(allowed))}: ask a supervisor.")


def refuse_paused(session: Session, account_id: int) -> None:
    """Raise DeskRefusalError where the network lets the account do nothing now."""
    refuse_while_paused(pause_reason(session, account_id))


def refuse_while_paused(paused: str) -> None:
    """Raise DeskRefusalError where an account is paused for the reason `paused`; empty means that it is not."""
    if paused:
        raise DeskRefusalError(f"The account is paused, and nothing can leave until it is mended: {paused}")


def refuse_unsafe(app: App, text: str, reply: ReplyRow) -> None:
    """Raise DeskRefusalError where the guard would stop the text, with the link or code of its room filled in."""
    findings = guard_reply(app, fill_placeholders(text, secrets_of(app, reply, text=text)), reply)
    if findings:
        raise DeskRefusalError("This text may not leave: " + " ".join(finding.message for finding in findings))


def refuse_unstorable(text: str) -> None:
    """Raise DeskRefusalError where a database would not take the text."""
    if not is_storable(text):
        raise DeskRefusalError("The text holds signs that cannot be stored: paste it as plain text.")


def is_storable(text: str) -> bool:
    """True where a database keeps the text as it is."""
    return sanitise_text(text) == text


class Seal(TypedDict):
    """The sealed part of a log entry, and whose key opens it."""

    subject: str
    sealed: str


def sealed_for_case(app: App, session: Session, case_id: int, fields: dict[str, str]) -> Seal:
    """`fields` sealed under the key of the person whose case it is."""
    subject = subject_of_case(session, case_id)
    return {"subject": subject, "sealed": app.encryption.seal(subject, fields)}


def log_act(
    session: Session,
    kind: str,
    actor: Actor,
    now: datetime,
    *,
    case_id: int | None = None,
    body: dict[str, Json] | None = None,
    seal: Seal | None = None,
) -> None:
    """Append the entry of one human act: the last statement of its transaction."""
    session.flush()
    entry = Entry(kind=kind, at=now, actor=actor.tag, case_id=case_id, body=body or {})
    append(session, [replace(entry, **seal) if seal else entry])
