"""The keystore: a directory outside the data and outside database backups."""

import secrets
import stat
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.keywrap import (
    InvalidUnwrap,
    aes_key_unwrap,
    aes_key_wrap,
)

from farola.base import Error, Kind, new_id
from farola.keys.epochs import Epochs, epoch_name
from farola.keys.holds import DIRECTORY as HOLDS
from farola.keys.holds import Holds
from farola.keys.root import (
    CHECK_FILE,
    ROOT_FILE,
    Root,
    check_root,
    create_root,
    load_root,
    stored_check,
    write_check,
)
from farola.keys.rotation import interrupted
from farola.keys.sealing import seal, unseal
from farola.keys.signing import SigningKey, load_signing_key
from farola.model import STANDARD

_HOUR_US = 3_600_000_000
_DATA_KEY = 32
_WRAPPED = _DATA_KEY + 8  # RFC 3394


@dataclass(frozen=True, slots=True)
class DataKey:
    """The key of one camera's hour in one recorder process.

    `secret` encrypts; `id`, `epoch` and `wrapped` go into the files' headers and open it again.
    """

    id: str
    epoch: str
    wrapped: bytes = field(repr=False)
    secret: bytes = field(repr=False)


class Keystore:
    """Root, epoch keys and what they wrap. Threads may share it; `repr` shows no secret."""

    def __init__(self, directory: Path, root: Root) -> None:
        self.directory = directory
        self._root = root
        self._epochs = Epochs(directory / "epochs", root)
        self._holds = Holds(directory / HOLDS, root)
        self._current: dict[tuple[str, str], tuple[int, DataKey]] = {}
        self._lock = threading.Lock()

    @classmethod
    def open(cls, directory: Path, *, create: bool) -> Self:
        """Open the keystore, or make one where `create` is given and none is.

        Several processes may do so at once. Raises Error(KEY_MISSING) when there is no root: also
        with `create` where epochs or a check value tell that there was one; KEY_WRONG when the
        root is not the one that the keystore was made with; CONFIG_INVALID when others may read
        it. There is no operation without a key.
        """
        try:
            return cls._open(directory, create)
        except OSError as error:
            raise Error(
                Kind.KEY_MISSING,
                f"The keystore {directory} cannot be used: {error.strerror}",
                path=str(directory),
            ) from error

    @classmethod
    def _open(cls, directory: Path, create: bool) -> Self:
        if interrupted(directory):
            raise Error(
                Kind.KEY_WRONG,
                f"A change of the root key of {directory} was interrupted: "
                "finish it with `farola keys rotate`",
                path=str(directory),
            )
        epochs = directory / "epochs"
        if create:
            directory.mkdir(0o700, parents=True, exist_ok=True)
            epochs.mkdir(0o700, exist_ok=True)
        if not directory.is_dir():
            raise Error(
                Kind.KEY_MISSING, f"There is no keystore at {directory}", path=str(directory)
            )
        mode = stat.S_IMODE(directory.stat().st_mode)
        if mode & 0o077:
            raise Error(
                Kind.CONFIG_INVALID,
                f"Others may enter the keystore {directory} (mode {mode:04o}); "
                f"run: chmod 700 {directory}",
                path=str(directory),
            )
        if create and not (directory / ROOT_FILE).exists():
            had_root = (directory / CHECK_FILE).exists() or any(epochs.glob("*.key"))
            if not had_root:
                create_root(directory)
        store = cls(directory, load_root(directory))
        if not check_root(directory, store._root):
            for epoch in store.epochs():  # a root put back without its check value: try it
                store._epochs.key(epoch)
            write_check(directory, store._root)
        store._epochs.finish()
        return store

    def __repr__(self) -> str:
        return f"Keystore({str(self.directory)!r})"

    @property
    def fingerprint(self) -> str:
        """Names the root without telling anything about it: 64 hexadecimal digits."""
        return self._root.check

    def new_data_key(
        self, camera_id: str, start_us: int, retention_class: str = STANDARD
    ) -> DataKey:
        """A fresh random data key for the camera's hour that `start_us` (UTC) lies in.

        `camera_id` names only whose key it is: nothing is derived from it. Raises
        Error(KEY_DESTROYED) for an hour whose key was destroyed.
        """
        self._refuse_replaced()
        epoch = epoch_name(start_us, retention_class)
        secret = secrets.token_bytes(_DATA_KEY)
        with self._lock:
            wrapping = self._epochs.key(epoch, create=True)
        return DataKey(new_id("key"), epoch, aes_key_wrap(wrapping, secret), secret)

    def data_key(self, camera_id: str, start_us: int, retention_class: str = STANDARD) -> DataKey:
        """This process's key for the camera's hour: the same one until the hour changes."""
        hour = start_us // _HOUR_US
        with self._lock:
            known = self._current.get((camera_id, retention_class))
        if known and known[0] == hour:
            return known[1]
        key = self.new_data_key(camera_id, start_us, retention_class)
        with self._lock:
            self._current[camera_id, retention_class] = (hour, key)
        return key

    def unwrap(self, epoch: str, wrapped: bytes) -> bytes:
        """The data key, by its epoch or by a hold that keeps it.

        Raises Error(KEY_DESTROYED, KEY_MISSING, KEY_WRONG).
        """
        try:
            with self._lock:
                wrapping = self._epochs.key(epoch)
        except Error as error:
            held = self._holds.unwrap(wrapped) if error.kind is Kind.KEY_DESTROYED else None
            if held is None:
                raise
            return held
        if len(wrapped) == _WRAPPED:
            try:
                return aes_key_unwrap(wrapping, wrapped)
            except InvalidUnwrap:
                pass
        raise Error(Kind.KEY_WRONG, f"The data key is not one of {epoch}, or damaged", epoch=epoch)

    def epochs(self) -> list[str]:
        """Epochs whose key exists, oldest first."""
        return self._epochs.names()

    def destroy_epoch(self, epoch: str) -> None:
        """Destroy the epoch's key: everything recorded under it is unreadable from then on.

        The caller has written the ledger entry before. May be repeated.
        """
        with self._lock:
            self._epochs.destroy(epoch)
            self._current = {
                camera: known for camera, known in self._current.items() if known[1].epoch != epoch
            }

    def signing_key(self, name: str, *, create: bool) -> SigningKey:
        """The Ed25519 key for the purpose `name`, such as `ledger`.

        Raises Error(KEY_MISSING, KEY_WRONG), and with `create` what the keys' disk says.
        """
        if create:
            self._refuse_replaced()
        return load_signing_key(self.directory, self._root, name, create=create)

    def destroyed(self) -> set[str]:
        """Epochs whose key was destroyed on purpose."""
        return self._epochs.destroyed()

    def hold(self, hold_id: str, data_keys: Iterable[tuple[str, bytes]]) -> int:
        """Keep data keys, as `(epoch, wrapped)`, beyond their epochs' end; how many were new.

        One whose epoch was destroyed is passed over unless another hold keeps it. Raises the disk's
        Error, KEY_WRONG and KEY_MISSING.
        """
        self._refuse_replaced()
        plain = []
        for epoch, wrapped in data_keys:
            try:
                plain.append((wrapped, self.unwrap(epoch, wrapped)))
            except Error as error:
                if error.kind is not Kind.KEY_DESTROYED:
                    raise
        with self._lock:
            return self._holds.keep(hold_id, plain)

    def holds(self) -> list[str]:
        """Holds that keep something readable."""
        return self._holds.ids()

    def end_hold(self, hold_id: str) -> None:
        """Destroy the hold's key; may be repeated. The ledger entry was written before."""
        with self._lock:
            self._holds.end(hold_id)

    def seal(self, label: str, plaintext: bytes) -> bytes:
        """Encrypt a small secret for the purpose `label`, such as `camera/cam-…/credentials`.

        Another label does not open it, so one row's secret cannot be moved into another's.
        """
        self._refuse_replaced()
        return seal(self._root, label, plaintext)

    def unseal(self, label: str, sealed: bytes) -> bytes:
        """The secret again; raises Error(KEY_WRONG) for another root or label, or damage."""
        return unseal(self._root, label, sealed)

    def _refuse_replaced(self) -> None:
        """Nothing is put under a root that was changed since this program opened it: it would be
        lost. Raises Error(KEY_WRONG). A disk that does not tell keeps nobody from recording.
        """
        try:
            stored = stored_check(self.directory)
            replaced = stored not in {None, self.fingerprint} or interrupted(self.directory)
        except (OSError, Error):
            return
        if replaced:
            raise Error(
                Kind.KEY_WRONG,
                f"The root key of {self.directory} was changed: start this program again",
                path=str(self.directory),
            )
