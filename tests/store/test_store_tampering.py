"""Nothing that was changed, moved or cut is taken for what was recorded."""

import hashlib
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from farola.base import Error, Kind
from farola.keys import Keystore
from farola.store import Fragment, SegmentReader, scan, verify
from farola.store.cipher import derive, unseal
from farola.store.fragment import FIXED, head_length, parse_head
from farola.store.header import (
    MAGIC,
    PREFIX,
    header_length,
    pack_segment_header,
    parse_segment_header,
)

CHUNK = 65536
SEALED = CHUNK + 16
Build = Callable[..., Fragment]
Write = Callable[..., Path]
quick = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def path(write: Write, fragment: Build) -> Path:
    return write([fragment(0, 3 * CHUNK), fragment(1, 100), fragment(2, 100)])


def payloads(path: Path, keystore: Keystore) -> list[bytes]:
    with SegmentReader.open(path, keystore) as reader:
        return [reader.read(one) for one in reader.fragments()]


def read_at(path: Path, keystore: Keystore, offset: int) -> bytes:
    """Reads as playback does: by the offset that an index remembers."""
    with SegmentReader.open(path, keystore) as reader:
        return reader.read(reader.fragment(offset))


def is_refused(path: Path, keystore: Keystore, *offsets: int) -> Iterator[bool]:
    for offset in offsets:
        try:
            read_at(path, keystore, offset)
        except Error as error:
            yield error.kind in {Kind.FILE_DAMAGED, Kind.KEY_WRONG, Kind.KEY_MISSING}
        else:
            yield False


def parsed_or_damaged[T](parse: Callable[[], T]) -> T | None:
    """What a parser made of hostile bytes; any error but the one for damage fails the test."""
    try:
        return parse()
    except Error as error:
        if error.kind is not Kind.FILE_DAMAGED:
            raise
        return None


@pytest.mark.parametrize("bit", range(8))
def test_a_flipped_bit_in_a_header(path: Path, keystore: Keystore, bit: int) -> None:
    """Every single bit of the segment's and of a fragment's header."""
    raw = bytearray(path.read_bytes())
    second = scan(path).fragments[1]
    first = scan(path).fragments[0].offset
    for place in (*range(first), *range(second.offset, second.offset + second.head_size)):
        raw[place] ^= 1 << bit
        path.write_bytes(raw)
        assert all(is_refused(path, keystore, second.offset)), place
        raw[place] ^= 1 << bit


@quick
@given(st.data())
def test_a_flipped_bit_anywhere(path: Path, keystore: Keystore, data: st.DataObject) -> None:
    untouched = path.read_bytes()
    one = scan(path).fragments[0]
    raw = bytearray(untouched)
    raw[data.draw(st.integers(one.offset, one.end - 33))] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(raw)
    assert all(is_refused(path, keystore, one.offset))
    found, failed = verify(path)
    assert failed or found.damage
    path.write_bytes(untouched)


def test_a_forged_header_with_a_right_checksum(path: Path, keystore: Keystore) -> None:
    """Whoever can write the disk can compute a CRC-32, but not the commitment."""
    raw = bytearray(path.read_bytes())
    one = scan(path).fragments[1]
    place = one.offset + one.head_size - 4
    raw[one.offset + 40] ^= 1  # start_us
    raw[place : place + 4] = zlib.crc32(raw[one.offset : place]).to_bytes(4)
    path.write_bytes(raw)
    assert len(scan(path).fragments) == 3
    assert list(is_refused(path, keystore, *(one.offset for one in scan(path).fragments))) == [
        False,
        True,
        False,
    ]
    with pytest.raises(Error, match="not authentic"):
        payloads(path, keystore)


def test_truncation_at_a_chunk_boundary(path: Path, keystore: Keystore) -> None:
    one = scan(path).fragments[0]
    with path.open("r+b") as file:
        file.truncate(one.offset + one.head_size + 2 * SEALED)
    assert scan(path).fragments == ()
    assert all(is_refused(path, keystore, one.offset))


def test_a_dropped_last_chunk(
    path: Path, keystore: Keystore, fragment: Build, write: Write
) -> None:
    """The chunk before the last never passes for the last."""
    one = scan(path).fragments[0]
    raw = path.read_bytes()
    header = parse_segment_header(raw[: one.offset])
    head = raw[one.offset : one.offset + one.head_size]
    key = derive(
        keystore.unwrap(header.epoch, header.wrapped_key),
        raw[one.offset - 32 : one.offset],
        head[:-36],
    )
    sealed = raw[one.offset + one.head_size :][: 2 * SEALED]
    out = memoryview(bytearray(2 * CHUNK))
    unseal(key, 3 * CHUNK, 0, sealed, out)
    with pytest.raises(Error):
        unseal(key, 2 * CHUNK, 0, sealed, out)


def test_swapped_chunks(path: Path, keystore: Keystore) -> None:
    raw = bytearray(path.read_bytes())
    one = scan(path).fragments[0]
    body = one.offset + one.head_size
    first, second = raw[body : body + SEALED], raw[body + SEALED : body + 2 * SEALED]
    raw[body : body + 2 * SEALED] = second + first
    path.write_bytes(raw)
    assert all(is_refused(path, keystore, one.offset))


