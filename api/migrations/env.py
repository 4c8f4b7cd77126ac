"""Alembic's entry: runs our migrations on the database that api/database.py names."""

from alembic import context
from sqlalchemy import create_engine, pool

from bot import (  # noqa: F401
    channel_tables,
    content_tables,
    danger_tables,
    desk_tables,
    suggestion_tables,
)
from bot.tables import Base
from referral_directory import duplicates  # noqa: F401
from referral_directory.tables import DirectoryBase

engine = create_engine(context.config.attributes["url"], poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=[Base.metadata, DirectoryBase.metadata],
        transaction_per_migration=True,
        include_name=lambda name, kind, _: (
            not (kind == "table" and str(name).startswith("procrastinate_"))
        ),
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
