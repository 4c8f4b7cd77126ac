"""Before a message to somebody on Zalo would fail, whoever answers them is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select, update

from bot import handoff, inbox, jobs
from bot.messages import Inbound
from bot.runtime import Runtime
from bot.tables import Conversation, Counsellor
from tests.api.conftest import Enter

CRY = "em uống cả vỉ thuốc rồi, em muốn chết"


async def claimed(runtime: Runtime, channel: str, silent_for: timedelta) -> str:
    """The page of a case that the counsellor has, of somebody who wrote last so long ago."""
    event = Inbound(channel, str(uuid4()), "7", "text", CRY, address={"user_id": "7"})
    now = datetime.now(UTC)
    async with runtime.sessions.begin() as session:
        received = await inbox.receive(session, runtime.ring, event, now)
    assert received is not None
    await jobs.bring_up_to_date(runtime, {}, received.conversation_id)
    async with runtime.sessions.begin() as session:
        await session.execute(update(Conversation).values(last_inbound_at=now - silent_for))
        (case,) = await handoff.queue(session, runtime.ring)
        query = select(Counsellor).where(Counsellor.login == "counsellor")
        who = (await session.scalars(query)).one()
        await handoff.claim(session, runtime.ring, case.handoff_id, who, now)
    return f"/console/cases/{case.handoff_id}"


async def part(browser: httpx.AsyncClient, case: str) -> str:
    return (await browser.get(f"{case}/window")).text.strip()


@pytest.fixture
def desk(app: FastAPI) -> Runtime:
    runtime: Runtime = app.state.runtime
    return runtime


async def test_after_seven_days_the_counsellor_reads_that_nothing_will_arrive(
    enter: Enter, desk: Runtime
) -> None:
    lan = await enter("counsellor")
    case = await claimed(desk, "zalo_oa", timedelta(days=8))
    assert f'hx-get="{case}/window"' in (await lan.get(case)).text
    assert "sẽ không tới" in await part(lan, case)


async def test_while_the_window_is_open_nothing_is_said(enter: Enter, desk: Runtime) -> None:
    lan = await enter("counsellor")
    assert await part(lan, await claimed(desk, "zalo_oa", timedelta(hours=1))) == ""


async def test_on_other_channels_nothing_is_said(enter: Enter, desk: Runtime) -> None:
    lan = await enter("counsellor")
    case = await claimed(desk, "telegram", timedelta(days=8))
    assert "/window" not in (await lan.get(case)).text
    assert await part(lan, case) == ""


async def test_who_does_not_have_the_case_learns_nothing(enter: Enter, desk: Runtime) -> None:
    await enter("counsellor")
    other = await enter("supervisor")
    assert await part(other, await claimed(desk, "zalo_oa", timedelta(days=8))) == ""
