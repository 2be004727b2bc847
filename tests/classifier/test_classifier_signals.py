"""Signals and the need for account data: what raises them and what only looks like it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.judging.account_data import needs_account_data
from classifier.judging.signals import NAMES, find_signals
from classifier.terms.phrases import PhraseIndex


def names(text: str) -> list[str]:
    return [signal.name for signal in find_signals(text)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Me han clonado la tarjeta!!", "fraud"),
        ("ME ROBARON EL DINERO", "fraud"),
        ("tengo un cargo que no reconozco", "fraud"),
        ("Someone stole my card and used it", "fraud"),
        ("this number is a scam", "impostor"),
        ("un SMS falso con un enlace del banco", "impostor"),
        ("¿este correo es de ustedes o es fraude?", "impostor"),
        ("sufrí el robo de mi cartera", "fraud"),
        ("viajo con una discapacidad visual", "disability"),
        ("my mother uses a wheelchair", "disability"),
        ("trabajo en una de sus oficinas y esto no se cuenta", "employee"),
        ("I work for you and nobody listens", "employee"),
        ("perdisteis mi maleta con la medicación dentro, ayuda", "assistance"),
        ("ya no quiero vivir", "danger"),
        ("I want to kill myself", "danger"),
        ("os voy a quemar la oficina", "danger"),
        ("Necesito silla de ruedas en 45 minutos", "assistance"),
        ("I’m legally blind and need help at the gate", "assistance"),
        ("estamos tirados en el aeropuerto", "assistance"),
        ("tengo 15 años y quiero una tarjeta", "minor"),
        ("mi padre falleció y la cuenta sigue abierta", "bereavement"),
        ("my mother passed away", "bereavement"),
        ("voy a denunciaros", "legal"),
        ("see you in court", "legal"),
        ("soy periodista de un diario", "press"),
        ("I'm a journalist, who can comment?", "press"),
        ("hay una cuenta falsa que se hace pasar por vosotros", "impostor"),
        ("la app está caída otra vez", "incident"),
        ("your website is down", "incident"),
    ],
)
def test_a_phrase_raises_its_signal(text: str, name: str) -> None:
    assert name in names(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("sois unos ladrones, me roban con las comisiones: me estan robando", "fraud"),
        ("me muero de risa, quiero morirme de risa", "danger"),
        ("qué servicio más deficiente", "assistance"),
        ("tengo 15 años de cliente", "minor"),
        ("my phone died", "bereavement"),
        ("your social media team is great", "press"),
        ("gracias por todo", "incident"),
        ("hay mucha demanda a esa isla", "legal"),
        ("el organismo Condusef reprueba a cinco bancos", "legal"),
        ("Kudos to the crew during a medical emergency", "danger"),
        ("a driver picked up my wheelchair, lovely man", "assistance"),
        ("my account got disabled", "disability"),
        ("is @acme, you know, any good?", "impostor"),
        ("evita el fraude: consejos para evitar la estafa", "fraud"),
    ],
)
def test_a_figure_of_speech_raises_nothing(text: str, name: str) -> None:
    assert name not in names(text)


def test_evidence_carries_no_digits_and_no_words_of_a_gap() -> None:
    (signal,) = find_signals("me llamaron del 612345678 Perico estafa")
    assert signal.name == "impostor"
    assert not set("123456789") & set(signal.evidence)
    assert "perico" not in signal.evidence


@settings(deadline=None)  # the lists load at first use
@given(st.text(max_size=300))
def test_any_text_gives_each_known_signal_at_most_once(text: str) -> None:
    found = names(text)
    assert len(found) == len(set(found))
    assert set(found) <= set(NAMES)


@settings(deadline=None)  # the lists load at first use
@given(st.text(max_size=300))
def test_the_need_for_account_data_is_a_chance(text: str) -> None:
    assert 0.0 <= needs_account_data(text) <= 1.0


@pytest.mark.parametrize(
    "text",
    [
        "mi tarjeta está bloqueada, ayuda",
        "¿dónde está mi reembolso?",
        "me cobraron dos veces",
        "where is my order?",
        "I was charged twice",
        "please cancel my booking",
    ],
)
def test_matters_of_ones_own_need_account_data(text: str) -> None:
    assert needs_account_data(text) > 0.6


@pytest.mark.parametrize(
    "text",
    [
        "¿cuáles son los horarios de la sucursal?",
        "how do I apply for a card?",
        "qué buen anuncio",
        "Iberia ofrece billetes a 10 euros",
        "¿qué necesito para abrir una cuenta?",
    ],
)
def test_general_questions_do_not(text: str) -> None:
    assert needs_account_data(text) < 0.5


def test_a_phrase_may_hold_choices_options_stems_and_gaps() -> None:
    index = PhraseIndex({"g": ("(me|nos) (han |)robaron ... (la|el) tarjet*",)})
    assert [match.words for match in index.find("ayer nos robaron ayer mismo la tarjetita")] == [
        "nos robaron … la tarjetita"
    ]
    assert list(index.find("conme robaron la tarjeta")) == []


def test_an_unclosed_choice_is_refused() -> None:
    with pytest.raises(ValueError, match="parenthesis"):
        PhraseIndex({"g": ("(me|nos robaron",)})
