"""What is known of a mention at the moment of deciding: one record that the reader fills. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from policies.rulebook.calendar import OFFICE_HOURS, Calendar
from policies.rulebook.rulebook import Rulebook
from records.enums import Act, PrivateState
from records.models import Account, Assessment, Brand, Permissions
from replies.limits import MonthBudget

if TYPE_CHECKING:
    from service.pilots.lifecycle import Pilot


@dataclass(frozen=True, kw_only=True)
class CaseContext:
    """The open case of the author with the brand, or that there is none."""

    open: bool = False
    private_state: str = PrivateState.NONE
    reopened: bool = False
    """It was closed once already."""
    assigned: bool = False
    waits: bool = False
    """The person waits for us, in public or in private."""
    mentions: int = 0
    """Posts of the person in the threads of the case."""
    first_mention_at: datetime | None = None

    def is_chased_by(self, published_at: datetime) -> bool:
        """True for a post that asks again: an earlier one of the same case still waits."""
        return self.waits and self.first_mention_at is not None and self.first_mention_at < published_at


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What the author has proved to the brand: two proofs, kept apart; each names its `ProofKind`, or is empty."""

    handle: str = ""
    """That the handle is theirs."""
    file: str = ""
    """That they are the customer of a record."""
    linked: str = ""
    """The proof of a link to a customer record that the person consented to and has not withdrawn."""

    @property
    def holds_handle(self) -> bool:
        return bool(self.handle or self.linked)

    @property
    def on_file(self) -> bool:
        return bool(self.file or self.linked)

    @property
    def kind(self) -> str:
        """By which proof this person is a customer; empty where the two proofs are not both there."""
        return self.linked or (self.file if self.handle else "")


@dataclass(frozen=True, kw_only=True)
class ThreadHistory:
    """What happened before in the thread of a mention, and between its author and the account."""

    root_is_ours: bool = False
    """Our account began the thread."""
    earlier_answers: int = 0
    """Public answers of ours in this thread, sent or on their way; to this person alone, where we began the thread."""
    answers_to_person: int = 0
    """Texts of ours to this person in any thread, so that none is said twice."""
    private_open: bool = False
    """A private conversation with this person is open."""
    copies: int = 0
    """Other posts that lately said the same, or nearly."""


NO_CASE = CaseContext()
NO_PROOF = Proof()
NO_HISTORY = ThreadHistory()


@dataclass(frozen=True, kw_only=True)
class MentionContext:
    """One mention of one account: the post, its author, its assessment, and what surrounds it."""

    mention_account_id: int
    mention_id: int
    revision: int
    account: Account
    brand: Brand
    feed: str
    answered_elsewhere: bool
    """Somebody of the brand answered it outside Aparte."""
    external_id: str
    root_external_id: str
    kind: str
    published_at: datetime
    has_media: bool
    hidden: bool
    text: str
    identity_id: int
    subject: str
    author_external_id: str
    handle: str
    reach: int
    declared_bot: bool
    assessment: Assessment
    permissions: Permissions
    history: ThreadHistory = NO_HISTORY
    case: CaseContext = NO_CASE
    proof: Proof = NO_PROOF

    @property
    def conversation(self) -> tuple[int, str, int | None]:
        """Account, root, and with whom: under a post of ours everybody has a conversation of their own."""
        return self.account.id, self.root_external_id, self.identity_id if self.history.root_is_ours else None

    @property
    def private_target(self) -> str:
        """Where a private act goes: to the comment for a private reply, else to its author."""
        return self.external_id if self.permissions.private_act is Act.PRIVATE_REPLY else self.author_external_id

    @property
    def is_history(self) -> bool:
        """It was published before the account was connected."""
        return self.published_at < self.account.connected_at


@dataclass(frozen=True, kw_only=True)
class SendingLimits:
    """What keeps an account from speaking by rule, whatever a rulebook says: its own voice, bots, the month's money."""

    own_external_ids: frozenset[str] = frozenset()
    """All accounts of the settings on the same network."""
    known_bots: frozenset[str] = frozenset()
    """Handles, casefolded and without @."""
    month_spent: float = 0.0
    """US dollars since the month began, in UTC."""
    month_cap: float | None = None
    """US dollars; None where no cap is set."""

    @property
    def month(self) -> MonthBudget | None:
        return None if self.month_cap is None else MonthBudget(spent=self.month_spent, cap=self.month_cap)

    def is_ours(self, mention: MentionContext) -> bool:
        """True where one of our own accounts wrote the post."""
        return mention.author_external_id in self.own_external_ids | {mention.account.external_id}

    def is_bot(self, mention: MentionContext) -> bool:
        """True where the author declares to be a bot, or the settings name it as one."""
        return mention.declared_bot or mention.handle.casefold() in self.known_bots


@dataclass(frozen=True, kw_only=True)
class Article:
    """One valid public article, as far as its topic goes."""

    language: str
    title: str


@dataclass(frozen=True, kw_only=True)
class BrandContext:
    """What holds for a whole brand: its crisis switch, its private desk, its known incident, its articles."""

    crisis: bool = False
    private_wait_minutes: float = 0.0
    """The longest that anybody now waits in private."""
    incident_known: bool = False
    incident_text_approved: bool = False
    articles: tuple[Article, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DeskHours:
    """Whether the brand's desk is open, in the brand's zone, by the calendar of a rulebook."""

    open: bool = True
    holiday: bool = False
    opens_at: datetime | None = None
    """When it opens next; None while it is open, or where it does not within a year."""
    hours_until_open: float = 0.0


OPEN = DeskHours()


def desk_hours(local: datetime, calendar: Calendar = OFFICE_HOURS) -> DeskHours:
    """The desk at `local`, the present in the brand's zone."""
    is_open = calendar.is_open(local)
    return DeskHours(
        open=is_open,
        holiday=calendar.holiday(local) is not None,
        opens_at=None if is_open else calendar.opens(local),
        hours_until_open=0.0 if is_open else calendar.hours_until_open(local),
    )


@dataclass(kw_only=True)
class ActiveRulebook:
    """A rulebook in use: its desk's hours, and what its rules have decided today."""

    rulebook: Rulebook
    hours: DeskHours = OPEN
    spent: dict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """By account: today's decisions of each rule; grows while a batch is decided."""


@dataclass(kw_only=True)
class ActivePilot:
    """A pilot that runs beside the rulebook in use."""

    pilot: Pilot
    active: ActiveRulebook
    invitations_left: int
    """What is left of today's ceiling; shrinks while a batch is decided."""


@dataclass(frozen=True, kw_only=True)
class BrandPolicy:
    """By what a brand decides: the rulebook in use, a pilot where one runs, and what holds for the whole brand."""

    active: ActiveRulebook
    pilot: ActivePilot | None = None
    brand: BrandContext = field(default_factory=BrandContext)


@dataclass(frozen=True, kw_only=True)
class DecisionContext:
    """All that a decision about one mention is made of."""

    mention: MentionContext
    policy: BrandPolicy
    """Shared by all mentions of the brand in a batch."""
    limits: SendingLimits = field(default_factory=SendingLimits)
    in_outage: bool = False
    """It was published while its account was cut off from the network."""
