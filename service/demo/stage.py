"""Sets the stage of a demo: the practice network runs, the settings are written, the agent can sign in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from records.database import writing
from records.words import Role
from service.agents import Agent, add_agent
from service.children import Children, free_port
from service.demo.customers import take_customers
from service.demo.home import SIGN_IN_EMAIL, Home, leave_settings, prepare_home, read_accounts, write_settings
from service.demo.mailbox import mailbox
from service.demo.practice import Practice
from service.house import House, open_house
from service.settings import child_environment, load_settings

DASHBOARD_PORT = 8501
ROOM_PORT = 8502


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A demo ready to run."""

    home: Home
    house: House
    practice: Practice
    agent: Agent
    children: Children
    room_port: int
    dashboard_port: int

    def open_room(self) -> None:
        """Start the process of the private rooms."""
        self.children.start(
            "room",
            ["room", "--config", str(self.home.settings_file)],
            answers_at=f"http://127.0.0.1:{self.room_port}/healthz",
        )

    def open_dashboard(self) -> None:
        """Start the process of the dashboard."""
        self.children.start(
            "dashboard",
            ["dashboard", "--config", str(self.home.settings_file)],
            answers_at=f"http://127.0.0.1:{self.dashboard_port}/healthz",
        )


@contextmanager
def set_stage(folder: Path, *, posts: Path | None, stepped: bool, classifier: str) -> Iterator[Stage]:
    """Start the practice network and wire the house to it. Leaving the block stops every process.

    `stepped` time moves only when told to; otherwise it runs, faster than ours. Nobody looks at the pages of a stepped
    demo while it runs: it takes any free ports. Settings are left so that the home can be looked at afterwards.
    """
    home = prepare_home(folder)
    port, mail_port, room_port, dashboard_port = free_port(), free_port(), *_ports(stepped=stepped)
    base_url = f"http://127.0.0.1:{port}"
    with mailbox(home.mail, mail_port), Children(home.logs) as practice_child:
        practice_child.start(
            "sandbox", _sandbox_arguments(home, port, posts, stepped=stepped), answers_at=f"{base_url}/_clock"
        )
        practice = Practice(base_url)
        write_settings(
            home,
            read_accounts(practice.accounts(), base_url),
            base_url=base_url,
            room_port=room_port,
            dashboard_port=dashboard_port,
            classifier=classifier,
            mail_port=mail_port,
        )
        settings = load_settings(home.settings_file)
        house = open_house(settings)
        try:
            take_customers(house, practice.customers(), home.customers_file)
            with Children(home.logs, environment=child_environment(settings)) as children:
                yield Stage(
                    home=home,
                    house=house,
                    practice=practice,
                    agent=_demo_agent(house, home),
                    children=children,
                    room_port=room_port,
                    dashboard_port=dashboard_port,
                )
        finally:
            house.close()
            practice.close()
            leave_settings(home, room_port=ROOM_PORT, dashboard_port=DASHBOARD_PORT)


def _ports(*, stepped: bool) -> tuple[int, int]:
    return (free_port(), free_port()) if stepped else (free_port(ROOM_PORT), free_port(DASHBOARD_PORT))


def _sandbox_arguments(home: Home, port: int, posts: Path | None, *, stepped: bool) -> list[str]:
    arguments = ["sandbox", "--port", str(port), "--truth", str(home.truth_file)]
    if posts is not None:
        arguments += ["--posts", str(posts.resolve())]
    return [*arguments, "--stepped"] if stepped else arguments


def _demo_agent(house: House, home: Home) -> Agent:
    with writing(house.engine) as session:
        return add_agent(
            session,
            email=SIGN_IN_EMAIL,
            name="Demo",
            password=home.password,
            roles=frozenset(Role),
            languages=("es", "en"),
            now=house.clock.now(),
        )
