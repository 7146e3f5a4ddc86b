"""Approvals of cameras' papers. Those of existing cameras have to be given."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "approvals",
        sa.Column("camera_id", sa.String(40), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("approved_us", sa.BigInteger(), nullable=False),
        sa.Column("by_id", sa.String(40), nullable=True),
        sa.PrimaryKeyConstraint("camera_id", name="pk_approvals"),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["cameras.id"], name="fk_approvals_camera_id", ondelete="CASCADE"
        ),
    )
