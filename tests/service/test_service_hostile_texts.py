"""Whatever people write is heard, judged and decided: ten megabytes, half characters, NUL, markup, formulas."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from records.database import reading
from records.tables.listener import MentionRevisionRow
from records.tables.service import AssessmentRow
from tests.support.scenario import Scenario, open_scenario

HOSTILE = {
    "formula": '@marca =HYPERLINK("http://phishing.example","hola") qué hora es?',
    "markup": "@marca <script>alert(1)</script><b>hola</b> &amp; &lt;adiós&gt;",
    "reversed": "@marca \u202e\u2067atneuc im\u2069\u202c está bloqueada \u200b\u200d\ufeff",
    "nul": "@marca hola \x00 adiós \x1b[31m rojo \x07",
    "half": "@marca medio \ud83d par \udca9 y uno entero 💩",
    "combining": "@marca zalgo " + "a" + "\u0301\u0316" * 500,
    "blank": "@marca \n\n\t \u00a0",
    "only": "@marca",
    "braces": "@marca {room_link} {handle} {{greeting}} %s %(x)s $HOME",
    "query": "@marca '; DROP TABLE mention; --",
    "long": "@marca mi cuenta está bloqueada, " + "ayuda " * 1_700_000,
    "unbroken": "@marca " + "x" * 1_000_000,
}
MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def rough(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scenario]:
    with open_scenario(tmp_path_factory.mktemp("hostile"), texts=HOSTILE) as found:
        found.work()
        yield found


def text_of(rough: Scenario, name: str) -> str:
    with reading(rough.app.engine) as session:
        query = select(col(MentionRevisionRow.text)).where(col(MentionRevisionRow.mention_id) == rough.mention(name).id)
        return session.execute(query).scalar_one()  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", HOSTILE)
def test_it_is_heard_judged_and_decided_once(name: str, rough: Scenario) -> None:
    mention = rough.mention(name)
    assert rough.decision(mention.id or 0).action
    with reading(rough.app.engine) as session:
        judged = session.execute(
            select(func.count())
            .select_from(AssessmentRow)
            .where(col(AssessmentRow.mention_id) == mention.id, col(AssessmentRow.superseded_at).is_(None))
        ).scalar_one()
    assert judged == 1


def test_what_no_database_takes_is_replaced_and_nothing_else(rough: Scenario) -> None:
    assert text_of(rough, "nul") == HOSTILE["nul"].replace("\x00", "\ufffd")
    assert text_of(rough, "half") == "@marca medio \ufffd par \ufffd y uno entero 💩"
    for name in ("formula", "markup", "reversed", "combining", "braces", "query"):
        assert text_of(rough, name) == HOSTILE[name], name


def test_ten_megabytes_are_kept_whole(rough: Scenario) -> None:
    assert len(text_of(rough, "long")) > 10 * MEGABYTE
    assert text_of(rough, "long").strip() == HOSTILE["long"].strip()


def test_nothing_hostile_is_said_back_and_the_log_verifies(rough: Scenario) -> None:
    for reply in rough.truth()["replies"] + rough.truth()["messages"]:
        for piece in ("<script", "HYPERLINK", "DROP TABLE", "{", "\u202e", "\ufffd"):
            assert piece not in reply["text"]
    assert rough.verified().sound
    assert max(len(entry.body) for entry in rough.log()) < 100_000
