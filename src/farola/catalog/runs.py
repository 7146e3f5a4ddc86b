"""The runs' rows: unbroken connections."""

from sqlalchemy import Row, Select, insert, select, update

from farola.base import Error, Kind
from farola.catalog import fields
from farola.catalog.streams import StreamNumbers
from farola.catalog.tables import ID_WIDTH, RunRow, StreamRow
from farola.model import Run, Span, StreamKind


class Runs(StreamNumbers):
    def begin_run(self, run: Run) -> None:
        """Store a run when it begins; again with the same id, it replaces what was stored."""
        values = {
            "stream_id": self._stream_id(run.camera_id, run.stream),
            "start_us": fields.time_us(run.start_us, "start_us"),
            "end_us": None if run.end_us is None else fields.time_us(run.end_us, "end_us"),
            "end_reason": None if run.end_reason is None else run.end_reason.value,
            "camera_offset_us": run.camera_offset_us,
        }
        with self._database.write() as connection:
            changed = connection.execute(update(RunRow).where(RunRow.id == run.id).values(**values))
            if not changed.rowcount:
                run_id = fields.text(run.id, "run_id", ID_WIDTH)
                connection.execute(insert(RunRow).values(id=run_id, **values))

    def end_run(
        self, run_id: str, end_us: int, reason: Kind, camera_offset_us: int | None = None
    ) -> None:
        """Write when and why a run ended; an offset that is None keeps the stored one."""
        values: dict[str, int | str] = {
            "end_us": fields.time_us(end_us, "end_us"),
            "end_reason": reason.value,
        }
        if camera_offset_us is not None:
            values["camera_offset_us"] = camera_offset_us
        self._update_run(run_id, values)

    def set_camera_offset(self, run_id: str, camera_offset_us: int) -> None:
        """Write how far the camera's clock was from ours, as last measured."""
        self._update_run(run_id, {"camera_offset_us": camera_offset_us})

    def run(self, run_id: str) -> Run | None:
        with self._database.read() as connection:
            row = connection.execute(_RUNS.where(RunRow.id == run_id)).one_or_none()
        return None if row is None else _run(row)

    def runs(self, camera_id: str, stream: StreamKind, span: Span) -> list[Run]:
        """Runs that touch `span`, by start. A run may last for months: the whole past counts."""
        stream_id = self._find_stream_id(camera_id, stream)
        with self._database.read() as connection:
            rows = connection.execute(
                _RUNS.where(
                    RunRow.stream_id == stream_id,
                    RunRow.start_us < span.end_us,
                    (RunRow.end_us > span.start_us) | RunRow.end_us.is_(None),
                ).order_by(RunRow.start_us)
            ).all()
        return [_run(row) for row in rows]

    def open_runs(self) -> list[Run]:
        """Runs without an end: those that last, and those of a recorder that was killed."""
        with self._database.read() as connection:
            rows = connection.execute(
                _RUNS.where(RunRow.end_us.is_(None)).order_by(RunRow.start_us)
            ).all()
        return [_run(row) for row in rows]

    def _update_run(self, run_id: str, values: dict[str, int | str]) -> None:
        with self._database.write() as connection:
            changed = connection.execute(update(RunRow).where(RunRow.id == run_id).values(**values))
            if not changed.rowcount:
                raise Error(Kind.NOT_FOUND, "no such run", run_id=run_id[:ID_WIDTH])


_RUNS: Select[str, str, str, int, int | None, str | None, int | None] = select(
    RunRow.id,
    StreamRow.camera_id,
    StreamRow.kind,
    RunRow.start_us,
    RunRow.end_us,
    RunRow.end_reason,
    RunRow.camera_offset_us,
).join(StreamRow, StreamRow.id == RunRow.stream_id)


def _run(row: Row[str, str, str, int, int | None, str | None, int | None]) -> Run:
    run_id, camera_id, kind, start_us, end_us, reason, offset = row
    return Run(
        id=run_id,
        camera_id=camera_id,
        stream=StreamKind(kind),
        start_us=start_us,
        end_us=end_us,
        end_reason=None if reason is None else Kind(reason),
        camera_offset_us=offset,
    )
