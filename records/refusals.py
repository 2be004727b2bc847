"""Refusals: what a person asked for is not allowed, and one sentence says why and what to do."""

from __future__ import annotations

from collections.abc import Mapping


class RefusalError(Exception):
    """Base of every refusal that is shown to the person who asked; the message is the sentence that they read.

    Callers that show it catch this class alone. `code` names the reason in any language, and `values` are what the
    sentence mentions.
    """

    def __init__(self, message: str, *, code: str, **values: str | float) -> None:
        super().__init__(message)
        self.code = code
        self.values: Mapping[str, str | float] = values
