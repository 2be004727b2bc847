"""The life of an account on both databases: a walk in turns, an outage, a recheck, a delivery."""

from __future__ import annotations

from datetime import timedelta

from listener.health import is_paused
from listener.ingest.ports import IngestPorts
from listener.polling.access import AccessCheck, check_access
from listener.polling.poll import PollOutcome
from listener.rechecks.recheck import recheck
from listener.webhooks.deliveries import VerifiedDelivery, store_delivery
from networks.errors import TokenRefused
from networks.protocol import Access, Budget, FeedPage, WebhookDelivery
from records.database import open_engine, reading, writing
from records.enums import Feed
from records.leases import new_claimant
from records.models import Account
from records.tables.service import AccountRow
from tests.listener.test_listener_intake import post
from tests.support.attribution import outbox_attribution
from tests.support.listener import ENDS_AT as NOW
from tests.support.listener import LISTEN, IntakeSetup
from tests.support.scripted_network import ScriptedNetwork

MINUTE = timedelta(minutes=1)
ACCOUNT = Account(
    id=1, name="acme-x", network="x", brand="acme", external_id="1001", handle="acme", connected_at=NOW - 60 * MINUTE
)


def opened(database_url: str) -> IntakeSetup:
    engine = open_engine(database_url)
    with writing(engine) as session:
        session.add(
            AccountRow(
                id=1,
                name="acme-x",
                network="x",
                brand="acme",
                market="ES",
                languages=["es"],
                external_id="1001",
                handle="acme",
                connected_at=ACCOUNT.connected_at,
            )
        )
    return IntakeSetup(engine=engine, account=ACCOUNT)


def test_a_day_of_an_account(database_url: str) -> None:
    intake = opened(database_url)
    posts = [post(100 + n, published_at=NOW - n * MINUTE) for n in range(4)]
    budget = Budget(endpoint="e", remaining=200, resets_at=NOW + 9 * MINUTE, limit=300)
    network = ScriptedNetwork(posts=posts, budget=budget)
    turns = [intake.poll(network, Feed.MENTIONS, now=NOW, most_pages=1, price=0.001).outcome for _ in range(2)]
    assert turns == [PollOutcome.TURN_OVER, PollOutcome.READ]
    assert intake.rows("SELECT posts FROM read_spend") == [(4,)]

    network.access = network.fails[None] = TokenRefused("It expired.")
    intake.poll(network, Feed.MENTIONS, now=NOW + MINUTE)
    with reading(intake.engine) as session:
        assert is_paused(session, 1)
    assert check_access(intake.engine, network, account=ACCOUNT, now=NOW + 16 * MINUTE) is AccessCheck.REFUSED
    network.access, network.fails = Access(valid_until=NOW + timedelta(days=3)), {}
    assert check_access(intake.engine, network, account=ACCOUNT, now=NOW + 31 * MINUTE) is AccessCheck.REPAIRED
    intake.poll(network, Feed.MENTIONS, now=NOW + 31 * MINUTE)
    assert intake.rows("SELECT cause FROM gap WHERE recovered_at IS NOT NULL") == [("outage",)]

    edited: list[int] = []
    network.standing = {"100": post(100, "otro", revision_external_id="900"), "101": None}
    later = NOW + timedelta(hours=22)
    found = recheck(
        intake.engine,
        network,
        account=ACCOUNT,
        claimant=new_claimant(),
        actor=LISTEN,
        now=later,
        ports=IngestPorts(on_edited=lambda _, ids: edited.extend(ids)),
        on_gone=lambda _, __, ___: None,
    )
    assert (found.asked, found.edited, found.gone, len(edited)) == (4, 1, 1, 1)

    page = FeedPage(posts=(post(500), post(102, "falso", revision_external_id="901")))
    for repeated in (False, True):
        with writing(intake.engine) as session:
            brought = store_delivery(
                session,
                [VerifiedDelivery(account=ACCOUNT, delivery=WebhookDelivery(account_external_id="1001", page=page))],
                network="x",
                digest="d",
                ports=IngestPorts(attribute=outbox_attribution(later)),
                actor=LISTEN,
                now=later,
            )
        assert brought.repeated is repeated
    assert intake.rows("SELECT count(*) FROM mention") == [(5,)]
    intake.engine.dispose()
