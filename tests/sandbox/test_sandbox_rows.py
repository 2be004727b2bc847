"""Reading files of posts, whole and broken."""

from __future__ import annotations

import csv
import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.options import SandboxError
from sandbox.seeds.file_world import placed_rows
from sandbox.seeds.posts_file import NAMED_LINES, Row, read_rows

TEXTS = ["plain", "nul \x00 inside", "=HYPERLINK(1)", "\u202erlo", '"quoted", with comma\nand line']


def test_broken_lines_of_a_jsonl_file_are_skipped_and_named(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    lines = [
        b'{"id": 1, "text": "a"}',
        b"{broken",
        b'["list"]',
        b'{"id": 2}',
        b'{"text": "no id"}',
        b"",
        b'{"id": 1, "text": "again"}',
        b'{"id": 3, "text": "\xff\xfe"}',
        b'{"id": 4, "text": "b", "created_at": "soon"}',
        b'{"id": 5, "text": "last", "inbound": "False", "in_reply_to": 1.0}',
    ]
    path.write_bytes(b"\n".join(lines))
    read = read_rows(path)
    assert [row.id for row in read.rows] == ["1", "5"]
    assert (read.rows[1].inbound, read.rows[1].in_reply_to) == (False, "1")
    assert [(line.line, line.why.split(";")[0]) for line in read.skipped_lines] == [
        (2, "not JSON"),
        (3, "not a JSON object"),
        (4, "no text"),
        (5, "no id"),
        (7, "its id was seen before in line 1"),
        (8, "not UTF-8"),
        (9, "its created_at is neither ISO 8601 nor X's form"),
    ]


def test_only_the_first_twenty_skipped_lines_are_named(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_text("x\n" * 50 + '{"id": 1, "text": "a"}\n')
    read = read_rows(path)
    assert (read.skipped, len(read.skipped_lines)) == (50, NAMED_LINES)


def test_a_csv_with_hostile_cells_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    texts = [*TEXTS, "x" * 10_000_000]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "text"])
        writer.writerows(enumerate(texts))
    assert [row.text for row in read_rows(path).rows] == texts


def test_broken_lines_of_a_csv_file_are_skipped_and_named(tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    path.write_bytes(b'id,text\n1,a\n2\n3,b,c\n4,caf\xe9\n5,"two\nlines"\n6,\n7,"unclosed')
    read = read_rows(path)
    assert [(row.id, row.text) for row in read.rows] == [("1", "a"), ("5", "two\nlines")]
    assert [line.line for line in read.skipped_lines] == [3, 4, 5, 8, 9]


def test_lone_surrogates_of_a_jsonl_file_survive(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_text('{"id": 1, "text": "a \\ud800 b"}\n')
    assert read_rows(path).rows[0].text == "a \ud800 b"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("posts.txt", "x", "neither"),
        ("missing.jsonl", None, "no posts file"),
        ("posts.jsonl", "", "at least an id and a text"),
        ("posts.jsonl", "{}\n", "line 1: no text"),
        ("posts.csv", "", "name its columns"),
        ("posts.csv", "a,b\n1,2\n", "name its columns"),
        ("posts.csv", "id,text\n", "at least an id and a text"),
    ],
)
def test_an_unusable_file_is_refused_with_what_to_do(
    tmp_path: Path, name: str, content: str | None, words: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_text(content)
    with pytest.raises(SandboxError, match=words):
        read_rows(path)


def test_a_limit_takes_the_first_usable_rows(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_text("x\n" + "".join(json.dumps({"id": number, "text": "a"}) + "\n" for number in range(9)))
    assert [row.id for row in read_rows(path, limit=3).rows] == ["0", "1", "2"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(content=st.binary(max_size=200), suffix=st.sampled_from([".jsonl", ".csv"]), headed=st.booleans())
def test_no_file_content_does_worse_than_a_refusal(tmp_path: Path, content: bytes, suffix: str, headed: bool) -> None:  # noqa: FBT001
    path = tmp_path / f"posts{suffix}"
    path.write_bytes((b"id,text\n" if headed else b"") + content)
    try:
        read = read_rows(path)
    except SandboxError:
        return
    assert len({row.id for row in read.rows}) == len(read.rows) > 0


ROWS = st.lists(
    st.tuples(st.integers(0, 12) | st.none(), st.integers(0, 100) | st.none()), min_size=1, max_size=13
).map(
    lambda pairs: tuple(
        Row(id=str(number), text="a", in_reply_to=str(parent) if parent is not None else None, at=at)
        for number, (parent, at) in enumerate(pairs)
    )
)


@given(rows=ROWS)
def test_threads_have_no_circles_and_nobody_answers_before_being_spoken_to(rows: tuple[Row, ...]) -> None:
    placed = placed_rows(rows)
    assert [place.row for place in placed] == list(rows)
    for number, place in enumerate(placed):
        seen, above = {number}, place.parent
        while above is not None:
            assert above not in seen
            seen.add(above)
            above = placed[above].parent
        if place.parent is not None:
            assert placed[place.parent].row.id == place.row.in_reply_to
            assert (placed[place.parent].at, placed[place.parent].depth) < (place.at, place.depth + 1)


def test_a_row_dated_before_what_it_answers_comes_just_after_it() -> None:
    rows = (Row(id="1", text="a", at=50.0, in_reply_to="2"), Row(id="2", text="b", at=90.0))
    assert [place.at for place in placed_rows(rows)] == [91.0, 90.0]


def test_rows_without_a_date_are_thirty_seconds_apart() -> None:
    rows = tuple(Row(id=str(number), text="a") for number in range(3))
    dates = [place.at for place in placed_rows(rows)]
    assert [later - earlier for earlier, later in pairwise(dates)] == [30.0, 30.0]


def test_a_chain_of_a_hundred_thousand_answers_is_placed() -> None:
    rows = tuple(Row(id=str(number), text="a", at=5.0, in_reply_to=str(number + 1)) for number in range(100_000))
    placed = placed_rows(rows)
    assert placed[0].depth == 99_999
