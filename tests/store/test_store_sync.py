"""Which bytes are forced to the disk, when, and by whom."""

import errno
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from farola.base import Error, Kind, ManualClock
from farola.keys import DataKey
from farola.store import (
    Fragment,
    SegmentHeader,
    SegmentWriter,
    Syncer,
    SyncPolicy,
)

Build = Callable[..., Fragment]


class Disk:
    """Watches the real calls, and can make fdatasync fail as a dying disk does."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.synced: list[int] = []  # sizes of files at each fdatasync
        self.directories: list[str] = []
        self.fails = False
        self.happened = threading.Event()
        fdatasync, fsync = os.fdatasync, os.fsync

        def watched_fdatasync(file: int) -> None:
            if self.fails:
                raise OSError(errno.EIO, "broken")
            self.synced.append(os.fstat(file).st_size)
            fdatasync(file)
            self.happened.set()

        def watched_fsync(file: int) -> None:
            self.directories.append(os.readlink(f"/proc/self/fd/{file}"))
            fsync(file)

        monkeypatch.setattr(os, "fdatasync", watched_fdatasync)
        monkeypatch.setattr(os, "fsync", watched_fsync)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(monkeypatch)


def write_one(
    root: Path, header: SegmentHeader, key: DataKey, fragment: Build, policy: SyncPolicy
) -> tuple[SegmentWriter, list[Error]]:
    errors: list[Error] = []
    syncer = Syncer(policy, errors.append)
    writer = SegmentWriter.create(root, header, key.secret, syncer)
    writer.append(fragment(0))
    writer.append(fragment(1))
    writer.close()
    writer.close()
    syncer.close()
    return writer, errors


def test_segment_policy_syncs_once_with_its_directories(
    root: Path, header: SegmentHeader, data_key: DataKey, fragment: Build, disk: Disk
) -> None:
    writer, errors = write_one(root, header, data_key, fragment, SyncPolicy("segment"))
    assert disk.synced == [writer.size]
    assert writer.synced == writer.size
    place = root / writer.path
    assert disk.directories == [str(parent) for parent in place.parents[:4]]
    assert errors == []


def test_none_policy_never_syncs(
    root: Path, header: SegmentHeader, data_key: DataKey, fragment: Build, disk: Disk
) -> None:
    writer, errors = write_one(root, header, data_key, fragment, SyncPolicy("none"))
    assert (disk.synced, disk.directories, errors, writer.synced) == ([], [], [], 0)


def test_interval_policy_syncs_open_segments(
    root: Path, header: SegmentHeader, data_key: DataKey, fragment: Build, disk: Disk
) -> None:
    """The interval is over before the thread first looks, so no wait decides the outcome."""
    clock = ManualClock()
    syncer = Syncer(SyncPolicy("interval", 3600), pytest.fail, clock)
    open_writer = SegmentWriter.create(root, header, data_key.secret, syncer)
    open_writer.append(fragment(0))
    other = SegmentWriter.create(root, replace(header, number=1), data_key.secret, syncer)
    other.append(fragment(0))
    clock.advance(3_600_000_000)
    other.close()  # wakes the thread
    assert disk.happened.wait(30)
    syncer.close()
    assert sorted(disk.synced) == sorted([open_writer.size, other.size])
    assert open_writer.synced == open_writer.size
    open_writer.close()


def test_the_caller_may_sync(
    root: Path, header: SegmentHeader, data_key: DataKey, fragment: Build, disk: Disk
) -> None:
    with SegmentWriter.create(root, header, data_key.secret) as writer:
        writer.append(fragment(0))
        assert writer.synced == 0
        writer.sync()
        writer.sync()
        assert disk.synced == [writer.size]
        assert writer.synced == writer.size


def test_a_failed_sync_ends_the_segment(
    root: Path, header: SegmentHeader, data_key: DataKey, fragment: Build, disk: Disk
) -> None:
    """The kernel tells of a lost page once; a segment that lost one takes no more fragments."""
    with SegmentWriter.create(root, header, data_key.secret) as writer:
        writer.append(fragment(0))
        disk.fails = True
        with pytest.raises(Error):
            writer.sync()
        disk.fails = False
        for work in (writer.sync, lambda: writer.append(fragment(1))):
            with pytest.raises(Error) as refused:
                work()
            assert refused.value.kind is Kind.DISK_FAILED


def test_a_failed_sync_in_the_thread_is_reported_once(
    root: Path, header: SegmentHeader, data_key: DataKey, fragment: Build, disk: Disk
) -> None:
    disk.fails = True
    _, errors = write_one(root, header, data_key, fragment, SyncPolicy("segment"))
    assert [error.kind for error in errors] == [Kind.DISK_FAILED]
