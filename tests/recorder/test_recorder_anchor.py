from hypothesis import given
from hypothesis import strategies as st

from farola.recorder.anchor import WallAnchor

WALL = 1_780_000_000_000_000
SECOND = 1_000_000


def feed(anchor: WallAnchor, seconds: range, *, speed_ppm: int = 0, late_us: int = 0) -> int:
    """25 units a second from a camera whose crystal is off by `speed_ppm`; the last media time."""
    media = 0
    for number in range(seconds.start * 25, seconds.stop * 25):
        true_us = number * 40_000
        media = (true_us + true_us * speed_ppm // SECOND) * 9 // 100
        anchor.arrived(media, true_us + late_us * (number % 5))
    return media


def test_the_earliest_arrival_places_the_run() -> None:
    anchor = WallAnchor()
    feed(anchor, range(2), late_us=30_000)
    placed = anchor.place(0, WALL + 2 * SECOND, 2 * SECOND)
    assert placed.start_us == WALL
    assert not placed.stepped


def test_media_time_of_one_second_is_one_second_of_wall_time() -> None:
    anchor = WallAnchor()
    feed(anchor, range(2))
    first = anchor.place(0, WALL, 0).start_us
    assert anchor.place(90_000, WALL + SECOND, SECOND).start_us - first == SECOND
    assert anchor.wall_of(180_000) == first + 2 * SECOND


def test_a_fast_crystal_is_followed_without_a_jump() -> None:
    anchor = WallAnchor()
    end = 0
    for second in range(600):
        media = feed(anchor, range(second, second + 1), speed_ppm=200)
        placed = anchor.place(media, WALL + (second + 1) * SECOND, (second + 1) * SECOND)
        if end:
            assert abs(placed.start_us - end) <= 2_000 + 200
        end = placed.start_us + SECOND
    # After ten minutes the camera's clock is 120 ms ahead; the recording is not.
    assert abs(placed.start_us - (WALL + 600 * SECOND - 40_000)) < 30_000


def test_this_machines_clock_being_set_is_told_once() -> None:
    anchor = WallAnchor()
    feed(anchor, range(2))
    assert not anchor.place(0, WALL, 0).stepped
    placed = anchor.place(90_000, WALL + SECOND + 3_600 * SECOND, SECOND)
    assert placed.stepped
    assert placed.start_us == WALL + SECOND + 3_600 * SECOND
    assert not anchor.place(180_000, WALL + 2 * SECOND + 3_600 * SECOND, 2 * SECOND).stepped


@given(st.lists(st.integers(0, 400_000), min_size=1, max_size=200))
def test_lateness_never_places_a_picture_after_its_arrival(delays: list[int]) -> None:
    anchor = WallAnchor()
    for number, delay in enumerate(delays):
        anchor.arrived(number * 3_600, number * 40_000 + delay)
    placed = anchor.place(0, WALL, 0)
    for number, delay in enumerate(delays):
        assert placed.start_us + number * 40_000 <= WALL + number * 40_000 + delay
