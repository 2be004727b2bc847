"""What every network must hold to, whatever it is: a new one is added to `STAGES` and must pass as it stands."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest

from networks.credentials import MetaCredentials, XCredentials
from networks.errors import NetworkError, Retry
from networks.files.network import open_files
from networks.meta.facebook.network import open_facebook
from networks.meta.instagram.network import open_instagram
from networks.protocol import FeedPage, Network, ReplyContext
from networks.x.network import open_x
from records.enums import PRIVATE_ACTS, Feed
from records.models import Account, FetchedPost
from sandbox.options import SandboxOptions
from sandbox.server import running

NOWHERE = "http://127.0.0.1:1"
ENDS_AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
ABOUT_FEEDS = frozenset({Feed.QUOTES, Feed.THREADS})
HOSTILE_IDS = ("../me", "1?x=1", "1/2", "", "\ud800", "\x00", "9" * 5_000)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A network on which a few people and the brand have posted."""

    network: Network
    elsewhere: Callable[[], Network]
    """The same account, opened by another process."""
    unreachable: Network
    """The same account where nothing answers."""
    account: Account
    now: datetime
    secrets: tuple[str, ...] = ()


@contextmanager
def x_stage(folder: Path) -> Iterator[Stage]:
    rows = [
        {"id": "1", "text": "@acme mi tarjeta no funciona & nadie contesta <hola>", "author": "ana"},
        {"id": "2", "text": "lo vemos", "author": "acme", "inbound": False, "in_reply_to": "1"},
        {"id": "3", "text": "gracias", "author": "ana", "in_reply_to": "2"},
        {"id": "4", "text": "acme abre una oficina", "author": "eva"},
    ]
    with sandbox(folder, "x", rows) as (base_url, account, told):
        names = ("bearer_token", "api_key", "api_secret", "access_token", "access_token_secret")
        credentials = XCredentials(**{name: told[name] for name in names})

        def at(address: str) -> Network:
            return open_x(account, credentials, base_url=address, timeout_seconds=2.0, search_lag=timedelta(0))

        yield stage_of(at, base_url, account, credentials.secrets())


@contextmanager
def meta_stage(folder: Path, name: str, opened: Callable[..., Network]) -> Iterator[Stage]:
    rows = [
        {"id": "1", "text": "abrimos oficina", "author": "acme", "inbound": False},
        {"id": "2", "text": "¿a qué hora?", "author": "ana", "in_reply_to": "1"},
        {"id": "3", "text": "a las nueve", "author": "acme", "inbound": False, "in_reply_to": "2"},
        {"id": "4", "text": "mal servicio & caro <hola>", "author": "luis", "in_reply_to": "1"},
    ]
    with sandbox(folder, name, rows) as (base_url, account, told):
        credentials = MetaCredentials(
            page_token=told["page_token"], app_secret=told["app_secret"], page_id=told["page_id"]
        )

        def at(address: str) -> Network:
            return opened(account, credentials, base_url=address, timeout_seconds=2.0)

        yield stage_of(at, base_url, account, credentials.secrets())


