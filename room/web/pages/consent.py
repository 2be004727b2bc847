"""The page of the privacy notice and of the questions of consent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import HTMLResponse

from people.consents import wording_version
from records.enums import Purpose
from records.models import Brand
from records.tables.people import ConsentRow
from room.web.access import RoomRequest
from room.web.pages.verification import proof_views
from room.web.rendering import render_page
from room.wordings import LANGUAGES, Words, brand_name, local_time, words_for

CONSENT_PATH = "/room/consent"
WITHDRAW_PATH = "/room/consent/withdraw"
CONFIRMED_PARAMETER = "told"
"""The query parameter that names what was just done."""
_CONFIRMED = {"saved": "consent_saved", "withdrawn": "consent_withdrawn"}


@dataclass(frozen=True, kw_only=True)
class ConsentQuestion:
    """One question as it is shown."""

    purpose: str
    text: str
    version: str
    given: str
    """When it was answered with yes, in words; empty while it is open."""


def question_text(words: Words, purpose: Purpose) -> str:
    """The very question, whose digest is kept with the answer."""
    return words[f"consent_{purpose.value}"]


def wording_versions(brand: Brand) -> dict[Purpose, frozenset[str]]:
    """Of each question, the versions that are asked today, in all languages."""
    spoken = [words_for(language, brand) for language in LANGUAGES]
    return {
        purpose: frozenset(wording_version(words.language, question_text(words, purpose)) for words in spoken)
        for purpose in Purpose
    }


def consent_page(request: RoomRequest, consents: Mapping[Purpose, ConsentRow]) -> HTMLResponse:
    """The notice, and each question with its answer in `consents`, if it has one."""
    brand, words = request.brand, request.words
    confirmed = _CONFIRMED.get(request.http.query_params.get(CONFIRMED_PARAMETER, ""), "")
    return render_page(
        "consent.html",
        words,
        brand=brand_name(brand),
        here=request.path(CONSENT_PATH),
        withdraw=request.path(WITHDRAW_PATH),
        back=request.path(),
        told=words[confirmed] if confirmed else "",
        notice=[
            words[name].format(brand=brand_name(brand)) for name in ("privacy_who", "privacy_kept", "privacy_rights")
        ],
        questions=[_question(words, brand, purpose, consents.get(purpose)) for purpose in Purpose],
        proofs=proof_views(words, request.room),
    )


def _question(words: Words, brand: Brand, purpose: Purpose, consent: ConsentRow | None) -> ConsentQuestion:
    text = question_text(words, purpose)
    given = ""
    if consent is not None:
        given = words["consent_given"].format(moment=words.moment(local_time(consent.given_at, brand)))
    return ConsentQuestion(purpose=purpose.value, text=text, version=wording_version(words.language, text), given=given)
