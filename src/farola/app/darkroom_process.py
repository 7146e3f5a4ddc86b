"""A darkroom: `python -m farola.app.darkroom_process SOCKET RING [FILE]`, descriptors all.

The process from which only covered pictures leave. It loads and tries everything it will need, then
locks itself in, and only then touches what a camera or a file holds.
"""

import gc
import io
import os
import sys
import threading
import traceback
from contextlib import suppress
from typing import Any, BinaryIO, cast

import numpy as np

from farola.app.darkroom_lanes import Bench, Lane, LiveLane
from farola.app.darkroom_line import Coverer, Looker, Outlet, Slots, Wanted
from farola.app.darkroom_stored import AHEAD_US, FileLane, JobLane
from farola.base import Error, Kind, SystemClock
from farola.media import Codec
from farola.model import Box, Label, Recipe, Sighting
from farola.redaction import Encoder, Mask
from farola.vision import sandbox
from farola.vision.decoding import Decoded, UnitDecoder, load_all, most_pixels
from farola.vision.frames import Fit, InputSpec, Ring
from farola.vision.wire import Type, pack, read_now

_BUFFER = 1 << 18


class _Socket:
    """Writes whole messages, from any thread."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = threading.Lock()

    def send(self, kind: Type, head: dict[str, Any], payload: bytes = b"") -> None:
        rest = memoryview(pack(kind, head, payload))
        with self._lock:
            while rest:
                try:
                    rest = rest[os.write(self._descriptor, rest) :]
                except OSError:  # the server has gone: so do we
                    os._exit(0)


class _Nowhere:
    def send(self, kind: Type, head: dict[str, Any], payload: bytes = b"") -> None:
        pass


class _Room:
    """Reads the server's messages and hands them to lanes."""

    def __init__(self, bench: Bench, file: io.RawIOBase | None) -> None:
        self._bench = bench
        self._file = file
        self._lanes: dict[int, Lane] = {}
        self._lock = threading.Lock()

    def serve(self, reader: BinaryIO) -> None:
        while (message := read_now(reader)) is not None:
            self._obey(*message)

    def _obey(self, kind: Type, head: dict[str, Any], payload: bytes) -> None:
        if kind is Type.PING:
            self._bench.outlet.send(Type.PONG, {"busy": self._longest_us()})
            return
        number = head["lane"]
        if kind is Type.OPEN:
            self._open(number, head, payload)
            return
        if kind in {Type.SIGHTED, Type.MISSED}:
            self._bench.slots.give(head["slot"])
        with self._lock:
            lane = self._lanes.get(number)
        if lane is None:
            return
        if kind is Type.CLOSE:
            lane.close()
        else:
            lane.put(kind, head, payload)

    def _open(self, number: int, head: dict[str, Any], payload: bytes) -> None:
        try:
            lane = self._lane(number, head, payload)
        except Error as error:
            fault = {"lane": number, "kind": error.kind, "message": error.message[:500]}
            self._bench.outlet.send(Type.FAILED, fault)
            return
        with self._lock:
            self._lanes[number] = lane
        lane.start()

    def _lane(self, number: int, head: dict[str, Any], payload: bytes) -> Lane:
        match head["what"]:
            case "live":
                return LiveLane(number, self._bench, self._ended, head)
            case "job":
                return JobLane(number, self._bench, self._ended, head, payload)
            case _:
                if self._file is None:
                    raise Error(Kind.INVALID_INPUT, "this darkroom was started without a file")
                return FileLane(number, self._bench, self._ended, head, self._file)

    def _ended(self, number: int) -> None:
        with self._lock:
            self._lanes.pop(number, None)

    def _longest_us(self) -> int:
        """For how long the busiest lane has been at one piece of work."""
        now_us = self._bench.clock.monotonic_us()
        with self._lock:
            since = [lane.busy_us for lane in self._lanes.values()]
        return max((now_us - each for each in since if each is not None), default=0)


