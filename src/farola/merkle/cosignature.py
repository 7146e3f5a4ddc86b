"""Cosignatures (C2SP tlog-cosignature, version 1): a witness says what it saw, and when."""

import struct

COSIGNATURE = 0x04
"""The signature type of a timestamped Ed25519 cosignature."""

_SIGNATURE = 64
_TIME = struct.Struct(">Q")


def signed_message(text: str, time_s: int) -> bytes:
    """What the witness signs: the checkpoint's text after a header with the POSIX seconds."""
    return f"cosignature/v1\ntime {time_s}\n{text}".encode()


def pack_cosignature(time_s: int, signature: bytes) -> bytes:
    """The signature of a note's line, without the key id."""
    return _TIME.pack(time_s) + signature


def unpack_cosignature(data: bytes) -> tuple[int, bytes]:
    """POSIX seconds and the Ed25519 signature; raises ValueError."""
    if len(data) != _TIME.size + _SIGNATURE:
        raise ValueError("a cosignature of another length")
    return int(_TIME.unpack_from(data)[0]), data[_TIME.size :]
