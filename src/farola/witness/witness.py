"""What a witness answers to a checkpoint (C2SP tlog-witness, `add-checkpoint`)."""

import base64
import binascii
import re
import threading
from dataclasses import dataclass

from farola.base import Clock
from farola.merkle import Checkpoint, Note, opened, verify_consistency
from farola.witness.store import WitnessStore

_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})")
_MOST_HASHES = 63
_US = 1_000_000
SIZE = "text/x.tlog.size"
PLAIN = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP status and its body."""

    status: int
    body: str
    content_type: str = PLAIN


class Witness:
    """Thread-safe: one checkpoint at a time is compared with what was seen."""

    def __init__(self, store: WitnessStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._key = store.key()
        self._one = threading.Lock()

    @property
    def verifier(self) -> str:
        """The key by which others check what this witness says."""
        return str(self._key.verifier)

    def add_checkpoint(self, body: bytes) -> Answer:
        """Cosigns a checkpoint that continues what it saw, after it has stored it.

        400 for what is malformed or names a size beyond the checkpoint's, 403 without a signature
        of the log, 404 for a log that is not watched, 409 with the size that was seen when `old` is
        another one or when a tree of the same size has another root, 422 for a proof that proves
        nothing.
        """
        try:
            old, proof, note = _parse(body)
            checkpoint = Checkpoint.parse(note.text)
        except (ValueError, UnicodeDecodeError) as error:
            return Answer(400, f"{error}\n")
        log = self._store.logs().get(checkpoint.origin)
        if log is None:
            return Answer(404, "this log is not watched here\n")
        try:
            opened(note, [log])
        except ValueError as error:
            return Answer(403, f"{error}\n")
        if old > checkpoint.size:
            return Answer(400, "the old size is beyond the checkpoint's\n")
        with self._one:
            seen = self._store.seen(checkpoint.origin)
            known = seen.size if seen is not None else 0
            same = seen is not None and seen.size == checkpoint.size
            if old != known or (same and seen is not None and seen.root != checkpoint.root):
                return Answer(409, f"{known}\n", SIZE)
            if seen is not None and known:
                try:
                    verify_consistency(known, checkpoint.size, seen.root, checkpoint.root, proof)
                except ValueError as error:
                    return Answer(422, f"{error}\n")
            elif proof:
                return Answer(422, "nothing was seen, so nothing is to be proven\n")
            self._store.remember(checkpoint.origin, note)
        time_s = self._clock.wall_us() // _US
        return Answer(200, self._key.cosign(note.text, time_s).line())


def _parse(body: bytes) -> tuple[int, list[bytes], Note]:
    head, blank, note = body.decode("utf-8").partition("\n\n")
    first, *lines = head.split("\n")
    old = _OLD.fullmatch(first)
    if not blank or old is None or len(lines) > _MOST_HASHES:
        raise ValueError("the request is not an old size, a proof and a checkpoint")
    try:
        proof = [base64.b64decode(line, validate=True) for line in lines]
    except binascii.Error as error:
        raise ValueError("a line of the proof is not base64") from error
    return int(old[1]), proof, Note.parse(note)
