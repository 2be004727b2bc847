"""Human acts on cases, replies, rooms and posts: role check, transaction, ledger entry.

Every function raises RefusalError, in one sentence, where the act is not allowed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from cases import handling
from ledger.log import append
from records.database import writing
from records.enums import CLOSING_SLOT, DELETE_SLOT, HIDE_SLOT, UNHIDE_SLOT, Act, Queue, ReplyStatus
from records.models import Actor
from records.refusals import RefusalError
from records.tables.replies import ReplyRow
from records.tables.room import RoomRow
from replies import outbox
from replies.draft import Draft
from replies.lifecycle import locked
from room.conversation import messages
from service.deciding.addressee import Addressee, addressee_of_case, addressee_of_mention, two_must_approve
from service.delivery.invitations import Invitee, invitation_for, room_for
from service.desk.agents import Agent, agent_with_password
from service.desk.authorise import (
    SPEAKERS,
    SUPERVISORS,
    authorised_read,
    authorised_write,
    is_storable,
    log_act,
    refuse_paused,
    refuse_unpermitted,
    refuse_unsafe,
    refuse_unstorable,
    refuse_while_paused,
    sealed_for_case,
)
from service.wiring.app import App

_SLOTS = {Act.HIDE: HIDE_SLOT, Act.UNHIDE: UNHIDE_SLOT}


def sign_in(app: App, email: str, password: str, *, now: datetime) -> Agent | None:
    """The agent with this e-mail and password, or None. Both outcomes are logged, without the password."""
    with writing(app.engine) as session:
        agent = agent_with_password(session, email, password) if is_storable(email) else None
        actor = agent.actor if agent else Actor(tag="agent:unknown")
        log_act(session, "agent:session:opened" if agent else "agent:session:refused", actor, now)
    return agent


def claim_case(app: App, case_id: int, *, actor: Actor, now: datetime) -> None:
    """Take a case. Refused where another agent holds it."""
    with authorised_write(app, actor, SPEAKERS) as session:
        append(session, [handling.claim(session, case_id, actor=actor, now=now)])


def release_case(app: App, case_id: int, *, actor: Actor, now: datetime) -> None:
    """Give a case back to its queue."""
    with authorised_write(app, actor, SPEAKERS) as session:
        append(session, [handling.release(session, case_id, actor=actor, now=now)])


def hand_over(app: App, case_id: int, *, note: str, queue: Queue, actor: Actor, now: datetime) -> None:
    """Pass a case to a queue, with a note for the next agent."""
    with authorised_write(app, actor, SPEAKERS) as session:
        refuse_unstorable(note)
        entry = handling.hand_over(session, case_id, note=note, queue=queue, actor=actor, now=now)
        append(session, [replace(entry, **sealed_for_case(app, session, case_id, {"note": note}))])


def answer(
    app: App, *, mention_id: int, account_id: int, text: str, privately: bool, actor: Actor, now: datetime
) -> int:
    """Write an answer to a mention, in public or in private, and approve it as its author.

    Refused at once where the network does not permit it or the guard would stop the text. Returns the reply's id;
    where the rule asks for two people, it waits for a second one.
    """
    with authorised_read(app, actor) as session:
        to = addressee_of_mention(session, app, mention_id=mention_id, account_id=account_id, now=now)
    slot = to.private_slot if privately else to.public_slot
    return _speak(app, to, text=text, slot=slot, privately=privately, actor=actor, now=now)


def approve(
    app: App,
    reply_id: int,
    *,
    actor: Actor,
    now: datetime,
    seen_text: str | None = None,
    seen_revision: int | None = None,
    seen_doubt: bool = False,
) -> None:
    """Approve a waiting text as it stands. It is sent once enough different people have.

    Refused where `seen_text` or `seen_revision`, what the agent read, is no longer the text or the post's revision;
    where it may have been sent already, unless the agent says by `seen_doubt` that they looked; and where the account
    is paused.

    Where the rule asks for two people, who wrote the text is one of them and cannot be the other.
    """
    with authorised_write(app, actor, SPEAKERS) as session:
        reply = locked(session, reply_id)
        if reply.author == actor.tag and two_must_approve(session, reply.decision_id):
            raise RefusalError(
                "The rule asks for two people and you wrote this text: another person approves it.",
                code="second-person-needed",
            )
        refuse_paused(session, reply.account_id)
        refuse_unsafe(app, reply.text, reply)
        outbox.approve(
            session,
            reply_id,
            actor=actor,
            now=now,
            seen_text=seen_text,
            seen_revision=seen_revision,
            seen_doubt=seen_doubt,
            sealer=app.encryption,
        )


def revise(app: App, reply_id: int, text: str, *, actor: Actor, now: datetime) -> None:
    """Replace a waiting text. Approvals of the old text are void."""
    with authorised_write(app, actor, SPEAKERS) as session:
        reply = locked(session, reply_id)
        refuse_unstorable(text)
        refuse_unsafe(app, text, reply)
        outbox.revise(session, reply_id, text, actor=actor, now=now, sealer=app.encryption)


def withhold(app: App, reply_id: int, reason: str, *, actor: Actor, now: datetime) -> None:
    """Decide that a waiting text is not sent, for a reason that is kept."""
    if not reason.strip():
        raise RefusalError("Say why this text is not sent: the reason is kept with it.", code="reason-missing")
    with authorised_write(app, actor, SPEAKERS) as session:
        refuse_unstorable(reason)
        outbox.withhold(session, reply_id, reason, actor=actor, now=now, sealer=app.encryption)


def say_in_room(app: App, room_id: int, text: str, *, actor: Actor, now: datetime) -> None:
    """Say something to the person in a private room."""
    if not text.strip():
        raise RefusalError("There is nothing to say yet: write a text first.", code="text-missing")
    with authorised_write(app, actor, SPEAKERS) as session:
        room = session.get(RoomRow, room_id)
        if room is None:
            raise RefusalError(f"There is no room {room_id}: load the case again.", code="no-such-room", room=room_id)
        messages.post_message(
            session, room_id, author="agent", text=text, agent_id=_agent_id(actor), actor=actor, now=now
        )
        seal = sealed_for_case(app, session, room.case_id, {"text": text})
        log_act(session, "agent:room:said", actor, now, case_id=room.case_id, body={"room": room_id}, seal=seal)


def invite(app: App, case_id: int, *, actor: Actor, now: datetime) -> int:
    """Invite the person of a case into a private room; an earlier invitation is void from now on.

    Refused where the network permits no private message yet. Returns the id of the private reply.
    """
    with authorised_read(app, actor) as session:
        to = addressee_of_case(session, app, case_id=case_id, now=now)
    refuse_while_paused(to.paused)
    refuse_unpermitted(to, to.permissions.private_act)
    with authorised_write(app, actor, SPEAKERS) as session:
        invitee = Invitee(
            account=to.account,
            mention_id=to.mention_id,
            identity_id=to.identity_id,
            handle=to.handle,
            language=to.language,
        )
        room_id = room_for(session, app, invitee, case_id, actor=actor, now=now, reissue=True)
        text = invitation_for(session, app, invitee, case_id, now=now)
        draft = _answer(to, slot=to.private_slot, privately=True, text=text, actor=actor, room_id=room_id)
        reply_id = _write(session, app, draft, actor, now)
        log_act(session, "agent:case:invited", actor, now, case_id=case_id, body={"reply": reply_id})
    return reply_id


def close_in_public(app: App, case_id: int, text: str, *, actor: Actor, now: datetime) -> int:
    """Write the public closing line of a case that went private. Returns the reply's id."""
    with authorised_read(app, actor) as session:
        to = addressee_of_case(session, app, case_id=case_id, now=now)
    return _speak(app, to, text=text, slot=CLOSING_SLOT, privately=False, actor=actor, now=now)


