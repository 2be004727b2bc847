"""What is wrong with a rulebook: line, rule, message and hint for its author."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class RulebookProblem:
    """One mistake in a rulebook."""

    line: int
    """Counted from 1."""
    rule: str | None
    """Name of the rule it stands in; None outside the rules."""
    message: str
    hint: str = ""
    """What to do about it; empty where the message says it all."""

    def __str__(self) -> str:
        place = f"line {self.line}" + (f", rule {self.rule}" if self.rule else "")
        return f"{place}: {self.message}" + (f" {self.hint}" if self.hint else "")


class RulebookError(ValueError):
    """A rulebook cannot be used; `problems` lists everything that is wrong with it."""

    def __init__(self, name: str, problems: Sequence[RulebookProblem]) -> None:
        self.name = name
        self.problems = list(problems)
        count = "1 problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        lines = "\n".join(f"  {problem}" for problem in self.problems)
        super().__init__(f"The rulebook {name} has {count}; mend them and load it again:\n{lines}")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`Did you mean x?` for the nearest known word, or an empty text where none is near."""
    near = difflib.get_close_matches(word[:200], list(known), n=1, cutoff=0.6)
    return f"Did you mean {near[0]}?" if near else ""


def one_of(words: Iterable[str]) -> str:
    """`Write one of a, b, c.`"""
    return f"Write one of {', '.join(words)}."
