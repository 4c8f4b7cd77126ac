"""The editors' work: open questions, added paraphrases, edited articles, approvals."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "20261123_02"
down_revision = "20261123_01"


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False)


def _by(table: str) -> tuple[sa.Column[Any] | sa.Constraint, ...]:
    """Who did it and when."""
    at: sa.Column[Any] = sa.Column("at", sa.DateTime(timezone=True), nullable=False)
    by: sa.Column[Any] = sa.Column("by", sa.Uuid(), nullable=False)
    return (
        by,
        at,
        sa.ForeignKeyConstraint(["by"], ["counsellors.id"], name=op.f(f"fk_{table}_by")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def upgrade() -> None:
    op.create_table(
        "open_questions",
        _id(),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("article", sa.Text(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("seen", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("reason IN ('unanswered', 'not_helpful')", name=op.f("reason")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_open_questions")),
    )
    op.create_index(
        "uq_open_questions_same",
        "open_questions",
        ["text", "reason", sa.text("coalesce(article, '')")],
        unique=True,
    )
    op.create_table(
        "added_paraphrases",
        _id(),
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("phrase", sa.Text(), nullable=False),
        *_by("added_paraphrases"),
        sa.UniqueConstraint("phrase", name=op.f("uq_added_paraphrases_phrase")),
    )
    op.create_table(
        "edited_articles",
        _id(),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        *_by("edited_articles"),
        sa.CheckConstraint("state IN ('published', 'draft')", name=op.f("state")),
    )
    op.create_index("ix_edited_articles_key_id", "edited_articles", ["key", "id"], unique=False)
    op.create_table(
        "approvals",
        _id(),
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        *_by("approvals"),
    )


def downgrade() -> None:
    for table in ("approvals", "edited_articles", "added_paraphrases", "open_questions"):
        op.drop_table(table)
