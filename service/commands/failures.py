"""Failures that a person can do something about: one sentence, and an exit code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import requests
from sqlalchemy.exc import DatabaseError

from networks.errors import NetworkError
from networks.files.lines import FileUnreadableError
from policies.rulebook.problems import RulebookError
from records.database import DatabaseUnusableError
from sandbox.options import SandboxError
from service.demo.benchmark import BenchError
from service.demo.home import DemoHomeError
from service.desk.agents import AgentRefusedError
from service.operations.child_processes import ChildProcessFailedError
from service.wiring.settings import SettingsError

FAILED = 1
BAD_USAGE = 2

_USAGE = (SettingsError, RulebookError, DemoHomeError, AgentRefusedError, SandboxError, FileUnreadableError)
_FAILURES = (BenchError, DatabaseUnusableError, ChildProcessFailedError, NetworkError)


class Failure(Exception):  # noqa: N818 - it is what the command reports, not a mistake in the program
    """Ends a command with a sentence on stderr."""

    def __init__(self, message: str, *, exit_code: int = FAILED) -> None:
        super().__init__(message)
        self.exit_code = exit_code


@contextmanager
def reported() -> Iterator[None]:
    """Turn what stations raise for bad input into a Failure."""
    try:
        yield
    except _USAGE as error:
        raise Failure(str(error), exit_code=BAD_USAGE) from error
    except _FAILURES as error:
        raise Failure(str(error)) from error
    except DatabaseError as error:
        why = str(error.orig).strip().partition("\n")[0]
        raise Failure(f"The database cannot be used ({why}): put a backup in its place, or mend its server.") from error
    except requests.RequestException as error:
        raise Failure(
            f"The practice network or its clock does not answer ({type(error).__name__}): start it, "
            "or take [service] clock out of the settings."
        ) from error
