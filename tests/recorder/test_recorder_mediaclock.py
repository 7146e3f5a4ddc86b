from hypothesis import given
from hypothesis import strategies as st

from farola.recorder.mediaclock import FIRST_TICKS, MediaClock


def test_media_time_begins_at_the_same_place_whatever_the_stamp() -> None:
    assert MediaClock().follow(123_456_789_012, 0) == FIRST_TICKS


def test_reordered_pictures_keep_their_times() -> None:
    clock = MediaClock()
    shown = [0, 10_800, 3_600, 7_200, 21_600, 14_400, 18_000]
    times = [clock.follow(each, number * 40_000) for number, each in enumerate(shown)]
    assert [each - FIRST_TICKS for each in times] == shown
    assert clock.jumps == 0


def test_a_network_that_held_pictures_back_changes_nothing() -> None:
    clock = MediaClock()
    clock.follow(0, 0)
    assert clock.follow(3_600, 4_000_000) - FIRST_TICKS == 3_600
    assert clock.jumps == 0


def test_a_paused_camera_leaves_its_pause() -> None:
    clock = MediaClock()
    clock.follow(0, 0)
    assert clock.follow(8 * 90_000, 8_000_000) - FIRST_TICKS == 8 * 90_000
    assert clock.jumps == 0


def test_a_jump_is_mended_by_the_time_that_really_passed() -> None:
    for jump in (3_600 * 90_000, -3_600 * 90_000, 2**40, -(2**40)):
        clock = MediaClock()
        clock.follow(0, 0)
        clock.follow(3_600, 40_000)
        after = clock.follow(7_200 + jump, 80_000)
        assert after - FIRST_TICKS == 7_200
        assert clock.follow(10_800 + jump, 120_000) - FIRST_TICKS == 10_800
        assert clock.jumps == 1


@given(st.lists(st.tuples(st.integers(-(2**50), 2**50), st.integers(0, 20_000_000)), max_size=50))
def test_any_stamps_give_a_time_that_stays_near_real_time(
    steps: list[tuple[int, int]],
) -> None:
    clock = MediaClock()
    ticks = now_us = 0
    newest = clock.follow(0, 0)
    for step, passed_us in steps:
        ticks += step
        now_us += passed_us
        media = clock.follow(ticks, now_us)
        assert newest - 90_000 <= media
        assert media <= newest + 5 * 90_000 + 1 + now_us * 9 // 100
        newest = max(newest, media)
