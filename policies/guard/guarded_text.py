"""An outgoing text with its context, and the forms in which the checks read it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from policies.guard.numbers import Number, numbered, readings_of, with_inner_numbers
from policies.guard.obfuscation import flattened, plain_letters
from policies.links import Link, find_links, leads_home
from policies.text_limits import Channel
from records.models import Brand, PersonalDatum

_GLUED_IN_CODE = re.compile(r"(?<![A-Za-z0-9])(?=[^\W_]{0,60}[A-Z])(?=[^\W_]{0,60}[a-z]{3})[A-Za-z0-9]{6,60}")
"""A word in which capitals and small letters alternate: a code may have its numbers in words."""


PersonalDataFinder = Callable[[str], tuple[PersonalDatum, ...]]


@dataclass(frozen=True, kw_only=True)
class GuardedText:
    """One outgoing text with all that `policies.guard.inspection.inspect` must know of it.

    Its forms are computed when they are first asked for.
    """

    text: str
    """The exact text that is about to be posted."""
    channel: Channel
    brand: Brand
    language: str
    """The person's: ISO 639-1, or `und`."""
    network: str
    find_personal_data: PersonalDataFinder
    """Finds personal data in a text, for the brand's market."""
    protected_values: Sequence[str] = ()
    """Values of a customer record or a room: not to be repeated, unless the person published them."""
    published: Sequence[str] = ()
    """Texts that the person published. They free protected values, never personal data."""
    allowed_links: Sequence[str] = ()
    """Beginnings of addresses outside the brand's domains: the network's compose link, or in private the room."""
    public_contacts: Sequence[str] = ()
    """The brand's own telephone numbers and mailboxes."""
    promotion: bool = False
    """It advertises, and must say so."""
    allowed_values: Sequence[str] = ()
    """Secrets of this very text, such as the code of a room. They may stand in it in private alone."""

    @cached_property
    def links(self) -> tuple[Link, ...]:
        return tuple(find_links(self.text))

    def is_allowed(self, link: Link) -> bool:
        """Whether a link leads where a text of this brand may lead."""
        return leads_home(link, domains=self.brand.domains, allowed_links=self.allowed_links)

    @cached_property
    def bare(self) -> str:
        """The text without permitted links and the brand's own contacts, whose digits are nobody's."""
        text = _without_allowed_links(self)
        for value in self.allowed_values if self.channel is Channel.PRIVATE else ():
            text = text.replace(value, " ") if value else text
        return _without_contacts(_without_own_mailboxes(text, self.brand.domains), self.public_contacts)

    @cached_property
    def unnamed(self) -> str:
        """The bare text without the personal data that the finder recognises: they stop the text by themselves."""
        text = self.bare
        for datum in reversed(self.find_personal_data(text)):
            text = f"{text[: datum.start]} {text[datum.end :]}"
        return text

    @cached_property
    def flat(self) -> str:
        return flattened(self.bare)

    @cached_property
    def in_capitals(self) -> tuple[str, ...]:
        """The plain text with its capitals and numbers in digits, also those within other letters."""
        plain = plain_letters(self.bare)
        if len(plain) != len(self.flat):
            return (plain,)
        forms = [numbered(plain, numbers) for numbers in self.numbers]
        return tuple(dict.fromkeys((*forms, _GLUED_IN_CODE.sub(_inner_numbers, plain))))

    @cached_property
    def in_digits(self) -> tuple[str, ...]:
        """The flattened text with numbers in digits, in their several readings."""
        return tuple(dict.fromkeys(numbered(self.flat, numbers) for numbers in self.numbers))

    @cached_property
    def numbers(self) -> tuple[Sequence[Number], ...]:
        return readings_of(self.flat)


def _without_allowed_links(guarded: GuardedText) -> str:
    """The text with permitted links blanked, since their digits are addresses; one with a token stops it anyway."""
    bare, at = "", 0
    for link in guarded.links:
        bare += guarded.text[at : link.start]
        bare += " " if guarded.is_allowed(link) else link.address
        at = link.end
    return bare + guarded.text[at:]


def _without_own_mailboxes(text: str, domains: Sequence[str]) -> str:
    """The text without mailboxes of the brand's domains, such as `help@acme.example`; digits may be anybody's."""
    for domain in filter(None, domains):
        mailbox = rf"(?<![\w.+-])[a-z._-]{{1,40}}@(?:[\w-]{{1,63}}\.){{0,4}}{re.escape(domain)}(?![\w-]|\.\w)"
        text = re.sub(mailbox, " ", text, flags=re.IGNORECASE)
    return text


def _without_contacts(text: str, contacts: Sequence[str]) -> str:
    """The text without the brand's own numbers and mailboxes, however their digits are grouped."""
    for contact in contacts:
        if "@" in contact:
            text = re.sub(rf"(?<![\w.+-]){re.escape(contact)}(?![\w-]|\.\w)", " ", text, flags=re.IGNORECASE)
            continue
        digits = re.sub(r"[^0-9]", "", contact)
        if digits:
            grouped = r"[ ().\-–/]{0,3}".join(digits)
            text = re.sub(rf"(?<![\w+])[+(]{{0,2}}{grouped}(?![0-9])", " ", text)
    return text


def _inner_numbers(met: re.Match[str]) -> str:
    word = met.group()
    return word if word.istitle() else with_inner_numbers(word)
