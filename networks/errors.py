"""How a call to a network can fail, and whether asking again can help."""

# ruff: noqa: N818 - each is named after what the network said

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar


class Retry(StrEnum):
    """What the caller may do about a failed call."""

    NEVER = "never"
    """Asking again gives the same answer until a person changes something."""
    LATER = "later"
    """The network certainly did not accept it; the same call may be made again."""
    UNCERTAIN = "uncertain"
    """It may have been accepted: settle it by reading, never by sending again."""


class NetworkError(Exception):
    """A call to a network failed. The message is one sentence for a person and holds no secret."""

    retry: ClassVar[Retry] = Retry.NEVER


class RateLimited(NetworkError):
    """The network asks us to wait until `until`, by its own clock; the call was not accepted."""

    retry = Retry.LATER

    def __init__(self, message: str, *, until: datetime) -> None:
        super().__init__(message)
        self.until = until


class Unreachable(NetworkError):
    """The call never arrived, or it only read and got no answer."""

    retry = Retry.LATER


class Garbled(NetworkError):
    """The answer to a read could not be understood."""

    retry = Retry.LATER


class TokenRefused(NetworkError):
    """The network does not accept our credentials, or they belong to another account."""


class Suspended(TokenRefused):
    """The network has suspended the account, or blocks it for a while: nothing else will be done for it either."""


class Refused(NetworkError):
    """The network understood and will not do this: no permission."""


class TargetGone(NetworkError):
    """What the call is about was deleted or is hidden from us."""


class Invalid(NetworkError):
    """The network says that the request itself is wrong."""


class TooLong(Invalid):
    """The text is longer than the network takes."""


class Uncertain(NetworkError):
    """A write without a readable answer: a timeout, a cut connection, a server error."""

    retry = Retry.UNCERTAIN


class DuplicateRefused(NetworkError):
    """The network says that this text was already posted: perhaps by our own earlier attempt."""

    retry = Retry.UNCERTAIN
