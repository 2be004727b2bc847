"""Words of our own that a feed brings settle what was in doubt, one act each."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from networks.errors import Uncertain
from networks.protocol import OwnPost
from records.database import writing
from records.enums import ReplyStatus
from records.models import Actor, FetchedMessage
from replies.attribution import (
    OwnText,
    UnconfirmedAct,
    attribute_messages,
    attribute_posts,
    confirm_attributed,
    pair_texts,
)
from replies.draft import Draft
from replies.fingerprint import fingerprint
from replies.lifecycle import CANNOT_TELL
from replies.outbox import approve
from tests.support.memory_network import MemoryNetwork, NextWrite
from tests.support.outbox import (
    MENTIONS,
    ROOM_LINK,
    START,
    OutboxSetup,
    answer,
    external_id,
    person_id,
    private,
    private_reply,
)

LISTEN = Actor(tag="step:listen")
ANA = Actor(tag="agent:1")
SAID = "Gracias por escribirnos (1)."


@pytest.fixture
def network(outbox: OutboxSetup) -> MemoryNetwork:
    network = MemoryNetwork(clock=outbox.clock)
    network.people = {external_id(number): person_id(number) for number in range(1, MENTIONS + 1)}
    outbox.network = network
    return network


def lost(outbox: OutboxSetup, network: MemoryNetwork, draft: Draft) -> int:
    """An act that the network took and whose answer never came."""
    network.plans = [NextWrite(takes=True, raises=Uncertain("Nothing came back."))]
    reply_id = outbox.draft(draft) or 0
    assert outbox.deliver().unknown == 1
    outbox.clock.advance(timedelta(seconds=5))
    return reply_id


def doubtful(outbox: OutboxSetup, network: MemoryNetwork, draft: Draft) -> int:
    """The same, while the account could not be read for so long that a person was asked."""
    reply_id = lost(outbox, network, draft)
    outbox.network = None
    outbox.clock.advance(timedelta(minutes=6))
    assert outbox.reconcile().held == 1
    assert outbox.reply(reply_id).reason == CANNOT_TELL
    return reply_id


def own(number: int, parent: str | None, said: str = SAID, *, at: datetime = START) -> OwnPost:
    return OwnPost(
        external_id=str(number),
        parent_external_id=parent,
        root_external_id=parent or str(number),
        text=said,
        published_at=at,
    )


def message(number: int, person: str, said: str, *, outgoing: bool = True) -> FetchedMessage:
    return FetchedMessage(
        network="x",
        external_id=str(number),
        conversation_id="c",
        other_external_id=person,
        outgoing=outgoing,
        text=said,
        sent_at=START,
    )


def hear(outbox: OutboxSetup, *posts: OwnPost, messages: tuple[FetchedMessage, ...] = ()) -> frozenset[str]:
    now = outbox.clock()
    with writing(outbox.engine) as session:
        told = [
            attribute_posts(session, 1, posts, now=now),
            attribute_messages(session, 1, messages, now=now),
        ]
        for each in told:
            confirm_attributed(session, each, ports=outbox.ports(), actor=LISTEN, now=now)
    return told[0].ours | told[1].ours


def test_a_reply_in_doubt_is_sent_once_it_is_heard(outbox: OutboxSetup, network: MemoryNetwork) -> None:
    reply_id = doubtful(outbox, network, answer())
    assert hear(outbox, own(801, external_id(1))) == {"801"}
    row = outbox.reply(reply_id)
    assert (row.status, row.external_id, row.reason) == (ReplyStatus.SENT, "801", "")
    assert (outbox.told, outbox.kinds()[-1]) == ([reply_id], "step:reply:sent")
    assert hear(outbox, own(801, external_id(1))) == {"801"}
    assert outbox.told == [reply_id]


def test_a_reply_that_still_waits_for_a_reading_is_sent_and_not_read_for(
    outbox: OutboxSetup, network: MemoryNetwork
) -> None:
    reply_id = lost(outbox, network, answer())
    hear(outbox, own(801, external_id(1), "@persona_1 Gracias por escribirnos (1)."))
    assert outbox.reply(reply_id).status == ReplyStatus.SENT
    outbox.clock.advance(timedelta(minutes=2))
    assert outbox.reconcile().waiting == 0
    assert outbox.told == [reply_id]


@pytest.mark.parametrize("needed", [1, 2])
def test_one_approved_again_does_not_leave_a_second_time(
    outbox: OutboxSetup, network: MemoryNetwork, needed: int
) -> None:
    reply_id = doubtful(outbox, network, answer())
    with writing(outbox.engine) as session:
        session.execute(text("UPDATE reply SET approvals_needed = :needed"), {"needed": needed})
    with writing(outbox.engine) as session:
        status = approve(session, reply_id, actor=ANA, now=outbox.clock(), seen_doubt=True)
    assert status == (ReplyStatus.APPROVED if needed == 1 else ReplyStatus.DRAFT)
    hear(outbox, own(801, external_id(1)))
    outbox.network = network
    assert outbox.deliver().looked_at == 0
    assert outbox.reply(reply_id).status == ReplyStatus.SENT
    assert len(network.taken) == 1


def test_a_reply_on_its_way_is_known_as_ours_and_left_to_its_sender(
    outbox: OutboxSetup, network: MemoryNetwork
) -> None:
    reply_id = lost(outbox, network, answer())
    with writing(outbox.engine) as session:
        session.execute(
            text("UPDATE reply SET status = 'sending', claimed_by = 'sender', claimed_until = :until"),
            {"until": f"{outbox.clock() + timedelta(minutes=5):%Y-%m-%d %H:%M:%S.%f}"},
        )
    assert hear(outbox, own(801, external_id(1))) == {"801"}
    assert outbox.reply(reply_id).status == ReplyStatus.SENDING
    outbox.clock.advance(timedelta(minutes=6))
    hear(outbox, own(801, external_id(1)))
    assert outbox.reply(reply_id).status == ReplyStatus.SENT


def test_an_answer_shown_under_what_the_target_answers_is_ours(outbox: OutboxSetup, network: MemoryNetwork) -> None:
    with writing(outbox.engine) as session:
        session.execute(text("UPDATE mention SET parent_external_id = '8000' WHERE id = 1"))
    reply_id = doubtful(outbox, network, answer())
    assert hear(outbox, own(801, "8000")) == {"801"}
    assert outbox.reply(reply_id).status == ReplyStatus.SENT


def test_an_answer_under_an_earlier_version_of_the_post_is_ours(outbox: OutboxSetup, network: MemoryNetwork) -> None:
    reply_id = doubtful(outbox, network, answer())
    with writing(outbox.engine) as session:
        session.execute(text("UPDATE mention_revision SET external_id = '9901' WHERE mention_id = 1"))
    hear(outbox, own(801, "9901"))
    assert outbox.reply(reply_id).status == ReplyStatus.SENT


@pytest.mark.parametrize(
    "post",
    [
        own(801, external_id(1), "Lo miramos."),
        own(801, external_id(2)),
        own(801, None),
        own(801, external_id(1), at=START - timedelta(minutes=3)),  # before it was written
    ],
    ids=["other words", "other place", "no answer", "too early"],
)
def test_other_words_settle_nothing(outbox: OutboxSetup, network: MemoryNetwork, post: OwnPost) -> None:
    reply_id = doubtful(outbox, network, answer())
    assert hear(outbox, post) == frozenset()
    assert outbox.reply(reply_id).status == ReplyStatus.HELD


def test_what_never_left_is_not_recognised(outbox: OutboxSetup) -> None:
    outbox.draft(answer())
    assert hear(outbox, own(801, external_id(1))) == frozenset()
    assert [row.status for row in outbox.replies()] == [ReplyStatus.APPROVED]


def test_what_was_heard_before_it_left_is_somebody_elses(outbox: OutboxSetup, network: MemoryNetwork) -> None:
    reply_id = doubtful(outbox, network, answer())
    with writing(outbox.engine) as session:
        session.execute(
            text(
                "INSERT INTO own_post (network, account_id, external_id, root_external_id, text, origin, published_at,"
                " heard_at) VALUES ('x', 1, '801', '9001', '', 'outside', :at, :at)"
            ),
            {"at": f"{START - timedelta(seconds=30):%Y-%m-%d %H:%M:%S.%f}"},
        )
    assert hear(outbox, own(801, external_id(1))) == frozenset()
    assert outbox.reply(reply_id).status == ReplyStatus.HELD


@pytest.mark.parametrize("draft", [private(), private_reply()], ids=lambda d: d.act)
def test_a_private_act_in_doubt_is_sent_once_its_message_is_heard(
    outbox: OutboxSetup, network: MemoryNetwork, draft: Draft
) -> None:
    reply_id = doubtful(outbox, network, draft)
    said = f"Seguimos aquí en privado: {ROOM_LINK}"
    assert hear(outbox, messages=(message(1, person_id(1), said, outgoing=False),)) == frozenset()
    assert hear(outbox, messages=(message(2, person_id(2), said),)) == frozenset()
    assert hear(outbox, messages=(message(3, person_id(1), "otra cosa"),)) == frozenset()
    assert hear(outbox, messages=(message(4, person_id(1), said),)) == {"4"}
    assert (outbox.reply(reply_id).status, outbox.reply(reply_id).external_id) == (ReplyStatus.SENT, "4")
    assert ROOM_LINK not in str(outbox.logged())


def test_of_two_alike_one_post_settles_the_older_and_the_next_the_other(
    outbox: OutboxSetup, network: MemoryNetwork
) -> None:
    first = lost(outbox, network, answer(text=SAID))
    second = lost(outbox, network, answer(text="Otra respuesta.", slot="follow-up-1"))
    with writing(outbox.engine) as session:
        session.execute(text("UPDATE reply SET text = :said, fingerprint = :mark"), _same_words())
    hear(outbox, own(801, external_id(1)))
    assert [outbox.reply(each).status for each in (first, second)] == [ReplyStatus.SENT, ReplyStatus.UNKNOWN]
    hear(outbox, own(801, external_id(1)), own(802, external_id(1)))
    assert [outbox.reply(each).external_id for each in (first, second)] == ["801", "802"]


PLACES = st.sampled_from(["p", "q", "r"])
MARKS = st.sampled_from(["m", "n"])
MOMENTS = st.integers(0, 5).map(lambda minutes: START + timedelta(minutes=minutes))


@given(
    words=st.lists(st.builds(OwnText, external_id=st.integers(1, 30).map(str), place=PLACES, fingerprint=MARKS,
                             at=MOMENTS, heard_at=st.none() | MOMENTS), unique_by=lambda each: each.external_id),
    acts=st.lists(st.builds(UnconfirmedAct, reply_id=st.integers(1, 30), fingerprint=MARKS,
                            places=st.frozensets(PLACES, min_size=1), flattened=st.none() | PLACES,
                            created_at=MOMENTS, left_at=MOMENTS), unique_by=lambda each: each.reply_id),
    turn=st.randoms(use_true_random=False),
)  # fmt: skip
def test_one_post_never_settles_two_acts_whatever_is_heard(words, acts, turn) -> None:  # type: ignore[no-untyped-def]
    paired = pair_texts(words, acts)
    assert len(set(paired.values())) == len(paired)
    by_id = {each.external_id: each for each in words}
    for act in acts:
        if act.reply_id in paired:
            word = by_id[paired[act.reply_id]]
            assert word.fingerprint == act.fingerprint
            assert word.place in {*act.places, act.flattened}
    turn.shuffle(words)
    turn.shuffle(acts)
    assert pair_texts(words, acts) == paired


def _same_words() -> dict[str, str]:
    return {"said": SAID, "mark": fingerprint(SAID)}
