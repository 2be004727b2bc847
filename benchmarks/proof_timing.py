"""Can anybody tell by time whether a customer is on file? Run by hand: see benchmarks/README.md.

Asks for codes over real HTTP, for known and unknown addresses in random order, and types a wrong code for each. The
figure is the area under the ROC curve of the answers' times: 0.5 means that they tell nothing. `--leak` adds a delay
for known addresses, to see that the measurement would find one.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import json
import random
import secrets
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from sklearn.metrics import roc_auc_score
from sqlalchemy import Engine, insert, select, update
from sqlmodel import col
from starlette.types import ASGIApp, Receive, Scope, Send

from people.crm_import import CustomerRecord, import_customers
from people.customers import Contact
from people.subject_encryption import SubjectEncryption
from records.database import open_engine, writing
from records.models import Brand
from records.schema import migrate, migrate_keys
from records.tables.cases import CareCaseRow
from records.tables.listener import MentionRow
from records.tables.people import CustomerKeyRow, IdentityRow
from records.tables.room import ProofCodeRow, RoomRow
from records.tables.service import AccountRow
from room.verification.ports import VerificationPorts
from room.web.app import make_app, server_of
from room.web.context import RoomContext

START = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
ASKED_A_ROOM = 10
RECORDS_KEY, CODE_KEY, ROOM_KEY = b"records key, benchmark", b"code key, benchmark", b"room key, benchmark"


@dataclass(frozen=True, kw_only=True)
class Door:
    """One browser's session."""

    cookie: str


@dataclass(frozen=True, kw_only=True)
class Try:
    known: bool
    seconds: float
    """As whoever asks sees it."""
    cpu_seconds: float
    """What this process worked meanwhile: it does not waver with what else runs on the machine."""
    digest: str
    """Of status, headers and body."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tries", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--codes", type=int, default=None, help="Wrong codes typed; left out: one for each try.")
    parser.add_argument("--leak", type=float, default=0.0, help="Microseconds to wait for known addresses.")
    asked = parser.parse_args()
    rng = random.Random(asked.seed)  # noqa: S311 - the order of tries is no secret
    rooms = max(1, asked.tries // ASKED_A_ROOM)
    with tempfile.TemporaryDirectory() as folder:
        engine, doors = _furnished(Path(folder), rooms=rooms, customers=asked.tries // 2)
        codes_wished = asked.tries if asked.codes is None else asked.codes
        asks, codes = _tried(engine, doors, asked.tries, rng, codes_wished=codes_wished, leak=asked.leak / 1e6)
        engine.dispose()
    told = {"tries": asked.tries, "leak_microseconds": asked.leak, "ask": _figures(asks), "wrong_code": _figures(codes)}
    print(json.dumps(told, indent=2))


def _figures(tries: Sequence[Try]) -> dict[str, object]:
    seen = {known: [one.seconds for one in tries if one.known is known] for known in (True, False)}
    worked = {known: [one.cpu_seconds for one in tries if one.known is known] for known in (True, False)}
    return {
        "auc": _auc(tries, [one.seconds for one in tries]),
        "auc_of_cpu_time": _auc(tries, [one.cpu_seconds for one in tries]),
        "median_microseconds": {"known": _median(seen[True]), "unknown": _median(seen[False])},
        "median_cpu_microseconds": {"known": _median(worked[True]), "unknown": _median(worked[False])},
        "different_answers": len({one.digest for one in tries}),
    }


def _auc(tries: Sequence[Try], times: Sequence[float]) -> float:
    return round(float(roc_auc_score([one.known for one in tries], times)), 4)


def _median(times: Sequence[float]) -> float:
    return round(statistics.median(times) * 1e6, 1)


def _tried(
    engine: Engine, doors: Sequence[Door], tries: int, rng: random.Random, *, codes_wished: int, leak: float
) -> tuple[list[Try], list[Try]]:
    asks: list[Try] = []
    codes: list[Try] = []
    known = [number < tries // 2 for number in range(tries)]
    rng.shuffle(known)
    addresses = {True: iter(range(tries)), False: iter(range(tries))}
    with _served(engine, leak=leak) as port:
        client = http.client.HTTPConnection("127.0.0.1", port)
        for start in range(0, tries, len(doors)):
            these = [(is_known, door) for is_known, door in zip(known[start : start + len(doors)], doors, strict=False)]
            for is_known, door in these:
                name = f"{'customer' if is_known else 'stranger'}{next(addresses[is_known]):06d}@example.com"
                asks.append(_post(client, "/room/proof", {"contact": name}, door, is_known))
            _letters_go_out(engine)
            # The server may have given up the idle connection meanwhile.
            client.close()
            rng.shuffle(these)
            codes += [
                _post(client, "/room/proof/code", {"code": "000000"}, door, is_known)
                for is_known, door in these[: codes_wished - len(codes)]
            ]
            print(f"{len(asks)} asked, AUC {_figures(asks)['auc']}", file=sys.stderr, flush=True)
        client.close()
    return asks, codes


def _post(
    client: http.client.HTTPConnection,
    path: str,
    form: dict[str, str],
    door: Door,
    known: bool,  # noqa: FBT001
) -> Try:
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": f"aparte_room={door.cookie}",
        "X-Source": f"10.{secrets.randbelow(256)}.{secrets.randbelow(256)}.{secrets.randbelow(256)}",
    }
    body = urlencode(form)
    began, worked = time.perf_counter(), time.process_time()
    client.request("POST", path, body, headers)
    answer = client.getresponse()
    content = answer.read()
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - worked
    shown = sorted((name, value) for name, value in answer.getheaders() if name.lower() != "date")
    digest = hashlib.sha256(f"{answer.status} {shown}".encode() + content).hexdigest()
    return Try(known=known, seconds=seconds, cpu_seconds=cpu_seconds, digest=digest)


def _letters_go_out(engine: Engine) -> None:
    """What the step that sends letters writes down: whose record each code was asked for, or nobody's."""
    customer = select(col(CustomerKeyRow.customer_id)).where(
        col(CustomerKeyRow.digest) == col(ProofCodeRow.record_digest)
    )
    with writing(engine) as session:
        session.connection().execute(update(ProofCodeRow).values(customer_id=customer.scalar_subquery()))


