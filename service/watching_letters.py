"""What a person is told of the letters to persons in rooms: that a mail server or gateway does not take them."""

from __future__ import annotations

from datetime import datetime

from records.database import reading
from room.letters import EMAIL, SMS, failing_because
from service.alerts import Alerts
from service.house import House

_SECTIONS = {EMAIL: "smtp", SMS: "sms"}


def watch_letters(house: House, alerts: Alerts, *, now: datetime) -> None:  # noqa: ARG001 - as for all that watch
    """Alert once about each way that letters do not leave by, until one has left."""
    with reading(house.engine) as session:
        failing = {way: failing_because(session, way) for way in _SECTIONS}
    for way, why in failing.items():
        alerts.raise_or_clear(f"letters-{way}", _told(way, why) if why else "")


def _told(way: str, why: str) -> str:
    return (
        f"Letters by {way} do not leave ({why}): nobody gets a code or a notice that way. "
        f"Check [{_SECTIONS[way]}], and `aparte doctor`."
    )
