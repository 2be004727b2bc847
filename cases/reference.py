"""What a person is told, to ask about a case later."""

from __future__ import annotations

import secrets

# No mark that is read or heard as another: 0 O, 1 I L, 5 S, 8 B, 2 Z (Z left out), U V (U left out), A 4 (A left out).
REFERENCE_MARKS = "234679CDEFGHJKMNPQRTVWXY"
_LENGTH = 6


def new_reference() -> str:
    """A random reference such as `AP-7F3K2Q`. It proves nothing about who gives it."""
    return "AP-" + "".join(secrets.choice(REFERENCE_MARKS) for _ in range(_LENGTH))
