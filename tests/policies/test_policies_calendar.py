from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.loading import load_rulebook
from policies.rulebook.calendar import (
    NEVER_OPENS,
    OFFICE_HOURS,
    WEEKDAYS,
    Calendar,
    Holiday,
    OpeningHours,
    longest_opening,
    opens_in_words,
    shifts_of,
    weekdays_of,
)

MADRID = ZoneInfo("Europe/Madrid")
RULEBOOK = """\
languages: [es, en]
CALENDAR
rules:
  - {name: only, state: live, when: crisis, then: {action: hold}, because: Why.}
"""


def calendar(written: str) -> Calendar:
    return load_rulebook(RULEBOOK.replace("CALENDAR", f"calendar: {written}"), name="t").calendar


def at(text: str, zone: ZoneInfo = MADRID) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


BANK = calendar(
    '{hours: {mon-thu: "08:30-14:00, 16:00-18:30", fri: "08:30-14:00"},'
    " holidays: [{date: 12-25, name: Navidad}, {date: 2026-12-24, name: Nochebuena, hours: '10:00-12:00'}]}"
)


@pytest.mark.parametrize(
    ("now", "is_open"),
    [
        ("2026-11-23T08:29:59", False),  # Monday
        ("2026-11-23T08:30", True),
        ("2026-11-23T13:59:59", True),
        ("2026-11-23T14:00", False),
        ("2026-11-23T16:00", True),
        ("2026-11-23T18:30", False),
        ("2026-11-27T13:00", True),  # Friday
        ("2026-11-27T17:00", False),
        ("2026-11-28T11:00", False),  # Saturday
        ("2026-12-24T11:00", True),  # a holiday with hours
        ("2026-12-24T12:00", False),
        ("2026-12-25T11:00", False),
        ("2028-12-25T11:00", False),  # every year
        ("2028-12-21T11:00", True),  # not every year
    ],
)
def test_a_desk_is_open_from_its_opening_until_its_closing(now: str, is_open: bool) -> None:  # noqa: FBT001
    assert BANK.is_open(at(now)) is is_open


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-11-23T07:00", "2026-11-23T08:30"),
        ("2026-11-23T15:00", "2026-11-23T16:00"),
        ("2026-11-23T18:30", "2026-11-24T08:30"),
        ("2026-11-27T14:00", "2026-11-30T08:30"),
        ("2026-12-23T23:00", "2026-12-24T10:00"),
        ("2026-12-24T12:00", "2026-12-28T08:30"),  # Christmas is a Friday
        ("2026-12-31T23:59", "2027-01-01T08:30"),  # the year ends
    ],
)
def test_a_closed_desk_says_when_it_opens(now: str, opens: str) -> None:
    assert BANK.opens(at(now)) == at(opens)


def test_an_open_desk_opens_now() -> None:
    now = at("2026-11-23T09:00")
    assert (BANK.opens(now), BANK.hours_until_open(now)) == (now, 0.0)


def test_hours_until_it_opens_are_those_that_pass() -> None:
    assert BANK.hours_until_open(at("2026-11-23T07:00")) == 1.5
    assert BANK.hours_until_open(at("2026-11-23T08:00:36")) == 0.49


def test_the_holiday_of_a_day_is_told_and_the_one_of_that_year_comes_first() -> None:
    both = calendar("{holidays: [{date: 12-25, name: Navidad}, {date: 2026-12-25, name: Navidad de 2026}]}")

    assert [both.holiday(at(f"{year}-12-25T23:59")) for year in (2026, 2027)] == [
        Holiday(month=12, day=25, year=2026, name="Navidad de 2026"),
        Holiday(month=12, day=25, year=None, name="Navidad"),
    ]
    assert both.holiday(at("2026-12-26T00:00")) is None


def test_without_a_calendar_a_rulebook_keeps_office_hours() -> None:
    assert load_rulebook(RULEBOOK.replace("CALENDAR", ""), name="t").calendar == OFFICE_HOURS
    assert calendar("{holidays: [{date: 01-06, name: Reyes}]}").week == OFFICE_HOURS.week
    assert [len(OFFICE_HOURS.week[day]) for day in range(7)] == [1, 1, 1, 1, 1, 0, 0]
    assert OFFICE_HOURS.week[0] == (OpeningHours(opens=480, closes=1200),)


def test_days_that_are_not_named_are_closed() -> None:
    week = calendar('{hours: {sat: "00:00-24:00"}}').week
    assert week == ((), (), (), (), (), (OpeningHours(opens=0, closes=1440),), ())


def test_a_desk_that_never_opens_says_so() -> None:
    closed = calendar("{hours: {mon-sun: closed}}")
    now = at("2026-11-23T09:00")

    assert (closed.is_open(now), closed.opens(now), closed.hours_until_open(now)) == (False, None, NEVER_OPENS)
    assert opens_in_words(closed, now=now, language="es") == "más adelante"
    assert opens_in_words(closed, now=now, language="en") == "later"
    assert opens_in_words(closed, now=now, language="pt") == ""


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="`now` has no zone"):
        BANK.is_open(datetime(2026, 11, 23, 9))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("now", "es", "en", "pt"),
    [
        ("2026-11-23T07:00", "hoy a las 08:30", "today at 08:30", "2026-11-23 08:30"),
        ("2026-11-23T19:00", "mañana a las 08:30", "tomorrow at 08:30", "2026-11-24 08:30"),
        ("2026-11-27T19:00", "el lunes a las 08:30", "on Monday at 08:30", "2026-11-30 08:30"),
        ("2026-11-23T09:00", "ahora", "now", "2026-11-23 09:00"),
    ],
)
def test_the_opening_is_told_in_words(now: str, es: str, en: str, pt: str) -> None:
    told = [opens_in_words(BANK, now=at(now), language=language) for language in ("es", "en", "pt")]
    assert told == [es, en, pt]


