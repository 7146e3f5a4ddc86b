"""Find whole fragments in a file, without its key: for playback, recovery, check and rebuild."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from farola.base import Error, Kind
from farola.store.failures import damaged, read_error, write_error
from farola.store.fragment import (
    FIXED,
    MAGIC,
    StoredFragment,
    head_length,
    parse_head,
)
from farola.store.header import (
    DIGEST,
    MAX_SEGMENT_HEADER,
    PREFIX,
    SegmentHeader,
    header_length,
    parse_segment_header,
)
from farola.store.writer import lock

_FIRST_READ = 1024  # holds most fragment headers whole
_BLOCK = 1024 * 1024
_MOST_CANDIDATES = 1000


@dataclass(frozen=True, slots=True)
class Scan:
    """What stands in a file.

    `end` is the offset after the last whole fragment (or after the header, or where the scan
    began); bytes from there to `file_size` belong to a fragment that was never finished, or is
    being written now. `damage` are spans before `end` that hold no whole fragment.
    """

    header: SegmentHeader
    digest: bytes
    fragments: tuple[StoredFragment, ...]
    end: int
    file_size: int
    damage: tuple[tuple[int, int], ...]


def scan(path: Path, offset: int | None = None) -> Scan:
    """Walk the fragment headers from `offset` (a fragment's beginning or end; None: the first).

    Reads one block per fragment and no ciphertext, so a fragment counts as whole by its header's
    CRC-32 and by fitting into the file. Raises Error(NOT_FOUND, DISK_FAILED), FILE_DAMAGED when
    the segment header is not whole.
    """
    with _opened(path, os.O_RDONLY) as file:
        return scan_file(file, offset)


def scan_file(file: int, offset: int | None = None) -> Scan:
    """`scan` of an open descriptor; raises OSError when the disk does."""
    raw = read_segment_header(file)
    file_size = os.fstat(file).st_size
    end = len(raw) if offset is None else max(offset, len(raw))
    found: list[StoredFragment] = []
    damage: list[tuple[int, int]] = []
    while end < file_size:
        try:
            fragment = whole_at(file, end, file_size)
        except Error:
            fragment = _next_whole(file, end + 1, file_size)
            if fragment:
                damage.append((end, fragment.offset))
        if not fragment:
            break
        found.append(fragment)
        end = fragment.end
    header = parse_segment_header(raw)
    return Scan(header, raw[-DIGEST:], tuple(found), end, file_size, tuple(damage))


def recover(path: Path) -> Scan | None:
    """Cut a torn tail off a file that its writer left open; the answer describes what is left.

    Besides what `scan` looks at, the hash of the last fragment is checked, and of those before it
    until one holds. A spot of damage with a whole fragment behind it is not a tail and stays. None:
    the writer died before its first fragment was whole, nothing was in the file, and it is gone.
    Raises Error(CONFLICT) when a writer still lives, FILE_DAMAGED when it is not a segment file,
    and the disk's errors; the file is then as it was.
    """
    with _opened(path, os.O_RDWR) as file:
        if not lock(file):
            raise Error(Kind.CONFLICT, "The segment is still being written", path=str(path))
        if _unborn(file):
            _remove(path)
            return None
        found = scan_file(file)
        fragments = list(found.fragments)
        end = found.end
        while fragments and not _hash_holds(file, fragments[-1]):
            fragments.pop()
            end = fragments[-1].end if fragments else 0
        if not fragments:
            _remove(path)
            return None
        if end < found.file_size:
            try:
                os.ftruncate(file, end)
                os.fsync(file)
            except OSError as error:
                raise write_error(error, path) from error
    damage = tuple(span for span in found.damage if span[1] < end)
    return Scan(found.header, found.digest, tuple(fragments), end, end, damage)


def verify(path: Path) -> tuple[Scan, tuple[StoredFragment, ...]]:
    """Read the whole file and check every fragment's hash; the second value are the failed ones.

    Costs one read of the file and SHA-256; needs no key, and so finds damage, not forgery.
    """
    with _opened(path, os.O_RDONLY) as file:
        found = scan_file(file)
        return found, tuple(one for one in found.fragments if not _hash_holds(file, one))


def stored_hash(path: Path, fragment: StoredFragment) -> bytes:
    """The fragment's SHA-256 as it stands in the file."""
    with _opened(path, os.O_RDONLY) as file:
        return _read(file, DIGEST, fragment.end - DIGEST)


def stored_hashes(path: Path, fragments: Iterable[StoredFragment]) -> list[bytes]:
    """Each fragment's SHA-256 as it stands in the file. Raises NOT_FOUND, FILE_DAMAGED."""
    with _opened(path, os.O_RDONLY) as file:
        return [_read(file, DIGEST, each.end - DIGEST) for each in fragments]


def read_segment_header(file: int) -> bytes:
    """The segment header's bytes, length checked; raises Error(FILE_DAMAGED)."""
    prefix = _read(file, PREFIX.size, 0)
    return _read(file, header_length(prefix), 0)


def read_head(file: int, offset: int) -> bytes:
    """The bytes of the fragment header at `offset`; raises Error(FILE_DAMAGED)."""
    data = os.pread(file, _FIRST_READ, offset)
    if len(data) < FIXED.size:
        raise damaged("The file ends before the fragment does", offset=offset)
    return _complete(file, offset, data, head_length(data))


def whole_at(file: int, offset: int, file_size: int) -> StoredFragment | None:
    """The fragment at `offset`; None when the file ends inside it.

    Raises Error(FILE_DAMAGED) when no fragment begins there.
    """
    data = os.pread(file, _FIRST_READ, offset)
    if len(data) < FIXED.size:
        return None
    length = head_length(data)
    if offset + length > file_size:
        return None
    fragment = parse_head(_complete(file, offset, data, length), offset)
    return fragment if fragment.end <= file_size else None


def _complete(file: int, offset: int, data: bytes, length: int) -> bytes:
    """Exactly `length` bytes at `offset`, of which `data` is the beginning, or more than all."""
    if length > len(data):
        data += _read(file, length - len(data), offset + len(data))
    return data[:length]


def _next_whole(file: int, offset: int, file_size: int) -> StoredFragment | None:
    """The first whole fragment after a damaged spot; None when only ruins follow."""
    candidates = 0
    while offset < file_size:
        block = os.pread(file, _BLOCK, offset)
        place = block.find(MAGIC)
        while place >= 0:
            candidates += 1
            if candidates > _MOST_CANDIDATES:
                raise damaged("The file is full of false fragment headers")
            try:
                fragment = whole_at(file, offset + place, file_size)
            except Error:
                fragment = None
            if fragment:
                return fragment
            place = block.find(MAGIC, place + 1)
        if len(block) < len(MAGIC):
            return None
        offset += len(block) - len(MAGIC) + 1
    return None


def _hash_holds(file: int, fragment: StoredFragment) -> bool:
    digest = hashlib.sha256()
    at = fragment.offset
    while at < fragment.end - DIGEST:
        block = os.pread(file, min(_BLOCK, fragment.end - DIGEST - at), at)
        if not block:
            return False
        digest.update(block)
        at += len(block)
    return digest.digest() == os.pread(file, DIGEST, at)


def _remove(path: Path) -> None:
    try:
        path.unlink()
    except OSError as error:
        raise write_error(error, path) from error


def _unborn(file: int) -> bool:
    """Whether the writer died before the first write: the file is shorter than its header."""
    size = os.fstat(file).st_size
    if size >= MAX_SEGMENT_HEADER:
        return False
    prefix = os.pread(file, PREFIX.size, 0)
    return len(prefix) < PREFIX.size or size < header_length(prefix)


def _read(file: int, size: int, offset: int) -> bytes:
    data = os.pread(file, size, offset)
    if len(data) < size:
        raise damaged("The file ends too early", offset=offset)
    return data


@contextmanager
def _opened(path: Path, flags: int) -> Iterator[int]:
    """An open descriptor; errors of the disk become `Error` with the path."""
    writing = flags & os.O_RDWR
    try:
        file = os.open(path, flags | os.O_CLOEXEC)
    except OSError as error:
        raise (write_error if writing else read_error)(error, path) from error
    try:
        yield file
    except OSError as error:
        raise read_error(error, path) from error
    except Error as error:
        error.detail.setdefault("path", str(path))
        raise
    finally:
        os.close(file)
