"""Human acts, one function each: role check, transaction, ledger entry.

Every function raises DeskRefusalError, in one sentence, where the act is not allowed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from cases import handling
from ledger.log import append
from records.database import writing
from records.nouns import Actor
from records.tables.cases import CareCaseRow
from records.tables.replies import ReplyRow
from records.tables.room import RoomRow
from records.words import CLOSING_SLOT, Act, Queue
from replies import outbox
from replies.changes import locked
from replies.drafts import PERSON, Draft
from room import conversation, rooms
from service.agents import Agent, agent_with_password
from service.desk_acting import (
    SPEAKERS,
    SUPERVISORS,
    DeskRefusalError,
    acting,
    addressing,
    is_storable,
    refuse_for,
    refuse_paused,
    refuse_unsafe,
    refuse_unstorable,
)
from service.desk_doubts import settle_as_sent
from service.desk_entries import log_act, sealed_for_case
from service.desk_posts import delete_own, hide, unhide
from service.desk_reading import Addressee, addressee_of_case, addressee_of_mention, two_must_approve
from service.house import House
from service.reply_texts import REFERENCE, ROOM_LIFETIME, invitation_text
from service.rulebooks import current

__all__ = [
    "DeskRefusalError",
    "answer",
    "approve",
    "claim_case",
    "close_case",
    "close_in_public",
    "delete_own",
    "hand_over",
    "hide",
    "invite",
    "release_case",
    "revise",
    "say_in_room",
    "settle_as_sent",
    "sign_in",
    "unhide",
    "waive_closing",
    "withhold",
]


def sign_in(house: House, email: str, password: str, *, now: datetime) -> Agent | None:
    """The agent with this e-mail and password, or None. Both outcomes are logged, without the password."""
    with writing(house.engine) as session:
        agent = agent_with_password(session, email, password) if is_storable(email) else None
        actor = agent.actor if agent else Actor(tag="agent:unknown")
        log_act(session, "agent:session:opened" if agent else "agent:session:refused", actor, now)
    return agent


def claim_case(house: House, case_id: int, *, actor: Actor, now: datetime) -> None:
    """Take a case. Refused where another agent holds it."""
    with acting(house, actor, SPEAKERS) as session:
        append(session, [handling.claim(session, case_id, actor=actor, now=now)])


def release_case(house: House, case_id: int, *, actor: Actor, now: datetime) -> None:
    """Give a case back to its queue."""
    with acting(house, actor, SPEAKERS) as session:
        append(session, [handling.release(session, case_id, actor=actor, now=now)])


def hand_over(house: House, case_id: int, *, note: str, queue: Queue, actor: Actor, now: datetime) -> None:
    """Pass a case to a queue, with a note for whoever takes it."""
    with acting(house, actor, SPEAKERS) as session:
        refuse_unstorable(note)
        entry = handling.hand_over(session, case_id, note=note, queue=queue, actor=actor, now=now)
        append(session, [replace(entry, **sealed_for_case(house, session, case_id, {"note": note}))])


def answer(
    house: House, *, mention_id: int, account_id: int, text: str, privately: bool, actor: Actor, now: datetime
) -> int:
    """Write an answer to a mention, in public or in private, and approve it as its author.

    Refused at once where the network does not permit it or the guard would stop the text. Returns the reply's id;
    where the rule asks for two people, it waits for a second one.
    """
    with addressing(house, actor) as session:
        to = addressee_of_mention(session, house, mention_id=mention_id, account_id=account_id, now=now)
    slot = to.private_slot if privately else to.public_slot
    return _speak(house, to, text=text, slot=slot, privately=privately, actor=actor, now=now)


def approve(
    house: House,
    reply_id: int,
    *,
    actor: Actor,
    now: datetime,
    seen_text: str | None = None,
    seen_revision: int | None = None,
    seen_doubt: bool = False,
) -> None:
    """Approve a waiting text as it stands. It leaves once enough different people have.

    Refused where `seen_text` or `seen_revision`, what the agent read, is no longer the text or the post's revision;
    where it may have been sent already, unless the agent says by `seen_doubt` that they looked; and where the account
    is paused.

    Where the rule asks for two people, who wrote the text is one of them and cannot be the other.
    """
    with acting(house, actor, SPEAKERS) as session:
        reply = locked(session, reply_id)
        if reply.author == actor.tag and two_must_approve(session, reply.decision_id):
            raise DeskRefusalError("The rule asks for two people and you wrote this text: another person approves it.")
        refuse_paused(session, reply.account_id)
        refuse_unsafe(house, reply.text, reply)
        outbox.approve(
            session,
            reply_id,
            actor=actor,
            now=now,
            seen_text=seen_text,
            seen_revision=seen_revision,
            seen_doubt=seen_doubt,
            sealer=house.vault,
        )


def revise(house: House, reply_id: int, text: str, *, actor: Actor, now: datetime) -> None:
    """Put other words into a waiting text. Approvals given to the old words are void."""
    with acting(house, actor, SPEAKERS) as session:
        reply = locked(session, reply_id)
        refuse_unstorable(text)
        refuse_unsafe(house, text, reply)
        outbox.revise(session, reply_id, text, actor=actor, now=now, sealer=house.vault)


def withhold(house: House, reply_id: int, reason: str, *, actor: Actor, now: datetime) -> None:
    """Decide that a waiting text is not sent, for a reason that is kept."""
    if not reason.strip():
        raise DeskRefusalError("Say why this text is not sent: the reason is kept with it.")
    with acting(house, actor, SPEAKERS) as session:
        refuse_unstorable(reason)
        outbox.withhold(session, reply_id, reason, actor=actor, now=now, sealer=house.vault)


def say_in_room(house: House, room_id: int, text: str, *, actor: Actor, now: datetime) -> None:
    """Say something to the person in a private room."""
    if not text.strip():
        raise DeskRefusalError("There is nothing to say yet: write a text first.")
    with acting(house, actor, SPEAKERS) as session:
        room = session.get(RoomRow, room_id)
        if room is None:
            raise DeskRefusalError(f"There is no room {room_id}: load the case again.")
        conversation.say(session, room_id, author="agent", text=text, agent_id=_agent_id(actor), actor=actor, now=now)
        seal = sealed_for_case(house, session, room.case_id, {"text": text})
        log_act(session, "agent:room:said", actor, now, case_id=room.case_id, body={"room": room_id}, seal=seal)


def invite(house: House, case_id: int, *, actor: Actor, now: datetime) -> int:
    """Invite the person of a case into a private room; an earlier invitation is void from now on.

    Refused where the network permits no private message yet. Returns the id of the private reply.
    """
    with addressing(house, actor) as session:
        to = addressee_of_case(session, house, case_id=case_id, now=now)
    refuse_for(to.paused)
    if not to.permissions.private_message:
        raise DeskRefusalError(to.permissions.why or "The network permits no private message to this person yet.")
    with acting(house, actor, SPEAKERS) as session:
        room = rooms.prepare(
            session,
            case_id=case_id,
            account_id=to.account.id,
            mention_id=to.mention_id,
            identity_id=to.identity_id,
            language=to.language,
            lifetime=ROOM_LIFETIME,
            actor=actor,
            now=now,
            reissue=True,
            entry=house.brand_of(to.account.id).invitation,
            room_key=house.room_key,
        )
        text = invitation_text(
            current(session, house, to.account.brand),
            account=to.account,
            brand=house.brand_of(to.account.id),
            handle=to.handle,
            language=to.language,
            now=now,
        ).replace(REFERENCE, session.get_one(CareCaseRow, case_id).reference)
        draft = _draft(to, slot=to.private_slot, privately=True, text=text, room_id=room.id, actor=actor)
        reply_id = _write(session, house, draft, actor, now)
        log_act(session, "agent:case:invited", actor, now, case_id=case_id, body={"reply": reply_id})
    return reply_id


def close_in_public(house: House, case_id: int, text: str, *, actor: Actor, now: datetime) -> int:
    """Write the public closing line of a case that went private. Returns the reply's id."""
    with addressing(house, actor) as session:
        to = addressee_of_case(session, house, case_id=case_id, now=now)
    return _speak(house, to, text=text, slot=CLOSING_SLOT, privately=False, actor=actor, now=now)


