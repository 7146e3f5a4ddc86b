"""The public page: made anew every few minutes from the ledger, the cameras and their gaps."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from farola.app.auditing import entries_of
from farola.app.documents import Documents
from farola.app.parts import Parts
from farola.app.witnesses import Witnesses
from farola.base import Error, Kind, disk_kind, get_logger
from farola.ledger import CHECKPOINT, EntryFilter, Ledger
from farola.model import Alarm, Camera, EntryKind, Span, StreamKind
from farola.oversight import (
    CameraMonth,
    PublicCamera,
    SiteFacts,
    WitnessFacts,
    months,
    site,
)

_MONTHS = 12
_MOST_ENTRIES = 5_000_000
_US = 1_000_000
_COUNTED = frozenset(
    {
        EntryKind.ORIGINAL_REQUESTED,
        EntryKind.GRANTED,
        EntryKind.REFUSED,
        EntryKind.GLASS_BROKEN,
        EntryKind.LOOK_ENDED,
        EntryKind.EXPORT,
        EntryKind.HOLD_PLACED,
        EntryKind.KEY_DESTROYED,
    }
)
_log = get_logger("public")


class SitePublisher:
    """`retention_hours` of a camera come from whoever plans retention."""

    def __init__(
        self,
        parts: Parts,
        ledger: Ledger,
        witnesses: Witnesses,
        retention_hours: Callable[[Camera], int],
    ) -> None:
        self._parts = parts
        self._ledger = ledger
        self._witnesses = witnesses
        self._hours = retention_hours
        self._documents = Documents(parts, retention_hours)
        self._zone = ZoneInfo(parts.settings.site.zone or "UTC")
        self._fault: Alarm | None = None

    def alarms(self) -> list[Alarm]:
        """What keeps the public page from being made."""
        return [self._fault] if self._fault else []

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await asyncio.to_thread(self.publish)
                self._fault = None
            except Error as error:
                if self._fault is None or self._fault.kind is not error.kind:
                    _log.error("no public page", kind=error.kind, message=error.message)
                    self._fault = Alarm(error.kind, error.message, self._parts.clock.wall_us())
            await asyncio.sleep(self._parts.settings.public.refresh_seconds)

    def publish(self) -> None:
        """Blocking. Files of cameras that are gone are removed; nothing is ever half written."""
        folder = self._parts.settings.public_directory
        cameras = self._parts.catalog.cameras.list()
        notices = {each.id: self._documents.notice(each) for each in cameras}
        made = site(self._facts(cameras, {name for name, told in notices.items() if told}))
        for camera_id, notice in notices.items():
            if notice is not None:
                made[f"camera/{camera_id}.svg"] = notice[0].encode()
                made[f"camera/{camera_id}.pdf"] = notice[1]
        try:
            for name, data in made.items():
                write_whole({folder / name: data})
            for path in (folder / "camera").glob("*"):
                if f"camera/{path.stem}.html" not in made:
                    path.unlink(missing_ok=True)
        except OSError as error:
            raise Error(disk_kind(error), f"{folder} cannot be written: {error}") from error

    def _facts(self, cameras: Sequence[Camera], noticed: set[str]) -> SiteFacts:
        settings, now_us = self._parts.settings, self._parts.clock.wall_us()
        spans = _month_spans(now_us, self._zone)
        asked = EntryFilter(_COUNTED, span=Span(spans[-1][1].start_us, now_us + _US))
        entries = entries_of(self._ledger, asked, _MOST_ENTRIES)
        lines = [self._line(each, name, span, now_us) for each in cameras for name, span in spans]
        events = {name: self._parts.catalog.events.count(span) for name, span in spans}
        local = datetime.fromtimestamp(now_us // _US, UTC).astimezone(self._zone)
        told = months(entries, lines, events, self._zone, now_us)
        return SiteFacts(
            town=settings.site.name,
            office=settings.site.office,
            contact=settings.site.contact,
            address=settings.site.address,
            retention_hours=min((self._hours(each) for each in cameras), default=0),
            made_on=f"{local:%Y-%m-%d %H:%M}",
            cameras=[self._camera(each, has_notice=each.id in noticed) for each in cameras],
            months=[each for each in told if each.requests != 0 or each.cameras or each.looks != 0],
            checkpoint=self._checkpoint(),
            verifier=self._ledger.verifier,
            witnesses=[
                WitnessFacts(each.name, each.key, each.size) for each in self._witnesses.told()
            ],
        )

    def _camera(self, camera: Camera, *, has_notice: bool) -> PublicCamera:
        papers = camera.papers
        return PublicCamera(
            id=camera.id,
            place=camera.place,
            purpose=papers.purpose,
            legal_basis=papers.legal_basis,
            office=papers.office,
            contact=papers.contact,
            retention_hours=self._hours(camera),
            enabled=camera.enabled,
            latitude=camera.position.latitude if camera.position else None,
            longitude=camera.position.longitude if camera.position else None,
            has_notice=has_notice,
        )

    def _line(self, camera: Camera, month: str, span: Span, now_us: int) -> CameraMonth:
        """What was not recorded of the time in which it was to be, by the camera's gaps."""
        start_us = max(span.start_us, camera.created_us)
        end_us = min(span.end_us, now_us)
        if not camera.enabled or end_us <= start_us:
            return CameraMonth(month, 0, 0)
        wanted = Span(start_us, end_us)
        gaps = self._parts.catalog.recordings.gaps(camera.id, StreamKind.MAIN, wanted)
        missing = sum(
            min(gap.end_us or end_us, end_us) - max(gap.start_us, start_us)
            for gap in gaps
            if gap.reason is not Kind.CAMERA_DISABLED
        )
        return CameraMonth(month, end_us - start_us, max(0, missing))

    def _checkpoint(self) -> str:
        path = self._parts.settings.public_directory / "ledger" / CHECKPOINT
        try:
            return path.read_text("utf-8")
        except OSError:
            return ""


def _month_spans(now_us: int, zone: ZoneInfo) -> list[tuple[str, Span]]:
    """This month and those before it on the town's clocks, the newest first."""
    local = datetime.fromtimestamp(now_us // _US, UTC).astimezone(zone)
    start = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    found = []
    end = _after(start)
    for _ in range(_MONTHS):
        span = Span(round(start.timestamp()) * _US, round(end.timestamp()) * _US)
        found.append((f"{start:%Y-%m}", span))
        end = start
        start = _before(start)
    return found


def _after(start: datetime) -> datetime:
    last = start.month == 12
    return start.replace(year=start.year + last, month=1 if last else start.month + 1)


def _before(start: datetime) -> datetime:
    first = start.month == 1
    return start.replace(year=start.year - first, month=12 if first else start.month - 1)


def write_whole(files: Mapping[Path, bytes]) -> None:
    """Replace public files at once, where they differ: all of them, or none that cannot be."""
    written = []
    for path, data in files.items():
        path.parent.mkdir(0o755, parents=True, exist_ok=True)
        if path.is_file() and path.read_bytes() == data:
            continue
        temporary = path.with_name(f"{path.name}.new")
        temporary.write_bytes(data)
        temporary.chmod(0o644)
        written.append((temporary, path))
    for temporary, path in written:
        temporary.replace(path)
