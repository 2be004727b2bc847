"""People are addressed as their network does: by handle, by name, or not at all where the name is withheld."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from policies.loading import shipped_rulebook
from records.models import Account, Brand
from service.deciding.texts import write_text


def written(network: str, handle: str, *, language: str) -> str:
    account = Account(
        id=1,
        name="acme",
        network=network,
        brand="acme",
        external_id="1001",
        handle="acme",
        connected_at=datetime(2026, 9, 1, tzinfo=UTC),
    )
    return write_text(
        shipped_rulebook("default"),
        "acknowledge",
        language=language,
        brand=Brand(name="acme"),
        account=account,
        variant=0,
        variables={"handle": handle, "compose_link": ""},
    )


@pytest.mark.parametrize(
    ("network", "handle", "language", "greeting"),
    [
        ("x", "ana", "es", "Hola, @ana."),
        ("instagram", "ana", "en", "Hi @ana."),
        ("facebook", "Inés Calahorra", "es", "Hola, Inés Calahorra."),
        ("facebook", "", "en", "Hi."),
    ],
)
def test_a_text_begins_with_the_name_that_the_network_uses(
    network: str, handle: str, language: str, greeting: str
) -> None:
    assert written(network, handle, language=language).startswith(greeting)
