"""The catalogue's tables as typed columns, in types that SQLite and PostgreSQL both have.

Wall time is BigInteger UTC microseconds. Widths are enforced by `fields` before a value gets here,
because SQLite keeps any length. No column may describe a filmed person (docs/design/glossary.md
and tests/catalog keep the list of refused names).
"""

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

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
MOST_SEALED_BYTES = 8 << 10
MOST_INDEX_BYTES = 1 << 20

# Paths sort by code point everywhere, as in Python; a database's locale would skip punctuation.
FilePath = String(FILE_WIDTH).with_variant(String(FILE_WIDTH, collation="C"), "postgresql")
# SQLite numbers rows by itself only in a column of the type INTEGER.
RowNumber = BigInteger().with_variant(Integer(), "sqlite")


class Table(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
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
    enabled: Mapped[bool]
    sealed_credentials: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_us: Mapped[int] = mapped_column(BigInteger)


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


class PersonRow(Table):
    """Somebody with an account; never somebody who was filmed."""

    __tablename__ = "people"
    __table_args__ = (UniqueConstraint("name_key"),)

    id: Mapped[str] = mapped_column(String(ID_WIDTH), primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_WIDTH))
    name_key: Mapped[str] = mapped_column(String(NAME_WIDTH * 3))
    password_hash: Mapped[str] = mapped_column(String(HASH_WIDTH))
    created_us: Mapped[int] = mapped_column(BigInteger)


class SessionRow(Table):
    __tablename__ = "sessions"
    __table_args__ = (Index(None, "person_id"), Index(None, "expires_us"))

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    created_us: Mapped[int] = mapped_column(BigInteger)
    expires_us: Mapped[int] = mapped_column(BigInteger)
