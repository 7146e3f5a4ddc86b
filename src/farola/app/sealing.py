"""By the hour, what every camera recorded goes to the ledger: a root of its fragments' hashes.

Afterwards nobody can take a fragment out, put one in or change one without a check showing it, not
even who has the root key and the catalogue; and that a file was there can be proved after it was
shredded as well.
"""

import asyncio
from collections.abc import Iterator, Sequence
from itertools import groupby

from farola.app.parts import Parts
from farola.base import Error, get_logger
from farola.catalog import Finding, FindingKind, RootedFile
from farola.keys import epoch_name
from farola.ledger import EntryFilter, Ledger
from farola.merkle import root_of
from farola.model import HOUR_US, Body, EntryKind, Json, Span, StreamKind
from farola.store import scan, stored_hashes

_LOOK_SECONDS = 60.0
_GRACE_US = 120_000_000
_FILES_AT_ONCE = 2_000
_SEALS_AT_ONCE = 500
_PAGE = 500
_log = get_logger("ledger")


class Sealer:
    """`run` belongs to the server's event loop; the rest blocks."""

    def __init__(self, parts: Parts, ledger: Ledger) -> None:
        self._parts = parts
        self._ledger = ledger

    async def run(self) -> None:
        """Until cancelled. What could not be entered is entered the next time."""
        while True:
            try:
                await asyncio.to_thread(self.seal)
            except Error as error:
                _log.error("hours are not sealed", kind=error.kind, message=error.message)
            await asyncio.sleep(_LOOK_SECONDS)

    def seal(self) -> int:
        """Seals the hours that are over; how many camera-hours. Raises LEDGER_FAILED."""
        now_us = self._parts.clock.wall_us() - _GRACE_US
        seals, sealed = self._parts.catalog.seals, 0
        while True:
            files = seals.waiting(now_us - now_us % HOUR_US, _FILES_AT_ONCE)
            with self._parts.catalog.batch():
                for _, group in groupby(sorted(files, key=_hour), key=_hour):
                    seals.choose([each.path for each in group])
            sealed += self._enter()
            if len(files) < _FILES_AT_ONCE:
                return sealed

    def _enter(self) -> int:
        """Entries for all seals that may have none, also those that a kill left."""
        seals, count = self._parts.catalog.seals, 0
        while names := seals.unentered(_SEALS_AT_ONCE):
            found = map(seals.files, names)
            under = [files for files in found if files]  # the others were shredded meanwhile
            if under:
                self._ledger.append_all(
                    [(EntryKind.HOUR_SEALED, sealed_body(files)) for files in under]
                )
            seals.entered(names)
            count += len(under)
        return count


def sealed_body(files: Sequence[RootedFile]) -> Body:
    """What the ledger is told of the files under one seal, which are one camera's of one hour."""
    first = files[0]
    start_us = first.start_us - first.start_us % HOUR_US
    streams: dict[str, Json] = {}
    for stream in StreamKind:
        roots = [each.root for each in files if each.stream is stream]
        if roots:
            streams[stream.value] = {"files": len(roots), "root": root_of(roots).hex()}
    return {
        "seal": first.seal,
        "camera": first.camera_id,
        "start_us": start_us,
        "end_us": start_us + HOUR_US,
        "streams": streams,
    }


def check_seals(parts: Parts, ledger: Ledger, *, read_all: bool = False) -> list[Finding]:
    """Whether all that was sealed and not shredded is there as it was; with `read_all` also whether
    each file has the fragments that it was closed with.
    """
    findings = list(_check_entries(parts, ledger))
    if read_all:
        findings += _check_files(parts)
    return findings


def _hour(file: RootedFile) -> tuple[str, int]:
    return file.camera_id, file.start_us // HOUR_US


def _check_entries(parts: Parts, ledger: Ledger) -> Iterator[Finding]:
    destroyed = _destroyed(parts)
    seen: set[str] = set()
    before: int | None = None
    asked = EntryFilter(frozenset({EntryKind.HOUR_SEALED}))
    while True:
        page = ledger.find(asked, before, _PAGE)
        for entry in page.entries:
            told = entry.body or {}
            name = told.get("seal")
            if not isinstance(name, str) or name in seen:
                continue
            seen.add(name)
            camera, start_us = told.get("camera"), told.get("start_us")
            assert isinstance(camera, str)
            assert isinstance(start_us, int)
            hour = epoch_name(start_us).split(".", 1)[0]
            if hour in destroyed:
                continue  # of one class at least the hour was shredded, which takes files away
            files = parts.catalog.seals.files(name) or _unrooted(parts, name, camera, start_us)
            if not files or sealed_body(files) != told:
                destroyed = _destroyed(parts)
                if hour in destroyed:
                    continue  # while this went on
                yield Finding(
                    FindingKind.SEAL_BROKEN,
                    f"{camera}/{hour}",
                    f"entry {entry.index} of the ledger tells of other recordings than there are",
                )
        before = page.next
        if before is None:
            return


def _destroyed(parts: Parts) -> set[str]:
    """The hours of which at least one class was destroyed."""
    return {name.split(".", 1)[0] for name in parts.keystore.destroyed()}


def _unrooted(parts: Parts, seal: str, camera: str, start_us: int) -> list[RootedFile]:
    """The camera's files of that hour of whose roots the catalogue knows nothing: it was lost, and
    made again from the files, which say it themselves.
    """
    found = []
    for stream in StreamKind:
        hour = Span(start_us, start_us + HOUR_US)
        for each in parts.catalog.recordings.segments(camera, stream, hour):
            known = parts.catalog.seals.root(each.path) is not None
            if known or each.open or not start_us <= each.start_us < hour.end_us:
                continue
            path = parts.root / each.path
            try:
                root = root_of(stored_hashes(path, scan(path).fragments))
            except Error:
                continue  # that it is not there or cannot be read is found elsewhere
            found.append(RootedFile(each.path, camera, stream, each.start_us, root, seal))
    return found


def _check_files(parts: Parts) -> Iterator[Finding]:
    for segment in parts.catalog.recordings.all_segments():
        root = parts.catalog.seals.root(segment.path)
        if root is None or segment.open:
            continue
        path = parts.root / segment.path
        try:
            found = root_of(stored_hashes(path, scan(path).fragments))
        except Error:
            continue  # that it is not there or cannot be read is found elsewhere
        if found != root:
            yield Finding(
                FindingKind.SEAL_BROKEN, segment.path, "other fragments than it was closed with"
            )
