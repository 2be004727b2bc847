"""Reads the export of a CRM: CSV or JSONL, checked as a whole before anything is stored."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from people.customer_keys import email_key, mobile_key
from people.customers import Contact
from people.register import CustomerRecord

COLUMNS = ("reference", "market", "segment", "name", "surname", "email", "mobile", "bookings")
NEEDED = frozenset({"reference"})
MOST_CHARACTERS = 500
"""Of one field."""
MOST_BOOKINGS = 200
MOST_TOLD = 20
"""Problems that are named; of the others only how many there are."""


class CrmFileError(Exception):
    """An export cannot be used; the message names each line and says what to do. Nothing of it was stored."""


@dataclass(frozen=True, kw_only=True)
class CrmFile:
    """A register that was read from a file."""

    customers: tuple[CustomerRecord, ...] = field(repr=False)
    unusable_emails: tuple[int, ...] = ()
    """Lines whose e-mail is none: the record is kept without it."""
    unusable_mobiles: tuple[int, ...] = ()

    def records(self) -> Iterable[CustomerRecord]:
        return self.customers


def read_crm_file(path: Path, *, market: str) -> CrmFile:
    """Read an export; `market` is that of records which name none.

    `.jsonl` and `.ndjson` hold one JSON object a line, anything else is CSV with a heading line, parted by commas,
    semicolons or tabs. Bookings are parted by blanks, commas or bars, or are a JSON list. Columns of other names are
    passed over. Raises CrmFileError.
    """
    lines = _json_lines(path) if path.suffix.lower() in {".jsonl", ".ndjson"} else _csv_lines(path)
    problems: list[str] = []
    customers: dict[str, CustomerRecord] = {}
    emails: list[int] = []
    mobiles: list[int] = []
    with _readable(path):
        for number, row in lines:
            problem = _problem(row) if isinstance(row, Mapping) else row
            if not problem and row["reference"] in customers:  # type: ignore[index]
                problem = "this reference stands on an earlier line as well: keep one of them"
            if problem:
                problems.append(f"line {number}: {problem}")
                continue
            record = _record(row, market)  # type: ignore[arg-type]
            customers[record.reference] = record
            if row["email"] and not record.contact.email:  # type: ignore[index]
                emails.append(number)
            if row["mobile"] and not record.contact.mobile:  # type: ignore[index]
                mobiles.append(number)
    if problems:
        raise CrmFileError(_told(path, problems))
    if not customers:
        raise CrmFileError(f"{path} holds no customer: export it again with the columns {', '.join(COLUMNS)}.")
    return CrmFile(customers=tuple(customers.values()), unusable_emails=tuple(emails), unusable_mobiles=tuple(mobiles))


def _csv_lines(path: Path) -> Iterator[tuple[int, dict[str, str] | str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        heading = file.readline()
        separator = max(",;\t", key=heading.count)
        names = [name.strip().lower() for name in next(csv.reader([heading], delimiter=separator), [])]
        missing = sorted(NEEDED - set(names))
        twice = sorted({name for name in names if name in COLUMNS and names.count(name) > 1})
        if missing or twice:
            wrong = f"has no column {missing[0]}" if missing else f"has two columns {twice[0]}"
            raise CrmFileError(f"{path} {wrong}: its first line names the columns {', '.join(COLUMNS)}.")
        reader = csv.reader(file, delimiter=separator, strict=True)
        first_of_row = 2
        for fields in reader:
            number, first_of_row = first_of_row, reader.line_num + 2
            if not fields:
                continue
            if len(fields) != len(names):
                yield number, f"it has {len(fields)} fields and the heading {len(names)}: quote what holds a separator"
                continue
            found = dict(zip(names, fields, strict=True))
            yield number, {name: found.get(name, "").strip() for name in COLUMNS}


def _json_lines(path: Path) -> Iterator[tuple[int, dict[str, str] | str]]:
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                found = json.loads(line)
            except (ValueError, RecursionError):
                yield number, "it is not JSON: write one object a line"
                continue
            if not isinstance(found, dict):
                yield number, "it is not a JSON object: write {...} with the columns as names"
                continue
            plain = {name: _plain(found.get(name)) for name in COLUMNS}
            wrong = next((name for name, value in plain.items() if value is None), "")
            yield (
                number,
                f"its {wrong} is neither text nor a list of texts"
                if wrong
                else {name: value.strip() for name, value in plain.items() if value is not None},
            )


def _plain(value: object) -> str | None:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return " ".join(value)
    return None


def _problem(row: Mapping[str, str]) -> str:
    if not row["reference"]:
        return "it has no reference: every record needs one"
    for name, value in row.items():
        most = MOST_CHARACTERS * (20 if name == "bookings" else 1)
        if len(value) > most:
            return f"its {name} has {len(value)} characters and may have {most}"
        if any(character < " " or character == "\x7f" or "\ud800" <= character <= "\udfff" for character in value):
            return f"its {name} holds a control character: take it out"
    if row["market"] and not (len(row["market"]) == 2 and row["market"].isascii() and row["market"].isalpha()):
        return "its market is no country code of two letters, such as ES"
    if len(_bookings(row["bookings"])) > MOST_BOOKINGS:
        return f"it has more than {MOST_BOOKINGS} bookings"
    return ""


def _record(row: Mapping[str, str], market: str) -> CustomerRecord:
    own_market = row["market"].upper() or market
    email = email_key(row["email"])
    mobile = mobile_key(row["mobile"], market=own_market)
    return CustomerRecord(
        reference=row["reference"],
        market=own_market,
        segment=row["segment"],
        contact=Contact(
            name=row["name"],
            surname=row["surname"],
            email=email.plain if email else "",
            mobile=mobile.plain if mobile else "",
            bookings=_bookings(row["bookings"]),
        ),
    )


def _bookings(listed: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(listed.replace(",", " ").replace("|", " ").replace(";", " ").split()))


def _told(path: Path, problems: list[str]) -> str:
    more = f" And {len(problems) - MOST_TOLD} more lines." if len(problems) > MOST_TOLD else ""
    return f"{path} was not imported, mend it and try again: {'; '.join(problems[:MOST_TOLD])}.{more}"


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CrmFileError(f"{path} cannot be read ({error.strerror}): check the path and its rights.") from error
    except UnicodeDecodeError as error:
        raise CrmFileError(f"{path} is not UTF-8: export it again in that encoding.") from error
    except csv.Error as error:
        raise CrmFileError(f"{path} is not CSV ({error}): check its quotes.") from error
