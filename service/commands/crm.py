"""`aparte crm`: customers from the company's own records."""

from __future__ import annotations

import json as json_text
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from people.crm_file import CrmFile, CrmFileError, read_crm_file
from people.crm_import import CrmImportResult
from service.commands.context import configured_app
from service.commands.failures import BAD_USAGE, Failure
from service.commands.options import AsJson, Config
from service.intake.customers import import_register
from service.wiring.app import App


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
        enrolled = _imported(app, found)
    told = {
        "new": enrolled.new,
        "updated": enrolled.updated,
        "erased": enrolled.erased,
        "shared": enrolled.shared,
        "unusable_emails": list(found.unusable_emails),
        "unusable_mobiles": list(found.unusable_mobiles),
    }
    typer.echo(json_text.dumps(told) if json else _sentences(enrolled, found))


def _imported(app: App, register: CrmFile) -> CrmImportResult:
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True) as progress:
        task = progress.add_task("customers", total=len(list(register.records())))
        return import_register(app, register, on_batch=lambda count: progress.advance(task, count))


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
