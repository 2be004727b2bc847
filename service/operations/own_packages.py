"""Checks that the packages under Aparte's names are Aparte's. Their names are ordinary words, such as `records`.

It imports nothing of them: where one is another's, most of the service cannot be imported at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

DISTRIBUTION = "aparte"
PACKAGES = (
    *("records", "ledger", "people", "networks", "classifier", "policies", "cases"),
    *("listener", "replies", "room", "service", "dashboard", "sandbox"),
)
ROOT = Path(__file__).resolve().parents[2]
"""The folder that all of them are in."""


class ForeignPackageError(ValueError):
    """A package of another distribution stands in the place of one of ours; the message says what to do."""


def check_own_packages() -> None:
    """Raise ForeignPackageError where a package is not ours, or another distribution has one of the same name."""
    provided = packages_distributions()
    foreign = [
        f"{name} ({found})" for name in PACKAGES if (found := _found_elsewhere(name) or _of_another(name, provided))
    ]
    if foreign:
        raise ForeignPackageError(
            f"These packages are not Aparte's alone: {', '.join(foreign)}. Install Aparte in an environment of its own."
        )


def _found_elsewhere(name: str) -> str:
    """Where a package is found, if that is not beside this one."""
    spec = find_spec(name)
    if spec is None:
        return "missing"
    if spec.origin is None:
        return "no package"
    origin = Path(spec.origin).resolve()
    return "" if origin == ROOT / name / "__init__.py" else str(origin)


def _of_another(name: str, provided: Mapping[str, list[str]]) -> str:
    """Which other distribution installed a package of this name: it may have overwritten files of ours."""
    return ", ".join(sorted({each for each in provided.get(name, []) if each != DISTRIBUTION}))
