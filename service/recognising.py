"""Ties what is heard of our own accounts to the outbox: words heard again settle what was in doubt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from listener.recognising import Recognise, Recognised
from networks.protocol import OwnPost
from records.nouns import Actor, HeardMessage
from replies.recognition import recognise_messages, recognise_posts
from replies.recognition import settle as settle_sent
from service.house import House
from service.steps.deliver import dispatching


def recogniser(house: House, *, actor: Actor, now: datetime) -> Recognise:
    """Tells which words of an account Aparte sent; acts of which nobody knew so become sent, with their cases."""
    desk = dispatching(house)

    def recognise(
        session: Session, account_id: int, *, posts: Sequence[OwnPost] = (), messages: Sequence[HeardMessage] = ()
    ) -> Recognised:
        found = (
            recognise_posts(session, account_id, posts, now=now),
            recognise_messages(session, account_id, messages, now=now),
        )

        def settle(later: Session) -> None:
            for each in found:
                settle_sent(later, each, desk=desk, actor=actor, now=now)

        return Recognised(ours=found[0].ours | found[1].ours, settle=settle)

    return recognise
