"""The disclosure guard: inspects the exact text to be posted, last, and fails closed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
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
from policies.guard.guarded_text import GuardedText
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
from records.models import PersonalDatum

_LONG_NUMBER = 13
"""Digits from which a number cannot be a telephone's and stops the text."""
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
"""Characters above which a text is refused unread: no network takes so many."""


@dataclass(frozen=True, kw_only=True)
class GuardFinding:
    """One reason why a text may not leave. The message says what was found without repeating it."""

    kind: str
    """empty, placeholder, hidden-characters, disguise, length, link, secret-link, personal-data, long-number, code,
    known-value, confirmation, asks-for-data, language, promotion or guard-error."""
    message: str


def inspect(guarded: GuardedText) -> tuple[GuardFinding, ...]:
    """Why a text may not leave; an empty tuple means that it may. Never raises: an error inside is a finding."""
    if len(guarded.text) > _LONGEST_READ:
        message = f"The text has {len(guarded.text)} characters, more than any network takes; shorten it."
        return (GuardFinding(kind="length", message=message),)
    try:
        findings = tuple(finding for check in _checks(guarded.channel) for finding in check(guarded))
    except Exception as error:  # noqa: BLE001 - whatever goes wrong here, the text stays
        message = f"The guard could not read the text ({type(error).__name__}); a person must look at it."
        return (GuardFinding(kind="guard-error", message=message),)
    return tuple(dict.fromkeys(findings))


def check_emptiness(guarded: GuardedText) -> Iterator[GuardFinding]:
    """`empty`: the text has no sign but spaces."""
    if not guarded.text.strip():
        yield GuardFinding(kind="empty", message="The text is empty; write an answer.")


def check_placeholders(guarded: GuardedText) -> Iterator[GuardFinding]:
    """`placeholder`: a variable of a template, or a draft's mark, was left."""
    if unfilled_placeholder(guarded.text):
        yield GuardFinding(kind="placeholder", message="A placeholder was not filled; fill or remove it.")


def check_hidden_characters(guarded: GuardedText) -> Iterator[GuardFinding]:
    """`hidden-characters`: characters that do not show, or that turn the direction of writing."""
    hidden = hidden_characters(guarded.text)
    if hidden:
        yield GuardFinding(kind="hidden-characters", message=f"The text holds {hidden}; remove it.")


def check_alphabet(guarded: GuardedText) -> Iterator[GuardFinding]:
    """`disguise`: characters outside the alphabets of the brand's languages."""
    if unusual_characters(guarded.text, languages=guarded.brand.languages, published=guarded.published):
        message = "The text holds ornamental or look-alike characters; write it in plain letters and digits."
        yield GuardFinding(kind="disguise", message=message)


def check_length(guarded: GuardedText) -> Iterator[GuardFinding]:
    """`length`: more than the network takes, by its own counting."""
    limit = limit_of(guarded.network, guarded.channel)
    length = limit.count(guarded.text)
    if length > limit.most:
        message = f"The text counts {length} on {guarded.network}, which takes {limit.most}; shorten it."
        yield GuardFinding(kind="length", message=message)


def check_promotion(guarded: GuardedText) -> Iterator[GuardFinding]:
    """`promotion`: an advertisement without its mark."""
    if guarded.promotion and not is_marked_as_advertisement(guarded.text):
        message = "The text advertises and does not say so; begin it with Publicidad, Ad: or #ad."
        yield GuardFinding(kind="promotion", message=message)


def check_links(guarded: GuardedText) -> Iterator[GuardFinding]:
    """`link`, `secret-link`: addresses outside the brand's domains, also obfuscated, and public links with a token."""
    message = "A link leads outside the brand's domains; use one of the brand's own pages."
    for link in guarded.links:
        if not guarded.is_allowed(link):
            yield GuardFinding(kind="link", message=message)
        elif guarded.channel is not Channel.PRIVATE and carries_token(link):
            opening = "A link carries a token that opens something for its holder; say it in private."
            yield GuardFinding(kind="secret-link", message=opening)
    if holds_obfuscated_link(guarded.flat, domains=guarded.brand.domains):
        yield GuardFinding(kind="link", message=message)