def warm_up(bench: Bench) -> None:
    """Does everything once: libraries load parts of themselves when these are first used."""
    load_all()
    width, height = 96, 64
    encoder = Encoder(width, height)
    shades = np.arange(width * height * 3 // 2, dtype=np.uint32) % 200
    picture = shades.astype(np.uint8).reshape(height * 3 // 2, width)
    units = [
        unit
        for number in range(4)
        for unit in encoder.encode(np.roll(picture, number), number * 9_000, key=number == 0)
    ]
    decoder = UnitDecoder(Codec.H264, encoder.config.parameter_sets, bench.most_pixels)
    recipe = Recipe()
    away = cast("Outlet", _Nowhere())
    for wanted in (
        Wanted(recipe, live=True, keep=True),
        Wanted(recipe, live=False, still_media=0, ahead_us=AHEAD_US),
    ):
        slots = Slots(bench.ring.slots)
        looker = Looker(0, recipe, 0.0, bench.spec, bench.ring, slots, away, wait=False)
        coverer = Coverer(0, wanted, away)
        for unit in units:
            for outcome in decoder.decode(unit.pts, unit.payload):
                if isinstance(outcome, Decoded):
                    shaped = looker.shape(outcome)
                    coverer.picture(shaped, 0)
                    box = Box(0.2, 0.2, 0.3, 0.3)
                    coverer.answer(shaped.at_us, [Sighting(1, Label.PERSON, 0.9, box, True)])
                    slots.give(shaped.sample or 0)
        coverer.late(1, 0)
        coverer.finish()
        decoder = UnitDecoder(Codec.H264, encoder.config.parameter_sets, bench.most_pixels)
    decoder.decode(0, b"\x00\x00\x00\x02\x65\xff")  # the paths of failure are loaded late as well
    decoder.flush()
    with suppress(Error):
        Mask.unpack(b"")


def main() -> None:
    socket, ring_fd, *files = (int(each) for each in sys.argv[1:])
    reader = open(socket, "rb", buffering=_BUFFER, closefd=False)  # noqa: SIM115 - open to the end
    outlet = _Socket(socket)
    file = io.FileIO(files[0], "rb", closefd=False) if files else None
    first = read_now(reader)
    if first is None or first[0] is not Type.SETUP:
        sys.exit(2)
    head = first[1]
    spec = InputSpec(head["width"], head["height"], Fit(head["fit"]))
    ring = Ring(ring_fd, head["slots"], spec.size)
    bench = Bench(ring, spec, outlet, most_pixels(head["memory"]), head["late"])
    sys.setswitchinterval(0.001)
    SystemClock().wall_us()
    warm_up(bench)
    gc.collect()  # what was tried holds threads of its own until it is gone
    limits = sandbox.Limits(memory=head["memory"], keep=(socket, ring_fd, *files), cpu_seconds=None)
    try:
        missing = sandbox.enter(limits, required=head["required"])
    except Error as error:
        outlet.send(Type.FAILED, {"kind": error.kind, "message": error.message})
        sys.exit(3)
    outlet.send(Type.READY, {"missing": list(missing)})
    threading.excepthook = lambda fault: _end(outlet, fault)
    _Room(bench, file).serve(reader)
    os._exit(0)  # lanes may be in the middle of a picture: nothing of it is wanted


def _end(outlet: Outlet, fault: threading.ExceptHookArgs) -> None:
    """A thread broke in a way that nobody foresaw: the darkroom ends and is started anew."""
    where = traceback.extract_tb(fault.exc_traceback)[-3:]
    lines = " < ".join(f"{each.name}:{each.lineno}" for each in reversed(where))
    message = f"{fault.exc_type.__name__}: {fault.exc_value} in {lines}"
    outlet.send(Type.FAILED, {"lane": 0, "kind": Kind.INTERNAL, "message": message[:500]})
    os._exit(4)


if __name__ == "__main__":
    main()
