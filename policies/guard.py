"""The disclosure guard: reads the exact text that is about to leave, last, and fails closed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from policies.channel import Channel
from policies.confirmations import asks_for_data, confirms_relationship
from policies.disguises import comparison_form, hidden_characters, mixes_scripts, unfolded, with_joined_digits
from policies.known_values import repeats_known_value
from policies.languages import surely_not_in
from policies.leftovers import leftover_placeholder
from policies.lengths import limit_of
from policies.links import Link, carries_token, find_links, leads_home
from records.nouns import Brand, Owner, PersonalDatum

_LONG_NUMBER = 13
"""Digits from which a number is no phone and stops the text, whatever it is."""

_LONGEST_READ = 20_000
"""Characters above which a text stays unread: no network takes so many."""

Finder = Callable[[str], tuple[PersonalDatum, ...]]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One reason why a text may not leave. The message says what was found without repeating it."""

    kind: str
    """empty, placeholder, hidden-characters, disguise, length, link, secret-link, personal-data, long-number,
    known-value, confirmation, asks-for-data, language or guard-error."""
    message: str


@dataclass(frozen=True, kw_only=True)
class _Outgoing:
    text: str
    channel: Channel
    brand: Brand
    language: str
    network: str
    find_personal_data: Finder
    known_values: Sequence[str]
    published: Sequence[str]
    allowed_links: Sequence[str]
    public_contacts: Sequence[str]

    @cached_property
    def links(self) -> tuple[Link, ...]:
        return tuple(find_links(self.text))


def inspect(  # noqa: PLR0913 - the facts of one outgoing text, all named
    text: str,
    *,
    channel: Channel,
    brand: Brand,
    language: str,
    network: str,
    find_personal_data: Finder,
    known_values: Sequence[str] = (),
    published: Sequence[str] = (),
    allowed_links: Sequence[str] = (),
    public_contacts: Sequence[str] = (),
) -> tuple[Finding, ...]:
    """Why `text` may not leave; an empty tuple means that it may. Never raises: an error inside is a finding.

    `language` is the person's (ISO 639-1, or `und`). `find_personal_data` reads a text for the brand's market.
    `known_values` were read in a customer record or a room and may not be repeated, unless the person said them
    in one of `published`; personal data stops the text even so. `allowed_links` are beginnings of addresses
    outside the brand's domains: the network's compose link, or in private the room. A link that carries a token
    never leaves in public. `public_contacts` are the brand's own telephone numbers and mailboxes.
    """
    outgoing = _Outgoing(
        text=text,
        channel=channel,
        brand=brand,
        language=language,
        network=network,
        find_personal_data=find_personal_data,
        known_values=known_values,
        published=published,
        allowed_links=allowed_links,
        public_contacts=public_contacts,
    )
    if len(text) > _LONGEST_READ:
        message = f"The text has {len(text)} characters, more than any network takes; shorten it."
        return (Finding(kind="length", message=message),)
    try:
        findings = tuple(finding for check in _CHECKS for finding in check(outgoing))
    except Exception as error:  # noqa: BLE001 - whatever goes wrong here, the text stays
        message = f"The guard could not read the text ({type(error).__name__}); a person must look at it."
        return (Finding(kind="guard-error", message=message),)
    return tuple(dict.fromkeys(findings))


def _form(outgoing: _Outgoing) -> Iterator[Finding]:
    text = outgoing.text
    if not text.strip():
        yield Finding(kind="empty", message="The text is empty; write an answer.")
    if leftover_placeholder(text):
        yield Finding(kind="placeholder", message="A placeholder was not filled; fill or remove it.")
    hidden = hidden_characters(text)
    if hidden:
        yield Finding(kind="hidden-characters", message=f"The text holds {hidden}; remove it.")
    if mixes_scripts(text):
        message = "A word mixes alphabets or uses look-alike letters; write it in plain letters."
        yield Finding(kind="disguise", message=message)
    limit = limit_of(outgoing.network, outgoing.channel)
    length = limit.count(text)
    if length > limit.most:
        message = f"The text counts {length} on {outgoing.network}, which takes {limit.most}; shorten it."
        yield Finding(kind="length", message=message)


