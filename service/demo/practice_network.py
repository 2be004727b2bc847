"""The practice network, asked over HTTP like any other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import requests


@dataclass(frozen=True, kw_only=True)
class Moment:
    """The state of the practice network's time."""

    finished: bool
    posts_left: int
    reactions_left: int


class PracticeNetworkClient:
    """A practice network at one address."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self._session = requests.Session()
        self._session.trust_env = False

    def accounts(self) -> str:
        """What it offers at `/_accounts`, as JSON."""
        return self._get("/_accounts").text

    def customers(self) -> str:
        """What its brands have on file at `/_customers`, as JSON."""
        return self._get("/_customers").text

    def start(self) -> None:
        """Start its time, where it waits."""
        self._post_clock({"start": True})

    def step(self) -> Moment:
        """Move its time on to whatever happens next; people react before it answers."""
        return self._advance({"advance": "step"})

    def wait(self, seconds: int) -> Moment:
        """Move its time on by so many seconds."""
        return self._advance({"advance_seconds": seconds})

    def truth(self) -> bytes:
        """What really happened there, as JSON."""
        return self._get("/_truth").content

    def counts(self) -> dict[str, int]:
        """Its own count of rows, posts served and rooms visited."""
        answer = self._get("/_summary").json()
        return {name: value for name, value in answer.items() if isinstance(value, int)}

    def skipped_lines(self) -> list[tuple[int, str]]:
        """The lines of its posts file that could not be read, and why."""
        return [(line["line"], line["why"]) for line in self._get("/_summary").json().get("skipped_lines", [])]

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def _get(self, path: str) -> requests.Response:
        answer = self._session.get(self.base_url + path, timeout=60)
        answer.raise_for_status()
        return answer

    def _advance(self, how: dict[str, object]) -> Moment:
        state = self._post_clock(how)
        return Moment(
            finished=state["finished"], posts_left=state["posts_left"], reactions_left=state["reactions_left"]
        )

    def _post_clock(self, how: dict[str, object]) -> dict[str, Any]:
        answer = self._session.post(self.base_url + "/_clock", json=how, timeout=300)
        answer.raise_for_status()
        return dict(answer.json())
