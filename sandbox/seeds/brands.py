"""The practice brands: their accounts on each network and their customer records."""

from __future__ import annotations

from dataclasses import replace
from hashlib import blake2b

from sandbox.world.models import BrandAccount, Person

NETWORKS = ("x", "facebook", "instagram")
FIRST_PAGE = 104_500_000_000_000
FIRST_INSTAGRAM = 17_841_400_000_000_000
MARCA = BrandAccount(
    person=Person(id=1001, handle="marca", name="La Marca", bio="Cuenta de prácticas.", followers=50_000, lang="es"),
    brand="marca",
    domains=("marca.example",),
)
MIRALBA = BrandAccount(
    person=Person(id=1001, handle="bancomiralba", name="Banco Miralba", followers=84_000, lang="es"),
    brand="bancomiralba",
    domains=("miralba.example",),
    sector="bank",
)
ALCION = BrandAccount(
    person=Person(id=1002, handle="aeroalcion", name="Aeroalción", followers=132_000, lang="es"),
    brand="aeroalcion",
    domains=("aeroalcion.example",),
    sector="airline",
)


def on_networks(account: BrandAccount, networks: tuple[str, ...]) -> tuple[BrandAccount, ...]:
    """The brand of an account on X, on each of the networks, in the order of `NETWORKS`."""
    return tuple(_on(account, network) for network in NETWORKS if network in networks)


def _on(account: BrandAccount, network: str) -> BrandAccount:
    if network == "x":
        return account
    page = FIRST_PAGE + account.id
    identifier = page if network == "facebook" else FIRST_INSTAGRAM + account.id
    return replace(account, person=replace(account.person, id=identifier), network=network, page_id=page)


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
