"""The languages of a rulebook."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies.problems import Problem
from policies.source import Document

_ISO_639_1 = re.compile(r"[a-z]{2}")


def find(document: Document) -> Iterator[Problem]:
    """A rulebook without languages, and languages that are no ISO 639-1 codes."""
    entry = document.root.entry("languages")
    line = entry.line if entry is not None else document.root.line
    if not document.languages:
        yield Problem(
            line=line, rule=None, message="The rulebook names no languages.", hint="Write `languages: [es, en]`."
        )
    for language in document.languages:
        if not _ISO_639_1.fullmatch(language):
            message = f"{language[:80]!r} is not a language code."
            yield Problem(line=line, rule=None, message=message, hint="Write two letters, such as es or en.")
