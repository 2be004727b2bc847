"""What a fault seed decides: which calls fail, who writes late, who edits and deletes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.faults.plan import FaultPlan
from sandbox.faults.schedule import FaultCall, FaultSchedule, is_spell, seconds_of
from sandbox.network import open_network
from sandbox.options import SandboxOptions
from sandbox.server import running

ENDS_AT = datetime(2026, 3, 6, 18, 0, tzinfo=UTC)
ROWS = [
    {"id": str(number), "text": f"@marca {number}", "author": f"p{number}", "network": network}
    | {"created_at": f"2026-03-01T{10 + number // 60}:{number % 60:02d}:00Z"}
    for number, network in enumerate(["x", "x", "facebook"] * 60)
]
HEAVY = 0.25
READ = FaultCall(method="GET", path="/2/users/1001/mentions", account=1001, now=0.0)
WRITE = FaultCall(method="POST", path="/2/tweets", account=1001, now=0.0)
PAGE = FaultCall(method="GET", path="/v25.0/104500000001001/feed", account=104500000001001, now=0.0)


def test_the_lots_of_an_endpoint_do_not_depend_on_what_other_endpoints_were_asked_meanwhile() -> None:
    alone, between = FaultSchedule(7, share=HEAVY), FaultSchedule(7, share=HEAVY)
    lots = [alone.draw(READ) for _ in range(200)]
    mixed = []
    for _ in range(200):
        between.draw(WRITE)
        mixed.append(between.draw(READ))
        between.draw(PAGE)
    assert lots == mixed


def test_ids_and_versions_in_a_path_do_not_make_another_endpoint() -> None:
    paths = ["/v25.0/1_1001/comments", "/1_999/comments", "/v26.0/17841400000001001_5/comments"]
    assert {FaultCall(method="POST", path=path).endpoint for path in paths} == {"/:id/comments"}
    assert FaultCall(method="GET", path="/2/tweets/2124372605426205135").endpoint == "/2/tweets/:id"
    assert FaultCall(method="GET", path="/v25.0/me").endpoint == "/me"


def test_the_share_decides_how_much_fails_and_writes_are_never_given_pages() -> None:
    heavy = FaultSchedule(3, share=HEAVY)
    drawn = [heavy.draw(WRITE) for _ in range(2000)]
    kinds = Counter(each.kind for each in drawn if each is not None)
    assert 400 < sum(kinds.values()) < 620
    assert not any(kind.endswith(("_page", "_pages")) or kind == "partial" for kind in kinds)
    assert {"echo_first", "accepted_then_500", "accepted_then_cut"} <= kinds.keys()
    assert any(is_spell(kind) for kind in kinds)


def test_a_scheduled_hang_lasts_as_long_as_the_options_say() -> None:
    plan = FaultPlan(3, share=HEAVY, hang=0.4)
    met = {plan.next(WRITE.method, WRITE.path) for _ in range(400)}
    hangs = {seconds_of(kind) for kind in met if kind is not None and seconds_of(kind) is not None}
    assert hangs == {0.4}


def test_a_spell_of_the_schedule_stands_for_its_account_and_then_ends() -> None:
    plan = FaultPlan(1, share=1.0)
    for step in range(400):
        plan.meet(FaultCall(method="GET", path=f"/2/e{step}", account=1001, now=0.0))
    standing = plan.standing(0.0)
    assert standing
    assert all(spell.accounts == frozenset({1001}) and 30 <= spell.until <= 300 for spell in standing)
    assert plan.standing(301.0) == []


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading_of_a_kind(text: str) -> None:
    assert isinstance(is_spell(text), bool)
    assert seconds_of(f"timeout:{text}") is None or seconds_of(f"timeout:{text}") is not None


def _born(seed: int | None, share: float = HEAVY) -> list[tuple[object, ...]]:
    network = open_network(
        SandboxOptions(stepped=True, ends_at=ENDS_AT, faults=seed, fault_share=share), rows=[dict(row) for row in ROWS]
    )
    posts = sorted(network.world.seed.posts, key=lambda post: int(post.source_id or 0))
    return [(post.source_id, post.id, post.at, post.late) for post in posts]


def test_a_seed_makes_posts_late_and_draws_some_into_one_second_the_same_way_each_time() -> None:
    born, plain = _born(5), _born(None)
    assert born == _born(5) != _born(6)
    assert {late for *_, late in plain} == {0.0}
    lates = [float(str(late)) for *_, late in born if late]
    assert 20 < len(lates) < 120
    assert max(lates) < 60
    seconds = Counter(at for _, _, at, _ in born)
    assert max(seconds.values()) >= 3
    assert len({identifier for _, identifier, *_ in born}) == len(ROWS)


@contextmanager
def _open(**options: Any) -> Iterator[httpx.Client]:
    told = SandboxOptions(stepped=True, ends_at=ENDS_AT, limits=False, **options)
    rows = [dict(row) for row in ROWS]
    with running(told, rows=rows) as url, httpx.Client(base_url=url, timeout=5, trust_env=False) as http:
        yield http


def _step(http: httpx.Client, **told: object) -> Any:
    return http.post("/_clock", content=json.dumps(told or {"advance": "step"})).json()


def test_people_edit_and_delete_in_sandbox_time_and_stop_once_it_is_calm() -> None:
    def outcome(*, calm: bool) -> list[tuple[str, bool, bool]]:
        with _open(faults=5, fault_share=HEAVY) as http:
            if calm:
                http.post("/_faults", content=json.dumps({"kind": "calm"}))
            while _step(http)["posts_left"]:
                pass
            _step(http, advance_seconds=3600)
            posts = http.get("/_truth").json()["posts"]
        return sorted((post["source_id"], post["deleted"], post["edited"]) for post in posts)

    changed = outcome(calm=False)
    assert changed == outcome(calm=False)
    assert 10 < sum(deleted for _, deleted, _ in changed) < 70
    assert sum(edited for *_, edited in changed) > 10
    quiet = outcome(calm=True)
    assert not any(deleted or edited for _, deleted, edited in quiet)
    assert len(quiet) == len(ROWS)


def test_a_late_post_is_hidden_until_it_appears_and_keeps_its_older_date_and_id() -> None:
    options = SandboxOptions(stepped=True, ends_at=ENDS_AT, faults=5, fault_share=HEAVY)
    network = open_network(options, rows=[dict(row) for row in ROWS])
    network.later_changes.forget()
    assert network.stepper is not None
    feed, seen = network.world.mentions[1001], list[int]()
    while network.world.posts_left:
        network.stepper.advance(10)
        seen += [identifier for identifier in feed.ids if identifier not in seen]
        assert all(post.at + post.late <= network.world.now() for post in network.world.posts.values())
    assert len(seen) == 120
    assert seen != sorted(seen)


@pytest.mark.parametrize("seed", [1, 2])
def test_who_reads_patiently_under_heavy_faults_hears_every_post_on_x(seed: int) -> None:
    with _open(faults=seed, fault_share=HEAVY, fault_hang=0.02) as http:
        while _step(http)["posts_left"]:
            pass
        _step(http, advance_seconds=3600)
        truth = http.get("/_truth").json()["posts"]
        wanted = {post["id"] for post in truth if post["network"] == "x" and not post["deleted"]}
        token = {"Authorization": f"Bearer {http.get('/_accounts').json()[0]['bearer_token']}"}
        heard: set[str] = set()
        following: str | None = None
        for _ in range(400):
            query = {"max_results": 5} | ({"pagination_token": following} if following else {})
            try:
                page = http.get("/2/users/1001/mentions", headers=token, params=query).json()
                following = page["meta"].get("next_token")
            except (httpx.HTTPError, ValueError, KeyError):
                _step(http, advance_seconds=60)
                continue
            heard |= {post["edit_history_tweet_ids"][0] for post in page.get("data", [])}
            if following is None:
                break
        kinds = {each["kind"] for each in http.get("/_faults").json()["carried_out"]}
    assert wanted <= heard
    assert kinds
