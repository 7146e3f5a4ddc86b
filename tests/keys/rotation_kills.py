"""Rotates a keystore again and again, each time killed one call to the system later than before.

    python rotation_kills.py FOLDER [refused]

With `refused` the file system does not let both keystores change places, until the last try.
A process of its own, so that it can fork. Prints how many kills it saw and how each was found.
"""

import contextlib
import errno
import json
import os
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from farola.base import Error, Kind
from farola.keys import (
    Keystore,
    Root,
    finish_rotation,
    rotate_root,
    rotation,
    rotation_interrupted,
    seal,
    unseal,
)
from farola.keys.files import replace_file

NOON_US = 1_795_521_600_000_000
HOUR_US = 3_600_000_000
CALLS = ("open", "write", "fsync", "link", "unlink", "mkdir", "rmdir", "replace", "rename")


class Vault:
    """A keystore with hours, a hold, a tombstone, a signing key, leftovers; a secret elsewhere."""

    def __init__(self, folder: Path) -> None:
        self.keys, self.sealed = folder / "keys", folder / "sealed"
        store = Keystore.open(self.keys, create=True)
        new = store.new_data_key
        self.living, self.held, self.gone = (new("cam-1", NOON_US + i * HOUR_US) for i in range(3))
        store.hold("hld-1", [(self.held.epoch, self.held.wrapped)])
        for each in (self.held, self.gone):
            store.destroy_epoch(each.epoch)
        self.public = store.signing_key("ledger", create=True).public
        self.sealed.write_bytes(store.seal("camera", b"password"))
        self.old = (self.keys / "root.key").read_bytes().split()[1]
        os.link(self.keys / "root.key", self.keys / "root.key.0123456789abcdef.tmp")
        shutil.copy(self.keys / "root.key", self.keys / "root.bak")
        (self.keys / "town.id").write_text("town\n")

    def at(self, folder: Path) -> None:
        self.keys, self.sealed = folder / "keys", folder / "sealed"

    def reseal(self, old: Root, new: Root) -> None:
        sealed = self.sealed.read_bytes()
        try:
            sealed = seal(new, "camera", unseal(old, "camera", sealed))
        except Error:
            unseal(new, "camera", sealed)
        replace_file(self.sealed, sealed)

    def rotate(self) -> None:
        rotate_root(self.keys, self.reseal)
        finish_rotation(self.keys)

    def assert_whole(self) -> None:
        store = Keystore.open(self.keys, create=False)
        for key in (self.living, self.held):
            assert store.unwrap(key.epoch, key.wrapped) == key.secret
        with pytest.raises(Error) as gone:
            store.unwrap(self.gone.epoch, self.gone.wrapped)
        assert gone.value.kind is Kind.KEY_DESTROYED
        assert store.signing_key("ledger", create=False).public == self.public
        assert store.unseal("camera", self.sealed.read_bytes()) == b"password"
        assert (self.keys / "town.id").read_text() == "town\n"
        assert self.keys.stat().st_mode & 0o777 == 0o700

    def assert_no_trace_of_the_old_root(self) -> None:
        for path in self.keys.parent.rglob("*"):
            if path.is_file():
                data = path.read_bytes()
                assert self.old not in data, path
                assert bytes.fromhex(self.old.decode()) not in data, path


def dying(last: int) -> Callable[[], int]:
    """From now on this process dies before its call number `last`; tells how many there were."""
    count = 0

    def counted(call: Any) -> Any:
        def step(*args: Any, **more: Any) -> Any:
            nonlocal count
            count += 1
            if count == last:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*args, **more)

        return step

    for name in CALLS:
        setattr(os, name, counted(getattr(os, name)))
    rotation._exchange = counted(rotation._exchange)
    return lambda: count


def refuse(one: Path, other: Path) -> None:
    raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(one))


def killed(vault: Vault, last: int, *, refused: bool) -> bool:
    """Whether the child died; False when it came to its end before."""
    child = os.fork()
    if child == 0:
        if refused:
            rotation._exchange = refuse
        dying(last)
        with contextlib.suppress(*([Error] if refused else [])):
            vault.rotate()
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    assert status in {0, signal.SIGKILL}, status
    return status != 0


def main(folder: Path, *, refused: bool) -> None:
    first = folder / "first"
    first.mkdir()
    vault, found = Vault(first), Counter[str]()
    before = (first / "keys" / "root.check").read_bytes()
    last = 0
    while True:
        last += 1
        place = folder / str(last)
        shutil.copytree(first, place)
        vault.at(place)
        if not killed(vault, last, refused=refused):
            break
        if rotation_interrupted(vault.keys):
            found["ready"] += 1
            with pytest.raises(Error) as between:
                Keystore.open(vault.keys, create=True)
            assert between.value.kind is Kind.KEY_WRONG
        else:
            vault.assert_whole()
            same = (vault.keys / "root.check").read_bytes() == before
            found["old" if same else "new"] += 1
        # A second kill, somewhere in the finishing, must not matter either.
        killed(vault, last % 7 + 1, refused=refused)
        vault.rotate()
        vault.assert_whole()
        vault.assert_no_trace_of_the_old_root()
        assert not rotation.beside(vault.keys).exists()
        shutil.rmtree(place)
    vault.assert_whole()
    if not refused:
        vault.assert_no_trace_of_the_old_root()
    print(json.dumps({"kills": last - 1, **found}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), refused=sys.argv[2:] == ["refused"])
