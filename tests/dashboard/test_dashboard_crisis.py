"""The crisis switch on the pages: who may turn it, and who sees that it is on."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from dashboard.auth.sessions import AuthState
from records.database import reading
from records.enums import Role
from service.brands.crisis_switch import brands_in_crisis
from service.desk.crisis import declare_crisis
from service.wiring.app import App
from tests.support.dashboard_data import Seeder, add_staff
from tests.support.screen import Screen, press, shown_text

WHY = "Caída <b>general</b> de la web"


def framed() -> AppTest:
    """What surrounds every page."""

    def run() -> None:
        from dashboard.auth.request_context import current_request  # noqa: PLC0415
        from dashboard.pages.navigation import show_frame  # noqa: PLC0415 - this function becomes a script of its own

        show_frame(current_request())

    web_app = AppTest.from_function(run, default_timeout=30).run()
    assert not web_app.exception
    return web_app


def switched_on(app: App) -> frozenset[str]:
    with reading(app.engine) as session:
        return brands_in_crisis(session)


def test_marketing_declares_and_two_supervisors_lift(app: App, screen: Screen) -> None:
    screen.sign_in(add_staff(app, Role.MARKETING, email="mia@acme.example"))
    page = screen.open("crisis")
    assert "no crisis" in shown_text(page)
    page.text_area(key="crisis-reason-acme").input(WHY).run()
    page = press(page, "declare-acme")
    assert switched_on(app) == {"acme"}
    assert page.success[0].value.startswith("The crisis is declared")
    assert "Caída &lt;b&gt;general&lt;/b&gt; de la web" in shown_text(page)
    assert page.button(key="lift-acme").disabled
    screen.sign_in(add_staff(app, Role.SUPERVISOR, email="sara@acme.example"))
    page = press(screen.open("crisis"), "lift-acme")
    assert switched_on(app) == {"acme"}
    assert page.button(key="lift-acme").disabled
    assert "has lifted it" in shown_text(page)
    screen.sign_in(add_staff(app, Role.SUPERVISOR, email="sam@acme.example"))
    screen.language("es")
    page = press(screen.open("crisis"), "lift-acme")
    assert switched_on(app) == frozenset()
    assert "sin crisis" in shown_text(page)


def test_a_waiting_text_says_that_it_could_not_leave(app: App, screen: Screen, seeder: Seeder) -> None:
    heard = seeder.mention("@acme ¿a qué hora abrís?")
    reply_id = seeder.draft(heard, "Abrimos a las nueve.")
    chief = add_staff(app, Role.SUPERVISOR)
    declare_crisis(app, "acme", WHY, actor=chief.actor, now=app.clock.now())
    screen.sign_in(chief)
    approve = screen.open("approvals").button(key=f"approvals-approve-{reply_id}")
    assert approve.disabled
    assert "crisis" in approve.help


def test_every_page_carries_the_banner(app: App, screen: Screen, auth: AuthState) -> None:
    assert auth.app is app
    chief = add_staff(app, Role.SUPERVISOR)
    screen.sign_in(chief)
    assert "Crisis at acme" not in shown_text(framed())
    declare_crisis(app, "acme", WHY, actor=chief.actor, now=app.clock.now())
    assert "Crisis at acme" in shown_text(framed())
    screen.language("es")
    assert "No sale nada automático ni aprobado." in shown_text(framed())
