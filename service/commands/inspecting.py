"""`aparte doctor` and `aparte replay`: looking, without saying anything to anybody."""

from __future__ import annotations

import json as json_text

import typer

from service.commands.failures import Failure
from service.commands.options import AsJson, Config, settings_of
from service.doctor import examine


def add_to(app: typer.Typer) -> None:
    """Add this family's commands."""
    app.command("doctor")(doctor)


def doctor(*, config: Config = None, json: AsJson = False) -> None:
    """Look at everything the service leans on, one line each."""
    settings = settings_of(config)
    findings = []
    for finding in examine(settings):
        findings.append(finding)
        if not json:
            typer.echo(f"FAULT  {finding.what}: {finding.fault}" if finding.fault else f"ok     {finding.what}")
    if json:
        typer.echo(json_text.dumps({"findings": [{"what": each.what, "fault": each.fault} for each in findings]}))
    faults = sum(bool(each.fault) for each in findings)
    if faults:
        raise Failure(f"{faults} of {len(findings)} things need attention.")
