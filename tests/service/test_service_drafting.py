"""Which acts a verdict becomes on each network, and what holds it back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from policies.loading import load_rulebook, shipped_rulebook
from records.enums import Act, Action, Approval, Priority, Queue
from records.models import Account, Brand, Permissions, Verdict
from replies.draft import PlannedAct
from service.deciding.acts import plan_acts
from service.deciding.context import ActiveRulebook, DeskHours, MentionContext, SendingLimits, ThreadHistory
from service.deciding.reply_blockers import held_if_blocked
from service.delivery.guard import compose_links
from tests.support.decision_contexts import assessment, context, mention

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
FACEBOOK = Account(
    id=1, name="acme-facebook", network="facebook", brand="acme", external_id="77", handle="acme", connected_at=NOW
)
PAGE = Permissions(
    reply=True, private_message=True, private_act=Act.PRIVATE_REPLY, hide=True, compose_link="https://m.me/77"
)
COSTLY = Permissions(
    reply=True, private_message=False, hide=False, reply_cost=0.01, compose_link="https://x.com/messages/compose"
)
MOVE = Verdict(
    action=Action.MOVE_PRIVATE,
    rule="needs-account-data",
    queue=Queue.CARE,
    priority=Priority.NORMAL,
    approval=Approval.NONE,
    hide=False,
    template="aside",
    reasons=(),
    rulebook_version="1",
)


def comment(permissions: Permissions = PAGE, **changed: Any) -> MentionContext:
    history = ThreadHistory(root_is_ours=True)
    known: dict[str, Any] = {
        "account": FACEBOOK,
        "brand": Brand(name="acme", languages=("en",)),
        "feed": "comments",
        "external_id": "77_1_2",
        "root_external_id": "77_1",
        "kind": "comment",
        "published_at": NOW,
        "author_external_id": "900",
        "handle": "rosa",
        "assessment": assessment(language="en"),
        "history": history,
    }
    return mention(permissions=permissions, **{**known, **changed})


def acts(permissions: Permissions, verdict: Verdict = MOVE) -> tuple[PlannedAct, ...]:
    active = ActiveRulebook(rulebook=shipped_rulebook())
    return plan_acts(verdict, comment(permissions), active=active, language="en", now=NOW)


def held(of: MentionContext, verdict: Verdict = MOVE, limits: SendingLimits = SendingLimits()) -> str:  # noqa: B008
    about = context(of, limits=limits)
    verdict = held_if_blocked(verdict, about, rulebook=about.policy.active.rulebook, language="en")
    return verdict.reasons[-1] if verdict.action is Action.HOLD else ""


def test_a_comment_is_answered_in_public_and_by_one_private_reply_to_it() -> None:
    public, private = acts(PAGE)
    assert (public.act, public.target_external_id) == (Act.PUBLIC_REPLY, "77_1_2")
    assert (private.act, private.target_external_id, private.invites) == (Act.PRIVATE_REPLY, "77_1_2", True)


def test_whoever_may_be_written_to_is_not_asked_to_write_first() -> None:
    for template in ("aside", "protect-your-data"):
        public, _ = acts(PAGE, replace(MOVE, template=template))
        assert "https://" not in public.text
        (asked,) = acts(replace(PAGE, private_message=False), replace(MOVE, template=template))
        assert "https://m.me/77" in asked.text


def test_under_a_post_that_will_be_hidden_only_the_private_way_is_gone() -> None:
    hiding = replace(MOVE, hide=True, template="protect-your-data")
    assert [act.act for act in acts(PAGE, hiding)] == [Act.HIDE, Act.PRIVATE_REPLY]
    assert [act.act for act in acts(replace(PAGE, private_message=False), hiding)] == [Act.HIDE, Act.PUBLIC_REPLY]


def test_nobody_is_sent_to_an_address_that_does_not_exist() -> None:
    (public,) = acts(replace(PAGE, private_message=False, compose_link=""), replace(MOVE, template="protect-your-data"))
    assert "at  We" not in public.text


def test_where_only_a_private_way_is_open_only_that_is_gone() -> None:
    only_private = replace(PAGE, reply=False)
    assert held(comment(only_private)) == ""
    assert [act.act for act in acts(only_private)] == [Act.PRIVATE_REPLY]
    assert held(comment(only_private), replace(MOVE, action=Action.REPLY_PUBLICLY, template="thanks"))


@pytest.mark.parametrize(
    ("of", "limits"),
    [
        (comment(declared_bot=True), SendingLimits()),
        (comment(handle="Weather_Bot"), SendingLimits(known_bots=frozenset({"weather_bot"}))),
        (comment(author_external_id="77"), SendingLimits()),
        (comment(author_external_id="1001"), SendingLimits(own_external_ids=frozenset({"1001"}))),
    ],
    ids=["declares it", "named in the settings", "the account itself", "another account of ours"],
)
def test_bots_and_our_own_accounts_are_left_to_a_person_whatever_a_rule_says(
    of: MentionContext, limits: SendingLimits
) -> None:
    assert held(of, limits=limits)


def test_a_spent_month_stops_what_no_person_approves() -> None:
    spent = SendingLimits(month_spent=10.0, month_cap=10.0)
    assert held(comment(COSTLY), limits=spent).startswith("The month's budget of $10.00 is spent")
    assert held(comment(COSTLY), replace(MOVE, approval=Approval.ONE), limits=spent) == ""
    assert held(comment(PAGE), limits=spent) == ""
    assert held(comment(COSTLY), limits=SendingLimits(month_spent=10.0)) == ""


def test_only_an_accounts_own_page_for_messages_may_be_linked() -> None:
    assert compose_links(FACEBOOK) == ("https://m.me/77",)
    assert compose_links(replace(FACEBOOK, network="instagram")) == ("https://ig.me/m/acme",)
    assert compose_links(replace(FACEBOOK, network="instagram", handle="")) == ()


FRIDAY_NIGHT = datetime(2026, 11, 20, 22, tzinfo=UTC)
CLOSED = DeskHours(open=False, opens_at=datetime(2026, 11, 23, 8, tzinfo=UTC), hours_until_open=58)
NIGHT = load_rulebook(
    """
