"""Footage of a street for the demonstration, real if any can be had."""

import hashlib
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from farola.base import Error, Kind, SystemClock, get_logger
from farola.sim.drawn import street
from farola.sim.encode import Coding, write_video
from farola.sim.renditions import Progress

_log = get_logger("sim")

VTEST_URL = "https://raw.githubusercontent.com/opencv/opencv/4.x/samples/data/vtest.avi"
"""OpenCV's sample of people on a square; asked for only because an operator started a demo."""

VTEST_SHA256 = "45cddc9490be69345cbdab64ca583be65987e864ca408038e648db99e10516cf"
"""The file of 8,131,690 bytes that OpenCV's repository and Debian's `opencv-doc` both hold."""

_VTEST_BYTES = 8_131_690
_PACKAGE = "opencv-doc"
_PACKAGED = "./usr/share/doc/opencv-doc/examples/data/vtest.avi"
_CONNECT_SECONDS = 5
_DOWNLOAD_SECONDS = 60
_PACKAGE_SECONDS = 300
_APT_OPTIONS = ("-q", "-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=15")


@dataclass(frozen=True, slots=True)
class Footage:
    """A video file and where it came from; `drawn` when it shows no real street."""

    path: Path
    origin: str
    drawn: bool = False


def default_cache() -> Path:
    """`farola` in the user's cache directory (XDG Base Directory Specification)."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    base = Path(given) if given and Path(given).is_absolute() else Path.home() / ".cache"
    return base / "farola"


def find_footage(
    video: Path | None,
    cache: Path,
    progress: Progress,
    *,
    url: str = VTEST_URL,
    package: str | None = _PACKAGE,
) -> Footage:
    """The first to be had of: `video`, the cache, `url`, Debian's `package`, a drawn street.

    An empty `url` or no `package` leaves that source out. Raises `Error(INVALID_INPUT)` when a
    `video` was named and does not exist; everything else falls through to the next source.
    """
    if video is not None:
        if not video.is_file():
            raise Error(Kind.INVALID_INPUT, f"there is no file {video}")
        return Footage(video, str(video))
    cache.mkdir(parents=True, exist_ok=True)
    kept = cache / "vtest.avi"
    if kept.is_file() and _digest(kept) == VTEST_SHA256:
        return Footage(kept, "the cache")
    sources: list[tuple[str, Callable[[Path], None]]] = []
    if url:
        sources.append((url, lambda path: _download(url, path, progress)))
    if package is not None:
        sources.append(
            (f"Debian's package {package}", lambda path: _unpack(package, path, progress))
        )
    for origin, fetch in sources:
        try:
            with tempfile.TemporaryDirectory(dir=cache, prefix=".fetch-") as room:
                fetched = Path(room) / "vtest.avi"
                fetch(fetched)
                found = _digest(fetched)
                if found != VTEST_SHA256:
                    raise Error(Kind.FILE_DAMAGED, f"its SHA-256 is {found}")
                fetched.replace(kept)
        except (Error, OSError) as error:
            _log.info("no footage from there", source=origin, why=str(error))
            continue
        return Footage(kept, origin)
    return _drawn(cache, progress)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _download(url: str, path: Path, progress: Progress) -> None:
    clock = SystemClock()
    progress("download footage", 0)
    if not url.startswith("https://"):
        raise Error(Kind.CONFIG_INVALID, "footage is fetched by https only")
    try:
        end_us = clock.monotonic_us() + _DOWNLOAD_SECONDS * 1_000_000
        with urlopen(url, timeout=_CONNECT_SECONDS) as answer, path.open("wb") as file:  # noqa: S310 - https, checked above
            size = 0
            while piece := answer.read(1 << 16):
                size += len(piece)
                if size > _VTEST_BYTES:
                    raise Error(Kind.TOO_LARGE, "it is longer than the file that is wanted")
                file.write(piece)
                progress("download footage", size * 100 // _VTEST_BYTES)
                if clock.monotonic_us() > end_us:
                    raise Error(Kind.TIMED_OUT, "the download is too slow")
    except (URLError, TimeoutError) as error:
        raise Error(Kind.UNREACHABLE, str(error)) from error


def _unpack(package: str, path: Path, progress: Progress) -> None:
    """Take the file out of a Debian package; needs no root and installs nothing."""
    for tool in ("apt-get", "dpkg-deb"):
        if shutil.which(tool) is None:
            raise Error(Kind.UNAVAILABLE, f"{tool} is not on this machine")
    room = path.parent
    progress(f"fetch Debian's {package}", 0)
    try:
        _run(["apt-get", *_APT_OPTIONS, "download", package], room)
    except Error:
        # A fresh machine may have no package lists; take them into the temporary directory.
        own = ["-o", f"Dir::State::Lists={room}/lists", "-o", f"Dir::Cache={room}/cache"]
        _run(["apt-get", *_APT_OPTIONS, *own, "update"], room)
        _run(["apt-get", *_APT_OPTIONS, *own, "download", package], room)
    archive = next(room.glob("*.deb"), None)
    if archive is None:
        raise Error(Kind.UNAVAILABLE, "apt-get brought no package")
    progress(f"fetch Debian's {package}", 60)
    _extract(archive, path)
    progress(f"fetch Debian's {package}", 100)


def _run(command: list[str], room: Path) -> None:
    try:
        done = subprocess.run(
            command, cwd=room, capture_output=True, timeout=_PACKAGE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise Error(Kind.TIMED_OUT, f"{command[0]} took too long") from error
    if done.returncode != 0:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"]
        raise Error(Kind.UNAVAILABLE, f"{command[0]}: {lines[-1]}")


def _extract(archive: Path, path: Path) -> None:
    """Write the one wanted file; the other 500 MB are read past."""
    command = ["dpkg-deb", "--fsys-tarfile", str(archive)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as unpacking:
        try:
            with tarfile.open(fileobj=unpacking.stdout, mode="r|") as tar:
                for member in tar:
                    file = tar.extractfile(member) if member.name == _PACKAGED else None
                    if file is not None:
                        with path.open("wb") as out:
                            shutil.copyfileobj(file, out)
                        return
        except tarfile.TarError as error:
            raise Error(Kind.FILE_DAMAGED, f"cannot read {archive.name}: {error}") from error
        finally:
            unpacking.kill()
    raise Error(Kind.NOT_FOUND, f"{archive.name} does not hold {_PACKAGED}")


def _drawn(cache: Path, progress: Progress) -> Footage:
    _log.warning("no real footage can be had: the street is drawn")
    path = cache / "drawn-street-1.mp4"
    if not path.exists():
        progress("draw a street", 0)
        coding = Coding(width=768, height=576, rate=10, group=10)
        write_video(path, street(768, 576, coding.rate, 40 * coding.rate), coding)
        progress("draw a street", 100)
    return Footage(path, "drawn", drawn=True)
