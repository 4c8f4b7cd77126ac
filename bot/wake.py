"""Asking, in whatever transaction is going on, for a conversation to be brought up to date."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

UP_TO_DATE = "up_to_date"
"""The name of the job."""

WAKE = (
    "procrastinate_defer_jobs_v1(ARRAY[ROW("
    f"'default', '{UP_TO_DATE}', 0, conversation_id::text, NULL,"
    " jsonb_build_object('conversation_id', conversation_id::text), NULL"
    ")]::procrastinate_job_to_defer_v1[])"
)
"""The queue's own function for a new job, for statements that have a column `conversation_id`: an
event and the job that answers it are then stored by one statement, or neither is."""

_WAKE = text(f"SELECT {WAKE} FROM (SELECT CAST(:conversation AS uuid) AS conversation_id) AS one")


async def wake(session: AsyncSession, conversation_id: UUID) -> None:
    """Queue the job, under the conversation's lock.

    Always for now: a job that waits for its time blocks every later one of its conversation, and
    with it a cry for help. What is to be tried later is found again by `jobs.wake_forgotten`.
    """
    await session.execute(_WAKE, {"conversation": conversation_id})


ON_CALL = "tell_on_call"
_WAKE_ON_CALL = text(
    "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW("
    f"'default', '{ON_CALL}', 0, NULL, NULL, jsonb_build_object('level', CAST(:level AS text)), NULL"
    ")]::procrastinate_job_to_defer_v1[])"
)


async def wake_on_call(session: AsyncSession, level: str) -> None:
    """Queue the job that tells the on-call address of a danger, under no lock of any conversation."""
    await session.execute(_WAKE_ON_CALL, {"level": level})
