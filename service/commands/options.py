"""Options that many commands share. Imports no part of the service."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Config = Annotated[
    Path | None, typer.Option("--config", help="The settings file; left out: aparte.toml here, or that of a demo here.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Who = Annotated[str, typer.Option("--as", help="E-mail of the person who does it.")]
Password = Annotated[str, typer.Option(prompt=True, hide_input=True, help="Asked for where left out.")]
Level = Annotated[str, typer.Option("--classifier", help="fast, balanced or accurate.")]
Posts = Annotated[Path | None, typer.Option(help="A JSONL or CSV file of posts, in place of the shipped cast.")]
