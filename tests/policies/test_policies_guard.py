"""The disclosure guard: what it stops, what it lets through, and that it fails closed."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.guard.guarded_text import GuardedText
from policies.guard.inspection import GuardFinding, inspect
from policies.guard.obfuscation import comparison_form, with_joined_digits
from policies.rulebook.templates import TemplateError, render
from policies.text_limits import Channel, weighted_length
from records.enums import Owner
from records.models import Brand, PersonalDatum

BRAND = Brand(name="acme", domains=("acme.example",))
COMPOSE = "https://x.com/messages/compose"
ROOM = "https://rooms.acme.example/r/"
CARD = "4111111111111111"


def find_numbers(text: str) -> tuple[PersonalDatum, ...]:
    """Stands in for the classifier's finder: whole numbers of nine digits and more; 900... is public."""
    return tuple(
        PersonalDatum(
            kind="phone",
            owner=Owner.PUBLIC if met.group().startswith("900") else Owner.OWN,
            start=met.start(),
            end=met.end(),
            value=met.group(),
        )
        for met in re.finditer(r"[0-9]{9,}", text)
    )


def check(
    text: str,
    channel: Channel = Channel.PUBLIC,
    language: str = "es",
    network: str = "x",
    known: Sequence[str] = (),
    published: Sequence[str] = (),
    allowed: Sequence[str] = (),
    contacts: Sequence[str] = (),
) -> tuple[GuardFinding, ...]:
    return inspect(
        GuardedText(
            text=text,
            channel=channel,
            brand=BRAND,
            language=language,
            network=network,
            find_personal_data=find_numbers,
            protected_values=known,
            published=published,
            allowed_links=allowed,
            public_contacts=contacts,
        )
    )


def kinds(findings: Sequence[GuardFinding]) -> list[str]:
    return [finding.kind for finding in findings]


@pytest.mark.parametrize(
    "text",
    [
        "Gracias por escribirnos. Hemos seguido contigo por privado.",
        "Thanks for the kind words! 😊👨‍👩‍👧🇪🇸",
        "Te escribimos por privado. Nunca te pediremos las claves de tu cuenta.",
        "Si tu tarjeta se ha perdido, llama al 900123456.",
        "En la app puedes ver el saldo de una cuenta y bloquear tu tarjeta.",
        "El teléfono está al reverso de tu tarjeta.",
        "Send us your booking reference by direct message, please.",
        "Lee cómo en https://www.acme.example/ayuda/tarjetas-perdidas",
        "Abre tu cuenta en acme.example",
        "Never share your account details in public.",
        "Te leemos <3",
    ],
)
def test_a_careful_public_text_may_leave(text: str) -> None:
    assert check(text, language="und") == ()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "empty"),
        ("\u200b \n", "hidden-characters"),
        ("Hola {name}", "placeholder"),
        ("Hola {{handle}}", "placeholder"),
        ("Hola <nombre>", "placeholder"),
        ("Hola [NOMBRE]", "placeholder"),
        ("Hola\x00", "hidden-characters"),
        ("Hola \ud800", "hidden-characters"),
        ("Hola \u202egnp.exe", "hidden-characters"),
        ("Bаnco", "disguise"),  # the second letter is Cyrillic
        ("a" * 281, "length"),
        ("日" * 141, "length"),
        ("Mira https://evil.example/x", "link"),
        ("Mira evil.com", "link"),
        ("Mira https://acme.example@evil.com/", "link"),
        ("Mira https://acme.example.evil.com/", "link"),
        ("Mira https://xacme.example/", "link"),
        ("Mira javascript:alert(1)", "link"),
        ("Entra en https://acme.example/r/7Gk2pQ9xV4bN8mZ1tR5w", "secret-link"),
        ("Tu teléfono 612345678", "personal-data"),
        ("612 34 56 78", "personal-data"),
        ("６１２３４５６７８", "personal-data"),
        ("6\u200b12345678", "personal-data"),
        ("seis uno dos tres cuatro cinco seis siete ocho", "personal-data"),
        ("six one two thirty-four fifty-six seventy eight nine", "personal-data"),
        ("Hemos visto tu reserva", "confirmation"),
        ("Su pedido sale hoy", "confirmation"),
        ("Your booking is fine", "confirmation"),
        ("As our customer you know us", "confirmation"),
        ("We have refunded you", "confirmation"),
        ("Como cliente nuestro te atendemos", "confirmation"),
        ("Your b\u043e\u043eking is fine", "confirmation"),  # Cyrillic letters inside
        ("Dinos tu número de tarjeta", "asks-for-data"),
        ("Please tell us your account number", "asks-for-data"),
        ("Thank you very much for writing to us, we will look at it today", "language"),
    ],
)
def test_an_unsafe_public_text_stays(text: str, kind: str) -> None:
    assert kind in kinds(check(text))


@pytest.mark.parametrize(
    "text",
    [
        "Hola, Ana María Soto",
        "hola ANA MARIA SOTO",
        "A-n-a M.a.r.í.a S o t o",
        "Аnа Mаriа Sоto",  # Cyrillic look-alikes
        "Ana\u200bMar\u00adía Soto",
        "María Soto, buenos días",  # two neighbouring words of a name
    ],
)
def test_a_known_value_is_seen_through_every_spelling(text: str) -> None:
    assert "known-value" in kinds(check(text, known=["Ana María Soto"]))


@pytest.mark.parametrize(
    "text", ["termina en 1111", "cuatro uno uno uno uno uno uno uno uno uno uno uno uno uno uno uno"]
)
def test_a_known_number_is_seen_by_its_end_or_in_words(text: str) -> None:
    assert "known-value" in kinds(check(text, known=[CARD]))


