"""The shipped cast: its shape, its variety, and that nobody and nothing in it is real."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

import orjson
import pytest

CAST = Path(__file__).parents[2] / "sandbox" / "cast"
BRANDS = frozenset({"bancomiralba", "aeroalcion"})
LANGUAGES = frozenset({"es", "en", "pt"})
KINDS = frozenset(
    [
        "account_question",
        "assistance",
        "bereavement",
        "bot",
        "brand_post",
        "brand_reply",
        "campaign",
        "campaign_comment",
        "complaint",
        "crisis",
        "employee",
        "fraud",
        "general_question",
        "hostile",
        "impostor",
        "joke",
        "legal",
        "meme",
        "minor",
        "news",
        "opinion",
        "others_data",
        "own_data",
        "pile_on",
        "praise",
        "purchase",
        "scam_report",
        "self_harm",
        "spam",
        "stranded",
        "thread",
        "threat",
    ]
)
META_KINDS = frozenset(["post", "ad", "visitor_post", "tag", "mention", "comment"])
MOVED_ASIDE = frozenset(["account_question", "assistance", "bereavement", "complaint", "fraud", "own_data", "stranded"])
HANDLE = re.compile(r"(?<![\w.])@(\w+)")
BRAND_NAME = re.compile(r"miralba|alci[oó]n", re.IGNORECASE)
FICTIONAL_NUMBERS = frozenset(
    [
        "4111111111111111",
        "5555555555554444",
        "9121000418450200051332",
        "50000201231234567890154",
        "12345698765432",
        "12345678",
        "123456789",
        "89370400440532013000",
        "612345678",
        "447700900123",
        "447700900288",
        "447700900461",
        "447700900555",
    ]
)
REAL_NAMES = re.compile(
    r"\b(?:bbva|santander|caixabank|sabadell|bankinter|revolut|bizum|iberia|vueling|ryanair|easyjet|latam|avianca|"
    r"air europa|facebook|instagram|twitter|whatsapp|telegram|tiktok|google|microsoft|amazon|netflix|visa|mastercard|"
    r"paypal|iphone|android|chatgpt|uber)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Person:
    id: str
    handle: str
    name: str
    bio: str
    followers: int
    lang: str
    bot: bool
    writes_dm: bool
    dm_text: str
    opens_room: bool
    room_text: str
    reachable: bool = True


@dataclass(frozen=True, kw_only=True)
class Post:
    id: str
    minute: float
    author: str
    lang: str
    text: str
    brand: str
    summons: bool
    in_reply_to: str | None
    media: list[str]
    kind: str
    network: str = "x"


Row = TypeVar("Row", Person, Post)


def read(kind: type[Row], name: str) -> tuple[Row, ...]:
    return tuple(kind(**orjson.loads(line)) for line in (CAST / name).read_bytes().splitlines())


@cache
def people() -> tuple[Person, ...]:
    return read(Person, "people.jsonl")


@cache
def every_post() -> tuple[Post, ...]:
    return read(Post, "posts.jsonl")


@cache
def posts() -> tuple[Post, ...]:
    return tuple(post for post in every_post() if post.network == "x")


@cache
def meta_posts() -> tuple[Post, ...]:
    return tuple(post for post in every_post() if post.network != "x")


def test_the_cast_has_at_least_four_hundred_posts_by_about_three_hundred_people() -> None:
    assert len(posts()) >= 400
    assert len(people()) >= 280


def test_spanish_and_english_each_have_at_least_thirty_five_percent() -> None:
    share = {language: count / len(posts()) for language, count in Counter(post.lang for post in posts()).items()}
    assert set(share) == LANGUAGES
    assert share["es"] >= 0.35
    assert share["en"] >= 0.35


def test_ids_and_handles_are_unique() -> None:
    assert len({post.id for post in every_post()}) == len(every_post())
    assert len({person.id for person in people()}) == len(people())
    handles = {person.handle.lower() for person in people()}
    assert len(handles) == len(people())
    assert not handles & BRANDS
    assert all(re.fullmatch(r"\w{1,18}", handle, re.ASCII) for handle in handles)
    assert min(int(person.id) for person in people()) == 5001


def test_every_author_exists_and_everyone_has_a_post() -> None:
    authors = {post.author for post in every_post()}
    assert authors - BRANDS == {person.handle for person in people()}
    assert all(post.brand == post.author for post in every_post() if post.author in BRANDS)
    assert {post.brand for post in every_post()} == BRANDS


@pytest.mark.parametrize("lines", [posts, meta_posts])
def test_posts_come_in_time_order_within_six_hours(lines: Callable[[], tuple[Post, ...]]) -> None:
    minutes = [post.minute for post in lines()]
    assert minutes == sorted(minutes)
    assert minutes[0] >= 0
    assert minutes[-1] <= 360


def test_metas_networks_have_about_seventy_posts_of_every_kind_after_those_on_x() -> None:
    assert every_post() == (*posts(), *meta_posts())
    assert len(meta_posts()) >= 70
    assert {(post.network, post.kind) for post in meta_posts()} == {
        *(("facebook", kind) for kind in META_KINDS - {"mention"}),
        *(("instagram", kind) for kind in META_KINDS - {"visitor_post"}),
    }
    share = Counter(post.lang for post in meta_posts())
    assert share["es"] > share["en"] > len(meta_posts()) * 0.3


def test_metas_comments_stand_under_something_earlier_of_the_same_brand_and_network() -> None:
    earlier: dict[str, Post] = {}
    for post in meta_posts():
        assert (post.kind == "comment") == (post.in_reply_to is not None)
        if post.in_reply_to is not None:
            above = earlier[post.in_reply_to]
            assert above.minute < post.minute
            assert (above.brand, above.network) == (post.brand, post.network)
        earlier[post.id] = post


def test_one_person_on_metas_networks_cannot_be_written_to() -> None:
    assert [person.handle for person in people() if not person.reachable] == ["nico_valdes"]


def test_what_is_answered_came_earlier_and_concerns_the_same_brand() -> None:
    earlier: dict[str, Post] = {}
    for post in posts():
        if post.in_reply_to is not None:
            above = earlier[post.in_reply_to]
            assert above.minute < post.minute
            assert above.brand == post.brand
            assert post.author == above.author or f"@{above.author}" in post.text
        earlier[post.id] = post


def test_every_kind_is_played_and_no_other() -> None:
    assert {post.kind for post in posts()} == KINDS


def test_summons_is_true_exactly_where_the_text_mentions_a_brand() -> None:
    for post in posts():
        mentioned = {handle.lower() for handle in HANDLE.findall(post.text)} | {
            brand for brand in BRANDS if f"@{brand}@" in post.text.lower()
        }
        assert post.summons == bool(mentioned & BRANDS), post.id


def test_most_posts_summon_a_brand_and_the_others_can_be_found_by_its_name() -> None:
    assert sum(post.summons for post in posts()) / len(posts()) >= 0.7
    assert all(post.summons or post.author in BRANDS or BRAND_NAME.search(post.text) for post in posts())


def test_every_mentioned_handle_belongs_to_the_cast() -> None:
    known = BRANDS | {person.handle.lower() for person in people()}
    for post in every_post():
        assert {handle.lower() for handle in HANDLE.findall(post.text)} <= known, post.id


def test_most_people_who_are_moved_aside_write_and_open_their_room() -> None:
    cast = {person.handle: person for person in people()}
    aside = {post.author for post in posts() if post.kind in MOVED_ASIDE and post.summons}
    writers = [cast[author] for author in aside if cast[author].writes_dm]
    assert 0.7 <= len(writers) / len(aside) <= 0.85
    assert 0.75 <= sum(person.opens_room for person in writers) / len(writers) <= 0.92


def test_whoever_writes_or_opens_a_room_has_words_of_their_own() -> None:
    for person in people():
        assert bool(person.dm_text) == person.writes_dm, person.handle
        assert bool(person.room_text) == person.opens_room, person.handle
    said = [text for person in people() for text in (person.dm_text, person.room_text) if text]
    assert len(set(said)) == len(said)


def test_only_the_pile_on_and_spam_repeat_a_text() -> None:
    repeated = {text for text, count in Counter(post.text for post in posts()).items() if count > 1}
    assert repeated
    assert {post.kind for post in posts() if post.text in repeated} <= {"pile_on", "spam"}


def test_a_crisis_builds_up_in_one_hour_from_a_few_to_dozens() -> None:
    crisis = [post.minute for post in posts() if post.kind == "crisis"]
    assert min(crisis) >= 145
    assert sum(minute < 160 for minute in crisis) < 10
    assert sum(150 <= minute <= 210 for minute in crisis) >= 40


def test_impostors_come_by_search_and_answer_people() -> None:
    impostors = [post for post in posts() if post.kind == "impostor"]
    assert {"bancomiralba_ayuda", "aeroalcion_soporte"} <= {post.author for post in impostors}
    assert all(post.in_reply_to and not post.summons for post in impostors)


def test_bots_say_so() -> None:
    assert {person.handle for person in people() if person.bot} == {
        post.author for post in posts() if post.kind == "bot"
    }


@pytest.mark.parametrize("trap", ["<script>", "=HYPERLINK(", "\u202e", "\u200b", "\x00", "{room_link}", "o" * 100])
def test_hostile_texts_are_played(trap: str) -> None:
    assert any(trap in post.text for post in posts() if post.kind == "hostile")


def test_invisible_characters_are_escaped_in_the_files() -> None:
    for name in ("people.jsonl", "posts.jsonl"):
        assert not re.search(
            r"[\u200b-\u200f\u202a-\u202e\u2028\u2029\u2060\x00-\x09]", (CAST / name).read_text("utf-8")
        )


def test_links_and_addresses_use_the_domain_for_examples() -> None:
    for text in everything_said():
        hosts = re.findall(r"https?://([^/\s\"')]+)", text) + re.findall(r"\w@([\w-]+\.[\w.]+)", text)
        assert all(host.endswith(".example") for host in hosts), text


def test_long_numbers_are_test_numbers_or_reserved_for_fiction() -> None:
    for text in everything_said():
        for run in re.findall(r"\d(?:[ -]?\d){7,}", text):
            assert re.sub(r"\D", "", run) in FICTIONAL_NUMBERS, text


def test_no_real_brand_is_named() -> None:
    for text in everything_said():
        assert not REAL_NAMES.search(text), text


def everything_said() -> list[str]:
    said = [part for post in every_post() for part in (post.text, *post.media)]
    return said + [part for who in people() for part in (who.handle, who.name, who.bio, who.dm_text, who.room_text)]
