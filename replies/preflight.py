"""What stops an approved reply right before it is sent: our own records, the network's rules, caps, the post as it is
on the network now, answers from elsewhere, and the guard.

Each check returns a Stop, or None where it forbids nothing; `dispatch` asks them in this order.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Engine, select
from sqlmodel import Session, col

from networks.permissions import refusal
from networks.protocol import Network, PostState
from records.database import reading
from records.enums import CLOSING_SLOT, PRIVATE_ACTS, Act, Feed, Mode
from records.models import Permissions
from records.tables.listener import FeedCursorRow, OwnPostRow
from records.tables.replies import ReplyRow
from replies.draft import ANSWERS_THE_TEXT, AUTOMATIC, NEEDS_THE_POST, TEXT_ACTS
from replies.evidence import CLOCKS_DIFFER, Presence, read_evidence
from replies.fingerprint import fingerprint
from replies.lifecycle import (
    ALREADY_ANSWERED,
    APPROVAL_LASTS,
    CANNOT_TELL,
    EDITED,
    Stop,
    found,
    gone,
    held,
    postponed,
    withheld,
)
from replies.limits import LEFT_OR_MAY_HAVE, CapWait
from replies.ports import DeliveryPorts
from replies.send_context import SendContext

_LOOK_AGAIN_AFTER = timedelta(seconds=30)


def stop_by_own_records(context: SendContext, *, mode: Mode, max_reply_age: timedelta, now: datetime) -> Stop | None:
    """What our own records forbid; None where the network may be asked."""
    reply, mention = context.reply, context.mention
    if mode is Mode.SHADOW:
        return held("The service runs in shadow mode and sends nothing.")
    if mention.deleted_at is not None and reply.act in NEEDS_THE_POST:
        return gone("The post was deleted.")
    if mention.revision != reply.revision and reply.act in ANSWERS_THE_TEXT:
        return held(EDITED)
    if reply.approved_at is None or now - reply.approved_at > APPROVAL_LASTS:
        return held("The approval is older than 30 minutes: look at the thread again.")
    if context.pause_reason:
        return postponed(context.pause_reason, now + _LOOK_AGAIN_AFTER)
    return _stop_as_late_or_repeated(context, max_reply_age=max_reply_age, now=now)


def stop_by_permission(reply: ReplyRow, permissions: Permissions | None) -> Stop | None:
    """Hold what is not permitted, or no longer; None where it may be tried, or nobody knows what is permitted."""
    why = "" if permissions is None else refusal(permissions, Act(reply.act))
    return held(why) if why else None


def stop_by_cap(wait: CapWait, reply: ReplyRow) -> Stop:
    """Wait for the cap to pass, or ask a person where the approval would not last that long."""
    if reply.approved_at is not None and wait.until - reply.approved_at > APPROVAL_LASTS:
        return held(f"{wait.why} Approve it where it should be said nevertheless.")
    return postponed(wait.why, wait.until)


def check_on_network(
    engine: Engine, network: Network, context: SendContext, *, secrets: Collection[str], now: datetime
) -> Stop | None:
    """Ask the network about the target; None where the reply may be sent. Raises NetworkError.

    An act whose delivery was unknown is looked for once more. Otherwise a private act needs no request: private
    messages from elsewhere are read from our own tables.
    """
    reply = context.reply
    if reply.act in TEXT_ACTS and reply.absent_at is not None:
        evidence = read_evidence(engine, network, context, secrets=secrets, until=now)
        if evidence.external_id is not None:
            return found(evidence.external_id)
        if evidence.presence is Presence.OUT_OF_SIGHT:
            return held(CANNOT_TELL)
    if reply.act in PRIVATE_ACTS:
        return None
    stop = stop_by_state(network.look_up(reply.target_external_id), context)
    if stop is not None or reply.act != Act.PUBLIC_REPLY or reply.slot == CLOSING_SLOT:
        return stop
    with reading(engine) as session:
        since = _unfetched_since(session, context)
        stored = _stored_under(session, reply)
    own = network.own_replies_under(reply.target_external_id, since=since, until=now)
    with reading(engine) as session:
        outside = answers_from_elsewhere(session, context, {**stored, **{post.external_id: post.text for post in own}})
    return held(ALREADY_ANSWERED) if outside else None


def stop_by_state(state: PostState, context: SendContext) -> Stop | None:
    """What the present state of the target forbids."""
    act = context.reply.act
    if act == Act.DELETE:
        return None if state.exists else withheld("The answer is deleted already.")
    if not state.exists:
        return gone("The post is gone.")
    if act == Act.HIDE:
        return withheld("The post is hidden already.") if state.hidden else None
    if act == Act.UNHIDE:
        return withheld("The post is shown already.") if state.hidden is False else None
    if state.hidden:
        return held("The post is hidden: an answer would not be seen.")
    edited = context.answers_the_mention and state.revision_external_id not in {
        None,
        context.revision_external_id,
    }
    return held(EDITED) if edited else None


def answers_from_elsewhere(session: Session, context: SendContext, own: Mapping[str, str]) -> set[str]:
    """Those of `own` (texts by id) that Aparte did not send, less those that were stored before the approval."""
    ours = _sent_by_us(session, own) | _perhaps_ours(session, context, own)
    known = set() if context.automatic else _known_when_approved(session, context.reply, own)
    return own.keys() - ours - known


def fill_placeholders(text: str, secrets: Mapping[str, str]) -> str:
    """`text` with each `{name}` of `secrets` replaced by its value; nothing else is touched."""
    for name, value in secrets.items():
        text = text.replace("{" + name + "}", value)
    return text


def stop_by_guard(text: str, reply: ReplyRow, ports: DeliveryPorts) -> Stop | None:
    """What the guard forbids about the exact text; it fails closed."""
    if reply.act not in TEXT_ACTS:
        return None
    try:
        findings = ports.guard(text, reply)
    except Exception as error:  # noqa: BLE001 - whatever goes wrong in the guard, nothing is sent
        return held(f"The guard could not read the text ({type(error).__name__}): nothing was sent.")
    if not findings:
        return None
    kinds = ", ".join(sorted({finding.kind for finding in findings}))
    return held(f"The guard stopped it ({kinds}): change the text.")


def _stop_as_late_or_repeated(context: SendContext, *, max_reply_age: timedelta, now: datetime) -> Stop | None:
    reply = context.reply
    public = reply.act == Act.PUBLIC_REPLY
    answers = reply.act in {Act.PUBLIC_REPLY, Act.PRIVATE_REPLY} and reply.slot != CLOSING_SLOT
    if answers and reply.origin == AUTOMATIC:
        if now - context.mention.published_at > max_reply_age:
            return held("The post is too old to be answered automatically.")
        if context.settled_outside:
            return held(ALREADY_ANSWERED)
    if reply.act in PRIVATE_ACTS and context.answered_privately:
        return held("Somebody wrote to the person outside Aparte: read it before saying more.")
    if public and context.thread_moved:
        return held("The person wrote again in the thread: read it, then approve.")
    if public and context.same_text_in_thread:
        return held("The same text already stands in this thread: change it.")
    return None


def _unfetched_since(session: Session, context: SendContext) -> datetime:
    """Since when the account's posts are not yet stored, so that fewer are asked of the network."""
    cursor = select(col(FeedCursorRow.read_until)).where(
        col(FeedCursorRow.account_id) == context.reply.account_id, col(FeedCursorRow.feed) == Feed.OWN_POSTS.value
    )
    read_until = session.execute(cursor).scalar()
    published_at = context.mention.published_at
    return published_at if read_until is None else max(published_at, read_until - CLOCKS_DIFFER)


