"""When an hour ends: counted in time that really passed, whatever was done to the clock."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farola.retention import Destruction, Elapsed, Seen, Why, due, observe, plan

HOUR = 3_600_000_000
MINUTE = 60_000_000
BEGIN = 495_000 * HOUR


@dataclass
class Town:
    """A program that sweeps every minute, its clock, and when each hour was really recorded."""

    wall_us: int = BEGIN
    real_us: int = 0
    kept: tuple[int, int] | None = None
    ended: dict[str, int] = field(default_factory=dict)
    epochs: dict[str, Seen] = field(default_factory=dict)
    written: dict[str, int] = field(default_factory=dict)
    gone: dict[str, int] = field(default_factory=dict)
    elapsed: Elapsed | None = None

    def minutes(self, count: int, *, hours: int = 72) -> None:
        for _ in range(count):
            self.wall_us += MINUTE
            self.real_us += MINUTE
            self._sweep(hours)

    def _sweep(self, hours: int) -> None:
        hour = self.wall_us // HOUR
        name = f"h{hour}"
        if name not in self.gone:
            self.epochs.setdefault(name, Seen(name, hour * HOUR, (hour + 1) * HOUR, "standard"))
            self.written[name] = self.real_us
        if self.elapsed is None:
            self.elapsed = Elapsed.begin(self.kept, self.wall_us, self.real_us)
        else:
            self.elapsed = self.elapsed.tick(self.wall_us, self.real_us)
        now_us = self.elapsed.now_us
        self.kept = (now_us, self.wall_us)
        known = {name: self.elapsed.redated(at) for name, at in self.ended.items()}
        self.ended = observe(known, self.epochs.values(), self.wall_us, now_us)
        planned = plan(list(self.epochs.values()), self.ended, {"standard": hours}, hours)
        for each in due(planned, self.ended, now_us, short_of_room=False, minimum_hours=None):
            del self.epochs[each.epoch]
            self.gone[each.epoch] = self.real_us

    def down(self, minutes: int) -> None:
        self.wall_us += minutes * MINUTE
        self.real_us += minutes * MINUTE
        self.elapsed = None

    def check(self, hours: int, late_us: int = 3 * MINUTE) -> None:
        """Nothing went early, and nothing is kept late."""
        for name, at_us in self.gone.items():
            assert at_us - self.written[name] >= hours * HOUR, name
            assert at_us - self.written[name] <= hours * HOUR + late_us, name
        for name in self.epochs:
            assert self.real_us - self.written[name] <= hours * HOUR + late_us, name


def test_an_hour_ends_when_its_time_is_over() -> None:
    town = Town()
    town.minutes(10 * 60, hours=3)
    town.check(3)
    assert len(town.gone) == 7


@pytest.mark.parametrize("step", [HOUR, -HOUR, 23 * HOUR, -5 * HOUR, 90 * 24 * HOUR])
def test_a_step_of_the_clock_ends_nothing_early_and_keeps_nothing_late(step: int) -> None:
    town = Town()
    town.minutes(150, hours=3)
    town.wall_us += step
    town.minutes(600, hours=3)
    town.wall_us -= step
    town.minutes(600, hours=3)
    # An hour whose name the clock came back to is written on, and ends as it was last written.
    town.check(3)


@given(
    st.lists(
        st.tuples(st.integers(1, 200), st.sampled_from([0, HOUR, -HOUR, 7 * MINUTE, -40 * MINUTE])),
        max_size=8,
    )
)
def test_any_steps_at_any_time(steps: list[tuple[int, int]]) -> None:
    town = Town()
    for minutes, step in steps:
        town.minutes(minutes, hours=2)
        town.wall_us += step
    town.minutes(240, hours=2)
    town.check(2)


def test_what_came_due_while_nothing_ran_goes_at_the_start() -> None:
    town = Town()
    town.minutes(61, hours=3)
    town.down(5 * 60)
    town.minutes(1, hours=3)
    assert set(town.gone) == {f"h{BEGIN // HOUR}", f"h{BEGIN // HOUR + 1}"}


def test_a_clock_that_is_days_ahead_at_the_start_destroys_nothing_if_mended_within_the_hour() -> (
    None
):
    town = Town()
    town.minutes(180, hours=72)
    town.down(10)
    town.wall_us += 30 * 24 * HOUR
    town.minutes(50, hours=72)
    town.wall_us -= 30 * 24 * HOUR
    town.minutes(600, hours=72)
    assert town.gone == {}


def test_a_month_without_running_is_believed_after_an_hour() -> None:
    town = Town()
    town.minutes(120, hours=72)
    town.down(30 * 24 * 60)
    town.minutes(58, hours=72)
    assert town.gone == {}
    town.minutes(5, hours=72)
    assert len(town.gone) == 3


def test_an_epoch_never_met_before_ended_as_its_name_says() -> None:
    old = Seen("old", BEGIN - 5 * HOUR, BEGIN - 4 * HOUR, "standard")
    ahead = Seen("ahead", BEGIN + 5 * HOUR, BEGIN + 6 * HOUR, "standard")
    assert observe({}, [old, ahead], BEGIN, BEGIN + 7) == {
        "old": BEGIN + 7 - 4 * HOUR,
        "ahead": BEGIN + 7,
    }


def test_a_class_that_is_not_in_force_keeps_as_the_default() -> None:
    epochs = [Seen("a", 0, HOUR, "long"), Seen("b", 0, HOUR, "standard")]
    ended = {"a": HOUR, "b": HOUR}
    assert [each.at_us for each in plan(epochs, ended, {"long": 100}, 72)] == [
        73 * HOUR,
        101 * HOUR,
    ]
    assert [each.at_us for each in plan(epochs, ended, {}, 72)] == [73 * HOUR, 73 * HOUR]


@given(st.integers(0, 200), st.booleans(), st.none() | st.integers(1, 100))
def test_pressure_takes_the_oldest_inside_the_rules(
    age_hours: int, short: bool, minimum: int | None
) -> None:
    epochs = [Seen(f"h{at}", at * HOUR, (at + 1) * HOUR, "standard") for at in range(5)]
    ended = {each.name: each.end_us for each in epochs}
    now_us = (1 + age_hours) * HOUR
    planned = plan(epochs, ended, {}, 72)
    found = due(planned, ended, now_us, short_of_room=short, minimum_hours=minimum)
    over = [each for each in planned if each.at_us <= now_us]
    if over:
        assert found == over
    elif short and minimum is not None and age_hours >= minimum:
        assert found == [Destruction("h0", now_us, Why.DISK_PRESSURE)]
    else:
        assert found == []
