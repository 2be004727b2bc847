"""`aparte crm`: customers from the company's own records."""

from __future__ import annotations

import json as json_text
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from ledger.entry import Entry
from ledger.log import append
from people.crm_file import CrmFile, CrmFileError, read_crm_file
from people.crm_import import CrmImport, CrmImportResult, CustomerRegister, batches
from people.master_key import derive
from records.database import writing
from records.models import Actor
from service.commands.failures import BAD_USAGE, Failure
from service.commands.options import AsJson, Config, configured_app
from service.wiring.app import App

ACTOR = Actor(tag="service:crm")
group = typer.Typer(help="Customers from the company's own records.", no_args_is_help=True)


@group.callback()
def crm() -> None:
    """Customers from the company's own records."""


@group.command("import")
def import_(
    file: Path,
    *,
    market: Annotated[str, typer.Option(help="Country of records that name none; left out: the first brand's.")] = "",
    config: Config = None,
    json: AsJson = False,
) -> None:
    """Take the customers of a CRM export (CSV or JSONL); those known by their reference are replaced.

    Columns: reference, market, segment, name, surname, email, mobile, bookings. All of the file is taken, or nothing.
    """
    with configured_app(config) as app:
        home = market or next((brand.market for brand in app.settings.brands.values()), "ES")
        try:
            found = read_crm_file(file, market=home.upper())
        except CrmFileError as error:
            raise Failure(str(error), exit_code=BAD_USAGE) from error
        enrolled = import_register(app, found)
    told = {
        "new": enrolled.new,
        "updated": enrolled.updated,
        "erased": enrolled.erased,
        "shared": enrolled.shared,
        "unusable_emails": list(found.unusable_emails),
        "unusable_mobiles": list(found.unusable_mobiles),
    }
    typer.echo(json_text.dumps(told) if json else _sentences(enrolled, found))


def import_register(app: App, register: CustomerRegister) -> CrmImportResult:
    """Store every record of a register in one transaction, logged. Shows progress on a terminal."""
    records = list(register.records())
    crm_import = CrmImport(app.engine, app.encryption, records_key=derive(app.master_key, "customer-keys"))
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True) as progress:
        task = progress.add_task("customers", total=len(records))
        for batch in batches(records):
            crm_import.add(batch)
            progress.advance(task, len(batch))
    now = app.clock.now()
    with writing(app.engine, in_turn="crm") as session:
        enrolled = crm_import.store(session, now=now)
        body = {"new": enrolled.new, "updated": enrolled.updated, "erased": enrolled.erased}
        append(session, [Entry(kind="service:crm:imported", at=now, actor=ACTOR.tag, body=body)])
    return enrolled


def _sentences(enrolled: CrmImportResult, found: CrmFile) -> str:
    told = [f"{enrolled.new} customers are new, {enrolled.updated} were replaced."]
    if enrolled.erased:
        told.append(f"{enrolled.erased} asked to be forgotten and were left out.")
    if enrolled.shared:
        told.append(f"{enrolled.shared} addresses, numbers or bookings are shared by several records and find nobody.")
    for what, lines in (("e-mail addresses", found.unusable_emails), ("mobile numbers", found.unusable_mobiles)):
        if lines:
            told.append(f"{len(lines)} {what} are none and were left out, the first on line {lines[0]}.")
    return "\n".join(told)
