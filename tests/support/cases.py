"""Rows for tests of cases: a brand, an account, agents, people and mentions; and short calls that join them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from cases.joining import join_many
from cases.state import InboundContact, Side
from people.identities import upsert_authors
from records.database import reading, writing
from records.enums import Priority, Queue, Role
from records.models import Actor, Author
from records.tables.cases import CareCaseRow, CaseThreadRow
from records.tables.listener import MentionRow
from records.tables.service import AccountRow, AgentRow

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
STEP = Actor(tag="step:decide")
ANA = Actor(tag="agent:1", roles=frozenset({Role.AGENT}))
LUIS = Actor(tag="agent:2", roles=frozenset({Role.AGENT}))
CHIEF = Actor(tag="agent:3", roles=frozenset({Role.SUPERVISOR}))
BRAND = "acme"


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def add_people(engine: Engine, people: int = 3) -> list[int]:
    """Make an account, three agents and so many identities; returns the identities' ids."""
    with writing(engine) as session:
        session.add(
            AccountRow(
                id=1,
                name="acme-x",
                network="x",
                brand=BRAND,
                market="ES",
                languages=["es"],
                external_id="1001",
                handle="acme",
                connected_at=NOW,
            )
        )
        for number in (1, 2, 3):
            session.add(_agent(number))
        authors = [Author(external_id=f"{number:04}", handle=f"p{number}") for number in range(people)]
        return list(upsert_authors(session, network="x", authors=authors, actor=STEP, now=NOW).values())


def mention(engine: Engine, identity_id: int, *, published_at: datetime, root: str = "root") -> int:
    with writing(engine) as session:
        row = MentionRow(
            network="x",
            external_id=f"{root}-{identity_id}-{published_at.isoformat()}",
            kind="post",
            identity_id=identity_id,
            root_external_id=root,
            media_urls=[],
            revision=1,
            published_at=published_at,
            heard_at=NOW,
        )
        session.add(row)
        session.flush()
        assert row.id is not None
        return row.id


def joining(
    identity_id: int,
    *,
    side: Side = Side.PUBLIC,
    root: str = "root",
    mention_id: int | None = None,
    queue: Queue = Queue.CARE,
    priority: Priority = Priority.NORMAL,
    reach: int = 100,
    p_negative: float = 0.5,
    minutes_ago: float = 10,
    waits: bool = True,
    brand: str = BRAND,
) -> InboundContact:
    return InboundContact(
        identity_id=identity_id,
        brand=brand,
        account_id=1,
        side=side,
        root_external_id=root,
        mention_id=mention_id,
        queue=queue,
        priority=priority,
        reach=reach,
        p_negative=p_negative,
        published_at=ago(minutes_ago),
        waits=waits,
    )


def join(engine: Engine, *joins: InboundContact, now: datetime = NOW) -> list[int]:
    """Join them all at once; the case ids in the order of `joins`."""
    with writing(engine) as session:
        cases = join_many(session, joins, actor=STEP, now=now)
    return [cases[one.identity_id, one.brand] for one in joins]


def case_row(engine: Engine, case_id: int) -> CareCaseRow:
    with Session(engine) as session:
        row = session.get(CareCaseRow, case_id)
        assert row is not None
        session.expunge(row)
        return row


def sides(engine: Engine, case_id: int) -> list[tuple[str, str, int | None]]:
    with reading(engine) as session:
        rows = session.exec(
            select(CaseThreadRow).where(col(CaseThreadRow.case_id) == case_id).order_by(col(CaseThreadRow.id))
        )
        return [(row.leg, row.root_external_id, row.mention_id) for row in rows]


def _agent(number: int) -> AgentRow:
    return AgentRow(
        id=number,
        email=f"agent{number}@acme.example",
        name=f"Agent {number}",
        password_hash="-",
        roles=["agent"],
        languages=["es"],
        added_at=NOW,
        sign_ins_from=NOW,
    )
