"""A disk that is full, read-only or broken: a clear word, and nothing recorded is harmed."""

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from farola.base import Error, Kind
from farola.keys import DataKey, Keystore
from farola.store import Fragment, SegmentHeader, SegmentReader, SegmentWriter, scan, verify
from farola.store.failures import write_error

Build = Callable[..., Fragment]

_PREPARE = """
import os, resource, sys
from pathlib import Path
from farola.base import Error
from farola.keys import Keystore
from farola.model import StreamKind
from farola.store import *
place = Path(sys.argv[1])
root = place / "segments"
start = 1_795_551_300_000_000
key = Keystore.open(place / "keys", create=False).new_data_key("cam-1", start)
def header(number):
    return SegmentHeader("cam-1", StreamKind.MAIN, "run-1", number, start, "h264", (b"s",), 64, 48,
        key.id, key.epoch, key.wrapped)
def fragment(sequence, size=300_000):
    return Fragment(sequence, start, 0, 180_000, True, None, 0, b"s", os.urandom(size))
def fails(work):
    try:
        work()
    except Error as error:
        return error.kind.value
    return "worked"
"""

_FULL = """
path = root / writer.path
limit()
done = 0
while (kind := fails(lambda: writer.append(fragment(done)))) == "worked":
    done += 1
assert path.stat().st_size == writer.size, "torn"
print(done, kind, fails(lambda: writer.append(fragment(done))))
free()
print(fails(lambda: writer.append(fragment(done, 400_000))), len(scan(path).fragments))
writer.close()
print(len(scan(path).fragments), len(verify(path)[1]))
"""
_CREATE = """
writer = SegmentWriter.create(root, header(0), key.secret)
"""


