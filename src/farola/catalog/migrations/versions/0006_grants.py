"""Requests for originals, and grants."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_REASONS = (
    "crime",
    "crash",
    "medical",
    "fire",
    "search",
    "court_order",
    "access_request",
    "other",
)
_STATES = ("waiting", "granted", "refused", "withdrawn", "lapsed")


def _one_of(column: str, words: tuple[str, ...]) -> sa.CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_requests_{column}"))


def upgrade() -> None:
    op.create_table(
        "requests",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("person_id", sa.String(40), nullable=False),
        sa.Column("start_us", sa.BigInteger(), nullable=True),
        sa.Column("end_us", sa.BigInteger(), nullable=True),
        sa.Column("live_minutes", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("text", sa.String(500), nullable=False),
        sa.Column("reference", sa.String(120), nullable=False),
        sa.Column("incident", sa.String(120), nullable=False),
        sa.Column("created_us", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("passkey_id", sa.String(400), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_requests"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_requests_person_id"),
        _one_of("reason", _REASONS),
        _one_of("state", _STATES),
    )
    op.create_index("ix_requests_created_us", "requests", ["created_us"])
    op.create_index("ix_requests_state", "requests", ["state"])
    op.create_index("ix_requests_person_id", "requests", ["person_id"])
    op.create_table(
        "request_cameras",
        sa.Column("request_id", sa.String(40), nullable=False),
        sa.Column("camera_id", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("request_id", "camera_id", name="pk_request_cameras"),
        sa.ForeignKeyConstraint(
            ["request_id"], ["requests.id"], name="fk_request_cameras_request_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["cameras.id"], name="fk_request_cameras_camera_id"
        ),
    )  # fmt: skip
    op.create_table(
        "grants",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("request_id", sa.String(40), nullable=False),
        sa.Column("granted_us", sa.BigInteger(), nullable=False),
        sa.Column("expires_us", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", sa.String(40), nullable=True),
        sa.Column("withdrawn_us", sa.BigInteger(), nullable=True),
        sa.Column("glass", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_grants"),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name="fk_grants_request_id"),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name="fk_grants_decided_by"),
    )
    op.create_index("ix_grants_request_id", "grants", ["request_id"])
    op.create_index("ix_grants_expires_us", "grants", ["expires_us"])
