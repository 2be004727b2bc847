"""What is read of a reply before it is sent: its mention, person, thread and account health, from our own tables."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlmodel import Session, col

from records.enums import ANSWER_SLOT, PRIVATE_ACTS, Act
from records.tables.listener import (
    AccountHealthRow,
    DirectMessageRow,
    MentionAccountRow,
    MentionRevisionRow,
    MentionRow,
)
from records.tables.people import IdentityRow
from records.tables.replies import ReplyRow
from replies.limits import LEFT_OR_MAY_HAVE, is_automatic

PAUSED = "refused"
"""State of `account_health` in which nothing is sent."""


@dataclass(frozen=True, kw_only=True)
class SendContext:
    """One reply with its mention, its person, its thread and its account, as our own tables have them."""

    reply: ReplyRow
    mention: MentionRow
    revision_external_id: str
    """The network's id of the text that is answered."""
    person_external_id: str
    subject: str
    handle: str
    settled_outside: bool
    thread_moved: bool
    """The person wrote again in the thread after the approval was given."""
    answered_privately: bool
    """Somebody wrote to the person from the brand's account, outside Aparte, since the draft was made."""
    same_text_in_thread: bool
    pause_reason: str
    """Why the network lets the account do nothing now; empty where it does."""

    @property
    def automatic(self) -> bool:
        """No person has looked at the text."""
        return is_automatic(self.reply)

    @property
    def answers_the_mention(self) -> bool:
        return self.reply.target_external_id == self.mention.external_id


def read_send_context(session: Session, reply_id: int) -> SendContext:
    """Read all of it in one short transaction; the rows are detached."""
    reply, mention, identity = session.execute(
        select(ReplyRow, MentionRow, IdentityRow)
        .join(MentionRow, col(MentionRow.id) == col(ReplyRow.mention_id))
        .join(IdentityRow, col(IdentityRow.id) == col(MentionRow.identity_id))
        .where(col(ReplyRow.id) == reply_id)
    ).one()
    context = SendContext(
        reply=reply,
        mention=mention,
        revision_external_id=_revision_external_id(session, reply),
        person_external_id=identity.external_id,
        subject=identity.subject,
        handle=identity.handle,
        settled_outside=_settled_outside(session, reply),
        thread_moved=_thread_moved(session, reply, mention),
        answered_privately=_answered_privately(session, reply, mention),
        same_text_in_thread=_same_text_in_thread(session, reply, mention),
        pause_reason=pause_reason(session, reply.account_id),
    )
    # What was read outlives the session: the network is asked after it ended.
    session.expunge_all()
    return context


def pause_reason(session: Session, account_id: int) -> str:
    """Why the account is paused, as its health says; empty where it is not."""
    health = session.get(AccountHealthRow, account_id)
    if health is None or health.state != PAUSED:
        return ""
    return health.reason or "The network does not let the account in."


def _revision_external_id(session: Session, reply: ReplyRow) -> str:
    revision = select(col(MentionRevisionRow.external_id)).where(
        col(MentionRevisionRow.mention_id) == reply.mention_id, col(MentionRevisionRow.revision) == reply.revision
    )
    return str(session.execute(revision).scalar_one())


def _settled_outside(session: Session, reply: ReplyRow) -> bool:
    if reply.slot != ANSWER_SLOT:
        return False
    settled = exists().where(
        col(MentionAccountRow.mention_id) == reply.mention_id,
        col(MentionAccountRow.account_id) == reply.account_id,
        col(MentionAccountRow.settled_at).is_not(None),
    )
    return bool(session.execute(select(settled)).scalar())


def _thread_moved(session: Session, reply: ReplyRow, mention: MentionRow) -> bool:
    if reply.approved_at is None:
        return False
    later = exists().where(
        col(MentionRow.network) == mention.network,
        col(MentionRow.root_external_id) == mention.root_external_id,
        col(MentionRow.identity_id) == mention.identity_id,
        col(MentionRow.id) != mention.id,
        col(MentionRow.heard_at) > reply.approved_at,
        col(MentionRow.published_at) > mention.published_at,
    )
    return bool(session.execute(select(later)).scalar())


def _answered_privately(session: Session, reply: ReplyRow, mention: MentionRow) -> bool:
    if reply.act not in PRIVATE_ACTS:
        return False
    ours = exists().where(
        col(ReplyRow.account_id) == reply.account_id,
        col(ReplyRow.external_id) == col(DirectMessageRow.external_id),
    )
    of_person = select(col(MentionRow.id)).where(col(MentionRow.identity_id) == mention.identity_id)
    unsettled = exists().where(
        col(ReplyRow.account_id) == reply.account_id,
        col(ReplyRow.mention_id).in_(of_person),
        col(ReplyRow.act).in_(sorted(PRIVATE_ACTS)),
        col(ReplyRow.status).in_(["sending", "unknown"]),
    )
    outside = exists().where(
        col(DirectMessageRow.account_id) == reply.account_id,
        col(DirectMessageRow.identity_id) == mention.identity_id,
        col(DirectMessageRow.outgoing).is_(True),
        col(DirectMessageRow.sent_at) > reply.created_at,
        ~ours,
    )
    return bool(session.execute(select(outside & ~unsettled)).scalar())


def _same_text_in_thread(session: Session, reply: ReplyRow, mention: MentionRow) -> bool:
    if reply.act != Act.PUBLIC_REPLY:
        return False
    in_thread = select(col(MentionRow.id)).where(
        col(MentionRow.network) == mention.network, col(MentionRow.root_external_id) == mention.root_external_id
    )
    twin = exists().where(
        col(ReplyRow.account_id) == reply.account_id,
        col(ReplyRow.id) != reply.id,
        col(ReplyRow.act) == Act.PUBLIC_REPLY.value,
        col(ReplyRow.fingerprint) == reply.fingerprint,
        col(ReplyRow.status).in_([status.value for status in LEFT_OR_MAY_HAVE]),
        col(ReplyRow.mention_id).in_(in_thread),
    )
    return bool(session.execute(select(twin)).scalar())