rulebook: night
languages: [en]
calendar: {hours: {mon-fri: "08:00-20:00"}}
out_of_hours: {template: night}
rules:
  - {name: one, state: live, when: "true", then: {action: listen}, because: A trial.}
templates:
  aside: {en: ["{greeting} Please write to us: {compose_link} {signature}"]}
  night: {en: ["We are back {opens}; in an emergency call {emergency_phone}."]}
""",
    name="night",
)


@pytest.mark.parametrize(
    ("hours", "phone", "said"),
    [
        (CLOSED, "900 111 222", True),
        (CLOSED, "", False),  # half a sentence is worse than none
        (DeskHours(open=True), "900 111 222", False),
    ],
)
def test_while_the_desk_is_closed_the_answer_says_when_it_opens_and_whom_to_call(
    hours: DeskHours, phone: str, *, said: bool
) -> None:
    brand = Brand(name="acme", languages=("en",), emergency_phone=phone)
    about = comment(replace(PAGE, private_message=False), brand=brand)
    active = ActiveRulebook(rulebook=NIGHT, hours=hours)
    (public,) = plan_acts(MOVE, about, active=active, language="en", now=FRIDAY_NIGHT)
    night = f"We are back on Monday at 08:00; in an emergency call {phone}."
    assert public.text.endswith(f"{night} — acme") is said, public.text
    assert ("We are back" in public.text) is said
    assert "{" not in public.text


def test_what_a_network_has_no_room_for_is_left_out_and_the_answer_stays_whole() -> None:
    long = replace(FACEBOOK, network="x", handle="h" * 190)
    brand = Brand(name="acme", languages=("en",), emergency_phone="900 111 222")
    about = comment(replace(COSTLY, private_message=False), account=long, handle="h" * 190, brand=brand)
    active = ActiveRulebook(rulebook=NIGHT, hours=CLOSED)
    (public,) = plan_acts(MOVE, about, active=active, language="en", now=FRIDAY_NIGHT)
    assert "We are back" not in public.text
    assert public.text.endswith("— acme")
