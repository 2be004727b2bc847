"""The demo as a newcomer watches it: everything runs until Ctrl-C."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from service.demo.home import SIGN_IN_EMAIL
from service.demo.stage import set_stage
from service.scheduling import Running


def play(
    folder: Path, *, posts: Path | None, classifier: str, stop: threading.Event, say: Callable[[str], None]
) -> None:
    """Run the demo until `stop` is set, saying where its pages are."""
    with set_stage(folder, posts=posts, stepped=False, classifier=classifier) as stage:
        running = Running(stage.house)
        running.start()
        try:
            stage.open_room()
            stage.open_dashboard()
            say(
                f"dashboard   http://127.0.0.1:{stage.dashboard_port}\n"
                f"sign in     {SIGN_IN_EMAIL}  {stage.home.password}\n"
                f"room        http://127.0.0.1:{stage.room_port}  (people get their own links)\n"
                f"network     {stage.practice.base_url}/_truth\n"
                f"files       {stage.home.folder}\n"
                f"mail        {stage.home.mail}  (one-time codes; who is on file: {stage.home.customers_file.name})\n"
                "Ctrl-C stops everything."
            )
            stop.wait()
        finally:
            running.stop()
