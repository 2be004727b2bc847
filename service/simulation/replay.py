"""Replays a file of real posts through the whole pipeline in shadow mode: nothing is asked, nothing is sent."""

from __future__ import annotations

import base64
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from sqlalchemy import func, select
from sqlmodel import Session, col

from listener.ingest.intake import store_page
from listener.ingest.ports import IngestPorts
from networks.credentials import XCredentials
from networks.files.posts import FileRow, read_posts
from networks.protocol import FeedPage
from records.database import reading, writing
from records.enums import Feed
from records.models import Actor
from records.tables.service import DecisionRow
from service.steps.assess import assess
from service.steps.decide import decide
from service.wiring.app import App, open_app
from service.wiring.settings import MASTER_KEY, Settings, account_secret_name, settings_from
from service.wiring.settings_document import AccountSettings, BrandSettings, Document, ServiceSettings

ACTOR = Actor(tag="step:replay")
ACCOUNT = "replayed"
NOWHERE = "http://127.0.0.1:1"
"""The account's address, where nothing listens: an attempt to send fails at once."""
PAGE = 200
BEFORE_ALL_POSTS = datetime(2000, 1, 1, tzinfo=UTC)
_FILES = ("replay.db", "replay.db-wal", "replay.db-shm", "replay-keys.db", "replay-keys.db-wal", "replay-keys.db-shm")


@dataclass(kw_only=True)
class ReplayClock:
    """A clock that shows one minute after the newest post replayed so far."""

    at: datetime = BEFORE_ALL_POSTS
    rate: float = 0.0

    def now(self) -> datetime:
        return self.at


@dataclass(kw_only=True)
class ReplayResult:
    """The result of a replay."""

    rows: int = 0
    heard: int = 0
    skipped: dict[int, str] = field(default_factory=dict)
    """Line numbers, and why each was left out."""
    decided: dict[str, int] = field(default_factory=dict)
    rules: dict[str, int] = field(default_factory=dict)


def replay(
    file: Path,
    *,
    home: Path,
    rulebook: Path | None,
    classifier: str,
    on_rows: Callable[[int], None],
    brand_handles: Sequence[str] = (),
    look: Callable[[App], None] | None = None,
) -> ReplayResult:
    """Judge and decide every post of `file`; the result stays in `home/replay.db` for reading.

    `look` is given the app at the end, with all its decisions. A post that names one of `brand_handles` counts as
    addressed to the brand, as one that answers it does.
    Raises FileUnreadableError where the file cannot be read, SettingsError for a wrong rulebook.
    """
    home.mkdir(parents=True, exist_ok=True)
    for name in _FILES:
        (home / name).unlink(missing_ok=True)
    clock = ReplayClock()
    app = open_app(_settings(home, rulebook, classifier), clock=clock)
    try:
        result = ReplayResult()
        rows = read_posts(file, network="x", brand_external_id="brand", brand_handles=brand_handles)
        for batch in _batches(rows, PAGE):
            _play(app, clock, batch, result)
            on_rows(len(batch))
        with reading(app.engine) as session:
            result.decided = _count(session, DecisionRow.action)
            result.rules = _count(session, DecisionRow.rule)
        if look is not None:
            look(app)
    finally:
        app.close()
    return result


def _play(app: App, clock: ReplayClock, batch: Sequence[FileRow], result: ReplayResult) -> None:
    posts = tuple(row.post for row in batch if row.post is not None)
    own = tuple(row.own for row in batch if row.own is not None)
    moments = [post.published_at for post in posts] + [post.published_at for post in own]
    clock.at = max([clock.at, *(moment + timedelta(minutes=1) for moment in moments)])
    result.skipped.update({row.line: row.skipped for row in batch if row.skipped})
    result.rows += len(posts) + len(own)
    result.heard += _store(app, FeedPage(posts=posts), Feed.MENTIONS)
    while assess(app, now=clock.at):
        pass
    while decide(app, now=clock.at):
        pass
    _store(app, FeedPage(own=own), Feed.OWN_POSTS)


def _store(app: App, page: FeedPage, feed: Feed) -> int:
    account = next(iter(app.accounts.values()))
    with writing(app.engine) as session:
        stored = store_page(
            session,
            account=account,
            feed=feed,
            page=page,
            ports=IngestPorts(),
            actor=ACTOR,
            now=app.clock.now(),
        )
    return stored.new_mentions


def _settings(home: Path, rulebook: Path | None, classifier: str) -> Settings:
    document = Document(
        service=ServiceSettings.model_validate(
            {
                "database": "sqlite:///replay.db",
                "keys_database": "sqlite:///replay-keys.db",
                "mode": "shadow",
                "classifier": classifier,
            }
        ),
        brands=[BrandSettings(name=ACCOUNT, rulebook=str(rulebook.resolve()) if rulebook else None)],
        accounts=[AccountSettings(brand=ACCOUNT, name=ACCOUNT, network="x", external_id="brand", base_url=NOWHERE)],
    )
    unused = {account_secret_name(ACCOUNT, kind): "unused" for kind in XCredentials.__dataclass_fields__}
    master_key = base64.b64encode(secrets.token_bytes(32)).decode()
    return settings_from(document, folder=home.resolve(), secrets={MASTER_KEY: master_key, **unused}, path=home)


def _batches(rows: Iterable[FileRow], size: int) -> Iterator[list[FileRow]]:
    iterator = iter(rows)
    while batch := list(islice(iterator, size)):
        yield batch


def _count(session: Session, counted: object) -> dict[str, int]:
    query = (
        select(counted, func.count()).where(col(DecisionRow.superseded_at).is_(None)).group_by(counted)  # type: ignore[call-overload]
    )
    return dict(Counter({row[0]: row[1] for row in session.execute(query)}).most_common())
