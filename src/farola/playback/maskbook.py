"""Masks of recorded fragments, computed once and kept for the next viewer, encrypted.

One small file a fragment: `camera/stream/2026-11-24/201500-7f3k9q2m-0003/1f4.mask`, sealed by the
segment's own data key, so that the destruction of its epoch shreds masks and pictures together. A
file that is missing, damaged, carried elsewhere, or made by another recipe or model does not open,
and the masks are computed anew: a mask book can only ever save work.
"""

import hashlib
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath

from farola.base import Error, get_logger
from farola.model import Recipe, pack_masks, unpack_masks
from farola.store import SegmentReader, StoredFragment

_PURPOSE = "masks"
_LARGEST_FILE = 8 * 1024 * 1024
_log = get_logger("playback")


class MaskBook:
    """Threads and processes may share it. `directory` None keeps nothing."""

    def __init__(self, directory: Path | None) -> None:
        self._directory = directory

    def load(
        self, reader: SegmentReader, path: PurePosixPath, fragment: StoredFragment, origin: bytes
    ) -> dict[int, bytes]:
        """Packed masks by presentation time; empty when none are kept that `origin` made."""
        place = self._place(path, fragment)
        if place is None:
            return {}
        try:
            with place.open("rb") as file:
                sealed = file.read(_LARGEST_FILE)
            return unpack_masks(reader.unseal_beside(fragment, _PURPOSE, origin, sealed))
        except (OSError, Error):
            return {}

    def save(
        self,
        reader: SegmentReader,
        path: PurePosixPath,
        fragment: StoredFragment,
        origin: bytes,
        masks: Mapping[int, bytes],
    ) -> None:
        """Keep a fragment's masks; a disk that refuses costs a line in the log alone."""
        place = self._place(path, fragment)
        if place is None:
            return
        sealed = reader.seal_beside(fragment, _PURPOSE, origin, pack_masks(masks))
        if len(sealed) >= _LARGEST_FILE:
            return
        beside = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
        try:
            place.parent.mkdir(0o700, parents=True, exist_ok=True)
            beside.write_bytes(sealed)
            beside.replace(place)
        except OSError as error:
            _log.warning("masks not kept", path=str(place), why=error.strerror)
            with suppress(OSError):
                beside.unlink(missing_ok=True)

    def _place(self, path: PurePosixPath, fragment: StoredFragment) -> Path | None:
        if self._directory is None:
            return None
        return self._directory / path.with_suffix("") / f"{fragment.offset:x}.mask"


def origin_of(recipe: Recipe, model: str) -> bytes:
    """What masks follow from besides the pictures: the recipe, and the model's SHA-256."""
    return hashlib.sha256(f"{recipe.fingerprint}\0{model}".encode()).digest()
