"""The models that travel between stations: frozen, keyword-only, without behaviour."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from records.enums import Act, Action, Approval, Intent, Owner, Priority, Queue, Relation, Role, Sentiment, Urgency


@dataclass(frozen=True, kw_only=True)
class Author:
    """Who wrote a post, as the network tells it."""

    external_id: str
    handle: str
    display_name: str = ""
    biography: str = ""
    reach: int = 0
    """Followers, or what the network calls them."""
    declared_bot: bool = False


@dataclass(frozen=True, kw_only=True)
class ParentPost:
    """A post that another one answers: enough of it to understand the answer."""

    external_id: str
    author_handle: str = ""
    author_external_id: str = ""
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class FetchedPost:
    """A public post or comment as a network served it."""

    network: str
    external_id: str
    """The first id of the post's edit history: stable over edits."""
    revision_external_id: str
    """The network's id of this very text; equal to `external_id` until the post is edited.

    Where a network keeps no edit history, it is made of the id and a digest of the text.
    """
    kind: str
    """`post`, `reply`, `quote` or `comment`."""
    author: Author
    text: str
    published_at: datetime
    language_hint: str = ""
    """ISO 639-1 as guessed by the network; empty where it does not say."""
    parent_external_id: str | None = None
    root_external_id: str
    above: ParentPost | None = None
    media_urls: tuple[str, ...] = ()
    mentions_us: bool = False
    """True where the author mentioned or quoted our account, so that the network permits an answer."""
    hidden: bool | None = None
    """Whether it is hidden from the public; None where the network does not tell."""


@dataclass(frozen=True, kw_only=True)
class FetchedMessage:
    """A direct message, in or out, as a network served it."""

    network: str
    external_id: str
    conversation_id: str
    other_external_id: str
    """The person's id: the author of an incoming message, the recipient of an outgoing one."""
    other: Author | None = None
    outgoing: bool
    text: str
    sent_at: datetime


@dataclass(frozen=True, kw_only=True)
class PersonalDatum:
    """A piece of personal data found in a text. `value` stays in memory; rows keep kind, owner and span."""

    kind: str
    """For example `iban`, `card`, `phone`, `email`, `national_id`, `booking`, `account`."""
    owner: Owner
    start: int
    end: int
    value: str = field(default="", repr=False)
    """Empty where the datum was read back from a row."""


@dataclass(frozen=True, kw_only=True)
class ClassifierInput:
    """What the classifier is given of one post."""

    text: str
    language_hint: str = ""
    author_name: str = ""
    author_biography: str = ""
    text_above: str = ""
    brand_handles: tuple[str, ...] = ()
    market: str = "ES"


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """What the classifier found. Probabilities are in [0, 1]; each family sums to 1."""

    language: str
    """ISO 639-1, or `und`."""
    sentiment: Sentiment
    p_sentiment: dict[Sentiment, float]
    relation: Relation
    p_relation: dict[Relation, float]
    intent: Intent
    p_intent: float
    urgency: Urgency
    toxicity: float
    needs_account_data: float
    signals: tuple[str, ...]
    """Names of those that fired: fraud, danger, assistance, minor, bereavement, disability, legal, press, and so on."""
    personal_data: tuple[PersonalDatum, ...]
    evidence: tuple[str, ...]
    """Readable `task: reason` lines, without personal data."""
    model_version: str


FactValue = bool | int | float | str


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One flat, named value that rules may read, and where it came from."""

    value: FactValue
    source: str
    """For example `classifier:relation-1`, `network:x`, `case`, `clock`."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the policy decided, and why."""

    action: Action
    rule: str
    """The rule that matched; `no-rule` where none did, `unsure` or `error` where a person must look."""
    queue: Queue
    priority: Priority
    approval: Approval
    hide: bool
    template: str | None
    reasons: tuple[str, ...]
    rulebook_version: str
    propose_hide: bool = False
    """A person is asked whether to hide the post; nothing is hidden by rule."""
    promotion: bool = False
    """What is said advertises, and must say so."""
    even_in_crisis: bool = False
    """Leaves although the brand's crisis switch is on."""


@dataclass(frozen=True, kw_only=True)
class Brand:
    """One brand as its owner set it up."""

    name: str
    market: str = "ES"
    languages: tuple[str, ...] = ("es", "en")
    timezone: str = "Europe/Madrid"
    address: str = "tu"
    rulebook: str | None = None
    domains: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    """Its own telephone numbers and mailboxes, which texts may name."""
    max_reply_age_hours: int = 12
    sector: str = "other"
    """`bank`, `airline` or `other`: which shipped rulebook it starts with."""
    invitation: str = "link"
    """How a person comes into a room: by `link`, or by a short `code` typed at an address that they know."""
    proof: str = "contact"
    """What a person names to be found on file: `contact` (e-mail or mobile) or `booking` (reference and surname)."""
    room_address: str = ""
    """Where a code is typed, as people know it; empty for the page of the rooms."""
    phone: str = ""
    """The official number that urgent texts may name."""
    emergency_phone: str = ""
    """The number that is answered at any hour."""
    private_wait_minutes: int = 60
    """How long a person waits in private at most, as promised."""
    close_within_hours: int = 24
    """How soon after a matter is solved in private the public closing line is due."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """One brand account on one network, without its secrets."""

    id: int
    name: str
    network: str
    brand: str
    external_id: str
    handle: str
    connected_at: datetime
    """Posts published before this are history: judged, decided in shadow, never answered."""


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who changes something: an agent, a step of the service, or the person in a room."""

    tag: str
    """`agent:3`, `step:decide`, `person:room`: written to rows and to the ledger."""
    roles: frozenset[Role] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Permissions:
    """What a network lets us do about one post, and what it costs. Read before a draft is made."""

    reply: bool
    private_message: bool
    """True where any private way is open: a direct message, or else a private reply to the comment."""
    private_act: Act = Act.PRIVATE_MESSAGE
    """Which of the two acts the private way takes."""
    private_until: datetime | None = None
    """When the private way closes; None where it has no deadline."""
    hide: bool
    delete_own: bool = True
    reply_cost: float = 0.0
    """US dollars, as the next three."""
    private_cost: float = 0.0
    hide_cost: float = 0.0
    link_cost: float = 0.0
    """What a link in the text of a public reply adds to its price."""
    why: str = ""
    """One sentence where something is not permitted."""
    compose_link: str = ""
    """Where the person can write to us first; empty where the network has no such page."""
