"""Loads rulebooks: reads the text of one, refuses it with every problem found, and compiles its rules."""

from __future__ import annotations

from functools import cache

from policies.rulebook.problems import RulebookError
from policies.rulebook.rulebook import Rulebook, rulebook_of
from policies.rulebook.source import shipped_source
from policies.validators.registry import examine


def load_rulebook(source: str, *, name: str) -> Rulebook:
    """Read a rulebook from the text of its file.

    Args:
        source: the content of the file, with its line ends as they are (the version is a hash of it).
        name: the file's name, for messages, and the rulebook's name where it gives itself none.

    Raises:
        RulebookError: with every problem that was found.

    """
    document, problems = examine(source)
    if document is None or problems:
        raise RulebookError(name, problems)
    return rulebook_of(document, source=source, name=name)


@cache
def shipped_rulebook(name: str = "default") -> Rulebook:
    """A rulebook that is shipped: `default`, `retail-bank` or `airline`. Raises FileNotFoundError for another name."""
    return load_rulebook(shipped_source(name), name=f"{name}.yaml")
