"""The catalogue's tables as typed columns, in types that SQLite and PostgreSQL both have.

Wall time is BigInteger UTC microseconds. Widths are enforced by `fields` before a value gets here,
because SQLite keeps any length. No column may describe a filmed person (docs/design/glossary.md
and tests/catalog keep the list of refused names).
"""

from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from farola.model import CLASS_WIDTH, Condition, Direction, Label, ZoneKind

ID_WIDTH = 40
KIND_WIDTH = 40
NAME_WIDTH = 120
PLACE_WIDTH = 200
HOST_WIDTH = 253
PATH_WIDTH = 1024
PAPER_WIDTH = 2000
DETAIL_WIDTH = 500
CODEC_WIDTH = 64
FILE_WIDTH = 255
HASH_WIDTH = 255
WORD_WIDTH = 16
SUBJECT_WIDTH = 512
PASSKEY_WIDTH = 400
POINTS_WIDTH = 1024
ROOT_BYTES = 32
MOST_SEALED_BYTES = 8 << 10
MOST_INDEX_BYTES = 1 << 20

# Paths sort by code point everywhere, as in Python; a database's locale would skip punctuation.
FilePath = String(FILE_WIDTH).with_variant(String(FILE_WIDTH, collation="C"), "postgresql")
# SQLite numbers rows by itself only in a column of the type INTEGER.
RowNumber = BigInteger().with_variant(Integer(), "sqlite")


def one_of(column: str, words: type[StrEnum]) -> CheckConstraint:
    """The database itself refuses a word that is not on the closed list (RED_LINES)."""
    listed = ", ".join(f"'{word.value}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


class Table(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )


class CameraRow(Table):
    __tablename__ = "cameras"
    __table_args__ = (UniqueConstraint("name"),)

    id: Mapped[str] = mapped_column(String(ID_WIDTH), primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_WIDTH))
    place: Mapped[str] = mapped_column(String(PLACE_WIDTH))
    purpose: Mapped[str] = mapped_column(String(PAPER_WIDTH))
    legal_basis: Mapped[str] = mapped_column(String(PAPER_WIDTH))
    office: Mapped[str] = mapped_column(String(PAPER_WIDTH))
    contact: Mapped[str] = mapped_column(String(PAPER_WIDTH))
    assessment: Mapped[str] = mapped_column(String(PAPER_WIDTH))
    retention_class: Mapped[str] = mapped_column(String(CLASS_WIDTH))
    density: Mapped[int | None]
    height_m: Mapped[float | None] = mapped_column(Double)
    tilt_deg: Mapped[float | None] = mapped_column(Double)
    field_deg: Mapped[float | None] = mapped_column(Double)
    latitude: Mapped[float | None] = mapped_column(Double)
    longitude: Mapped[float | None] = mapped_column(Double)
    enabled: Mapped[bool]
    sealed_credentials: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_us: Mapped[int] = mapped_column(BigInteger)


class ApprovalRow(Table):
    """Whose word it is that a camera's papers are in order, and which papers: their digest."""

    __tablename__ = "approvals"

    camera_id: Mapped[str] = mapped_column(
        ForeignKey("cameras.id", ondelete="CASCADE"), primary_key=True
    )
    digest: Mapped[str] = mapped_column(String(64))
    approved_us: Mapped[int] = mapped_column(BigInteger)
    by_id: Mapped[str | None] = mapped_column(String(ID_WIDTH))


class StreamRow(Table):
    """A camera always has both rows; a stream without an address is not read."""

    __tablename__ = "streams"
    __table_args__ = (UniqueConstraint("camera_id", "kind"),)

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.id"))
    kind: Mapped[str] = mapped_column(String(8))
    scheme: Mapped[str | None] = mapped_column(String(8))
    host: Mapped[str | None] = mapped_column(String(HOST_WIDTH))
    port: Mapped[int | None]
    path: Mapped[str | None] = mapped_column(String(PATH_WIDTH))


