"""A detector process: `python -m farola.app.detector_process DESCRIPTOR`.

Started by the detection service with one end of a socket pair. It reads one file, the model, whose
SHA-256 it checks; then it locks itself in for good.
"""

import hashlib
import os
import socket
import sys

# NumPy's own threads would only stand in OpenVINO's way. Read when NumPy is imported.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

from pathlib import Path

from farola.base import Error, Kind
from farola.vision.detector import Detector
from farola.vision.detector_room import serve
from farola.vision.detector_wire import Ready, Start, receive
from farola.vision.model_store import ModelFile
from farola.vision.registry import model_named

_MEMORY = 2 << 30
_WARM_UP = 1
_MOST_DESCRIPTORS = 1_000  # every ring that is mapped keeps one
_CALLS = ("recvmsg", "sendmsg", "sendto", "fcntl", "sched_setaffinity", "mbind", "get_mempolicy")


def _load(start: Start, descriptor: int) -> tuple[Detector, Ready]:
    model = model_named(start.model)
    content = ModelFile(model, Path(start.path)).read()
    try:
        from farola.vision.openvino_detector import OpenVinoDetector
    except ImportError as error:
        raise Error(Kind.DETECTOR_FAILED, f"OpenVINO is not installed: {error}") from error
    from farola.vision.probe import probe

    detector = OpenVinoDetector(content, model, start.streams)
    detector.warm_up(probe(model.input)[None], _WARM_UP)
    unlocked = _lock_in(descriptor, required=start.sandbox_required)
    return detector, Ready(hashlib.sha256(content).hexdigest(), unlocked)


def _lock_in(descriptor: int, *, required: bool) -> tuple[str, ...]:
    from farola.vision.sandbox import Limits, bound, close_others, lock_calls

    close_others((descriptor, 2))
    bound(Limits(memory=_MEMORY, keep=(_MOST_DESCRIPTORS,)))
    try:
        lock_calls(_CALLS)
    except Error as error:
        if required:
            raise
        return (error.message,)
    return ()


def main() -> None:
    connection = socket.socket(fileno=int(sys.argv[1]))
    received = receive(connection)
    if received is None or not isinstance(received[0], Start):
        sys.exit(2)
    start = received[0]
    serve(connection, lambda: _load(start, connection.fileno()), start.streams)
    os._exit(0)  # OpenVINO's threads are not waited for


if __name__ == "__main__":
    main()
