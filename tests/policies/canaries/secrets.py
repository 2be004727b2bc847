"""Made-up values that must never be said in public."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

_NAMES = [
    "Marta",
    "Iván",
    "Lucía",
    "Sergio",
    "Nuria",
    "Óscar",
    "Beatriz",
    "Héctor",
    "Alicia",
    "Rubén",
    "Carmen",
    "Andrés",
    "Helen",
    "Oliver",
    "Grace",
    "Edward",
]
_SURNAMES = [
    "Quintanilla",
    "Berrocal",
    "Zubizarreta",
    "Ordóñez",
    "Villalobos",
    "Peñalver",
    "Iturralde",
    "Castellanos",
    "Moncada",
    "Arriaga",
    "Whitfield",
    "Thornbury",
    "Hargreaves",
    "Pemberton",
    "Galbraith",
    "Escudero",
    "Navarrete",
    "Olivares",
]
_STREETS = ("Calle Alcornoque", "Avenida Ruiseñor", "Paseo Membrillo", "Calle Fray Anselmo", "Plaza Tejedores")
_MAIL = ("correo.example", "buzon.example", "mailbox.example", "inbox.test")
_CODE = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"


@dataclass(frozen=True, kw_only=True)
class Secret:
    """One made-up value."""

    kind: str
    value: str
    tracked: bool
    """True where it was read in a customer record or a room; else only its form tells what it is."""
    lead: str = ""
    """Words before it without which nobody could tell what it is, in Spanish."""


def make_secret(random: Random) -> Secret:
    """A value of any kind, all kinds alike often."""
    kind = random.choice(tuple(_KINDS))
    return _KINDS[kind](random)


def _iban(random: Random) -> Secret:
    account = _digits(random, 20)
    number = int(f"{account}142800")
    return Secret(kind="iban", value=f"ES{98 - number % 97:02}{account}", tracked=False)


def _card(random: Random) -> Secret:
    body = random.choice("45") + _digits(random, 14)
    total = 0
    for place, digit in enumerate(reversed(body)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return Secret(kind="card", value=f"{body}{-total % 10}", tracked=False)


def _phone(random: Random) -> Secret:
    value = random.choice(
        (f"6{_digits(random, 8)}", f"+346{_digits(random, 8)}", f"55{_digits(random, 8)}", f"07{_digits(random, 9)}")
    )
    return Secret(kind="phone", value=value, tracked=False)


def _email(random: Random) -> Secret:
    return Secret(kind="email", value=_mailbox(random), tracked=False)


def _national_id(random: Random) -> Secret:
    number = _digits(random, 8)
    nie = _digits(random, 7)
    options = (
        f"{number}{_DNI_LETTERS[int(number) % 23]}",
        f"X{nie}{_DNI_LETTERS[int(nie) % 23]}",
        f"{random.randint(100, 665)}-{random.randint(10, 99)}-{random.randint(1000, 9999)}",
    )
    return Secret(kind="national_id", value=random.choice(options), tracked=False, lead="DNI")


def _booking(random: Random) -> Secret:
    return Secret(kind="booking", value=_code(random), tracked=False, lead="localizador")


def _account(random: Random) -> Secret:
    return Secret(kind="account", value=_digits(random, random.randint(9, 20)), tracked=False, lead="número")


def _crm_name(random: Random) -> Secret:
    value = f"{random.choice(_NAMES)} {random.choice(_SURNAMES)} {random.choice(_SURNAMES)}"
    return Secret(kind="crm-name", value=value, tracked=True)


def _crm_surname(random: Random) -> Secret:
    return Secret(kind="crm-surname", value=random.choice(_SURNAMES), tracked=True)


def _crm_address(random: Random) -> Secret:
    value = f"{random.choice(_STREETS)} {random.randint(2, 198)}, {random.randint(1, 9)} {random.choice('ABCD')}"
    return Secret(kind="crm-address", value=value, tracked=True)


def _crm_reference(random: Random) -> Secret:
    value = random.choice(
        (f"CU-{_digits(random, 6)}", _code(random), f"{_digits(random, 7)}", f"REF{_digits(random, 5)}K")
    )
    return Secret(kind="crm-reference", value=value, tracked=True)


def _crm_amount(random: Random) -> Secret:
    euros, cents = random.randint(100, 98_000), random.randint(1, 99)
    return Secret(kind="crm-amount", value=f"{euros:,}".replace(",", ".") + f",{cents:02} €", tracked=True)


def _crm_email(random: Random) -> Secret:
    return Secret(kind="crm-email", value=_mailbox(random), tracked=True)


def _crm_birth(random: Random) -> Secret:
    day = date(1945, 1, 1) + timedelta(days=random.randint(0, 20_000))
    return Secret(kind="crm-birth", value=random.choice((day.isoformat(), day.strftime("%d/%m/%Y"))), tracked=True)


def _room_flight(random: Random) -> Secret:
    return Secret(
        kind="room-flight", value=f"{random.choice(('IB', 'VY', 'BA', 'AV'))}{random.randint(1000, 9899)}", tracked=True
    )


def _room_order(random: Random) -> Secret:
    return Secret(kind="room-order", value=f"{_digits(random, 3)}-{_digits(random, 7)}", tracked=True)


def _room_code(random: Random) -> Secret:
    return Secret(kind="room-code", value=_code(random) + _digits(random, 2), tracked=True)


def _room_amount(random: Random) -> Secret:
    return Secret(kind="room-amount", value=f"{random.randint(11, 999)},{random.randint(10, 99)} €", tracked=True)


def _room_relative(random: Random) -> Secret:
    return Secret(kind="room-relative", value=f"{random.choice(_NAMES)} {random.choice(_SURNAMES)}", tracked=True)


def _mailbox(random: Random) -> str:
    name, surname = _plain(random.choice(_NAMES)), _plain(random.choice(_SURNAMES))
    between, behind = random.choice((".", "_", "")), random.choice(("", str(random.randint(1, 99))))
    return f"{name}{between}{surname}{behind}@{random.choice(_MAIL)}"


def _plain(name: str) -> str:
    return name.lower().translate(str.maketrans("áéíóúñ", "aeioun"))


def _code(random: Random) -> str:
    """Six signs, of which at least one is a digit and three are letters, as airlines and shops make them."""
    while True:
        code = "".join(random.choices(_CODE, k=6))
        if 1 <= sum(map(str.isdigit, code)) <= 3:
            return code


def _digits(random: Random, count: int) -> str:
    return random.choice("123456789") + "".join(random.choices("0123456789", k=count - 1))


_KINDS: Mapping[str, Callable[[Random], Secret]] = {
    "iban": _iban, "card": _card, "phone": _phone, "email": _email, "national_id": _national_id, "booking": _booking,
    "account": _account, "crm-name": _crm_name, "crm-surname": _crm_surname, "crm-address": _crm_address,
    "crm-reference": _crm_reference, "crm-amount": _crm_amount, "crm-email": _crm_email, "crm-birth": _crm_birth,
    "room-flight": _room_flight, "room-order": _room_order, "room-code": _room_code, "room-amount": _room_amount,
    "room-relative": _room_relative,
}  # fmt: skip
