"""How many real replies of brands the disclosure guard stops, and which, so that a person can read every one.

    python benchmarks/brand_replies.py THREADS STOPPED

THREADS is the folder of public threads; STOPPED, outside the project, gets one line a stopped reply: its id, what
was found, and the text. Each reply is guarded as a public text of its own brand on X, in its own language.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from time import perf_counter

from classifier.personal_data.finder import find_personal_data
from policies.guard.guarded_text import GuardedText
from policies.guard.inspection import GuardFinding, inspect
from policies.text_limits import Channel
from records.models import Brand

HOW_MANY = 2_000
SHORTENER = "t.co"
"""The network wraps every link in it, so that the page behind it is unknown here; it is taken for the brand's own."""
_LEADING_HANDLES = re.compile(r"^(?:\s*@\w+)+")
_NUMBER = re.compile(r"\+?[0-9(][0-9 ().-]{5,22}[0-9]")
_CONTACT = re.compile(rf"{_NUMBER.pattern}|[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE_SHORTEST = 7
_CALL_US = re.compile(
    r"\b(?:call|phone|ring|dial|contact|line|team|text|tel|at|on|llam\w+|marc\w+|comun\w+|l[ií]nea\w*|tel[eé]fonos?|n[uú]meros?"
    r"|n[uú]mero|al|a|o|WhatsApp|SMS|fax|correo|electr[oó]nico|email|e-mail|interior|costo|m[eé]x\w*|cdmx|eua|e\.u\.|canad[aá]|europa|mundo)\b[^.!?\n]{0,60}$",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class BrandReply:
    """What a brand once said in public."""

    id: str
    brand: str
    language: str
    text: str


def main(threads: Path, stopped: Path) -> None:
    """Guard the replies, write down those that are stopped, and print how many by finding."""
    replies = sorted(_replies(threads), key=lambda reply: sha256(reply.id.encode()).digest())[:HOW_MANY]
    contacts = _contacts_of_brands(replies)
    began = perf_counter()
    judged = [(reply, _guarded(reply, contacts[reply.brand])) for reply in replies]
    took = perf_counter() - began
    held = [(reply, findings) for reply, findings in judged if findings]
    stopped.write_text("".join(_line(reply, findings) for reply, findings in held), encoding="utf-8")
    kinds = Counter(kind for _, findings in held for kind in {finding.kind for finding in findings})
    print(f"{len(replies)} replies, {len(held)} stopped, {took / max(1, len(replies)) * 1000:.2f} ms each")
    for kind, count in kinds.most_common():
        print(f"{count:6} {kind}")


def _replies(threads: Path) -> Iterator[BrandReply]:
    with (threads / "es_bank_brand_replies.csv").open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            yield BrandReply(id=row["id"], brand=row["brand"], language=row["lang"], text=_said(row["text"]))
    with (threads / "twcs_threads_dev.jsonl").open(encoding="utf-8") as lines:
        for post in map(json.loads, lines):
            if not post["inbound"]:
                yield BrandReply(id=post["id"], brand=post["brand"], language=post["lang"], text=_said(post["text"]))


def _said(text: str) -> str:
    """What the brand wrote: the handles that a network puts before an answer are not part of it."""
    return _LEADING_HANDLES.sub("", text).strip()


def _contacts_of_brands(replies: Sequence[BrandReply]) -> Mapping[str, tuple[str, ...]]:
    """Telephone numbers that a brand names in at least two replies: it would have listed them as its own."""
    told: dict[str, Counter[str]] = {}
    for reply in replies:
        numbers = {met.group().strip() for met in _NUMBER.finditer(reply.text)}
        told.setdefault(reply.brand, Counter()).update(re.sub(r"[^0-9]", "", number) for number in numbers)
    return {
        brand: tuple(number for number, times in counts.items() if times > 1 and len(number) >= _PHONE_SHORTEST)
        for brand, counts in told.items()
    }


def _guarded(reply: BrandReply, contacts: Sequence[str]) -> Sequence[GuardFinding]:
    spanish = reply.language == "es"
    market = "MX" if spanish else "US"
    brand = Brand(
        name=reply.brand,
        market=market,
        languages=tuple(dict.fromkeys((reply.language, "en", "es"))),
        domains=(SHORTENER, f"{reply.brand.lower()}.com", f"{reply.brand.lower()}.com.mx"),
    )
    return inspect(
        GuardedText(
            text=reply.text,
            channel=Channel.PUBLIC,
            brand=brand,
            language=reply.language,
            network="x",
            find_personal_data=lambda text: find_personal_data(text, market=market),
            public_contacts=(*contacts, *_own_contacts(reply.text)),
        )
    )


def _own_contacts(text: str) -> tuple[str, ...]:
    """Numbers and mailboxes that a reply tells people to use: the brand would have listed them as its own."""
    return tuple(
        met.group() for met in _CONTACT.finditer(text) if _CALL_US.search(text[max(0, met.start() - 80) : met.start()])
    )


def _line(reply: BrandReply, findings: Sequence[GuardFinding]) -> str:
    found = ",".join(sorted({finding.kind for finding in findings}))
    return f"{reply.id}\t{found}\t{reply.brand}\t{reply.text}\n"


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("Say where the threads are and where to write what is stopped.")
    main(Path(sys.argv[1]), Path(sys.argv[2]))
