"""Ids of texts, for networks that keep no history of edits."""

from __future__ import annotations

from hashlib import sha256


def revision_of(external_id: str, text: str) -> str:
    """An id of this very text of a post: another text of the same post has another one."""
    digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{external_id}#{digest[:12]}"
