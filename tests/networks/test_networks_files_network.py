"""Exports dropped in a folder, heard like any feed."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from networks.errors import Invalid, Refused, Unreachable
from networks.files.folder import ROWS_A_PAGE
from networks.files.network import open_files
from networks.protocol import FeedPage, Network, ReplyContext
from records.enums import Feed
from records.models import Account, FetchedPost

CREATED = "2026-05-01T10:00:00Z"


def now() -> datetime:
    return datetime.now(UTC)


def open_folder(folder: Path) -> Network:
    account = Account(
        id=1, name="acme-files", network="files", brand="acme", external_id="Acme", handle="acme", connected_at=now()
    )
    return open_files(account, folder=folder)


def row(number: int | str, text: str = "@acme hola", **more: Any) -> str:
    return json.dumps({"id": str(number), "text": text, "author": "ana", "created_at": CREATED} | more) + "\n"


def pages(network: Network, feed: Feed = Feed.MENTIONS, *, since: datetime | None = None, page: str | None = None):
    while True:
        found = network.read(feed, since=since, until=now(), page=page)
        yield found
        if found.next_page is None:
            return
        page = found.next_page


def posts(network: Network, *, since: datetime | None = None, page: str | None = None) -> list[FetchedPost]:
    return [post for found in pages(network, since=since, page=page) for post in found.posts]


def age(path: Path, minutes: float) -> None:
    """Make the file look as though nobody had touched it for that long."""
    then = (now() - timedelta(minutes=minutes)).timestamp()
    os.utime(path, (then, then))


def test_every_file_of_the_folder_is_heard_by_name(tmp_path):
    (tmp_path / "b.csv").write_text("id,text,author\n3,hola @acme,eva\n", encoding="utf-8")
    (tmp_path / "a.jsonl").write_text(row(1) + row(2, "sin marca"), encoding="utf-8")
    for name in ("notes.txt", ".hidden.jsonl", "c.jsonl.part"):
        (tmp_path / name).write_text(row(9), encoding="utf-8")
    (tmp_path / "folder.jsonl").mkdir()

    heard = posts(open_folder(tmp_path))

    assert [(post.external_id, post.network, post.mentions_us) for post in heard] == [
        ("1", "files", True),
        ("2", "files", False),
        ("3", "files", True),
    ]


def test_the_brands_own_rows_come_as_its_own_posts(tmp_path):
    answer = row(2, "lo vemos", inbound=False, in_reply_to="1", author="Acme")
    (tmp_path / "a.jsonl").write_text(row(1) + answer, encoding="utf-8")
    network = open_folder(tmp_path)

    (own,) = [post for page in pages(network, Feed.OWN_POSTS) for post in page.own]

    assert (own.external_id, own.parent_external_id) == ("2", "1")
    assert [post.external_id for post in posts(network)] == ["1"]
    assert network.own_replies_under("1", since=datetime(2026, 1, 1, tzinfo=UTC), until=now()) == (own,)


def test_a_walk_goes_on_in_another_process_where_it_stopped(tmp_path):
    many = [row(n, in_reply_to=str(n - 1) if n else None) for n in range(2 * ROWS_A_PAGE + 5)]
    (tmp_path / "a.jsonl").write_text("".join(many), encoding="utf-8")
    (tmp_path / "b.jsonl").write_text(row("last"), encoding="utf-8")
    first = open_folder(tmp_path).read(Feed.MENTIONS, since=None, until=now(), page=None)

    rest = posts(open_folder(tmp_path), page=first.next_page)

    assert [post.external_id for post in (*first.posts, *rest)] == [*map(str, range(len(many))), "last"]
    assert {post.root_external_id for post in (*first.posts, *rest)} == {"0", "last"}


def test_a_file_that_grows_is_read_on(tmp_path):
    file = tmp_path / "a.jsonl"
    file.write_text(row(1), encoding="utf-8")
    network = open_folder(tmp_path)
    assert len(posts(network)) == 1
    since = now()

    with file.open("a", encoding="utf-8") as more:
        more.write(row(2))

    assert [post.external_id for post in posts(network, since=since)] == ["1", "2"]


def test_a_file_that_did_not_change_is_not_read_again(tmp_path):
    file = tmp_path / "a.jsonl"
    file.write_text(row(1), encoding="utf-8")

    assert posts(open_folder(tmp_path), since=now() + timedelta(minutes=11)) == []
    # An old file that is moved into the folder is news all the same.
    age(file, 60 * 24)
    assert len(posts(open_folder(tmp_path), since=now() - timedelta(minutes=1))) == 1


@pytest.mark.parametrize(
    ("name", "heard", "unfinished"),
    [
        ("a.jsonl", row(1), row(2)[:-8]),
        ("a.jsonl", row(1), '{"id": "2", "text": "\\ud83d'),
        ("a.csv", "id,text\n1,hola\n", "2,empie"),
        ("a.csv", "id,text\n1,hola\n", '2,"empie\n'),
        ("a.csv", "id,text\n1,hola\n", '2,"empie'),
    ],
)
def test_a_line_that_is_being_written_waits_until_it_is_whole(tmp_path, name, heard, unfinished):
    (tmp_path / name).write_text(heard + unfinished, encoding="utf-8")
    network = open_folder(tmp_path)

    assert [post.external_id for post in posts(network)] == ["1"]
    assert not list(tmp_path.glob("*.txt"))


def test_a_last_line_without_its_end_is_whole_once_the_file_has_settled(tmp_path):
    (tmp_path / "a.csv").write_text("id,text\n1,hola\n2,adiós", encoding="utf-8")
    network = open_folder(tmp_path)
    later = now() + timedelta(minutes=2)

    page = network.read(Feed.MENTIONS, since=None, until=later, page=None)

    assert [post.text for post in page.posts] == ["hola", "adiós"]


def test_a_json_line_that_can_be_read_is_whole_without_its_end(tmp_path):
    (tmp_path / "a.jsonl").write_text(row(1) + row(2).rstrip("\n"), encoding="utf-8")

    assert len(posts(open_folder(tmp_path))) == 2


def test_lines_that_cannot_be_used_are_named_beside_the_file_and_stop_nothing(tmp_path):
    file = tmp_path / "a.jsonl"
    file.write_text(row(1) + '{"text": "secreto"}\n' + "[1]\n" + row(2), encoding="utf-8")
    network = open_folder(tmp_path)

    assert [post.external_id for post in posts(network)] == ["1", "2"]
    report = (tmp_path / "a.jsonl.left-out.txt").read_text(encoding="utf-8")
    assert report.splitlines() == [
        "2 lines of a.jsonl left out.",
        "line 2: it has no id",
        "line 3: it is not a JSON object",
    ]

    file.write_text(row(1), encoding="utf-8")
    posts(network)
    assert not (tmp_path / "a.jsonl.left-out.txt").exists()


def test_a_file_that_cannot_be_read_at_all_stops_no_other(tmp_path):
    (tmp_path / "a.csv").write_text("uno,dos\n1,2\n", encoding="utf-8")
    (tmp_path / "b.jsonl").write_text(row(1), encoding="utf-8")

    assert [post.external_id for post in posts(open_folder(tmp_path))] == ["1"]
    assert "columns id and text" in (tmp_path / "a.csv.left-out.txt").read_text(encoding="utf-8")


def test_the_same_warning_is_logged_once(tmp_path, caplog):
    (tmp_path / "a.jsonl").write_text("{\n", encoding="utf-8")
    network = open_folder(tmp_path)

    posts(network)
    posts(network)

    assert [record.getMessage() for record in caplog.records] == [
        "1 line of a.jsonl left out. Look at a.jsonl.left-out.txt."
    ]


def test_another_text_under_the_same_id_is_an_edit(tmp_path):
    (tmp_path / "a.jsonl").write_text(row(1, "uno"), encoding="utf-8")
    network = open_folder(tmp_path)
    (before,) = posts(network)

    (tmp_path / "b.jsonl").write_text(row(1, "uno") + row(1, "dos"), encoding="utf-8")
    again, after = posts(network)

    assert again.revision_external_id == before.revision_external_id
    assert (after.external_id, after.text) == (before.external_id, "dos")
    assert after.revision_external_id == network.look_up("1").revision_external_id != before.revision_external_id


def test_an_export_that_is_taken_away_deletes_nothing(tmp_path):
    network = open_folder(tmp_path)

    assert network.refetch(("1", "2")).gone == ()
    with pytest.raises(Refused, match="any more"):
        network.look_up("1")


def test_nothing_can_be_said_in_a_file(tmp_path):
    network = open_folder(tmp_path)
    standing = ReplyContext(
        external_id="1", mentions_us=True, person_wrote_first=True, root_is_ours=True, published_at=now(), kind="reply"
    )

    found = network.permissions(standing, now=now())

    assert (found.reply, found.private_message, found.hide, found.delete_own) == (False,) * 4
    acts = (
        lambda: network.reply("1", "hola"),
        lambda: network.send_private("ana", "hola"),
        lambda: network.reply_privately("1", "hola"),
        lambda: network.delete_own("1"),
        lambda: network.hide("1", hidden=True),
    )
    for act in acts:
        with pytest.raises(Refused) as raised:
            act()
        assert str(raised.value) == found.why
    assert network.private_messages_with("ana") == ()


def test_a_folder_that_is_not_there_says_so(tmp_path):
    network = open_folder(tmp_path / "none")

    for ask in (network.check_access, lambda: posts(network)):
        with pytest.raises(Unreachable, match="create it"):
            ask()
    (tmp_path / "none").mkdir()
    assert network.check_access().missing == ()
    assert posts(network) == []


@pytest.mark.parametrize(
    "page",
    [
        "",
        "3",
        "{}",
        '{"file": "../a.jsonl", "line": 0}',
        '{"file": "a\\u0000.csv", "line": 0}',
        '{"file": 1, "line": 1}',
    ],
)
def test_a_page_that_is_not_ours_begins_the_feed_anew(tmp_path, page):
    with pytest.raises(Invalid, match="begin the feed anew"):
        posts(open_folder(tmp_path), page=page)


def test_a_file_taken_away_between_pages_ends_there(tmp_path):
    (tmp_path / "a.jsonl").write_text("".join(map(row, range(ROWS_A_PAGE + 1))), encoding="utf-8")
    (tmp_path / "b.jsonl").write_text(row("b"), encoding="utf-8")
    first = open_folder(tmp_path).read(Feed.MENTIONS, since=None, until=now(), page=None)
    (tmp_path / "a.jsonl").unlink()

    assert [post.external_id for post in posts(open_folder(tmp_path), page=first.next_page)] == ["b"]


def test_long_texts_fill_a_page_sooner_than_the_memory_is_full(tmp_path, monkeypatch):
    monkeypatch.setattr("networks.files.folder.CHARACTERS_A_PAGE", 1_500)
    (tmp_path / "a.jsonl").write_text("".join(row(n, "ñ" * 1_000) for n in range(5)), encoding="utf-8")

    found: list[FeedPage] = list(pages(open_folder(tmp_path)))

    assert [len(page.posts) for page in found] == [2, 2, 1]


@settings(max_examples=40, deadline=None)
@given(content=st.binary(max_size=300), ending=st.sampled_from([".jsonl", ".csv"]))
def test_no_bytes_stop_the_folder(tmp_path_factory, content, ending):
    folder = tmp_path_factory.mktemp("exports")
    (folder / f"a{ending}").write_bytes(content if ending == ".jsonl" else b"id,text\n" + content)
    (folder / "b.jsonl").write_text(row("after"), encoding="utf-8")

    assert posts(open_folder(folder))[-1].external_id == "after"
