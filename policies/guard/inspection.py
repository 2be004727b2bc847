"""The disclosure guard: inspects the exact text to be posted, last, and fails closed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from policies.guard.characters import hidden_characters, unusual_characters
from policies.guard.codes import (
    counts_in_strokes,
    encodes,
    holds_code,
    holds_opaque_word,
    joined_pieces,
    names_letters,
    pieces_of_code,
    spells_out,
    with_roman_digits,
)
from policies.guard.confirmations import asks_for_data, confirms_relationship
from policies.guard.guarded_text import GuardedText, PersonalDataFinder
from policies.guard.numbers import glued_number_words
from policies.guard.obfuscated_links import holds_obfuscated_link, plain_mailboxes, spelled_mailboxes
from policies.guard.obfuscation import (
    comparison_form,
    flattened,
    leet_letters,
    plain_letters,
    with_joined_digits,
    with_masks_as_digits,
)
from policies.guard.protected_values import repeats_protected_value
from policies.guard.unexplained_digits import TOO_MANY, unexplained_digits
from policies.guard.wording import is_marked_as_advertisement, surely_not_in, unfilled_placeholder
from policies.links import carries_token
from policies.text_limits import Channel, limit_of
from records.enums import Owner
from records.models import Brand, PersonalDatum

_LONG_NUMBER = 13
"""Digits from which a number is no phone and stops the text, whatever it is."""
_FEWEST_GLUED = 5
"""Number words in a row, without anything between them, that no sentence holds."""
_CALLED = re.compile(
    r"\b(?:ll[aá]m\w*|llamar\w*|marc\w+|tel[eé]fonos?|tel|tlf|tlfn|l[ií]neas?|comun[ií]\w+|contact\w*|whatsapp|fax"
    r"|call\w*|phone|telephone|ring|dial|lines?|text|toll[- ]free|freephone|helpline|hotline)\b[^.!?\n]{0,60}$",
    re.IGNORECASE,
)
"""Words before a number that say that it is a telephone."""
_NO_HANDLE = re.compile(r"(?<=\S)@|@(?=\s|$)")
"""The sign of a mailbox: that of a handle has a space before it and none behind."""
_LONGEST_READ = 10_000
"""Characters above which a text stays unread: no network takes so many."""


@dataclass(frozen=True, kw_only=True)
class GuardFinding:
    """One reason why a text may not leave. The message says what was found without repeating it."""

    kind: str
    """empty, placeholder, hidden-characters, disguise, length, link, secret-link, personal-data, long-number, code,
    known-value, confirmation, asks-for-data, language, promotion or guard-error."""
    message: str


def inspect(  # noqa: PLR0913 - the facts of one outgoing text, all named
    text: str,
    *,
    channel: Channel,
    brand: Brand,
    language: str,
    network: str,
    find_personal_data: PersonalDataFinder,
    known_values: Sequence[str] = (),
    published: Sequence[str] = (),
    allowed_links: Sequence[str] = (),
    public_contacts: Sequence[str] = (),
    promotion: bool = False,
    allowed_values: Sequence[str] = (),
) -> tuple[GuardFinding, ...]:
    """Why `text` may not leave; an empty tuple means that it may. Never raises: an error inside is a finding.

    `language` is the person's (ISO 639-1, or `und`). `find_personal_data` reads a text for the brand's market.
    `known_values` were read in a customer record or a room and may not be repeated, unless the person said them
    in one of `published`; personal data stops the text even so. `allowed_links` are beginnings of addresses
    outside the brand's domains: the network's compose link, or in private the room. A link that carries a token
    never leaves in public. `public_contacts` are the brand's own telephone numbers and mailboxes. A `promotion` says
    in its text that it is one. `allowed_values` are secrets of this very text, such as the code of a room, which may
    stand in it in private.
    """
    if len(text) > _LONGEST_READ:
        message = f"The text has {len(text)} characters, more than any network takes; shorten it."
        return (GuardFinding(kind="length", message=message),)
    try:
        outgoing = GuardedText(
            text=text,
            channel=channel,
            brand=brand,
            language=language,
            network=network,
            find_personal_data=find_personal_data,
            known_values=tuple(known_values),
            published=tuple(published),
            allowed_links=tuple(allowed_links),
            public_contacts=tuple(public_contacts),
            promotion=promotion,
            allowed_values=tuple(allowed_values) if channel is Channel.PRIVATE else (),
        )
        findings = tuple(finding for check in _CHECKS for finding in check(outgoing))
    except Exception as error:  # noqa: BLE001 - whatever goes wrong here, the text stays
        message = f"The guard could not read the text ({type(error).__name__}); a person must look at it."
        return (GuardFinding(kind="guard-error", message=message),)
    return tuple(dict.fromkeys(findings))


def _form(outgoing: GuardedText) -> Iterator[GuardFinding]:
    text = outgoing.text
    if not text.strip():
        yield GuardFinding(kind="empty", message="The text is empty; write an answer.")
    if unfilled_placeholder(text):
        yield GuardFinding(kind="placeholder", message="A placeholder was not filled; fill or remove it.")
    hidden = hidden_characters(text)
    if hidden:
        yield GuardFinding(kind="hidden-characters", message=f"The text holds {hidden}; remove it.")
    if unusual_characters(text, languages=outgoing.brand.languages, published=outgoing.published):
        message = "The text holds ornamental or look-alike characters; write it in plain letters and digits."
        yield GuardFinding(kind="disguise", message=message)
    limit = limit_of(outgoing.network, outgoing.channel)
    length = limit.count(text)
    if length > limit.most:
        message = f"The text counts {length} on {outgoing.network}, which takes {limit.most}; shorten it."
        yield GuardFinding(kind="length", message=message)
    if outgoing.promotion and not is_marked_as_advertisement(text):
        message = "The text advertises and does not say so; begin it with Publicidad, Ad: or #ad."
        yield GuardFinding(kind="promotion", message=message)


def _links(outgoing: GuardedText) -> Iterator[GuardFinding]:
    message = "A link leads outside the brand's domains; use one of the brand's own pages."
    for link in outgoing.links:
        if not outgoing.is_allowed(link):
            yield GuardFinding(kind="link", message=message)
        elif outgoing.channel is not Channel.PRIVATE and carries_token(link):
            opening = "A link carries a token that opens something for its holder; say it in private."
            yield GuardFinding(kind="secret-link", message=opening)
    if holds_obfuscated_link(outgoing.flat, domains=outgoing.brand.domains):
        yield GuardFinding(kind="link", message=message)


def _personal_data(outgoing: GuardedText) -> Iterator[GuardFinding]:
    for form in dict.fromkeys(_forms(outgoing)):
        for datum in outgoing.find_personal_data(form):
            if not _is_nobodys(datum, form, outgoing) and not _is_brands_own(datum, outgoing):
                yield _carries(datum.kind)
    if any(not _is_own_mailbox(box, outgoing) for box in _mailboxes(outgoing)):
        yield _carries("email")
    if _longest_number(with_joined_digits(outgoing.bare)) >= _LONG_NUMBER:
        message = "The text carries a number too long for a phone; remove it, whatever it stands for."
        yield GuardFinding(kind="long-number", message=message)


def _codes(outgoing: GuardedText) -> Iterator[GuardFinding]:
    """In public nothing is said that may be somebody's number or code, even where no check recognises it."""
    if outgoing.channel is Channel.PRIVATE:
        return
    if unexplained_digits(flattened(outgoing.unnamed)) >= TOO_MANY:
        message = "The text carries as many digits as a phone or an account; remove those that nobody needs."
        yield GuardFinding(kind="long-number", message=message)
    unmasked = flattened(with_masks_as_digits(plain_letters(outgoing.bare)))
    if holds_opaque_word(outgoing.bare) or any(map(holds_code, (*outgoing.in_digits, unmasked))):
        message = "The text carries what looks like a reference or a code; say it in private."
        yield GuardFinding(kind="code", message=message)
    if any(map(pieces_of_code, outgoing.in_capitals)) or any(map(_holds_glued_code, outgoing.in_capitals[-1:])):
        message = "The text carries what looks like a reference or a code; say it in private."
        yield GuardFinding(kind="code", message=message)
    if _is_read_out(outgoing):
        message = "The text reads something out sign by sign; write it plainly, or say it in private."
        yield GuardFinding(kind="disguise", message=message)


