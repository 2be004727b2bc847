"""The line to X on which one account speaks: its client, and the secrets that no error may tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import requests

from networks.x.calls import Answer, call
from networks.x.client import XClient

Asking = Callable[[], requests.Response]


@dataclass(frozen=True, kw_only=True)
class XLine:
    """Carries out calls; all failures are NetworkError."""

    client: XClient
    secrets: tuple[str, ...] = field(repr=False)

    def get(self, path: str, ask: Asking) -> Answer:
        """Carry out a call that only reads."""
        return call(ask, endpoint=f"GET {path}", writes=False, secrets=self.secrets)

    def write(self, endpoint: str, ask: Asking) -> Answer:
        """Carry out a call that changes something: where it has no answer it is Uncertain."""
        return call(ask, endpoint=endpoint, writes=True, secrets=self.secrets)
