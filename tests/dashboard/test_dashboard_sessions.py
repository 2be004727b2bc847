from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from dashboard.auth.sessions import (
    LIFETIME,
    AuthState,
    RevokedSessions,
    Session,
    current_agent,
    new_session,
    read_token,
    session_of_token,
    write_token,
)
from records.database import writing
from records.enums import Role
from records.tables.service import AgentRow
from service.wiring.app import App
from tests.support.dashboard_data import NOW, add_staff, token_of

KEY = b"k" * 32


@given(agent_id=st.integers(min_value=1), at=st.datetimes(timezones=st.just(NOW.tzinfo)))
def test_a_session_reads_back_as_it_was_written(agent_id: int, at) -> None:
    session = new_session(agent_id, now=at)
    assert read_token(write_token(session, KEY), KEY) == session


@given(st.text(max_size=400))
def test_whatever_a_browser_sends_is_no_session_unless_we_signed_it(token: str) -> None:
    assert read_token(token, KEY) is None


@given(position=st.integers(min_value=0), mark=st.sampled_from("0aZ.-_"))
def test_a_token_with_one_mark_changed_is_refused(position: int, mark: str) -> None:
    token = write_token(Session(agent_id=7, opened_at=NOW, nonce="abc"), KEY)
    at = position % len(token)
    changed = token[:at] + mark + token[at + 1 :]
    assert changed == token or read_token(changed, KEY) is None


def test_a_token_of_another_key_is_refused() -> None:
    assert read_token(write_token(new_session(1, now=NOW), b"other" * 8), KEY) is None


def test_a_session_that_was_signed_out_is_void_and_others_stay() -> None:
    revoked, gone, kept = RevokedSessions(), new_session(1, now=NOW), new_session(1, now=NOW)
    revoked.add(gone)
    assert gone in revoked
    assert kept not in revoked


def test_a_session_lasts_twelve_hours_and_no_longer(app: App, auth: AuthState) -> None:
    agent = add_staff(app)
    token = token_of(auth, agent)
    just_before = NOW + LIFETIME - timedelta(microseconds=1)
    assert current_agent(auth, token, now=just_before) is not None
    assert current_agent(auth, token, now=NOW + LIFETIME) is None
    assert timedelta(hours=12) == LIFETIME


def test_a_disabled_agent_is_out_at_the_next_look(app: App, auth: AuthState) -> None:
    agent = add_staff(app)
    token = token_of(auth, agent)
    with writing(app.engine) as session:
        session.get_one(AgentRow, agent.id).disabled_at = NOW
    assert current_agent(auth, token, now=NOW) is None


def test_sessions_from_before_a_new_password_are_void(app: App, auth: AuthState) -> None:
    agent = add_staff(app)
    token = token_of(auth, agent)
    with writing(app.engine) as session:
        session.get_one(AgentRow, agent.id).sign_ins_from = NOW + timedelta(seconds=1)
    assert current_agent(auth, token, now=NOW + timedelta(seconds=2)) is None


def test_roles_are_those_of_now_not_of_the_sign_in(app: App, auth: AuthState) -> None:
    agent = add_staff(app, Role.SUPERVISOR)
    token = token_of(auth, agent)
    with writing(app.engine) as session:
        session.get_one(AgentRow, agent.id).roles = [Role.AGENT]
    found = current_agent(auth, token, now=NOW)
    assert found is not None
    assert found.roles == {Role.AGENT}


def test_signing_out_ends_the_session_for_every_open_page(app: App, auth: AuthState) -> None:
    token = token_of(auth, add_staff(app))
    session = session_of_token(auth, token)
    assert session is not None
    auth.revoked.add(session)
    assert current_agent(auth, token, now=NOW) is None
