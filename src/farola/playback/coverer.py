"""Who covers recorded pictures, and what is made sure of before anything of it is shown.

The coverer decodes what cameras sent, so what comes out of it is not believed: a picture has to be
one of those that were asked for, in order, whole, and other bytes than were recorded. Whatever
fails, hangs or does not fit ends in an Error, and nothing that was stored stands in for it.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from queue import Empty, Full, Queue
from typing import Protocol

from farola.base import Error, Kind
from farola.media import Codec, unit_type, units
from farola.media.nal import H264Unit
from farola.model import CoveredUnit, CoverJob, CoverState, RecordedUnit
from farola.playback.footage import config_of
from farola.playback.group import Group

_AHEAD = 16  # covered pictures kept for whoever takes them slowly
_LOOK_AGAIN_S = 0.1
_LARGEST = 16 * 1024 * 1024
_ALLOWED = frozenset(H264Unit)


class Coverer(Protocol):
    def cover(self, job: CoverJob) -> Iterator[CoveredUnit]:
        """Blocks; closing the iterator gives the job up.

        Every picture that is not lead comes back once, in order of presentation, as H.264 without
        pictures that wait for later ones. Raises Error, among others DECODER_FAILED and OVERLOADED.
        """
        ...


def covered_film(
    coverer: Coverer, job: CoverJob, group: Group, patience_s: float
) -> Iterator[CoveredUnit]:
    """The group's pictures in order, each of them checked; the job is given up after the last.

    Raises what the coverer raises, TIMED_OUT when it leaves one picture waiting for `patience_s`,
    DECODER_FAILED for anything that is not a covered picture, and for too few of them: where
    packets were lost when it was recorded, pictures may be missing.
    """
    wanted = set(group.times)
    stored = _stored_units(job.units)
    given, last = 0, None
    for unit in _within(lambda: coverer.cover(job), patience_s):
        if last is not None and unit.media > group.times[-1]:
            break  # context after the last
        _check(unit, stored)
        if unit.media not in wanted or (last is not None and unit.media <= last):
            raise _unfit("a covered picture came twice, late or unasked")
        if last is None and not unit.key:
            raise _unfit("covered pictures begin without a key frame")
        given, last = given + 1, unit.media
        yield unit
        if last == group.times[-1]:
            break
    if given < _least(group):
        raise _unfit("too few pictures were covered")


def covered_still(coverer: Coverer, job: CoverJob, patience_s: float) -> CoveredUnit:
    """The one JPEG of a job with `still`; raises as `covered_film`."""
    found = list(_within(lambda: coverer.cover(job), patience_s))
    if len(found) != 1:
        raise _unfit("no still was made")
    still = found[0]
    _check_state(still)
    jpeg = still.payload[:2] == b"\xff\xd8" and still.payload[-2:] == b"\xff\xd9"
    if not jpeg or len(still.payload) > _LARGEST:
        raise _unfit("the still is not a JPEG")
    return still


def _check(unit: CoveredUnit, stored: frozenset[bytes]) -> None:
    """Raises unless it is a whole H.264 picture of its size and none that was stored."""
    _check_state(unit)
    try:
        picture = config_of((Codec.H264, unit.parameter_sets)).picture
        nals = [unit.payload[start:end] for start, end in units(unit.payload)]
    except Error as error:
        raise _unfit(f"a covered picture is not H.264: {error.message}") from error
    kinds = [unit_type(Codec.H264, nal[0]) for nal in nals]
    if not nals or not _ALLOWED.issuperset(kinds) or len(unit.payload) > _LARGEST:
        raise _unfit("a covered picture is not H.264")
    if unit.key is not (H264Unit.IDR in kinds):
        raise _unfit("a covered picture is not the kind that it says")
    if (picture.width, picture.height) != (unit.width, unit.height):
        raise _unfit("a covered picture has another size than it says")
    if not stored.isdisjoint(nals):
        raise _unfit("a stored picture came back as it was")


def _check_state(unit: CoveredUnit) -> None:
    if unit.cover.state is CoverState.WITHHELD:
        raise Error(unit.cover.reason or Kind.DECODER_FAILED, "the picture is withheld")


def _stored_units(stored: Sequence[RecordedUnit]) -> frozenset[bytes]:
    found: set[bytes] = set()
    for unit in stored:
        try:
            found.update(unit.payload[start:end] for start, end in units(unit.payload))
        except Error:
            found.add(unit.payload)  # broken when it was recorded
    return frozenset(found)


def _least(group: Group) -> int:
    """How many pictures must come at least."""
    if group.lossy:
        return 1
    # Pictures shown before the first key frame can be decoded only with what came before it.
    return sum(time >= group.units[0].media for time in group.times)


def _unfit(message: str) -> Error:
    return Error(Kind.DECODER_FAILED, message)


class _Pump(threading.Thread):
    """Takes one iterator's items ahead of its reader, so that the reader can stop waiting."""

    def __init__(self, begin: Callable[[], Iterator[CoveredUnit]]) -> None:
        super().__init__(name="covering", daemon=True)
        self._begin = begin
        self._stop = threading.Event()
        self.items: Queue[CoveredUnit | Error | None] = Queue(_AHEAD)

    def run(self) -> None:
        end: Error | None = _unfit("covering broke off")
        try:
            iterator = self._begin()
            try:
                for item in iterator:
                    if not self._put(item):
                        break
            finally:
                close = getattr(iterator, "close", None)
                if close is not None:
                    close()
            end = None
        except Error as error:
            # A darkroom that says what cannot be has failed, whatever made it.
            broken = error.kind is Kind.PROTOCOL_VIOLATION
            end = _unfit(error.message) if broken else error
        finally:
            self._put(end)

    def stop(self) -> None:
        self._stop.set()

    def _put(self, item: CoveredUnit | Error | None) -> bool:
        while not self._stop.is_set():
            try:
                self.items.put(item, timeout=_LOOK_AGAIN_S)
            except Full:
                continue
            return True
        return False


def _within(begin: Callable[[], Iterator[CoveredUnit]], seconds: float) -> Iterator[CoveredUnit]:
    """The iterator's items; raises TIMED_OUT when one lets itself be waited for."""
    pump = _Pump(begin)
    pump.start()
    try:
        while True:
            try:
                item = pump.items.get(timeout=seconds)
            except Empty:
                raise Error(Kind.TIMED_OUT, "covering took too long") from None
            if item is None:
                return
            if isinstance(item, Error):
                raise item
            yield item
    finally:
        pump.stop()
