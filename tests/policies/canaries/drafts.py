"""Drafts of public answers with one secret in disguise, and the same drafts without."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random

from tests.policies.canaries.families import FAMILIES, Family
from tests.policies.canaries.secrets import Secret, make_secret

_FRAMES = (
    "Hola, gracias por escribirnos. {secret} Un saludo del equipo.",
    "Buenos días. Lo miramos hoy mismo: {secret}. Gracias por la paciencia.",
    "Te respondemos enseguida. {secret}",
    "{secret} es lo que nos consta, gracias por avisar.",
    "Gracias por el aviso 🙏 Apuntamos {secret} y seguimos con ello.",
    "Hi there, thanks for reaching out. {secret} Have a nice day.",
    "We are looking into it today: {secret}. Thanks for waiting.",
    "Sorry about that! {secret} is what we see here.",
    "Thanks for flagging this, the team has {secret} and will be in touch.",
    "Atendemos de lunes a viernes de 9:00 a 20:00. {secret}",
)
_HARMLESS = (
    "el equipo lo revisa", "mañana lo contamos", "all good now", "la próxima semana", "the team is on it",
    "quedan 2 días", "abrimos a las 9:30", "in 24 hours", "el 15 de marzo", "hasta un 20% menos", "por 45 €",
    "a partir de 1.200 €", "opción 3 del menú", "en la terminal 4", "el vuelo IB3170 sale a su hora",
    "llevamos 25 años", "2 o 3 días laborables", "from 10 to 15 minutes", "a dos pasos del centro",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Draft:
    """One draft of a public answer."""

    text: str
    secret: Secret
    family: str


def seeded_drafts(count: int, *, seed: int, families: Mapping[str, Family] = FAMILIES) -> Iterator[Draft]:
    """`count` drafts that each carry one secret, kinds and families drawn alike often."""
    random = Random(seed)
    names = tuple(families)
    for _ in range(count):
        secret, family = make_secret(random), random.choice(names)
        said = families[family](secret.value, random)
        if secret.lead:
            said = f"{secret.lead} {said}"
        yield Draft(text=random.choice(_FRAMES).format(secret=said), secret=secret, family=family)


def harmless_drafts(count: int, *, seed: int) -> Iterator[str]:
    """`count` drafts of the same frames that carry nothing of anybody."""
    random = Random(seed)
    for _ in range(count):
        yield random.choice(_FRAMES).format(secret=random.choice(_HARMLESS))
