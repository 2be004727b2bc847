"""What the guard says, word for word: a person acts on it, and it never repeats what was found."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from policies.guard.guarded_text import GuardedText
from policies.guard.inspection import inspect
from policies.text_limits import Channel
from records.enums import Owner
from records.models import Brand, PersonalDatum

BRAND = Brand(name="Acme Bank", domains=("acme.example", ""))


def find(text: str) -> tuple[PersonalDatum, ...]:
    """Whole numbers of nine digits, mailboxes of example addresses; numbers that begin with 900 are public."""
    return tuple(
        PersonalDatum(
            kind="email" if "@" in met.group() else "phone",
            owner=Owner.PUBLIC if met.group().startswith("900") else Owner.OWN,
            start=met.start(),
            end=met.end(),
            value=met.group(),
        )
        for met in re.finditer(r"(?<![0-9])[0-9]{9}(?![0-9])|\b[\w.]{1,64}@\w+\.[\w.]*\w", text)
    )


def found(  # noqa: PLR0917
    text: str,
    channel: Channel = Channel.PUBLIC,
    language: str = "und",
    network: str = "facebook",
    known: Sequence[str] = (),
    contacts: Sequence[str] = (),
    links: Sequence[str] = (),
    values: Sequence[str] = (),
    promotion: bool = False,  # noqa: FBT001, FBT002
) -> list[tuple[str, str]]:
    findings = inspect(
        GuardedText(
            text=text,
            channel=channel,
            brand=BRAND,
            language=language,
            network=network,
            find_personal_data=find,
            protected_values=known,
            public_contacts=contacts,
            allowed_links=links,
            allowed_values=values,
            promotion=promotion,
        )
    )
    return [(finding.kind, finding.message) for finding in findings]


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("", ("empty", "The text is empty; write an answer.")),
        ("Hola {name}", ("placeholder", "A placeholder was not filled; fill or remove it.")),
        (
            "Hola\u200bmundo",
            (
                "hidden-characters",
                "The text holds an invisible character or one that turns the direction of writing; remove it.",
            ),
        ),
        ("Hola\x00", ("hidden-characters", "The text holds a control character; remove it.")),
        ("H\ud800", ("hidden-characters", "The text holds half of a character (a lone surrogate); remove it.")),
        (
            "Ноla",
            ("disguise", "The text holds ornamental or look-alike characters; write it in plain letters and digits."),
        ),
        ("hola " * 1_600 + "o", ("length", "The text counts 8001 on facebook, which takes 8000; shorten it.")),
        (
            "Mira https://evil.example/x",
            ("link", "A link leads outside the brand's domains; use one of the brand's own pages."),
        ),
        (
            "Mira malo punto com",
            ("link", "A link leads outside the brand's domains; use one of the brand's own pages."),
        ),
        (
            "Mira https://acme.example/r/7Gk2pQ9xV4bN8mZ1tR5w",
            ("secret-link", "A link carries a token that opens something for its holder; say it in private."),
        ),
        ("Es el 612345678", ("personal-data", "The text carries personal data (phone); remove it.")),
        ("marta arroba correo punto example", ("personal-data", "The text carries personal data (email); remove it.")),
        (
            "Es 12 34 56 78 90 12 3",
            ("long-number", "The text carries a number too long for a phone; remove it, whatever it stands for."),
        ),
        (
            "Lo vemos: 61 23 456",
            (
                "long-number",
                "The text carries as many digits as a phone or an account; remove those that nobody needs.",
            ),
        ),
        ("Es k7qx2m", ("code", "The text carries what looks like a reference or a code; say it in private.")),
        ("C43 y luego JWT", ("code", "The text carries what looks like a reference or a code; say it in private.")),
        (
            "m a r t a",
            ("disguise", "The text reads something out sign by sign; write it plainly, or say it in private."),
        ),
        ("Vemos tu reserva", ("confirmation",
            "The text tells everyone that the person is a customer; speak of nobody's account in public.")),
        ("Dinos tu número de tarjeta", ("asks-for-data",
            "The text asks for personal details before everyone; ask for them in private.")),
    ],
)  # fmt: skip
def test_each_finding_says_what_to_do(text: str, finding: tuple[str, str]) -> None:
    assert finding in found(text)


def test_a_text_of_more_than_any_network_takes_is_not_read() -> None:
    message = "The text has 10001 characters, more than any network takes; shorten it."
    assert found("o " * 5_000 + "o", network="files") == [("length", message)]
    assert found("hola " * 2_000, network="files") == []


def test_an_error_of_the_guard_is_named_and_the_text_is_not() -> None:
    def broken(text: str) -> tuple[PersonalDatum, ...]:
        raise RuntimeError(text)

    findings = inspect(
        GuardedText(
            text="Hola", channel=Channel.PUBLIC, brand=BRAND, language="es", network="x", find_personal_data=broken
        )
    )
    message = "The guard could not read the text (RuntimeError); a person must look at it."
    assert [(finding.kind, finding.message) for finding in findings] == [("guard-error", message)]


def test_a_value_of_the_record_is_named_as_such() -> None:
    message = "The text repeats a value from the person's record or room; remove it."
    assert found("Hola Quintanilla", known=["Quintanilla"]) == [("known-value", message)]


def test_another_language_is_named_with_the_person_s() -> None:
    said = "Thank you very much for writing to us, we will look at it today"
    message = "The text is in another language (en) than the person's (es); translate it."
    assert found(said, language="es") == [("language", message)]
    assert found(said, language="en") == []
    assert found(said, language="und") == []
    assert [kind for kind, _ in found("Vielen Dank für Ihre Nachricht, wir melden uns heute noch", language="und")] == [
        "language"
    ]
    assert found("Thanks, we look now", language="es") == []


def test_a_promotion_is_told_how_to_say_so() -> None:
    message = "The text advertises and does not say so; begin it with Publicidad, Ad: or #ad."
    assert found("Ven", promotion=True) == [("promotion", message)]
    assert found("Publicidad: ven", promotion=True) == []


def test_one_finding_is_said_once() -> None:
    assert [kind for kind, _ in found("Es el 612345678 y el 612345679")].count("personal-data") == 1


@pytest.mark.parametrize(
    ("text", "channel", "expected"),
    [
        ("Escribe a ayuda@acme.example", Channel.PUBLIC, []),
        ("Escribe a ayuda@ACME.example", Channel.PUBLIC, []),
        ("Escribe a ayuda@correo.acme.example", Channel.PUBLIC, []),
        ("Escribe a ayuda@malacme.example", Channel.PUBLIC, ["personal-data"]),
        ("Llama al 900123456", Channel.PUBLIC, []),
        ("Call 900123456", Channel.PUBLIC, []),
        ("número 900123456", Channel.PUBLIC, ["personal-data"]),
        ("Es k7qx2m", Channel.PRIVATE, []),
        ("m a r t a", Channel.PRIVATE, []),
        ("Vemos tu reserva", Channel.PRIVATE, []),
        ("Dinos tu número de tarjeta", Channel.PRIVATE, []),
        ("Mira https://acme.example/r/7Gk2pQ9xV4bN8mZ1tR5w", Channel.PRIVATE, []),
        ("Es el 612345678", Channel.PRIVATE, ["personal-data"]),
        ("876543216 sE", Channel.PUBLIC, ["personal-data"]),
        ("612 345 678", Channel.PUBLIC, ["personal-data", "long-number"]),
        ("12 34 56 78 90 12", Channel.PUBLIC, ["long-number"]),
        ("12 34 56 78 90 12", Channel.PRIVATE, []),
        ("12 34 56 78 90 12 3", Channel.PRIVATE, ["long-number"]),
        ("seisunodostrescuatro", Channel.PUBLIC, ["disguise"]),
        ("VI IX II IV", Channel.PUBLIC, ["disguise"]),
        ("m4rt4@c0rr30.3xampl3", Channel.PUBLIC, ["personal-data", "code"]),
        ("moc.oerroc@atram", Channel.PUBLIC, ["personal-data"]),
        ("aGVsbG8gd29ybGQ2", Channel.PUBLIC, ["code"]),
        ("localizador UE#NHU", Channel.PUBLIC, ["code"]),
        ("eme a erre te a", Channel.PUBLIC, ["disguise"]),
        ("A V |||||||| ||||", Channel.PUBLIC, ["disguise"]),
        ("localizador QKsietePL", Channel.PUBLIC, ["code"]),
        ("WiFi, iPhone, eCommerce y BancaMóvil", Channel.PUBLIC, []),
        ("61 62 / 63", Channel.PUBLIC, []),
    ],
)  # fmt: skip
def test_what_stops_a_text_depends_on_who_reads_it(text: str, channel: Channel, expected: list[str]) -> None:
    assert [kind for kind, _ in found(text, channel)] == expected


@pytest.mark.parametrize("contact", ["612345678", "+34 612 345 678", "612-345-678"])
def test_the_brand_s_own_number_is_left_aside_however_it_is_grouped(contact: str) -> None:
    text = "Es el 612 34 56 78" if contact[0] != "+" else "Es el +34 612 34 56 78"
    assert found(text, contacts=[contact]) == []
    assert found("Es el (612) 345.678", contacts=["612345678"]) == []
    assert found("Es el 1612345678", contacts=["612345678"]) != []
    assert found("Es el 6123456789", contacts=["612345678"]) != []


def test_the_brand_s_own_mailbox_is_left_aside_and_another_one_is_not() -> None:
    assert found("Escribe a ayuda@otro.org", contacts=["AYUDA@otro.org"], links=["otro.org"]) == []
    assert found("Escribe a x.ayuda@otro.org", contacts=["ayuda@otro.org"]) != []
    assert found("Escribe a ayuda@otro.org.mx", contacts=["ayuda@otro.org"]) != []


def test_what_is_public_of_the_brand_is_no_value_of_the_person() -> None:
    assert found("Acme Bank: 912 345 678, acme.example", known=["Acme Bank", "acme.example", "912345678"],
                 contacts=["912345678"]) == []  # fmt: skip
    assert [kind for kind, _ in found("Acme Bank y Soto", known=["Acme Bank", "Soto"])] == ["known-value"]


def test_a_permitted_link_is_left_aside_with_its_digits() -> None:
    link = "https://x.com/messages/compose?recipient_id=612345678"
    assert found("https://x.com/help/612345678", links=["https://x.com/help"]) == []
    assert "personal-data" in [kind for kind, _ in found(f"Escribe: {link} hoy")]
    assert [kind for kind, _ in found("https://x.com/help 612345679", links=["https://x.com/help"])] == [
        "personal-data"
    ]
    assert [kind for kind, _ in found(f"{link} hoy", links=["https://x.com/messages/compose"])] == ["secret-link"]


def test_the_secret_of_a_private_text_may_stand_in_it_and_an_empty_one_changes_nothing() -> None:
    assert found("Es 612345678", channel=Channel.PRIVATE, values=["", "612345678"]) == []
    assert [kind for kind, _ in found("Es 612345678", values=["612345678"])] == ["personal-data"]


def test_a_number_is_public_by_its_own_form_and_not_by_the_words_around_it() -> None:
    def by_words(text: str) -> tuple[PersonalDatum, ...]:
        place = text.find("612345678")
        if place < 1:
            return ()
        return (PersonalDatum(kind="phone", owner=Owner.PUBLIC, start=place, end=place + 9, value="612345678"),)

    findings = inspect(
        GuardedText(
            text="Llama al 612345678",
            channel=Channel.PRIVATE,
            brand=BRAND,
            language="und",
            network="x",
            find_personal_data=by_words,
        )
    )
    assert [finding.kind for finding in findings] == ["personal-data"]
