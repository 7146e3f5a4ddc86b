"""`farola keys` on a town with recordings, run as an administrator runs it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from farola.app.ledger import begin, open_ledger, origin_of
from farola.app.parts import Parts, only_recorder, open_parts
from farola.app.plans import open_credentials, seal_credentials
from farola.app.retaining import Retainer
from farola.base import Error, Kind, SystemClock, new_id
from farola.cli.keys import keys_app
from farola.config import Settings
from farola.keys import unpack_backup
from farola.ledger import EntryFilter, Ledger
from farola.model import Address, CameraDraft, Credentials, EntryKind, Papers, Span, StreamKind
from farola.store import Fragment, SegmentHeader, SegmentReader, SegmentWriter

HOUR_US = 3_600_000_000
PHRASE = "una luz en cada esquina del pueblo"
PICTURE = b"a picture of somebody crossing the square"
LOGIN = Credentials("viewer", "the camera's own")


class Town:
    """Three hours of one camera: one lives, one is gone, of one only a hold is left."""

    def __init__(self, folder: Path) -> None:
        self.at(folder)
        self.config.write_text("[logs]\nlevel = 'error'\n")
        papers = Papers("safety", "by-law 7", "public works")
        address = Address("rtsp", "10.0.0.9", 554, "/main")
        camera = CameraDraft("north", "North", address, None, papers, enabled=True)
        with self.open(create=True) as (parts, ledger):
            begin(ledger)
            self.camera = parts.catalog.cameras.add(camera).id
            sealed = seal_credentials(parts.keystore, self.camera, LOGIN)
            parts.catalog.cameras.set_credentials(self.camera, sealed)
            now_us = SystemClock().wall_us() // HOUR_US * HOUR_US
            self.living, self.gone, self.held = (
                self._record(parts, now_us - hours * HOUR_US) for hours in range(1, 4)
            )
            span = Span(now_us - 3 * HOUR_US, now_us - 2 * HOUR_US)
            retainer = Retainer(parts, ledger)
            hold = retainer.new_hold((self.camera,), span, "a case", "42", 3)
            self.hold = retainer.place(hold).id
            self.verifier, self.origin = ledger.verifier, origin_of(parts)
        for path in (self.gone, self.held):
            self.destroy(path)

    def at(self, folder: Path) -> "Town":
        self.folder, self.config = folder, folder / "farola.toml"
        self.keys, self.data = folder / "keys", folder / "data"
        return self

    def copied(self, folder: Path) -> "Town":
        shutil.copytree(self.folder, folder)
        return self.of(folder)

    def of(self, folder: Path) -> "Town":
        """The same town where it was copied to."""
        town = object.__new__(Town)
        town.__dict__.update(self.__dict__)
        return town.at(folder)

    @property
    def settings(self) -> Settings:
        return Settings.load(self.config)

    @contextmanager
    def open(self, *, create: bool = False) -> Iterator[tuple[Parts, Ledger]]:
        with (
            open_parts(self.settings, SystemClock(), create=create) as parts,
            open_ledger(parts) as ledger,
        ):
            yield parts, ledger

    def destroy(self, path: Path) -> None:
        """As retention does it: on record first."""
        with self.open() as (parts, ledger):
            with SegmentReader.open(self.data / "segments" / path, parts.keystore) as reader:
                epoch = reader.header.epoch
            ledger.append(EntryKind.KEY_DESTROYED, {"epoch": epoch})
            parts.keystore.destroy_epoch(epoch)

    def readable(self, path: Path) -> bool:
        with self.open() as (parts, _):
            try:
                segment = self.data / "segments" / path
                with SegmentReader.open(segment, parts.keystore) as reader:
                    return all(reader.read(each) == PICTURE for each in reader.fragments())
            except Error as error:
                if error.kind in {Kind.KEY_DESTROYED, Kind.KEY_MISSING}:
                    return False
                raise

    def assert_whole(self) -> None:
        assert self.readable(self.living)
        assert self.readable(self.held)
        assert not self.readable(self.gone)
        with self.open() as (parts, ledger):
            sealed = parts.catalog.cameras.sealed_credentials(self.camera)
            assert sealed is not None
            assert open_credentials(parts.keystore, self.camera, sealed) == LOGIN
            assert (ledger.verifier, origin_of(parts)) == (self.verifier, self.origin)

    def said(self, kind: EntryKind) -> list[object]:
        with self.open() as (_, ledger):
            return [
                each.body for each in ledger.find(EntryFilter(frozenset({kind})), None, 9).entries
            ]

    def run(self, *words: str, typed: str = "") -> Result:
        return CliRunner().invoke(keys_app, [*words, "-c", str(self.config)], input=typed)

    def did(self, *words: str, typed: str = "") -> str:
        result = self.run(*words, typed=typed)
        assert result.exit_code == 0, result.output + repr(result.exception)
        return result.stdout

    def refused(self, *words: str, typed: str = "") -> Kind:
        error = self.run(*words, typed=typed).exception
        assert isinstance(error, Error), repr(error)
        return error.kind

    def _record(self, parts: Parts, start_us: int) -> Path:
        key = parts.keystore.data_key(self.camera, start_us)
        header = SegmentHeader(
            self.camera, StreamKind.MAIN, new_id("run"), 0, start_us, "h264", (b"\x67", b"\x68"),
            64, 64, key.id, key.epoch, key.wrapped,
        )  # fmt: skip
        with SegmentWriter.create(parts.root, header, key.secret) as writer:
            writer.append(Fragment(0, start_us, 0, 180_000, True, None, 0, b"", PICTURE))
            return Path(writer.path)


TWICE = f"{PHRASE}\n{PHRASE}\n"


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return Town(tmp_path_factory.mktemp("first"))


@pytest.fixture
def town(first: Town, tmp_path: Path) -> Town:
    return first.copied(tmp_path / "town")


def test_the_status_of_a_sound_keystore(town: Town) -> None:
    found = json.loads(town.did("status", "--json"))
    assert (found["root"], found["fits_data"], found["sound"]) == ("fits", True, True)
    assert (found["epochs"], found["destroyed"], found["holds"]) == (1, 2, 1)
    assert found["signing"] == ["ledger"]
    assert (found["backed_up_us"], found["rotated_us"]) == (None, None)
    secret = (town.keys / "root.key").read_text().split()[1]
    assert secret not in json.dumps(found) + town.did("status")


def test_the_status_of_one_that_does_not_open(town: Town) -> None:
    (town.keys / "root.key").unlink()
    result = town.run("status")
    assert result.exit_code == 1
    assert "missing" in result.stdout
    shutil.rmtree(town.keys)
    assert town.refused("status") is Kind.KEY_MISSING


def test_a_lost_root_comes_back_from_the_file(town: Town, tmp_path: Path) -> None:
    path = tmp_path / "town.keys"
    town.did("backup", str(path), typed=TWICE)
    assert town.said(EntryKind.KEYS_BACKED_UP) == [{"with_epochs": False}]
    assert json.loads(town.did("status", "--json"))["backed_up_us"]
    (town.keys / "root.key").unlink()
    town.did("restore", str(path), typed=PHRASE + "\n")
    town.assert_whole()
    assert town.refused("restore", str(path), typed=PHRASE + "\n") is Kind.CONFLICT


def test_a_lost_root_comes_back_from_paper(town: Town) -> None:
    line = town.did("backup", "--paper").strip()
    assert town.said(EntryKind.KEYS_BACKED_UP) == [{"with_epochs": False, "paper": True}]
    (town.keys / "root.key").unlink()
    assert town.refused("restore", "--paper", typed=line[:-1] + "\n") is Kind.INVALID_INPUT
    town.did("restore", "--paper", typed=line.upper() + "\n")
    town.assert_whole()


def test_without_hours_the_recordings_burn_with_the_keystore(town: Town, tmp_path: Path) -> None:
    path = tmp_path / "town.keys"
    town.did("backup", str(path), typed=TWICE)
    shutil.rmtree(town.keys)
    town.did("restore", str(path), typed=PHRASE + "\n")
    assert not town.readable(town.living)
    with town.open() as (parts, ledger):
        assert (ledger.verifier, origin_of(parts)) == (town.verifier, town.origin)


def test_with_hours_they_do_not_but_what_ended_since_stays_ended(
    town: Town, tmp_path: Path
) -> None:
    path = tmp_path / "town.keys"
    result = town.run("backup", str(path), "--with-epochs", typed=TWICE)
    assert result.exit_code == 0
    assert "destroy it before their retention ends" in result.stderr
    names = unpack_backup(path.read_bytes(), PHRASE).keys()
    assert {name.partition("/")[0] for name in names} >= {"epochs", "holds", "signing"}
    shutil.rmtree(town.keys)
    town.did("restore", str(path), typed=PHRASE + "\n")
    town.assert_whole()
    town.destroy(town.living)
    with town.open() as (parts, ledger):
        Retainer(parts, ledger).end(town.hold, "the case is closed")
    shutil.rmtree(town.keys)
    town.did("restore", str(path), typed=PHRASE + "\n")
    for segment in (town.living, town.held):
        if (town.data / "segments" / segment).exists():
            assert not town.readable(segment)
    assert not [*town.keys.glob("epochs/*.key"), *town.keys.glob("holds/*.key")]


def test_what_is_refused_writes_nothing(town: Town, tmp_path: Path) -> None:
    path = tmp_path / "town.keys"
    assert town.refused("backup", str(path), typed="too short\ntoo short\n") is Kind.INVALID_INPUT
    assert not path.exists()
    assert town.said(EntryKind.KEYS_BACKED_UP) == []
    path.write_bytes(b"something else")
    assert town.refused("backup", str(path), typed=TWICE) is Kind.CONFLICT
    assert path.read_bytes() == b"something else"
    for words in (["backup"], ["restore"], ["backup", "x", "--paper"], ["restore", "x", "--paper"]):
        assert town.run(*words).exit_code == 2
    good = tmp_path / "good.keys"
    town.did("backup", str(good), typed=TWICE)
    shutil.rmtree(town.keys)
    assert town.refused("restore", str(path), typed=PHRASE + "\n") is Kind.KEY_WRONG
    assert town.refused("restore", str(good), typed=PHRASE[1:] + "\n") is Kind.KEY_WRONG
    assert town.refused("restore", str(tmp_path / "no"), typed=PHRASE + "\n") is Kind.NOT_FOUND
    assert not town.keys.exists()


def test_another_towns_keys_are_refused(town: Town, tmp_path: Path) -> None:
    path = tmp_path / "town.keys"
    town.did("backup", str(path), typed=TWICE)
    folder = tmp_path / "other"
    folder.mkdir()
    other = Town(folder)
    shutil.rmtree(other.keys)
    assert other.refused("restore", str(path), typed=PHRASE + "\n") is Kind.KEY_WRONG
    assert not other.keys.exists()


def test_a_new_root(town: Town, tmp_path: Path) -> None:
    path = tmp_path / "town.keys"
    town.did("backup", str(path), typed=TWICE)
    old = (town.keys / "root.key").read_bytes().split()[1]
    town.did("rotate")
    town.assert_whole()
    for file in town.folder.rglob("*"):
        if file.is_file():
            data = file.read_bytes()
            assert old not in data
            assert bytes.fromhex(old.decode()) not in data
    assert len(town.said(EntryKind.KEYS_ROTATED)) == 1
    assert json.loads(town.did("status", "--json"))["rotated_us"]
    town.did("rotate")
    town.assert_whole()
    (town.keys / "root.key").unlink()
    assert town.refused("restore", str(path), typed=PHRASE + "\n") is Kind.KEY_WRONG


def test_no_new_root_while_the_town_runs(town: Town) -> None:
    with only_recorder(town.settings):
        assert town.refused("rotate") is Kind.CONFLICT
    town.assert_whole()


def test_credentials_that_nothing_opens_keep_nobody_from_a_new_root(town: Town) -> None:
    """They were lost before. Else the town could never start again."""
    with town.open() as (parts, _):
        parts.catalog.cameras.set_credentials(town.camera, b"\x01" + bytes(60))
    town.did("rotate")
    with town.open() as (parts, _):
        assert parts.catalog.cameras.sealed_credentials(town.camera) == b"\x01" + bytes(60)
    assert town.readable(town.living)


_KILLS = """
import json, os, shutil, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from rotation_kills import dying
from farola.app import key_care
from farola.base import SystemClock
from farola.config import Settings

