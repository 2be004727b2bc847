"""Failures that a person can do something about: one sentence, and an exit code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

FAILED = 1
BAD_USAGE = 2


class Failure(Exception):  # noqa: N818 - it is what the command reports, not a mistake in the program
    """Ends a command with a sentence on stderr."""

    def __init__(self, message: str, *, exit_code: int = FAILED) -> None:
        super().__init__(message)
        self.exit_code = exit_code


@contextmanager
def reported() -> Iterator[None]:
    """Turn what stations raise for bad input into a Failure. Anything else passes as it is."""
    try:
        yield
    except Failure:
        raise
    except Exception as error:
        failure = _failure_of(error)
        if failure is None:
            raise
        raise failure from error


def _failure_of(error: Exception) -> Failure | None:
    # Here and not above: what may fail is most of the service, and a command that fails in nothing needs little of it.
    import requests  # noqa: PLC0415
    from sqlalchemy.exc import DatabaseError  # noqa: PLC0415

    usage, failures = _expected()
    if isinstance(error, usage):
        return Failure(str(error), exit_code=BAD_USAGE)
    if isinstance(error, failures):
        return Failure(str(error))
    if isinstance(error, DatabaseError):
        why = str(error.orig).strip().partition("\n")[0]
        return Failure(f"The database cannot be used ({why}): put a backup in its place, or mend its server.")
    if isinstance(error, requests.RequestException):
        return Failure(
            f"The practice network or its clock does not answer ({type(error).__name__}): start it, "
            "or take [service] clock out of the settings."
        )
    return None


def _expected() -> tuple[tuple[type[Exception], ...], tuple[type[Exception], ...]]:
    """Errors whose message is a sentence for a person: bad usage, and failures."""
    from networks.errors import NetworkError  # noqa: PLC0415
    from networks.files.lines import FileUnreadableError  # noqa: PLC0415
    from policies.rulebook.problems import RulebookError  # noqa: PLC0415
    from records.database import DatabaseUnusableError  # noqa: PLC0415
    from records.refusals import RefusalError  # noqa: PLC0415
    from sandbox.options import SandboxError  # noqa: PLC0415
    from service.demo.benchmark import BenchError  # noqa: PLC0415
    from service.demo.home import DemoHomeError  # noqa: PLC0415
    from service.desk.agents import AgentRefusedError  # noqa: PLC0415
    from service.operations.child_processes import ChildProcessFailedError  # noqa: PLC0415
    from service.wiring.settings import SettingsError  # noqa: PLC0415

    return (
        (SettingsError, RulebookError, DemoHomeError, AgentRefusedError, SandboxError, FileUnreadableError),
        (RefusalError, BenchError, DatabaseUnusableError, ChildProcessFailedError, NetworkError),
    )
