"""What happens in the town without anybody's act in the console: on record as well."""

import asyncio
from collections.abc import Callable

from farola.app.parts import Parts
from farola.base import Error, get_logger
from farola.config import Settings
from farola.ledger import EntryFilter, Ledger
from farola.model import Alarm, Body, EntryKind, Json

_LOOK_SECONDS = 5.0
_log = get_logger("ledger")

# A kind and its message: since when it lasts is told anew by some each time, a little otherwise.
type _Lasting = tuple[str, str]


class Chronicle:
    """Settings and model that are others than before, alarms that come and go.

    Belongs to the server's event loop. An alarm that comes and goes between two looks is not
    written; one that the ledger could not take is, once it can and while it lasts. A start of the
    town ends all that lasted before it.
    """

    def __init__(
        self,
        parts: Parts,
        ledger: Ledger,
        alarms: Callable[[], list[Alarm]],
        model: Callable[[], tuple[str, str]],
    ) -> None:
        """`model` tells the detector's name and the SHA-256 of its file, empty before it runs."""
        self._parts = parts
        self._ledger = ledger
        self._alarms = alarms
        self._model = model
        self._lasting: dict[_Lasting, Alarm] = {}
        self._known_model: Body | None = None
        self._configured = False

    async def run(self) -> None:
        """Until cancelled. What cannot be written is tried again with the next look."""
        failing = False
        while True:
            try:
                await self.look()
                failing = False
            except Error as error:
                if not failing:
                    _log.error("not on record", kind=error.kind, message=error.message)
                failing = True
            await asyncio.sleep(_LOOK_SECONDS)

    async def look(self) -> None:
        """Writes what changed. Raises LEDGER_FAILED."""
        if not self._configured:
            await asyncio.to_thread(self._configuration)
            self._configured = True
        name, digest = self._model()
        told: Body = {"model": name, "sha256": digest}
        if digest and told != self._known_model:
            await asyncio.to_thread(self._model_runs, told)
            self._known_model = told
        now = {(each.kind.value, each.message): each for each in self._alarms()}
        for key in now.keys() - self._lasting.keys():
            alarm = now[key]
            body: Body = {
                "alarm": alarm.kind.value,
                "message": alarm.message,
                "since_us": alarm.since_us,
            }
            await asyncio.to_thread(self._ledger.append, EntryKind.ALARM_RAISED, body)
            self._lasting[key] = alarm
        for key in self._lasting.keys() - now.keys():
            kind, message = key
            ended: Body = {"alarm": kind, "message": message}
            await asyncio.to_thread(self._ledger.append, EntryKind.ALARM_CLEARED, ended)
            del self._lasting[key]

    def _configuration(self) -> None:
        settings = plain(self._parts.settings)
        before = self._last(EntryKind.CONFIGURATION_CHANGED).get("settings")
        known = before if isinstance(before, dict) else {}
        changed: list[Json] = [
            name
            for name in sorted(settings.keys() | known.keys())
            if settings.get(name) != known.get(name)
        ]
        if changed:
            body: Body = {"changed": changed if known else [], "settings": settings}
            self._ledger.append(EntryKind.CONFIGURATION_CHANGED, body)

    def _model_runs(self, told: Body) -> None:
        if self._last(EntryKind.MODEL_CHANGED) != told:
            self._ledger.append(EntryKind.MODEL_CHANGED, told)

    def _last(self, kind: EntryKind) -> Body:
        page = self._ledger.find(EntryFilter(frozenset({kind})), None, 1)
        return (page.entries[0].body if page.entries else None) or {}


def plain(settings: Settings) -> dict[str, Json]:
    """Every setting by its name, such as `retention.hours`; of secrets only that they are set."""
    found: dict[str, Json] = {}
    for section, values in settings.model_dump(mode="json").items():
        for name, value in values.items():
            found[f"{section}.{name}"] = value
    return found
