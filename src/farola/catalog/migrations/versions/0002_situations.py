"""Zones, rules, events and hourly counts."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_LABELS = "person bicycle motorcycle car bus truck vehicle dog"
_CONDITIONS = "enters stays count crosses speed wrong_way stopped"


def _one_of(table: str, column: str, words: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words.split())
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_{table}_{column}"))


def _of_camera(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["camera_id"], ["cameras.id"], name=f"fk_{table}_camera_id")


def upgrade() -> None:
    op.create_table(
        "zones",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("camera_id", sa.String(40), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("points", sa.String(1024), nullable=False),
        sa.Column("width_m", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_zones"),
        sa.UniqueConstraint("camera_id", "name", name="uq_zones_camera_id_name"),
        _of_camera("zones"),
        _one_of("zones", "kind", "area line private"),
    )
    op.create_table(
        "rules",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("camera_id", sa.String(40), nullable=False),
        sa.Column("zone_id", sa.String(40), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("condition", sa.String(16), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("direction", sa.String(16), nullable=False),
        sa.Column("heading", sa.Integer(), nullable=True),
        sa.Column("speed_kmh", sa.Integer(), nullable=True),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("start_minute", sa.Integer(), nullable=True),
        sa.Column("end_minute", sa.Integer(), nullable=True),
        sa.Column("hold_s", sa.Integer(), nullable=False),
        sa.Column("cool_down_s", sa.Integer(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rules"),
        sa.UniqueConstraint("camera_id", "name", name="uq_rules_camera_id_name"),
        _of_camera("rules"),
        sa.ForeignKeyConstraint(["zone_id"], ["zones.id"], name="fk_rules_zone_id"),
        _one_of("rules", "condition", _CONDITIONS),
        _one_of("rules", "direction", "any to_right to_left"),
    )
    op.create_index("ix_rules_zone_id", "rules", ["zone_id"])
    op.create_table(
        "rule_labels",
        sa.Column("rule_id", sa.String(40), nullable=False),
        sa.Column("label", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("rule_id", "label", name="pk_rule_labels"),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["rules.id"], name="fk_rule_labels_rule_id", ondelete="CASCADE"
        ),
        _one_of("rule_labels", "label", _LABELS),
    )
    op.create_table(
        "events",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("camera_id", sa.String(40), nullable=False),
        sa.Column("zone_id", sa.String(40), nullable=False),
        sa.Column("zone_name", sa.String(120), nullable=False),
        sa.Column("rule_id", sa.String(40), nullable=False),
        sa.Column("rule_name", sa.String(120), nullable=False),
        sa.Column("condition", sa.String(16), nullable=False),
        sa.Column("label", sa.String(16), nullable=False),
        sa.Column("start_us", sa.BigInteger(), nullable=False),
        sa.Column("end_us", sa.BigInteger(), nullable=True),
        sa.Column("peak", sa.Integer(), nullable=False),
        sa.Column("peak_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        _of_camera("events"),
        _one_of("events", "label", _LABELS),
        _one_of("events", "condition", _CONDITIONS),
    )
    for columns in (
        ["start_us"],
        ["camera_id", "start_us"],
        ["zone_id", "start_us"],
        ["rule_id", "start_us", "zone_id"],
        ["label", "condition", "start_us"],
        ["camera_id", "label", "condition", "start_us"],
        ["zone_id", "label", "condition", "start_us"],
        ["rule_id", "label", "condition", "start_us", "zone_id"],
    ):
        op.create_index("ix_events_" + "_".join(columns), "events", columns)
    op.create_table(
        "open_events",
        sa.Column("event_id", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk_open_events"),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name="fk_open_events_event_id", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "hour_counts",
        sa.Column("camera_id", sa.String(40), nullable=False),
        sa.Column("hour_us", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("zone_id", sa.String(40), nullable=False),
        sa.Column("label", sa.String(16), nullable=False),
        sa.Column("entered", sa.Integer(), nullable=False),
        sa.Column("peak", sa.Integer(), nullable=False),
        sa.Column("present_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("camera_id", "hour_us", "zone_id", "label", name="pk_hour_counts"),
        _of_camera("hour_counts"),
        _one_of("hour_counts", "label", _LABELS),
    )


def downgrade() -> None:
    for table in ("hour_counts", "open_events", "events", "rule_labels", "rules", "zones"):
        op.drop_table(table)
