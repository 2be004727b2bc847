"""Compares what the database holds at the end of a seed with what really happened. Asks nothing of the service."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.nemesis.population import MARK, Population, Row
from tests.nemesis.stored import Stored

MAX_REPLY_AGE = timedelta(hours=12)
DOUBT_LASTS = timedelta(minutes=5)
NAMED = 3
"""So many of what is wrong are named."""
LIVE_TEXTS = """
SELECT mention.external_id, mention_revision.text FROM mention JOIN mention_revision
ON mention_revision.mention_id = mention.id AND mention_revision.revision = mention.revision
WHERE mention_revision.superseded_at IS NULL
"""
LIVE_ROWS = {
    "assessment": """
SELECT mention.external_id, count(made.id) FROM mention LEFT JOIN assessment AS made
ON made.mention_id = mention.id AND made.revision = mention.revision AND made.superseded_at IS NULL
WHERE mention.deleted_at IS NULL GROUP BY mention.external_id
""",
    "decision": """
SELECT mention.external_id, count(made.id) FROM mention
JOIN mention_account ON mention_account.mention_id = mention.id
LEFT JOIN decision AS made ON made.mention_id = mention.id AND made.revision = mention.revision
AND made.account_id = mention_account.account_id AND made.superseded_at IS NULL
WHERE mention.deleted_at IS NULL GROUP BY mention.external_id, mention_account.account_id
""",
}
SAYING = frozenset({"public_reply", "private_message", "private_reply"})
ACTS = {
    "replies": frozenset({"public_reply"}),
    "messages": frozenset({"private_message", "private_reply"}),
    "hides": frozenset({"hide", "unhide"}),
}
"""What the truth tells, and which acts of ours it can be."""
Truth = Mapping[str, Any]
LEASED = ("mention", "mention_revision", "mention_account", "direct_message", "feed_cursor", "reply")


@dataclass(kw_only=True)
class Doubts:
    """Acts of which nobody knew, as seen after each round, and those that stayed so for too long."""

    any: bool = False
    excused_until: datetime = datetime(2000, 1, 1, tzinfo=UTC)
    """Until then an act may have been in the hands of a process that stood still."""
    too_long: dict[int, str] = field(default_factory=dict)

    def note(self, stored: Stored, now: datetime, *, excused: bool) -> None:
        """Look at the outbox as it stands at `now`; `excused` while a process stands still."""
        found = stored.rows("SELECT id, status, reason, sending_at FROM reply WHERE status IN ('sending', 'unknown')")
        self.any = bool(found)
        for identifier, status, reason, sending_at in found:
            lasted = now - max(_moment(sending_at), self.excused_until)
            if lasted > DOUBT_LASTS and not excused and identifier not in self.too_long:
                self.too_long[identifier] = f"reply {identifier} was {status} {lasted} after it left ({reason!r})"


def check(
    stored: Stored,
    truth: Truth,
    population: Population,
    quotes: Mapping[str, str],
    *,
    doubts: Doubts,
    now: datetime,
) -> list[str]:
    """Everything in which the database and the truth contradict each other, one sentence each."""
    return [
        *_check_heard(stored, truth, population, quotes),
        *_check_own(stored, truth),
        *_check_acts(stored, truth),
        *_check_outbox(stored, now),
        *_check_work(stored),
        *_check_rules(stored, population, truth),
        *_few("stayed in doubt for more than 5 minutes", list(doubts.too_long.values())),
    ]


def check_forgotten(stored: Stored, truth: Truth, population: Population) -> list[str]:
    """Texts of deleted posts that are still somewhere in the database."""
    marks = {row.id: row.text[-MARK:] for row in population.rows if row.inbound}
    gone = [post for post in truth["posts"] if post["deleted"] and post["source_id"] in marks]
    everything = _everything(stored)
    left = [
        f"{post['id']} in {table}"
        for post in gone
        for table, text in everything.items()
        if marks[post["source_id"]] in text
    ]
    return list(_few("deleted posts are still readable a day later", left))


def _check_heard(stored: Stored, truth: Truth, population: Population, quotes: Mapping[str, str]) -> Iterator[str]:
    rows = {row.id: row for row in population.rows}
    reachable: dict[str, str] = {}
    edited: set[str] = set()
    for post in truth["posts"]:
        row = rows.get(post["source_id"] or "")
        text = row.text if row is not None and row.inbound else quotes.get(post["id"])
        if text is not None and not post["deleted"]:
            reachable[post["id"]] = _storable(text)
            edited |= {post["id"]} if post["edited"] else set()
    heard = Counter(external_id for (external_id,) in stored.rows("SELECT external_id FROM mention"))
    yield from _few("reachable posts are in no mention", [each for each in reachable if not heard[each]])
    yield from _few("posts are in more than one mention", [each for each, count in heard.items() if count > 1])
    live: dict[str, str] = dict(stored.rows(LIVE_TEXTS))
    stale = [
        f"{each}: {live.get(each, '')[-60:]!r}{' was edited' if each in edited else f' should be {text[-60:]!r}'}"
        for each, text in reachable.items()
        if heard[each] and not _is_newest(live.get(each, ""), text, edited=each in edited)
    ]
    yield from _few("mentions do not have their newest text", stale)


def _is_newest(live: str, text: str, *, edited: bool) -> bool:
    """Who edits a post adds some words to it."""
    return live.startswith(text) and live != text if edited else live == text


def _check_own(stored: Stored, truth: Truth) -> Iterator[str]:
    heard = {external_id for (external_id,) in stored.rows("SELECT external_id FROM mention")}
    ours = {reply["id"] for reply in truth["replies"]}
    ours |= {external_id for (external_id,) in stored.rows("SELECT external_id FROM own_post")}
    yield from _few("posts of our own accounts are mentions", sorted(heard & ours))


def _check_acts(stored: Stored, truth: Truth) -> Iterator[str]:
    rows = stored.rows("SELECT id, act, external_id, target_external_id, text, status, attempts, reason FROM reply")
    sent = [row for row in rows if row[5] == "sent"]
    by_id = Counter((act, external_id) for _, act, external_id, *_ in sent if act in SAYING)
    yield from _few("acts have more than one row", [each for each, count in by_id.items() if count > 1])
    told: list[_Told] = []
    for name, acts in ACTS.items():
        ids = {each["id"] for each in truth[name]}
        alike = Counter(_place(each) for each in truth[name] if name != "hides")
        known = {external_id for _, act, external_id, *_ in sent if act in acts}
        yield from _few(f"{name} were said twice", [each for each, count in alike.items() if count > 1])
        yield from _few(f"sent rows name {name} that were never made", sorted(known - ids))
        told += [_Told(name=name, acts=acts, act=each) for each in truth[name] if each["id"] not in known]
    states: dict[str, bool] = {}
    for hide in truth["hides"]:
        if states.get(hide["id"], False) == hide["hidden"]:
            yield f"the hide {hide} was made twice"
        states[hide["id"]] = hide["hidden"]
    handed_over = [row for row in rows if row[5] in {"held", "unknown", "failed"} and row[6] > 0 and row[7]]
    yield from _few("acts belong to no row that is sent or says why not", list(_without_row(told, handed_over)))


@dataclass(frozen=True, kw_only=True)
class _Told:
    name: str
    acts: frozenset[str]
    act: Mapping[str, Any]


def _without_row(told: Sequence[_Told], handed_over: Sequence[tuple[Any, ...]]) -> Iterator[Mapping[str, Any]]:
    """Acts of which no row knows the id, nor could know it: each row that a person was asked about stands for one."""
    left = list(handed_over)
    for each in told:
        row = next((row for row in left if row[1] in each.acts and _may_be(row, each.act)), None)
        if row is None:
            yield each.act
        else:
            left.remove(row)


def _may_be(row: tuple[Any, ...], act: Mapping[str, Any]) -> bool:
    target, text = row[3], row[4]
    if "in_reply_to" in act:
        # Facebook puts an answer to an answer beneath the comment above both.
        return bool(text == act["text"])
    return target in {act["id"], act.get("to"), act.get("comment")}


def _place(act: Mapping[str, Any]) -> tuple[object, object]:
    return (act.get("in_reply_to") or act.get("comment") or act.get("to"), act["text"])


def _check_outbox(stored: Stored, now: datetime) -> Iterator[str]:
    rows = stored.rows("SELECT id, status, reason, due_at, external_id, sending_at, slot, act FROM reply")
    for title, wrong in (
        ("replies are neither sent nor explained", [row for row in rows if _unexplained(row)]),
        ("replies are still on their way", [row for row in rows if row[1] == "sending"]),
        ("approved replies wait for nothing", [row for row in rows if row[1] == "approved" and not _waits(row, now)]),
        ("replies stay unknown in good weather", [row for row in rows if row[1] == "unknown"]),
    ):
        yield from _few(title, wrong)
    logged = stored.rows("SELECT count(*) FROM ledger_entry WHERE kind LIKE '%:reply:sent'")[0][0]
    sent = sum(row[1] == "sent" for row in rows)
    if logged != sent:
        yield f"{sent} replies are sent and {logged} are logged as sent"


def _unexplained(row: tuple[Any, ...]) -> bool:
    _, status, reason, _, external_id, *_ = row
    return (status in {"held", "unknown", "failed", "withheld"} and not reason) or (
        status == "sent" and not external_id
    )


def _waits(row: tuple[Any, ...], now: datetime) -> bool:
    return row[3] is not None and _moment(row[3]) > now and bool(row[2])


def _check_work(stored: Stored) -> Iterator[str]:
    for table, query in LIVE_ROWS.items():
        wrong = [row for row in stored.rows(query) if row[1] != 1]
        yield from _few(f"mentions have not exactly one live {table}", wrong)
    for table in LEASED:
        held = stored.rows(f"SELECT id, claimed_by, claimed_until FROM {table} WHERE claimed_by IS NOT NULL")  # noqa: S608
        yield from _few(f"leases of {table} are still held", held)


def _check_rules(stored: Stored, population: Population, truth: Truth) -> Iterator[str]:
    rows = {row.id: row for row in population.rows}
    names = {post["id"]: post["source_id"] for post in truth["posts"]}
    unasked = {
        post
        for post, source in names.items()
        if source in rows and rows[source].network == "x" and not _summons(rows[source], rows)
    }
    tried = stored.rows(
        "SELECT target_external_id, id FROM reply WHERE act = 'public_reply' AND (attempts > 0 OR sent_at IS NOT NULL)"
    )
    yield from _few("posts that never spoke to us were answered", [row for row in tried if row[0] in unasked])
    answered = stored.rows(
        "SELECT reply.id, reply.sent_at, mention.published_at FROM reply JOIN mention ON mention.id = reply.mention_id"
        " WHERE reply.origin = 'automatic' AND reply.slot <> 'closing' AND reply.sent_at IS NOT NULL"
    )
    late = [row for row in answered if _moment(row[1]) - _moment(row[2]) > MAX_REPLY_AGE]
    yield from _few("posts older than 12 hours were answered automatically", late)


def _summons(row: Row, rows: Mapping[str, Row]) -> bool:
    above = rows.get(row.in_reply_to or "")
    return "@marca" in row.text or (above is not None and not above.inbound)


def _everything(stored: Stored) -> dict[str, str]:
    found = {}
    for table in stored.tables():
        found[table] = "\n".join(str(row) for row in stored.rows(f'SELECT * FROM "{table}"'))  # noqa: S608
    return found


def _few(what: str, wrong: Sequence[object]) -> Iterator[str]:
    if wrong:
        yield f"{len(wrong)} {what}: {list(wrong[:NAMED])}"


def _storable(text: str) -> str:
    return "".join("\ufffd" if each == "\x00" or "\ud800" <= each <= "\udfff" else each for each in text)


def _moment(value: object) -> datetime:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
