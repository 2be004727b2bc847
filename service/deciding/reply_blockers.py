"""Why a verdict that speaks may not be carried out, in one sentence for the person who decides instead. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from policies.rulebook.rulebook import Rulebook
from policies.rulebook.templates import placeholders
from records.enums import Action, Approval
from records.models import Account, Brand, Permissions, Verdict
from replies.limits import over_budget
from service.deciding.brand_context import SendingLimits
from service.deciding.context import MentionContext

VARIANTS = 4
"""So many wordings a shipped template has: after them a person would be told the same twice."""


@dataclass(frozen=True, kw_only=True)
class PrivateWaits:
    """What somebody invited now must expect in private, beside what the brand promises; both in minutes."""

    present: float
    promised: float


def reply_blocker(
    verdict: Verdict,
    permissions: Permissions,
    *,
    language: str | None,
    standing: MentionContext,
    account: Account,
    bounds: SendingLimits,
    waits: PrivateWaits | None,
) -> str:
    """The first reason why a verdict that speaks may not be carried out; empty where nothing forbids it."""
    return (
        _not_to_be_answered(standing, account, bounds)
        or _not_permitted(verdict, permissions)
        or _not_sayable(language, standing)
        or _not_affordable(verdict, permissions, bounds)
        or _not_in_time(verdict, permissions, standing, waits)
    )


def unfillable(rulebook: Rulebook, verdict: Verdict, *, language: str, brand: Brand) -> str:
    """Why the words of a verdict cannot be said: they name a telephone number that the settings do not have."""
    if verdict.template is None:
        return ""
    said = rulebook.template(verdict.template, language=language, address=brand.address, variant=0)
    numbers = {"phone": brand.phone, "emergency_phone": brand.emergency_phone}
    missing = [name for name in placeholders(said) if name in numbers and not numbers[name]]
    if not missing:
        return ""
    return f"The template {verdict.template} names {missing[0]}, which [[brands]] does not have: a person answers."


def _not_to_be_answered(standing: MentionContext, account: Account, bounds: SendingLimits) -> str:
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


def _not_sayable(language: str | None, standing: MentionContext) -> str:
    if language is None:
        return f"No template is written in the language {standing.assessment.language}: a person answers."
    if standing.answers_to_person >= VARIANTS:
        return "This person has had every wording already: a person answers, so that nothing is said twice."
    return ""


def _not_affordable(verdict: Verdict, permissions: Permissions, bounds: SendingLimits) -> str:
    if verdict.approval is not Approval.NONE:
        return ""
    privately = verdict.action is Action.MOVE_PRIVATE and permissions.private_message
    cost = (permissions.reply_cost if permissions.reply else 0.0) + (permissions.private_cost if privately else 0.0)
    return over_budget(bounds.month, cost)


def _not_in_time(
    verdict: Verdict, permissions: Permissions, standing: MentionContext, waits: PrivateWaits | None
) -> str:
    """Nobody is invited to wait longer than the brand promised."""
    invites = verdict.action is Action.MOVE_PRIVATE and permissions.private_message and not standing.private_open
    if waits is None or not invites or waits.present <= waits.promised:
        return ""
    return (
        f"People wait {waits.present:.0f} minutes in private now, and {waits.promised:.0f} are promised: "
        "nobody is invited, and a person decides."
    )
