"""The frame of every human act: role check, transaction, ledger entry, and refusals in one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import TypedDict

from sqlmodel import Session

from ledger.canonical import Json
from ledger.entry import Entry
from ledger.log import append
from networks.permissions import refusal
from records.database import reading, sanitise_text, writing
from records.enums import Act, Role
from records.models import Actor
from records.refusals import RefusalError
from records.tables.replies import ReplyRow
from replies.preflight import fill_placeholders
from replies.send_context import pause_reason
from service.deciding.addressee import Addressee, subject_of_case
from service.delivery.guard import guard_reply, secrets_of
from service.wiring.app import App

SPEAKERS = frozenset({Role.AGENT, Role.MARKETING, Role.SUPERVISOR})
SUPERVISORS = frozenset({Role.SUPERVISOR})


@contextmanager
def authorised_read(app: App, actor: Actor) -> Iterator[Session]:
    """A reading of whom an act of a speaker concerns. Raises RefusalError."""
    check_role(actor, SPEAKERS)
    with reading(app.engine) as session:
        yield session


@contextmanager
def authorised_write(app: App, actor: Actor, allowed: frozenset[Role]) -> Iterator[Session]:
    """The transaction of one act; of what is refused in it, nothing is kept. Raises RefusalError."""
    check_role(actor, allowed)
    with writing(app.engine) as session:
        yield session


def check_role(actor: Actor, allowed: frozenset[Role]) -> None:
    """Raise RefusalError unless the actor has one of the roles."""
    if not actor.roles & allowed:
        raise RefusalError(
            f"This needs one of the roles {', '.join(sorted(allowed))}: ask a supervisor.", code="role-needed"
        )


def refuse_paused(session: Session, account_id: int) -> None:
    """Raise RefusalError where the network lets the account do nothing now."""
    refuse_while_paused(pause_reason(session, account_id))


def refuse_while_paused(paused: str) -> None:
    """Raise RefusalError where an account is paused for the reason `paused`; empty means that it is not."""
    if paused:
        raise RefusalError(
            f"The account is paused, and nothing can leave until it is mended: {paused}",
            code="account-paused",
            reason=paused,
        )


def refuse_unpermitted(to: Addressee, act: Act) -> None:
    """Raise RefusalError where the network does not permit the act towards this person or post."""
    if why := refusal(to.permissions, act):
        raise RefusalError(why, code="not-permitted", act=act.value)


def refuse_unsafe(app: App, text: str, reply: ReplyRow) -> None:
    """Raise RefusalError where the guard would stop the text, with the link or code of its room filled in."""
    findings = guard_reply(app, fill_placeholders(text, secrets_of(app, reply, text=text)), reply)
    if findings:
        raise RefusalError(
            "This text may not leave: " + " ".join(finding.message for finding in findings), code="guard"
        )


def refuse_unstorable(text: str) -> None:
    """Raise RefusalError where a database would not take the text."""
    if not is_storable(text):
        raise RefusalError(
            "The text holds signs that cannot be stored: paste it as plain text.", code="text-unstorable"
        )


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
