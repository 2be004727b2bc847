"""Texts as X serves and measures them, ids, pages and queries."""

from __future__ import annotations

from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.seeds.brands import MARCA
from sandbox.world.feeds import PageRequest, PostFeed
from sandbox.world.ids import ActIds, scattered, snowflake
from sandbox.world.models import Person, Post
from sandbox.world.texts import mentioned_handles, weighted_length, wire_text
from sandbox.x_api.query import QueryError, compiled

PIECES = st.lists(
    st.sampled_from(
        ["https://example.org/a?b=1&c", " ", "&amp;", "<b>", "@marca", "ñ", "\ud800", "\x00", "http://[x", "."]
    ),
    max_size=12,
).map("".join)


@given(text=PIECES | st.text(max_size=60))
def test_unescaping_and_expanding_a_served_text_gives_the_text_back(text: str) -> None:
    wire = wire_text(text)
    for link in reversed(wire.links):
        assert wire.text[link.start : link.end] == link.short
    pieces, done = [], 0
    for link in wire.links:
        pieces += [unescape_three(wire.text[done : link.start]), link.expanded]
        done = link.end
    assert "".join([*pieces, unescape_three(wire.text[done:])]) == text


def unescape_three(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def test_escaping_is_what_html_unescaping_undoes() -> None:
    assert unescape(wire_text("a & <b>").text) == "a & <b>"


@pytest.mark.parametrize(
    ("text", "handles"),
    [
        ("@Marca and @BBVA_Mex.", ["Marca", "BBVA_Mex"]),
        ("mail me@marca.example", []),
        ("https://medium.com/@marca/x", []),
        ("(@marca)", ["marca"]),
        ("@@marca", []),
    ],
)
def test_handles_are_found_as_x_finds_them(text: str, handles: list[str]) -> None:
    assert mentioned_handles(text) == handles


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("", 0),
        ("hola", 4),
        ("¿Qué?", 5),
        ("e\u0301", 1),
        ("日本", 4),
        ("😀", 2),
        ("👨\u200d👩\u200d👧", 2),
        ("❤\ufe0f", 2),
        ("👍🏽", 2),
        ("🇪🇸", 2),
        ("see https://example.org/" + "x" * 300, 27),
        ("“quoted”…", 10),
    ],
)
def test_texts_weigh_what_x_says(text: str, weight: int) -> None:
    assert weighted_length(text) == weight


@given(data=st.data(), ids=st.lists(st.integers(1, 10_000), unique=True, max_size=80), size=st.integers(1, 10))
def test_pages_join_to_what_is_wanted_newest_first(data: st.DataObject, ids: list[int], size: int) -> None:
    feed = PostFeed()
    for identifier in ids:
        feed.add(identifier)
    since = data.draw(st.integers(0, 10_000) | st.none())
    until = data.draw(st.integers(0, 10_000) | st.none())
    seen: list[int] = []
    token = None
    while True:
        request = PageRequest(size=size, since_id=since, until_id=until, token=token)
        page = feed.page(request, lambda identifier: identifier % 3 > 0)
        seen += page.ids
        token = page.next_token
        if token is None:
            break
    inside = [number for number in ids if number > (since or 0) and (until is None or number < until)]
    assert seen == sorted((number for number in inside if number % 3 > 0), reverse=True)


def post(text: str, *, author: str = "nina", **more: object) -> Post:
    return Post(id=1, conversation_id=7, author=Person(id=9, handle=author, name=author), text=text, at=0.0, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "text", "matches"),
    [
        ("late", "Very LATE again", True),
        ("late", "plates", False),
        ("avion", "El avión", True),
        ('"very late"', "very late", True),
        ('"very late"', "very, late", False),
        ("a b", "b and a", True),
        ("a b OR c", "c", True),
        ("a (b OR c)", "a", False),
        ("a -(b OR c)", "a d", True),
        ("a -b", "a b", False),
        ("from:NINA", "x", True),
        ("-from:nina", "x", False),
        ("conversation_id:7", "x", True),
        ("@marca", "hi @Marca!", True),
        ("#tag", "a #TAG", True),
        ("is:reply", "x", False),
        ("-is:retweet", "RT @nina: x", True),
    ],
)
def test_queries_match_as_x_matches(query: str, text: str, matches: bool) -> None:  # noqa: FBT001
    assert compiled(query, (MARCA,))(post(text)) is matches


@given(query=st.text(alphabet='ab"() -:@OR', max_size=30))
def test_a_query_is_compiled_or_refused(query: str) -> None:
    try:
        matcher = compiled(query, (MARCA,))
    except QueryError:
        return
    assert matcher(post("a")) in {True, False}


def test_ids_are_sorted_only_to_a_second_and_never_met_by_acts() -> None:
    early, late = scattered(100.9, "a"), scattered(101.0, "b")
    assert 0 < late - early < 2000
    acts = ActIds()
    issued = [acts.issue(1_700_000_000.0, f"reply:{number % 7}") for number in range(700)]
    assert len(set(issued)) == 700
    assert all(number & (1 << 21) for number in issued)
    same = [number for turn, number in enumerate(issued) if turn % 7 == 3]
    assert same == sorted(same)
    assert snowflake(1_700_000_000_000, 5) & (1 << 21) == 0