def _stored_under(session: Session, reply: ReplyRow) -> dict[str, str]:
    query = select(col(OwnPostRow.external_id), col(OwnPostRow.text)).where(
        col(OwnPostRow.account_id) == reply.account_id, col(OwnPostRow.parent_external_id) == reply.target_external_id
    )
    return {post.external_id: post.text for post in session.execute(query)}


def _sent_by_us(session: Session, own: Collection[str]) -> set[str]:
    query = select(col(ReplyRow.external_id)).where(col(ReplyRow.external_id).in_(own))
    return {id_ for id_ in session.execute(query).scalars() if id_ is not None}


def _perhaps_ours(session: Session, context: SendContext, own: Mapping[str, str]) -> set[str]:
    query = select(col(ReplyRow.fingerprint)).where(
        col(ReplyRow.account_id) == context.reply.account_id,
        col(ReplyRow.target_external_id) == context.reply.target_external_id,
        col(ReplyRow.status).in_([status.value for status in LEFT_OR_MAY_HAVE]),
    )
    fingerprints = set(session.execute(query).scalars())
    return {external_id for external_id, text in own.items() if fingerprint(text) in fingerprints}


def _known_when_approved(session: Session, reply: ReplyRow, own: Collection[str]) -> set[str]:
    query = select(col(OwnPostRow.external_id)).where(
        col(OwnPostRow.external_id).in_(own), col(OwnPostRow.heard_at) <= reply.approved_at
    )
    return set(session.execute(query).scalars())
