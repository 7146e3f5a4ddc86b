"""Entries: durable, in order, committing without telling, erasable; what is asked of them."""

import json
import sqlite3
import threading
from pathlib import Path

import pytest
from ledger_world import KEY, LOOK, ORIGIN, fill, look, open_ledger

from farola.base import Error, Kind, ManualClock
from farola.ledger import EntryFilter, Ledger, opens
from farola.merkle import (
    Checkpoint,
    hash_leaf,
    opened,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from farola.model import EntryKind, Span


def test_an_entry_is_numbered_and_stays(tmp_path: Path) -> None:
    clock = ManualClock()
    with open_ledger(tmp_path, clock) as ledger:
        assert ledger.size == 0
        first = ledger.append(EntryKind.BEGAN, {})
        second = ledger.append(LOOK, look(1))
        assert (first.index, second.index, ledger.size) == (0, 1, 2)
    with open_ledger(tmp_path, clock) as ledger:
        assert ledger.entry(1) == second
        assert ledger.append(LOOK, {}).index == 2


def test_a_leaf_tells_nothing_about_anybody(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        entry = ledger.append(LOOK, {"person": "per-1", "why": "robo en la plaza"})
        leaf = json.loads(entry.leaf)
        assert set(leaf) == {"v", "seq", "ts", "kind", "commit"}
        assert b"per-1" not in entry.leaf
        again = ledger.append(LOOK, {"person": "per-1", "why": "robo en la plaza"})
        assert json.loads(again.leaf)["commit"] != leaf["commit"]


def test_a_single_entry_can_be_opened(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        entry = ledger.append(LOOK, look(1))
        opening = ledger.opening(entry.index)
        assert opening is not None
        salt, body = opening
        assert opens(entry.leaf, salt, body)
        assert not opens(entry.leaf, salt, {**body, "camera": "cam-9"})
        assert not opens(entry.leaf, b"x" * 32, body)
        assert not opens(b"{}", salt, body)


def test_an_erased_body_leaves_the_tree_as_it_was(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        fill(ledger, 20)
        entry = ledger.append(LOOK, {"person": "per-secret-person", "camera": "cam-secret"})
        fill(ledger, 20)
        before = ledger.checkpoint()
        ledger.erase([entry.index])
        assert ledger.checkpoint() == before
        assert ledger.entry(entry.index).body is None
        assert ledger.opening(entry.index) is None
        assert not ledger.find(EntryFilter(camera_id="cam-secret")).entries
    held = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"secret" not in held


def test_every_entry_is_proven_at_every_size(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        for _ in range(9):
            fill(ledger, 3)
        leaves = [entry.leaf for entry in ledger.entries(0, 27)]
        for size in range(1, 28):
            root = ledger.root(size)
            assert root == root_of(leaves[:size])
            for index in range(size):
                proof = ledger.inclusion_proof(index, size)
                verify_inclusion(index, size, hash_leaf(leaves[index]), proof, root)
            proof = ledger.consistency_proof(size, 27)
            verify_consistency(size, 27, root, ledger.root(27), proof)
        for bad in ((27, 27), (0, 28), (-1, 5)):
            with pytest.raises(Error) as refused:
                ledger.inclusion_proof(*bad)
            assert refused.value.kind is Kind.NOT_FOUND


def test_a_checkpoint_is_signed(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        fill(ledger, 5)
        note = ledger.checkpoint()
        assert opened(note, [KEY.verifier])
        assert Checkpoint.parse(note.text) == Checkpoint(ORIGIN, 5, ledger.root(5))


def test_threads_share_the_writing_and_keep_the_order(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        made: list[int] = []

        def work(thread: int) -> None:
            for number in range(50):
                made.append(ledger.append(LOOK, {"thread": thread, "number": number}).index)

        threads = [threading.Thread(target=work, args=(each,)) for each in range(8)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert sorted(made) == list(range(400))
        seen: dict[object, object] = {}
        for entry in ledger.entries(0, 400):
            assert entry.body is not None
            thread, number = entry.body["thread"], entry.body["number"]
            assert number == seen.get(thread, -1) + 1  # type: ignore[operator]
            seen[thread] = number


def test_two_processes_keep_one_sequence(tmp_path: Path) -> None:
    """Two connections stand for them: SQLite does not tell them apart."""
    with open_ledger(tmp_path) as server, open_ledger(tmp_path) as command:
        for number in range(10):
            assert server.append(LOOK, {}).index == 2 * number
            assert command.append(LOOK, {}).index == 2 * number + 1
        assert server.root(20) == command.root(20)


def test_time_never_steps_back(tmp_path: Path) -> None:
    clock = ManualClock()
    with open_ledger(tmp_path, clock) as ledger:
        first = ledger.append(LOOK, {})
        clock.step_wall(-3_600_000_000)
        assert ledger.append(LOOK, {}).ts_us == first.ts_us
        clock.step_wall(7_200_000_000)
        assert ledger.append(LOOK, {}).ts_us == first.ts_us + 3_600_000_000


def test_finding(tmp_path: Path) -> None:
    clock = ManualClock()
    with open_ledger(tmp_path, clock) as ledger:
        for number in range(30):
            kind = LOOK if number % 2 else EntryKind.EXPORT
            ledger.append(kind, look(number))
            clock.advance(1_000_000)
        both = ledger.append(EntryKind.HOLD_PLACED, {"cameras": ["cam-0", "cam-7"]})

        def numbers(asked: EntryFilter) -> list[int]:
            return [entry.index for entry in ledger.find(asked, limit=500).entries]

        assert numbers(EntryFilter()) == list(range(30, -1, -1))
        assert numbers(EntryFilter(person_id="per-1")) == list(range(28, 0, -3))
        assert numbers(EntryFilter(camera_id="cam-0")) == [30, 25, 20, 15, 10, 5, 0]
        assert numbers(EntryFilter(camera_id="cam-7")) == [both.index]
        assert numbers(EntryFilter(frozenset({EntryKind.EXPORT}), camera_id="cam-0")) == [20, 10, 0]
        start = ledger.entry(10).ts_us
        assert numbers(EntryFilter(span=Span(start, start + 3_000_000))) == [12, 11, 10]
        page = ledger.find(EntryFilter(), limit=10)
        assert page.next == 21
        assert ledger.find(EntryFilter(), before=page.next, limit=500).next is None


@pytest.mark.parametrize(
    "body", [{"number": float("nan")}, {"bytes": b"x"}, {"long": "x" * 70_000}]
)
def test_what_cannot_be_an_entry_disturbs_nobody(tmp_path: Path, body: dict[str, object]) -> None:
    with open_ledger(tmp_path) as ledger:
        with pytest.raises(Error) as refused:
            ledger.append(LOOK, body)  # type: ignore[arg-type]
        assert refused.value.kind is Kind.INVALID_INPUT
        assert ledger.append(LOOK, {}).index == 0


def test_the_database_itself_refuses_changes(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        fill(ledger, 4)
    with sqlite3.connect(tmp_path / "ledger.db") as connection:
        for statement in (
            "UPDATE entry SET leaf = x'00' WHERE idx = 1",
            "DELETE FROM entry WHERE idx = 3",
            "UPDATE node SET hash = x'00'",
            "DELETE FROM node",
        ):
            with pytest.raises(sqlite3.IntegrityError, match="only ever added to"):
                connection.execute(statement)
    connection.close()


def test_what_is_no_ledger_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_bytes(b"something else" * 1000)
    with pytest.raises(Error) as refused:
        Ledger.open(tmp_path, KEY, ManualClock(), create=True)
    assert refused.value.kind is Kind.LEDGER_FAILED
    with sqlite3.connect(tmp_path / "other.db") as connection:
        connection.execute("CREATE TABLE other (x)")
    connection.close()
    (tmp_path / "other.db").rename(tmp_path / "ledger.db")
    with pytest.raises(Error) as refused:
        Ledger.open(tmp_path, KEY, ManualClock(), create=True)
    assert refused.value.kind is Kind.LEDGER_FAILED
    with pytest.raises(Error) as refused:
        Ledger.open(tmp_path / "none", KEY, ManualClock(), create=False)
    assert refused.value.kind is Kind.NOT_FOUND


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "ledger") as ledger:
        fill(ledger, 1)
        assert (tmp_path / "ledger").stat().st_mode & 0o077 == 0
        assert (tmp_path / "ledger" / "ledger.db").stat().st_mode & 0o077 == 0