def check_personal_data(guarded: GuardedText) -> Iterator[GuardFinding]:
    """`personal-data`: what the classifier's finder recognises in any spelling of the text, and mailboxes."""
    for form in dict.fromkeys(_forms(guarded)):
        for datum in guarded.find_personal_data(form):
            if not _is_public_number(datum, form, guarded) and not _is_own_contact(datum, guarded):
                yield _carries(datum.kind)
    if any(not _is_own_mailbox(box, guarded) for box in _mailboxes(guarded)):
        yield _carries("email")


def check_long_numbers(guarded: GuardedText) -> Iterator[GuardFinding]:
    """`long-number`: more digits in a row than any telephone number has."""
    if _longest_number(with_joined_digits(guarded.bare)) >= _LONG_NUMBER:
        message = "The text carries a number too long for a phone; remove it, whatever it stands for."
        yield GuardFinding(kind="long-number", message=message)


def check_unexplained_digits(guarded: GuardedText) -> Iterator[GuardFinding]:
    """`long-number` in public: as many digits as a telephone or an account, that no hour, date or amount explains."""
    if unexplained_digits(flattened(guarded.unnamed)) >= TOO_MANY:
        message = "The text carries as many digits as a phone or an account; remove those that nobody needs."
        yield GuardFinding(kind="long-number", message=message)


def check_codes(guarded: GuardedText) -> Iterator[GuardFinding]:
    """`code` in public: what looks like a reference or a code, whole, masked or in pieces."""
    unmasked = flattened(with_masks_as_digits(plain_letters(guarded.bare)))
    whole = holds_opaque_word(guarded.bare) or any(map(holds_code, (*guarded.in_digits, unmasked)))
    if (
        whole
        or any(map(pieces_of_code, guarded.in_capitals))
        or any(holds_code(flattened(form)) for form in guarded.in_capitals[-1:])
    ):
        message = "The text carries what looks like a reference or a code; say it in private."
        yield GuardFinding(kind="code", message=message)


def check_spelling_out(guarded: GuardedText) -> Iterator[GuardFinding]:
    """`disguise` in public: a value read out sign by sign, as letter names, number words, strokes or an alphabet."""
    plain = plain_letters(guarded.bare)
    forms = dict.fromkeys((*guarded.in_digits, flattened(with_roman_digits(plain))))
    glued = glued_number_words(comparison_form(plain), fewest=_FEWEST_GLUED)
    named = names_letters(guarded.flat) or counts_in_strokes(plain)
    if glued or named or encodes(plain) or any(map(spells_out, forms)):
        message = "The text reads something out sign by sign; write it plainly, or say it in private."
        yield GuardFinding(kind="disguise", message=message)


def check_protected_values(guarded: GuardedText) -> Iterator[GuardFinding]:
    """`known-value`: a value of the customer record or the room, in any spelling, that the person did not publish."""
    contacts = set(map(comparison_form, (*guarded.public_contacts, *guarded.brand.domains, guarded.brand.name)))
    values = [value for value in guarded.protected_values if comparison_form(value) not in contacts]
    if repeats_protected_value(guarded.text, protected_values=values, published=guarded.published):
        message = "The text repeats a value from the person's record or room; remove it."
        yield GuardFinding(kind="known-value", message=message)


def check_confirmation(guarded: GuardedText) -> Iterator[GuardFinding]:
    """`confirmation` in public: a sentence that says that the person is a customer."""
    if confirms_relationship(guarded.text):
        message = "The text tells everyone that the person is a customer; speak of nobody's account in public."
        yield GuardFinding(kind="confirmation", message=message)


