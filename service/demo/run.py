"""Runs the demo: one whole pass without a terminal, or everything until Ctrl-C."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rich.progress import Progress

from ledger.verification import verify
from records.database import reading
from service.demo.home import SIGN_IN_EMAIL
from service.demo.practice_network import Moment
from service.demo.scripted_agent import act
from service.demo.setup import DemoSetup, set_up_demo
from service.demo.summary import DemoSummary, summarise
from service.operations.process import StopSignal, freeze_gc
from service.operations.schedule import StepScheduler, run_once
from service.wiring.keys import verification_key

LAST_STEPS = 12
"""Steps after the last post, so that people who were written to can still react."""
LAST_STEP_SECONDS = 120


def run_demo_once(
    folder: Path, *, posts: Path | None, classifier: str, progress: Progress, say: Callable[[str], None]
) -> DemoSummary:
    """Play every post through the app and count what happened. All it makes is in `folder`.

    `say` is told how to look at it afterwards.
    """
    with set_up_demo(folder, posts=posts, stepped=True, classifier=classifier) as demo:
        demo.open_room()
        demo.app.judge.warm_up()
        freeze_gc()
        total = demo.practice.counts()["inbound"]
        task = progress.add_task("posts", total=total)
        moment = _work(demo)
        while not moment.finished:
            moment = _work(demo)
            progress.update(task, completed=total - moment.posts_left)
        for _ in range(LAST_STEPS):
            demo.practice.wait(LAST_STEP_SECONDS)
            _run(demo)
        progress.update(task, completed=total)
        demo.home.truth_file.write_bytes(demo.practice.truth())
        say(f"to look at it   aparte dashboard --config {demo.home.settings_file}")
        say(f"sign in         {SIGN_IN_EMAIL}  {demo.home.password}")
        return _summary(demo)


def _work(demo: DemoSetup) -> Moment:
    _run(demo)
    return demo.practice.step()


def _run(demo: DemoSetup) -> None:
    run_once(demo.app)
    if act(demo.app, demo.agent, now=demo.app.clock.now()):
        run_once(demo.app)


def _summary(demo: DemoSetup) -> DemoSummary:
    with reading(demo.app.engine) as session:
        verification = verify(session, signing_keys=[verification_key(demo.app.master_key)])
        summary = summarise(
            session,
            practice=demo.practice.counts(),
            skipped_lines=demo.practice.skipped_lines(),
            verification=verification,
        )
    (demo.home.folder / "summary.json").write_text(summary.as_json() + "\n", encoding="utf-8")
    return summary


def run_demo(
    folder: Path, *, posts: Path | None, classifier: str, stop: StopSignal, say: Callable[[str], None]
) -> None:
    """Run the demo until `stop` is set, saying where its pages are."""
    with set_up_demo(folder, posts=posts, stepped=False, classifier=classifier) as demo:
        demo.launch_pages()
        demo.app.judge.warm_up()
        demo.children.wait()
        demo.practice.start()
        running = StepScheduler(demo.app)
        running.start()
        try:
            say(
                f"dashboard   http://127.0.0.1:{demo.dashboard_port}\n"
                f"sign in     {SIGN_IN_EMAIL}  {demo.home.password}\n"
                f"room        http://127.0.0.1:{demo.room_port}  (people get their own links)\n"
                f"network     {demo.practice.base_url}/_truth\n"
                f"files       {demo.home.folder}\n"
                f"mail        {demo.home.mail}  (one-time codes; who is on file: {demo.home.customers_file.name})\n"
                "Ctrl-C stops everything."
            )
            stop.wait()
        finally:
            running.stop()
