"""Steps `notices` and `letters`:
queue notices of unread answers, and send due notifications by e-mail or text message.

A notification that nobody is to get is dropped by the same updates. Killed between sending one and recording that,
the step sends it a second time when its lease ends: the code in it is the same.
"""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlmodel import Session

from people.customers import Contact, unseal_contact
from people.subject_encryption import DamagedSealError
from records.database import reading, writing
from records.leases import Lease
from room.notifications.queue import (
    CODE,
    NOTICE,
    Notification,
    lease_notifications,
    load_notification,
    mark_addressed,
    mark_dropped,
    mark_failed,
    mark_sent,
)
from room.notifications.unread import enqueue_notices, still_unread, unread_answers
from service.notifications.outbound import (
    NotificationError,
    OutboundMessage,
    Transport,
    reply_address_of,
    route_message,
    text_of_notification,
    transports_of,
)
from service.wiring.app import App
from service.wiring.keys import code_key

log = structlog.get_logger("aparte.letters")


def queue_notices(app: App, *, now: datetime) -> int:
    """Enqueue the notices that are due. Returns how many; none where no e-mail can be sent."""
    if app.settings.document.smtp is None:
        return 0
    with reading(app.engine) as session:
        if not unread_answers(session, now=now):
            return 0
    with writing(app.engine, in_turn="notices") as session:
        return enqueue_notices(session, now=now)


def send_notifications(app: App, *, now: datetime) -> int:
    """Send one batch of due notifications. Returns how many were looked at."""
    lease = lease_notifications(app.engine, claimant=app.claimant, now=now)
    if lease:
        reply_address = reply_address_of(app)
        transports = transports_of(app.settings, reply_address=reply_address)
        for notification_id in lease.ids:
            _send(app, lease, notification_id, transports, may_reply=reply_address is not None, now=now)
    return len(lease.ids)


def _send(
    app: App, lease: Lease, notification_id: int, transports: dict[str, Transport], *, may_reply: bool, now: datetime
) -> None:
    with reading(app.engine) as session:
        notification = load_notification(session, notification_id)
        found = _contact(app, notification)
    if notification is None:
        return
    going = route_message(notification, found, frozenset(transports))
    with writing(app.engine) as session:
        if not mark_addressed(session, notification, lease=lease, way=going.way, proof=going.proof):
            return
        why = _dropped_because(notification, going, transports, now) or _needless_because(session, app, notification)
        if why:
            mark_dropped(session, notification.id, lease=lease, why=why)
            return
    brand = app.brand_of(notification.account_id)
    text = text_of_notification(notification, brand, code_key=code_key(app.master_key), may_reply=may_reply)
    try:
        transports[going.way].send(going.to, notification, text, now=now)
    except NotificationError as error:
        log.warning("letter not taken", letter=notification.id, kind=notification.kind, way=going.way, why=str(error))
        with writing(app.engine) as session:
            if error.permanent:
                mark_dropped(session, notification.id, lease=lease, why=str(error))
            else:
                mark_failed(session, notification, lease=lease, why=str(error), now=now)
        return
    with writing(app.engine) as session:
        mark_sent(session, notification.id, lease=lease, now=now)


def _contact(app: App, notification: Notification | None) -> Contact | None:
    if notification is None or notification.customer_id is None:
        return None
    with reading(app.engine) as session:
        try:
            return unseal_contact(session, app.encryption, notification.customer_id)
        except DamagedSealError:
            log.exception("contact does not open", customer=notification.customer_id)
            return None


def _dropped_because(
    notification: Notification, going: OutboundMessage, transports: dict[str, Transport], now: datetime
) -> str:
    if notification.worth_sending_until <= now:
        return "the code is void" if notification.kind == CODE else "it came too late"
    if going.way not in transports:
        return f"no {going.way} is set up"
    return "" if going.to else "nobody to send it to"


def _needless_because(session: Session, app: App, notification: Notification) -> str:
    if notification.account_id not in app.accounts:
        return "its account is no longer in the settings"
    if notification.kind == NOTICE and not still_unread(session, notification.room_id, notification.once):
        return "read meanwhile"
    return ""
