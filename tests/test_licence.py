"""The licence is the Apache licence, and the notice names every data set that the shipped weights were trained on."""

from __future__ import annotations

import re
import tomllib

from tests.support.sources import ROOT


def test_the_licence_is_declared_and_complete() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert (project["license"], project["license-files"]) == ("Apache-2.0", ["LICENSE", "NOTICE"])
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Version 2.0, January 2004" in licence
    assert "END OF TERMS AND CONDITIONS" in licence


def test_the_notice_names_what_the_weights_were_trained_on() -> None:
    card = (ROOT / "docs" / "model-card.md").read_text(encoding="utf-8")
    trained_on = set(re.findall(r"\b\w+_train\b", card))
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    assert len(trained_on) >= 12
    assert trained_on == set(re.findall(r"\b\w+_train\b", notice))
