"""Databases with an account and a few mentions, delivery ports that a test sets, and a clock that it moves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, select
from sqlmodel import Session, col

from networks.protocol import Network
from people.subject_encryption import SubjectEncryption
from policies.guard.inspection import GuardFinding
from records.database import reading, writing
from records.enums import ANSWER_SLOT, PRIVATE_ACTS, Act, CaseStatus, Mode, Priority, Queue
from records.models import Actor, Permissions
from records.tables.cases import CareCaseRow
from records.tables.ledger import LedgerEntryRow
from records.tables.listener import MentionAccountRow, MentionRevisionRow, MentionRow
from records.tables.people import IdentityRow
from records.tables.replies import ReplyRow
from records.tables.service import AccountRow
from replies.dispatch import DispatchCounts, dispatch_due
from replies.draft import AUTOMATIC, Draft
from replies.limits import Caps, MonthBudget
from replies.outbox import write_drafts
from replies.ports import NullDeliveryPorts
from replies.reconcile import ReconcileCounts, reconcile_due

START = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
DELIVER = Actor(tag="step:deliver")
RECONCILE = Actor(tag="step:reconcile")
DECIDE = Actor(tag="step:decide")
ANA = Actor(tag="agent:1")
ROOM_LINK = "https://sala.marca.example/r/abcdefghijklmnop/ZYXWVUTSRQPONMLKJIHGFEDCBA"
MENTIONS = 12
PERSONS = 4


@dataclass
class ManualClock:
    time: datetime = START

    def __call__(self) -> datetime:
        return self.time

    def advance(self, span: timedelta) -> None:
        self.time += span


@dataclass
class OutboxSetup:
    engine: Engine
    encryption: SubjectEncryption
    clock: ManualClock = field(default_factory=ManualClock)
    network: Network | None = None
    guard: Callable[[str, ReplyRow], tuple[GuardFinding, ...]] = lambda _text, _reply: ()
    caps: Caps = field(default_factory=Caps)
    mode: Mode = Mode.LIVE
    secrets: Mapping[str, str] = field(default_factory=lambda: {"room_link": ROOM_LINK})
    told: list[int] = field(default_factory=list)
    permissions: Permissions | None = None
    month: MonthBudget | None = None
    refusals: list[str] = field(default_factory=list)

    def ports(self) -> OutboxPorts:
        return OutboxPorts(sealer=self.encryption, clock=self.clock, caps=self.caps, outbox=self)

    def draft(self, draft: Draft) -> int | None:
        with writing(self.engine) as session:
            return write_drafts(session, [draft], actor=DECIDE, now=self.clock(), sealer=self.encryption)[0]

    def deliver(self, *, claimant: str = "test", most: int = 50) -> DispatchCounts:
        return dispatch_due(
            self.engine, ports=self.ports(), claimant=claimant, actor=DELIVER, now=self.clock(), most=most
        )

    def reconcile(self, *, claimant: str = "test", most: int = 50) -> ReconcileCounts:
        return reconcile_due(
            self.engine, ports=self.ports(), claimant=claimant, actor=RECONCILE, now=self.clock(), most=most
        )

    def reply(self, reply_id: int | None) -> ReplyRow:
        with reading(self.engine) as session:
            row = session.get(ReplyRow, reply_id)
            assert row is not None
            session.expunge(row)
        return row

    def replies(self) -> list[ReplyRow]:
        with reading(self.engine) as session:
            rows = list(session.execute(select(ReplyRow).order_by(col(ReplyRow.id))).scalars())
            session.expunge_all()
        return rows

    def logged(self) -> list[tuple[str, str]]:
        """Tag and body of every entry."""
        with reading(self.engine) as session:
            query = select(col(LedgerEntryRow.kind), col(LedgerEntryRow.body)).order_by(col(LedgerEntryRow.index))
            return [(kind, body) for kind, body in session.execute(query)]

    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.logged()]


@dataclass(kw_only=True)
class OutboxPorts(NullDeliveryPorts):
    """Delivery ports that answer as the test has set."""

    outbox: OutboxSetup

    def network_of(self, _account_id: int) -> Network | None:
        return self.outbox.network

    def mode_of(self, _account_id: int) -> Mode:
        return self.outbox.mode

    def secrets_of(self, reply: ReplyRow) -> Mapping[str, str]:
        return self.outbox.secrets if reply.act in PRIVATE_ACTS else {}

    def guard(self, text: str, reply: ReplyRow) -> tuple[GuardFinding, ...]:
        return self.outbox.guard(text, reply)

    def permissions_of(self, _session: Session, _reply: ReplyRow, _now: datetime) -> Permissions | None:
        return self.outbox.permissions

    def month_of(self, _session: Session, _account_id: int, _now: datetime) -> MonthBudget | None:
        return self.outbox.month

    def on_sent(self, _session: Session, reply: ReplyRow) -> None:
        self.outbox.told.append(reply.id or 0)

    def on_refused(self, _account_id: int, reason: str, _now: datetime) -> None:
        self.outbox.refusals.append(reason)


def answer(mention_id: int = 1, *, text: str | None = None, **changed: object) -> Draft:
    """An automatic public answer that needs no approval, but for what is `changed`."""
    values: dict[str, object] = {
        "account_id": 1,
        "mention_id": mention_id,
        "revision": 1,
        "slot": ANSWER_SLOT,
        "act": Act.PUBLIC_REPLY,
        "target_external_id": external_id(mention_id),
        "text": text if text is not None else f"Gracias por escribirnos ({mention_id}).",
        "language": "es",
        "origin": AUTOMATIC,
        "author": "rule:thanks",
    }
    return Draft(**{**values, **changed})  # type: ignore[arg-type]


def private(mention_id: int = 1, **changed: object) -> Draft:
    """An automatic private message with the room's link."""
    return answer(
        mention_id,
        text="Seguimos aquí en privado: {room_link}",
        **{
            "slot": "private",
            "act": Act.PRIVATE_MESSAGE,
            "target_external_id": person_id(mention_id),
            **changed,
        },
    )


