"""Pilots: which threads they take, what counts as agreement, and who may start, stop and promote them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlmodel import col

from policies.loading import load_rulebook
from records.database import reading
from records.enums import Act, Action, Mode, Role
from records.models import Actor
from records.refusals import RefusalError
from records.tables.ledger import LedgerEntryRow
from service.brands import rulebook_versions
from service.brands.rulebook_versions import RulebookSource, current_rulebook
from service.deciding.brand_reader import read_brand_policies
from service.desk.pilots import PilotTerms, promote_pilot, start_pilot, stop_pilot
from service.pilots.comparison import OurReply, PostOutcome, compare_with_people
from service.pilots.lifecycle import is_in_share, running_pilots
from service.private_room.room_app import hours_of
from service.wiring.app import App, open_app
from service.wiring.settings import load_settings
from tests.support.databases import copy_databases

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
WINDOW = timedelta(hours=12)
SARA = Actor(tag="agent:1", roles=frozenset({Role.SUPERVISOR}))
ANA = Actor(tag="agent:2", roles=frozenset({Role.AGENT}))
SETTINGS = """
[[brands]]
name = "acme"

[[accounts]]
brand = "acme"
name = "acme-files"
network = "files"
external_id = "acme"
folder = "posts"
"""
TEXT = """
rulebook: tried
languages: [es]
rules:
  - name: all
    state: live
    when: "true"
    then: {action: listen}
    because: A trial.
