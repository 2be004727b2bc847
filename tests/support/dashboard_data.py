"""Rows for tests of the dashboard: mentions with their verdicts, drafts, agents, and a clock that stands still."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from cases.joining import join_many
from cases.state import InboundContact, Side
from dashboard.auth.sessions import AuthState, new_session, write_token
from people.identities import upsert_authors
from records.database import writing
from records.enums import Act, Priority, Queue, Role
from records.models import Actor, Author
from records.tables.listener import MentionAccountRow, MentionRevisionRow, MentionRow
from records.tables.service import AssessmentRow, DecisionRow
from replies.draft import Draft
from replies.outbox import write_drafts
from service.desk.agents import Agent, add_agent
from service.wiring.app import App

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
STEP = Actor(tag="step:decide")
PASSWORD = "correct-horse-battery"
SETTINGS = """
[service]
mode = "live"
classifier = "fast"
[[brands]]
name = "acme"
[[accounts]]
brand = "acme"
name = "acme-x"
network = "x"
external_id = "1001"
handle = "acme"
base_url = "http://127.0.0.1:9"
"""
KINDS = ("BEARER_TOKEN", "API_KEY", "API_SECRET", "ACCESS_TOKEN", "ACCESS_TOKEN_SECRET")


class FixedClock:
    rate = 0.0

    def __init__(self) -> None:
        self.moment = NOW

    def now(self) -> datetime:
        return self.moment


@dataclass(frozen=True, kw_only=True)
class SeededMention:
    mention_id: int
    case_id: int
    identity_id: int


class Seeder:
    """The public square: people write, and the app hears, judges and decides."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.account_id = next(iter(app.accounts))
        self._count = 0

    def mention(
        self,
        text: str,
        *,
        handle: str = "ana",
        minutes_ago: float = 30,
        priority: Priority = Priority.NORMAL,
        queue: Queue = Queue.CARE,
        reach: int = 100,
        p_negative: float = 0.5,
        summoned: bool = True,
        root: str | None = None,
        above: dict[str, str] | None = None,
    ) -> SeededMention:
        self._count += 1
        external_id = str(5000 + self._count)
        at = NOW - timedelta(minutes=minutes_ago)
        with writing(self.app.engine) as session:
            author = Author(external_id=f"p-{handle}", handle=handle, display_name=handle.title(), reach=reach)
            identity_id = upsert_authors(session, network="x", authors=[author], actor=STEP, now=NOW)[f"p-{handle}"]
            mention = MentionRow(
                network="x",
                external_id=external_id,
                kind="post",
                identity_id=identity_id,
                root_external_id=root or external_id,
                above=above,
                media_urls=[],
                revision=1,
                published_at=at,
                heard_at=at,
            )
            session.add(mention)
            session.flush()
            mention_id = mention.id
            assert mention_id is not None
            self._judge(session, mention_id, external_id, text, at, p_negative, summoned=summoned)
            joined = join_many(
                session,
                [
                    InboundContact(
                        identity_id=identity_id,
                        brand="acme",
                        account_id=self.account_id,
                        side=Side.PUBLIC,
                        root_external_id=root or external_id,
                        mention_id=mention_id,
                        queue=queue,
                        priority=priority,
                        reach=reach,
                        p_negative=p_negative,
                        published_at=at,
                    )
                ],
                actor=STEP,
                now=NOW,
            )
        return SeededMention(mention_id=mention_id, case_id=joined[identity_id, "acme"], identity_id=identity_id)

    def draft(self, heard: SeededMention, text: str, *, approvals: int = 1, act: Act = Act.PUBLIC_REPLY) -> int:
        with writing(self.app.engine) as session:
            draft = Draft(
                account_id=self.account_id,
                mention_id=heard.mention_id,
                revision=1,
                decision_id=None,
                case_id=heard.case_id,
                room_id=None,
                slot="answer",
                act=act,
                target_external_id="5001",
                text=text,
                language="en",
                origin="automatic",
                author="rule:question",
                approvals_needed=approvals,
            )
            (reply_id,) = write_drafts(session, [draft], actor=STEP, now=NOW)
        assert reply_id is not None
        return reply_id

    def _judge(
        self,
        session: Session,
        mention_id: int,
        external_id: str,
        text: str,
        at: datetime,
        p_negative: float,
        *,
        summoned: bool,
    ) -> None:
        session.add(
            MentionRevisionRow(
                mention_id=mention_id,
                revision=1,
                external_id=external_id,
                text=text,
                text_digest=external_id,
                language_hint="en",
                heard_at=at,
            )
        )
        session.add(
            MentionAccountRow(mention_id=mention_id, account_id=self.account_id, feed="mentions", summoned=summoned)
        )
        session.add(
            AssessmentRow(
                mention_id=mention_id,
                revision=1,
                language="en",
                sentiment="negative",
                p_negative=p_negative,
                p_neutral=0.3,
                p_positive=0.2,
                relation="customer",
                p_customer=0.8,
                p_prospect=0.1,
                p_bystander=0.1,
                intent="question",
                p_intent=0.9,
                urgency="medium",
                toxicity=0.0,
                needs_account_data=0.1,
                signals=["legal"],
                personal_data=[{"kind": "iban", "owner": "own", "start": 0, "end": 4}],
                evidence=["intent: asks when"],
                model_version="fast-1",
                made_at=at,
            )
        )
        session.add(
            DecisionRow(
                mention_id=mention_id,
                revision=1,
                account_id=self.account_id,
                action="hold",
                rule="in-a-crisis",
                queue="care",
                priority="normal",
                approval="one",
                hide=False,
                reasons=["Rule in-a-crisis: In a crisis nothing is said automatically."],
                facts={"crisis": {"value": True, "source": "switch"}, "author.reach": {"value": 7, "source": "x"}},
                rulebook_version="abc",
                mode="live",
                made_at=at,
            )
        )


def add_staff(app: App, *roles: Role, email: str = "agent@acme.example") -> Agent:
    """Somebody who works here from now on."""
    with writing(app.engine) as session:
        return add_agent(
            session,
            email=email,
            name="Vega",
            password=PASSWORD,
            roles=frozenset(roles or Role),
            languages=("es", "en"),
            now=NOW - timedelta(days=1),
        )


def token_of(auth: AuthState, agent: Agent, *, at: datetime = NOW) -> str:
    """A session of this agent, as a browser would hold it."""
    return write_token(new_session(agent.id, now=at), auth.session_key)
