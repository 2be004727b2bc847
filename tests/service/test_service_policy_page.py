"""The page for policy authors does what it says: its commands are run in an empty folder, in order."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command_line import RunAparte

PAGE = Path(__file__).resolve().parents[2] / "docs" / "for-policy-authors.md"
_BLOCK = re.compile(r"```sh( fails)?\n(.*?)```", re.DOTALL)
_POLLED_EVERY = 1.1


def test_the_commands_of_the_page_lead_from_an_empty_file_to_a_promoted_rule(
    tmp_path: Path, aparte: RunAparte, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for fails, script in _BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        codes = []
        for part in parts(script):
            if not part.startswith("aparte "):
                # The page dates posts to the second; one of the second in which the account was connected is history.
                time.sleep(1 - time.time() % 1 if "$(date" in part else 0)
                subprocess.run(["bash", "-euc", part], check=True, timeout=60)
                continue
            time.sleep(_POLLED_EVERY if part == "aparte once" else 0)
            ended = aparte(*shlex.split(part)[1:])
            codes.append(ended.code)
            assert fails or not ended.code, part + ended.out + ended.err
        assert not fails or any(codes), script
    status = json.loads(aparte("policy", "pilot", "status", "--json").out)
    assert (status["ended_because"], status["compared"], status["agreed"]) == ("promoted", 2, 2)
    assert status["rules"]["no-rule"]["left_to_people"] == 1
    same = json.loads(aparte("policy", "diff", "live", "rules.yaml", "--json").out)
    assert (same["posts"], same["changed"]) == (7, 0)


def parts(script: str) -> Iterator[str]:
    """Each `aparte` command of a block by itself, and what stands between them."""
    between: list[str] = []
    for line in script.splitlines():
        if not line.startswith("aparte "):
            between.append(line)
            continue
        if between:
            yield "\n".join(between)
        between = []
        yield line
    if between:
        yield "\n".join(between)
