"""`aparte replay`: a file of posts is decided in shadow mode."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.command_line import RunAparte


def test_posts_that_name_a_given_brand_are_decided_as_summoned(aparte: RunAparte, tmp_path: Path) -> None:
    file = tmp_path / "posts.jsonl"
    posts = [
        {"id": str(number), "text": f"@lamarca gracias, la atención ha sido estupenda {number}", "author": f"p{number}"}
        for number in range(3)
    ]
    file.write_text("".join(json.dumps(post) + "\n" for post in posts), encoding="utf-8")
    replay = ("replay", file, "--classifier", "fast", "--json")
    unnamed = json.loads(aparte(*replay, "--home", tmp_path / "unnamed").out)
    named = json.loads(aparte(*replay, "--home", tmp_path / "named", "--brand", "otra", "--brand", "@LaMarca").out)
    assert unnamed["heard"] == named["heard"] == 3
    assert unnamed["decided"] != named["decided"]
    assert "reply_publicly" in named["decided"]
