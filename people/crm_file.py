"""Reads the export of a CRM, CSV or JSONL, checked as a whole before anything is stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from people.blind_index import email_key, mobile_key
from people.crm_import import CustomerRecord
from people.customers import Contact
from records.tabular import TabularFileError, TabularRow, describe_problems, read_rows

COLUMNS = ("reference", "market", "segment", "name", "surname", "email", "mobile", "bookings")
NEEDED = ("reference",)
MOST_CHARACTERS = 500
"""Of one field."""
MOST_BOOKINGS = 200


class CrmFileError(Exception):
    """An export cannot be used; the message names each line and says what to do. Nothing of it was stored."""


@dataclass(frozen=True, kw_only=True)
class CrmFile:
    """The customer records of one export."""

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
    problems: list[str] = []
    customers: dict[str, CustomerRecord] = {}
    emails: list[int] = []
    mobiles: list[int] = []
    try:
        for number, line in read_rows(path, columns=COLUMNS, needed=NEEDED):
            row = line if isinstance(line, str) else _texts(line)
            problem = row if isinstance(row, str) else _problem(row)
            if isinstance(row, str) or problem:
                problems.append(f"line {number}: {problem}")
                continue
            if row["reference"] in customers:
                problems.append(f"line {number}: this reference stands on an earlier line as well: keep one of them")
                continue
            record = _record(row, market)
            customers[record.reference] = record
            if row["email"] and not record.contact.email:
                emails.append(number)
            if row["mobile"] and not record.contact.mobile:
                mobiles.append(number)
    except TabularFileError as error:
        raise CrmFileError(str(error)) from error
    if problems:
        raise CrmFileError(describe_problems(path, problems))
    if not customers:
        raise CrmFileError(f"{path} holds no customer: export it again with the columns {', '.join(COLUMNS)}.")
    return CrmFile(customers=tuple(customers.values()), unusable_emails=tuple(emails), unusable_mobiles=tuple(mobiles))


def _texts(row: TabularRow) -> dict[str, str] | str:
    """The columns of a record as texts, or what is wrong with them."""
    plain = {name: _plain(row.get(name)) for name in COLUMNS}
    wrong = next((name for name, value in plain.items() if value is None), "")
    if wrong:
        return f"its {wrong} is neither text nor a list of texts"
    return {name: value.strip() for name, value in plain.items() if value is not None}


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
