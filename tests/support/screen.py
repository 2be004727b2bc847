"""A dashboard page as one agent sees it, run by Streamlit's own test driver."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.auth.sessions import AuthState
from records.database import reading
from records.tables.cases import CareCaseRow
from service.desk.agents import Agent
from service.wiring.app import App
from tests.support.dashboard_data import token_of


class Screen:
    """One page as one agent sees it, in one language."""

    def __init__(self, auth: AuthState, patch: pytest.MonkeyPatch) -> None:
        self._auth, self._patch = auth, patch
        self.agent: Agent | None = None
        self.language("en")

    def sign_in(self, agent: Agent) -> None:
        self.agent = agent
        token = token_of(self._auth, agent)
        self._patch.setattr("dashboard.auth.request_context.session_token", lambda: token)

    def language(self, language: str) -> None:
        self._patch.setattr("dashboard.auth.request_context.chosen_language", lambda: language)

    def open(self, page: str, **address: str) -> AppTest:
        def run(module: str, function: str) -> None:
            import importlib  # noqa: PLC0415 - this function becomes a script of its own

            getattr(importlib.import_module(module), function)()

        app = AppTest.from_function(run, args=(f"dashboard.pages.{page}", page), default_timeout=30)
        for name, value in address.items():
            app.query_params[name] = value
        app.run()
        assert not app.exception
        return app


def shown_text(app: AppTest) -> str:
    return " ".join(element.proto.body for element in app.get("html"))


def press(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click().run()
    assert not app.exception
    return app


def reference_of(app: App, case_id: int) -> str:
    with reading(app.engine) as session:
        return session.get_one(CareCaseRow, case_id).reference
