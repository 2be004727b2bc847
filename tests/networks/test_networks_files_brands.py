"""Posts of a file that name a brand by a handle that the reader was given."""

from __future__ import annotations

from pathlib import Path

import pytest

from networks.files.posts import read_posts


@pytest.mark.parametrize("handle", ["LaMarca", "@lamarca", " @LAMARCA "])
def test_a_post_that_names_a_given_handle_counts_as_summoned(tmp_path: Path, handle: str) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_text('{"id": "1", "text": "@lamarca hola"}\n{"id": "2", "text": "hola, lamarca"}\n', encoding="utf-8")
    assert mentions_us(file, handle) == [True, False]


def test_an_empty_handle_names_nobody(tmp_path: Path) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_text('{"id": "1", "text": "@ hola"}\n', encoding="utf-8")
    assert mentions_us(file, "", "@") == [False]


def mentions_us(file: Path, *handles: str) -> list[bool]:
    rows = read_posts(file, network="x", brand_external_id="brand", brand_handles=handles)
    return [row.post.mentions_us for row in rows if row.post is not None]