def test_swapped_fragments(path: Path, keystore: Keystore) -> None:
    raw = bytearray(path.read_bytes())
    _, one, two = scan(path).fragments
    assert one.size == two.size
    raw[one.offset : two.end] = raw[two.offset : two.end] + raw[one.offset : one.end]
    path.write_bytes(raw)
    assert all(is_refused(path, keystore, one.offset, two.offset))
    assert scan(path).end == one.offset


def test_a_removed_fragment(path: Path, keystore: Keystore) -> None:
    raw = bytearray(path.read_bytes())
    _, one, two = scan(path).fragments
    del raw[one.offset : one.end]
    path.write_bytes(raw)
    assert all(is_refused(path, keystore, one.offset, two.offset))
    assert len(scan(path).fragments) == 1


def test_a_fragment_of_another_file(
    path: Path, keystore: Keystore, write: Write, fragment: Build
) -> None:
    """Same data key, same run, same offset: the other file's header does not fit."""
    other = write([fragment(0, 3 * CHUNK), fragment(1, 100), fragment(2, 100)], number=1)
    mine, theirs = scan(path).fragments[1], scan(other).fragments[1]
    assert mine.offset == theirs.offset
    raw = bytearray(path.read_bytes())
    raw[mine.offset : mine.end] = other.read_bytes()[theirs.offset : theirs.end]
    path.write_bytes(raw)
    assert len(scan(path).fragments) == 3
    assert all(is_refused(path, keystore, mine.offset))


def test_a_changed_segment_header_with_a_right_digest(
    path: Path, keystore: Keystore, write: Write, fragment: Build
) -> None:
    """Another camera's name over the same fragments: the first key derived does not fit."""
    other = write([fragment(0)], camera_id="cam-2").read_bytes()
    raw = path.read_bytes()
    length = header_length(raw)
    assert length == header_length(other)
    path.write_bytes(other[:length] + raw[length:])
    assert scan(path).header.camera_id == "cam-2"
    assert all(is_refused(path, keystore, *(one.offset for one in scan(path).fragments)))


def test_the_wrong_key(path: Path, keystore: Keystore) -> None:
    """A key that opens cleanly but is not this file's meets the commitment, not noise."""

    class OtherKeys:
        def unwrap(self, epoch: str, wrapped: bytes) -> bytes:
            return bytes(32)

    with SegmentReader.open(path, OtherKeys()) as reader, pytest.raises(Error) as refused:
        list(reader.fragments())
    assert refused.value.kind is Kind.FILE_DAMAGED


def test_a_destroyed_key(path: Path, keystore: Keystore) -> None:
    keystore.destroy_epoch(scan(path).header.epoch)
    with pytest.raises(Error) as refused:
        SegmentReader.open(path, keystore)
    assert refused.value.kind is Kind.KEY_DESTROYED
    assert len(scan(path).fragments) == 3


def test_an_offset_out_of_nowhere(path: Path, keystore: Keystore) -> None:
    assert all(is_refused(path, keystore, -1, 0, 1, 10**9, 1 << 63, 1 << 80))


@settings(max_examples=500)
@given(st.binary(max_size=400))
@example(b"")
@example(MAGIC)
@example(PREFIX.pack(MAGIC, 1, 0, 1 << 31) + bytes(100))
def test_any_bytes_as_a_segment_header(data: bytes) -> None:
    with pytest.raises(Error) as refused:
        parse_segment_header(data)
    assert refused.value.kind is Kind.FILE_DAMAGED


@quick
@given(st.data())
def test_a_segment_header_of_right_digest_and_any_body(path: Path, data: st.DataObject) -> None:
    """Past the digest every field still has its bounds."""
    raw = path.read_bytes()
    body = bytearray(raw[16 : header_length(raw) - 32])
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    body = body[: data.draw(st.integers(20, len(body)))] + data.draw(st.binary(max_size=20))
    forged = PREFIX.pack(MAGIC, 1, 0, 16 + len(body) + 32) + body
    forged += hashlib.sha256(forged).digest()
    header = parsed_or_damaged(lambda: parse_segment_header(forged))
    assert header is None or pack_segment_header(header) == forged


@quick
@given(st.data())
def test_any_bytes_as_a_fragment_header(path: Path, data: st.DataObject) -> None:
    one = scan(path).fragments[1]
    head = bytearray(path.read_bytes()[one.offset : one.offset + one.head_size])
    for _ in range(data.draw(st.integers(1, 4))):
        head[data.draw(st.integers(0, FIXED.size))] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        head[-4:] = zlib.crc32(head[:-4]).to_bytes(4)
    found = parsed_or_damaged(lambda: parse_head(bytes(head), one.offset))
    if found:
        assert head_length(head) == found.head_size == len(head)
        assert found.size <= 16 * 1024 * 1024 + 40_000
