"""What happens in one small world, derived from a seed alone: people who post, edit, delete, write, and the brand."""

from __future__ import annotations

import json
import random
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

BEGINS_AT = datetime(2026, 9, 18, 9, tzinfo=UTC)
BRAND = "marca"
NETWORKS = ("x",)
"""Those on which people of these worlds post."""
CAST = Path(__file__).resolve().parents[2] / "sandbox" / "cast" / "posts.jsonl"
OWN_DATA = "@marca mi DNI es el 12345678Z y mi IBAN ES9121000418450200051332, ¿me lo miráis ya?"
HOSTILE = (
    "@marca \u202eodarim le sáreves \u202c ¿me atiende alguien?",
    "@marca un nulo \x00 en medio y una mitad \ud83d de otra cosa; no me funciona nada",
    "@marca <script>alert('hola')</script> & <b>vergüenza</b> &amp; enfado &lt;grande&gt;",
    "@marca " + "no funciona nada de nada, " * 400,
    "@marca {room_link} {handle} %s ${greeting} ¿qué pasa con mi pedido?",
    "@marca '); DROP TABLE mention; -- sigo esperando mi pedido",
)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the world's posts file; `at` is in seconds from its beginning."""

    id: str
    author: str
    text: str
    at: int
    network: str = "x"
    in_reply_to: str | None = None
    inbound: bool = True
    kind: str = ""


@dataclass(frozen=True, kw_only=True)
class Happening:
    """Something done by hand in the world at `at`: `edit`, `delete`, `outside_reply`, `message` or `post`."""

    at: int
    act: str
    post: str
    """The row that it is about; for a message, whose author writes; for a new post, the one that is quoted."""
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Population:
    """Everything that people do in one world."""

    rows: tuple[Row, ...]
    happenings: tuple[Happening, ...]

    @property
    def lasts(self) -> int:
        """Seconds until the last thing has happened."""
        return max(each.at for each in (*self.rows, *self.happenings))


def populate(seed: int) -> Population:
    """The population of a seed; the same seed gives the same one."""
    chance = random.Random(f"population:{seed}")
    making = _Making(chance=chance, lasts=chance.randint(40, 100) * 60)
    for _ in range(chance.randint(2, 4)):
        making.own()
    for _ in range(chance.randint(18, 50)):
        chance.choices((making.summons, making.search_only, making.reply, making.under_own), (5, 2, 2, 2))[0]()
    making.burst(chance.randint(3, 8))
    for text in chance.sample(HOSTILE, chance.randint(1, 3)):
        making.add(text, kind="hostile")
    rows = tuple(sorted(making.rows, key=lambda row: (row.at, row.id)))
    return Population(rows=rows, happenings=_happenings(chance, rows))


def write_rows(file: Path, rows: Sequence[Row]) -> Path:
    """Write the rows as the sandbox reads them."""
    lines = [json.dumps(_as_json(row)) for row in rows]
    file.write_text("\n".join(lines) + "\n", encoding="ascii")
    return file


@dataclass(kw_only=True)
class _Making:
    chance: random.Random
    lasts: int
    rows: list[Row] = field(default_factory=list)

    def add(self, text: str, *, at: int | None = None, above: Row | None = None, kind: str = "") -> Row:
        """A post by somebody, marked so that its text is like no other."""
        after = 0 if above is None else above.at + 30
        row = Row(
            id=f"p{len(self.rows):03}",
            author=f"persona_{self.chance.randint(1, 25)}",
            text=f"{text} {self._mark()}",
            at=self.chance.randint(after, max(after, self.lasts)) if at is None else at,
            in_reply_to=None if above is None else above.id,
            kind=kind,
        )
        self.rows.append(row)
        return row

    def own(self) -> None:
        row = self.add(f"Novedades de la casa, con calma y para todos. {self._mark()}", at=0, kind="own")
        # Now and then the brand also answers without Aparte.
        self.rows[-1] = replace(row, inbound=False, author=BRAND, at=self.chance.randint(0, self.lasts // 2))

    def summons(self) -> None:
        self.add(self._said(), kind="summons")

    def search_only(self) -> None:
        self.add(self._said().replace("@marca", "marca"), kind="search")

    def reply(self) -> None:
        above = self.chance.choice(self.rows)
        if above.at < self.lasts:
            self.add(self._said(), above=above, kind="reply")

    def under_own(self) -> None:
        above = self.chance.choice([row for row in self.rows if not row.inbound])
        self.add(OWN_DATA if self.chance.random() < 0.4 else self._said(), above=above, kind="reply")

    def burst(self, count: int) -> None:
        """Many posts in one second, some of them with the same words."""
        at, said = self.chance.randint(60, self.lasts), self._said()
        for _ in range(count):
            self.add(said if self.chance.random() < 0.5 else self._said(), at=at, kind="burst")

    def _said(self) -> str:
        return self.chance.choice(_sayings())

    def _mark(self) -> str:
        return "#" + "".join(self.chance.choices(string.ascii_lowercase, k=12))


@cache
def _sayings() -> tuple[str, ...]:
    """What the cast says to its brands, said to ours."""
    rows = [json.loads(line) for line in CAST.read_text(encoding="utf-8").splitlines()]
    said = [row["text"] for row in rows if row["summons"] and row["in_reply_to"] is None and row.get("network", "x") == "x"]
    named = [text.replace("@bancomiralba", "@marca").replace("@aeroalcion", "@marca") for text in said]
    return tuple(text for text in named if "@marca" in text and "://" not in text)


def _happenings(chance: random.Random, rows: Sequence[Row]) -> tuple[Happening, ...]:
    inbound = [row for row in rows if row.inbound]
    own = [row for row in rows if not row.inbound]
    made: list[Happening] = []
    touched = chance.sample(inbound, min(len(inbound), 10))
    for row, act in zip(touched, chance.choices(("edit", "delete", "outside_reply", "message"), k=10), strict=False):
        # X lets a post be edited for half an hour.
        at = row.at + chance.choice((5, 60, 200, chance.randint(60, 1500)))
        made.append(Happening(at=at, act=act, post=row.id, text=_words(act, row)))
    for number in range(chance.randint(0, 2)):
        row = chance.choice(own)
        text = f"Lo que dicen estos no es verdad, a mí me cobraron dos veces {number} #{row.text[-12:]}"
        made.append(Happening(at=row.at + chance.randint(30, 2000), act="post", post=row.id, text=text))
    return tuple(sorted(made, key=lambda each: (each.at, each.post)))


def _words(act: str, row: Row) -> str:
    if act == "edit":
        return f"{row.text} (corregido: sigue sin funcionar)"
    return {"outside_reply": "Gracias por avisar, lo vemos.", "message": "Hola, os escribo por privado."}.get(act, "")


def _as_json(row: Row) -> Mapping[str, object]:
    return {
        "id": row.id,
        "author": row.author,
        "text": row.text,
        "lang": "es",
        "created_at": (BEGINS_AT + timedelta(seconds=row.at)).isoformat(),
        "in_reply_to": row.in_reply_to,
        "inbound": row.inbound,
        "brand": BRAND,
        "network": row.network,
    }
