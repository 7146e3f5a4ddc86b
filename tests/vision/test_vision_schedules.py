"""Schedules on the town's clocks, through nights, weekends and summer time."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vision_walks import patient

from farola.model import Schedule
from farola.vision.rules import awake

MINUTE_US = 60_000_000
ZONES = [
    "UTC",
    "America/Argentina/Buenos_Aires",
    "Europe/Madrid",
    "America/Santiago",  # clocks change at midnight
    "Australia/Lord_Howe",  # by half an hour
    "Asia/Kathmandu",
]
schedules = st.builds(
    Schedule,
    st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
    st.integers(0, 1439),
    st.integers(1, 1440),
)


def us(moment: datetime) -> int:
    return int(moment.timestamp()) * 1_000_000


@patient
@given(schedules, st.integers(1_700_000_000, 1_900_000_000), st.sampled_from(ZONES))
def test_a_schedule_is_read_off_a_clock_on_the_wall(
    schedule: Schedule, at_s: int, name: str
) -> None:
    zone = ZoneInfo(name)
    wall = datetime.fromtimestamp(at_s, UTC).astimezone(zone).replace(tzinfo=None)
    expected = False
    for back in (0, 1):
        day = wall.date() - timedelta(days=back)
        start = datetime.combine(day, time()) + timedelta(minutes=schedule.start_minute)
        end = datetime.combine(day, time()) + timedelta(minutes=schedule.end_minute)
        if end <= start:
            end += timedelta(days=1)
        expected |= day.weekday() in schedule.days and start <= wall < end
    assert awake(schedule, at_s * 1_000_000 + 999_999, zone) is expected


def minutes_awake(schedule: Schedule, day: date, zone: ZoneInfo, days: int = 1) -> int:
    start_us = us(datetime.combine(day, time(), zone))
    end_us = us(datetime.combine(day + timedelta(days=days), time(), zone))
    return sum(awake(schedule, at_us, zone) for at_us in range(start_us, end_us, MINUTE_US))


def test_the_night_in_which_clocks_jump_ahead_is_an_hour_shorter() -> None:
    zone = ZoneInfo("Europe/Madrid")
    night = Schedule((5,), 22 * 60, 6 * 60)  # from Saturday evening
    assert minutes_awake(night, date(2026, 3, 21), zone, days=2) == 8 * 60
    assert minutes_awake(night, date(2026, 3, 28), zone, days=2) == 7 * 60
    assert minutes_awake(night, date(2026, 10, 24), zone, days=2) == 9 * 60


def test_an_hour_that_does_not_exist_is_skipped_and_one_that_comes_twice_is_on_twice() -> None:
    zone = ZoneInfo("Europe/Madrid")
    early = Schedule((6,), 2 * 60, 3 * 60)
    assert minutes_awake(early, date(2026, 3, 29), zone) == 0
    assert minutes_awake(early, date(2026, 10, 25), zone) == 120
    half = Schedule((6,), 2 * 60 + 30, 3 * 60 + 30)
    assert minutes_awake(half, date(2026, 3, 29), zone) == 30


def test_summer_time_moves_the_instant_and_not_the_clock() -> None:
    zone = ZoneInfo("Europe/Madrid")
    evening = Schedule(tuple(range(7)), 20 * 60, 21 * 60)
    winter, summer = (
        datetime(2026, 1, 15, 19, 30, tzinfo=UTC),
        datetime(2026, 7, 15, 19, 30, tzinfo=UTC),
    )
    assert awake(evening, us(winter), zone)
    assert not awake(evening, us(summer), zone)
    assert awake(evening, us(summer - timedelta(hours=1)), zone)


@pytest.mark.parametrize(
    ("schedule", "minutes"),
    [
        (Schedule(tuple(range(7)), 0, 1440), 7 * 1440),
        (Schedule((0,), 0, 1440), 1440),
        (Schedule((6,), 720, 720), 1440),  # from noon to noon
        (Schedule((0, 2), 1439, 1), 4),
    ],
)
def test_a_week_has_so_many_minutes(schedule: Schedule, minutes: int) -> None:
    zone = ZoneInfo("America/Argentina/Buenos_Aires")
    total = minutes_awake(schedule, date(2026, 11, 23), zone, days=7)
    assert total == minutes


def test_without_a_schedule_a_rule_never_sleeps() -> None:
    assert awake(None, 0, ZoneInfo("UTC"))
