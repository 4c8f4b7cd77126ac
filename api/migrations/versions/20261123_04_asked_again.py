"""How often somebody in an open danger was asked again after they fell silent."""

import sqlalchemy as sa
from alembic import op

revision = "20261123_04"
down_revision = "20261123_03"


def upgrade() -> None:
    op.add_column(
        "episodes", sa.Column("asked", sa.Integer(), server_default="0", nullable=False)
    )


def downgrade() -> None:
    op.drop_column("episodes", "asked")