def check_data_requests(guarded: GuardedText) -> Iterator[GuardFinding]:
    """`asks-for-data` in public: a request for personal details that does not say that they go in private."""
    if asks_for_data(guarded.text):
        message = "The text asks for personal details before everyone; ask for them in private."
        yield GuardFinding(kind="asks-for-data", message=message)


def check_language(guarded: GuardedText) -> Iterator[GuardFinding]:
    """`language`: surely another language than the person's."""
    spoken = guarded.brand.languages
    expected = (guarded.language,) if guarded.language in spoken else spoken
    other = surely_not_in(guarded.text, expected)
    if other:
        message = f"The text is in another language ({other}) than the person's ({guarded.language}); translate it."
        yield GuardFinding(kind="language", message=message)


Check = Callable[[GuardedText], Iterator[GuardFinding]]

CHECKS: tuple[Check, ...] = (
    check_emptiness,
    check_placeholders,
    check_hidden_characters,
    check_alphabet,
    check_length,
    check_promotion,
    check_links,
    check_personal_data,
    check_long_numbers,
    check_unexplained_digits,
    check_codes,
    check_spelling_out,
    check_protected_values,
    check_confirmation,
    check_data_requests,
    check_language,
)
"""Every check, in the order in which findings are given."""

PUBLIC_CHECKS = frozenset(
    {check_unexplained_digits, check_codes, check_spelling_out, check_confirmation, check_data_requests}
)
"""Those that look at public texts alone: in private a number or a code may be the person's own."""


def _checks(channel: Channel) -> Iterator[Check]:
    return (check for check in CHECKS if channel is not Channel.PRIVATE or check not in PUBLIC_CHECKS)


def _carries(kind: str) -> GuardFinding:
    return GuardFinding(kind="personal-data", message=f"The text carries personal data ({kind}); remove it.")


def _forms(guarded: GuardedText) -> Iterator[str]:
    """The spellings in which personal data is looked for."""
    plain = plain_letters(guarded.bare)
    yield guarded.bare
    yield plain
    yield with_joined_digits(plain)
    for form in guarded.in_digits:
        if form != guarded.flat:
            yield form
            yield with_joined_digits(form)
        pieces = joined_pieces(form)
        if pieces != form:
            yield pieces
    if any(map(str.isdigit, plain)):
        yield plain_letters(guarded.unnamed)[::-1]


def _mailboxes(guarded: GuardedText) -> Iterator[str]:
    yield from spelled_mailboxes(guarded.flat)
    yield from spelled_mailboxes(leet_letters(_NO_HANDLE.sub(" arroba ", guarded.flat)))
    yield from plain_mailboxes(guarded.flat[::-1])


def _is_public_number(datum: PersonalDatum, form: str, guarded: GuardedText) -> bool:
    """Whether it is a public number, such as a freephone number, that the text invites to call."""
    if datum.owner is not Owner.PUBLIC or not _CALLED.search(form[: datum.start]):
        return False
    alone = guarded.find_personal_data(datum.value)
    return bool(alone) and all(found.owner is Owner.PUBLIC for found in alone)


def _is_own_contact(datum: PersonalDatum, guarded: GuardedText) -> bool:
    contacts = map(comparison_form, guarded.public_contacts)
    if datum.kind in {"phone", "email"} and comparison_form(datum.value) in contacts:
        return True
    return datum.kind == "email" and _is_own_mailbox(datum.value, guarded)


def _is_own_mailbox(mailbox: str, guarded: GuardedText) -> bool:
    domain = mailbox.rpartition("@")[2].lower()
    return any(domain == home.lower() or domain.endswith(f".{home.lower()}") for home in guarded.brand.domains if home)


def _longest_number(text: str) -> int:
    longest = current = 0
    for letter in text:
        current = current + 1 if "0" <= letter <= "9" else 0
        longest = max(longest, current)
    return longest
