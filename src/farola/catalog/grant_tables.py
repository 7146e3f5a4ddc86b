"""The tables of requests for originals and of what was granted."""

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from farola.catalog.tables import (
    DETAIL_WIDTH,
    ID_WIDTH,
    NAME_WIDTH,
    PASSKEY_WIDTH,
    WORD_WIDTH,
    Table,
    one_of,
)
from farola.model import Reason, RequestState

SPOTS_WIDTH = 1_000


class RequestRow(Table):
    """Both times are NULL for live, which is for `live_minutes`. `spots` is a JSON list of lists:
    UTC microseconds, x and y; NULL asks for the whole picture.
    """

    __tablename__ = "requests"
    __table_args__ = (
        Index(None, "created_us"),
        Index(None, "state"),
        Index(None, "person_id"),
        one_of("reason", Reason),
        one_of("state", RequestState),
    )

    id: Mapped[str] = mapped_column(String(ID_WIDTH), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    start_us: Mapped[int | None] = mapped_column(BigInteger)
    end_us: Mapped[int | None] = mapped_column(BigInteger)
    live_minutes: Mapped[int | None]
    reason: Mapped[str] = mapped_column(String(WORD_WIDTH))
    text: Mapped[str] = mapped_column(String(DETAIL_WIDTH))
    reference: Mapped[str] = mapped_column(String(NAME_WIDTH))
    incident: Mapped[str] = mapped_column(String(NAME_WIDTH))
    created_us: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(WORD_WIDTH))
    passkey_id: Mapped[str | None] = mapped_column(String(PASSKEY_WIDTH))
    spots: Mapped[str | None] = mapped_column(String(SPOTS_WIDTH))


class RequestCameraRow(Table):
    """The cameras that a request, and the grant that came of it, are for."""

    __tablename__ = "request_cameras"

    request_id: Mapped[str] = mapped_column(
        ForeignKey("requests.id", ondelete="CASCADE"), primary_key=True
    )
    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.id"), primary_key=True)


class GrantRow(Table):
    """What a request was granted; span and cameras are the request's."""

    __tablename__ = "grants"
    __table_args__ = (Index(None, "request_id"), Index(None, "expires_us"))

    id: Mapped[str] = mapped_column(String(ID_WIDTH), primary_key=True)
    request_id: Mapped[str] = mapped_column(ForeignKey("requests.id"))
    granted_us: Mapped[int] = mapped_column(BigInteger)
    expires_us: Mapped[int] = mapped_column(BigInteger)
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    withdrawn_us: Mapped[int | None] = mapped_column(BigInteger)
    glass: Mapped[bool]
