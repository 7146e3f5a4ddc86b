"""The inside of the detector process: rings in shared memory, pictures in, detections out.

The process is locked in once its model is loaded and warm. Landlock binds only threads that start
after it, and OpenVINO's run by then, so the lock here is seccomp's: no call is left that could open
a file, make or connect a socket, or start a program. Rings arrive over the socket that is open
already.
"""

import os
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue

import numpy as np

from farola.base import Error, Kind
from farola.model import Box, Detection
from farola.vision.detector import Detector, Pictures
from farola.vision.detector_wire import (
    Answer,
    DropRing,
    Failed,
    Look,
    Message,
    Ready,
    TakeRing,
    receive,
    send,
)
from farola.vision.frames import InputSpec, Ring

type Load = Callable[[], tuple[Detector, Ready]]
"""Loads the detector, warms it up, locks the process in; says which it is, and what could not be
locked."""


def serve(connection: socket.socket, load: Load, streams: int) -> None:
    """Answers until the service hangs up; a failure is told and ends it.

    For a process that does nothing else: a thread that fails otherwise ends the whole process.
    """
    threading.excepthook = _die
    try:
        detector, ready = load()
        with suppress(OSError):
            send(connection, ready)
            _Room(connection, detector, streams).serve()
    except Error as error:
        with suppress(OSError):
            send(connection, Failed(error.kind, error.message))


def _die(what: threading.ExceptHookArgs) -> None:
    """A thread that failed would leave its picture without an answer."""
    sys.__excepthook__(what.exc_type, what.exc_value or what.exc_type(), what.exc_traceback)
    sys.stderr.flush()
    os._exit(1)


class _Room:
    """Pictures are looked at by as many threads as the detector has streams."""

    def __init__(self, connection: socket.socket, detector: Detector, streams: int) -> None:
        self._connection = connection
        self._detector = detector
        self._rings: dict[int, tuple[Ring, dict[int, Pictures]]] = {}
        self._looks: SimpleQueue[tuple[Look, Pictures]] = SimpleQueue()
        for _ in range(streams):
            threading.Thread(target=self._work, daemon=True).start()

    def serve(self) -> None:
        """Raises PROTOCOL_VIOLATION and INVALID_INPUT for what the service may not send."""
        while (received := receive(self._connection)) is not None:
            self._hear(*received)

    def _hear(self, message: Message, descriptors: list[int]) -> None:
        match message:
            case TakeRing(number, slots, slot_bytes) if descriptors:
                # Writable, because OpenVINO takes no other memory as a tensor in place.
                ring = Ring(descriptors[0], slots, slot_bytes)
                os.close(ring.fd)  # mapped already, and a locked-in process may hold few
                ring.fd = -1
                self._rings[number] = ring, {}
            case DropRing(number):
                self._rings.pop(number, None)
            case Look(_, number, slot):
                self._looks.put((message, self._picture(number, slot)))
            case _:
                raise Error(Kind.PROTOCOL_VIOLATION, "a detector does not take such a message")

    def _picture(self, number: int, slot: int) -> Pictures:
        if number not in self._rings:
            raise Error(Kind.PROTOCOL_VIOLATION, "a picture lies in a ring that never came")
        ring, pictures = self._rings[number]
        if slot not in pictures:
            pictures[slot] = _as_picture(ring, slot, self._detector.input)
        return pictures[slot]

    def _work(self) -> None:
        spec = self._detector.input
        while True:
            look, picture = self._looks.get()
            try:
                found = self._detector.detect(picture)[0]
                send(self._connection, Answer(look.request, _placed(found, spec, look)))
            except Error as error:
                self._give_up(error)
            except OSError:
                return  # the service hung up; the main thread sees it too

    def _give_up(self, error: Error) -> None:
        """A detector that failed once is not asked again: a fresh process is."""
        with suppress(OSError):
            send(self._connection, Failed(error.kind, error.message))
        os._exit(1)


def _as_picture(ring: Ring, slot: int, spec: InputSpec) -> Pictures:
    """A slot as a batch of one, in place."""
    if ring.slot_bytes != spec.size:
        raise Error(Kind.PROTOCOL_VIOLATION, "a ring holds pictures of another size")
    flat = np.frombuffer(ring.view(slot), dtype=np.uint8)
    return flat.reshape(1, spec.height, spec.width, 3)


def _placed(found: list[Detection], spec: InputSpec, look: Look) -> list[Detection]:
    """From fractions of the input to fractions of the picture that lies in it."""
    if (look.width, look.height) == (spec.width, spec.height):
        return found
    across, down = spec.width / max(1, look.width), spec.height / max(1, look.height)
    return [
        Detection(
            each.label,
            each.score,
            Box(
                each.box.left * across,
                each.box.top * down,
                each.box.width * across,
                each.box.height * down,
            ),
        )
        for each in found
    ]
