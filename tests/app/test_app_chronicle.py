"""Settings, models and alarms that change are on record, once each, also after a ledger's fault."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from farola.app.chronicle import Chronicle
from farola.app.ledger import open_ledger
from farola.app.parts import Parts, open_parts
from farola.base import Error, Kind, ManualClock
from farola.config import Settings
from farola.ledger import Ledger
from farola.model import Alarm, EntryKind

NOW_US = 1_795_500_000_000_000
SHORT = Alarm(Kind.DISK_SHORT, "9 GB left", NOW_US)


class Watch:
    """A town that starts with these settings; `alarms` and `model` are what it is told."""

    def __init__(self, parts: Parts, ledger: Ledger) -> None:
        self.ledger = ledger
        self.alarms: list[Alarm] = []
        self.model = ("yolox-nano", "")
        self.chronicle = Chronicle(parts, ledger, lambda: self.alarms, lambda: self.model)

    def said(self, kind: EntryKind) -> list[dict[str, Any]]:
        entries = self.ledger.entries(0, self.ledger.size)
        return [dict(each.body or {}) for each in entries if each.kind is kind]


@contextmanager
def started(folder: Path, **sections: object) -> Iterator[Watch]:
    storage = {"data": folder / "data", "keys": folder / "keys"}
    settings = Settings.parse({"storage": storage, **sections})
    with (
        open_parts(settings, ManualClock(NOW_US), create=True) as parts,
        open_ledger(parts) as ledger,
    ):
        yield Watch(parts, ledger)


async def test_changed_settings_are_written_at_the_next_start_and_only_then(
    tmp_path: Path,
) -> None:
    for _ in range(2):
        with started(tmp_path) as watch:
            await watch.chronicle.look()
            await watch.chronicle.look()
    secret = {"token": "a-long-enough-secret"}
    with started(tmp_path, retention={"hours": 48}, metrics=secret) as watch:
        await watch.chronicle.look()
        first, second = watch.said(EntryKind.CONFIGURATION_CHANGED)
    assert first["changed"] == []
    assert first["settings"]["retention.hours"] == 72
    assert second["changed"] == ["metrics.token", "retention.hours"]
    assert second["settings"]["retention.hours"] == 48
    assert "secret" not in str(second["settings"]["metrics.token"])


async def test_another_model_is_written_once_it_runs(tmp_path: Path) -> None:
    with started(tmp_path) as watch:
        await watch.chronicle.look()
        assert watch.said(EntryKind.MODEL_CHANGED) == []
        watch.model = ("yolox-nano", "ab" * 32)
        await watch.chronicle.look()
        await watch.chronicle.look()
    with started(tmp_path) as watch:
        watch.model = ("yolox-nano", "ab" * 32)
        await watch.chronicle.look()
        watch.model = ("yolox-nano", "cd" * 32)
        await watch.chronicle.look()
        told = [each["sha256"][:2] for each in watch.said(EntryKind.MODEL_CHANGED)]
    assert told == ["ab", "cd"]


async def test_an_alarm_is_written_when_it_comes_and_when_it_goes(tmp_path: Path) -> None:
    with started(tmp_path) as watch:
        watch.alarms = [SHORT]
        await watch.chronicle.look()
        watch.alarms = [replace(SHORT, since_us=NOW_US + 7)]  # reckoned anew, and the same
        await watch.chronicle.look()
        watch.alarms = [SHORT, Alarm(Kind.REVIEW_DUE, "review of: Plaza", NOW_US + 1)]
        await watch.chronicle.look()
        watch.alarms = []
        await watch.chronicle.look()
        raised, cleared = watch.said(EntryKind.ALARM_RAISED), watch.said(EntryKind.ALARM_CLEARED)
    assert [each["alarm"] for each in raised] == ["disk_short", "review_due"]  # each once
    assert {each["alarm"] for each in cleared} == {"disk_short", "review_due"}
    assert raised[0] == {"alarm": "disk_short", "message": "9 GB left", "since_us": NOW_US}


async def test_what_the_ledger_could_not_take_is_written_once_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with started(tmp_path) as watch:
        watch.alarms = [SHORT]

        def full(kind: EntryKind, body: object) -> None:
            raise Error(Kind.LEDGER_FAILED, "no room")

        with monkeypatch.context() as patched:
            patched.setattr(watch.ledger, "append", full)
            for _ in range(2):
                with pytest.raises(Error):
                    await watch.chronicle.look()
        await watch.chronicle.look()
        assert len(watch.said(EntryKind.CONFIGURATION_CHANGED)) == 1
        assert len(watch.said(EntryKind.ALARM_RAISED)) == 1
