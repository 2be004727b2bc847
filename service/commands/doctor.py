"""`aparte doctor`: one line about everything that the service depends on."""

from __future__ import annotations

import json as json_text
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from service.commands.failures import Failure
from service.commands.options import AsJson, Config
from service.operations.own_packages import ForeignPackageError, check_own_packages

if TYPE_CHECKING:
    from service.operations.doctor import Finding


def doctor(*, config: Config = None, json: AsJson = False) -> None:
    """Look at everything the service leans on, one line each."""
    try:
        check_own_packages()
    except ForeignPackageError as error:
        raise Failure(str(error)) from error
    # Not at import: these name packages that may be another's.
    from service.commands.context import configured_settings  # noqa: PLC0415
    from service.operations.doctor import examine  # noqa: PLC0415

    settings = configured_settings(config)
    findings = []
    for finding in examine(settings):
        findings.append(finding)
        if not json:
            typer.echo(_line(finding))
    if json:
        typer.echo(json_text.dumps({"findings": [asdict(each) for each in findings]}))
    faults = sum(bool(each.fault) for each in findings)
    if faults:
        raise Failure(f"{faults} of {len(findings)} things need attention.")


def _line(finding: Finding) -> str:
    if finding.fault:
        return f"FAULT  {finding.what}: {finding.fault}"
    return f"soon   {finding.what}: {finding.warning}" if finding.warning else f"ok     {finding.what}"
