"""A darkroom that was taken over: it says it is locked in, then lies as it was told to.

python lying_darkroom.py LIE SOCKET RING
"""

import json
import socket
import struct
import sys
import time
from typing import Any


def pack(kind: int, head: Any, payload: bytes = b"") -> bytes:
    text = json.dumps(head).encode()
    return struct.pack(">IBI", 5 + len(text) + len(payload), kind, len(text)) + text + payload


READY = pack(32, {"missing": []})
SETS = ["Z0LAC9kAwD2wFqDAgMgAAAMACAAAAwGUeKFQkA==", "aM4Pyw=="]
PICTURE = {"lane": 1, "media": 0, "key": True, "whole": None, "mask": 0}
SAMPLE = {"lane": 1, "slot": 0, "at": 0, "number": 0, "width": 320, "height": 240}

LIES = {
    "noise": READY + b"\xff" * 64,
    "absurd size": READY + struct.pack(">IB", 0xFFFF_FFFF, 35),
    "no object": READY + pack(35, [1, 2]),
    "unknown type": READY + pack(99, {"lane": 1}),
    "a lane that never was": READY + pack(35, {"lane": 4_000}),
    "a picture without parameter sets": READY + pack(35, PICTURE, b"\0\0\0\1\x65"),
    "parameter sets of noise": READY
    + pack(35, PICTURE | {"sets": ["AAAA"], "width": 320, "height": 240}, b"\0\0\0\1\x65"),
    "a slot that is not there": READY + pack(33, SAMPLE | {"slot": 10_000}),
    "the same slot twice": READY + pack(33, SAMPLE) * 2,
    "a picture that was not asked for": READY
    + pack(35, PICTURE | {"media": 77, "sets": SETS, "width": 0, "height": 0}, b"\0\0\0\1\x65"),
    "text as a number": READY + pack(33, SAMPLE | {"at": "soon"}),
    "a server's message": READY + pack(4, {"lane": 1, "at": 0, "sightings": []}),
    "deep json": READY + struct.pack(">IBI", 5 + 200_000, 35, 200_000) + b"[" * 200_000,
    "not ready": pack(35, PICTURE),
    "gone": b"",
}


def main() -> None:
    sock = socket.socket(fileno=int(sys.argv[2]))
    lie = LIES[sys.argv[1]]
    if lie.startswith(READY):
        sock.sendall(READY)
        received = b""
        while b'"what":' not in received:  # a lane is open: now it can lie about it
            received += sock.recv(1 << 16)
        sock.sendall(lie[len(READY) :])
        time.sleep(60)
    sock.sendall(lie)


if __name__ == "__main__":
    main()
