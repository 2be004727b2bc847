"""One whole pass of the demo, without a terminal: from the first post to the last reaction."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rich.progress import Progress

from ledger.verification import verify
from records.database import reading
from service.demo.home import SIGN_IN_EMAIL
from service.demo.practice import Moment
from service.demo.scripted_agent import act
from service.demo.stage import Stage, set_stage
from service.demo.summary import Summary, count
from service.keys import verification_key
from service.memory import settle_down
from service.round import run_once

LAST_STEPS = 12
"""Steps after the last post, so that people who were written to can still react."""
LAST_STEP_SECONDS = 120


def pass_once(
    folder: Path, *, posts: Path | None, classifier: str, progress: Progress, say: Callable[[str], None]
) -> Summary:
    """Play the whole world through the house and count what happened. All it makes is in `folder`.

    `say` is told how to look at it afterwards.
    """
    with set_stage(folder, posts=posts, stepped=True, classifier=classifier) as stage:
        stage.open_room()
        stage.house.judge.warm_up()
        settle_down()
        total = stage.practice.counts()["inbound"]
        task = progress.add_task("posts", total=total)
        moment = _work(stage)
        while not moment.finished:
            moment = _work(stage)
            progress.update(task, completed=total - moment.posts_left)
        for _ in range(LAST_STEPS):
            stage.practice.wait(LAST_STEP_SECONDS)
            _run(stage)
        progress.update(task, completed=total)
        stage.home.truth_file.write_bytes(stage.practice.truth())
        say(f"to look at it   aparte dashboard --config {stage.home.settings_file}")
        say(f"sign in         {SIGN_IN_EMAIL}  {stage.home.password}")
        return _summary(stage)


def _work(stage: Stage) -> Moment:
    _run(stage)
    return stage.practice.step()


def _run(stage: Stage) -> None:
    run_once(stage.house)
    if act(stage.house, stage.agent, now=stage.house.clock.now()):
        run_once(stage.house)


def _summary(stage: Stage) -> Summary:
    with reading(stage.house.engine) as session:
        verification = verify(session, signing_keys=[verification_key(stage.house.master_key)])
        summary = count(
            session,
            practice=stage.practice.counts(),
            skipped_lines=stage.practice.skipped_lines(),
            verification=verification,
        )
    (stage.home.folder / "summary.json").write_text(summary.as_json() + "\n", encoding="utf-8")
    return summary
