"""What people and agents write and read in the end-to-end tests, in both languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class JourneyTexts:
    """What an agent and a person read and write in one language."""

    locale: str
    approve: str
    claim: str
    claimed: str
    room_field: str
    room_send: str
    room_said: str
    show_again: str
    showing: str
    solved: str
    prove: str
    enter: str
    saved: str
    answered: str
    closed: str
    says_solved: str
    answer: str


TEXTS = {
    "es": JourneyTexts(
        locale="es-ES",
        approve="Aprobar",
        claim="Tomar el caso",
        claimed="El caso es tuyo",
        room_field="Decir en la sala",
        room_send="Decir",
        room_said="Dicho en la sala",
        show_again="Volver a mostrar",
        showing="se vuelve a mostrar",
        solved="Marcar como resuelto",
        prove="Demostrar quién eres",
        enter="Entrar en la sala",
        saved="Guardado.",
        answered="Te hemos contestado",
        closed="Cerrado",
        says_solved="resuelto",
        answer="Ya está devuelto: lo verás mañana. Perdona las molestias.",
    ),
    "en": JourneyTexts(
        locale="en-GB",
        approve="Approve",
        claim="Take the case",
        claimed="The case is yours",
        room_field="Say in the room",
        room_send="Say",
        room_said="Said in the room",
        show_again="Show the post again",
        showing="is being shown",
        solved="Mark as solved",
        prove="Show who you are",
        enter="Enter the room",
        saved="Saved.",
        answered="We have answered",
        closed="Closed",
        says_solved="solved",
        answer="It is paid back: you will see it tomorrow. Sorry for the trouble.",
    ),
}

ANGRY = {
    "es": "¡Qué vergüenza de banco! Me habéis cobrado dos veces y nadie contesta. "
    "Mi cuenta es ES91 2100 0418 4502 0005 1332, devolvedme mi dinero ya.",
    "en": "What a disgrace of a bank! You charged me twice and nobody answers. "
    "My account is ES91 2100 0418 4502 0005 1332, give me my money back now.",
}
NUMBER = "ES91 2100 0418 4502 0005 1332"
CLEANED = {
    "es": "¡Qué vergüenza de banco! Me habéis cobrado dos veces y nadie contesta. Devolvedme mi dinero ya.",
    "en": "What a disgrace of a bank! You charged me twice and nobody answers. Give me my money back now.",
}
MENTION = {
    "es": "@marca vergonzoso: me habéis cancelado el vuelo de mi reserva y no me devolvéis el dinero, mirad mi caso ya",
    "en": "@marca shameful: you cancelled my flight and my refund never arrived, check my booking now",
}
SAID = {
    "es": "Es el cobro del martes, 40 euros, salió dos veces.",
    "en": "It is the charge of Tuesday, 40 euros, taken twice.",
}
