"""Keys that are derived from the master key, one for each purpose."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from people.master_key import derive


def signing_key(master_key: bytes) -> Ed25519PrivateKey:
    """The key that signs checkpoints."""
    return Ed25519PrivateKey.from_private_bytes(derive(master_key, "checkpoint-signing"))


def verification_key(master_key: bytes) -> Ed25519PublicKey:
    """The public half of the key that signs checkpoints."""
    return signing_key(master_key).public_key()


def session_key(master_key: bytes) -> bytes:
    """The key that signs the dashboard's sessions."""
    return derive(master_key, "sessions")


def room_key(master_key: bytes) -> bytes:
    """The key that signs the links to private rooms."""
    return derive(master_key, "room-links")


def records_key(master_key: bytes) -> bytes:
    """The key of the blind index by which customers are found."""
    return derive(master_key, "customer-keys")


def code_key(master_key: bytes) -> bytes:
    """The key that one-time codes are derived from."""
    return derive(master_key, "proof-codes")
