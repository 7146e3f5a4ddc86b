"""Read any bytes of any fragment: only the chunks touched are read and decrypted."""

import hmac
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from farola.base import Error, Kind
from farola.store.cipher import (
    CHUNK,
    COMMITMENT,
    NONCE,
    SEALED_CHUNK,
    TAG,
    FragmentKey,
    derive,
    derive_beside,
    unseal,
)
from farola.store.failures import damaged, read_error
from farola.store.fragment import TAIL, StoredFragment, parse_head
from farola.store.header import DIGEST, SegmentHeader, parse_segment_header
from farola.store.scan import read_head, read_segment_header, scan_file

_PIECE = 16 * CHUNK
_LARGEST_FILE = 1 << 62


class Keys(Protocol):
    """What opens wrapped data keys; `farola.keys.Keystore` is one."""

    def unwrap(self, epoch: str, wrapped: bytes) -> bytes:
        """The data key; raises Error(KEY_DESTROYED, KEY_MISSING, KEY_WRONG)."""
        ...


class Placed(Protocol):
    """Anything that knows where a fragment begins: a stored fragment, an index entry."""

    @property
    def offset(self) -> int: ...


def segment_header(path: Path) -> SegmentHeader:
    """The header of a segment file, without opening its key.

    Raises Error(NOT_FOUND, DISK_FAILED, FILE_DAMAGED).
    """
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            return parse_segment_header(read_segment_header(file))
        finally:
            os.close(file)
    except OSError as error:
        raise read_error(error, path) from error


class SegmentReader:
    """A segment file opened with its key. Threads may share it; the file may still be growing.

    Everything it gives out is authentic: headers by the key commitment, payload by its chunks'
    tags. Raises Error(FILE_DAMAGED) for a fragment that is not.
    """

    def __init__(self, file: int, path: Path, keys: Keys) -> None:
        self._file = file
        self._path = path
        raw = read_segment_header(file)
        self._digest = raw[-DIGEST:]
        self.header: SegmentHeader = parse_segment_header(raw)
        self._secret = keys.unwrap(self.header.epoch, self.header.wrapped_key)
        self._recent: tuple[StoredFragment, FragmentKey] | None = None

    @classmethod
    def open(cls, path: Path, keys: Keys) -> Self:
        """Raises Error(NOT_FOUND, DISK_FAILED, FILE_DAMAGED) and what `keys` raises."""
        try:
            file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise read_error(error, path) from error
        try:
            return cls(file, path, keys)
        except OSError as error:
            os.close(file)
            raise read_error(error, path) from error
        except Error:
            os.close(file)
            raise

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def fragment(self, offset: int) -> StoredFragment:
        """The authentic header of the fragment at `offset`."""
        return self._opened(offset)[0]

    def fragments(self, offset: int | None = None) -> Iterator[StoredFragment]:
        """Whole fragments from `offset` on (None: all), each authenticated as it is given out."""
        try:
            found = scan_file(self._file, offset)
        except OSError as error:
            raise read_error(error, self._path) from error
        for one in found.fragments:
            yield self.fragment(one.offset)

    def read(self, entry: Placed, start: int = 0, end: int | None = None) -> bytes:
        """Payload bytes `start` to `end` (None: to the fragment's end)."""
        fragment, key = self._opened(entry.offset)
        end = fragment.plain_size if end is None else end
        if not 0 <= start <= end <= fragment.plain_size:
            raise Error(
                Kind.INVALID_INPUT,
                "The fragment has no such bytes",
                start=start,
                end=end,
                size=fragment.plain_size,
            )
        return self._read(fragment, key, start, end)

    def iter_payload(
        self, entry: Placed, start: int = 0, end: int | None = None
    ) -> Iterator[bytes]:
        """As `read`, in pieces of at most 1 MiB."""
        size = self.fragment(entry.offset).plain_size
        stop = size if end is None else end
        while start < stop:
            following = min(stop, (start // _PIECE + 1) * _PIECE)
            yield self.read(entry, start, following)
            start = following

    def seal_beside(self, entry: Placed, purpose: str, about: bytes, plain: bytes) -> bytes:
        """Encrypt what is kept beside the fragment, so that it is shredded together with it.

        Neither another fragment nor another `purpose` opens it, nor does another `about`, which
        tells what it was made from and is not stored.
        """
        nonce = os.urandom(NONCE)
        return nonce + self._beside(entry, purpose).encrypt(nonce, plain, about)

    def unseal_beside(self, entry: Placed, purpose: str, about: bytes, sealed: bytes) -> bytes:
        """What was sealed; raises Error(FILE_DAMAGED) for anything else."""
        try:
            return self._beside(entry, purpose).decrypt(sealed[:NONCE], sealed[NONCE:], about)
        except (InvalidTag, ValueError):
            raise damaged("What is kept beside the fragment is not authentic") from None

    def _beside(self, entry: Placed, purpose: str) -> AESGCM:
        return derive_beside(self._secret, self._opened(entry.offset)[1], purpose)

    def _opened(self, offset: int) -> tuple[StoredFragment, FragmentKey]:
        recent = self._recent
        if recent and recent[0].offset == offset:
            return recent
        if not 0 <= offset < _LARGEST_FILE:
            raise damaged("No fragment can begin here", path=str(self._path), offset=offset)
        try:
            head = read_head(self._file, offset)
        except OSError as error:
            raise read_error(error, self._path) from error
        fragment = parse_head(head, offset)
        key = derive(self._secret, self._digest, head[:-TAIL])
        if not hmac.compare_digest(key.commitment, head[-TAIL:][:COMMITMENT]):
            raise damaged(
                "The fragment's header is not authentic, or the key is not this file's",
                path=str(self._path),
                offset=offset,
            )
        self._recent = fragment, key
        return fragment, key

    def _read(self, fragment: StoredFragment, key: FragmentKey, start: int, end: int) -> bytes:
        if start == end:
            return b""
        first = start // CHUNK
        plain_end = min(-(-end // CHUNK) * CHUNK, fragment.plain_size)
        plain = bytearray(plain_end - first * CHUNK)
        chunks = -(-len(plain) // CHUNK)
        size = len(plain) + chunks * TAG
        place = fragment.offset + fragment.head_size + first * SEALED_CHUNK
        try:
            sealed = os.pread(self._file, size, place)
        except OSError as error:
            raise read_error(error, self._path) from error
        if len(sealed) != size:
            raise damaged("The file ends inside the fragment", path=str(self._path))
        with memoryview(plain) as out:
            unseal(key, fragment.plain_size, first, sealed, out)
            return bytes(out[start - first * CHUNK : end - first * CHUNK])
