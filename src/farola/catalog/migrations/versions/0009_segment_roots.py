"""Merkle roots of closed files, which go to the ledger by the hour."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    row_number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "segment_roots",
        sa.Column("segment_id", row_number, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("seal", sa.String(40), nullable=True),
        sa.Column("entered", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("segment_id", name="pk_segment_roots"),
        sa.ForeignKeyConstraint(
            ["segment_id"],
            ["segments.id"],
            name="fk_segment_roots_segment_id",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_segment_roots_seal_segment_id", "segment_roots", ["seal", "segment_id"])
    op.create_index("ix_segment_roots_entered", "segment_roots", ["entered"])
