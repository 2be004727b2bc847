"""Where an answer to a notice is to be sent, so that it finds its room."""

from __future__ import annotations

from collections.abc import Callable

from room.letters import Letter
from room.notice_addresses import reply_address
from service.house import House


def reply_address_of(house: House) -> Callable[[Letter], str] | None:
    """The reply address of each notice; None where answers by e-mail are not taken."""
    settings = house.settings.document.replies_by_email
    if settings is None:
        return None

    def address(letter: Letter) -> str:
        if letter.customer_id is None:
            return ""
        return reply_address(house.room_key, letter.public_id, letter.customer_id, domain=settings.domain)

    return address