def close_case(house: House, case_id: int, *, actor: Actor, now: datetime) -> None:
    """Close a case. One that went private needs its public closing line, or a waiver, first."""
    with acting(house, actor, SPEAKERS) as session:
        append(session, [handling.close(session, case_id, actor=actor, now=now)])


def waive_closing(house: House, case_id: int, reason: str, *, actor: Actor, now: datetime) -> None:
    """Do without the public closing line, for a reason that is kept. Supervisors only."""
    with acting(house, actor, SUPERVISORS) as session:
        refuse_unstorable(reason)
        entry = handling.waive(session, case_id, reason=reason, actor=actor, now=now)
        append(session, [replace(entry, **sealed_for_case(house, session, case_id, {"reason": reason}))])


def _speak(house: House, to: Addressee, *, text: str, slot: str, privately: bool, actor: Actor, now: datetime) -> int:
    refuse_for(to.paused)
    permitted = to.permissions.private_message if privately else to.permissions.reply
    if not permitted:
        raise DeskRefusalError(to.permissions.why or "The network does not permit this answer.")
    refuse_unstorable(text)
    draft = _draft(to, slot=slot, privately=privately, text=text, room_id=None, actor=actor)
    with acting(house, actor, SPEAKERS) as session:
        reply_id = _write(session, house, draft, actor, now)
        reply = session.get_one(ReplyRow, reply_id)
        refuse_unsafe(house, text, reply)
    return reply_id


def _draft(to: Addressee, *, slot: str, privately: bool, text: str, room_id: int | None, actor: Actor) -> Draft:
    return Draft(
        account_id=to.account.id,
        mention_id=to.mention_id,
        revision=to.revision,
        decision_id=to.decision_id,
        case_id=to.case_id,
        room_id=room_id,
        slot=slot,
        act=to.permissions.private_act if privately else Act.PUBLIC_REPLY,
        target_external_id=to.private_target if privately else to.external_id,
        text=text,
        language=to.language,
        origin=PERSON,
        author=actor.tag,
        approvals_needed=to.further_approvals,
    )


def _write(session: Session, house: House, draft: Draft, actor: Actor, now: datetime) -> int:
    (reply_id,) = outbox.write_drafts(session, [draft], actor=actor, now=now, sealer=house.vault)
    if reply_id is None:
        raise DeskRefusalError("An answer to this post is already written or on its way: revise or withhold that one.")
    return reply_id


def _agent_id(actor: Actor) -> int | None:
    kind, _, number = actor.tag.partition(":")
    return int(number) if kind == "agent" and number.isdigit() else None
