"""The doors beside the conversation: ask for a human, rate, take the transcript home."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from records.database import reading, writing
from room.bodies import BodyTooLargeError, form_of
from room.conversation import messages
from room.conversation_human import ask_for_human
from room.conversation_page import Mending
from room.conversation_shown import DONE, show
from room.conversation_visits import address_of, keep_room, reference_of, room_here
from room.files import files_of
from room.files_names import attachment
from room.premises import Premises
from room.ratings import RatingError, rate, rating_of
from room.rooms import PERSON, hidden_before
from room.transcript import transcript
from room.visits import comes_from_elsewhere, refused, words_of

MOST_IN_A_TRANSCRIPT = 5_000


def side_routes(premises: Premises) -> list[Route]:
    """What can be done beside talking."""
    doors = _SideDoors(premises)
    return [
        Route("/room/human", doors.ask_human, methods=["POST"]),
        Route("/room/rating", doors.rate, methods=["POST"]),
        Route("/room/transcript", doors.download, methods=["GET"]),
    ]


@dataclass(frozen=True)
class _SideDoors:
    premises: Premises

    def ask_human(self, request: Request) -> Response:
        """Let a human answer next."""
        if comes_from_elsewhere(request):
            return refused(request, "outside", status=403)
        now = self.premises.clock()
        with writing(self.premises.engine) as session:
            room = room_here(self.premises, session, request, now=now)
            if room is None:
                return refused(request, "outside", status=403)
            ask_for_human(session, room.id or 0, actor=PERSON, now=now)
            answer = RedirectResponse(f"{address_of(room)}&{DONE}=human", status_code=303)
            keep_room(self.premises, request, answer, room, now=now)
        return answer

    def rate(self, request: Request) -> Response:
        """Keep how the person was served."""
        if comes_from_elsewhere(request):
            return refused(request, "outside", status=403)
        now = self.premises.clock()
        try:
            rating = rating_of(form_of(request).get("rating", ""))
        except (BodyTooLargeError, RatingError):
            rating = 0
        with writing(self.premises.engine) as session:
            room = room_here(self.premises, session, request, now=now)
            if room is None:
                return refused(request, "outside", status=403)
            wrong = "" if rating else "rating_missing"
            if rating:
                try:
                    rate(session, room.id or 0, rating, actor=PERSON, now=now)
                except RatingError:
                    wrong = "said_too_often"
            if wrong:
                mending = Mending(form="rate", why=wrong)
                return show(self.premises, session, request, room, now=now, mending=mending)[0]
            return RedirectResponse(f"{address_of(room)}&{DONE}=rating", status_code=303)

    def download(self, request: Request) -> Response:
        """The conversation as a text file."""
        now = self.premises.clock()
        with reading(self.premises.engine) as session:
            room = room_here(self.premises, session, request, now=now)
            if room is None:
                return refused(request, "outside", status=403)
            brand = self.premises.brand_of(room.account_id)
            said = messages(session, room.id or 0, most=MOST_IN_A_TRANSCRIPT, since=hidden_before(room))
            reference = reference_of(session, room)
            files = files_of(session, room.id or 0)
            text = transcript(words_of(request, room, brand), brand, reference, said, files, now=now)
        return Response(
            text.encode("utf-8", "replace"),
            media_type="text/plain; charset=utf-8",
            headers={"Content-Disposition": attachment(f"{reference}.txt")},
        )
