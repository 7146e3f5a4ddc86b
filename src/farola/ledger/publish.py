"""Giving the log out: its tiles and its newest checkpoint as static files (C2SP tlog-tiles).

A full tile is written once and never again. The checkpoint is replaced last and at once, so that
whoever reads it finds everything that it is about.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from farola.base import Error, disk_kind
from farola.ledger.ledger import Ledger
from farola.merkle import Checkpoint, Note, Signature, Tile, entry_bundle, tiles_of

CHECKPOINT = "checkpoint"
KEY = "key"
_FULL = 256


class Publisher:
    """Writes under `directory`, which anyone may be given. One at a time."""

    def __init__(self, ledger: Ledger, directory: Path) -> None:
        self._ledger = ledger
        self._directory = directory

    def known(self) -> int:
        """The size of the tree that is out already, by its own word; 0 where none is."""
        try:
            note = Note.parse((self._directory / CHECKPOINT).read_bytes())
            known = Checkpoint.parse(note.text)
        except (OSError, ValueError):
            return 0
        same = known.origin == self._ledger.origin
        return known.size if same and known.size <= self._ledger.size else 0

    def publish(self, note: Note, cosigned: Sequence[Signature] = ()) -> None:
        """Tiles first, then the checkpoint with the witnesses' lines. Raises the disk's Error.

        Lines that witnesses gave to the very same checkpoint stay.
        """
        size = Checkpoint.parse(note.text).size
        told = {each.name for each in (*note.signatures, *cosigned)}
        try:
            for tile in tiles_of(size, self.known()):
                self._write(tile.path, self._data(tile), sync=tile.width == _FULL)
            self._write(KEY, f"{self._ledger.verifier}\n".encode())
            kept = [each for each in self._lines(note) if each.name not in told]
            whole = note.signed(*kept, *cosigned)
            self._write(CHECKPOINT, str(whole).encode(), sync=True)
        except OSError as error:
            raise Error(disk_kind(error), f"The ledger cannot be published: {error}") from error

    def _lines(self, note: Note) -> Sequence[Signature]:
        """The signatures under the published checkpoint, if it is of the same tree."""
        try:
            published = Note.parse((self._directory / CHECKPOINT).read_bytes())
        except (OSError, ValueError):
            return ()
        return published.signatures if published.text == note.text else ()

    def _data(self, tile: Tile) -> bytes:
        if tile.level is None:
            start = tile.index * 256
            entries = self._ledger.entries(start, start + tile.width)
            return entry_bundle(entry.leaf for entry in entries)
        level, indices = tile.nodes()
        return b"".join(self._ledger.hashes(level, indices[0], indices[-1] + 1))

    def _write(self, path: str, data: bytes, *, sync: bool = False) -> None:
        target = self._directory / path
        target.parent.mkdir(0o755, parents=True, exist_ok=True)
        temporary = target.with_name(f"{target.name}.new")
        with temporary.open("wb") as file:
            file.write(data)
            if sync:
                file.flush()
                os.fsync(file.fileno())
        temporary.chmod(0o644)
        temporary.replace(target)
