"""Words by which the directory's editors find a row. Rows get them whenever they are written; both this
and the directory's tables are new in one release, so that no row is older."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_10"
down_revision = "20261124_09"


def upgrade() -> None:
    op.add_column("service", sa.Column("search_words", sa.Text(), server_default="", nullable=False))
    op.create_index(
        "ix_service_search",
        "service",
        [sa.text("to_tsvector('simple', search_words)")],
        postgresql_using="gin",
    )
    op.create_index(op.f("ix_service_name_key"), "service", ["name", "key"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_service_name_key"), table_name="service")
    op.drop_index("ix_service_search", table_name="service")
    op.drop_column("service", "search_words")
