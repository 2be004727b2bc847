"""Storing pages: however they are cut, repeated or ordered, the same rows result."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from networks.protocol import FeedPage, OwnPost
from records.enums import Feed
from records.models import Author, FetchedMessage, FetchedPost, ParentPost
from replies.fingerprint import fingerprint

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
ANA = Author(external_id="7", handle="ana", display_name="Ana", reach=12)
ROWS = """SELECT m.external_id, m.identity_id IS NOT NULL, r.text, a.feed, a.summoned, a.settled_by
 FROM mention m JOIN mention_revision r ON r.mention_id = m.id AND r.superseded_at IS NULL
 JOIN mention_account a ON a.mention_id = m.id ORDER BY m.external_id"""


def post(number: int, text: str = "", **changes) -> FetchedPost:
    made = FetchedPost(
        network="x",
        external_id=str(number),
        revision_external_id=str(number),
        kind="post",
        author=ANA,
        text=text or f"texto {number}",
        published_at=NOW - timedelta(minutes=60 - number % 50),
        root_external_id=str(number),
        mentions_us=True,
    )
    return replace(made, **changes)


def edited(number: int) -> FetchedPost:
    return post(number, f"corregido {number}", revision_external_id=str(number + 500))


def own(number: int, parent: int | None, text: str = "lo vemos", *, root: int | None = None) -> OwnPost:
    return OwnPost(
        external_id=str(number),
        parent_external_id=None if parent is None else str(parent),
        root_external_id=str(root or parent or number),
        text=text,
        published_at=NOW,
    )


def message(number: int, **changes) -> FetchedMessage:
    made = FetchedMessage(
        network="x",
        external_id=str(number),
        conversation_id="7-1001",
        other_external_id="7",
        other=ANA,
        outgoing=False,
        text=f"mensaje {number}",
        sent_at=NOW - timedelta(minutes=5),
    )
    return replace(made, **changes)


POSTS = [*(post(number) for number in range(100, 112)), edited(103), edited(104), edited(107)]
ANSWERS = [own(801, 103), own(802, 110), own(803, 604, root=104), own(804, None)]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_pages_cut_repeated_and_shuffled_give_the_same_rows(intake, data):
    intake.forget()
    heard = data.draw(st.permutations(POSTS + data.draw(st.lists(st.sampled_from(POSTS), max_size=10))))
    answers = data.draw(st.permutations(ANSWERS))
    pages = [(Feed.OWN_POSTS, FeedPage(own=tuple(answers[:2]))), (Feed.OWN_POSTS, FeedPage(own=tuple(answers[2:])))]
    while heard:
        size = data.draw(st.integers(1, len(heard)))
        feed = data.draw(st.sampled_from([Feed.MENTIONS, Feed.SEARCH]))
        pages.append((feed, FeedPage(posts=tuple(heard[:size]))))
        heard = heard[size:]
    pages.append((Feed.MENTIONS, FeedPage(posts=tuple(POSTS))))

    for feed, page in data.draw(st.permutations(pages[:-1])) + pages[-1:]:
        intake.store(feed, page)

    settled_by = {"103": "801", "104": "803", "110": "802"}
    corrected = {"103", "104", "107"}
    assert intake.rows(ROWS) == [
        (name, 1, f"corregido {name}" if name in corrected else f"texto {name}", "mentions", 1, settled_by.get(name))
        for name in map(str, range(100, 112))
    ]
    assert intake.rows("SELECT external_id, origin FROM own_post ORDER BY external_id") == [
        (str(number), "outside") for number in range(801, 805)
    ]
    names = dict(intake.rows("SELECT id, external_id FROM mention"))
    assert sorted(names[mention_id] for mention_id in intake.settled) == sorted(settled_by)


def test_the_same_page_again_changes_nothing(intake):
    page = FeedPage(posts=tuple(POSTS[:12]), own=tuple(ANSWERS), messages=(message(1), message(2)))
    intake.store(Feed.MENTIONS, page)
    tables = ("SELECT * FROM mention", "SELECT * FROM mention_revision", "SELECT * FROM own_post")
    before = [intake.rows(query) for query in tables]

    again = intake.store(Feed.MENTIONS, page, now=NOW + timedelta(minutes=1))

    assert (again.known, again.new_mentions, again.own_posts, again.messages, again.answered_elsewhere) == (
        12,
        0,
        0,
        0,
        0,
    )
    assert [intake.rows(query) for query in tables] == before


def test_a_failure_on_the_way_leaves_nothing_of_the_page(intake):
    class PowerCutError(Exception):
        pass

    def cut(_session, _ids):
        raise PowerCutError

    with pytest.raises(PowerCutError):
        intake.store(Feed.MENTIONS, FeedPage(posts=(post(103),), own=(own(801, 103),)), on_answered_elsewhere=cut)

    assert intake.rows("SELECT count(*) FROM mention") == intake.rows("SELECT count(*) FROM own_post") == [(0,)]


@pytest.mark.parametrize(
    "text", ["\ud800 solo", "nulo \x00", "\u202eodnum", '=HYPERLINK("x")', "<script>", "ñ" * 10_000_000, "", "\udfff"]
)
def test_hostile_texts_are_stored_once(intake, text):
    hostile = post(
        1,
        text,
        author=replace(ANA, handle=text[:50], display_name=text[:50], biography=text),
        above=ParentPost(external_id="9", text=text, author_handle=text[:50]),
        media_urls=(text[:50],),
    )
    for _ in range(2):
        intake.store(
            Feed.MENTIONS, FeedPage(posts=(hostile,), own=(own(2, 9, text),), messages=(message(3, text=text),))
        )

    safe = "".join(
        "\ufffd" if letter == "\x00" or "\ud800" <= letter <= "\udfff" else letter for letter in hostile.text
    )
    assert intake.rows("SELECT text FROM mention_revision") == [(safe,)]
    assert intake.rows("SELECT count(*) FROM own_post") == intake.rows("SELECT count(*) FROM direct_message") == [(1,)]
    assert len(intake.rows("SELECT above FROM mention")[0][0]) < 40_000


def test_a_mention_judged_already_is_due_again_when_it_turns_out_to_mention_us(intake):
    intake.store(Feed.SEARCH, FeedPage(posts=(post(1, mentions_us=False), post(2, mentions_us=False))))
    intake.run("UPDATE mention_revision SET assess_due_at = NULL WHERE external_id = '1'")

    intake.store(Feed.MENTIONS, FeedPage(posts=(post(1), post(2))))

    # The second becomes due when it has been judged.
    assert intake.rows("SELECT summoned, feed, decide_due_at IS NOT NULL FROM mention_account ORDER BY id") == [
        (1, "mentions", 1),
        (1, "mentions", 0),
    ]


def test_what_mentions_us_stays_so_when_a_search_serves_it(intake):
    intake.store(Feed.MENTIONS, FeedPage(posts=(post(1),)))
    intake.store(Feed.SEARCH, FeedPage(posts=(post(1, mentions_us=False),)))

    assert intake.rows("SELECT summoned, feed FROM mention_account") == [(1, "mentions")]


def test_posts_by_our_own_accounts_never_become_mentions(intake):
    ours = post(1, author=Author(external_id="1001", handle="acme"), parent_external_id="9", root_external_id="9")

    intake.store(Feed.SEARCH, FeedPage(posts=(ours,)))

    assert intake.rows("SELECT count(*) FROM mention") == [(0,)]
    assert intake.rows("SELECT external_id, parent_external_id, origin FROM own_post") == [("1", "9", "outside")]


def test_an_older_version_served_late_is_not_taken_for_an_edit(intake):
    intake.store(Feed.MENTIONS, FeedPage(posts=(edited(103),)))
    intake.store(Feed.SEARCH, FeedPage(posts=(post(103),)))

    assert intake.rows("SELECT revision, text FROM mention_revision") == [(1, "corregido 103")]


@pytest.mark.parametrize(
    ("status", "external_id", "text", "origin"),
    [
        ("sent", "801", "otro texto", "ours"),  # the network's id is proof enough
        ("sending", None, "@ana Sí, lo vemos https://t.example/x", "ours"),
        ("unknown", None, "Sí, lo vemos https://t.example/x", "ours"),
        ("sending", None, "otro texto", "outside"),
        ("withheld", None, "Sí, lo vemos https://t.example/x", "outside"),
    ],
)
def test_our_own_replies_are_told_from_those_written_elsewhere(intake, status, external_id, text, origin):
    intake.store(Feed.MENTIONS, FeedPage(posts=(post(103),)))
    reply(intake, status=status, external_id=external_id, text="Sí, lo vemos https://acme.example/x")

    intake.store(Feed.OWN_POSTS, FeedPage(own=(own(801, 103, text),)))

    assert intake.rows("SELECT origin FROM own_post") == [(origin,)]
    assert len(intake.settled) == (origin == "outside")


def test_a_reply_whose_id_we_learn_later_is_ours_after_all(intake):
    intake.store(Feed.MENTIONS, FeedPage(posts=(post(103),)))
    reply(intake, status="sending", external_id=None, text="así")
    page = FeedPage(own=(own(801, 103, "la red lo cambió"),))
    intake.store(Feed.OWN_POSTS, page)
    intake.run("UPDATE reply SET status = 'sent', external_id = '801'")

    intake.store(Feed.OWN_POSTS, page)

    assert intake.rows("SELECT origin FROM own_post") == [("ours",)]
    assert intake.rows("SELECT settled_at, settled_by FROM mention_account") == [(None, None)]


def test_only_new_incoming_messages_are_due(intake):
    connected = intake.account.connected_at
    messages = (
        message(1),
        message(2, outgoing=True, other=None),
        message(3, sent_at=connected - timedelta(seconds=1)),
        message(4, other=None, other_external_id="8", conversation_id="8-1001"),
    )

    stored = intake.store(Feed.DIRECT_MESSAGES, FeedPage(messages=messages))

    assert stored.messages == 4
    assert intake.rows("SELECT external_id FROM direct_message WHERE answer_due_at IS NOT NULL ORDER BY 1") == [
        ("1",),
        ("4",),
    ]
    assert intake.rows("SELECT external_id, handle FROM identity ORDER BY 1") == [("7", "ana"), ("8", "")]


def test_a_page_larger_than_one_statement_is_stored(intake):
    stored = intake.store(Feed.MENTIONS, FeedPage(posts=tuple(post(number) for number in range(1000, 2700))))

    assert stored.new_mentions == 1700
    assert intake.rows("SELECT count(*) FROM mention_account") == [(1700,)]


def test_a_mention_by_nobody_above_has_no_json_null(intake):
    intake.store(Feed.MENTIONS, FeedPage(posts=(post(1), post(2, above=ParentPost(external_id="1", text="texto 1")))))

    assert intake.rows("SELECT above IS NULL FROM mention ORDER BY external_id") == [(1,), (0,)]


def reply(intake, *, status: str, external_id: str | None, text: str) -> None:
    intake.run(
        "INSERT INTO reply (account_id, mention_id, revision, slot, act, target_external_id, text, language,"
        " fingerprint, status, reason, origin, author, approvals_needed, approvals, created_at, sending_at, attempts,"
        " external_id) SELECT 1, id, 1, 'answer', 'public_reply', external_id, :text, 'es', :mark, :status, '',"
        " 'automatic', 'rule:x', 0, '[]', :now, :now, 1, :external_id FROM mention",
        text=text,
        mark=fingerprint(text),
        status=status,
        now="2026-05-04 12:00:00.000000",
        external_id=external_id,
    )
