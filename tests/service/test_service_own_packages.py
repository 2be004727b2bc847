"""The packages under Aparte's names are found to be Aparte's, and another's `records` is named."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from service.operations import own_packages
from service.operations.own_packages import PACKAGES, ForeignPackageError, check_own_packages
from tests.support import sources
from tests.support.sources import ROOT


def test_here_all_are_ours() -> None:
    assert PACKAGES == sources.PACKAGES
    check_own_packages()


def test_a_package_that_is_found_first_elsewhere_is_named_by_doctor_without_importing_it(tmp_path: Path) -> None:
    (tmp_path / "records.py").write_text("raise SystemExit('imported')", encoding="utf-8")
    code = "import sys; sys.path.insert(0, sys.argv.pop()); from service.cli import main; main()"
    ended = subprocess.run(
        [sys.executable, "-c", code, "doctor", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert f"records ({tmp_path.resolve() / 'records.py'})" in ended.stderr
    assert "environment of its own" in ended.stderr


def test_another_distribution_with_a_package_of_the_same_name_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_packages, "packages_distributions", lambda: {"records": ["aparte", "records"]})
    with pytest.raises(ForeignPackageError, match=r"records \(records\)\. Install Aparte"):
        check_own_packages()
