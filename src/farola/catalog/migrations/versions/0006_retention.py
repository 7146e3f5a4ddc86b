"""Retention classes, holds, and which epoch a segment lies in."""

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