def run(script: str, *arguments: object, wrap: tuple[str, ...] = ()) -> list[str]:
    command = [*wrap, sys.executable, "-c", script, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.fixture
def own_mounts() -> tuple[str, ...]:
    """The words before a command that may mount file systems of its own."""
    wrap = ("unshare", "--user", "--map-root-user", "--mount")
    if not shutil.which("unshare"):
        pytest.skip("unshare is not installed")
    mount = [*wrap, "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", "/mnt"]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this system lets nobody mount a tmpfs of their own")
    return wrap


def test_a_file_that_may_not_grow(tmp_path: Path, keystore: Keystore, root: Path) -> None:
    """A real short write followed by a real refusal, without any privilege."""
    limits = """
def limit(size=1_000_000):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
def free():
    limit(resource.RLIM_INFINITY)
"""
    assert run(_PREPARE + limits + _CREATE + _FULL, tmp_path) == [
        *("3", "disk_full", "disk_full"),
        *("worked", "4", "4", "0"),
    ]


def test_a_full_disk(
    tmp_path: Path, keystore: Keystore, root: Path, own_mounts: tuple[str, ...]
) -> None:
    """A real ENOSPC; room is made later and recording goes on in the same file."""
    limits = """
import subprocess
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", sys.argv[1] + "/segments"],
    check=True)
ballast = root / "ballast"
def limit():
    ballast.write_bytes(bytes(900_000))
def free():
    ballast.unlink()
"""
    script = _PREPARE + limits + _CREATE + _FULL
    assert run(script, tmp_path, wrap=own_mounts) == [
        *("3", "disk_full", "disk_full"),
        *("worked", "4", "4", "0"),
    ]


def test_no_room_for_a_header(
    tmp_path: Path, keystore: Keystore, root: Path, own_mounts: tuple[str, ...]
) -> None:
    """A segment that could not be begun leaves no file."""
    script = (
        _PREPARE
        + """
import subprocess
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", sys.argv[1] + "/segments"],
    check=True)
with SegmentWriter.create(root, header(0), key.secret) as first:
    first.append(fragment(0, 100))
with open(root / "ballast", "wb", buffering=0) as ballast:
    try:
        while ballast.write(bytes(4096)):
            pass
    except OSError:
        pass
print(fails(lambda: SegmentWriter.create(root, header(1), key.secret)))
print(len(list(segment_files(root))))
"""
    )
    assert run(script, tmp_path, wrap=own_mounts) == ["disk_full", "1"]


def test_a_read_only_disk(
    tmp_path: Path, keystore: Keystore, root: Path, own_mounts: tuple[str, ...]
) -> None:
    script = (
        _PREPARE
        + """
import subprocess
writer = SegmentWriter.create(root, header(0), key.secret)
writer.append(fragment(0))
writer.close()
target = sys.argv[1] + "/segments"
subprocess.run(["mount", "--bind", target, target], check=True)
subprocess.run(["mount", "-o", "remount,ro,bind", target], check=True)
print(fails(lambda: SegmentWriter.create(root, header(1), key.secret)))
print(fails(lambda: recover(root / writer.path)))
print(len(scan(root / writer.path).fragments))
"""
    )
    assert run(script, tmp_path, wrap=own_mounts) == ["disk_read_only", "disk_read_only", "1"]


def test_a_disk_that_is_not_mounted(
    tmp_path: Path, header: SegmentHeader, data_key: DataKey
) -> None:
    """A missing root is not made: it would fill the disk below the mount point."""
    with pytest.raises(Error) as refused:
        SegmentWriter.create(tmp_path / "absent", header, data_key.secret)
    assert refused.value.kind is Kind.DISK_FAILED
    assert not (tmp_path / "absent").exists()


def test_a_failing_write(
    root: Path,
    header: SegmentHeader,
    data_key: DataKey,
    fragment: Build,
    keystore: Keystore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """EIO cannot be had from a healthy disk: the system call is made to fail half-way, and the
    truncation after it too; the next append first takes the ruins away.
    """
    pwrite, ftruncate = os.pwrite, os.ftruncate

    def broken(*_: object) -> int:
        raise OSError(errno.EIO, "broken")

    def half(file: int, data: memoryview, offset: int) -> int:
        monkeypatch.setattr(os, "pwrite", broken)
        return pwrite(file, data[: len(data) // 2], offset)

    with SegmentWriter.create(root, header, data_key.secret) as writer:
        path = root / writer.path
        writer.append(fragment(0))
        monkeypatch.setattr(os, "pwrite", half)
        monkeypatch.setattr(os, "ftruncate", broken)
        for _ in range(2):
            with pytest.raises(Error) as refused:
                writer.append(fragment(1, 300_000))
            assert refused.value.kind is Kind.DISK_FAILED
        assert path.stat().st_size > writer.size
        assert len(scan(path).fragments) == 1
        monkeypatch.setattr(os, "pwrite", pwrite)
        with pytest.raises(Error):
            writer.append(fragment(1, 10))
        monkeypatch.setattr(os, "ftruncate", ftruncate)
        writer.append(fragment(1, 10))
        assert path.stat().st_size == writer.size
    assert verify(path)[1] == ()
    with SegmentReader.open(path, keystore) as reader:
        assert [one.plain_size for one in reader.fragments()] == [1000, 10]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (errno.ENOSPC, Kind.DISK_FULL),
        (errno.EDQUOT, Kind.DISK_FULL),
        (errno.EFBIG, Kind.DISK_FULL),
        (errno.EROFS, Kind.DISK_READ_ONLY),
        (errno.EACCES, Kind.DISK_READ_ONLY),
        (errno.EIO, Kind.DISK_FAILED),
        (errno.EUCLEAN, Kind.DISK_FAILED),
    ],
)
def test_words_of_the_system(code: int, kind: Kind) -> None:
    error = write_error(OSError(code, "x"), Path("/data/a.fseg"))
    assert error.kind is kind
    assert error.detail == {"path": "/data/a.fseg", "errno": errno.errorcode[code]}