def child(folder, last):
    pid = os.fork()
    if pid == 0:
        calls = dying(last)
        key_care.rotate(Settings.load(folder / "farola.toml"), SystemClock())
        print(calls(), flush=True)
        os._exit(0)
    return os.waitpid(pid, 0)[1]

first, places = Path(sys.argv[2]), Path(sys.argv[3])
if len(sys.argv) == 4:
    assert child(first, 0) == 0
else:
    for last in map(int, sys.argv[4:]):
        shutil.copytree(first, places / str(last))
        assert child(places / str(last), last) == signal.SIGKILL
"""


def test_killed_at_any_moment_the_town_is_whole_after_rotating_again(
    first: Town, tmp_path: Path
) -> None:
    def killing(town: Town, *moments: int) -> str:
        words = [str(Path(__file__).parents[1] / "keys"), str(town.folder), str(tmp_path)]
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", _KILLS, *words, *map(str, moments)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    calls = int(killing(first.copied(tmp_path / "counted")))
    assert calls > 50
    moments = sorted({*range(1, calls, max(1, calls // 16)), *range(calls - 4, calls + 1)})
    killing(first, *moments)
    unfinished = 0
    for moment in moments:
        town = first.of(tmp_path / str(moment))
        if json.loads(town.run("status", "--json").stdout)["interrupted"]:
            unfinished += 1
            with pytest.raises(Error) as closed, town.open():
                pass
            assert closed.value.kind is Kind.KEY_WRONG
        else:
            town.assert_whole()
        town.did("rotate")
        town.assert_whole()
        assert json.loads(town.did("status", "--json"))["interrupted"] is False
    assert 0 < unfinished < len(moments)


def test_through_the_program_itself(town: Town) -> None:
    """Registered, and a failure is one sentence."""
    farola = Path(sys.executable).with_name("farola")
    (town.keys / "root.key").chmod(0o644)
    done = subprocess.run(
        [farola, "keys", "rotate", "--config", town.config],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NO_COLOR": "1"},
    )
    assert done.returncode == 1
    assert done.stderr.startswith("farola: Others may read the root key")
