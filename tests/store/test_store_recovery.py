"""What is left after a crash, a kill, or damage, and that nothing whole is thrown away."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from farola.base import Error, Kind
from farola.keys import DataKey, Keystore
from farola.store import (
    Fragment,
    SegmentHeader,
    SegmentReader,
    SegmentWriter,
    recover,
    scan,
    verify,
)

Build = Callable[..., Fragment]
Write = Callable[..., Path]
quick = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def path(write: Write, fragment: Build) -> Path:
    return write([fragment(number, 70_000) for number in range(4)])


def test_a_whole_file_is_left_alone(path: Path) -> None:
    before = path.read_bytes()
    whole = scan(path)
    assert recover(path) == whole
    assert path.read_bytes() == before


@quick
@given(st.data())
def test_cut_anywhere(path: Path, data: st.DataObject) -> None:
    """A file that ends at any byte keeps exactly the fragments that end before it."""
    before = path.read_bytes()
    fragments = scan(path).fragments
    cut = data.draw(st.integers(fragments[0].offset, len(before)))
    path.write_bytes(before[:cut])
    kept = tuple(one for one in fragments if one.end <= cut)
    assert scan(path).fragments == kept
    found = recover(path)
    if kept:
        assert found
        assert found.fragments == kept
        assert path.stat().st_size == found.end == kept[-1].end
    else:
        assert found is None
        assert not path.exists()
    path.write_bytes(before)


@pytest.mark.parametrize("tail", [b"\0" * 5000, b"FAROLFRG" * 100, b"x", os.urandom(3_000_000)])
def test_a_tail_of_rubbish(path: Path, tail: bytes) -> None:
    """Zeros are what a power cut leaves where a file grew before its bytes came."""
    whole = scan(path)
    with path.open("ab") as file:
        file.write(tail)
    found = scan(path)
    assert (found.fragments, found.end, found.damage) == (whole.fragments, whole.end, ())
    assert recover(path) == whole
    assert path.stat().st_size == whole.end


@pytest.mark.parametrize("lost", [1, 2, 3])
def test_bytes_that_never_reached_the_disk(path: Path, lost: int) -> None:
    """Whole headers over holes: the hash tells, from the end back to the last that holds."""
    fragments = scan(path).fragments
    raw = bytearray(path.read_bytes())
    for one in fragments[-lost:]:
        raw[one.offset + one.head_size + 5000 : one.end - 32] = bytes(
            one.size - one.head_size - 5032
        )
    path.write_bytes(raw)
    assert scan(path).fragments == fragments
    found = recover(path)
    assert found
    assert found.fragments == fragments[:-lost]
    assert found.end == path.stat().st_size


def test_a_file_whose_only_fragment_is_lost_goes(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    for one in scan(path).fragments:
        raw[one.end - 40] ^= 1
    path.write_bytes(raw)
    assert recover(path) is None
    assert not path.exists()


def test_damage_in_the_middle_is_no_tail(path: Path, keystore: Keystore) -> None:
    """One bad spot in a header must not cost the good fragments behind it."""
    fragments = scan(path).fragments
    raw = bytearray(path.read_bytes())
    raw[fragments[1].offset + 20] ^= 0x40
    path.write_bytes(raw)
    found = recover(path)
    assert found
    assert found.fragments == (fragments[0], *fragments[2:])
    assert found.damage == ((fragments[1].offset, fragments[1].end),)
    assert found == scan(path)
    assert path.read_bytes() == raw
    with SegmentReader.open(path, keystore) as reader:
        assert [one.sequence for one in reader.fragments()] == [0, 2, 3]


def test_damage_in_a_body_is_found_by_reading_all(path: Path) -> None:
    fragments = scan(path).fragments
    raw = bytearray(path.read_bytes())
    raw[fragments[1].offset + 5000] ^= 1
    path.write_bytes(raw)
    assert verify(path)[1] == (fragments[1],)
    assert recover(path) == scan(path)


def test_a_file_full_of_false_headers_ends(path: Path) -> None:
    """A hostile file costs bounded work and is not cut."""
    with path.open("ab") as file:
        file.write(b"x" + b"FAROLFRG" * 100_000)
    size = path.stat().st_size
    for look in (scan, recover, verify):
        with pytest.raises(Error) as refused:
            look(path)
        assert refused.value.kind is Kind.FILE_DAMAGED
    assert path.stat().st_size == size


@pytest.mark.parametrize("size", [0, 1, 15, 16, 100])
def test_a_writer_that_died_before_its_header(path: Path, size: int) -> None:
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(Error) as refused:
        scan(path)
    assert refused.value.kind is Kind.FILE_DAMAGED
    assert recover(path) is None
    assert not path.exists()


@pytest.mark.parametrize("content", [b"not a segment at all", bytes(100_000)])
def test_other_files_are_not_touched(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    for look in (scan, recover, verify):
        with pytest.raises(Error) as refused:
            look(path)
        assert refused.value.kind is Kind.FILE_DAMAGED
        assert refused.value.detail["path"] == str(path)
    assert path.read_bytes() == content


def test_no_file(tmp_path: Path, keystore: Keystore) -> None:
    with pytest.raises(Error) as refused:
        scan(tmp_path / "none.fseg")
    assert refused.value.kind is Kind.NOT_FOUND
    with pytest.raises(Error) as refused:
        SegmentReader.open(tmp_path / "none.fseg", keystore)
    assert refused.value.kind is Kind.NOT_FOUND


def test_a_living_writer_is_left_alone(
    root: Path, header: SegmentHeader, data_key: DataKey, fragment: Build
) -> None:
    with SegmentWriter.create(root, header, data_key.secret) as writer:
        with pytest.raises(Error) as refused:
            recover(root / writer.path)
        assert refused.value.kind is Kind.CONFLICT
        writer.append(fragment(0))
    found = recover(root / writer.path)
    assert found
    assert len(found.fragments) == 1


_WRITER = """
import os, sys
from pathlib import Path
from farola.keys import Keystore
from farola.model import StreamKind
from farola.store import Fragment, SegmentHeader, SegmentWriter
place, run = Path(sys.argv[1]), sys.argv[2]
start = 1_795_551_300_000_000
key = Keystore.open(place / "keys", create=False).new_data_key("cam-1", start)
payload = bytearray(os.urandom(1_500_000))
sequence = number = 0
while True:
    header = SegmentHeader("cam-1", StreamKind.MAIN, run, number, start, "h264", (b"s",), 64, 48,
        key.id, key.epoch, key.wrapped)
    with SegmentWriter.create(place / "segments", header, key.secret) as writer:
        for _ in range(8):
            fragment = Fragment(sequence, start, 0, 180_000, True, None, 0, b"s", payload)
            writer.append(fragment)
            print(writer.path, sequence, flush=True)
            sequence += 1
    number += 1
"""


def test_killed_while_writing(tmp_path: Path, root: Path, keystore: Keystore) -> None:
    """kill -9 at random moments: whatever was acknowledged is whole, at most one is lost."""
    draw = random.Random(7)
    for turn in range(6):
        writer = subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(tmp_path), f"run-{turn}"],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert writer.stdout
        acknowledged = draw.randrange(1, 30)
        for _ in range(acknowledged):
            assert writer.stdout.readline()
        for _ in range(draw.randrange(0, 20_000)):
            pass  # somewhere inside the next fragment
        writer.send_signal(signal.SIGKILL)
        acknowledged += sum(1 for _ in writer.stdout)
        writer.wait()
        writer.stdout.close()
        files = sorted(root.rglob(f"*-{turn}-*.fseg"))
        found = []
        for path in files:
            left = recover(path)
            if left is None:
                continue
            assert left.damage == ()
            assert verify(path)[1] == ()
            with SegmentReader.open(path, keystore) as reader:
                for one in reader.fragments():
                    assert len(reader.read(one)) == 1_500_000
                    found.append(one.sequence)
        assert found == list(range(len(found)))
        assert len(found) >= acknowledged
