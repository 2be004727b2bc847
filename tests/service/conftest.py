"""The command line called in this process, as a shell would."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
import structlog

from service.cli import main
from tests.support.command_line import CommandResult, RunAparte


@pytest.fixture
def aparte(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[RunAparte]:
    """Run `aparte` with arguments: its exit code, stdout and stderr."""

    def run(*arguments: object) -> CommandResult:
        monkeypatch.setattr(sys, "argv", ["aparte", *map(str, arguments)])
        capsys.readouterr()
        code: object = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code
        out, err = capsys.readouterr()
        return CommandResult(code=int(str(code or 0)), out=out, err=err)

    yield run
    structlog.reset_defaults()