class RunRow(Table):
    __tablename__ = "runs"
    __table_args__ = (
        Index(None, "stream_id", "start_us"),
        Index(None, "end_us"),  # finds the runs that still last: NULL
    )

    id: Mapped[str] = mapped_column(String(ID_WIDTH), primary_key=True)
    stream_id: Mapped[int] = mapped_column(ForeignKey("streams.id"))
    start_us: Mapped[int] = mapped_column(BigInteger)
    end_us: Mapped[int | None] = mapped_column(BigInteger)
    end_reason: Mapped[str | None] = mapped_column(String(KIND_WIDTH))
    camera_offset_us: Mapped[int | None] = mapped_column(BigInteger)


class SegmentRow(Table):
    """One row per file with a packed fragment index, never one per frame or fragment."""

    __tablename__ = "segments"
    __table_args__ = (
        UniqueConstraint("path"),
        # Covers the day strip: which spans are recorded is read without touching the rows.
        Index(None, "stream_id", "start_us", "end_us"),
        Index(None, "run_id"),
    )

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    stream_id: Mapped[int] = mapped_column(ForeignKey("streams.id"))
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id"))
    path: Mapped[str] = mapped_column(FilePath)
    codec: Mapped[str] = mapped_column(String(CODEC_WIDTH))
    width: Mapped[int]
    height: Mapped[int]
    start_us: Mapped[int] = mapped_column(BigInteger)
    end_us: Mapped[int] = mapped_column(BigInteger)
    size: Mapped[int] = mapped_column(BigInteger)
    packed_index: Mapped[bytes] = mapped_column(LargeBinary)


class SegmentRootRow(Table):
    """A closed file's Merkle root, and the seal that it is under: an entry of the ledger with the
    roots of a camera's hour. `entered` once that entry is known to be there.
    """

    __tablename__ = "segment_roots"
    __table_args__ = (Index(None, "seal", "segment_id"), Index(None, "entered"))

    segment_id: Mapped[int] = mapped_column(
        ForeignKey("segments.id", ondelete="CASCADE"), primary_key=True
    )
    root: Mapped[bytes] = mapped_column(LargeBinary)
    seal: Mapped[str | None] = mapped_column(String(ID_WIDTH))
    entered: Mapped[bool]


