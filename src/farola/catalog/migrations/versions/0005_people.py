"""Roles, groups of cameras, second factors, and what is known of a session.

Until now everybody who could sign in could do everything. The oldest account becomes the town's
administrator, who sees no video; all others become operators of the whole town. Sessions end.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ROLES = (
    "operator",
    "dispatcher",
    "supervisor",
    "custodian",
    "privacy_officer",
    "auditor",
    "administrator",
)
_METHODS = ("password", "password_totp", "passkey", "oidc")


def _one_of(column: str, words: tuple[str, ...], table: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_{table}_{column}"))


def upgrade() -> None:
    row_number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "groups",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_groups"),
        sa.UniqueConstraint("name", name="uq_groups_name"),
    )
    op.create_table(
        "group_cameras",
        sa.Column("group_id", sa.String(40), nullable=False),
        sa.Column("camera_id", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("group_id", "camera_id", name="pk_group_cameras"),
        sa.ForeignKeyConstraint(
            ["group_id"], ["groups.id"], name="fk_group_cameras_group_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["camera_id"], ["cameras.id"], name="fk_group_cameras_camera_id"),
    )
    op.create_index("ix_group_cameras_camera_id", "group_cameras", ["camera_id"])
    with op.batch_alter_table("people") as people:
        people.add_column(sa.Column("disabled", sa.Boolean(), nullable=False, server_default="0"))
        people.add_column(sa.Column("sealed_totp", sa.LargeBinary(), nullable=True))
        people.add_column(
            sa.Column("totp_step", sa.BigInteger(), nullable=False, server_default="0")
        )
        people.add_column(sa.Column("subject", sa.String(512), nullable=True))
        people.create_unique_constraint("uq_people_subject", ["subject"])
    op.create_table(
        "assignments",
        sa.Column("id", row_number, nullable=False),
        sa.Column("person_id", sa.String(40), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("group_id", sa.String(40), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_assignments"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_assignments_person_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name="fk_assignments_group_id"),
        _one_of("role", _ROLES, "assignments"),
    )
    op.create_index("ix_assignments_person_id", "assignments", ["person_id"])
    op.create_index("ix_assignments_group_id", "assignments", ["group_id"])
    op.create_table(
        "administered",
        sa.Column("person_id", sa.String(40), nullable=False),
        sa.Column("by_id", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "by_id", name="pk_administered"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_administered_person_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["people.id"], name="fk_administered_by_id", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "passkeys",
        sa.Column("id", sa.String(400), nullable=False),
        sa.Column("person_id", sa.String(40), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("created_us", sa.BigInteger(), nullable=False),
        sa.Column("used_us", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_passkeys"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_passkeys_person_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_passkeys_person_id", "passkeys", ["person_id"])
    op.drop_table("sessions")
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("person_id", sa.String(40), nullable=False),
        sa.Column("created_us", sa.BigInteger(), nullable=False),
        sa.Column("expires_us", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.String(16), nullable=False),
        sa.Column("proved_us", sa.BigInteger(), nullable=False),
        sa.Column("passkey_id", sa.String(400), nullable=True),
        sa.Column("address", sa.String(40), nullable=False),
        sa.Column("client", sa.String(200), nullable=False),
        sa.Column("enrolling", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sessions"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_sessions_person_id", ondelete="CASCADE"
        ),
        _one_of("method", _METHODS, "sessions"),
    )
    op.create_index("ix_sessions_person_id", "sessions", ["person_id"])
    op.create_index("ix_sessions_expires_us", "sessions", ["expires_us"])
    people_table = sa.table("people", sa.column("id"), sa.column("created_us"))
    assignments = sa.table("assignments", sa.column("person_id"), sa.column("role"))
    connection = op.get_bind()
    order = (people_table.c.created_us, people_table.c.id)
    known = connection.execute(sa.select(people_table.c.id).order_by(*order)).scalars().all()
    for number, person_id in enumerate(known):
        role = "operator" if number else "administrator"
        connection.execute(sa.insert(assignments).values(person_id=person_id, role=role))
