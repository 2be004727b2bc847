"""The outgoing acts that a verdict asks for: hide, public reply, invitation. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from policies.rulebook.rulebook import Rulebook
from policies.text_limits import Channel
from records.enums import ANSWER_SLOT, HIDE_SLOT, PRIVATE_SLOT, Act, Action, Approval
from records.models import Account, Brand, Permissions, Verdict
from service.deciding.brand_context import NO_LIMITS, OPEN, DeskHours, SendingLimits
from service.deciding.context import MentionContext
from service.deciding.reply_blockers import PrivateWaits, reply_blocker
from service.deciding.texts import (
    invitation_text,
    opening_time,
    out_of_hours_text,
    template_for,
    with_out_of_hours,
    wording_variant,
    write_text,
)

_SPEAKING = frozenset({Action.REPLY_PUBLICLY, Action.MOVE_PRIVATE})
_APPROVALS = {Approval.NONE: 0, Approval.ONE: 1, Approval.TWO: 2}


@dataclass(frozen=True, kw_only=True)
class PlannedAct:
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


def held_if_blocked(
    verdict: Verdict,
    permissions: Permissions,
    *,
    language: str | None,
    standing: MentionContext,
    account: Account,
    bounds: SendingLimits = NO_LIMITS,
    waits: PrivateWaits | None = None,
    unsayable: str = "",
) -> Verdict:
    """The verdict, or a hold with its reason where the network, the language, money or good manners forbid to speak.

    `unsayable` says why its words cannot be filled.
    """
    if verdict.action not in _SPEAKING:
        return verdict
    obstacle = unsayable or reply_blocker(
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


def plan_acts(  # noqa: PLR0913 - what is said depends on this many things
    verdict: Verdict,
    standing: MentionContext,
    permissions: Permissions,
    *,
    rulebook: Rulebook,
    account: Account,
    brand: Brand,
    language: str,
    now: datetime,
    hours: DeskHours = OPEN,
) -> tuple[PlannedAct, ...]:
    """The acts of a live verdict, in the order in which they leave.

    A hide where it is wished and permitted, the public line, and the invitation where we may write first. Under a post
    that is hidden nobody would read the public line, so that it is left out where the invitation reaches the person.
    While the desk is closed, the first text says when it opens, where the rulebook has words for that and they fit.
    """
    desk = _ActContext(
        verdict=verdict,
        standing=standing,
        permissions=permissions,
        rulebook=rulebook,
        account=account,
        brand=brand,
        language=language,
        opens=opening_time(rulebook, hours, brand=brand, language=language, now=now),
        now=now,
    )
    hides = verdict.hide and permissions.hide
    invites = verdict.action is Action.MOVE_PRIVATE and permissions.private_message and not standing.private_open
    speaks = verdict.action in _SPEAKING and verdict.template is not None and permissions.reply
    said_in_public = speaks and not (hides and invites)
    acts = [
        *([_hide(desk)] if hides else []),
        *([_public_line(desk)] if said_in_public else []),
        *([_invitation(desk, first=not said_in_public)] if invites else []),
    ]
    return tuple(acts)


def private_target(permissions: Permissions, standing: MentionContext) -> str:
    """Where a private act goes: to the comment for a private reply, else to its author."""
    return standing.external_id if permissions.private_act is Act.PRIVATE_REPLY else standing.author_external_id


@dataclass(frozen=True, kw_only=True)
class _ActContext:
    """All that the words of an act depend on."""

    verdict: Verdict
    standing: MentionContext
    permissions: Permissions
    rulebook: Rulebook
    account: Account
    brand: Brand
    language: str
    opens: str
    """When the desk opens, in words; empty while it is open."""
    now: datetime


def _hide(desk: _ActContext) -> PlannedAct:
    return PlannedAct(
        slot=HIDE_SLOT,
        act=Act.HIDE,
        target_external_id=desk.standing.external_id,
        text="",
        language=desk.language,
        approvals_needed=_APPROVALS[desk.verdict.approval],
    )


def _public_line(desk: _ActContext) -> PlannedAct:
    verdict, standing, permissions = desk.verdict, desk.standing, desk.permissions
    text = write_text(
        desk.rulebook,
        template_for(verdict, permissions, rulebook=desk.rulebook, language=desk.language, brand=desk.brand),
        language=desk.language,
        brand=desk.brand,
        account=desk.account,
        variant=wording_variant(standing),
        variables={"handle": standing.handle, "compose_link": permissions.compose_link, "opens": desk.opens},
    )
    return PlannedAct(
        slot=ANSWER_SLOT,
        act=Act.PUBLIC_REPLY,
        target_external_id=standing.external_id,
        text=_first_text(desk, text, Channel.PUBLIC),
        language=desk.language,
        approvals_needed=_APPROVALS[verdict.approval],
        promotion=verdict.promotion,
        even_in_crisis=verdict.even_in_crisis,
    )


def _invitation(desk: _ActContext, *, first: bool) -> PlannedAct:
    text = invitation_text(
        desk.rulebook,
        account=desk.account,
        brand=desk.brand,
        handle=desk.standing.handle,
        language=desk.language,
        now=desk.now,
    )
    return PlannedAct(
        slot=PRIVATE_SLOT,
        act=desk.permissions.private_act,
        target_external_id=private_target(desk.permissions, desk.standing),
        text=_first_text(desk, text, Channel.PRIVATE) if first else text,
        language=desk.language,
        approvals_needed=_APPROVALS[desk.verdict.approval],
        invites=True,
        even_in_crisis=desk.verdict.even_in_crisis,
    )


def _first_text(desk: _ActContext, text: str, channel: Channel) -> str:
    """The first text that somebody reads of us: it says that the desk is closed, where it is."""
    closed = out_of_hours_text(
        desk.rulebook, brand=desk.brand, account=desk.account, language=desk.language, opens=desk.opens
    )
    return with_out_of_hours(text, closed, account=desk.account, channel=channel)
