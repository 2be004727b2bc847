"""The text of an act: a template of the rulebook, filled in for one person. Pure."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from networks.permissions import permits_privately
from policies.rulebook.calendar import opens_in_words
from policies.rulebook.rulebook import Rulebook
from policies.rulebook.templates import placeholders, render
from policies.text_limits import Channel, limit_of
from records.enums import Action
from records.models import Account, Brand, Verdict
from room.wordings import expiry_text
from service.deciding.context import DeskHours, MentionContext

SPEAKING = frozenset({Action.REPLY_PUBLICLY, Action.MOVE_PRIVATE})
"""Actions that say something."""
VARIANTS = 4
"""So many wordings a shipped template has: after them a person would read the same twice."""
INVITATION = "invitation"
INVITATION_BY_CODE = "invitation-code"
WRITING = "-writing"
"""Ends the name of a template for a public line beside which we write in private ourselves."""
REFERENCE = "{reference}"
"""Stands in an invitation until its case is known."""
ROOM_LIFETIME = timedelta(hours=48)

_GREETINGS = {"es": "Hola, {name}.", "en": "Hi {name}.", "pt": "Olá, {name}."}
_NAMELESS_GREETINGS = {"es": "Hola.", "en": "Hi.", "pt": "Olá."}
_WITHOUT_HANDLES = frozenset({"facebook"})
"""Networks on which people go by their names."""
_SIGN = "— "
_SIGNATURES = {"es": _SIGN + "{brand}", "en": _SIGN + "{brand}"}


def choose_language(found: str, brand: Brand) -> str | None:
    """The language to answer in: the person's where the brand speaks it, its first where nothing was recognised."""
    if found in brand.languages:
        return found
    return brand.languages[0] if found == "und" else None


def write_text(
    rulebook: Rulebook,
    template: str,
    *,
    language: str,
    brand: Brand,
    account: Account,
    variant: int,
    variables: Mapping[str, str],
) -> str:
    """A template with everything filled in that is no secret; `{room_link}` stays for the moment of sending.

    `variables` holds at least the person's `handle`, without its @.
    """
    called = _called(variables["handle"], account.network)
    greetings = _GREETINGS if called else _NAMELESS_GREETINGS
    return render(
        rulebook.template(template, language=language, address=brand.address, variant=variant),
        variables={
            "greeting": greetings.get(language, greetings["en"]).replace("{name}", called),
            "brand": _called(account.handle, account.network) or brand.name,
            "signature": _SIGNATURES.get(language, _SIGNATURES["en"]).replace("{brand}", brand.name),
            "phone": brand.phone,
            "emergency_phone": brand.emergency_phone,
            "opens": "",
            **variables,
            "handle": called,
        },
    )


def invitation_text(
    rulebook: Rulebook, *, account: Account, brand: Brand, handle: str, language: str, now: datetime
) -> str:
    """The invitation in the person's language, its expiry in words; link or code are filled in when it is sent."""
    by_code = brand.invitation == "code" and INVITATION_BY_CODE in rulebook.templates
    return write_text(
        rulebook,
        INVITATION_BY_CODE if by_code else INVITATION,
        language=language,
        brand=brand,
        account=account,
        variant=0,
        variables={
            "handle": handle,
            "room_link": "{room_link}",
            "room_code": "{room_code}",
            "room_address": brand.room_address or "{room_address}",
            "reference": REFERENCE,
            "expires": expiry_text(now + ROOM_LIFETIME, brand, language=language),
        },
    )


def opening_time(rulebook: Rulebook, hours: DeskHours, *, brand: Brand, language: str, now: datetime) -> str:
    """When the desk opens, in words such as `mañana a las 08:00`; empty while it is open."""
    if hours.opens_at is None:
        return ""
    return opens_in_words(rulebook.calendar, now=now.astimezone(ZoneInfo(brand.timezone)), language=language)


def out_of_hours_text(rulebook: Rulebook, *, brand: Brand, account: Account, language: str, opens: str) -> str:
    """What is said besides while the desk is closed; empty where nothing is, or its words cannot be filled."""
    if not opens or rulebook.out_of_hours is None:
        return ""
    said = rulebook.template(rulebook.out_of_hours, language=language, address=brand.address, variant=0)
    if "emergency_phone" in placeholders(said) and not brand.emergency_phone:
        return ""
    return write_text(
        rulebook,
        rulebook.out_of_hours,
        language=language,
        brand=brand,
        account=account,
        variant=0,
        variables={"handle": "", "opens": opens},
    )


def with_out_of_hours(text: str, closed: str, *, account: Account, channel: Channel) -> str:
    """The text with the words for a closed desk before its signature, where the network takes both."""
    if not closed:
        return text
    said, sign, brand = text.rpartition(_SIGN)
    joined = f"{said.rstrip()} {closed} {sign}{brand}" if sign else f"{text} {closed}"
    limit = limit_of(account.network, channel)
    return joined if limit.count(joined) <= limit.most else text


def template_for(verdict: Verdict, mention: MentionContext, *, rulebook: Rulebook, language: str) -> str:
    """The template, or its `-writing` form: nobody is asked to write first where we write to them, or nobody can be."""
    template = verdict.template or ""
    writing = f"{template}{WRITING}"
    if writing not in rulebook.templates:
        return template
    text = rulebook.template(template, language=language, address=mention.brand.address, variant=0)
    we_write = verdict.action is Action.MOVE_PRIVATE and permits_privately(mention.permissions)
    unneeded = we_write or not mention.permissions.compose_link
    return writing if unneeded and "compose_link" in placeholders(text) else template


def wording_variant(mention: MentionContext) -> int:
    """Which wording this person gets: spread over people, and another one each time."""
    return zlib.crc32(mention.author_external_id.encode()) % VARIANTS + mention.history.answers_to_person


def _called(handle: str, network: str) -> str:
    """How somebody is addressed in public; empty where the network keeps the name to itself."""
    return handle if network in _WITHOUT_HANDLES or not handle else f"@{handle}"
