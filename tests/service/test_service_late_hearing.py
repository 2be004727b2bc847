"""History and what was missed are heard whole, and nothing that grew too old is answered (DESIGN promise 4)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlmodel import col

from records.database import reading
from records.enums import Mode
from records.tables.listener import MentionRow
from records.tables.service import DecisionRow
from service.wiring.app import open_app
from service.wiring.settings import load_settings
from tests.support.practice_home import practice_home
from tests.support.scenario import TEXTS, Scenario, row, write_rows

COMPLAINTS = (
    TEXTS["charged"],
    TEXTS["twice"],
    "@marca no puedo entrar en mi cuenta desde ayer, ¿podéis mirarlo?",
    "@marca my refund has not arrived in my account after three weeks, please check",
    "@marca mi pedido sigue sin llegar y nadie me contesta por correo",
)
"""Of the kind that is answered automatically; told apart, since what many hands copy is held."""
OLD = 800
HOUR = 3600


@contextmanager
def open_scenario(folder: Path, rows: list[dict[str, object]], *, max_reply_age_hours: int = 12) -> Iterator[Scenario]:
    """A practice network with these posts and a app connected before the first of them."""
    with practice_home(folder / "home", posts=write_rows(folder / "posts.jsonl", rows)) as world:
        written = world.home.settings_file.read_text(encoding="utf-8")
        aged = written.replace('name = "marca"\n', f'name = "marca"\nmax_reply_age_hours = {max_reply_age_hours}\n', 1)
        world.home.settings_file.write_text(aged, encoding="utf-8")
        app = open_app(load_settings(world.home.settings_file))
        try:
            yield Scenario(world=world, app=app)
        finally:
            app.close()


def modes(scenario: Scenario) -> dict[str, int]:
    with reading(scenario.app.engine) as session:
        query = select(col(DecisionRow.mode), func.count()).where(col(DecisionRow.superseded_at).is_(None))
        return {each[0]: each[1] for each in session.execute(query.group_by(col(DecisionRow.mode)))}


def answered(scenario: Scenario) -> set[str]:
    """The posts file's ids of the posts that were answered."""
    truth = scenario.truth()
    sources = {post["id"]: post["source_id"] for post in truth["posts"]}
    return {sources[reply["in_reply_to"]] for reply in truth["replies"]}


def test_of_eight_hundred_posts_before_the_first_connection_none_is_answered_and_all_are_heard(tmp_path: Path) -> None:
    rows = [row(f"old{number}", COMPLAINTS[1 + number % 4], minutes=number / 2) for number in range(OLD)]
    rows.append(row("new", COMPLAINTS[0], minutes=OLD / 2 + 30))
    with open_scenario(tmp_path, rows) as scenario:
        scenario.app.close()
        (scenario.world.home.folder / "aparte.db").unlink()
        scenario.world.practice.wait(int(OLD / 2 * 60 + 300))
        app = open_app(scenario.world.settings)
        connected = Scenario(world=scenario.world, app=app)
        try:
            connected.work(minutes=2)
            assert (modes(connected), connected.truth()["replies"]) == ({Mode.SHADOW: OLD}, [])
            connected.work(minutes=30)
            assert modes(connected) == {Mode.SHADOW: OLD, Mode.LIVE: 1}
            assert answered(connected) == {"new"}
            assert len({message["to"] for message in connected.truth()["messages"]}) <= 1
        finally:
            app.close()


def test_after_six_hours_away_only_what_is_young_enough_is_answered(tmp_path: Path) -> None:
    """The brand answers nothing older than two hours by itself; a person may."""
    rows = [row(f"m{number}", COMPLAINTS[number % len(COMPLAINTS)], minutes=number * 20) for number in range(19)]
    with open_scenario(tmp_path, rows, max_reply_age_hours=2) as scenario:
        scenario.work()
        scenario.world.practice.wait(1)
        scenario.work()
        scenario.world.practice.wait(6 * HOUR)
        scenario.work(minutes=3)
        now = scenario.now
        with reading(scenario.app.engine) as session:
            heard = {mention.external_id: mention for mention in session.execute(select(MentionRow)).scalars()}
        assert len(heard) == len(rows)
        late = {each for each, mention in heard.items() if now - mention.published_at > timedelta(hours=2, minutes=5)}
        assert len(late) >= 10
        replied = {reply["in_reply_to"] for reply in scenario.truth()["replies"]}
        assert replied
        assert replied & late <= {scenario.network_id("m0")}
