"""What a verdict makes Aparte write: which outgoing acts, with which words. Pure."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from policies.channel import Channel
from policies.lengths import limit_of
from policies.opening_words import opens_in_words
from policies.rulebook import Rulebook
from policies.templates import placeholders
from policies.texts import render
from records.nouns import Account, Brand, Permissions, Verdict
from records.words import ANSWER_SLOT, HIDE_SLOT, PRIVATE_SLOT, Act, Action, Approval
from room.expiry import expiry_in_words
from service.bounds import NO_BOUNDS, Bounds
from service.desk_hours import OPEN, DeskHours
from service.obstacles import VARIANTS, Waits, what_forbids
from service.standing import Standing

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
_SPEAKING = frozenset({Action.REPLY_PUBLICLY, Action.MOVE_PRIVATE})
_APPROVALS = {Approval.NONE: 0, Approval.ONE: 1, Approval.TWO: 2}


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """One act that a verdict asks for."""

    slot: str
    act: Act
    target_external_id: str
    text: str
    language: str
    approvals_needed: int
    invites: bool = False
    """Its text waits for the link of a room that is prepared with it."""
    promotion: bool = False
    """Advertises, and must say so."""
    even_in_crisis: bool = False
    """Leaves although the brand's crisis switch is on."""


def choose_language(found: str, brand: Brand) -> str | None:
    """The language to answer in: the person's where the brand speaks it, its first where nothing was recognised."""
    if found in brand.languages:
        return found
    return brand.languages[0] if found == "und" else None


def as_permitted(
    verdict: Verdict,
    permissions: Permissions,
    *,
    language: str | None,
    standing: Standing,
    account: Account,
    bounds: Bounds = NO_BOUNDS,
    waits: Waits | None = None,
    unsayable: str = "",
) -> Verdict:
    """The verdict, or a hold with its reason where the network, the language, money or good manners forbid to speak.

    `unsayable` says why its words cannot be filled.
    """
    if verdict.action not in _SPEAKING:
        return verdict
    obstacle = unsayable or what_forbids(
        verdict, permissions, language=language, standing=standing, account=account, bounds=bounds, waits=waits
    )
    if not obstacle:
        return verdict
    return replace(
        verdict,
        action=Action.HOLD,
        template=None,
        reasons=(*verdict.reasons, obstacle),
    )


def outgoing_acts(  # noqa: PLR0913 - what is said depends on this many things
    verdict: Verdict,
    standing: Standing,
    permissions: Permissions,
    *,
    rulebook: Rulebook,
    account: Account,
    brand: Brand,
    language: str,
    now: datetime,
    hours: DeskHours = OPEN,
) -> tuple[Outgoing, ...]:
    """The acts of a live verdict, in the order in which they leave.

    A hide where it is wished and permitted, the public line, and the invitation where we may write first. Under a post
    that is hidden nobody would read the public line, so that it is left out where the invitation reaches the person.
    While the desk is closed, the first text says when it opens, where the rulebook has words for that and they fit.
    """
    approvals_needed = _APPROVALS[verdict.approval]
    acts: list[Outgoing] = []
    if verdict.hide and permissions.hide:
        acts.append(
            Outgoing(
                slot=HIDE_SLOT,
                act=Act.HIDE,
                target_external_id=standing.external_id,
                text="",
                language=language,
                approvals_needed=approvals_needed,
            )
        )
    invites = verdict.action is Action.MOVE_PRIVATE and permissions.private_message and not standing.private_open
    unseen = verdict.hide and permissions.hide and invites
    speaking = partial(
        Outgoing, language=language, approvals_needed=approvals_needed, even_in_crisis=verdict.even_in_crisis
    )
    opens = opening_time(rulebook, hours, brand=brand, language=language, now=now)
    closed = _out_of_hours(rulebook, brand=brand, account=account, language=language, opens=opens)
    if verdict.action in _SPEAKING and verdict.template is not None and permissions.reply and not unseen:
        text = write_text(
            rulebook,
            _without_compose_link(rulebook, verdict, permissions, language=language, brand=brand),
            language=language,
            brand=brand,
            account=account,
            variant=wording(standing),
            variables={
                "handle": standing.handle,
                "compose_link": permissions.compose_link,
                "opens": opens,
            },
        )
        acts.append(
            speaking(
                slot=ANSWER_SLOT,
                act=Act.PUBLIC_REPLY,
                target_external_id=standing.external_id,
                text=_both(text, closed, account=account, channel=Channel.PUBLIC),
                promotion=verdict.promotion,
            )
        )
        closed = ""
    if invites:
        text = invitation_text(
            rulebook, account=account, brand=brand, handle=standing.handle, language=language, now=now
        )
        acts.append(
            speaking(
                slot=PRIVATE_SLOT,
                act=permissions.private_act,
                target_external_id=private_target(permissions, standing),
                text=_both(text, closed, account=account, channel=Channel.PRIVATE),
                invites=True,
            )
        )
    return tuple(acts)


def opening_time(rulebook: Rulebook, hours: DeskHours, *, brand: Brand, language: str, now: datetime) -> str:
    """When the desk opens, in words such as `mañana a las 08:00`; empty while it is open."""
    if hours.opens_at is None:
        return ""
    return opens_in_words(rulebook.calendar, now=now.astimezone(ZoneInfo(brand.timezone)), language=language)


def private_target(permissions: Permissions, standing: Standing) -> str:
    """Where a private act goes: to the comment for a private reply, else to its author."""
    return standing.external_id if permissions.private_act is Act.PRIVATE_REPLY else standing.author_external_id


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
            "expires": expiry_in_words(now + ROOM_LIFETIME, brand, language=language),
        },
    )


def wording(standing: Standing) -> int:
    """Which wording this person gets: spread over people, and another one each time."""
    return zlib.crc32(standing.author_external_id.encode()) % VARIANTS + standing.answers_to_person


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


def _out_of_hours(rulebook: Rulebook, *, brand: Brand, account: Account, language: str, opens: str) -> str:
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


def _both(text: str, closed: str, *, account: Account, channel: Channel) -> str:
    """The text with the words for a closed desk before its signature, where the network takes both."""
    if not closed:
        return text
    said, sign, brand = text.rpartition(_SIGN)
    joined = f"{said.rstrip()} {closed} {sign}{brand}" if sign else f"{text} {closed}"
    limit = limit_of(account.network, channel)
    return joined if limit.count(joined) <= limit.most else text


def _called(handle: str, network: str) -> str:
    """How somebody is addressed in public; empty where the network keeps the name to itself."""
    return handle if network in _WITHOUT_HANDLES or not handle else f"@{handle}"


def _without_compose_link(
    rulebook: Rulebook, verdict: Verdict, permissions: Permissions, *, language: str, brand: Brand
) -> str:
    """The template, or its `-writing` form: nobody is asked to write first where we write to them, or nobody can be."""
    template = verdict.template or ""
    writing = f"{template}{WRITING}"
    if writing not in rulebook.templates:
        return template
    said = rulebook.template(template, language=language, address=brand.address, variant=0)
    we_write = verdict.action is Action.MOVE_PRIVATE and permissions.private_message
    unneeded = we_write or not permissions.compose_link
    return writing if unneeded and "compose_link" in placeholders(said) else template