def private_reply(mention_id: int = 1, **changed: object) -> Draft:
    """An automatic private reply to the comment, with the room's link."""
    return private(mention_id, **{"act": Act.PRIVATE_REPLY, "target_external_id": external_id(mention_id), **changed})


def external_id(mention_id: int) -> str:
    return str(9000 + mention_id)


def person_id(mention_id: int) -> str:
    return str(5000 + (mention_id - 1) % PERSONS + 1)


def outbox_rows() -> list[object]:
    return [
        AccountRow(
            name="marca-x",
            network="x",
            brand="marca",
            market="ES",
            languages=["es", "en"],
            external_id="1001",
            handle="marca",
            connected_at=START - timedelta(days=1),
        ),
        *(_identity(number) for number in range(1, PERSONS + 1)),
        *(row for number in range(1, MENTIONS + 1) for row in _mention(number)),
        CareCaseRow(
            reference="AP-7F3K2Q",
            identity_id=1,
            brand="marca",
            status=CaseStatus.OPEN.value,
            queue=Queue.CARE.value,
            priority=Priority.NORMAL.value,
            opened_at=START,
        ),
    ]


def _identity(number: int) -> IdentityRow:
    return IdentityRow(
        network="x",
        external_id=str(5000 + number),
        subject=f"subject-{number}",
        handle=f"persona_{number}",
        display_name="",
        biography="",
        reach=10,
        declared_bot=False,
        first_heard_at=START,
        last_heard_at=START,
    )


def _mention(number: int) -> list[object]:
    published_at = START - timedelta(minutes=5)
    return [
        MentionRow(
            network="x",
            external_id=external_id(number),
            kind="post",
            identity_id=(number - 1) % PERSONS + 1,
            root_external_id=external_id(number),
            above=None,
            media_urls=[],
            revision=1,
            published_at=published_at,
            heard_at=published_at,
        ),
        MentionRevisionRow(
            mention_id=number,
            revision=1,
            external_id=external_id(number),
            text="@marca hola",
            text_digest="",
            language_hint="es",
            heard_at=published_at,
        ),
        MentionAccountRow(mention_id=number, account_id=1, feed="mentions", summoned=True),
    ]
