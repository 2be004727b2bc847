"""The crisis switch on the pages: who may turn it, and who sees that it is on."""

from __future__ import annotations

from dashboard_screen import Screen, press, said
from dashboard_square import Square, employ
from streamlit.testing.v1 import AppTest

from dashboard.registry import FrontDesk
from records.database import reading
from records.words import Role
from service.crises import in_crisis
from service.desk_crisis import declare_crisis
from service.house import House

WHY = "Caída <b>general</b> de la web"


def framed() -> AppTest:
    """What surrounds every page."""

    def run() -> None:
        from dashboard.layout_page import frame  # noqa: PLC0415 - this function becomes a script of its own
        from dashboard.visit import begin_visit  # noqa: PLC0415

        frame(begin_visit())

    app = AppTest.from_function(run, default_timeout=30).run()
    assert not app.exception
    return app


def switched_on(house: House) -> frozenset[str]:
    with reading(house.engine) as session:
        return in_crisis(session)


def test_marketing_declares_and_two_supervisors_lift(house: House, screen: Screen) -> None:
    screen.sign_in(employ(house, Role.MARKETING, email="mia@acme.example"))
    page = screen.open("crisis")
    assert "no crisis" in said(page)
    page.text_area(key="crisis-reason-acme").input(WHY).run()
    page = press(page, "declare-acme")
    assert switched_on(house) == {"acme"}
    assert page.success[0].value.startswith("The crisis is declared")
    assert "Caída &lt;b&gt;general&lt;/b&gt; de la web" in said(page)
    assert page.button(key="lift-acme").disabled
    screen.sign_in(employ(house, Role.SUPERVISOR, email="sara@acme.example"))
    page = press(screen.open("crisis"), "lift-acme")
    assert switched_on(house) == {"acme"}
    assert page.button(key="lift-acme").disabled
    assert "has lifted it" in said(page)
    screen.sign_in(employ(house, Role.SUPERVISOR, email="sam@acme.example"))
    screen.language("es")
    page = press(screen.open("crisis"), "lift-acme")
    assert switched_on(house) == frozenset()
    assert "sin crisis" in said(page)


def test_a_waiting_text_says_that_it_could_not_leave(house: House, screen: Screen, square: Square) -> None:
    heard = square.hear("@acme ¿a qué hora abrís?")
    reply_id = square.draft(heard, "Abrimos a las nueve.")
    chief = employ(house, Role.SUPERVISOR)
    declare_crisis(house, "acme", WHY, actor=chief.actor, now=house.clock.now())
    screen.sign_in(chief)
    approve = screen.open("approvals").button(key=f"approvals-approve-{reply_id}")
    assert approve.disabled
    assert "crisis" in approve.help


def test_every_page_carries_the_banner(house: House, screen: Screen, front_desk: FrontDesk) -> None:
    assert front_desk.house is house
    chief = employ(house, Role.SUPERVISOR)
    screen.sign_in(chief)
    assert "Crisis at acme" not in said(framed())
    declare_crisis(house, "acme", WHY, actor=chief.actor, now=house.clock.now())
    assert "Crisis at acme" in said(framed())
    screen.language("es")
    assert "No sale nada automático ni aprobado." in said(framed())
