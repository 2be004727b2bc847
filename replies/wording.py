"""The exact text that leaves: secrets filled in, in memory, and read once more by the guard."""

from __future__ import annotations

from collections.abc import Mapping

from records.tables.replies import ReplyRow
from replies.acts import TEXT_ACTS
from replies.dispatching import Dispatching, Stop, held


def filled(text: str, secrets: Mapping[str, str]) -> str:
    """`text` with each `{name}` of `secrets` replaced by its value; nothing else is touched."""
    for name, value in secrets.items():
        text = text.replace("{" + name + "}", value)
    return text


def stop_by_guard(text: str, reply: ReplyRow, desk: Dispatching) -> Stop | None:
    """What the guard forbids about the exact text; it fails closed."""
    if reply.act not in TEXT_ACTS:
        return None
    try:
        findings = desk.guard(text, reply)
    except Exception as error:  # noqa: BLE001 - whatever goes wrong in the guard, nothing leaves
        return held(f"The guard could not read the text ({type(error).__name__}): nothing was sent.")
    if not findings:
        return None
    kinds = ", ".join(sorted({finding.kind for finding in findings}))
    return held(f"The guard stopped it ({kinds}): change the text.")
