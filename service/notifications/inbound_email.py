"""Takes answers to notices by SMTP. What comes in by e-mail never proves an identity."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as Connection
from sqlalchemy import select
from sqlmodel import Session, col

from records.database import reading, writing
from records.enums import MessageVia, RoomStatus, Speaker
from records.models import Actor
from records.tables.room import RoomMessageRow, RoomRow
from room.conversation.messages import MOST_CHARACTERS, MessageTextError, count_messages_since, post_message
from room.lifecycle import RoomStateError
from room.notifications.reply_address import ReplyAddress, is_genuine, parse_reply_address
from room.privacy.masking import mask_secrets
from room.wordings import words_for
from service.notifications.email_parsing import InboundEmail, parse_email
from service.wiring.app import App
from service.wiring.settings_document import RepliesByEmailSettings

MOST_BYTES = 2 * 1024 * 1024
MOST_A_MINUTE = 10
SAME_WITHIN = timedelta(hours=1)
"""The same words again within it are the same e-mail, sent again by a server that missed our answer."""
ACTOR = Actor(tag="person:email")

TAKEN = "250 2.0.0 Taken"
NO_SUCH_MAILBOX = "550 5.1.1 No such mailbox here"
ONE_AT_A_TIME = "452 4.5.3 One mailbox at a time"
TOO_MANY = "450 4.7.1 Too many messages, try again later"
NOT_NOW = "451 4.3.0 Not now, try again later"
_CUT = " […]"


class InboundEmailHandler:
    """Handles SMTP commands. A room that takes no answer is refused alike, be it forged, over, revoked or unknown."""

    def __init__(self, app: App, domain: str) -> None:
        self._app = app
        self._domain = domain

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it by this name
        self, _server: SMTP, _session: Connection, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if envelope.rcpt_tos:
            return ONE_AT_A_TIME
        found = parse_reply_address(address, domain=self._domain)
        if found is None or not await asyncio.to_thread(self._is_open, found):
            return NO_SUCH_MAILBOX
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, _session: Connection, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        found = parse_reply_address(envelope.rcpt_tos[0], domain=self._domain) if envelope.rcpt_tos else None
        if found is None:
            return NO_SUCH_MAILBOX
        return await asyncio.to_thread(self._take, found, content, envelope.mail_from or "")

    async def handle_exception(self, _error: Exception) -> str:
        return NOT_NOW

    def _is_open(self, address: ReplyAddress) -> bool:
        with reading(self._app.engine) as session:
            return self._room(session, address) is not None

    def _take(self, address: ReplyAddress, content: bytes, sender: str) -> str:
        mail = parse_email(content, sender=sender)
        if mail.by_machine or not (mail.text or mail.attachments):
            # Taken and dropped: a refusal would be answered by another machine.
            return TAKEN
        now = self._app.clock.now()
        with writing(self._app.engine) as session:
            room = self._room(session, address)
            if room is None:
                return NO_SUCH_MAILBOX
            if count_messages_since(session, room.id or 0, Speaker.PERSON, now - timedelta(minutes=1)) >= MOST_A_MINUTE:
                return TOO_MANY
            try:
                self._say(session, room, mail)
            except (MessageTextError, RoomStateError):
                return NO_SUCH_MAILBOX
        return TAKEN

    def _say(self, session: Session, room: RoomRow, mail: InboundEmail) -> None:
        now, room_id = self._app.clock.now(), room.id or 0
        text = mail.text if len(mail.text) <= MOST_CHARACTERS else mail.text[: MOST_CHARACTERS - len(_CUT)] + _CUT
        if text and not self._was_said(session, room_id, mask_secrets(text).text):
            post_message(
                session,
                room_id,
                author=Speaker.PERSON,
                text=text,
                agent_id=None,
                actor=ACTOR,
                now=now,
                sealer=self._app.encryption,
                via=MessageVia.EMAIL,
            )
        if mail.attachments:
            note = words_for(room.language, self._app.brand_of(room.account_id))["attachments_left_out"]
            if not self._was_said(session, room_id, note):
                post_message(session, room_id, author=Speaker.SERVICE, text=note, agent_id=None, actor=ACTOR, now=now)

    def _was_said(self, session: Session, room_id: int, text: str) -> bool:
        said = select(col(RoomMessageRow.id)).where(
            col(RoomMessageRow.room_id) == room_id,
            col(RoomMessageRow.author) != Speaker.AGENT.value,
            col(RoomMessageRow.said_at) > self._app.clock.now() - SAME_WITHIN,
            col(RoomMessageRow.text) == text.strip(),
        )
        return session.execute(said.limit(1)).first() is not None

    def _room(self, session: Session, address: ReplyAddress) -> RoomRow | None:
        query = select(RoomRow).where(col(RoomRow.public_id) == address.public_id)
        row = session.execute(query).scalar()
        genuine = is_genuine(address, self._app.room_key, row.customer_id if row is not None else None)
        if row is None or not genuine or row.account_id not in self._app.accounts:
            return None
        is_open = row.status == RoomStatus.OPEN.value and row.expires_at > self._app.clock.now()
        return row if is_open else None


def inbound_email_server(app: App, settings: RepliesByEmailSettings) -> Controller:
    """The SMTP server, ready to `start()` and `stop()`; it runs on a thread of its own."""
    return Controller(
        InboundEmailHandler(app, settings.domain),
        hostname=settings.host,
        port=settings.port,
        data_size_limit=MOST_BYTES,
        enable_SMTPUTF8=True,
        ident="mail",
        timeout=60,
        command_call_limit={"*": 50},
    )