def _known_values(outgoing: GuardedText) -> Iterator[GuardFinding]:
    contacts = set(map(comparison_form, (*outgoing.public_contacts, *outgoing.brand.domains, outgoing.brand.name)))
    values = [value for value in outgoing.known_values if comparison_form(value) not in contacts]
    if repeats_protected_value(outgoing.text, known_values=values, published=outgoing.published):
        message = "The text repeats a value from the person's record or room; remove it."
        yield GuardFinding(kind="known-value", message=message)


def _confirmation(outgoing: GuardedText) -> Iterator[GuardFinding]:
    if outgoing.channel is Channel.PRIVATE:
        return
    if confirms_relationship(outgoing.text):
        message = "The text tells everyone that the person is a customer; speak of nobody's account in public."
        yield GuardFinding(kind="confirmation", message=message)
    if asks_for_data(outgoing.text):
        message = "The text asks for personal details before everyone; ask for them in private."
        yield GuardFinding(kind="asks-for-data", message=message)


def _language(outgoing: GuardedText) -> Iterator[GuardFinding]:
    spoken = outgoing.brand.languages
    expected = (outgoing.language,) if outgoing.language in spoken else spoken
    other = surely_not_in(outgoing.text, expected)
    if other:
        message = f"The text is in another language ({other}) than the person's ({outgoing.language}); translate it."
        yield GuardFinding(kind="language", message=message)


