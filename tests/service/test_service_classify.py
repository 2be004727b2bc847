"""`aparte classify`: lines in, the same lines out with what was found."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.command_line import RunAparte


def test_each_line_comes_back_with_its_assessment(aparte: RunAparte, tmp_path: Path) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_text('{"id": 7, "text": "me habéis cobrado dos veces, qué vergüenza"}\n', encoding="utf-8")
    ended = aparte("classify", file, "--classifier", "fast")
    assert ended.code == 0
    found = json.loads(ended.out)
    assert (found["id"], found["text"]) == (7, "me habéis cobrado dos veces, qué vergüenza")
    assert set(found["assessment"]["p_sentiment"]) == {"negative", "neutral", "positive"}
    assert set(found["assessment"]["p_relation"]) == {"customer", "prospect", "bystander"}
    assert found["assessment"]["sentiment"] in found["assessment"]["p_sentiment"]


def test_a_personal_datum_is_told_by_its_place_and_not_by_its_value(aparte: RunAparte, tmp_path: Path) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_text('{"text": "mi DNI es 12345678Z"}\n', encoding="utf-8")
    (datum,) = json.loads(aparte("classify", file, "--classifier", "fast").out)["assessment"]["personal_data"]
    assert (datum["kind"], datum["start"], datum["end"]) == ("national_id", 10, 19)
    assert "value" not in datum


def test_hostile_lines_are_judged_or_counted_and_stop_nothing(aparte: RunAparte, tmp_path: Path) -> None:
    good = [r'{"text": "a \ud800 lone surrogate"}', r'{"text": "nul \u0000 and \u202e"}', '{"text": "x", "n": 1e400}']
    good.append('{"text": "big", "n": 123456789012345678901234567890}')
    bad = ["[" * 100_000, '{"text": 5}', "not json", "\N{REPLACEMENT CHARACTER}"]
    file = tmp_path / "posts.jsonl"
    file.write_text("\n".join([*good, *bad]) + "\n", encoding="utf-8")
    ended = aparte("classify", file, "--classifier", "fast")
    assert ended.code == 1
    assert f"{len(bad)} lines" in ended.err
    texts = [json.loads(line)["text"] for line in ended.out.splitlines()]
    assert texts == [json.loads(line)["text"] for line in good]
