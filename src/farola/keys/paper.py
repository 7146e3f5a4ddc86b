"""The root as a line for paper: in groups, with a checksum that finds what was mistyped."""

import hashlib

from farola.base import Error, Kind
from farola.keys.root import secret_of

_WORD = "farola-paper-1"
_GROUP = 4
_SECRET = 64  # hexadecimal digits
_CHECK = 8
# Read from paper, these are digits: none of the letters is hexadecimal.
_ALIKE = str.maketrans("oil", "011")


def paper_line(root_file: bytes) -> str:
    """What `root.key` holds, to be printed; raises Error(KEY_WRONG)."""
    secret = secret_of(root_file)
    if secret is None:
        raise Error(Kind.KEY_WRONG, "this is not a root key of Farola")
    digits = secret.hex() + _checksum(secret)
    groups = (digits[at : at + _GROUP] for at in range(0, len(digits), _GROUP))
    return " ".join([_WORD, *groups])


def read_paper(line: str) -> bytes:
    """The root's 32 bytes. Case and spaces do not matter, nor does the first word.

    Raises Error(INVALID_INPUT) for anything that is not exactly what was printed.
    """
    digits = "".join(line.lower().removeprefix(_WORD).split()).translate(_ALIKE)
    try:
        secret = bytes.fromhex(digits[:_SECRET])
    except ValueError:
        secret = b""
    if len(digits) != _SECRET + _CHECK or _checksum(secret) != digits[_SECRET:]:
        raise Error(Kind.INVALID_INPUT, "a digit is missing or mistyped: compare it with the paper")
    return secret


def _checksum(secret: bytes) -> str:
    return hashlib.sha256(b"farola paper 1\0" + secret).hexdigest()[:_CHECK]
