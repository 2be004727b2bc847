"""HTTP below the client libraries: the host called, secrets kept out of errors, what a missing answer means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote, quote_plus, unquote, urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter

from networks.errors import Garbled, NetworkError, Uncertain, Unreachable

MASK = "[secret]"
LONGEST = 300


def scrub(text: str, secrets: Iterable[str]) -> str:
    """One printable line of at most 300 characters in which no secret stands, plain or URL-encoded."""
    for form in sorted(_forms(secrets), key=len, reverse=True):
        text = text.replace(form, MASK)
    line = "".join(letter if letter.isprintable() else " " for letter in text[: 4 * LONGEST])
    line = " ".join(line.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def _forms(secrets: Iterable[str]) -> set[str]:
    kept = [secret for secret in secrets if secret]
    return {form for secret in kept for form in (secret, unquote(secret), quote(secret, safe=""), quote_plus(secret))}


class RebasedAdapter(HTTPAdapter):
    """Sends every request to `base_url`, whatever host it names, with a timeout and past any proxy.

    Libraries sign the original address; only what is dialled changes.
    """

    def __init__(self, base_url: str, *, timeout_seconds: float) -> None:
        super().__init__(max_retries=0)
        base = urlsplit(base_url)
        if base.scheme not in {"http", "https"} or not base.netloc:
            raise ValueError(f"base_url must be like https://api.twitter.com; got {base_url!r}.")
        self._base = base
        self._timeout_seconds = timeout_seconds

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: FBT001, FBT002
        timeout: Any = None,
        verify: bool | str = True,  # noqa: FBT001, FBT002
        cert: Any = None,
        proxies: Any = None,  # noqa: ARG002 - a proxy of the environment would see the tokens
    ) -> requests.Response:
        request.url = self._rebase(str(request.url))
        request.headers.pop("Host", None)
        waiting = self._timeout_seconds if timeout is None else timeout
        return super().send(request, stream=stream, timeout=waiting, verify=verify, cert=cert, proxies={})

    def _rebase(self, url: str) -> str:
        parts = urlsplit(url)
        path = self._base.path.rstrip("/") + parts.path
        return urlunsplit((self._base.scheme, self._base.netloc, path, parts.query, ""))


def rebase(session: requests.Session, base_url: str, *, timeout_seconds: float) -> None:
    """Send everything that `session` asks to `base_url`, reading nothing from the environment.

    Raises ValueError where `base_url` is not an http or https address.
    """
    adapter = RebasedAdapter(base_url, timeout_seconds=timeout_seconds)
    session.trust_env = False
    session.mount("https://", adapter)
    session.mount("http://", adapter)


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
