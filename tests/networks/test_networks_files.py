"""Posts read from files, whatever is in them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from networks.files.lines import FileUnreadableError
from networks.files.posts import read_posts


def read(path: Path):
    return list(read_posts(path, network="x", brand_external_id="1001"))


@pytest.fixture
def threads(tmp_path):
    path = tmp_path / "threads.jsonl"
    rows = [
        {
            "id": "1",
            "text": "@Acme no funciona",
            "author": "ana",
            "brand": "Acme",
            "created_at": "2026-05-01T10:00:00Z",
        },
        {"id": "2", "text": "lo vemos", "author": "Acme", "inbound": False, "in_reply_to": "1", "created_at": None},
        {"id": "3", "text": "gracias", "author": "ana", "in_reply_to": "2"},
        {"id": 4, "text": "hace sol", "created_at": "Tue Oct 31 21:46:51 +0000 2017", "lang": "es"},
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def test_a_thread_keeps_its_shape(threads):
    rows = read(threads)

    assert [row.post.text if row.post else row.own.text for row in rows] == [
        "@Acme no funciona",
        "lo vemos",
        "gracias",
        "hace sol",
    ]
    assert rows[1].own.parent_external_id == "1"
    assert (rows[2].post.root_external_id, rows[2].post.above.text) == ("1", "lo vemos")


def test_who_names_the_brand_or_answers_it_has_summoned_it(threads):
    assert [row.post.mentions_us for row in read(threads) if row.post] == [True, True, False]


def test_dates_are_read_in_both_forms_and_filled_where_missing(threads):
    rows = read(threads)

    assert rows[1].own.published_at == datetime(2026, 5, 1, 10, 0, 30, tzinfo=UTC)
    assert rows[3].post.published_at == datetime(2017, 10, 31, 21, 46, 51, tzinfo=UTC)


def test_broken_lines_are_named_and_stop_nothing(tmp_path):
    path = tmp_path / "broken.jsonl"
    path.write_bytes(
        b'\xef\xbb\xbf{"id": "1", "text": "hola"}\n{"id": "2", "te\n[1]\n\n{"id": "3"}\n{"text": "x"}\n'
        b'{"id": "4", "text": "y", "created_at": "ayer"}\n\xff\xfe\n{"id": "5", "text": "\\ud800 \\u0000"}'
    )

    rows = read(path)

    assert [(row.line, row.skipped) for row in rows if row.skipped] == [
        (2, "it is not JSON"),
        (3, "it is not a JSON object"),
        (5, "it has no text"),
        (6, "it has no id"),
        (7, "its created_at is no date that we know"),
        (8, "it is not JSON"),
    ]
    assert [row.post.text for row in rows if row.post] == ["hola", "\ud800 \x00"]


def test_a_spreadsheet_with_long_and_odd_cells_is_read(tmp_path):
    path = tmp_path / "posts.csv"
    long = "ñ" * 10_000_000
    path.write_text(
        f'\ufeffid,text,brand,inbound\r\n1,"dos\r\nlíneas, ""así""",Acme,\r\n2,{long},,true\r\n3,nuestro,Acme,False\r\n'
        "4,de,más,no,sobra\r\n5,menos\r\n",
        encoding="utf-8",
        newline="",
    )

    rows = read(path)

    assert rows[0].post.text == 'dos\r\nlíneas, "así"'
    assert len(rows[1].post.text) == 10_000_000
    assert rows[2].own.text == "nuestro"
    assert rows[3].skipped == "it has more fields than the heading"
    assert rows[4].post.text == "menos"


@pytest.mark.parametrize(
    ("name", "content", "hint"),
    [
        ("nothing.jsonl", None, "check that the file is there"),
        ("posts.xlsx", b"", "must end in .jsonl or .csv"),
        ("posts.csv", b"a,b\n1,2\n", "columns id and text"),
        ("empty.csv", b"", "columns id and text"),
    ],
)
def test_an_unreadable_file_says_what_to_do(tmp_path, name, content, hint):
    if content is not None:
        (tmp_path / name).write_bytes(content)

    with pytest.raises(FileUnreadableError, match=hint):
        read(tmp_path / name)


@settings(max_examples=60, deadline=None)
@given(content=st.binary(max_size=400), ending=st.sampled_from([".jsonl", ".csv"]))
def test_no_bytes_break_the_reader(content, ending):
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"any{ending}"
        path.write_bytes(content if ending == ".jsonl" else b"id,text\n" + content)

        for row in read(path):
            assert bool(row.skipped) is (row.post is None and row.own is None)
