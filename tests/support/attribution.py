"""The outbox's attribution of own posts, with delivery ports that do nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from ledger.entry import Sealer
from listener.ingest.ports import Attribute, SentByUs
from networks.protocol import OwnPost
from records.models import Actor, FetchedMessage
from replies.attribution import attribute_messages, attribute_posts, confirm_attributed
from replies.ports import NullDeliveryPorts

LISTEN = Actor(tag="step:listen")


class NullSealer:
    """A sealer that keeps nothing."""

    def seal(self, _subject: str, _fields: object) -> str:
        return ""

    def seal_many(self, things: Sequence[object]) -> list[str]:
        return ["" for _ in things]


def outbox_attribution(now: datetime) -> Attribute:
    """Recognises what the outbox of the same database sent."""
    sealer: Sealer = NullSealer()
    ports = NullDeliveryPorts(sealer=sealer, clock=lambda: now)

    def attribute(
        session: Session, account_id: int, *, posts: Sequence[OwnPost] = (), messages: Sequence[FetchedMessage] = ()
    ) -> SentByUs:
        found = [
            attribute_posts(session, account_id, posts, now=now),
            attribute_messages(session, account_id, messages, now=now),
        ]

        def make_sent(later: Session) -> None:
            for each in found:
                confirm_attributed(later, each, ports=ports, actor=LISTEN, now=now)

        return SentByUs(ours=found[0].ours | found[1].ours, confirm=make_sent)

    return attribute