def close_case(app: App, case_id: int, *, actor: Actor, now: datetime) -> None:
    """Close a case. One that went private needs its public closing line, or a waiver, first."""
    with authorised_write(app, actor, SPEAKERS) as session:
        append(session, [handling.close(session, case_id, actor=actor, now=now)])


def waive_closing(app: App, case_id: int, reason: str, *, actor: Actor, now: datetime) -> None:
    """Do without the public closing line, for a reason that is kept. Supervisors only."""
    with authorised_write(app, actor, SUPERVISORS) as session:
        refuse_unstorable(reason)
        entry = handling.waive(session, case_id, reason=reason, actor=actor, now=now)
        append(session, [replace(entry, **sealed_for_case(app, session, case_id, {"reason": reason}))])


def _speak(app: App, to: Addressee, *, text: str, slot: str, privately: bool, actor: Actor, now: datetime) -> int:
    refuse_while_paused(to.paused)
    refuse_unpermitted(to, to.permissions.private_act if privately else Act.PUBLIC_REPLY)
    refuse_unstorable(text)
    draft = _answer(to, slot=slot, privately=privately, text=text, actor=actor)
    with authorised_write(app, actor, SPEAKERS) as session:
        reply_id = _write(session, app, draft, actor, now)
        reply = session.get_one(ReplyRow, reply_id)
        refuse_unsafe(app, text, reply)
    return reply_id


