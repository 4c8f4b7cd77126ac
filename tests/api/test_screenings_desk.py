"""Screenings in the console: what is seen only on consent, inviting, and the export."""

from __future__ import annotations

import json
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot import inbox, jobs
from bot.messages import Inbound
from bot.tables import AuditRow, Handoff
from tests.api.conftest import Enter

PHQ = ("/screen phq-2", "/s agree", "/s adult", "/s fine", "vài ngày", "vài ngày")


async def say(app: FastAPI, *texts: str) -> UUID:
    runtime = app.state.runtime
    for text in texts:
        event = Inbound("web", str(uuid4()), "a", "text", text)
        async with runtime.sessions.begin() as session:
            received = await inbox.receive(session, runtime.ring, event, runtime.clock())
        assert received is not None
        await jobs.bring_up_to_date(runtime, {}, received.conversation_id)
    return received.conversation_id


@pytest.fixture
async def desk(enter: Enter) -> httpx.AsyncClient:
    return await enter("counsellor")


async def case_of(sessions: async_sessionmaker[AsyncSession]) -> str:
    async with sessions() as session:
        return f"/console/cases/{(await session.scalars(select(Handoff.id))).one()}"


async def test_a_counsellor_sees_and_exports_only_what_was_shared(
    app: FastAPI, desk: httpx.AsyncClient, sessions: async_sessionmaker[AsyncSession]
) -> None:
    await say(app, *PHQ, "/s keep result", "cho em gặp tư vấn viên")
    base = await case_of(sessions)
    assert "PHQ-2: " not in (await desk.get(f"{base}/screenings")).text
    assert "entry" not in json.loads((await desk.get(f"{base}/screenings/fhir")).text)
    await say(app, "/results share")
    assert "PHQ-2: chưa thấy" in (await desk.get(f"{base}/screenings")).text
    assert "PHQ-2: chưa thấy" in (await desk.get(base)).text
    exported = await desk.get(f"{base}/screenings/fhir")
    assert exported.headers["content-type"] == "application/fhir+json"
    assert exported.json()["entry"][0]["resource"]["resourceType"] == "QuestionnaireResponse"
    async with sessions() as session:
        actions = (await session.scalars(select(AuditRow.action))).all()
    assert actions.count("export screenings") == 2


async def test_only_who_has_the_chat_invites_and_the_person_is_asked_first(
    app: FastAPI, desk: httpx.AsyncClient, sessions: async_sessionmaker[AsyncSession]
) -> None:
    await say(app, "cho em gặp tư vấn viên")
    base = await case_of(sessions)
    invitation = {"instrument": "audit-c"}
    assert (await desk.post(f"{base}/screenings", data=invitation)).status_code == 403
    await desk.post(f"{base}/claim")
    assert (await desk.post(f"{base}/screenings", data=invitation)).status_code == 303
    assert "Tư vấn viên mời bạn" in (await desk.get(base)).text
    await say(app, "/s agree", "/s adult", "/s fine")
    assert "Bạn là nam hay nữ" in (await desk.get(base)).text
    unworded = await desk.post(f"{base}/screenings", data={"instrument": "assist"})
    assert unworded.status_code == 404


async def test_a_colleagues_case_shows_nothing(
    app: FastAPI,
    desk: httpx.AsyncClient,
    enter: Enter,
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    await say(app, *PHQ, "/s human result", "/s share share")
    base = await case_of(sessions)
    await desk.post(f"{base}/claim")
    overseer = await enter("supervisor")
    assert "PHQ-2" in (await overseer.get(f"{base}/screenings")).text
    editor = await enter("editor")
    assert (await editor.get(f"{base}/screenings")).status_code == 403
