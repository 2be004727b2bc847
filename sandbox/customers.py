"""The practice brands' own records of customers: everybody is on file, under addresses that reach nobody."""

from __future__ import annotations

from hashlib import blake2b

from sandbox.nouns import BrandAccount, Person

EMAIL_DOMAIN = "correo.example"
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_BOOKING_LENGTH = 6


def customer_of(person: Person, brand: BrandAccount) -> dict[str, str]:
    """The record of a person, with the columns of a CRM export."""
    name, _, surname = person.name.partition(" ")
    return {
        "reference": f"C{person.id}",
        "market": brand.market,
        "segment": "retail",
        "name": name or person.handle,
        "surname": surname or person.handle,
        "email": f"{person.handle.casefold()}@{EMAIL_DOMAIN}",
        "bookings": _booking(person),
    }


def _booking(person: Person) -> str:
    digest = blake2b(f"booking:{person.id}".encode(), digest_size=_BOOKING_LENGTH).digest()
    return "".join(_LETTERS[byte % len(_LETTERS)] for byte in digest)
