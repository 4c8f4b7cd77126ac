"""The console's word on alarms: who may give it, and what the page shows afterwards."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from bot import handoff, inbox, jobs, verdicts
from bot.messages import Inbound
from bot.runtime import Runtime
from bot.tables import Counsellor
from tests.api.conftest import Enter

CRY = "em uống cả vỉ thuốc rồi, em muốn chết"
ASKED = "cai nghiện tại nhà mất bao lâu vậy bạn"


@pytest.fixture
def desk(app: FastAPI) -> Runtime:
    runtime: Runtime = app.state.runtime
    return runtime


async def say(runtime: Runtime, text: str) -> None:
    event = Inbound("terminal", str(uuid4()), "a", "text", text)
    async with runtime.sessions.begin() as session:
        received = await inbox.receive(session, runtime.ring, event, runtime.clock())
    assert received is not None
    await jobs.bring_up_to_date(runtime, {}, received.conversation_id)


@pytest.fixture
async def case(desk: Runtime) -> handoff.Case:
    await say(desk, CRY)
    async with desk.sessions() as session:
        (one,) = await handoff.queue(session, desk.ring)
    return one


async def claim(runtime: Runtime, case: handoff.Case, login: str) -> None:
    async with runtime.sessions.begin() as session:
        who = (await session.scalars(select(Counsellor).where(Counsellor.login == login))).one()
        await handoff.claim(session, runtime.ring, case.handoff_id, who, datetime.now(UTC))


def verdict_path(page: str) -> str:
    found = re.search(r'action="(/console/cases/[^"]+/verdict)"', page)
    assert found
    return found[1]


async def test_whoever_has_the_case_judges_its_alarm(
    enter: Enter, desk: Runtime, case: handoff.Case
) -> None:
    lan = await enter("counsellor")
    await claim(desk, case, "counsellor")
    page = (await lan.get(f"/console/cases/{case.handoff_id}")).text
    answer = await lan.post(verdict_path(page), content="right=no", headers={"HX-Request": "true"})
    assert "Báo nhầm." in answer.text
    assert CRY in answer.text
    async with desk.sessions() as session:
        (example,) = await verdicts.examples(session)
    assert (example.label, example.source) == ("none", "alarm")


async def test_without_the_case_an_alarm_cannot_be_judged(
    enter: Enter, desk: Runtime, case: handoff.Case
) -> None:
    lan = await enter("counsellor")
    page = (await lan.get(f"/console/cases/{case.handoff_id}")).text
    assert "Máy báo: Nói đến tự tử" in page
    assert "/verdict" not in page
    refused = await lan.post(
        f"/console/cases/{case.handoff_id}/lines/1/verdict", content="right=yes"
    )
    assert refused.status_code == 403


@pytest.mark.parametrize(
    ("role", "status"), [("counsellor", 403), ("editor", 403), ("supervisor", 200)]
)
async def test_only_overseers_read_the_weekly_sample(enter: Enter, role: str, status: int) -> None:
    client = await enter(role)
    assert (await client.get("/console/danger")).status_code == status


async def test_a_missed_danger_leaves_the_sample(enter: Enter, desk: Runtime) -> None:
    await say(desk, ASKED)
    chief = await enter("supervisor")
    page = (await chief.get("/console/danger")).text
    assert ASKED in page
    found = re.search(r'action="(/console/danger/\d+)"', page)
    assert found
    half = await chief.post(found[1], content="label=suicide&level=none")
    assert half.status_code == 422
    answer = await chief.post(
        found[1], content="label=suicide&level=urgent", headers={"HX-Request": "true"}
    )
    assert "Không còn tin nào" in answer.text
