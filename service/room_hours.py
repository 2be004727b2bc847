"""Today's hours of a brand's desk, as the rooms show them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from policies.calendar import Calendar
from records.database import reading
from room.conversation_page import CLOSED_TODAY
from service.house import House
from service.rulebooks import current


def hours_of(house: House) -> Callable[[int, datetime], str]:
    """What `room.premises.Premises.hours_of` is to be: asked by account id and moment."""

    def asked(account_id: int, now: datetime) -> str:
        brand = house.brand_of(account_id)
        with reading(house.engine) as session:
            calendar = current(session, house, brand.name).calendar
        return hours_on(calendar, now.astimezone(ZoneInfo(brand.timezone)))

    return asked


def hours_on(calendar: Calendar, local: datetime) -> str:
    """`08:00-14:00, 16:00-20:00` on the day of `local`, or `CLOSED_TODAY`. Pure."""
    holiday = calendar.holiday(local)
    shifts = calendar.week[local.weekday()] if holiday is None else holiday.shifts
    written = ", ".join(f"{_clock(shift.opens)}-{_clock(shift.closes)}" for shift in shifts)
    return written or CLOSED_TODAY


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