@contextmanager
def _served(engine: Engine, *, leak: float) -> Iterator[int]:
    app = make_app(
        RoomContext(
            engine=engine,
            room_key=ROOM_KEY,
            sealer=_NoSealer(),
            clock=lambda: START,
            brand_of=lambda _account_id: Brand(name="banco-marca"),
            secure_cookies=False,
            source_header="x-source",
            proof=VerificationPorts(records_key=RECORDS_KEY, code_key=CODE_KEY),
        )
    )
    server = server_of(_Leaking(app, leak) if leak else app, host="127.0.0.1", port=0)  # type: ignore[arg-type]
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join()


class _Leaking:
    """Waits a little where the body names a customer."""

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def watched() -> object:
            message = await receive()
            if b"customer" in message.get("body", b""):
                until = time.perf_counter() + self._seconds
                while time.perf_counter() < until:
                    pass
            return message

        await self._app(scope, watched, send)  # type: ignore[arg-type]


def _furnished(folder: Path, *, rooms: int, customers: int) -> tuple[Engine, list[Door]]:
    engine, keys_engine = open_engine(f"sqlite:///{folder / 'aparte.db'}"), open_engine(f"sqlite:///{folder / 'k.db'}")
    migrate(engine)
    migrate_keys(keys_engine)
    with writing(engine) as session:
        for row in _around_a_case():
            session.add(row)
            session.flush()
        made = [(secrets.token_urlsafe(16), secrets.token_urlsafe(32)) for _ in range(rooms)]
        session.execute(insert(RoomRow), [_room(public_id, token) for public_id, token in made])
    records = [
        CustomerRecord(reference=f"C-{number}", contact=Contact(email=f"customer{number:06d}@example.com"))
        for number in range(customers)
    ]
    import_customers(engine, SubjectEncryption(keys_engine, b"m" * 32), records, records_key=RECORDS_KEY, now=START)
    keys_engine.dispose()
    return engine, [Door(cookie=f"{public_id}.{token}") for public_id, token in made]


def _room(public_id: str, token: str) -> dict[str, object]:
    return {
        "public_id": public_id,
        "case_id": 1,
        "account_id": 1,
        "mention_id": 1,
        "identity_id": 1,
        "language": "es",
        "status": "open",
        "generation": 1,
        "entry": "link",
        "prepared_at": START,
        "expires_at": START + timedelta(days=7),
        "session_hash": hashlib.sha256(token.encode()).hexdigest(),
    }


def _around_a_case() -> list[object]:
    return [
        AccountRow(
            name="marca-x",
            network="x",
            brand="banco-marca",
            market="ES",
            languages=["es"],
            external_id="1",
            handle="marca",
            connected_at=START,
        ),
        IdentityRow(
            network="x",
            external_id="5001",
            subject="subject",
            handle="h",
            display_name="",
            biography="",
            reach=0,
            declared_bot=False,
            first_heard_at=START,
            last_heard_at=START,
        ),
        MentionRow(
            network="x",
            external_id="9001",
            kind="post",
            identity_id=1,
            root_external_id="9001",
            above=None,
            media_urls=[],
            revision=1,
            published_at=START,
            heard_at=START,
        ),
        CareCaseRow(
            reference="AP-1",
            identity_id=1,
            brand="banco-marca",
            status="open",
            queue="care",
            priority="normal",
            opened_at=START,
        ),
    ]


class _NoSealer:
    """Nothing personal is logged by a proof."""

    def seal(self, subject: str, fields: object) -> str:  # noqa: ARG002 - as a encryption is called
        raise AssertionError(subject)

    def seal_many(self, items: object) -> list[str]:
        raise AssertionError(items)


if __name__ == "__main__":
    main()
