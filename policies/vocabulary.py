"""The closed list of facts that a rule may read.

Names are flat: a dot is part of the name, so `intent` and `intent.needs_account_data` are two facts. Their values are
computed in `service/deciding/facts.py`. What a rule may do about a post, `Action`, and the queues that it may name
stand in `records/enums.py`, since every station speaks of them; `service/deciding/acts.py` makes acts of an action.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from records.enums import Act, Feed, Intent, PrivateState, Relation, Sentiment, Urgency
from records.models import Fact, FactValue

UNKNOWN_SOURCE = "default"
"""The source of a fact that has its default because nothing established it."""

PERSONAL_DATA_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "iban": "international account numbers",
        "card": "card numbers",
        "security_code": "passwords, PINs and security codes",
        "email": "e-mail addresses",
        "national_id": "numbers of identity documents",
        "booking": "booking references",
        "account": "account, contract and order numbers",
        "birth_date": "dates of birth",
        "address": "postal addresses",
        "phone": "telephone numbers",
    }
)
"""The kinds of personal data that the classifier tells apart, in words."""

_INT64 = range(-(2**63), 2**63)


class FactType(StrEnum):
    """How a fact is written in a condition."""

    BOOL = "bool"
    INT = "int"
    DOUBLE = "double"
    STRING = "string"


# Looked up for every fact of every decision; an attribute of an enumeration costs ten times a global.
_BOOL, _INT, _DOUBLE, _STRING = FactType
_NUMBERS = (int, float)
_MOST = sys.float_info.max


@dataclass(frozen=True, kw_only=True)
class FactDeclaration:
    """The declaration of one fact: meaning, type, default and permitted values."""

    name: str
    type: FactType
    meaning: str
    default: FactValue
    """The value where nothing is known: the one with which the system does least."""
    words: tuple[str, ...] = ()
    """The values a string fact may take; empty where any text may stand."""


def default_facts() -> dict[str, Fact]:
    """Every declared fact with its default; a caller overrides what it knows."""
    return {name: Fact(value=one.default, source=UNKNOWN_SOURCE) for name, one in VOCABULARY.items()}


def flaw_in(value: FactValue, declared: FactDeclaration) -> str | None:
    """What is wrong with a value as the end of a sentence, or None where it may be read.

    A whole number may stand for a double; a bool never stands for a number; NaN and infinities are refused,
    because every comparison with NaN is silently false.
    """
    kind = declared.type
    if value is True or value is False:
        return None if kind is _BOOL else f"is a bool, not a {kind}"
    if kind is _DOUBLE and isinstance(value, _NUMBERS):
        return None if -_MOST <= value <= _MOST else "is not a finite number"
    if isinstance(value, str):
        return _flaw_in_text(value, declared)
    if kind is _INT:
        return None if isinstance(value, int) and value in _INT64 else "is not a whole number of 64 bits"
    return f"is a number, not a {kind}"


def _flaw_in_text(value: str, declared: FactDeclaration) -> str | None:
    if declared.type is not _STRING:
        return f"is a text, not a {declared.type}"
    if declared.words:
        return None if value in declared.words else f"is none of {', '.join(declared.words)}"
    if any("\ud800" <= character <= "\udfff" for character in value):
        return "is not valid Unicode"
    return None


def _bool(name: str, meaning: str) -> FactDeclaration:
    return FactDeclaration(name=name, type=FactType.BOOL, meaning=meaning, default=False)


def _int(name: str, meaning: str, default: int = 0) -> FactDeclaration:
    return FactDeclaration(name=name, type=FactType.INT, meaning=meaning, default=default)


def _double(name: str, meaning: str, default: float = 0.0) -> FactDeclaration:
    return FactDeclaration(name=name, type=FactType.DOUBLE, meaning=meaning, default=default)


def _string(name: str, meaning: str, default: str, words: type[StrEnum] | tuple[str, ...] = ()) -> FactDeclaration:
    return FactDeclaration(
        name=name, type=FactType.STRING, meaning=meaning, default=default, words=tuple(str(w) for w in words)
    )


def _by_kind(owner: str, whose: str) -> tuple[FactDeclaration, ...]:
    return tuple(
        _int(f"personal_data.{owner}.{kind}", f"How many {words} of {whose} the author has published.")
        for kind, words in PERSONAL_DATA_KINDS.items()
    )


_DECLARED = (
    _double("relation.customer", "Probability that the author is a customer."),
    _double("relation.prospect", "Probability that the author may become a customer."),
    _double("relation.bystander", "Probability that the author is neither."),
    _string("relation.label", "The likeliest relation.", Relation.BYSTANDER, Relation),
    _bool("relation.proven", "The author holds the handle and is on file, or is linked to a record with consent."),
    _bool("relation.holds_handle", "The author has shown that the handle is theirs."),
    _bool("relation.on_file", "The author has shown that a record on file is theirs."),
    _double("sentiment.negative", "Probability that the author feels badly."),
    _double("sentiment.neutral", "Probability that the author feels neither way."),
    _double("sentiment.positive", "Probability that the author feels well."),
    _string("sentiment.label", "The likeliest sentiment.", Sentiment.NEUTRAL, Sentiment),
    _string("intent", "What the author wants.", Intent.OTHER, Intent),
    _double("intent.probability", "Probability of that intent."),
    _double("intent.needs_account_data", "Probability that an answer needs the person's own data."),
    _string("urgency", "How soon an answer matters.", Urgency.MEDIUM, Urgency),
    _double("toxicity", "Probability that the text is abusive."),
    _string("language", "ISO 639-1 code of the text, or `und`.", "und"),
    _int("personal_data.own", "How many personal data of their own the author has published."),
    *_by_kind("own", "their own"),
    _int("personal_data.others", "How many personal data of other people the author has published."),
    *_by_kind("others", "other people"),
    _bool("signal.fraud", "The text tells of fraud, or of a lost or stolen card or account."),
    _bool("signal.danger", "Somebody may be hurt: a threat, self-harm, a medical emergency."),
    _bool("signal.assistance", "Somebody is waiting for help on the spot."),
    _bool("signal.minor", "The author, or the person spoken of, is a child."),
    _bool("signal.bereavement", "Somebody has died."),
    _bool("signal.disability", "The author, or the person spoken of, lives with a disability."),
    _bool("signal.legal", "The text speaks of a lawyer, a court or a regulator."),
    _bool("signal.press", "The author writes for the press, or speaks of doing so."),
    _bool("signal.employee", "The author works for the brand, or says so."),
    _bool("signal.impostor", "The text tells of somebody who poses as the brand."),
    _bool("signal.incident", "The text tells of a service that is down for many."),
    _int("author.reach", "Followers, or what the network calls them."),
    _bool("author.own_account", "The author is one of the brand's own accounts."),
    _bool("author.bot", "The author is a declared or known bot."),
    _int("thread.earlier_answers", "Public answers of ours in this thread; to this person alone, where we began it."),
    _bool("thread.answered_outside", "Somebody answered for the brand outside this system."),
    _bool("thread.private_open", "A private conversation with this person is open."),
    _int("thread.copies", "Other posts that lately said the same, or nearly."),
    _bool("case.open", "A case of this person is open."),
    _string("case.private_state", "How the private side of that case stands.", PrivateState.NONE, PrivateState),
    _bool("case.chasing", "The person asks again while their case waits for us."),
    _bool("case.reopened", "The case was closed once already."),
    _bool("case.assigned", "Somebody has taken the case."),
    _int("case.mentions", "How many posts of this person the case holds."),
    _double("case.private_wait_minutes", "The longest that anybody now waits for the brand in private, in minutes."),
    _double("case.private_wait_promised", "How long a person waits in private at most, as the brand promises."),
    _bool("knowledge.article", "A valid public article in the person's language speaks of the same."),
    _double("mention.age_minutes", "Minutes since the post was published."),
    _bool("mention.history", "The post is older than the first connection of the account."),
    _string("mention.feed", "The feed that brought the post.", Feed.SEARCH, Feed),
    _string("mention.kind", "What kind of post it is.", "post", ("post", "reply", "quote", "comment")),
    _bool("mention.has_media", "A picture, a video or a recording goes with the text."),
    _int("mention.text_length", "Length of the text in characters."),
    _bool("permission.reply", "The network permits a public answer."),
    _bool("permission.private_reply", "The network permits a private message to this person now."),
    _string(
        "permission.private_act",
        "Which act a private message would be: a message, or the one private reply to a comment.",
        "none",
        ("none", Act.PRIVATE_MESSAGE, Act.PRIVATE_REPLY),
    ),
    _double(
        "permission.private_reply_hours_left",
        "Hours until a private message is no longer permitted: 0 where none is, a million where there is no deadline.",
    ),
    _bool("permission.hide", "The network permits hiding this post."),
    _bool("permission.delete", "The network permits deleting our own answers."),
    _double("cost.reply", "Price of a public answer without a link, in US dollars."),
    _double("cost.private", "Price of a private message, in US dollars."),
    _double("cost.month_spent", "US dollars that the account has cost since the month began (UTC)."),
    _double("cost.month_cap", "US dollars that it may cost in a month: 10^12 where no cap is set."),
    _string("account.network", "The network.", "files", ("x", "facebook", "instagram", "files")),
    _string("account.brand", "Name of the brand.", ""),
    _string("account.name", "Name of the account, as its owner set it up.", ""),
    _int("clock.hour", "Hour of the day in the brand's zone, from 0 to 23."),
    _int("clock.weekday", "Day of the week in the brand's zone, from 1 (Monday) to 7.", 1),
    _bool("clock.business_hours", "The brand's desk is open now."),
    _bool("calendar.open", "The brand's desk is open now, by the calendar of the rulebook."),
    _bool("calendar.holiday", "Today is a holiday of the calendar."),
    _double("calendar.hours_until_open", "Hours until the desk opens; 0 while it is open."),
    _bool("incident.known", "An incident of this brand was declared known."),
    _bool("incident.text_approved", "A person has approved what is said about it."),
    _bool("crisis", "The brand's crisis switch is on."),
)

VOCABULARY: Mapping[str, FactDeclaration] = MappingProxyType({one.name: one for one in _DECLARED})
