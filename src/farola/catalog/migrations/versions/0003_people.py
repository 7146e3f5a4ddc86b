"""Roles, camera groups, second factors, sessions that can be listed."""

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
