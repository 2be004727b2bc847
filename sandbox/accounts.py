"""The brand accounts of the practice network: each brand on X, with a Facebook Page and an Instagram account."""

from __future__ import annotations

from dataclasses import replace

from sandbox.nouns import BrandAccount, Person

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
