"""What the room needs from outside to verify that a person is on file. Without it nobody is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlmodel import Session

from records.enums import ProofKind
from records.models import Actor
from records.tables.room import RoomRow


class SignInError(Exception):
    """A company sign-in proved nothing; the message names no person."""


class CompanySignIn(Protocol):
    """The company's own sign-in (OpenID Connect, authorization code with PKCE)."""

    def address(self, *, state: str, nonce: str, challenge: str) -> str:
        """Where the browser is sent. Raises SignInError where the company's sign-in does not answer."""
        ...

    def reference(self, *, code: str, verifier: str, nonce: str, now: datetime) -> str:
        """The reference of the customer who signed in, from a verified ID token. Raises SignInError."""
        ...


class LabelSink(Protocol):
    """Keeps a proof as a true label of the relation, for as long as the person consents."""

    def proved(
        self, session: Session, room: RoomRow, proof: ProofKind, /, *, consent_id: int, actor: Actor, now: datetime
    ) -> None:
        """Whoever wrote the mention of `room` is a customer."""
        ...

    def withdrawn(self, session: Session, consent_ids: Sequence[int], /, *, now: datetime) -> None:
        """Nothing is learned any more from what these consents allowed."""
        ...


@dataclass(frozen=True, kw_only=True)
class VerificationPorts:
    """Keys and neighbours of the proof of being on file."""

    records_key: bytes = field(repr=False)
    """Under which customers are found by what is typed."""
    code_key: bytes = field(repr=False)
    """From which one-time codes and the secrets of a sign-in are derived."""
    sign_in: CompanySignIn | None = None
