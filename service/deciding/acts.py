"""The outgoing acts that a verdict asks for: hide, public reply, invitation. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from networks.permissions import permits, permits_privately
from policies.rulebook.rulebook import Rulebook
from policies.text_limits import Channel
from records.enums import ANSWER_SLOT, HIDE_SLOT, PRIVATE_SLOT, Act, Action, Approval
from records.models import Account, Brand, Verdict
from replies.draft import PlannedAct
from service.deciding.context import ActiveRulebook, MentionContext
from service.deciding.texts import (
    SPEAKING,
    invitation_text,
    opening_time,
    out_of_hours_text,
    template_for,
    with_out_of_hours,
    wording_variant,
    write_text,
)

_APPROVALS = {Approval.NONE: 0, Approval.ONE: 1, Approval.TWO: 2}


def plan_acts(
    verdict: Verdict, mention: MentionContext, *, active: ActiveRulebook, language: str, now: datetime
) -> tuple[PlannedAct, ...]:
    """The acts of a live verdict, in the order in which they leave.

    A hide where it is wished and permitted, the public line, and the invitation where we may write first. Under a post
    that is hidden nobody would read the public line, so that it is left out where the invitation reaches the person.
    While the desk is closed, the first text says when it opens, where the rulebook has words for that and they fit.
    """
    plan = _Plan(
        verdict=verdict,
        mention=mention,
        rulebook=active.rulebook,
        language=language,
        opens=opening_time(active.rulebook, active.hours, brand=mention.brand, language=language, now=now),
        now=now,
    )
    permissions = mention.permissions
    hides = verdict.hide and permits(permissions, Act.HIDE)
    moves = verdict.action is Action.MOVE_PRIVATE
    invites = moves and permits_privately(permissions) and not mention.history.private_open
    speaks = verdict.action in SPEAKING and verdict.template is not None and permits(permissions, Act.PUBLIC_REPLY)
    said_in_public = speaks and not (hides and invites)
    return (
        *([plan.hide()] if hides else []),
        *([plan.public_line()] if said_in_public else []),
        *([plan.invitation(first=not said_in_public)] if invites else []),
    )


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """All that the words of an act depend on."""

    verdict: Verdict
    mention: MentionContext
    rulebook: Rulebook
    language: str
    opens: str
    """When the desk opens, in words; empty while it is open."""
    now: datetime

    @property
    def account(self) -> Account:
        return self.mention.account

    @property
    def brand(self) -> Brand:
        return self.mention.brand

    def hide(self) -> PlannedAct:
        return PlannedAct(
            slot=HIDE_SLOT,
            act=Act.HIDE,
            target_external_id=self.mention.external_id,
            text="",
            language=self.language,
            approvals_needed=_APPROVALS[self.verdict.approval],
        )

    def public_line(self) -> PlannedAct:
        text = write_text(
            self.rulebook,
            template_for(self.verdict, self.mention, rulebook=self.rulebook, language=self.language),
            language=self.language,
            brand=self.brand,
            account=self.account,
            variant=wording_variant(self.mention),
            variables={
                "handle": self.mention.handle,
                "compose_link": self.mention.permissions.compose_link,
                "opens": self.opens,
            },
        )
        return PlannedAct(
            slot=ANSWER_SLOT,
            act=Act.PUBLIC_REPLY,
            target_external_id=self.mention.external_id,
            text=self._with_hours(text, Channel.PUBLIC),
            language=self.language,
            approvals_needed=_APPROVALS[self.verdict.approval],
            promotion=self.verdict.promotion,
            even_in_crisis=self.verdict.even_in_crisis,
        )

    def invitation(self, *, first: bool) -> PlannedAct:
        text = invitation_text(
            self.rulebook,
            account=self.account,
            brand=self.brand,
            handle=self.mention.handle,
            language=self.language,
            now=self.now,
        )
        return PlannedAct(
            slot=PRIVATE_SLOT,
            act=self.mention.permissions.private_act,
            target_external_id=self.mention.private_target,
            text=self._with_hours(text, Channel.PRIVATE) if first else text,
            language=self.language,
            approvals_needed=_APPROVALS[self.verdict.approval],
            invites=True,
            even_in_crisis=self.verdict.even_in_crisis,
        )

    def _with_hours(self, text: str, channel: Channel) -> str:
        """The first text that somebody reads of us says that the desk is closed, where it is."""
        closed = out_of_hours_text(
            self.rulebook, brand=self.brand, account=self.account, language=self.language, opens=self.opens
        )
        return with_out_of_hours(text, closed, account=self.account, channel=channel)
