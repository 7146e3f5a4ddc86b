"""A detector process that goes wrong: `python bad_detector.py HOW DESCRIPTOR`.

It speaks the real messages. Until the third picture it says what the probe wants to hear (except
`blind`), then it does what HOW says.
"""

import os
import socket
import sys
import time

from farola.base import Error, Kind
from farola.model import Box, Detection, Label
from farola.vision.detector_room import serve
from farola.vision.detector_wire import (
    Answer,
    DropRing,
    Look,
    Ready,
    Start,
    TakeRing,
    pack,
    receive,
    send,
)
from farola.vision.frames import InputSpec
from farola.vision.probe import people

GOOD = 2
PEOPLE = [Detection(Label.PERSON, 0.9, box) for box in people()]


class Raising:
    """Goes wrong inside the room that the real process uses."""

    def __init__(self, error: Exception) -> None:
        self.input = InputSpec(300, 300)
        self._error = error
        self._seen = 0

    def detect(self, batch: object) -> list[list[Detection]]:
        self._seen += 1
        if self._seen > GOOD:
            raise self._error
        return [PEOPLE]


def speak(how: str, connection: socket.socket) -> None:
    send(connection, Ready("0" * 64))
    seen = 0
    while (received := receive(connection)) is not None:
        message, descriptors = received
        for descriptor in descriptors:
            os.close(descriptor)
        if not isinstance(message, Look):
            assert isinstance(message, TakeRing | DropRing)
            continue
        seen += 1
        if seen <= GOOD and how != "blind":
            send(connection, Answer(message.request, PEOPLE))
            continue
        match how:
            case "blind":
                send(connection, Answer(message.request, []))
            case "hang":
                time.sleep(3_600)
            case "die":
                os._exit(7)
            case "babble":
                connection.send(b"\xffnothing that is a message")
            case "nan":
                box = Box(float("nan"), 0, 0.1, 0.1)
                connection.send(pack(Answer(message.request, [Detection(Label.PERSON, 0.5, box)])))
            case "another":
                send(connection, Answer(message.request + 1_000, PEOPLE))


def main() -> None:
    how, connection = sys.argv[1], socket.socket(fileno=int(sys.argv[2]))
    received = receive(connection)
    assert received is not None
    assert isinstance(received[0], Start)
    errors: dict[str, Exception] = {
        "raise": Error(Kind.DETECTOR_FAILED, "it raises"),
        "raise-other": ValueError("it raises what nobody expects"),
    }
    if how in errors:
        serve(connection, lambda: (Raising(errors[how]), Ready("0" * 64)), 1)
    else:
        speak(how, connection)


if __name__ == "__main__":
    main()
