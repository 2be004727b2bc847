"""`aparte policy check`: what it prints, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.command_line import RunAparte

RULEBOOK = """\
languages: [es]
rules:
  - name: first
    state: live
    when: crisis
    then: {action: hold}
    because: A test asks for it.
    examples:
      - {text: Hola, lang: es, facts: {crisis: true}}
      - {text: Buenas, lang: es}
"""
SECOND = """\
  - name: second
    state: live
    when: crisis && signal.fraud
    then: {action: hold}
    because: A test asks for it.
"""
NOT_RUN = "The example was not run: it says nothing about its facts."


def test_a_rulebook_without_problems_may_be_used_and_its_warnings_are_listed(tmp_path: Path, aparte: RunAparte) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(RULEBOOK, encoding="utf-8")
    ended = aparte("policy", "check", file)

    assert (ended.code, ended.err) == (0, "")
    assert ended.out == (
        f"{file} may be used, with 1 warning:\n"
        f"  line 10, rule first: {NOT_RUN} Write `facts: {{...}}` with what differs from the defaults.\n"
    )


def test_nothing_to_say_is_said_in_one_line(tmp_path: Path, aparte: RunAparte) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(RULEBOOK.replace("      - {text: Buenas, lang: es}\n", ""), encoding="utf-8")
    ended = aparte("policy", "check", file)

    assert (ended.code, ended.out, ended.err) == (0, f"{file} may be used\n", "")


def test_a_rule_that_never_decides_ends_the_check_with_1(tmp_path: Path, aparte: RunAparte) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(RULEBOOK + SECOND, encoding="utf-8")
    ended = aparte("policy", "check", file)

    assert (ended.code, ended.out) == (1, "")
    assert "cannot be used yet (1 problem):\n  line 13, rule second: The rule can never decide" in ended.err


def test_problems_and_warnings_are_one_object_as_json(tmp_path: Path, aparte: RunAparte) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(RULEBOOK + SECOND, encoding="utf-8")
    ended = aparte("policy", "check", file, "--json")
    told = json.loads(ended.out)

    assert ended.code == 1
    assert [(each["line"], each["rule"]) for each in told["problems"]] == [(13, "second")]
    assert [(each["line"], each["rule"], each["message"]) for each in told["warnings"]] == [
        (10, "first", NOT_RUN),
        (11, "second", "The rule has no examples."),
    ]
