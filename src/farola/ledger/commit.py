"""What a leaf says: that something happened, without saying to whom.

A leaf is public for ever, so it holds no personal data: only a number, a time, a word and a
commitment to the body. Body and salt stay private, may be shown entry by entry, and may be erased
without touching the tree: then nobody can open the commitment any more, 32 random bytes keep it
from being guessed, and the leaf stands.
"""

import hashlib
import hmac
import json

from farola.model import Body, EntryKind

SALT = 32
VERSION = 1


def canonical(value: object) -> bytes:
    """JSON in one spelling: sorted members, no blanks, ASCII."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    ).encode("ascii")


def commitment(salt: bytes, body: Body) -> str:
    """HMAC-SHA256 of the canonical body under the salt, 64 hexadecimal digits."""
    return hmac.new(salt, canonical(body), hashlib.sha256).hexdigest()


def leaf_of(index: int, ts_us: int, kind: EntryKind, commit: str) -> bytes:
    """The leaf's canonical JSON."""
    return canonical(
        {"v": VERSION, "seq": index, "ts": ts_us, "kind": kind.value, "commit": commit}
    )


def opens(leaf: bytes, salt: bytes, body: Body) -> bool:
    """Whether body and salt are those that the leaf commits to."""
    try:
        said = json.loads(leaf)["commit"]
    except (ValueError, KeyError, TypeError):
        return False
    return isinstance(said, str) and hmac.compare_digest(said, commitment(salt, body))