def _links(outgoing: _Outgoing) -> Iterator[Finding]:
    for link in outgoing.links:
        if not leads_home(link, domains=outgoing.brand.domains, allowed_links=outgoing.allowed_links):
            message = "A link leads outside the brand's domains; use one of the brand's own pages."
            yield Finding(kind="link", message=message)
        elif outgoing.channel is not Channel.PRIVATE and carries_token(link):
            message = "A link carries a token that opens something for its holder; say it in private."
            yield Finding(kind="secret-link", message=message)


def _personal_data(outgoing: _Outgoing) -> Iterator[Finding]:
    bare = _without_allowed_links(outgoing)
    for form in dict.fromkeys((bare, unfolded(bare), with_joined_digits(bare))):
        for datum in outgoing.find_personal_data(form):
            if datum.owner is not Owner.PUBLIC and not _is_brands_own(datum, outgoing):
                message = f"The text carries personal data ({datum.kind}); remove it."
                yield Finding(kind="personal-data", message=message)
    if _longest_number(with_joined_digits(bare)) >= _LONG_NUMBER:
        message = "The text carries a number too long for a phone; remove it, whatever it stands for."
        yield Finding(kind="long-number", message=message)


def _known_values(outgoing: _Outgoing) -> Iterator[Finding]:
    if repeats_known_value(outgoing.text, known_values=outgoing.known_values, published=outgoing.published):
        message = "The text repeats a value from the person's record or room; remove it."
        yield Finding(kind="known-value", message=message)


def _confirmation(outgoing: _Outgoing) -> Iterator[Finding]:
    if outgoing.channel is Channel.PRIVATE:
        return
    if confirms_relationship(outgoing.text):
        message = "The text tells everyone that the person is a customer; speak of nobody's account in public."
        yield Finding(kind="confirmation", message=message)
    if asks_for_data(outgoing.text):
        message = "The text asks for personal details before everyone; ask for them in private."
        yield Finding(kind="asks-for-data", message=message)


def _language(outgoing: _Outgoing) -> Iterator[Finding]:
    spoken = outgoing.brand.languages
    expected = (outgoing.language,) if outgoing.language in spoken else spoken
    other = surely_not_in(outgoing.text, expected)
    if other:
        message = f"The text is in another language ({other}) than the person's ({outgoing.language}); translate it."
        yield Finding(kind="language", message=message)


_CHECKS = (_form, _links, _personal_data, _known_values, _confirmation, _language)


def _without_allowed_links(outgoing: _Outgoing) -> str:
    """The text with permitted links blanked, since their digits are addresses; other links stop it anyway."""
    bare, at = "", 0
    for link in outgoing.links:
        bare += outgoing.text[at : link.start]
        home = leads_home(link, domains=outgoing.brand.domains, allowed_links=outgoing.allowed_links)
        secret = outgoing.channel is not Channel.PRIVATE and carries_token(link)
        bare += " " if home and not secret else link.address
        at = link.end
    return bare + outgoing.text[at:]


def _is_brands_own(datum: PersonalDatum, outgoing: _Outgoing) -> bool:
    contacts = map(comparison_form, outgoing.public_contacts)
    if datum.kind in {"phone", "email"} and comparison_form(datum.value) in contacts:
        return True
    if datum.kind != "email":
        return False
    domain = datum.value.rpartition("@")[2].lower()
    return any(domain == home.lower() or domain.endswith(f".{home.lower()}") for home in outgoing.brand.domains if home)


def _longest_number(text: str) -> int:
    longest = current = 0
    for letter in text:
        current = current + 1 if "0" <= letter <= "9" else 0
        longest = max(longest, current)
    return longest