def _answer(to: Addressee, *, slot: str, privately: bool, text: str, actor: Actor, room_id: int | None = None) -> Draft:
    return to.draft(
        to.permissions.private_act if privately else Act.PUBLIC_REPLY,
        slot=slot,
        author=actor.tag,
        text=text,
        target_external_id=to.private_target if privately else None,
        approvals_needed=to.further_approvals,
        room_id=room_id,
    )


def _write(session: Session, app: App, draft: Draft, actor: Actor, now: datetime) -> int:
    (reply_id,) = outbox.write_drafts(session, [draft], actor=actor, now=now, sealer=app.encryption)
    if reply_id is None:
        raise RefusalError(
            "An answer to this post is already written or on its way: revise or withhold that one.", code="slot-taken"
        )
    return reply_id


def _agent_id(actor: Actor) -> int | None:
    kind, _, number = actor.tag.partition(":")
    return int(number) if kind == "agent" and number.isdigit() else None


def hide(app: App, *, mention_id: int, account_id: int, actor: Actor, now: datetime) -> int:
    """Hide a post under ours. Refused where the network does not permit it. Returns the id of the act."""
    return _change_visibility(app, Act.HIDE, mention_id=mention_id, account_id=account_id, actor=actor, now=now)


def unhide(app: App, *, mention_id: int, account_id: int, actor: Actor, now: datetime) -> int:
    """Show a hidden post again. Refused where the network does not permit it. Returns the id of the act."""
    return _change_visibility(app, Act.UNHIDE, mention_id=mention_id, account_id=account_id, actor=actor, now=now)


def delete_own(app: App, reply_id: int, *, actor: Actor, now: datetime) -> int:
    """Delete a public answer that was sent. Returns the id of the act, which is another than `reply_id`."""
    with authorised_write(app, actor, SPEAKERS) as session:
        reply = locked(session, reply_id)
        if reply.act != Act.PUBLIC_REPLY or reply.status != ReplyStatus.SENT or reply.external_id is None:
            raise RefusalError(
                "Only a public answer that was sent can be deleted: withhold what has not left yet.",
                code="not-deletable",
            )
        to = addressee_of_mention(session, app, mention_id=reply.mention_id, account_id=reply.account_id, now=now)
        refuse_unpermitted(to, Act.DELETE)
        slot = f"{DELETE_SLOT}-{reply_id}"
        draft = to.draft(Act.DELETE, slot=slot, author=actor.tag, target_external_id=reply.external_id)
        return _write_post_act(session, app, draft, actor, now)


def _change_visibility(app: App, act: Act, *, mention_id: int, account_id: int, actor: Actor, now: datetime) -> int:
    with authorised_write(app, actor, SPEAKERS) as session:
        to = addressee_of_mention(session, app, mention_id=mention_id, account_id=account_id, now=now)
        refuse_unpermitted(to, act)
        slot = _numbered_slot(session, act, mention_id=mention_id, account_id=account_id)
        return _write_post_act(session, app, to.draft(act, slot=slot, author=actor.tag), actor, now)


def _numbered_slot(session: Session, act: Act, *, mention_id: int, account_id: int) -> str:
    """`hide`, then `hide-2` and so on: a post may be hidden again after it was shown."""
    done = select(func.count()).where(
        col(ReplyRow.mention_id) == mention_id,
        col(ReplyRow.account_id) == account_id,
        col(ReplyRow.act) == act.value,
        col(ReplyRow.status) == ReplyStatus.SENT.value,
    )
    times = int(session.execute(done).scalar_one())
    return f"{_SLOTS[act]}-{times + 1}" if times else _SLOTS[act]


def _write_post_act(session: Session, app: App, draft: Draft, actor: Actor, now: datetime) -> int:
    refuse_paused(session, draft.account_id)
    (act_id,) = outbox.write_drafts(session, [draft], actor=actor, now=now, sealer=app.encryption)
    if act_id is None:
        raise RefusalError(
            "The same is on its way already, or waits for a person: look at the approvals.", code="slot-taken"
        )
    return act_id
