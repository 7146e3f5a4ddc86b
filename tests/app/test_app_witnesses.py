"""The town and a real witness program, over HTTP."""

import re
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from farola.app.ledger import begin, give_out, open_ledger
from farola.app.parts import open_parts
from farola.app.record import settings_for
from farola.app.witnesses import Witnesses
from farola.base import Error, Kind, ManualClock, SystemClock
from farola.config import Settings
from farola.config.oversight import Ledger as LedgerSettings
from farola.ledger import parse_verifier
from farola.merkle import Note, opened
from farola.model import EntryKind

FAROLA = Path(sys.executable).with_name("farola")


def told(*words: object) -> str:
    done = subprocess.run([FAROLA, *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@contextmanager
def running(directory: Path) -> Iterator[str]:
    """The witness's address."""
    with subprocess.Popen(
        [FAROLA, "witness", "serve", directory, "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as program:
        assert program.stdout is not None
        found = re.search(r"http://\S+", program.stdout.readline())
        assert found is not None
        try:
            yield found[0]
        finally:
            program.terminate()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_for(tmp_path / "data")


def witnessed(key: str, url: str) -> LedgerSettings:
    return LedgerSettings(witnesses=(f"{url} {key}",), witness_silent_seconds=60)


def test_checkpoints_carry_the_witnesss_word(settings: Settings, tmp_path: Path) -> None:
    directory = tmp_path / "witness"
    key = told("witness", "init", directory, "ombudsman.example")
    with (
        running(directory) as url,
        open_parts(settings, SystemClock(), create=True) as parts,
        open_ledger(parts) as ledger,
    ):
        begin(ledger)
        assert told("witness", "watch", directory, ledger.verifier).endswith(ledger.origin)
        witnesses = Witnesses(witnessed(key, url), ledger, SystemClock())
        published = settings.public_directory / "ledger" / "checkpoint"
        for _ in range(3):
            ledger.append_all([(EntryKind.LOOK, {})] * 7)
            give_out(parts, ledger, witnesses)
            opened(Note.parse(published.read_bytes()), [parse_verifier(key)])
        assert witnesses.alarms() == []
        give_out(parts, ledger)  # as the command line does: what the witness said stays
        opened(Note.parse(published.read_bytes()), [parse_verifier(key)])
        # A server that starts again does not know how far the witness has come, and is told.
        again = Witnesses(witnessed(key, url), ledger, SystemClock())
        ledger.append(EntryKind.LOOK, {})
        give_out(parts, ledger, again)
        opened(Note.parse(published.read_bytes()), [parse_verifier(key)])


def test_a_rolled_back_log_is_an_alarm(settings: Settings, tmp_path: Path) -> None:
    """Even of somebody who put an older mark beside the older ledger."""
    directory = tmp_path / "witness"
    key = told("witness", "init", directory, "ombudsman.example")
    with running(directory) as url, open_parts(settings, SystemClock(), create=True) as parts:
        with open_ledger(parts) as ledger:
            begin(ledger)
            told("witness", "watch", directory, ledger.verifier)
            ledger.append_all([(EntryKind.LOOK, {})] * 7)
            give_out(parts, ledger, Witnesses(witnessed(key, url), ledger, SystemClock()))
        for file in settings.ledger_directory.iterdir():
            file.unlink()
        (settings.storage.keys / "ledger.mark").unlink()
        with open_ledger(parts, trusting=True) as ledger:
            begin(ledger)
            witnesses = Witnesses(witnessed(key, url), ledger, SystemClock())
            give_out(parts, ledger, witnesses)
            assert [alarm.kind for alarm in witnesses.alarms()] == [Kind.LEDGER_ROLLED_BACK]
            ledger.append_all([(EntryKind.LOOK, {"another": "history"})] * 20)
            give_out(parts, ledger, witnesses)
            (alarm,) = witnesses.alarms()
            assert (alarm.kind, "refuses" in alarm.message) == (Kind.LEDGER_ROLLED_BACK, True)


def test_a_silent_witness_costs_its_line_and_becomes_an_alarm(settings: Settings) -> None:
    key = "ombudsman.example+29b1a2d0+BA" + "A" * 42
    clock = ManualClock()
    with (
        open_parts(settings, SystemClock(), create=True) as parts,
        open_ledger(parts) as ledger,
    ):
        begin(ledger)
        with pytest.raises(Error) as raised:
            Witnesses(witnessed(key, "http://127.0.0.1:9"), ledger, clock)
        assert raised.value.kind is Kind.CONFIG_INVALID
        good = str(parse_verifier(_key()))
        witnesses = Witnesses(witnessed(good, "http://127.0.0.1:9"), ledger, clock)
        give_out(parts, ledger, witnesses)
        assert (settings.public_directory / "ledger" / "checkpoint").exists()
        assert witnesses.alarms() == []
        assert not witnesses.behind(ledger.size, clock.monotonic_us())
        clock.advance(61_000_000)
        assert witnesses.behind(ledger.size, clock.monotonic_us())
        assert [alarm.kind for alarm in witnesses.alarms()] == [Kind.UNREACHABLE]


class _Garbage(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        self.request.recv(65_536)
        self.request.sendall(b"this is no answer\r\n\r\n")


def test_a_witness_that_talks_nonsense_stops_nothing(settings: Settings) -> None:
    with (
        socketserver.TCPServer(("127.0.0.1", 0), _Garbage) as server,
        open_parts(settings, SystemClock(), create=True) as parts,
        open_ledger(parts) as ledger,
    ):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        begin(ledger)
        url = f"http://127.0.0.1:{server.server_address[1]}"
        give_out(parts, ledger, Witnesses(witnessed(_key(), url), ledger, SystemClock()))
        server.shutdown()
        assert (settings.public_directory / "ledger" / "checkpoint").exists()


def _key() -> str:
    from farola.ledger import NoteVerifier
    from farola.merkle import COSIGNATURE

    return str(NoteVerifier("ombudsman.example", b"k" * 32, COSIGNATURE))
