"""An auditor outside checks the log and its signed notes with a public key alone."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.support.command_line import CommandResult, RunAparte

ORIGIN = "marca.example/aparte"
SECRETS = f"APARTE_MASTER_KEY={base64.b64encode(b'm' * 32).decode()}\n"


@pytest.fixture
def home(aparte: RunAparte, tmp_path: Path) -> Path:
    """A service without accounts, with two entries in its log."""
    (tmp_path / "aparte.toml").write_text(f'[checkpoints]\norigin = "{ORIGIN}"\n', encoding="utf-8")
    (tmp_path / "secrets.env").write_text(SECRETS, encoding="utf-8")
    for _ in range(2):
        assert run(aparte, tmp_path, "agent", "add", "ana@marca.example", "--password", "a-long-password").code == 0
    return tmp_path


def run(aparte: RunAparte, home: Path, *arguments: str) -> CommandResult:
    return aparte(*arguments, "--config", home / "aparte.toml")


def test_the_signed_note_is_checked_with_the_printed_key_and_nothing_of_ours(aparte: RunAparte, home: Path) -> None:
    note = run(aparte, home, "ledger", "checkpoint").out
    plain, named = run(aparte, home, "ledger", "key").out.splitlines()
    body, _, signatures = note.partition("\n\n")
    origin, size, _root, *_ = body.splitlines()
    assert (origin, size) == (ORIGIN, "2")
    dash, name, signed = signatures.strip().split(" ")
    assert (dash, name) == ("—", ORIGIN)
    key_id, signature = base64.b64decode(signed)[:4], base64.b64decode(signed)[4:]
    Ed25519PublicKey.from_public_bytes(base64.b64decode(plain)).verify(signature, f"{body}\n".encode())
    named_origin, named_id, named_key = named.split("+", 2)
    assert (named_origin, named_id) == (ORIGIN, key_id.hex())
    assert base64.b64decode(named_key) == b"\x01" + base64.b64decode(plain)
    told = hashlib.sha256(f"{ORIGIN}\n".encode() + base64.b64decode(named_key)).digest()
    assert told[:4] == key_id


def test_a_head_that_is_signed_already_is_printed_again(aparte: RunAparte, home: Path) -> None:
    assert run(aparte, home, "ledger", "checkpoint").out == run(aparte, home, "ledger", "checkpoint").out


def test_an_empty_log_has_nothing_to_sign(aparte: RunAparte, home: Path) -> None:
    for file in home.glob("*.db*"):
        file.unlink()
    ended = run(aparte, home, "ledger", "checkpoint")
    assert (ended.code, ended.out) == (1, "")
    assert "nothing to sign" in ended.err


def test_verify_works_with_the_public_key_in_each_form_and_without_the_master_key(
    aparte: RunAparte, home: Path
) -> None:
    run(aparte, home, "ledger", "checkpoint")
    printed = run(aparte, home, "ledger", "key").out
    keys = json.loads(run(aparte, home, "ledger", "key", "--json").out)
    assert [keys["public_key"], keys["verifier_key"]] == printed.splitlines()
    (home / "key.txt").write_text(printed, encoding="utf-8")
    (home / "secrets.env").unlink()
    assert run(aparte, home, "ledger", "verify").code == 2
    for given in (*printed.splitlines(), str(home / "key.txt")):
        ended = run(aparte, home, "ledger", "verify", "--public-key", given)
        assert (ended.code, ended.err) == (0, "")


def test_another_key_does_not_verify_the_checkpoints(aparte: RunAparte, home: Path) -> None:
    run(aparte, home, "ledger", "checkpoint")
    stranger = base64.b64encode(b"s" * 32).decode()
    ended = run(aparte, home, "ledger", "verify", "--public-key", stranger)
    assert ended.code == 1
    assert "checkpoint 1 at size 2: no given key made its signature" in ended.err


@pytest.mark.parametrize("given", ["", "no key", "a" * 44, "x+00000000+AAAA", "a" * 5000, "\x00"])
def test_what_is_no_key_is_refused_in_one_sentence(aparte: RunAparte, home: Path, given: str) -> None:
    ended = run(aparte, home, "ledger", "verify", "--public-key", given)
    assert ended.code == 2
    assert len(ended.err.splitlines()) == 1


def test_a_verifier_key_whose_id_is_another_s_is_refused(aparte: RunAparte, home: Path) -> None:
    named = json.loads(run(aparte, home, "ledger", "key", "--json").out)["verifier_key"]
    ended = run(aparte, home, "ledger", "verify", "--public-key", named.replace(ORIGIN, "otra.example/aparte"))
    assert ended.code == 2
    assert "key id" in ended.err
