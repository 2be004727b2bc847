"""What a verdict makes Aparte write: which outgoing acts, with which words. Pure."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from policies.rulebook import Rulebook
from policies.templates import placeholders
from policies.texts import render
from records.nouns import (
    ANSWER_SLOT,
    HIDE_SLOT,
    PRIVATE_SLOT,
    Account,
    Act,
    Action,
    Approval,
    Brand,
    Permissions,
    Verdict,
)
from replies.prices import over_budget
from service.bounds import NO_BOUNDS, Bounds
from service.standing import Standing

VARIANTS = 4
"""So many wordings a shipped template has: after them a person would be told the same twice."""

INVITATION = "invitation"
WRITING = "-writing"
"""Ends the name of a template for a public line beside which we write in private ourselves."""
ROOM_LIFETIME = timedelta(hours=48)

_GREETINGS = {"es": "Hola, {name}.", "en": "Hi {name}.", "pt": "Olá, {name}."}
_NAMELESS_GREETINGS = {"es": "Hola.", "en": "Hi.", "pt": "Olá."}
_WITHOUT_HANDLES = frozenset({"facebook"})
"""Networks on which people go by their names."""
_SIGNATURES = {"es": "— {brand}", "en": "— {brand}"}
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
) -> Verdict:
    """The verdict, or a hold with its reason where the network, the language, money or good manners forbid to speak."""
    if verdict.action not in _SPEAKING:
        return verdict
    obstacle = (
        _not_to_be_answered(standing, account, bounds)
        or _not_permitted(verdict, permissions)
        or _not_sayable(language, standing)
        or _not_affordable(verdict, permissions, bounds)
    )
    if not obstacle:
        return verdict
    return replace(
        verdict,
        action=Action.HOLD,
        template=None,
        reasons=(*verdict.reasons, obstacle),
    )


def outgoing_acts(
    verdict: Verdict,
    standing: Standing,
    permissions: Permissions,
    *,
    rulebook: Rulebook,
    account: Account,
    brand: Brand,
    language: str,
    now: datetime,
) -> tuple[Outgoing, ...]:
    """The acts of a live verdict, in the order in which they leave.

    A hide where it is wished and permitted, the public line, and the invitation where we may write first. Under a post
    that is hidden nobody would read the public line, so that it is left out where the invitation reaches the person.
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
    if verdict.action in _SPEAKING and verdict.template is not None and permissions.reply and not unseen:
        text = write_text(
            rulebook,
            _without_compose_link(rulebook, verdict, permissions, language=language, brand=brand),
            language=language,
            brand=brand,
            account=account,
            variant=wording(standing),
            variables={"handle": standing.handle, "compose_link": permissions.compose_link},
        )
        acts.append(
            Outgoing(
                slot=ANSWER_SLOT,
                act=Act.PUBLIC_REPLY,
                target_external_id=standing.external_id,
                text=text,
                language=language,
                approvals_needed=approvals_needed,
            )
        )
    if invites:
        acts.append(
            Outgoing(
                slot=PRIVATE_SLOT,
                act=permissions.private_act,
                target_external_id=private_target(permissions, standing),
                text=invitation_text(
                    rulebook, account=account, brand=brand, handle=standing.handle, language=language, now=now
                ),
                language=language,
                approvals_needed=approvals_needed,
                invites=True,
            )
        )
    return tuple(acts)


def private_target(permissions: Permissions, standing: Standing) -> str:
    """Where a private act goes: to the comment for a private reply, else to its author."""
    return standing.external_id if permissions.private_act is Act.PRIVATE_REPLY else standing.author_external_id


def invitation_text(
    rulebook: Rulebook, *, account: Account, brand: Brand, handle: str, language: str, now: datetime
) -> str:
    """The invitation in the person's language, its expiry in words; the link is filled in when it is sent."""
    local = (now + ROOM_LIFETIME).astimezone(ZoneInfo(brand.timezone))
    return write_text(
        rulebook,
        INVITATION,
        language=language,
        brand=brand,
        account=account,
        variant=0,
        variables={"handle": handle, "room_link": "{room_link}", "expires": f"{local:%d/%m %H:%M}"},
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
            **variables,
            "handle": called,
        },
    )


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


def _not_to_be_answered(standing: Standing, account: Account, bounds: Bounds) -> str:
    if bounds.is_ours(standing, account):
        return "One of our own accounts wrote this: a person decides."
    if bounds.is_bot(standing):
        return "A bot wrote this, and bots are not answered automatically: a person decides."
    return ""


def _not_permitted(verdict: Verdict, permissions: Permissions) -> str:
    privately = verdict.action is Action.MOVE_PRIVATE and permissions.private_message
    if permissions.reply or privately:
        return ""
    return permissions.why or "The network does not permit an answer here."


def _not_sayable(language: str | None, standing: Standing) -> str:
    if language is None:
        return f"No template is written in the language {standing.assessment.language}: a person answers."
    if standing.answers_to_person >= VARIANTS:
        return "This person has had every wording already: a person answers, so that nothing is said twice."
    return ""


def _not_affordable(verdict: Verdict, permissions: Permissions, bounds: Bounds) -> str:
    if verdict.approval is not Approval.NONE:
        return ""
    privately = verdict.action is Action.MOVE_PRIVATE and permissions.private_message
    cost = (permissions.reply_cost if permissions.reply else 0.0) + (permissions.private_cost if privately else 0.0)
    return over_budget(bounds.month, cost)
