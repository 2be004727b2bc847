"""X refuses an answer to somebody who did not speak to us, and Aparte never tries one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from networks.errors import Refused
from records.database import reading
from records.enums import Act, Action
from records.tables.listener import MentionAccountRow
from records.tables.replies import ReplyRow
from tests.support.scenario import Scenario, open_scenario

OVERHEARD = {
    "robbed": "a mi hermana le han robado la tarjeta de La Marca y nadie contesta, qué vergüenza",
    "data": "La Marca ha perdido mi dinero, mi cuenta es ES9121000418450200051332 y mi DNI 12345678Z",
    "asked": "alguien sabe a qué hora abre La Marca mañana?",
    "praised": "muchas gracias a La Marca por lo bien que me han tratado hoy",
    "charged": "La Marca me ha cobrado dos veces, que miren mi cuenta",
    "bought": "quiero abrir una cuenta en La Marca, me lo recomendáis?",
}
SUMMONED = {"hello": "@marca gracias, la atención de hoy en la oficina ha sido estupenda"}


@pytest.fixture(scope="module")
def overhearing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scenario]:
    with open_scenario(tmp_path_factory.mktemp("unsummoned"), texts=OVERHEARD | SUMMONED) as found:
        found.work(minutes=5)
        yield found


def test_overheard_posts_are_heard_by_search_and_decided(overhearing: Scenario) -> None:
    with reading(overhearing.app.engine) as session:
        rows = session.execute(select(col(MentionAccountRow.feed), col(MentionAccountRow.summoned))).all()
    assert sorted(tuple(row) for row in rows) == [("mentions", True)] + [("search", False)] * len(OVERHEARD)
    decided = {overhearing.decision(overhearing.mention(name).id or 0).action for name in OVERHEARD}
    assert decided <= {Action.LISTEN, Action.HOLD}


def test_no_answer_is_even_written_to_an_overheard_post(overhearing: Scenario) -> None:
    for name in OVERHEARD:
        assert overhearing.replies(overhearing.mention(name).id or 0) == [], name
    with reading(overhearing.app.engine) as session:
        answers = session.execute(
            select(func.count()).select_from(ReplyRow).where(col(ReplyRow.act) == Act.PUBLIC_REPLY)
        ).scalar_one()
    assert answers == 1


def test_the_network_knows_of_no_answer_but_to_whom_spoke_to_us(overhearing: Scenario) -> None:
    told = overhearing.truth()
    assert [reply["in_reply_to"] for reply in told["replies"]] == [overhearing.network_id("hello")]
    assert (told["messages"], told["hides"]) == ([], [])


@pytest.mark.parametrize("name", OVERHEARD)
def test_forced_to_answer_an_overheard_post_x_refuses_and_nothing_is_said(name: str, overhearing: Scenario) -> None:
    (network,) = overhearing.app.networks.values()
    before = overhearing.truth()["replies"]
    with pytest.raises(Refused, match="mentioned"):
        network.reply(overhearing.network_id(name), "Hola, te ayudamos.")
    assert overhearing.truth()["replies"] == before


def test_forced_to_write_to_somebody_who_never_wrote_x_refuses(overhearing: Scenario) -> None:
    (network,) = overhearing.app.networks.values()
    with pytest.raises(Refused):
        network.send_private("5001", "Hola")
    assert overhearing.truth()["messages"] == []
