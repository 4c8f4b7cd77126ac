"""Files that wait between the dry run of an import and the import."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_11"
down_revision = "20261124_10"


def upgrade() -> None:
    op.create_table(
        "waiting_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("brought_by", sa.Text(), nullable=False),
        sa.Column("brought_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_file")),
    )
    op.create_index(op.f("ix_waiting_file_brought_at"), "waiting_file", ["brought_at"])
    op.create_index(op.f("ix_waiting_file_brought_by"), "waiting_file", ["brought_by"])


def downgrade() -> None:
    op.drop_table("waiting_file")
