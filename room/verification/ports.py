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
    """Keeps a proof as a training label of the relation, for as long as the person consents."""

    def proved(
        self, session: Session, room: RoomRow, proof: ProofKind, /, *, consent_id: int, actor: Actor, now: datetime
    ) -> None:
        """Label the author of the mention of `room` as a customer."""
        ...

    def withdrawn(self, session: Session, consent_ids: Sequence[int], /, *, now: datetime) -> None:
        """Withdraw the labels that these consents allowed."""
        ...


@dataclass(frozen=True, kw_only=True)
class VerificationPorts:
    """Keys and external services of verification against the customer records."""

    records_key: bytes = field(repr=False)
    """The key of the blind indexes by which customers are found."""
    code_key: bytes = field(repr=False)
    """The key from which one-time codes and the secrets of a sign-in are derived."""
    sign_in: CompanySignIn | None = None
