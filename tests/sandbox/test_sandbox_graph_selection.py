"""Field expansion is read as Meta writes it, and refused where it cannot be read."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.graph.edges import written
from sandbox.graph.refusals import GraphRefusalError
from sandbox.graph.selection import SelectedField, selection

WORDS = st.from_regex(r"[a-z_]{1,12}", fullmatch=True)
ARGUMENTS = st.lists(st.tuples(WORDS, st.from_regex(r"[\w\-=:]{0,20}", fullmatch=True)), max_size=3).map(tuple)
FIELDS = st.recursive(
    st.builds(lambda name, arguments: SelectedField(name=name, arguments=arguments), WORDS, ARGUMENTS),
    lambda inner: st.builds(
        lambda name, arguments, fields: SelectedField(name=name, arguments=arguments, fields=tuple(fields)),
        WORDS,
        ARGUMENTS,
        st.lists(inner, max_size=3),
    ),
    max_leaves=5,
)


def test_an_edge_keeps_its_arguments_and_the_fields_asked_of_it() -> None:
    asked = "id,comments.filter(stream).order(reverse_chronological).limit(50){id,from{id,name}}"
    identifier, comments = selection(asked)
    assert (identifier.name, identifier.fields) == ("id", ())
    assert comments.arguments_by_name == {"filter": "stream", "order": "reverse_chronological", "limit": "50"}
    assert [field.name for field in comments.fields] == ["id", "from"]
    assert [field.name for field in comments.fields[1].fields] == ["id", "name"]


@settings(max_examples=40)
@given(st.lists(FIELDS, min_size=1, max_size=3).map(tuple))
def test_what_is_written_is_read_back(fields: tuple[SelectedField, ...]) -> None:
    assert selection(",".join(map(written, fields))) == fields


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(GraphRefusalError):
        assert all(field.name for field in selection(text))


@pytest.mark.parametrize("asked", ["id,", "comments{id", "comments.limit{id}", "a..b(1)", "}", "x" * 20_000, "a{" * 50])
def test_a_broken_selection_is_a_syntax_error(asked: str) -> None:
    with pytest.raises(GraphRefusalError, match="Syntax error"):
        selection(asked)
