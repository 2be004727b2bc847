"""The outbox's attribution of own posts, with delivery ports that do nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from ledger.entry import Sealer
from listener.recognising import Recognise, Recognised
from networks.protocol import OwnPost
from records.nouns import Actor, HeardMessage
from records.words import Mode
from replies.caps import Caps
from replies.dispatching import Dispatching
from replies.recognition import recognise_messages, recognise_posts, settle

LISTEN = Actor(tag="step:listen")


class NullSealer:
    """A sealer that keeps nothing."""

    def seal(self, _subject: str, _fields: object) -> str:
        return ""

    def seal_many(self, things: Sequence[object]) -> list[str]:
        return ["" for _ in things]


def outbox_attribution(now: datetime) -> Recognise:
    """Recognises what the outbox of the same database sent."""
    sealer: Sealer = NullSealer()
    desk = Dispatching(
        network_of=lambda _: None,
        secrets_of=lambda _: {},
        guard=lambda _, __: (),
        sealer=sealer,
        caps=Caps(),
        mode_of=lambda _: Mode.LIVE,
        now_again=lambda: now,
    )

    def recognise(
        session: Session, account_id: int, *, posts: Sequence[OwnPost] = (), messages: Sequence[HeardMessage] = ()
    ) -> Recognised:
        found = [
            recognise_posts(session, account_id, posts, now=now),
            recognise_messages(session, account_id, messages, now=now),
        ]

        def make_sent(later: Session) -> None:
            for each in found:
                settle(later, each, desk=desk, actor=LISTEN, now=now)

        return Recognised(ours=found[0].ours | found[1].ours, settle=make_sent)

    return recognise
