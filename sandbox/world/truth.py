"""The truth: which posts are visible and what was done through the APIs; served, and kept in a file."""

from __future__ import annotations

import json
from pathlib import Path
from threading import Event, Thread
from time import monotonic

import orjson

from sandbox.world.acts import Acts, PublishedPost
from sandbox.world.models import DirectMessage
from sandbox.world.world import World

Json = dict[str, object]
WRITE_EVERY = 1.0
BUSY_SHARE = 20
"""The pause before the next write, as a multiple of how long the last one took."""


def truth(world: World, acts: Acts) -> Json:
    """The truth so far; ids are as the networks' APIs write them, texts are as they were sent."""
    with world.lock:
        world.now()
        return {
            "posts": _posts(world, {said.post.history[0] for said in acts.published}),
            "replies": [_reply(said) for said in acts.published],
            "messages": [_message(whispered.message, whispered.text) for whispered in acts.messages],
            "hides": [
                {"id": hid.post.wire_id, "hidden": hid.hidden, "network": hid.post.network} for hid in acts.hides
            ],
            "deletes": [{"id": post.wire_id, "network": post.network} for post in acts.deleted],
        }


def _posts(world: World, by_api: set[int]) -> list[Json]:
    return [
        {
            "id": post.wire_id,
            "source_id": post.source_id,
            "network": post.network,
            "deleted": post.deleted,
            "edited": post.edited or len(post.history) > 1,
            "late": post.late,
        }
        for post in world.posts.values()
        if not post.replaced and post.history[0] not in by_api
    ]


def _reply(said: PublishedPost) -> Json:
    return {
        "id": said.post.wire_id,
        "in_reply_to": said.in_reply_to,
        "text": said.text,
        "network": said.post.network,
    }


def _message(message: DirectMessage, text: str) -> Json:
    return {
        "id": message.wire_id,
        "to": str(message.person.id),
        "text": text,
        "network": message.network,
        "comment": message.comment.wire_id if message.comment is not None else None,
    }


class TruthBook:
    """The truth as JSON, serialised again only where something changed."""

    def __init__(self, world: World, acts: Acts) -> None:
        self._world = world
        self._acts = acts
        self._told = -1
        self._body = b""

    def read(self) -> bytes:
        """The truth as JSON."""
        with self._world.lock:
            self._world.now()
            if self._told != self._world.changes:
                self._body = as_json(truth(self._world, self._acts))
                self._told = self._world.changes
            return self._body


def as_json(document: object) -> bytes:
    """JSON in UTF-8; lone surrogates, which UTF-8 cannot hold, as escapes."""
    try:
        return orjson.dumps(document)
    except orjson.JSONEncodeError:
        return json.dumps(document, separators=(",", ":")).encode("ascii")


class TruthFile:
    """Keeps a file of the truth: replaced as a whole, at most every second, when something changed."""

    def __init__(self, path: Path, world: World, acts: Acts) -> None:
        self._path = path
        self._world = world
        self._acts = acts
        self._written = -1
        self._stop = Event()
        self._thread = Thread(target=self._keep, name="sandbox-truth", daemon=True)

    def start(self) -> None:
        """Write once and begin to keep the file."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self.write()
        self._thread.start()

    def stop(self) -> None:
        """Stop keeping the file; its last state is written."""
        self._stop.set()
        self._thread.join()
        self.write()

    def write(self) -> None:
        """Write the file where something changed since the last writing."""
        with self._world.lock:
            self._world.now()
            changes = self._world.changes
        if changes == self._written:
            return
        beside = self._path.with_name(self._path.name + ".part")
        beside.write_bytes(as_json(truth(self._world, self._acts)))
        beside.replace(self._path)
        self._written = changes

    def _keep(self) -> None:
        pause = WRITE_EVERY
        while not self._stop.wait(pause):
            begun = monotonic()
            self.write()
            pause = max(WRITE_EVERY, BUSY_SHARE * (monotonic() - begun))
