"""Cameras, streams, runs, segments, gaps, people and sessions."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_PATH = sa.String(255).with_variant(sa.String(255, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "cameras",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("purpose", sa.String(2000), nullable=False),
        sa.Column("legal_basis", sa.String(2000), nullable=False),
        sa.Column("office", sa.String(2000), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("sealed_credentials", sa.LargeBinary(), nullable=True),
        sa.Column("created_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cameras"),
        sa.UniqueConstraint("name", name="uq_cameras_name"),
    )
    op.create_table(
        "streams",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("camera_id", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("scheme", sa.String(8), nullable=True),
        sa.Column("host", sa.String(253), nullable=True),
        sa.Column("port", sa.Integer(), nullable=True),
        sa.Column("path", sa.String(1024), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_streams"),
        sa.UniqueConstraint("camera_id", "kind", name="uq_streams_camera_id_kind"),
        sa.ForeignKeyConstraint(["camera_id"], ["cameras.id"], name="fk_streams_camera_id"),
    )
    op.create_table(
        "runs",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("stream_id", _NUMBER, nullable=False),
        sa.Column("start_us", sa.BigInteger(), nullable=False),
        sa.Column("end_us", sa.BigInteger(), nullable=True),
        sa.Column("end_reason", sa.String(40), nullable=True),
        sa.Column("camera_offset_us", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
        sa.ForeignKeyConstraint(["stream_id"], ["streams.id"], name="fk_runs_stream_id"),
    )
    op.create_index("ix_runs_stream_id_start_us", "runs", ["stream_id", "start_us"])
    op.create_index("ix_runs_end_us", "runs", ["end_us"])
    op.create_table(
        "segments",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("stream_id", _NUMBER, nullable=False),
        sa.Column("run_id", sa.String(40), nullable=False),
        sa.Column("path", _PATH, nullable=False),
        sa.Column("codec", sa.String(64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("start_us", sa.BigInteger(), nullable=False),
        sa.Column("end_us", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("packed_index", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_segments"),
        sa.UniqueConstraint("path", name="uq_segments_path"),
        sa.ForeignKeyConstraint(["stream_id"], ["streams.id"], name="fk_segments_stream_id"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_segments_run_id"),
    )
    op.create_index(
        "ix_segments_stream_id_start_us_end_us", "segments", ["stream_id", "start_us", "end_us"]
    )
    op.create_index("ix_segments_run_id", "segments", ["run_id"])
    op.create_table(
        "open_segments",
        sa.Column("segment_id", _NUMBER, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("segment_id", name="pk_open_segments"),
        sa.ForeignKeyConstraint(
            ["segment_id"],
            ["segments.id"],
            name="fk_open_segments_segment_id",
            ondelete="CASCADE",
        ),
    )
    op.create_table(
        "gaps",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("stream_id", _NUMBER, nullable=False),
        sa.Column("start_us", sa.BigInteger(), nullable=False),
        sa.Column("end_us", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("detail", sa.String(500), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_gaps"),
        sa.UniqueConstraint("stream_id", "start_us", name="uq_gaps_stream_id_start_us"),
        sa.ForeignKeyConstraint(["stream_id"], ["streams.id"], name="fk_gaps_stream_id"),
    )
    op.create_index("ix_gaps_end_us", "gaps", ["end_us"])
    op.create_table(
        "people",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("name_key", sa.String(360), nullable=False),
        sa.Column("password_hash", sa.String(255), nullable=False),
        sa.Column("created_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sa.UniqueConstraint("name_key", name="uq_people_name_key"),
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("person_id", sa.String(40), nullable=False),
        sa.Column("created_us", sa.BigInteger(), nullable=False),
        sa.Column("expires_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sessions"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_sessions_person_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_sessions_person_id", "sessions", ["person_id"])
    op.create_index("ix_sessions_expires_us", "sessions", ["expires_us"])


def downgrade() -> None:
    for table in (
        "sessions",
        "people",
        "gaps",
        "open_segments",
        "segments",
        "runs",
        "streams",
        "cameras",
    ):
        op.drop_table(table)
