"""The pages on which a person proves to be on file. They look the same whatever the records hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import HTMLResponse

from people.blind_index import MOST_CHARACTERS
from records.models import Brand
from records.tables.room import RoomRow
from room.rendering import brand_name, render_page
from room.web.browser_session import room_path
from room.wordings import Words

PROOF_PATH = "/room/proof"
CODE_PATH = "/room/proof/code"
SIGN_IN_PATH = "/room/sign-in"


@dataclass(frozen=True, kw_only=True)
class ProofView:
    """One of the two proofs, as it is shown; they are kept apart."""

    text: str
    done: bool


@dataclass(frozen=True, kw_only=True)
class ProofField:
    """One thing that is asked for."""

    name: str
    label: str
    typed: str
    hint: str = ""
    autocomplete: str = "off"
    autocapitalize: str = "off"


def proof_views(words: Words, room: RoomRow) -> tuple[ProofView, ProofView]:
    """What has been proved in a room, in words that name neither handle nor record."""
    held, filed = room.handle_held_at is not None, room.filed_at is not None
    return (
        ProofView(text=words["proof_handle_yes" if held else "proof_handle_no"], done=held),
        ProofView(text=words["proof_file_yes" if filed else "proof_file_no"], done=filed),
    )


def proof_page(
    request: Request,
    words: Words,
    brand: Brand,
    room: RoomRow,
    *,
    with_sign_in: bool,
    typed: Mapping[str, str] | None = None,
    wrong: str = "",
    status: int = 200,
) -> HTMLResponse:
    """Asks by what the person is found; `wrong` names the text that says what to mend about `typed`."""
    return render_page(
        "proof.html",
        words,
        status=status,
        brand=brand_name(brand),
        here=room_path(request, PROOF_PATH),
        back=room_path(request),
        fields=_fields(words, brand, typed or {}),
        most=MOST_CHARACTERS,
        wrong=words[wrong] if wrong else "",
        sign_in_at=room_path(request, SIGN_IN_PATH),
        sign_in=words["proof_sign_in"].format(brand=brand_name(brand)) if with_sign_in else "",
        proofs=proof_views(words, room),
    )


def one_time_code_page(
    request: Request, words: Words, brand: Brand, *, wrong: str = "", status: int = 200
) -> HTMLResponse:
    """Asks for the code, the same whether or not one was sent."""
    return render_page(
        "proof_code.html",
        words,
        status=status,
        brand=brand_name(brand),
        here=room_path(request, CODE_PATH),
        again=room_path(request, PROOF_PATH),
        back=room_path(request),
        wrong=words[wrong] if wrong else "",
        never=words["proof_code_never"].format(brand=brand_name(brand)),
    )


def proved_page(request: Request, words: Words, brand: Brand, room: RoomRow) -> HTMLResponse:
    """Shown to who comes back to the question once it is answered."""
    return render_page(
        "proved.html",
        words,
        brand=brand_name(brand),
        here=room_path(request, PROOF_PATH),
        back=room_path(request),
        proofs=proof_views(words, room),
    )


def _fields(words: Words, brand: Brand, typed: Mapping[str, str]) -> list[ProofField]:
    if brand.proof == "booking":
        return [
            ProofField(
                name="booking",
                label=words["proof_booking_label"],
                hint=words["proof_booking_hint"],
                typed=typed.get("booking", ""),
                autocapitalize="characters",
            ),
            ProofField(
                name="surname",
                label=words["proof_surname_label"],
                typed=typed.get("surname", ""),
                autocomplete="family-name",
                autocapitalize="words",
            ),
        ]
    return [
        ProofField(
            name="contact",
            label=words["proof_contact_label"],
            hint=words["proof_contact_hint"],
            typed=typed.get("contact", ""),
            autocomplete="email",
        )
    ]
