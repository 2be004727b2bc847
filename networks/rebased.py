"""A requests transport that speaks to another host than the client library believes, and never waits for ever."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter


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