_CHECKS = (_form, _links, _personal_data, _codes, _known_values, _confirmation, _language)


def _carries(kind: str) -> GuardFinding:
    return GuardFinding(kind="personal-data", message=f"The text carries personal data ({kind}); remove it.")


def _forms(outgoing: GuardedText) -> Iterator[str]:
    """The spellings in which personal data is looked for."""
    plain = plain_letters(outgoing.bare)
    yield outgoing.bare
    yield plain
    yield with_joined_digits(plain)
    for form in outgoing.in_digits:
        if form != outgoing.flat:
            yield form
            yield with_joined_digits(form)
        pieces = joined_pieces(form)
        if pieces != form:
            yield pieces
    if any(map(str.isdigit, plain)):
        yield plain_letters(outgoing.unnamed)[::-1]


def _is_read_out(outgoing: GuardedText) -> bool:
    plain = plain_letters(outgoing.bare)
    forms = dict.fromkeys((*outgoing.in_digits, flattened(with_roman_digits(plain))))
    glued = glued_number_words(comparison_form(plain), fewest=_FEWEST_GLUED)
    told = names_letters(outgoing.flat) or counts_in_strokes(plain)
    return glued or told or encodes(plain) or any(map(spells_out, forms))


def _holds_glued_code(text: str) -> bool:
    return holds_code(flattened(text))


def _mailboxes(outgoing: GuardedText) -> Iterator[str]:
    yield from spelled_mailboxes(outgoing.flat)
    yield from spelled_mailboxes(leet_letters(_NO_HANDLE.sub(" arroba ", outgoing.flat)))
    yield from plain_mailboxes(outgoing.flat[::-1])


def _is_nobodys(datum: PersonalDatum, form: str, outgoing: GuardedText) -> bool:
    """Whether its own form says so, as that of a freephone number does, and the text says that one may call it."""
    if datum.owner is not Owner.PUBLIC or not _CALLED.search(form[: datum.start]):
        return False
    alone = outgoing.find_personal_data(datum.value)
    return bool(alone) and all(found.owner is Owner.PUBLIC for found in alone)


def _is_brands_own(datum: PersonalDatum, outgoing: GuardedText) -> bool:
    contacts = map(comparison_form, outgoing.public_contacts)
    if datum.kind in {"phone", "email"} and comparison_form(datum.value) in contacts:
        return True
    return datum.kind == "email" and _is_own_mailbox(datum.value, outgoing)


def _is_own_mailbox(mailbox: str, outgoing: GuardedText) -> bool:
    domain = mailbox.rpartition("@")[2].lower()
    return any(domain == home.lower() or domain.endswith(f".{home.lower()}") for home in outgoing.brand.domains if home)


def _longest_number(text: str) -> int:
    longest = current = 0
    for letter in text:
        current = current + 1 if "0" <= letter <= "9" else 0
        longest = max(longest, current)
    return longest
