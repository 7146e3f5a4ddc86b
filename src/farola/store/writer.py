"""Append fragments to a segment file: encrypt, hash, one write."""

import contextlib
import errno
import fcntl
import hashlib
import os
import threading
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Self

from farola.base import Error, Kind
from farola.store.cipher import CHUNK, SECRET, derive, seal, sealed_size
from farola.store.failures import write_error
from farola.store.fragment import SALT, TAIL, Fragment, close_head, pack_head
from farola.store.header import DIGEST, SegmentHeader, pack_segment_header
from farola.store.layout import segment_path
from farola.store.sync import OpenFile, Syncer

_BLOCK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Written:
    """Where a fragment stands now: file offset, bytes there, SHA-256 of header and ciphertext."""

    offset: int
    size: int
    hash: bytes


class _Buffer:
    """One place per process in which fragments are put together; it grows and is kept."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self._data = bytearray(_BLOCK)

    def view(self, size: int) -> memoryview:
        if size > len(self._data):
            self._data = bytearray(-(-size // _BLOCK) * _BLOCK)
        return memoryview(self._data)[:size]


_buffer = _Buffer()


class SegmentWriter:
    """An open segment; the only writer of its file, which it holds locked until closed.

    After an Error from `append` the file ends with its last whole fragment and the same fragment
    may be tried again. Not for use from two threads at once.
    """

    def __init__(
        self,
        file: OpenFile,
        header: SegmentHeader,
        digest: bytes,
        secret: bytes,
        syncer: Syncer | None,
    ) -> None:
        self.header = header
        self.path: PurePosixPath = segment_path(header)
        self._file = file
        self._digest = digest
        self._secret = secret
        self._syncer = syncer
        self._sequence = -1
        self._torn = False
        self._closed = False

    @classmethod
    def create(
        cls, root: Path, header: SegmentHeader, secret: bytes, syncer: Syncer | None = None
    ) -> Self:
        """Create the file below `root`, which must exist, and write its header.

        `secret` is the data key that `header` holds wrapped. With a `syncer`, it syncs and closes
        the file; without one, only `sync` does. Raises Error(DISK_FULL, DISK_READ_ONLY,
        DISK_FAILED), or CONFLICT when the file exists.
        """
        if len(secret) != SECRET:
            raise Error(Kind.KEY_WRONG, "A data key has 32 bytes")
        data = pack_segment_header(header)
        path = root / segment_path(header)
        try:
            descriptor = _create(root, path)
        except OSError as error:
            raise write_error(error, path) from error
        file = OpenFile(descriptor, path)
        try:
            # Recovery takes a file without a header away, under this lock: if it came in between,
            # the file has no name any more.
            if not lock(descriptor) or os.fstat(descriptor).st_nlink == 0:
                raise FileExistsError(errno.EEXIST, "recovery met the file before its lock")
            _write(descriptor, memoryview(data), 0)
        except OSError as error:
            with contextlib.suppress(OSError):
                path.unlink()
            file.close()
            raise write_error(error, path) from error
        file.written = len(data)
        if syncer:
            syncer.watch(file)
        return cls(file, header, data[-DIGEST:], secret, syncer)

    @property
    def size(self) -> int:
        """Bytes of the file up to its last whole fragment."""
        return self._file.written

    @property
    def synced(self) -> int:
        """Bytes of the file known to survive a power cut."""
        return self._file.synced

    def append(self, fragment: Fragment) -> Written:
        """Encrypt, hash and write one fragment with one write.

        Raises Error(DISK_FULL, DISK_READ_ONLY, DISK_FAILED) with the file as it was,
        Error(TOO_LARGE, INVALID_INPUT) when the format cannot hold the fragment.
        """
        if fragment.sequence <= self._sequence:
            raise Error(Kind.INVALID_INPUT, "A fragment's sequence number must grow")
        if self._file.failure:
            raise self._file.failure
        if any(len(chunk) != CHUNK for chunk in fragment.chunks):
            raise Error(Kind.INVALID_INPUT, "A fragment's chunk has another size than the format's")
        offset = self._file.written
        with memoryview(fragment.payload) as plain:
            plain_size = len(fragment.chunks) * CHUNK + plain.nbytes
            head = pack_head(fragment, offset, plain_size, os.urandom(SALT))
            key = derive(self._secret, self._digest, head)
            size = len(head) + TAIL + sealed_size(plain_size) + DIGEST
            with _buffer.lock, _buffer.view(size) as out:
                out[: len(head) + TAIL] = close_head(head, key.commitment)
                with out[len(head) + TAIL :] as body:
                    seal(key, plain, body, fragment.chunks)
                digest = hashlib.sha256(out[:-DIGEST]).digest()
                out[-DIGEST:] = digest
                self._put(out, offset)
        self._file.written = offset + size
        self._sequence = fragment.sequence
        return Written(offset, size, digest)

    def sync(self) -> None:
        """Force everything appended so far to the disk, in the caller's thread."""
        self._file.sync()

    def close(self) -> None:
        """Give the file up; with a syncer the last sync and the close happen in its thread.

        A file that never got a fragment is removed: a full disk, tried again and again, must not
        leave a trail of headers.
        """
        if self._closed:
            return
        self._closed = True
        if self._sequence < 0:
            with contextlib.suppress(OSError):
                self._file.path.unlink()
        elif self._torn:
            with contextlib.suppress(Error):  # recovery cuts what cannot be cut now
                self._cut()
        if self._syncer:
            self._syncer.retire(self._file)
        else:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _put(self, data: memoryview, offset: int) -> None:
        if self._torn:
            self._cut()
        try:
            _write(self._file.descriptor, data, offset)
        except OSError as error:
            self._torn = True
            with contextlib.suppress(Error):  # tried again before the next append
                self._cut()
            raise write_error(error, self._file.path) from error

    def _cut(self) -> None:
        """Take a half-written fragment away again."""
        try:
            os.ftruncate(self._file.descriptor, self._file.written)
        except OSError as error:
            raise write_error(error, self._file.path) from error
        self._torn = False


def lock(descriptor: int) -> bool:
    """Claim the file for this process until the descriptor closes, also by a kill.

    False when somebody else writes it. File systems without locks (some network ones) answer
    True: there, only one recorder may use a root.
    """
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in {errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS}:
            raise
    return True


def _create(root: Path, path: Path) -> int:
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    try:
        return os.open(path, flags, 0o640)
    except FileNotFoundError:
        # Only below the root: a root that is not there is a disk that is not mounted, and making
        # it would fill the disk below the mount point.
        for directory in (path.parents[2], path.parents[1], path.parents[0]):
            with contextlib.suppress(FileExistsError):
                directory.mkdir(0o750)
        return os.open(path, flags, 0o640)


def _write(descriptor: int, data: memoryview, offset: int) -> None:
    """Write all of `data`: one system call unless the kernel takes less."""
    done = os.pwrite(descriptor, data, offset)
    while done < len(data):
        more = os.pwrite(descriptor, data[done:], offset + done)
        if more == 0:
            raise OSError(errno.EIO, "a write took nothing")
        done += more
