"""The writer's thread: a full queue drops and counts, a failing disk is tried again."""

import os
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from time import sleep

import pytest
from recorder_street import MAIN, SECOND_US, START_US, Street, placed

from farola.base import Error, Kind, ManualClock
from farola.keys import DataKey
from farola.media import CodecConfig
from farola.recorder.room import Room
from farola.recorder.writer import Writer


class Keys:
    """The keystore, which a test makes wait or fail."""

    def __init__(self, street: Street) -> None:
        self._keystore = street.parts.keystore
        self.open = Event()
        self.open.set()
        self.asked = 0
        self.failure: Exception | None = None

    def data_key(self, camera_id: str, start_us: int, retention_class: str) -> DataKey:
        self.asked += 1
        assert self.open.wait(30)
        if self.failure is not None:
            raise self.failure
        return self._keystore.data_key(camera_id, start_us, retention_class)


@pytest.fixture
def keys(street: Street) -> Keys:
    return Keys(street)


@pytest.fixture
def writer(street: Street, keys: Keys) -> Iterator[Writer]:
    room = Room(street.parts.root, 0, street.clock)
    writer = Writer(street.clock, 10_000, room, lambda key: street.shelf(keys))
    writer.start()
    yield writer
    keys.open.set()
    writer.stop()


def until(true: object) -> None:
    assert callable(true)
    for _ in range(400):
        if true():
            return
        sleep(0.02)
    raise AssertionError("waited in vain")


def at(number: int) -> int:
    return START_US + number * 2 * SECOND_US


def test_a_full_queue_drops_and_counts(
    street: Street, keys: Keys, writer: Writer, h264: CodecConfig
) -> None:
    """The disk stands still: what fits into the queue is kept, the rest is a told gap."""
    keys.open.clear()
    for number in range(8):
        writer.append(street.key, placed(h264, number, at(number), size=4_000))
    until(lambda: keys.asked == 1)
    assert writer.dropped(street.key) == 6
    keys.open.set()
    until(lambda: len(street.gaps()) == 1)
    writer.append(street.key, placed(h264, 8, at(8)))
    writer.end_run(street.key, Kind.RECORDER_STOPPED, at(9), None)
    writer.stop()
    (gap,) = street.gaps()
    assert (gap.start_us, gap.end_us, gap.reason) == (at(2), at(8), Kind.DISK_SLOW)
    assert street.check() == []


def test_one_fragment_larger_than_the_queue_is_taken(
    street: Street, writer: Writer, h264: CodecConfig
) -> None:
    writer.append(street.key, placed(h264, 0, at(0), size=50_000))
    writer.stop()
    assert writer.dropped(street.key) == 0
    assert len(street.segments()) == 1


def test_one_streams_burst_takes_no_others_place(
    street: Street, keys: Keys, writer: Writer, h264: CodecConfig
) -> None:
    keys.open.clear()
    other = ("cam-other", MAIN)
    for number in range(4):
        writer.append(other, placed(h264, number, at(number), size=9_000))
    writer.append(street.key, placed(h264, 0, at(0), size=9_000))
    assert (writer.dropped(other), writer.dropped(street.key)) == (3, 0)


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (Error(Kind.KEY_DESTROYED, "today's key was destroyed"), Kind.KEY_DESTROYED),
        (Error(Kind.DISK_FULL, "the keys' disk is full"), Kind.DISK_FULL),
        (ZeroDivisionError("a defect"), Kind.INTERNAL),
    ],
)
def test_a_disk_that_refuses_is_asked_again_every_two_seconds(
    street: Street,
    keys: Keys,
    writer: Writer,
    h264: CodecConfig,
    failure: Exception,
    kind: Kind,
) -> None:
    """Whatever fails, the thread lives, the alarm is told once, and recording goes on by itself."""
    writer.append(street.key, placed(h264, 0, at(0)))
    until(lambda: (shelf := writer.shelf(street.key)) is not None and shelf.bytes > 0)
    writer.end_run(street.key, Kind.CLOSED_BY_CAMERA, at(1), None)  # the next needs a new file
    keys.failure = failure
    for number in range(1, 5):
        writer.append(street.key, placed(h264, number, at(number), run_id="run-2"))
    until(lambda: writer.dropped(street.key) == 4)
    assert keys.asked == 2
    assert writer.alarm is not None
    assert writer.alarm.kind is kind
    assert writer.refused(street.key) == writer.alarm
    street.clock.advance(2 * SECOND_US)
    keys.failure = None
    writer.append(street.key, placed(h264, 5, at(5), run_id="run-2"))
    until(lambda: writer.alarm is None)
    writer.end_run(street.key, Kind.RECORDER_STOPPED, at(6), None)
    writer.stop()
    (gap,) = street.gaps()
    assert (gap.start_us, gap.end_us, gap.reason) == (at(1), at(5), kind)
    assert street.check() == []


def test_stop_writes_what_waits(street: Street, keys: Keys, h264: CodecConfig) -> None:
    room = Room(street.parts.root, 0, street.clock)
    writer = Writer(street.clock, 10_000_000, room, lambda key: street.shelf(keys))
    for number in range(20):
        writer.append(street.key, placed(h264, number, at(number)))
    writer.end_run(street.key, Kind.RECORDER_STOPPED, at(20), None)
    writer.missing(street.key, Kind.RECORDER_STOPPED, "", at(20))
    writer.start()
    writer.stop()
    (segment,) = street.segments()
    assert (segment.start_us, segment.end_us, segment.open) == (at(0), at(20), False)
    assert [(gap.start_us, gap.reason) for gap in street.gaps()] == [
        (at(20), Kind.RECORDER_STOPPED)
    ]


def test_room_is_asked_once_a_second(tmp_path: Path) -> None:
    clock = ManualClock()
    free = os.statvfs(tmp_path).f_bavail * os.statvfs(tmp_path).f_frsize
    Room(tmp_path, 0, clock).check()
    with pytest.raises(Error) as full:
        Room(tmp_path, free * 2, clock).check()
    assert full.value.kind is Kind.DISK_FULL
    assert "reserve" in full.value.message
    place = tmp_path / "mounted"
    place.mkdir()
    room = Room(place, 0, clock)
    room.check()
    place.rmdir()
    room.check()
    clock.advance(SECOND_US)
    with pytest.raises(Error) as gone:
        room.check()
    assert gone.value.kind is Kind.DISK_FAILED
