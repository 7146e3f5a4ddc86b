"""What is written is read again, whole and in part."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from farola.base import Error, Kind
from farola.keys import DataKey, Keystore
from farola.store import (
    MAX_PAYLOAD,
    MAX_SAMPLES,
    Fragment,
    SegmentHeader,
    SegmentReader,
    SegmentWriter,
    Syncer,
    SyncPolicy,
    scan,
    segment_cut_us,
    segment_files,
    segment_path,
    stored_hash,
)

CHUNK = 65536
SIZES = [1, 15, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 500_000]
Build = Callable[..., Fragment]
Write = Callable[..., Path]


def test_every_size_comes_back(write: Write, fragment: Build, keystore: Keystore) -> None:
    wanted = [fragment(number, size) for number, size in enumerate(SIZES)]
    path = write(wanted)
    with SegmentReader.open(path, keystore) as reader:
        found = list(reader.fragments())
        assert [one.plain_size for one in found] == SIZES
        for one, original in zip(found, wanted, strict=True):
            assert reader.read(one) == original.payload
            assert b"".join(reader.iter_payload(one)) == original.payload
            for name in ("sequence", "start_us", "media_start", "duration", "key", "samples"):
                assert getattr(one, name) == getattr(original, name)
            assert one.camera_offset_us == -1500


def test_the_header_comes_back(
    root: Path, header: SegmentHeader, data_key: DataKey, keystore: Keystore
) -> None:
    with SegmentWriter.create(root, header, data_key.secret) as writer:
        path = root / writer.path
        assert scan(path).header == header
        with SegmentReader.open(path, keystore) as reader:
            assert reader.header == header
            assert list(reader.fragments()) == []


def test_a_segment_without_fragments_leaves_no_file(
    root: Path, header: SegmentHeader, data_key: DataKey
) -> None:
    syncer = Syncer(SyncPolicy("segment"), pytest.fail)
    for number, owner in enumerate((None, syncer)):
        SegmentWriter.create(root, replace(header, number=number), data_key.secret, owner).close()
    syncer.close()
    assert list(segment_files(root)) == []


def test_the_largest_fragment_fits(write: Write, fragment: Build, keystore: Keystore) -> None:
    path = write([fragment(0, MAX_PAYLOAD, samples=bytes(MAX_SAMPLES))])
    with SegmentReader.open(path, keystore) as reader:
        (one,) = reader.fragments()
        assert one.plain_size == MAX_PAYLOAD
        assert len(one.samples) == MAX_SAMPLES
        assert len(reader.read(one, MAX_PAYLOAD - 10)) == 10
        assert sum(map(len, reader.iter_payload(one, 5))) == MAX_PAYLOAD - 5


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_any_stretch_of_a_fragment(
    write: Write, fragment: Build, keystore: Keystore, data: st.DataObject
) -> None:
    whole = fragment(0, 2 * CHUNK + 777)
    path = write([whole], number=data.draw(st.integers(0, 2**32 - 1), "number"))
    start = data.draw(st.integers(0, len(whole.payload)), "start")
    end = data.draw(st.integers(start, len(whole.payload)), "end")
    with SegmentReader.open(path, keystore) as reader:
        (one,) = reader.fragments()
        assert reader.read(one, start, end) == whole.payload[start:end]
        assert b"".join(reader.iter_payload(one, start, end)) == whole.payload[start:end]
    path.unlink()


def test_only_touched_chunks_are_read(write: Write, fragment: Build, keystore: Keystore) -> None:
    whole = fragment(0, 4 * CHUNK)
    path = write([whole])
    raw = bytearray(path.read_bytes())
    one = scan(path).fragments[0]
    raw[one.offset + one.head_size + CHUNK + 16] ^= 1  # the second chunk's first byte
    path.write_bytes(raw)
    with SegmentReader.open(path, keystore) as reader:
        assert reader.read(one, 0, CHUNK) == whole.payload[:CHUNK]
        assert reader.read(one, 2 * CHUNK) == whole.payload[2 * CHUNK :]
        with pytest.raises(Error) as refused:
            reader.read(one, CHUNK, CHUNK + 1)
        assert refused.value.kind is Kind.FILE_DAMAGED


def test_bytes_that_are_not_there(write: Write, fragment: Build, keystore: Keystore) -> None:
    path = write([fragment(0, 10)])
    with SegmentReader.open(path, keystore) as reader:
        (one,) = reader.fragments()
        assert reader.read(one, 10) == b""
        for start, end in ((0, 11), (11, 11), (5, 4), (-1, 3)):
            with pytest.raises(Error) as refused:
                reader.read(one, start, end)
            assert refused.value.kind is Kind.INVALID_INPUT


def test_a_growing_file_is_read_while_it_grows(
    root: Path, header: SegmentHeader, data_key: DataKey, fragment: Build, keystore: Keystore
) -> None:
    with SegmentWriter.create(root, header, data_key.secret) as writer:
        path = root / writer.path
        first = writer.append(fragment(1))
        with SegmentReader.open(path, keystore) as reader:
            seen = scan(path)
            second = writer.append(fragment(2))
            later = scan(path, seen.end)
            assert [one.offset for one in later.fragments] == [second.offset]
            assert later.end == writer.size
            assert [one.sequence for one in reader.fragments()] == [1, 2]
            assert stored_hash(path, seen.fragments[0]) == first.hash


def test_continuations_and_unknown_clock(write: Write, fragment: Build, keystore: Keystore) -> None:
    path = write([fragment(0), fragment(1, key=False, camera_offset_us=None, lost=3)])
    with SegmentReader.open(path, keystore) as reader:
        first, second = reader.fragments()
    assert (first.key, second.key, second.camera_offset_us, second.lost) == (True, False, None, 3)


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"payload": b""}, Kind.TOO_LARGE),
        ({"chunks": (bytes(CHUNK), bytes(CHUNK - 1))}, Kind.INVALID_INPUT),
        ({"payload": bytes(MAX_PAYLOAD + 1)}, Kind.TOO_LARGE),
        ({"samples": bytes(MAX_SAMPLES + 1)}, Kind.TOO_LARGE),
        ({"duration": 1 << 32}, Kind.INVALID_INPUT),
        ({"start_us": -1}, Kind.INVALID_INPUT),
        ({"start_us": 1 << 62}, Kind.INVALID_INPUT),
        ({"sequence": 1 << 63}, Kind.INVALID_INPUT),
        ({"sequence": 0}, Kind.INVALID_INPUT),
    ],
)
def test_fragments_that_do_not_fit(
    root: Path,
    header: SegmentHeader,
    data_key: DataKey,
    fragment: Build,
    fields: dict[str, object],
    kind: Kind,
) -> None:
    with SegmentWriter.create(root, header, data_key.secret) as writer:
        writer.append(fragment(0))
        size = writer.size
        with pytest.raises(Error) as refused:
            writer.append(replace(fragment(1), **fields))  # type: ignore[arg-type]
        assert refused.value.kind is kind
        assert writer.size == size == (root / writer.path).stat().st_size
        writer.append(fragment(1))


@pytest.mark.parametrize(
    "fields",
    [
        {"camera_id": ".."},
        {"camera_id": "a/b"},
        {"camera_id": ""},
        {"run_id": "run/../x"},
        {"epoch": "../../etc/passwd"},
        {"codec": "H264"},
        {"width": 70_000},
        {"start_us": -1},
        {"start_us": 1 << 62},
        {"parameter_sets": (b"",)},
        {"parameter_sets": (b"x",) * 17},
        {"parameter_sets": (bytes(40_000),)},
        {"wrapped_key": b""},
    ],
)
def test_headers_that_cannot_be(
    root: Path, header: SegmentHeader, data_key: DataKey, fields: dict[str, object]
) -> None:
    with pytest.raises(Error) as refused:
        SegmentWriter.create(root, replace(header, **fields), data_key.secret)  # type: ignore[arg-type]
    assert refused.value.kind is Kind.INVALID_INPUT
    assert list(root.iterdir()) == []


def test_where_segments_stand(
    root: Path, header: SegmentHeader, write: Write, fragment: Build
) -> None:
    assert segment_path(header) == PurePosixPath("cam-1/main/2026-11-24/201500-7f3k9q2m-0000.fseg")
    write([fragment(0)], number=1)
    write([fragment(0)])
    (root / "cam-1" / "main" / "notes.txt").write_text("not a segment")
    assert [path.name for path in segment_files(root)] == [
        "201500-7f3k9q2m-0000.fseg",
        "201500-7f3k9q2m-0001.fseg",
    ]


@given(st.integers(0, 4_000_000_000_000_000), st.integers(1_000_000, 3_600_000_000))
def test_segments_end_with_the_hour(start_us: int, longest_us: int) -> None:
    cut = segment_cut_us(start_us, longest_us)
    assert start_us < cut <= start_us + min(longest_us, 600_000_000)
    assert start_us // 3_600_000_000 == (cut - 1) // 3_600_000_000


def test_a_name_is_taken_once(
    root: Path, header: SegmentHeader, data_key: DataKey, write: Write, fragment: Build
) -> None:
    path = write([fragment(0)])
    before = path.read_bytes()
    with pytest.raises(Error) as refused:
        SegmentWriter.create(root, header, data_key.secret)
    assert refused.value.kind is Kind.CONFLICT
    assert path.read_bytes() == before


def test_nothing_secret_is_shown(header: SegmentHeader, data_key: DataKey) -> None:
    shown = repr(header) + repr(data_key)
    assert data_key.wrapped.hex() not in shown
    assert repr(data_key.wrapped) not in shown
    assert repr(data_key.secret) not in shown
