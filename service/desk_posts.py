"""What people do to posts: hide one, show it again, delete an answer of our own. Each goes through the outbox."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from records.nouns import Actor
from records.tables.replies import ReplyRow
from records.words import DELETE_SLOT, HIDE_SLOT, UNHIDE_SLOT, Act, ReplyStatus
from replies import outbox
from replies.changes import locked
from replies.drafts import PERSON, Draft
from service.desk_acting import SPEAKERS, DeskRefusalError, acting, refuse_paused
from service.desk_reading import Addressee, addressee_of_mention
from service.house import House

_SLOTS = {Act.HIDE: HIDE_SLOT, Act.UNHIDE: UNHIDE_SLOT}


def hide(house: House, *, mention_id: int, account_id: int, actor: Actor, now: datetime) -> int:
    """Hide a post under ours. Refused where the network does not permit it. Returns the id of the act."""
    return _change(house, Act.HIDE, mention_id=mention_id, account_id=account_id, actor=actor, now=now)


def unhide(house: House, *, mention_id: int, account_id: int, actor: Actor, now: datetime) -> int:
    """Show a hidden post again. Refused where the network does not permit it. Returns the id of the act."""
    return _change(house, Act.UNHIDE, mention_id=mention_id, account_id=account_id, actor=actor, now=now)


def delete_own(house: House, reply_id: int, *, actor: Actor, now: datetime) -> int:
    """Delete a public answer that was sent. Returns the id of the act, which is another than `reply_id`."""
    with acting(house, actor, SPEAKERS) as session:
        reply = locked(session, reply_id)
        if reply.act != Act.PUBLIC_REPLY or reply.status != ReplyStatus.SENT or reply.external_id is None:
            raise DeskRefusalError("Only a public answer that was sent can be deleted: withhold what has not left yet.")
        to = addressee_of_mention(session, house, mention_id=reply.mention_id, account_id=reply.account_id, now=now)
        if not to.permissions.delete_own:
            raise DeskRefusalError("The network does not permit deleting this answer.")
        draft = _draft(to, Act.DELETE, f"{DELETE_SLOT}-{reply_id}", reply.external_id, actor)
        return _write(session, house, draft, actor, now)


def _change(house: House, act: Act, *, mention_id: int, account_id: int, actor: Actor, now: datetime) -> int:
    with acting(house, actor, SPEAKERS) as session:
        to = addressee_of_mention(session, house, mention_id=mention_id, account_id=account_id, now=now)
        if not to.permissions.hide:
            raise DeskRefusalError("The network does not permit hiding this post.")
        slot = _numbered_slot(session, act, mention_id=mention_id, account_id=account_id)
        return _write(session, house, _draft(to, act, slot, to.external_id, actor), actor, now)


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


def _draft(to: Addressee, act: Act, slot: str, target: str, actor: Actor) -> Draft:
    return Draft(
        account_id=to.account.id,
        mention_id=to.mention_id,
        revision=to.revision,
        decision_id=to.decision_id,
        case_id=to.case_id,
        slot=slot,
        act=act,
        target_external_id=target,
        text="",
        language=to.language,
        origin=PERSON,
        author=actor.tag,
    )


def _write(session: Session, house: House, draft: Draft, actor: Actor, now: datetime) -> int:
    refuse_paused(session, draft.account_id)
    (act_id,) = outbox.write_drafts(session, [draft], actor=actor, now=now, sealer=house.vault)
    if act_id is None:
        raise DeskRefusalError("The same is on its way already, or waits for a person: look at the approvals.")
    return act_id