@contextmanager
def files_stage(folder: Path) -> Iterator[Stage]:
    rows = [
        {"id": "1", "text": "@acme ¿abren hoy?", "author": "ana"},
        {"id": "2", "text": "sí", "author": "Acme", "inbound": False, "in_reply_to": "1"},
        {"id": "3", "text": "gracias & adiós", "author": "ana", "in_reply_to": "2"},
    ]
    exports = folder / "exports"
    exports.mkdir()
    (exports / "posts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    now = datetime.now(UTC)
    account = Account(
        id=1, name="acme-files", network="files", brand="acme", external_id="Acme", handle="acme", connected_at=now
    )
    yield Stage(
        network=open_files(account, folder=exports),
        elsewhere=lambda: open_files(account, folder=exports),
        unreachable=open_files(account, folder=folder / "not-there"),
        account=account,
        now=now,
    )


STAGES: dict[str, Callable[[Path], AbstractContextManager[Stage]]] = {
    "x": x_stage,
    "facebook": lambda folder: meta_stage(folder, "facebook", open_facebook),
    "instagram": lambda folder: meta_stage(folder, "instagram", open_instagram),
    "files": files_stage,
}


@contextmanager
def sandbox(folder: Path, network: str, rows: list[dict[str, object]]) -> Iterator[tuple[str, Account, dict[str, Any]]]:
    """A practice network whose clock stands three hours after the last of the rows, and its account."""
    posts = folder / "posts.jsonl"
    posts.write_text("\n".join(json.dumps({"brand": "acme", "network": network} | row) for row in rows))
    with ExitStack() as stack:
        base_url = stack.enter_context(running(SandboxOptions(posts=posts, stepped=True, ends_at=ENDS_AT)))
        http = stack.enter_context(httpx.Client(base_url=base_url, trust_env=False))
        now = http.post("/_clock", json={"advance_seconds": 3600 * 3}).raise_for_status().json()["now"]
        told = next(each for each in http.get("/_accounts").json() if each["network"] == network)
        account = Account(
            id=1,
            name=told["name"],
            network=network,
            brand=told["brand"],
            external_id=told["external_id"],
            handle=told["handle"],
            connected_at=datetime.fromisoformat(now),
        )
        yield base_url, account, told


def stage_of(at: Callable[[str], Network], base_url: str, account: Account, secrets: tuple[str, ...]) -> Stage:
    return Stage(
        network=at(base_url),
        elsewhere=lambda: at(base_url),
        unreachable=at(NOWHERE),
        account=account,
        now=account.connected_at,
        secrets=secrets,
    )


@pytest.fixture(scope="module", params=sorted(STAGES))
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with STAGES[request.param](tmp_path_factory.mktemp(request.param)) as found:
        yield found


def walk(stage: Stage, feed: Feed, *, network: Network | None = None, page: str | None = None) -> Iterator[FeedPage]:
    """Read a feed to its end, as the listener does."""
    asked = network or stage.network
    seen = {page}
    while True:
        about = ("1",) if feed in ABOUT_FEEDS else ()
        found = asked.read(feed, since=None, until=stage.now, page=page, about=about)
        yield found
        if found.next_page is None:
            return
        assert found.next_page not in seen
        seen.add(found.next_page)
        page = found.next_page


def heard(stage: Stage) -> list[FetchedPost]:
    return [post for feed in stage.network.feeds for page in walk(stage, feed) for post in page.posts]


def standing_of(post: FetchedPost, **known: bool) -> ReplyContext:
    return ReplyContext(
        external_id=post.external_id,
        mentions_us=known.get("mentions_us", post.mentions_us),
        person_wrote_first=known.get("wrote", False),
        root_is_ours=known.get("ours", False),
        published_at=post.published_at,
        parent_external_id=post.parent_external_id,
        kind=post.kind,
        hidden=known.get("hidden", False),
    )


def acts(network: Network, target: str) -> dict[str, Callable[[], object]]:
    return {
        "reply": lambda: network.reply(target, "hola"),
        "send_private": lambda: network.send_private(target, "hola"),
        "reply_privately": lambda: network.reply_privately(target, "hola"),
        "delete_own": lambda: network.delete_own(target),
        "hide": lambda: network.hide(target, hidden=True),
    }


def test_its_name_is_the_accounts_and_its_feeds_have_bounds(stage):
    network = stage.network

    assert network.name == stage.account.network
    assert len(set(network.feeds)) == len(network.feeds) > 0
    for feed in network.feeds:
        bounds = network.bounds(feed)
        assert bounds.most_posts is None or bounds.most_posts > 0
        assert bounds.furthest_back is None or bounds.furthest_back > timedelta()


def test_posts_of_others_and_our_own_are_told_apart(stage):
    found = [page for feed in stage.network.feeds for page in walk(stage, feed)]

    assert any(page.posts for page in found)
    assert any(page.own for page in found)
    for post in (post for page in found for post in page.posts):
        assert post.network == stage.network.name
        assert post.author.external_id not in {"", stage.account.external_id}
        assert post.external_id
        assert post.revision_external_id
        assert post.root_external_id
        assert post.kind in {"post", "reply", "quote", "comment"}
        assert LONG_AGO <= post.published_at <= stage.now
        assert post.published_at.utcoffset() == timedelta()


def test_texts_are_as_a_reader_sees_them(stage):
    assert not [post.text for post in heard(stage) if "&amp;" in post.text or "t.co/" in post.text]
    assert [post.text for post in heard(stage) if "&" in post.text]


def test_the_same_posts_have_the_same_ids_every_time(stage):
    def ids() -> list[tuple[str, str]]:
        return [(post.external_id, post.revision_external_id) for post in heard(stage)]

    assert ids() == ids()


def test_another_process_goes_on_from_a_page(stage):
    for feed in stage.network.feeds:
        pages = list(walk(stage, feed))
        for before, after in pairwise(pages):
            again = next(walk(stage, feed, network=stage.elsewhere(), page=before.next_page))
            assert [post.external_id for post in again.posts] == [post.external_id for post in after.posts]


def test_a_page_that_the_network_never_named_is_an_error_or_the_beginning_and_never_the_end(stage):
    for feed in stage.network.feeds:
        served = [each.external_id for page in walk(stage, feed) for each in (*page.posts, *page.own)]
        with suppress(NetworkError):
            walked = list(walk(stage, feed, page="never-named"))
            assert [each.external_id for page in walked for each in (*page.posts, *page.own)] == served


def test_what_was_heard_is_found_again_in_the_same_text(stage):
    posts = {post.external_id: post for post in heard(stage)}

    found = stage.network.refetch(tuple(posts)[: stage.network.refetch_at_most])

    assert found.gone == ()
    for post in found.page.posts:
        assert post.revision_external_id == posts[post.external_id].revision_external_id
    for post in posts.values():
        state = stage.network.look_up(post.external_id)
        assert (state.exists, state.revision_external_id) == (True, post.revision_external_id)
    assert stage.unreachable.refetch(()).gone == ()


def test_own_replies_are_found_under_what_they_answer(stage):
    own = [post for page in walk(stage, Feed.OWN_POSTS) for post in page.own if post.parent_external_id]
    if not own:
        own = [post for feed in stage.network.feeds for page in walk(stage, feed) for post in page.own]
    answer = next(post for post in own if post.parent_external_id)

    found = stage.network.own_replies_under(str(answer.parent_external_id), since=LONG_AGO, until=stage.now)

    assert answer.external_id in {post.external_id for post in found}


def test_what_is_not_permitted_has_a_reason_and_what_it_costs_is_told(stage):
    post = heard(stage)[0]
    for mentions_us in (True, False):
        for wrote in (True, False):
            for hidden in (True, False):
                standing = standing_of(post, mentions_us=mentions_us, wrote=wrote, hidden=hidden)
                found = stage.network.permissions(standing, now=stage.now)
                assert found == stage.network.permissions(standing, now=stage.now)
                assert found.why or (found.reply and found.private_message)
                assert found.private_act in PRIVATE_ACTS
                assert min(found.reply_cost, found.private_cost, found.hide_cost, found.link_cost) >= 0


def test_an_id_from_anywhere_never_leaves_its_place(stage):
    for target in HOSTILE_IDS:
        for act in acts(stage.network, target).values():
            with pytest.raises(NetworkError):
                act()
        with suppress(NetworkError):
            assert stage.network.look_up(target).exists is False


def test_where_nothing_answers_every_call_says_so_and_tells_no_secret(stage):
    network = stage.unreachable
    asked: list[Callable[[], object]] = [network.check_access]
    asked += [lambda feed=feed: list(walk(stage, feed, network=network)) for feed in network.feeds]
    for ask in asked:
        with pytest.raises(NetworkError) as raised:
            ask()
        said = str(raised.value)
        assert raised.value.retry is Retry.LATER
        assert said.endswith(".")
        assert not [secret for secret in stage.secrets if secret and secret in said]


def test_access_is_checked(stage):
    access = stage.network.check_access()

    assert access.valid_until is None or access.valid_until > stage.now
    assert access.missing == ()
