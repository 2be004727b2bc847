"""What happens in one small world, derived from a seed alone: people who post, edit, delete, write, and the brand."""

from __future__ import annotations

import json
import random
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

BEGINS_AT = datetime(2026, 9, 18, 9, tzinfo=UTC)
BRAND = "marca"
NETWORKS = (("x",), ("facebook",), ("x",), ("facebook", "instagram"), ("x", "instagram"))
"""Those on which the brand has accounts, in turn."""
MARK = 13
"""Characters at the end of each row's text that no other text has."""
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
    """Something done by hand in the world at `at`: `outside_reply`, `message`, or `post`, which is a quote.

    Edits, deletions and late posts are of the world's own making, from the seed of its faults.
    """

    at: int
    act: str
    row: Row
    """What it is about; of a message, its author writes; of a new post, it is quoted."""
    text: str


@dataclass(frozen=True, kw_only=True)
class Population:
    """Everything that people do in one world."""

    networks: tuple[str, ...]
    rows: tuple[Row, ...]
    happenings: tuple[Happening, ...]

    @property
    def lasts(self) -> int:
        """Seconds until the last thing has happened."""
        return max([row.at for row in self.rows] + [happening.at for happening in self.happenings])


def populate(seed: int) -> Population:
    """The population of a seed; the same seed gives the same one."""
    chance = random.Random(f"population:{seed}")
    networks = NETWORKS[seed % len(NETWORKS)]
    making = _Making(chance=chance, networks=networks, lasts=chance.randint(30, 90) * 60)
    for network in networks * chance.randint(1, 3):
        making.own(network)
    for _ in range(chance.randint(12, 30)):
        making.somebody()
    making.burst(chance.randint(2, 6))
    for text in chance.sample(HOSTILE, chance.randint(1, 3)):
        making.under_own(text)
    rows = tuple(sorted(making.rows, key=lambda row: (row.at, row.id)))
    return Population(networks=networks, rows=rows, happenings=_happenings(chance, rows))


def write_rows(file: Path, rows: Sequence[Row]) -> Path:
    """Write the rows as the sandbox reads them."""
    lines = [json.dumps(_as_json(row)) for row in rows]
    file.write_text("\n".join(lines) + "\n", encoding="ascii")
    return file


@dataclass(kw_only=True)
class _Making:
    chance: random.Random
    networks: tuple[str, ...]
    lasts: int
    rows: list[Row] = field(default_factory=list)

    def own(self, network: str) -> None:
        """A post of the brand, under which people can write; some are advertisements."""
        at, kind = self.chance.randint(0, self.lasts // 2), self.chance.choice(("post", "post", "ad"))
        self._add("Novedades de la casa.", network=network, at=at, author=BRAND, kind=kind)

    def somebody(self) -> None:
        """A post by anybody, of any kind that the network has."""
        network = self.chance.choice(self.networks)
        if network == "x":
            self.chance.choices((self.summons, self.search_only, self.reply, self.under_own), (5, 2, 2, 2))[0]()
        elif network == "facebook" and self.chance.random() < 0.2:
            self._add(self._said(), network=network, kind=self.chance.choice(("visitor_post", "tag")))
        else:
            self.chance.choice((self.under_own, self.under_own, self.reply))()

    def summons(self) -> None:
        self._add(self._said(), network="x")

    def search_only(self) -> None:
        self._add(self._said().replace("@marca", "marca"), network="x")

    def reply(self) -> None:
        # What is said under another's post that only names the brand is shown to its author, not to us.
        above = self.chance.choice([row for row in self.rows if row.kind != "tag"])
        said = self._said().replace("@marca", self.chance.choice(("@marca", "esto")))
        self._add(said, network=above.network, above=above)

    def under_own(self, text: str = "") -> None:
        above = self.chance.choice([row for row in self.rows if row.author == BRAND])
        said = OWN_DATA if self.chance.random() < 0.3 else self._said()
        self._add(text or said, network=above.network, above=above)

    def burst(self, count: int) -> None:
        """Many comments in one second, some of them with the same words."""
        above = max((row for row in self.rows if row.author == BRAND), key=lambda row: row.at)
        at, said = self.chance.randint(above.at + 60, self.lasts + 120), self._said()
        for _ in range(count):
            text = said if self.chance.random() < 0.5 else self._said()
            self._add(text, network=above.network, above=above, at=at)

    def _add(
        self,
        text: str,
        *,
        network: str,
        author: str = "",
        at: int | None = None,
        above: Row | None = None,
        kind: str = "",
    ) -> None:
        """A post, marked so that its text is like no other."""
        earliest = 0 if above is None else above.at + 30
        mark = "#" + "".join(self.chance.choices(string.ascii_lowercase, k=MARK - 1))
        self.rows.append(
            Row(
                id=f"p{len(self.rows):03}",
                author=author or f"persona_{self.chance.randint(1, 25)}",
                text=f"{text} {mark}",
                at=self.chance.randint(earliest, max(earliest, self.lasts)) if at is None else at,
                network=network,
                in_reply_to=None if above is None else above.id,
                inbound=author != BRAND,
                kind=kind,
            )
        )

    def _said(self) -> str:
        return self.chance.choice(_sayings())


@cache
def _sayings() -> tuple[str, ...]:
    """What the cast says to its brands, said to ours."""
    rows = [json.loads(line) for line in CAST.read_text(encoding="utf-8").splitlines()]
    said = [
        row["text"] for row in rows if row["summons"] and row["in_reply_to"] is None and row.get("network", "x") == "x"
    ]
    named = [text.replace("@bancomiralba", "@marca").replace("@aeroalcion", "@marca") for text in said]
    return tuple(text for text in named if "@marca" in text and "://" not in text)


def _happenings(chance: random.Random, rows: Sequence[Row]) -> tuple[Happening, ...]:
    inbound = [row for row in rows if row.inbound]
    made = [_answered_outside(chance, chance.choice(inbound)) for _ in range(chance.randint(0, 4))]
    made += [_written(chance, chance.choice(inbound)) for _ in range(chance.randint(0, 4))]
    own = [row for row in rows if not row.inbound and row.network == "x"]
    made += [_quoted(chance, chance.choice(own)) for _ in range(chance.randint(0, 2)) if own]
    return tuple(sorted(made, key=lambda each: each.at))


def _answered_outside(chance: random.Random, row: Row) -> Happening:
    at = row.at + chance.choice((60, 200, 900))
    return Happening(at=at, act="outside_reply", row=row, text="Gracias por avisar, lo vemos.")


def _written(chance: random.Random, row: Row) -> Happening:
    at = row.at + chance.randint(60, 1500)
    return Happening(at=at, act="message", row=row, text="Hola, os escribo por privado.")


def _quoted(chance: random.Random, row: Row) -> Happening:
    at = row.at + chance.randint(60, 2000)
    text = f"@marca Lo que dicen estos no es verdad, a mí me cobraron dos veces #{chance.randbytes(6).hex()}"
    return Happening(at=at, act="post", row=row, text=text)


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
        "kind": row.kind or None,
    }