class OpenSegmentRow(Table):
    """The files that a recorder still writes: few, so that finding them costs nothing."""

    __tablename__ = "open_segments"

    segment_id: Mapped[int] = mapped_column(
        ForeignKey("segments.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )


class GapRow(Table):
    __tablename__ = "gaps"
    __table_args__ = (
        UniqueConstraint("stream_id", "start_us"),
        Index(None, "end_us"),  # finds the gaps that still last: NULL
    )

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    stream_id: Mapped[int] = mapped_column(ForeignKey("streams.id"))
    start_us: Mapped[int] = mapped_column(BigInteger)
    end_us: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(KIND_WIDTH))
    detail: Mapped[str] = mapped_column(String(DETAIL_WIDTH))


class ZoneRow(Table):
    """`points` is a JSON list of pairs, fractions of the picture."""

    __tablename__ = "zones"
    __table_args__ = (UniqueConstraint("camera_id", "name"), one_of("kind", ZoneKind))

    id: Mapped[str] = mapped_column(String(ID_WIDTH), primary_key=True)
    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.id"))
    name: Mapped[str] = mapped_column(String(NAME_WIDTH))
    kind: Mapped[str] = mapped_column(String(WORD_WIDTH))
    points: Mapped[str] = mapped_column(String(POINTS_WIDTH))
    width_m: Mapped[float | None] = mapped_column(Double)


class RuleRow(Table):
    """`days` has bit 0 for Monday; days and minutes are all NULL for a rule without a schedule."""

    __tablename__ = "rules"
    __table_args__ = (
        UniqueConstraint("camera_id", "name"),
        Index(None, "zone_id"),
        one_of("condition", Condition),
        one_of("direction", Direction),
    )

    id: Mapped[str] = mapped_column(String(ID_WIDTH), primary_key=True)
    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.id"))
    zone_id: Mapped[str] = mapped_column(ForeignKey("zones.id"))
    name: Mapped[str] = mapped_column(String(NAME_WIDTH))
    condition: Mapped[str] = mapped_column(String(WORD_WIDTH))
    seconds: Mapped[int]
    count: Mapped[int]
    direction: Mapped[str] = mapped_column(String(WORD_WIDTH))
    heading: Mapped[int | None]
    speed_kmh: Mapped[int | None]
    days: Mapped[int | None]
    start_minute: Mapped[int | None]
    end_minute: Mapped[int | None]
    hold_s: Mapped[int]
    cool_down_s: Mapped[int]
    enabled: Mapped[bool]


class RuleLabelRow(Table):
    """The classes that a rule is for."""

    __tablename__ = "rule_labels"
    __table_args__ = (one_of("label", Label),)

    rule_id: Mapped[str] = mapped_column(
        ForeignKey("rules.id", ondelete="CASCADE"), primary_key=True
    )
    label: Mapped[str] = mapped_column(String(WORD_WIDTH), primary_key=True)


class EventRow(Table):
    """What was noticed. It outlives its zone and its rule, so it refers to neither by a key.

    Each index ends with the time, and begins with what may be asked for, so that the newest events
    of any one class, condition and place are read from its end (docs/design/situations.md). A rule
    may have been moved to another zone, so that its indexes tell the zone as well.
    """

    __tablename__ = "events"
    __table_args__ = (
        Index(None, "start_us"),
        Index(None, "camera_id", "start_us"),
        Index(None, "zone_id", "start_us"),
        Index(None, "rule_id", "start_us", "zone_id"),
        Index(None, "label", "condition", "start_us"),
        Index(None, "camera_id", "label", "condition", "start_us"),
        Index(None, "zone_id", "label", "condition", "start_us"),
        Index(None, "rule_id", "label", "condition", "start_us", "zone_id"),
        one_of("label", Label),
        one_of("condition", Condition),
    )

    id: Mapped[str] = mapped_column(String(ID_WIDTH), primary_key=True)
    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.id"))
    zone_id: Mapped[str] = mapped_column(String(ID_WIDTH))
    zone_name: Mapped[str] = mapped_column(String(NAME_WIDTH))
    rule_id: Mapped[str] = mapped_column(String(ID_WIDTH))
    rule_name: Mapped[str] = mapped_column(String(NAME_WIDTH))
    condition: Mapped[str] = mapped_column(String(WORD_WIDTH))
    label: Mapped[str] = mapped_column(String(WORD_WIDTH))
    start_us: Mapped[int] = mapped_column(BigInteger)
    end_us: Mapped[int | None] = mapped_column(BigInteger)
    peak: Mapped[int]
    peak_us: Mapped[int] = mapped_column(BigInteger)


class OpenEventRow(Table):
    """The events that still last: few, so that finding them costs nothing."""

    __tablename__ = "open_events"

    event_id: Mapped[str] = mapped_column(
        ForeignKey("events.id", ondelete="CASCADE"), primary_key=True
    )


class HourCountRow(Table):
    """One class in one zone in one UTC hour; an empty `zone_id` is the whole picture."""

    __tablename__ = "hour_counts"
    __table_args__ = (one_of("label", Label),)

    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.id"), primary_key=True)
    hour_us: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    zone_id: Mapped[str] = mapped_column(String(ID_WIDTH), primary_key=True)
    label: Mapped[str] = mapped_column(String(WORD_WIDTH), primary_key=True)
    entered: Mapped[int]
    peak: Mapped[int]
    present_us: Mapped[int] = mapped_column(BigInteger)


class MarkRow(Table):
    """A number that only grows: how far something outside the catalogue has come."""

    __tablename__ = "marks"

    mark: Mapped[str] = mapped_column(String(ID_WIDTH), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)


class HoldRow(Table):
    """What keeps a span from being destroyed; a hold that ended stays as a line of history."""

    __tablename__ = "holds"

    id: Mapped[str] = mapped_column(String(ID_WIDTH), primary_key=True)
    start_us: Mapped[int] = mapped_column(BigInteger)
    end_us: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(DETAIL_WIDTH))
    reference: Mapped[str] = mapped_column(String(NAME_WIDTH))
    placed_us: Mapped[int] = mapped_column(BigInteger)
    expires_us: Mapped[int] = mapped_column(BigInteger)
    ended_us: Mapped[int | None] = mapped_column(BigInteger)


class HoldCameraRow(Table):
    """The cameras that a hold is of."""

    __tablename__ = "hold_cameras"

    hold_id: Mapped[str] = mapped_column(
        ForeignKey("holds.id", ondelete="CASCADE"), primary_key=True
    )
    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.id"), primary_key=True)
