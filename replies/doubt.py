"""Held acts that the network may have taken: only a person who was told so may send them again."""

from __future__ import annotations

from records.tables.replies import ReplyRow

CANNOT_TELL = "We cannot find out whether it was sent: look at the network, then send it again or withhold it."
MAYBE_THIS_ONE = "An answer of this account stands there that may be this one: compare them before sending."
PRIVATE_REPLY_USED = (
    "The network says that this comment has had its one private reply: look there before writing again."
)

_DOUBTS = (CANNOT_TELL, MAYBE_THIS_ONE, PRIVATE_REPLY_USED)


class DoubtfulError(Exception):
    """The act may have been taken already, and whoever would send it again has not said that they looked."""

    def __init__(self) -> None:
        super().__init__("This may have been sent already: look at the network first, then say that you did.")


def in_doubt(row: ReplyRow) -> bool:
    """True where an earlier attempt may have reached the network and reading could not settle it."""
    return row.reason.startswith(_DOUBTS)


def keeping_doubt(row: ReplyRow, reason: str) -> str:
    """`reason`, after the doubt that `row` carries: it lasts until a person has decided, whatever else happens."""
    doubt = next((known for known in _DOUBTS if row.reason.startswith(known)), "")
    return " ".join(filter(None, (doubt, reason)))
