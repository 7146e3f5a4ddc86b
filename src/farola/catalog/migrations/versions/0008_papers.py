"""The rest of a camera's papers, how it hangs, and where. Approvals have to be given anew."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("contact", "assessment"):
        op.add_column(
            "cameras", sa.Column(name, sa.String(2000), nullable=False, server_default="")
        )
    op.add_column(
        "cameras",
        sa.Column("retention_class", sa.String(32), nullable=False, server_default="standard"),
    )
    op.add_column("cameras", sa.Column("density", sa.Integer(), nullable=True))
    for name in ("height_m", "tilt_deg", "field_deg", "latitude", "longitude"):
        op.add_column("cameras", sa.Column(name, sa.Double(), nullable=True))
