"""Why a verdict that speaks may not be carried out, in one sentence for the person who decides instead. Pure."""

from __future__ import annotations

from dataclasses import replace

from networks.permissions import permits, permits_privately, refusal
from policies.rulebook.rulebook import Rulebook
from policies.rulebook.templates import placeholders
from records.enums import Act, Action, Approval
from records.models import Brand, Verdict
from replies.limits import over_budget
from service.deciding.context import DecisionContext, MentionContext
from service.deciding.texts import SPEAKING, VARIANTS


def held_if_blocked(verdict: Verdict, context: DecisionContext, *, rulebook: Rulebook, language: str | None) -> Verdict:
    """The verdict, or a hold with its reason where the network, the language, money or good manners forbid to speak.

    `language` is the one to answer in; None where the brand does not speak the person's.
    """
    if verdict.action not in SPEAKING:
        return verdict
    blocker = _unfillable(rulebook, verdict, context.mention.brand, language) or _blocker(verdict, context, language)
    if not blocker:
        return verdict
    return replace(verdict, action=Action.HOLD, template=None, reasons=(*verdict.reasons, blocker))


def _unfillable(rulebook: Rulebook, verdict: Verdict, brand: Brand, language: str | None) -> str:
    """The words of the template name a telephone number that the settings do not have."""
    if verdict.template is None:
        return ""
    text = rulebook.template(
        verdict.template, language=language or brand.languages[0], address=brand.address, variant=0
    )
    numbers = {"phone": brand.phone, "emergency_phone": brand.emergency_phone}
    missing = [name for name in placeholders(text) if name in numbers and not numbers[name]]
    if not missing:
        return ""
    return f"The template {verdict.template} names {missing[0]}, which [[brands]] does not have: a person answers."


def _blocker(verdict: Verdict, context: DecisionContext, language: str | None) -> str:
    return (
        _not_to_be_answered(context)
        or _not_permitted(verdict, context.mention)
        or _not_sayable(language, context.mention)
        or _not_affordable(verdict, context)
        or _not_in_time(verdict, context)
    )


def _not_to_be_answered(context: DecisionContext) -> str:
    if context.limits.is_ours(context.mention):
        return "One of our own accounts wrote this: a person decides."
    if context.limits.is_bot(context.mention):
        return "A bot wrote this, and bots are not answered automatically: a person decides."
    return ""


def _not_permitted(verdict: Verdict, mention: MentionContext) -> str:
    if _writes_privately(verdict, mention):
        return ""
    return refusal(mention.permissions, Act.PUBLIC_REPLY)


def _not_sayable(language: str | None, mention: MentionContext) -> str:
    if language is None:
        return f"No template is written in the language {mention.assessment.language}: a person answers."
    if mention.history.answers_to_person >= VARIANTS:
        return "This person has had every wording already: a person answers, so that nothing is said twice."
    return ""


def _not_affordable(verdict: Verdict, context: DecisionContext) -> str:
    if verdict.approval is not Approval.NONE:
        return ""
    permissions = context.mention.permissions
    public = permissions.reply_cost if permits(permissions, Act.PUBLIC_REPLY) else 0.0
    private = permissions.private_cost if _writes_privately(verdict, context.mention) else 0.0
    return over_budget(context.limits.month, public + private)


def _not_in_time(verdict: Verdict, context: DecisionContext) -> str:
    """Nobody is invited to wait longer than the brand promised."""
    present, promised = context.policy.brand.private_wait_minutes, context.mention.brand.private_wait_minutes
    invites = _writes_privately(verdict, context.mention) and not context.mention.history.private_open
    if not invites or present <= promised:
        return ""
    return (
        f"People wait {present:.0f} minutes in private now, and {promised:.0f} are promised: "
        "nobody is invited, and a person decides."
    )


def _writes_privately(verdict: Verdict, mention: MentionContext) -> bool:
    return verdict.action is Action.MOVE_PRIVATE and permits_privately(mention.permissions)
