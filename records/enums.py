"""The enumerations that stations share: what may stand in an enumerated column, and the slots of an answer.

The values are stored as they stand here; auditors query them.
"""

from __future__ import annotations

from enum import StrEnum


class Feed(StrEnum):
    """What a network is asked for."""

    MENTIONS = "mentions"
    COMMENTS = "comments"
    """Under our own posts, ads and media."""
    QUOTES = "quotes"
    """Of our own posts."""
    THREADS = "threads"
    """Conversations in which somebody waits for us."""
    SEARCH = "search"
    OWN_POSTS = "own_posts"
    DIRECT_MESSAGES = "direct_messages"


class Sentiment(StrEnum):
    """How the author feels towards what the text speaks of."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"


class Relation(StrEnum):
    """What the author is to the brand."""

    CUSTOMER = "customer"
    PROSPECT = "prospect"
    BYSTANDER = "bystander"


class Intent(StrEnum):
    """What the author wants from the brand."""

    COMPLAINT = "complaint"
    QUESTION = "question"
    REQUEST = "request"
    PURCHASE = "purchase"
    PRAISE = "praise"
    OPINION = "opinion"
    NEWS = "news"
    SPAM = "spam"
    OTHER = "other"


class Urgency(StrEnum):
    """How soon an answer matters."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Owner(StrEnum):
    """Whose datum it is, as far as the text tells."""

    OWN = "own"
    OTHERS = "others"
    PUBLIC = "public"


class Action(StrEnum):
    """What the policy decides to do with a mention."""

    REPLY_PUBLICLY = "reply_publicly"
    MOVE_PRIVATE = "move_private"
    HOLD = "hold"
    LISTEN = "listen"


class Mode(StrEnum):
    """Whether a decision is carried out, or only recorded."""

    LIVE = "live"
    SHADOW = "shadow"


class Queue(StrEnum):
    """Which desk a held mention waits at."""

    CARE = "care"
    MARKETING = "marketing"
    SUPERVISOR = "supervisor"
    COMPLIANCE = "compliance"


class Priority(StrEnum):
    """How far ahead of others a case is served; `harm` is a lane of its own."""

    HARM = "harm"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


class Approval(StrEnum):
    """How many different people must approve a text before it leaves."""

    NONE = "none"
    ONE = "one"
    TWO = "two"


class ReplyStatus(StrEnum):
    """The life of an outgoing act (DESIGN promise 1)."""

    DRAFT = "draft"
    HELD = "held"
    APPROVED = "approved"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    FAILED = "failed"
    WITHHELD = "withheld"


class Act(StrEnum):
    """What an outgoing act does on the network."""

    PUBLIC_REPLY = "public_reply"
    PRIVATE_MESSAGE = "private_message"
    PRIVATE_REPLY = "private_reply"
    """The one private message that a network allows as an answer to a comment."""
    HIDE = "hide"
    UNHIDE = "unhide"
    DELETE = "delete"
    """Of a public reply of our own."""


PRIVATE_ACTS = frozenset({Act.PRIVATE_MESSAGE, Act.PRIVATE_REPLY})
"""Acts that only one person reads."""


class CaseStatus(StrEnum):
    """Where a case stands. `private` waits for a public closing line before it can be `closed`."""

    OPEN = "open"
    ANSWERED = "answered"
    PRIVATE = "private"
    CLOSED = "closed"


class RoomStatus(StrEnum):
    """The life of a private room."""

    PREPARED = "prepared"
    INVITED = "invited"
    OPEN = "open"
    CLOSED = "closed"
    REVOKED = "revoked"


class Speaker(StrEnum):
    """Who wrote a message in a room."""

    PERSON = "person"
    AGENT = "agent"
    SERVICE = "service"


class MessageVia(StrEnum):
    """The way by which a message reached a room."""

    ROOM = "room"
    EMAIL = "email"
    """As the answer to a notice: nobody knows who wrote it."""


class PrivateState(StrEnum):
    """How the private side of a case stands."""

    NONE = "none"
    AWAITED = "awaited"
    """The public line said how to write first; the person has not yet."""
    INVITED = "invited"
    OPEN = "open"
    DECLINED = "declined"
    """The person said no, or that the invitation is not theirs."""
    SILENT = "silent"
    """An invitation, or a question of ours, stayed without an answer."""
    SOLVED = "solved"


class ProofKind(StrEnum):
    """How somebody showed who they are. The first three prove the handle, the others a record on file."""

    OWN_MESSAGE = "own_message"
    """The invitation came as the answer to their own direct message."""
    PRIVATE_REPLY = "private_reply"
    """The invitation came as the private reply to their own comment."""
    NETWORK_SIGN_IN = "network_sign_in"
    EMAIL_CODE = "email_code"
    MOBILE_CODE = "mobile_code"
    COMPANY_SIGN_IN = "company_sign_in"


FILE_PROOFS = frozenset({ProofKind.EMAIL_CODE, ProofKind.MOBILE_CODE, ProofKind.COMPANY_SIGN_IN})


class Purpose(StrEnum):
    """What a person may consent to, each by a question of its own."""

    LINK_HANDLE = "link_handle"
    LEARN = "learn"
    SAY_SOLVED = "say_solved"


class Role(StrEnum):
    """What a person who works here may do."""

    AGENT = "agent"
    MARKETING = "marketing"
    SUPERVISOR = "supervisor"
    COMPLIANCE = "compliance"


ANSWER_SLOT = "answer"
PRIVATE_SLOT = "private"
CLOSING_SLOT = "closing"
HIDE_SLOT = "hide"
UNHIDE_SLOT = "unhide"
DELETE_SLOT = "delete"


def follow_up_slot(number: int) -> str:
    """The slot of the `number`th further public answer to one mention, counted from 1."""
    return f"follow-up-{number}"
