"""Sets up a demo: the practice network and a mail server run, settings are written, the agent can sign in."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from people.crm_file import COLUMNS, read_crm_file
from records.database import writing
from records.enums import Role
from service.demo.home import SIGN_IN_EMAIL, Home, leave_settings, prepare_home, read_accounts, write_settings
from service.demo.practice_network import PracticeNetworkClient
from service.desk.agents import Agent, add_agent
from service.intake.customers import import_register
from service.operations.child_processes import ChildProcesses, free_port
from service.wiring.app import App, open_app
from service.wiring.settings import child_environment, load_settings

HOST = "127.0.0.1"


@contextmanager
def mail_server(folder: Path, port: int) -> Iterator[None]:
    """Take mail by SMTP at `port`, each message as a numbered `.eml` in `folder`, until the block ends."""
    folder.mkdir(exist_ok=True)
    door = Controller(_Mailbox(folder), hostname=HOST, port=port)
    door.start()
    try:
        yield
    finally:
        door.stop()


class _Mailbox:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        (self._folder / f"{next(self._numbers):04}.eml").write_bytes(content)
        return "250 2.0.0 Kept"


def take_practice_customers(app: App, offered: str, file: Path) -> None:
    """Write the records of the practice network's `/_customers` answer to `file`, and take them in."""
    with io.StringIO(newline="") as out:
        rows = csv.DictWriter(out, fieldnames=COLUMNS, restval="")
        rows.writeheader()
        rows.writerows(json.loads(offered))
        file.write_text(out.getvalue(), encoding="utf-8")
    import_register(app, read_crm_file(file, market="ES"))


DASHBOARD_PORT = 8501
ROOM_PORT = 8502


@dataclass(frozen=True, kw_only=True)
class DemoSetup:
    """A demo ready to run."""

    home: Home
    app: App
    practice: PracticeNetworkClient
    agent: Agent
    children: ChildProcesses
    room_port: int
    dashboard_port: int

    def open_room(self) -> None:
        """Start the process of the private rooms, and wait until it answers."""
        self._launch("room", self.room_port)
        self.children.wait()

    def open_dashboard(self) -> None:
        """Start the process of the dashboard, and wait until it answers."""
        self._launch("dashboard", self.dashboard_port)
        self.children.wait()

    def launch_pages(self) -> None:
        """Start both at once; `children.wait()` waits until they answer."""
        self._launch("room", self.room_port)
        self._launch("dashboard", self.dashboard_port)

    def _launch(self, command: str, port: int) -> None:
        arguments = [command, "--config", str(self.home.settings_file)]
        self.children.launch(command, arguments, answers_at=f"http://127.0.0.1:{port}/healthz")


@contextmanager
def set_up_demo(folder: Path, *, posts: Path | None, stepped: bool, classifier: str) -> Iterator[DemoSetup]:
    """Start the practice network and wire the app to it. Leaving the block stops every process.

    `stepped` time moves only when told to; otherwise it waits for `practice.start()` and then runs, faster than ours:
    what takes seconds to start would take an hour of that time, and cases would fall due unseen. Nobody looks at the
    pages of a stepped demo while it runs: it takes any free ports. Settings are left so that the home can be looked
    at afterwards.
    """
    home = prepare_home(folder)
    port, mail_port, room_port, dashboard_port = free_port(), free_port(), *_ports(stepped=stepped)
    base_url = f"http://127.0.0.1:{port}"
    with mail_server(home.mail, mail_port), ChildProcesses(home.logs) as practice_child:
        practice_child.start(
            "sandbox", _sandbox_arguments(home, port, posts, stepped=stepped), answers_at=f"{base_url}/_clock"
        )
        practice = PracticeNetworkClient(base_url)
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
        app = open_app(settings)
        try:
            take_practice_customers(app, practice.customers(), home.customers_file)
            with ChildProcesses(home.logs, environment=child_environment(settings)) as children:
                yield DemoSetup(
                    home=home,
                    app=app,
                    practice=practice,
                    agent=_demo_agent(app, home),
                    children=children,
                    room_port=room_port,
                    dashboard_port=dashboard_port,
                )
        finally:
            app.close()
            practice.close()
            leave_settings(home, room_port=ROOM_PORT, dashboard_port=DASHBOARD_PORT)


def _ports(*, stepped: bool) -> tuple[int, int]:
    return (free_port(), free_port()) if stepped else (free_port(ROOM_PORT), free_port(DASHBOARD_PORT))


def _sandbox_arguments(home: Home, port: int, posts: Path | None, *, stepped: bool) -> list[str]:
    arguments = ["sandbox", "--port", str(port), "--truth", str(home.truth_file)]
    if posts is not None:
        arguments += ["--posts", str(posts.resolve())]
    return [*arguments, "--stepped" if stepped else "--waits"]


def _demo_agent(app: App, home: Home) -> Agent:
    with writing(app.engine) as session:
        return add_agent(
            session,
            email=SIGN_IN_EMAIL,
            name="Demo",
            password=home.password,
            roles=frozenset(Role),
            languages=("es", "en"),
            now=app.clock.now(),
        )
