"""Asking the configured witnesses to cosign (C2SP tlog-witness). Blocks: call it in a thread."""

import base64
from dataclasses import dataclass

from farola.base import Clock, Error, Kind, ask_outside, get_logger
from farola.config.oversight import Ledger as LedgerSettings
from farola.ledger import Ledger, NoteVerifier, parse_verifier
from farola.merkle import COSIGNATURE, Checkpoint, Note, Signature, opened
from farola.model import Alarm

_AGAIN_US = 60_000_000
_US = 1_000_000
_log = get_logger("ledger")


@dataclass(slots=True)
class _Witness:
    url: str
    verifier: NoteVerifier
    seen: int = 0
    """How many entries it cosigned last, by its own word."""
    at_us: int = 0
    asked_us: int = 0
    refused: str = ""
    refused_us: int = 0


@dataclass(frozen=True, slots=True)
class WitnessState:
    """A witness's name, its verifier key, and how many entries it has cosigned."""

    name: str
    key: str
    size: int


class Witnesses:
    """Every witness, how far it has come and what is wrong with it."""

    def __init__(self, settings: LedgerSettings, ledger: Ledger, clock: Clock) -> None:
        """Raises Error(CONFIG_INVALID) for a key that is none, or not a witness's."""
        self._ledger = ledger
        self._clock = clock
        self._silent_us = settings.witness_silent_seconds * _US
        self._all: list[_Witness] = []
        for text in settings.witnesses:
            url, _, key = text.partition(" ")
            try:
                verifier = parse_verifier(key)
            except Error as error:
                raise Error(Kind.CONFIG_INVALID, f"[ledger] witnesses: {error.message}") from error
            if verifier.kind != COSIGNATURE:
                raise Error(
                    Kind.CONFIG_INVALID, f"[ledger] witnesses: {verifier.name} is no witness's key"
                )
            self._all.append(_Witness(url.rstrip("/"), verifier, at_us=clock.monotonic_us()))

    def told(self) -> list[WitnessState]:
        """How far each has come, for everybody to read."""
        return [
            WitnessState(each.verifier.name, str(each.verifier), each.seen) for each in self._all
        ]

    def behind(self, size: int, now_us: int) -> bool:
        """Whether one has not cosigned all that was given out and may be asked again."""
        return any(each.seen < size and now_us - each.asked_us >= _AGAIN_US for each in self._all)

    def cosign(self, note: Note) -> list[Signature]:
        """The cosignatures that could be had; a witness that fails costs nothing but its line."""
        checkpoint = Checkpoint.parse(note.text)
        made = []
        for each in self._all:
            each.asked_us = self._clock.monotonic_us()
            try:
                made.append(self._ask(each, note, checkpoint))
                each.seen, each.refused = checkpoint.size, ""
                each.at_us = self._clock.monotonic_us()
            except (ValueError, Error) as error:
                _log.warning(
                    "a witness does not cosign", witness=each.verifier.name, why=str(error)
                )
        return made

    def alarms(self) -> list[Alarm]:
        """Witnesses that refuse, and those that were silent for too long."""
        now_us, wall_us = self._clock.monotonic_us(), self._clock.wall_us()
        found = []
        for each in self._all:
            if each.refused:
                message = f"the witness {each.verifier.name} refuses this ledger: {each.refused}"
                found.append(Alarm(Kind.LEDGER_ROLLED_BACK, message, each.refused_us))
            elif now_us - each.at_us >= self._silent_us:
                message = f"the witness {each.verifier.name} has cosigned nothing for long"
                found.append(Alarm(Kind.UNREACHABLE, message, wall_us - (now_us - each.at_us)))
        return found

    def _ask(self, witness: _Witness, note: Note, checkpoint: Checkpoint) -> Signature:
        for _ in range(2):
            status, answer = self._post(witness, self._request(witness.seen, note, checkpoint))
            if status != 409:
                break
            witness.seen = int(answer)  # it tells how far it has come; ask once more from there
            if witness.seen > checkpoint.size:
                self._refused(witness, f"it has seen {witness.seen} entries")
                raise ValueError(witness.refused)
        if status != 200:
            if status in {409, 422}:
                self._refused(witness, answer.strip() or f"status {status}")
            raise ValueError(f"status {status}: {answer.strip()[:200]}")
        cosigned = Note(note.text, tuple(Signature.parse(line) for line in answer.splitlines()))
        return opened(cosigned, [witness.verifier])[0]

    def _refused(self, witness: _Witness, why: str) -> None:
        if not witness.refused:
            witness.refused_us = self._clock.wall_us()
        witness.refused = why

    def _request(self, seen: int, note: Note, checkpoint: Checkpoint) -> bytes:
        proof = self._ledger.consistency_proof(seen, checkpoint.size) if seen else []
        lines = [f"old {seen}", *(base64.b64encode(each).decode("ascii") for each in proof)]
        return ("\n".join(lines) + f"\n\n{note}").encode()

    def _post(self, witness: _Witness, body: bytes) -> tuple[int, str]:
        url = f"{witness.url}/add-checkpoint"
        status, answer = ask_outside(url, body, {"content-type": "text/plain; charset=utf-8"})
        return status, answer.decode("utf-8", "strict" if status == 200 else "replace")
