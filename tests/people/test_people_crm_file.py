from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from people.crm_file import COLUMNS, CrmFileError, read_crm_file
from people.customers import Contact

HEADING = ",".join(COLUMNS)


def _written(tmp_path: Path, content: str | bytes, name: str = "crm.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_a_csv_export_is_read(tmp_path: Path) -> None:
    path = _written(tmp_path, f"\ufeff{HEADING}\nC-1,es,oro,Ana,Ruiz,ANA@example.com,612 345 678,AB12CD EF34GH\n")
    (ana,) = read_crm_file(path, market="PT").records()
    assert (ana.reference, ana.market, ana.segment) == ("C-1", "ES", "oro")
    assert ana.contact == Contact(
        name="Ana", surname="Ruiz", email="ana@example.com", mobile="+34612345678", bookings=("AB12CD", "EF34GH")
    )


@pytest.mark.parametrize("separator", [";", "\t"])
def test_columns_may_come_in_any_order_and_be_parted_otherwise(tmp_path: Path, separator: str) -> None:
    rows = [["Email", "Reference", "Loyalty points"], ["ana@example.com", "C-1", "40"]]
    path = _written(tmp_path, "\r\n".join(separator.join(row) for row in rows))
    (ana,) = read_crm_file(path, market="ES").records()
    assert (ana.reference, ana.contact.email, ana.market) == ("C-1", "ana@example.com", "ES")


def test_json_lines_are_read(tmp_path: Path) -> None:
    lines = [{"reference": 7, "bookings": ["AB12CD"], "surname": "Ruiz"}, {"reference": "C-2", "mobile": None}]
    path = _written(tmp_path, "\n\n".join(json.dumps(line) for line in lines), "crm.jsonl")
    first, second = read_crm_file(path, market="ES").records()
    assert (first.reference, first.contact.bookings, second.reference) == ("7", ("AB12CD",), "C-2")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("crm.csv", "name,email\nAna,a@example.com\n", "has no column reference"),
        ("crm.csv", "reference,email,email\nC-1,a,b\n", "has two columns email"),
        ("crm.csv", f"{HEADING}\n", "holds no customer"),
        ("crm.csv", "", "has no column reference"),
        ("crm.csv", "reference,name\nC-1,Ana\n,Eva\n", "line 3: it has no reference"),
        ("crm.csv", "reference,name\nC-1,Ana\nC-1,Eva\n", "line 3: this reference stands on an earlier line"),
        ("crm.csv", "reference,name\nC-1,Ana,more\n", "line 2: it has 3 fields and the heading 2"),
        ("crm.csv", 'reference,name\nC-1,"Ana\nMaría"\nC-2\n', "line 2: its name holds a control character"),
        ("crm.csv", 'reference,name\nC-1,"Ana\n', "is not CSV"),
        ("crm.csv", "reference,name\nC-1,A\x00na\n", "line 2: its name holds a control character"),
        ("crm.csv", f"reference,name\nC-1,{'a' * 501}\n", "line 2: its name has 501 characters and may have 500"),
        ("crm.csv", "reference,market\nC-1,Spain\n", "line 2: its market is no country code"),
        ("crm.csv", b"reference,name\nC-1,Pe\xf1a\n", "is not UTF-8"),
        ("crm.jsonl", '{"reference": "C-1"}\n{"reference"\n', "line 2: it is not JSON"),
        ("crm.jsonl", "[1]\n", "line 1: it is not a JSON object"),
        ("crm.jsonl", '{"reference": "C-1", "email": {"a": 1}}\n', "line 1: its email is neither text nor a list"),
        ("crm.jsonl", '{"reference": "\\ud800"}\n', "line 1: its reference holds a control character"),
        ("crm.jsonl", "[" * 200_000, "line 1: it is not JSON"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, name: str, content: str | bytes, told: str) -> None:
    with pytest.raises(CrmFileError) as refused:
        read_crm_file(_written(tmp_path, content, name), market="ES")
    assert told in str(refused.value)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(CrmFileError, match="cannot be read"):
        read_crm_file(tmp_path / "none.csv", market="ES")


def test_of_many_problems_the_first_twenty_are_named(tmp_path: Path) -> None:
    with pytest.raises(CrmFileError) as refused:
        read_crm_file(_written(tmp_path, "reference,name\n" + ",Ana\n" * 50), market="ES")
    assert "line 21:" in str(refused.value)
    assert "line 22:" not in str(refused.value)
    assert "And 30 more lines" in str(refused.value)


def test_a_contact_that_is_none_is_left_out_and_its_line_told(tmp_path: Path) -> None:
    content = "reference,email,mobile\nC-1,ana at example,612345678\nC-2,eva@example.com,12\n"
    found = read_crm_file(_written(tmp_path, content), market="ES")
    assert (found.unusable_emails, found.unusable_mobiles) == ((2,), (3,))
    assert [record.contact.email for record in found.records()] == ["", "eva@example.com"]


def test_a_file_shows_no_contact_when_it_is_printed(tmp_path: Path) -> None:
    found = read_crm_file(_written(tmp_path, "reference,email\nC-1,ana@example.com\n"), market="ES")
    assert "ana@example.com" not in repr(found)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.binary(max_size=300), st.sampled_from(["crm.csv", "crm.jsonl"]))
def test_any_bytes_are_read_or_refused_in_one_sentence(tmp_path: Path, content: bytes, name: str) -> None:
    heading = b"reference,name\n" if name == "crm.csv" else b""
    try:
        found = read_crm_file(_written(tmp_path, heading + content, name), market="ES")
    except CrmFileError:
        return
    assert all(record.reference for record in found.records())
