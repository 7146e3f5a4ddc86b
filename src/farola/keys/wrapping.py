"""Which files of a keystore hold a key that the root wraps, and for what purpose."""

from pathlib import PurePath

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from farola.base import Error, Kind
from farola.keys.root import Root

_KNOWN = {
    "epochs": (b"FAROLEPK\x01", "epoch"),
    "holds": (b"FAROLHLD\x01", "hold"),
    "signing": (b"FAROLASK\x01", "signing"),
}


def is_wrapped(name: PurePath) -> bool:
    """Whether the file of that name, relative to the keystore, holds a wrapped key."""
    return name.parent.name in _KNOWN and name.suffix == ".key"


def unwrapped(name: PurePath, data: bytes, root: Root) -> bytes:
    """The key in it; raises Error(KEY_WRONG): damaged, or of another root."""
    magic, purpose = _KNOWN[name.parent.name]
    try:
        if data.startswith(magic):
            return aes_key_unwrap(root.derive(f"{purpose} {name.stem}"), data[len(magic) :])
    except (InvalidUnwrap, ValueError):
        pass
    raise Error(Kind.KEY_WRONG, f"{name} is damaged or of another root")


def rewrapped(name: PurePath, data: bytes, old: Root, new: Root) -> bytes:
    """The same key under the new root; raises Error(KEY_WRONG)."""
    magic, purpose = _KNOWN[name.parent.name]
    key = unwrapped(name, data, old)
    return magic + aes_key_wrap(new.derive(f"{purpose} {name.stem}"), key)