def test_a_short_known_value_is_looked_for_as_a_word() -> None:
    assert check("Mañana te contamos", known=["Ana"]) == ()
    assert "known-value" in kinds(check("Ana, te contamos", known=["Ana"]))


def test_what_the_person_published_excuses_a_known_value_but_no_personal_data() -> None:
    said = ["soy Marta Soto, mi número es 612345678"]
    assert check("Hola, Marta Soto", known=["Marta Soto"], published=said) == ()
    assert "personal-data" in kinds(check("Es el 612345678", known=["612345678"], published=said))


def test_the_compose_link_is_allowed_up_to_a_border_of_the_address() -> None:
    assert check(f"Escríbenos: {COMPOSE}?recipient_id=1001", allowed=[COMPOSE]) == ()
    assert kinds(check(f"Escríbenos: {COMPOSE}r.evil.com", allowed=[COMPOSE])) == ["link"]
    assert kinds(check(f"Escríbenos: {COMPOSE}")) == ["link"]


def test_a_room_link_leaves_in_private_and_never_in_public() -> None:
    text = f"Entra aquí: {ROOM}15.7Gk2pQ9xV4bN8mZ1tR5w"
    assert check(text, channel=Channel.PRIVATE, allowed=[ROOM]) == ()
    assert kinds(check(text, channel=Channel.PUBLIC, allowed=[ROOM])) == ["secret-link"]


def test_a_private_text_may_speak_of_the_account() -> None:
    assert check("Hemos revisado tu reserva y está bien.", channel=Channel.PRIVATE) == ()


def test_public_contacts_of_the_brand_may_be_said() -> None:
    assert check("Nuestro teléfono: 912 345 678", contacts=["912345678"]) == ()


def test_each_network_counts_in_its_own_way() -> None:
    link = "https://acme.example/" + "a" * 200
    assert weighted_length(f"x {link}") == 2 + 23
    assert weighted_length("👨‍👩‍👧") == 2
    assert weighted_length("é" * 10) == 10
    assert weighted_length("日") == 2
    assert check("a " * 500, network="facebook") == ()
    assert "length" in kinds(check("a " * 500, network="somewhere else"))


def test_messages_do_not_repeat_what_was_found() -> None:
    findings = check("Soy Ana Soto Paz 612345678 en https://evil.example/x", known=["Ana Soto Paz"])
    assert {"known-value", "personal-data", "link"} <= set(kinds(findings))
    assert not any(word in finding.message for finding in findings for word in ("Ana", "6123", "evil"))


def test_an_endless_text_stays_without_being_read() -> None:
    assert kinds(check("a" * 10_000_000)) == ["length"]


def test_the_guard_fails_closed() -> None:
    def broken(text: str) -> tuple[PersonalDatum, ...]:
        raise RuntimeError(text)

    findings = inspect(
        GuardedText(
            text="Hola", channel=Channel.PUBLIC, brand=BRAND, language="es", network="x", find_personal_data=broken
        )
    )
    assert kinds(findings) == ["guard-error"]
    assert "Hola" not in findings[0].message


@settings(deadline=None)
@given(st.text(max_size=300), st.sampled_from(list(Channel)))
def test_any_text_is_read_to_the_end(text: str, channel: Channel) -> None:
    assert "guard-error" not in kinds(check(text, channel=channel, known=[text[:20], CARD], published=[text]))


@settings(deadline=None)
@given(
    st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789", min_size=6, max_size=24),
    st.sampled_from(["", " ", ".", "-", "\u200b", "\u00ad", "\u2060"]),
    st.booleans(),
)
def test_a_known_value_parted_by_anything_stays_known(value: str, between: str, upper: bool) -> None:  # noqa: FBT001
    disguised = between.join(value.upper() if upper else value)
    assert "known-value" in kinds(check(f"(({disguised}))", known=[value]))


@settings(deadline=None)
@given(st.text(alphabet="0123456789", min_size=9, max_size=12), st.sampled_from([" ", ".", "-", "\u200b", " - "]))
def test_a_number_parted_by_anything_is_joined(digits: str, between: str) -> None:
    assert digits in with_joined_digits(between.join(digits))
    assert comparison_form(between.join(digits)) == digits


def test_a_template_takes_declared_names_alone() -> None:
    assert render("{greeting} Hola", variables={"greeting": "{x}"}) == "{x} Hola"
    assert render("{room_link}", variables={}) == "{room_link}"
    assert render("{room_link}", variables={"room_link": "L"}) == "L"


@pytest.mark.parametrize(
    "template", ["{nmae}", "{name.real}", "{name!r}", "{name:>9}", "{0}", "{}", "{{name}}", "{name", "}"]
)
def test_a_template_with_anything_else_is_refused(template: str) -> None:
    with pytest.raises(TemplateError, match=r"\.$"):
        render(template, variables={"name": "Ana"})


@given(st.text(max_size=100), st.dictionaries(st.sampled_from(["name", "handle"]), st.text(max_size=20)))
def test_rendering_gives_a_text_or_a_template_error(template: str, variables: dict[str, str]) -> None:
    try:
        rendered = render(template, variables=variables)
    except TemplateError:
        return
    assert isinstance(rendered, str)


@pytest.mark.parametrize("handle", ["ana", "luis99", "eva_m"])
def test_a_handle_before_a_sentence_is_no_mailbox(handle: str) -> None:
    assert not kinds(check(f"Hola, @{handle}. La oficina abre a las nueve. — acme"))


def test_a_known_amount_is_seen_in_digits_that_begin_their_own_words() -> None:
    assert kinds(check("Apuntamos 2os 4tro , 1no 9eve € y seguimos.", known=["24,19 €"])) == ["known-value"]
