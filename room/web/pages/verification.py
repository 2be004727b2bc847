"""The pages on which a person proves to be on file. They look the same whatever the records hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import HTMLResponse

from people.blind_index import MOST_CHARACTERS
from records.models import Brand
from records.tables.room import RoomRow
from room.web.access import RoomRequest
from room.web.rendering import render_page
from room.wordings import Words, brand_name

PROOF_PATH = "/room/proof"
CODE_PATH = "/room/proof/code"
SIGN_IN_PATH = "/room/sign-in"


@dataclass(frozen=True, kw_only=True)
class ProofView:
    """One of the two proofs, which are shown apart."""

    text: str
    done: bool


@dataclass(frozen=True, kw_only=True)
class ProofField:
    """One field of the form."""

    name: str
    label: str
    typed: str
    hint: str = ""
    autocomplete: str = "off"
    autocapitalize: str = "off"


def proof_views(words: Words, room: RoomRow) -> tuple[ProofView, ProofView]:
    """The proofs given in a room, in words that name neither handle nor record."""
    held, filed = room.handle_held_at is not None, room.filed_at is not None
    return (
        ProofView(text=words["proof_handle_yes" if held else "proof_handle_no"], done=held),
        ProofView(text=words["proof_file_yes" if filed else "proof_file_no"], done=filed),
    )


def proof_page(
    request: RoomRequest,
    *,
    with_sign_in: bool,
    typed: Mapping[str, str] | None = None,
    wrong: str = "",
    status: int = 200,
) -> HTMLResponse:
    """Asks by what the person is found; `wrong` names the text that says what to mend about `typed`."""
    brand, words = request.brand, request.words
    return render_page(
        "proof.html",
        words,
        status=status,
        brand=brand_name(brand),
        here=request.path(PROOF_PATH),
        back=request.path(),
        fields=_fields(words, brand, typed or {}),
        most=MOST_CHARACTERS,
        wrong=words[wrong] if wrong else "",
        sign_in_at=request.path(SIGN_IN_PATH),
        sign_in=words["proof_sign_in"].format(brand=brand_name(brand)) if with_sign_in else "",
        proofs=proof_views(words, request.room),
    )


def one_time_code_page(request: RoomRequest, *, wrong: str = "", status: int = 200) -> HTMLResponse:
    """Asks for the code, the same whether or not one was sent."""
    words = request.words
    return render_page(
        "proof_code.html",
        words,
        status=status,
        brand=brand_name(request.brand),
        here=request.path(CODE_PATH),
        again=request.path(PROOF_PATH),
        back=request.path(),
        wrong=words[wrong] if wrong else "",
        never=words["proof_code_never"].format(brand=brand_name(request.brand)),
    )


def proved_page(request: RoomRequest) -> HTMLResponse:
    """The page of who has proved already."""
    return render_page(
        "proved.html",
        request.words,
        brand=brand_name(request.brand),
        here=request.path(PROOF_PATH),
        back=request.path(),
        proofs=proof_views(request.words, request.room),
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
