"""Says what a call without an answer means: certainly not accepted, or perhaps."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

import requests

from networks.errors import Garbled, NetworkError, Uncertain, Unreachable
from networks.scrubbing import scrub

_BEFORE_ARRIVAL = frozenset(
    {"NewConnectionError", "NameResolutionError", "ConnectTimeoutError", "SSLCertVerificationError"}
)


def unanswered(
    error: requests.RequestException, *, network: str, endpoint: str, writes: bool, secrets: Sequence[str]
) -> NetworkError:
    """The named error of a call that no answer came to. `network` is its name for people."""
    if writes and not _never_arrived(error):
        why = scrub(type(error).__name__, secrets)
        return Uncertain(f"{network} gave no answer to {endpoint} ({why}): it may have been accepted.")
    host = scrub(urlsplit(error.request.url or "").netloc if error.request is not None else "", secrets)
    return Unreachable(f"{network} could not be reached at {host or 'its address'}: {_cause(error)}.")


def unreadable(*, network: str, endpoint: str, writes: bool) -> NetworkError:
    """The named error of a call whose answer cannot be understood."""
    if writes:
        return Uncertain(f"{network}'s answer to {endpoint} cannot be read: it may have been accepted.")
    return Garbled(f"{network}'s answer to {endpoint} cannot be read; it will be asked again.")


def _cause(error: requests.RequestException) -> str:
    names = {type(cause).__name__ for cause in _causes(error)}
    if "NameResolutionError" in names:
        return "its name is not known (DNS); check base_url and the name server"
    if isinstance(error, requests.exceptions.SSLError):
        return "it has no certificate that we trust (TLS); check base_url and the clock of this machine"
    if isinstance(error, requests.exceptions.Timeout):
        return "it did not answer in time; it will be asked again"
    if "NewConnectionError" in names:
        return "nothing answers there; check base_url and the connection"
    return f"the connection broke ({type(error).__name__}); it will be asked again"


def _never_arrived(error: requests.RequestException) -> bool:
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return True
    if {type(cause).__name__ for cause in _causes(error)} & _BEFORE_ARRIVAL:
        return True
    return isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.InvalidHeader)


def _causes(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        cause = waiting.pop()
        if isinstance(cause, BaseException) and cause not in found:
            found.append(cause)
            waiting += [cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args]
    return found
