"""The pages around a room: the invitation, the form for a typed code, and opting out."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import HTMLResponse

from records.models import Brand
from records.tables.room import RoomRow
from room.web.rendering import render_page
from room.wordings import Words, brand_name, expiry_moment


def invitation_page(words: Words, brand: Brand, room: RoomRow, *, here: str) -> HTMLResponse:
    """The page of a link before the person enters; `here` is its own path."""
    until = words["expires"].format(moment=expiry_moment(words, room.expires_at, brand))
    return render_page("invitation.html", words, brand=brand_name(brand), expires=until, here="", out=f"{here}/out")


def invitation_code_page(words: Words, brands: Sequence[Brand], *, here: str, wrong: bool = False) -> HTMLResponse:
    """The form for a typed code. It never says what is wrong with a code, and shows no code again."""
    return render_page(
        "code.html",
        words,
        status=403 if wrong else 200,
        brand=_only_name(brands),
        here=here,
        wrong=wrong,
        phones=phones_of(brands),
    )


def opt_out_page(
    words: Words, brand: Brand, *, here: str, back: str, wrong: bool = False, typed: str = ""
) -> HTMLResponse:
    """The ways to opt out, each with its button. `wrong` where `typed` is no telephone number."""
    return render_page(
        "opt_out.html",
        words,
        status=400 if wrong else 200,
        brand=brand_name(brand),
        here=here,
        back=back,
        wrong=wrong,
        typed=typed,
        phones=phones_of([brand]),
    )


def farewell_page(words: Words, brand: Brand) -> HTMLResponse:
    """The page after `not_me`. Says nothing about the invited person."""
    return render_page("farewell.html", words, brand=brand_name(brand), here="", phones=phones_of([brand]))


def phones_of(brands: Sequence[Brand]) -> list[tuple[str, str, str]]:
    """Name, telephone number as written and as dialled, of the brands that have one."""
    return [
        (brand_name(brand), brand.phone, "".join(sign for sign in brand.phone if sign.isdigit() or sign == "+"))
        for brand in brands
        if brand.phone
    ]


def _only_name(brands: Sequence[Brand]) -> str:
    return brand_name(brands[0]) if len(brands) == 1 else ""