def test_an_opening_a_week_ahead_is_told_with_its_date() -> None:
    once = calendar('{hours: {mon: "01:00-02:00"}}')
    now = at("2026-11-23T02:00")

    assert opens_in_words(once, now=now, language="es") == "el lunes 30 de noviembre a la 01:00"
    assert opens_in_words(once, now=now, language="en") == "on Monday 30 November at 01:00"
    assert opens_in_words(once, now=now + timedelta(days=1), language="es") == "el lunes a la 01:00"


def test_an_hour_that_the_clock_leaps_over_is_the_one_after_it() -> None:
    night = calendar('{hours: {sun: "02:30-04:00"}}')

    assert night.opens(at("2026-03-29T01:00")) == at("2026-03-29T03:30")  # 2:30 is not on the clock that day
    assert night.hours_until_open(at("2026-03-29T01:00")) == 1.5
    assert not night.is_open(at("2026-03-29T03:29"))
    assert night.is_open(at("2026-03-29T03:30"))


def test_an_hour_that_the_clock_shows_twice_opens_and_closes_the_first_time() -> None:
    night = calendar('{hours: {sun: "02:30-02:45"}}')
    first, second = at("2026-10-25T02:30"), at("2026-10-25T02:30").replace(fold=1)

    assert (night.is_open(first), night.is_open(second)) == (True, False)
    assert night.hours_until_open(at("2026-10-25T01:30")) == 1.0
    assert night.opens(second) == at("2026-11-01T02:30")


def test_hours_counted_over_a_change_of_the_clock_are_real_hours() -> None:
    assert OFFICE_HOURS.hours_until_open(at("2026-03-27T20:00")) == 59.0
    assert OFFICE_HOURS.hours_until_open(at("2026-10-23T20:00")) == 61.0


@pytest.mark.parametrize(
    ("key", "days"),
    [
        ("mon", (0,)),
        ("sun", (6,)),
        ("mon-fri", (0, 1, 2, 3, 4)),
        ("fri-mon", (4, 5, 6, 0)),
        ("sat-sat", (5,)),
        ("", ()),
        ("monday", ()),
        ("mon-", ()),
        ("-mon", ()),
        ("mon-xyz", ()),
    ],
)
def test_days_are_written_alone_or_as_a_span(key: str, days: tuple[int, ...]) -> None:
    assert weekdays_of(key) == days


@pytest.mark.parametrize(
    ("text", "shifts"),
    [
        ("closed", ()),
        ("08:00-20:00", (OpeningHours(opens=480, closes=1200),)),
        (" 8:00 - 24:00 ", (OpeningHours(opens=480, closes=1440),)),
        ("08:00-14:00,14:00-20:00", (OpeningHours(opens=480, closes=840), OpeningHours(opens=840, closes=1200))),
        ("08:00-14:00, 13:59-20:00", None),
        ("20:00-08:00", None),
        ("08:00-08:00", None),
        ("08:00-24:01", None),
        ("08:60-10:00", None),
        ("٠٨:00-10:00", None),
        ("", None),
        ("open", None),
    ],
)
def test_hours_are_read_or_refused(text: str, shifts: tuple[OpeningHours, ...] | None) -> None:
    assert shifts_of(text) == shifts


MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
ZONES = st.sampled_from(
    ["Europe/Madrid", "America/Santiago", "America/Havana", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Tehran", "UTC"]
).map(ZoneInfo)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    def shifts() -> tuple[OpeningHours, ...]:
        marks = draw(st.lists(st.integers(0, 1440), max_size=4, unique=True).map(sorted))
        return tuple(OpeningHours(opens=one, closes=other) for one, other in zip(marks[::2], marks[1::2], strict=False))

    days = draw(st.lists(st.dates(date(2019, 12, 1), date(2035, 2, 1)), max_size=4))
    yearly = draw(st.booleans())
    holidays = tuple(
        Holiday(month=day.month, day=day.day, year=None if yearly else day.year, name="x", shifts=shifts())
        for day in days
    )
    return Calendar(week=tuple(shifts() for _ in WEEKDAYS), holidays=holidays)


@settings(deadline=None, max_examples=150)
@given(calendars(), MOMENTS, ZONES, st.floats(0, 1))
def test_a_desk_stays_closed_until_the_moment_at_which_it_says_that_it_opens(
    desk: Calendar, moment: datetime, zone: ZoneInfo, part: float
) -> None:
    now = moment.astimezone(zone)
    opens = desk.opens(now)
    if opens is None:
        assert not desk.is_open(now)
        assert desk.hours_until_open(now) == NEVER_OPENS
        return
    assert desk.is_open(opens)
    assert desk.is_open(now) is (opens == now)
    waiting = opens.astimezone(UTC) - moment
    assert waiting >= timedelta()
    if waiting:
        between = (moment + waiting * part * 0.999).astimezone(zone)
        assert not desk.is_open(between)
    assert desk.hours_until_open(now) == round(waiting / timedelta(hours=1), 2)


@settings(deadline=None, max_examples=100)
@given(calendars(), MOMENTS, ZONES)
def test_an_opening_is_never_told_in_more_characters_than_promised(
    desk: Calendar, moment: datetime, zone: ZoneInfo
) -> None:
    for language in ("es", "en"):
        assert len(opens_in_words(desk, now=moment.astimezone(zone), language=language)) <= longest_opening(language)
