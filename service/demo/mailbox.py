"""The demo's mail server: whatever is handed to it becomes a file that can be read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"


@contextmanager
def mailbox(folder: Path, port: int) -> Iterator[None]:
    """Take mail by SMTP at `port`, each message as a numbered `.eml` in `folder`, until the block ends."""
    folder.mkdir(exist_ok=True)
    door = Controller(_Mailbox(folder), hostname=HOST, port=port)
    door.start()
    try:
        yield
    finally:
        door.stop()


class _Mailbox:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        (self._folder / f"{next(self._numbers):04}.eml").write_bytes(content)
        return "250 2.0.0 Kept"
