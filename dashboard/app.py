"""The dashboard as one ASGI application: Streamlit's pages behind our own sign-in."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
import structlog
from starlette.middleware import Middleware
from starlette.types import ASGIApp
from streamlit import config

from dashboard.auth.gate import AuthGate
from dashboard.auth.sessions import register_app
from dashboard.auth.sign_in import sign_in_routes
from service.wiring.app import App

PAGES = Path(__file__).parent / "script" / "main.py"

_OPTIONS = {
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.toolbarMode": "minimal",
    "runner.magicEnabled": False,
    "server.enableStaticServing": False,
    "server.fileWatcherType": "none",
    "server.maxUploadSize": 1,
    "theme.baseFontSize": 14,
    "theme.baseRadius": "small",
    "theme.light.primaryColor": "#0b6b63",
    "theme.dark.primaryColor": "#3fb8ab",
}
"""No figures sent abroad, no file watched (a reload would lose the registered app), no traces shown."""

_log = structlog.get_logger(__name__)


def make_app(app: App) -> ASGIApp:
    """The dashboard of `app`. One app a process: pages find it in `dashboard.auth.sessions`."""
    for option, value in _OPTIONS.items():
        config.set_option(option, value)
    auth = register_app(app)
    return st.App(
        PAGES,
        routes=sign_in_routes(auth),
        middleware=[Middleware(AuthGate, auth=auth)],
        on_script_error=_report,
    )


def _report(error: Exception) -> None:
    # The message may hold what a stranger wrote; where it happened is enough to look.
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
    _log.error("a page failed", error=type(error).__name__, where=where)
