"""The command line called in this process, as a shell would."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
import structlog

from service.cli import main


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str


Aparte = Callable[..., Ended]


@pytest.fixture
def aparte(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Aparte]:
    """Run `aparte` with arguments: its exit code, stdout and stderr."""

    def run(*arguments: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["aparte", *map(str, arguments)])
        capsys.readouterr()
        code: object = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code
        out, err = capsys.readouterr()
        return Ended(code=int(str(code or 0)), out=out, err=err)

    yield run
    structlog.reset_defaults()
