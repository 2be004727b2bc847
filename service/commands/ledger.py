"""`aparte ledger verify|checkpoint|key|export`: the log, for auditors."""

from __future__ import annotations

import base64
import json as json_text
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from rich.console import Console
from rich.progress import Progress

from ledger.checkpoints import UnreadableKeyError, read_public_key, signed_note, stored_checkpoints, verifier_key
from ledger.stored_entries import stored_entries
from ledger.verification import Verification, verify
from people.master_key import MasterKeyError, parse_master_key
from records.database import existing_engine, reading
from service.commands.context import configured_app, configured_settings
from service.commands.failures import BAD_USAGE, Failure, reported
from service.commands.options import AsJson, Config
from service.steps.checkpoint import checkpoint
from service.wiring.keys import verification_key
from service.wiring.settings import MASTER_KEY, Settings

PublicKey = Annotated[
    str | None,
    typer.Option("--public-key", metavar="FILE|KEY", help="What `ledger key` printed; then no master key is needed."),
]
Out = Annotated[Path | None, typer.Option(help="Left out: stdout.")]


def verify_log(*, config: Config = None, public_key: PublicKey = None, json: AsJson = False) -> None:
    """Rebuild the tree from every stored entry and compare it with all that was written about it."""
    settings = configured_settings(config)
    key = _own_key(settings) if public_key is None else _given_key(public_key)
    errors = Console(stderr=True)
    with reported(), Progress(console=errors, disable=not errors.is_terminal, transient=True) as progress:
        task = progress.add_task("entries", total=None)
        found = _verify(settings, key, lambda count: progress.update(task, completed=count))
    if json:
        problems = [{"entry": problem.index, "message": problem.message} for problem in found.problems]
        typer.echo(json_text.dumps({"size": found.size, "root": found.root, "problems": problems}))
    elif found.sound:
        typer.echo(f"The log is sound: {found.size} entries, root {found.root}")
    if not found.sound:
        named = "\n".join(f"  {problem.message}" for problem in found.problems)
        raise Failure(f"The log does not verify ({len(found.problems)} problems):\n{named}")


def sign_checkpoint(*, config: Config = None) -> None:
    """Sign the head of the log as it stands, and print the signed note to keep elsewhere."""
    with configured_app(config) as app:
        checkpoint(app, now=app.clock.now())
        with reading(app.engine) as session:
            signed = stored_checkpoints(session)
    if not signed:
        raise Failure("The log is empty: there is nothing to sign yet.")
    typer.echo(signed_note(signed[-1]), nl=False)


def show_key(*, config: Config = None, json: AsJson = False) -> None:
    """Print the public key that proves checkpoints: base64, then the C2SP form with the log's name."""
    settings = configured_settings(config)
    key = _own_key(settings)
    plain = base64.b64encode(key.public_bytes_raw()).decode()
    named = verifier_key(settings.document.checkpoints.origin, key)
    typer.echo(json_text.dumps({"public_key": plain, "verifier_key": named}) if json else f"{plain}\n{named}")


def export(*, config: Config = None, out: Out = None) -> None:
    """Write every entry as it was hashed, one JSON object a line; sealed fields stay sealed."""
    settings = configured_settings(config)
    with reported():
        engine = existing_engine(settings.database)
        with reading(engine) as session:
            lines = (entry.body + b"\n" for entry in stored_entries(session))
            if out is None:
                sys.stdout.buffer.writelines(lines)
                return
            with out.open("wb") as file:
                file.writelines(lines)


def _verify(settings: Settings, key: Ed25519PublicKey, on_progress: Callable[[int], None]) -> Verification:
    with reading(existing_engine(settings.database)) as session:
        return verify(session, signing_keys=[key], on_progress=on_progress)


def _own_key(settings: Settings) -> Ed25519PublicKey:
    with reported():
        secret = settings.secret(MASTER_KEY)
    try:
        return verification_key(parse_master_key(secret))
    except MasterKeyError as error:
        raise Failure(str(error)) from error


def _given_key(written: str) -> Ed25519PublicKey:
    try:
        lines = _key_file(written) or [written]
        # The last line of what `ledger key` prints names the log too.
        return read_public_key(lines[-1])
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"{written} cannot be read: {error}.", exit_code=BAD_USAGE) from error
    except UnreadableKeyError as error:
        raise Failure(str(error), exit_code=BAD_USAGE) from error


def _key_file(written: str) -> list[str]:
    file = Path(written)
    return file.read_text(encoding="utf-8").strip().splitlines() if file.is_file() else []
