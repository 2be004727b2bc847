"""The demo's customers: what the practice brands have on file, as an export and in the house."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from people.crm_files import COLUMNS, read_crm_file
from service.commands.crm import import_register
from service.house import House


def take_customers(house: House, offered: str, file: Path) -> None:
    """Write the records of the practice network's `/_customers` answer to `file`, and take them in."""
    with io.StringIO(newline="") as out:
        rows = csv.DictWriter(out, fieldnames=COLUMNS, restval="")
        rows.writeheader()
        rows.writerows(json.loads(offered))
        file.write_text(out.getvalue(), encoding="utf-8")
    import_register(house, read_crm_file(file, market="ES"))
