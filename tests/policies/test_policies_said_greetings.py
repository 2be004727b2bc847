"""A greeting is no part of a name."""

from __future__ import annotations

import pytest

from policies.guard.conversation_values import conversation_values


@pytest.mark.parametrize("greeting", ["Hi", "Hey", "Hello", "Hola", "Olá", "Dear", "Gracias"])
def test_whoever_is_greeted_by_name_is_known_by_the_name_alone(greeting: str) -> None:
    assert conversation_values(f"{greeting} Grace Hill. We go on here.", find_personal_data=lambda _: ()) == (
        "Grace Hill",
    )
