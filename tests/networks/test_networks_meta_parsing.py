"""Answers of any shape become posts and messages, or one named error; places survive as text."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from networks.errors import Garbled, NetworkError
from networks.meta.facebook.objects import read_comment, read_post
from networks.meta.graph.messages import Mailbox, messages_of
from networks.meta.graph.pagination import Branch, NestedCursor, cursor_of, next_token, token_after_branch
from networks.meta.graph.responses import refusal, usage_of
from networks.meta.graph.values import ThreadRoot, edge_of
from networks.meta.instagram.objects import OwnAccount, read_media
from networks.meta.instagram.objects import read_comment as read_instagram_comment
from networks.meta.instagram.objects import root_of as instagram_root_of
from networks.values import revision_of
from records.models import ParentPost
from tests.support.meta_practice import ENDS_AT

KEYS = ["id", "message", "text", "caption", "created_time", "timestamp", "from", "to", "parent", "parent_id", "media"]
KEYS += ["username", "name", "attachment", "image", "src", "full_picture", "data", "paging", "cursors", "after", "next"]
WORDS = st.sampled_from(["1", "12_34", "2026-05-04T12:00:00+0000", "https://example.org/?after=x", "2002"]) | st.text()
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=8,
)
OBJECT = st.dictionaries(st.sampled_from(KEYS), ANY, max_size=6)
TEXT = st.text(alphabet=st.characters(), max_size=50)
US = OwnAccount(external_id="3003", handle="acme")
ROOT = ThreadRoot(above=ParentPost(external_id="2002_1"))
MAILBOX = Mailbox(network="facebook", platform="messenger", page_id="2002", account_external_id="2002")


@settings(max_examples=60, deadline=None)
@given(OBJECT)
def test_any_object_is_read_or_garbled(told):
    for read in (
        lambda: read_post(told, page_id="2002"),
        lambda: read_comment(told, root=ROOT, page_id="2002"),
        lambda: read_media(told, us=US),
        lambda: read_instagram_comment(told, root=instagram_root_of(told, us=US), us=US),
        lambda: messages_of([told], MAILBOX),
        lambda: edge_of(told),
    ):
        with suppress(Garbled):
            read()


@settings(max_examples=60, deadline=None)
@given(TEXT, TEXT)
def test_a_revision_changes_with_the_text_alone(one, other):
    assert revision_of("1", one) == revision_of("1", one)
    assert (revision_of("1", one) == revision_of("1", other)) is (one == other)
    assert len(revision_of("1", one)) == len("1#") + 12


PLACES = st.builds(
    NestedCursor,
    source=st.integers(min_value=0, max_value=4),
    after=st.none() | st.text(alphabet=st.characters(codec="utf-8"), max_size=20),
    branches=st.lists(
        st.builds(
            Branch,
            external_id=st.text(alphabet=st.characters(codec="utf-8"), max_size=10),
            edge=st.sampled_from(["comments", "replies", "messages"]),
            after=st.text(alphabet=st.characters(codec="utf-8"), max_size=10),
        ),
        max_size=4,
    ).map(tuple),
)


@settings(max_examples=60, deadline=None)
@given(PLACES)
def test_a_place_survives_as_text(place):
    assert cursor_of(place.token) == place


@settings(max_examples=60, deadline=None)
@given(TEXT)
def test_any_token_is_a_place(token):
    assert isinstance(cursor_of(token), NestedCursor)


@settings(max_examples=60, deadline=None)
@given(
    pages=st.lists(st.integers(min_value=0, max_value=3), min_size=1, max_size=4),
    depths=st.lists(st.integers(min_value=1, max_value=4), min_size=12, max_size=12),
)
def test_a_walk_reads_every_page_of_every_list_and_branch_once(pages, depths):
    """A world of lists with so many pages, each page with a branch of so many further pages."""
    seen: list[tuple[str, int]] = []
    token: str | None = NestedCursor().token
    while token is not None:
        place = cursor_of(token)
        if place.branches:
            first = place.branches[0]
            number = int(first.after)
            seen.append((first.external_id, number))
            more = number < depths[int(first.external_id) % 12]
            token = token_after_branch(place, after=str(number + 1) if more else None, goes_on=True, sources=len(pages))
            continue
        number = int(place.after or 0)
        seen.append((f"list {place.source}", number))
        more = number < pages[place.source]
        branch = Branch(external_id=str(place.source * 4 + number), edge="comments", after="1")
        token = next_token(
            place,
            after=str(number + 1) if more else None,
            goes_on=True,
            sources=len(pages),
            branches=(branch,),
        )

    expected = [(f"list {source}", number) for source, last in enumerate(pages) for number in range(last + 1)]
    expected += [
        (str(source * 4 + number), depth)
        for source, last in enumerate(pages)
        for number in range(last + 1)
        for depth in range(1, depths[(source * 4 + number) % 12] + 1)
    ]
    assert sorted(seen) == sorted(expected)


class Response:
    """As much of an answer as a refusal reads."""

    def __init__(self, status_code: int) -> None:
        self.status_code = status_code
        self.headers: dict[str, str] = {}


@settings(max_examples=60, deadline=None)
@given(body=OBJECT, error=ANY, status=st.sampled_from([200, 400, 401, 403, 404, 429, 500]), writes=st.booleans())
def test_any_refusal_is_a_named_error_of_one_line(body, error, status, writes):
    found = refusal(
        Response(status),  # type: ignore[arg-type]
        {**body, "error": error},
        network="Facebook",
        endpoint="GET /:id",
        writes=writes,
        secrets=("secret",),
        clock=lambda: ENDS_AT,
    )

    assert isinstance(found, NetworkError)
    assert str(found).endswith(".")
    assert "\n" not in str(found)


@settings(max_examples=60, deadline=None)
@given(TEXT, TEXT)
def test_any_usage_header_is_read_or_left(app, business):
    usage_of({"x-app-usage": app, "x-business-use-case-usage": business})