"""


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    copy_databases(tmp_path)
    (tmp_path / "aparte.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "secrets.env").write_text(f"APARTE_MASTER_KEY={'A' * 43}=\n", encoding="utf-8")
    found = open_app(load_settings(tmp_path / "aparte.toml"))
    yield found
    found.close()


def source(text: str = TEXT) -> RulebookSource:
    return RulebookSource(name="tried", text=text, rulebook=load_rulebook(text, name="tried"))


def kinds(app: App) -> list[str]:
    with reading(app.engine) as session:
        query = select(col(LedgerEntryRow.kind)).order_by(col(LedgerEntryRow.index))
        return [kind for kind in session.execute(query).scalars() if ":pilot:" in kind or ":rulebook:" in kind]


@given(root=st.text(max_size=20), salt=st.text(max_size=8))
def test_a_larger_share_takes_every_thread_of_a_smaller_one(root: str, salt: str) -> None:
    taken = [is_in_share(salt, "acme", root, share=share) for share in (0.0, 0.1, 0.5, 0.9, 1.0)]
    assert taken == sorted(taken)
    assert (taken[0], taken[-1]) == (False, True)


def test_a_share_is_taken_evenly_and_differs_from_salt_to_salt() -> None:
    first, second = (
        {root for root in range(4000) if is_in_share(salt, "acme", str(root), share=0.25)} for salt in ("a", "b")
    )
    assert 900 < len(first) < 1100
    assert 150 < len(first & second) < 350


PUBLIC = OurReply(act=Act.PUBLIC_REPLY, by_people=True, moves=False)
ASIDE = OurReply(act=Act.PUBLIC_REPLY, by_people=True, moves=True)
INVITED = OurReply(act=Act.PRIVATE_MESSAGE, by_people=True, moves=False)
ALONE = OurReply(act=Act.PUBLIC_REPLY, by_people=False, moves=False)


@pytest.mark.parametrize(
    ("seen", "hours", "done"),
    [
        ({"said": (PUBLIC,)}, 0, Action.REPLY_PUBLICLY),
        ({"said": (ASIDE,)}, 0, Action.MOVE_PRIVATE),
        ({"said": (PUBLIC, INVITED)}, 0, Action.MOVE_PRIVATE),
        ({"said": (PUBLIC,), "went_private": True}, 0, Action.MOVE_PRIVATE),
        ({"answered_outside_at": NOW}, 0, Action.REPLY_PUBLICLY),
        ({"closed": True, "taken": True}, 0, Action.LISTEN),  # closed without a word
        ({}, 12, Action.LISTEN),  # let pass
        ({"taken": True}, 12, Action.HOLD),  # somebody has it and has said nothing yet
        ({"said": (ALONE,)}, 0, None),  # a rule spoke by itself: people did nothing
        ({"gone": True}, 0, None),
    ],
)
def test_what_people_did_is_told_by_what_they_left(seen: dict[str, object], hours: int, done: Action | None) -> None:
    left = PostOutcome(verdict_id=1, action=Action.REPLY_PUBLICLY, made_at=NOW, **seen)  # type: ignore[arg-type]
    found = compare_with_people(left, window=WINDOW, now=NOW + timedelta(hours=hours))
    assert found is not None
    assert found.done == done
    assert found.agreed is (None if done is None else done is Action.REPLY_PUBLICLY)


SPOKE = OurReply(act=Act.PUBLIC_REPLY, by_people=False, moves=False, by_pilot=True, at=NOW)
SOON, LATE = NOW + timedelta(hours=20), NOW + timedelta(hours=30)
FOLLOWED = replace(PUBLIC, at=SOON)


@pytest.mark.parametrize(
    ("action", "seen", "instead"),
    [
        (Action.REPLY_PUBLICLY, {"said": (SPOKE,)}, None),
        (Action.REPLY_PUBLICLY, {"said": (replace(SPOKE, deleted_at=SOON),)}, Action.LISTEN),
        (Action.REPLY_PUBLICLY, {"said": (SPOKE, FOLLOWED)}, Action.REPLY_PUBLICLY),
        (Action.REPLY_PUBLICLY, {"said": (SPOKE, replace(INVITED, at=SOON))}, Action.MOVE_PRIVATE),
        (Action.REPLY_PUBLICLY, {"said": (SPOKE,), "answered_outside_at": SOON}, Action.REPLY_PUBLICLY),
        (Action.REPLY_PUBLICLY, {"said": (SPOKE,), "handed_over_at": SOON}, Action.HOLD),
        (Action.REPLY_PUBLICLY, {"said": (SPOKE, replace(FOLLOWED, at=LATE)), "handed_over_at": LATE}, None),
        (Action.REPLY_PUBLICLY, {"said": (SPOKE, replace(FOLLOWED, closing=True))}, None),  # solved, not corrected
        # Whom it moved aside is spoken to in private by people, and handed on.
        (Action.MOVE_PRIVATE, {"said": (SPOKE, replace(INVITED, at=SOON)), "handed_over_at": SOON}, None),
        (Action.MOVE_PRIVATE, {"said": (SPOKE, FOLLOWED)}, Action.REPLY_PUBLICLY),
    ],
)
def test_what_a_live_pilot_says_by_itself_is_agreed_upon_unless_people_undo_it_within_a_day(
    action: Action, seen: dict[str, object], instead: Action | None
) -> None:
    left = PostOutcome(verdict_id=1, action=action, made_at=NOW, **seen)  # type: ignore[arg-type]
    found = compare_with_people(left, window=WINDOW, now=NOW + timedelta(hours=31))
    assert found is not None
    assert (found.done, found.agreed) == ((action, True) if instead is None else (instead, False))
    before = compare_with_people(left, window=WINDOW, now=NOW + timedelta(hours=23))
    assert before == (None if instead is None else found)


def test_a_live_pilot_s_text_that_never_left_or_whose_post_is_gone_tells_nothing() -> None:
    waiting = replace(SPOKE, at=None)
    seen = PostOutcome(verdict_id=1, action=Action.REPLY_PUBLICLY, made_at=NOW, said=(waiting,))
    assert compare_with_people(seen, window=WINDOW, now=NOW + timedelta(hours=11)) is None
    for left in (seen, replace(seen, said=(SPOKE,), gone=True)):
        found = compare_with_people(left, window=WINDOW, now=NOW + timedelta(hours=12))
        assert found is not None
        assert (found.done, found.agreed) == (None, None)


def test_a_post_is_not_compared_while_people_may_still_answer_it() -> None:
    seen = PostOutcome(verdict_id=1, action=Action.LISTEN, made_at=NOW, taken=True)
    assert compare_with_people(seen, window=WINDOW, now=NOW + timedelta(hours=11)) is None


def test_a_post_that_the_pilot_leaves_to_people_is_not_agreed_upon() -> None:
    seen = PostOutcome(verdict_id=1, action=Action.HOLD, made_at=NOW, said=(PUBLIC,))
    found = compare_with_people(seen, window=WINDOW, now=NOW)
    assert found is not None
    assert (found.done, found.agreed) == (Action.REPLY_PUBLICLY, None)


def test_a_pilot_is_a_supervisors_and_each_act_is_one_entry_of_the_log(app: App) -> None:
    with pytest.raises(RefusalError, match="supervisor"):
        start_pilot(app, "acme", source(), PilotTerms(), actor=ANA, now=NOW)
    start_pilot(app, "acme", source(), PilotTerms(mode=Mode.LIVE, share=0.5), actor=SARA, now=NOW)
    with pytest.raises(RefusalError, match="runs already"):
        start_pilot(app, "acme", source(), PilotTerms(), actor=SARA, now=NOW)
    with reading(app.engine) as session:
        pilot = running_pilots(session)["acme"]
    assert (pilot.rulebook.name, pilot.share, pilot.mode) == ("tried", 0.5, Mode.LIVE)
    stop_pilot(app, "acme", actor=SARA, now=NOW)
    assert kinds(app) == ["service:rulebook:taken", "agent:pilot:started", "agent:pilot:stopped"]


def test_an_untried_pilot_is_promoted_only_for_a_reason_that_is_logged(app: App) -> None:
    start_pilot(app, "acme", source(), PilotTerms(), actor=SARA, now=NOW)
    with pytest.raises(RefusalError, match="Only 0 posts were compared"):
        promote_pilot(app, "acme", actor=SARA, now=NOW)
    promote_pilot(app, "acme", actor=SARA, now=NOW, although="It was tried elsewhere.")
    with reading(app.engine) as session:
        assert current_rulebook(session, "acme").name == "tried"
        assert running_pilots(session) == {}
    assert kinds(app)[-1] == "agent:pilot:promoted"
    with pytest.raises(RefusalError, match="decides by already"):
        start_pilot(app, "acme", source(), PilotTerms(), actor=SARA, now=NOW)


def test_a_running_process_decides_and_speaks_by_what_another_has_promoted(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    (account_id,) = app.accounts
    assert hours_of(app)(account_id, NOW) != "10:00-11:00"
    other = open_app(load_settings(app.settings.folder / "aparte.toml"))
    tried = source(TEXT + 'calendar: {hours: {mon-fri: "10:00-11:00"}}\n')
    start_pilot(other, "acme", tried, PilotTerms(), actor=SARA, now=NOW)
    promote_pilot(other, "acme", actor=SARA, now=NOW, although="A test.")
    other.close()
    # What the other process compiled, this one has not.
    monkeypatch.setattr(rulebook_versions, "_COMPILED", {})
    with reading(app.engine) as session:
        policy = read_brand_policies(session, app, now=NOW)["acme"]
    assert (policy.active.rulebook.version, policy.active.hours.open) == (tried.rulebook.version, True)
    assert hours_of(app)(account_id, NOW) == "10:00-11:00"


@pytest.mark.parametrize(
    "terms", [PilotTerms(share=0), PilotTerms(share=1.1), PilotTerms(least_agreement=2), PilotTerms(least_compared=0)]
)
def test_terms_that_cannot_be_kept_are_refused(app: App, terms: PilotTerms) -> None:
    with pytest.raises(RefusalError):
        start_pilot(app, "acme", source(), terms, actor=SARA, now=NOW)


def test_a_promoted_rulebook_stays_until_the_file_of_the_settings_changes(app: App) -> None:
    start_pilot(app, "acme", source(), PilotTerms(), actor=SARA, now=NOW)
    promote_pilot(app, "acme", actor=SARA, now=NOW, although="A test.")
    folder = app.settings.folder
    again = open_app(load_settings(folder / "aparte.toml"))
    with reading(again.engine) as session:
        assert current_rulebook(session, "acme").name == "tried"
    again.close()
    (folder / "new.yaml").write_text(TEXT.replace("tried", "from-file"), encoding="utf-8")
    written = SETTINGS.replace('name = "acme"\n', 'name = "acme"\nrulebook = "new.yaml"\n', 1)
    (folder / "aparte.toml").write_text(written, encoding="utf-8")
    changed = open_app(load_settings(folder / "aparte.toml"))
    with reading(changed.engine) as session:
        assert current_rulebook(session, "acme").name == "from-file"
    changed.close()
