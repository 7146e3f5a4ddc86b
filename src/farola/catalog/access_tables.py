"""The tables of people who sign in, their roles, groups of cameras, and sign-ins that last."""

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from farola.catalog.tables import (
    HASH_WIDTH,
    ID_WIDTH,
    KIND_WIDTH,
    NAME_WIDTH,
    PASSKEY_WIDTH,
    PLACE_WIDTH,
    SUBJECT_WIDTH,
    WORD_WIDTH,
    RowNumber,
    Table,
    one_of,
)
from farola.model import Method, Role


class PersonRow(Table):
    """Somebody with an account; never somebody who was filmed.

    `totp_step` is the last time step whose code was used: no code is good twice.
    """

    __tablename__ = "people"
    __table_args__ = (UniqueConstraint("name_key"), UniqueConstraint("subject"))

    id: Mapped[str] = mapped_column(String(ID_WIDTH), primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_WIDTH))
    name_key: Mapped[str] = mapped_column(String(NAME_WIDTH * 3))
    password_hash: Mapped[str] = mapped_column(String(HASH_WIDTH))
    created_us: Mapped[int] = mapped_column(BigInteger)
    disabled: Mapped[bool]
    sealed_totp: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_step: Mapped[int] = mapped_column(BigInteger)
    subject: Mapped[str | None] = mapped_column(String(SUBJECT_WIDTH))


class AssignmentRow(Table):
    """One role of a person, for a group's cameras or (NULL) the whole town."""

    __tablename__ = "assignments"
    __table_args__ = (Index(None, "person_id"), Index(None, "group_id"), one_of("role", Role))

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(WORD_WIDTH))
    group_id: Mapped[str | None] = mapped_column(ForeignKey("groups.id"))


class AdministeredRow(Table):
    """Who ever made an account, changed its roles or replaced its factors; nothing leaves it."""

    __tablename__ = "administered"

    person_id: Mapped[str] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    by_id: Mapped[str] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )


class PasskeyRow(Table):
    """A WebAuthn credential. `id` is the credential's own, in base64url."""

    __tablename__ = "passkeys"
    __table_args__ = (Index(None, "person_id"),)

    id: Mapped[str] = mapped_column(String(PASSKEY_WIDTH), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(NAME_WIDTH))
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    created_us: Mapped[int] = mapped_column(BigInteger)
    used_us: Mapped[int | None] = mapped_column(BigInteger)


class GroupRow(Table):
    """Cameras that the same people answer for."""

    __tablename__ = "groups"
    __table_args__ = (UniqueConstraint("name"),)

    id: Mapped[str] = mapped_column(String(ID_WIDTH), primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_WIDTH))


class GroupCameraRow(Table):
    """A camera of a group."""

    __tablename__ = "group_cameras"
    __table_args__ = (Index(None, "camera_id"),)

    group_id: Mapped[str] = mapped_column(
        ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True
    )
    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.id"), primary_key=True)


class SessionRow(Table):
    __tablename__ = "sessions"
    __table_args__ = (
        Index(None, "person_id"),
        Index(None, "expires_us"),
        one_of("method", Method),
    )

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    created_us: Mapped[int] = mapped_column(BigInteger)
    expires_us: Mapped[int] = mapped_column(BigInteger)
    method: Mapped[str] = mapped_column(String(WORD_WIDTH))
    proved_us: Mapped[int] = mapped_column(BigInteger)
    passkey_id: Mapped[str | None] = mapped_column(String(PASSKEY_WIDTH))
    address: Mapped[str] = mapped_column(String(KIND_WIDTH))
    client: Mapped[str] = mapped_column(String(PLACE_WIDTH))
    enrolling: Mapped[bool]
