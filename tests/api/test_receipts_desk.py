"""What the page tells of itself, and what the console makes of it."""

from __future__ import annotations

import json
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import func, select

from bot import handoff, jobs
from bot.runtime import Runtime
from bot.tables import Conversation, Message, Person
from tests.api.conftest import Enter

PART = {"HX-Request": "true"}


@pytest.fixture
def desk(app: FastAPI) -> Runtime:
    runtime: Runtime = app.state.runtime
    return runtime


def citizen(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://chat")


async def ask_for_a_human(page: httpx.AsyncClient, runtime: Runtime) -> dict[str, str]:
    token = (await page.post("/chat/session")).json()["token"]
    who = {"Authorization": f"Bearer {token}"}
    body = {"id": str(uuid4()), "kind": "button", "text": "/human"}
    assert (await page.post("/chat/messages", headers=who, json=body)).status_code == 202
    async with runtime.sessions() as session:
        conversation = await session.scalar(select(Conversation.id))
    assert conversation is not None
    await jobs.bring_up_to_date(runtime, {}, conversation)
    return who


async def test_a_counsellor_sees_their_words_wait_arrive_and_be_read(
    app: FastAPI, enter: Enter, desk: Runtime
) -> None:
    async with citizen(app) as page:
        who = await ask_for_a_human(page, desk)
        lan = await enter("counsellor")
        async with desk.sessions() as session:
            (case,) = await handoff.queue(session, desk.ring)
        base = f"/console/cases/{case.handoff_id}"
        assert (await lan.post(f"{base}/claim")).status_code < 400
        said = {"text": "Mình là Lan", "uid": str(uuid4())}
        assert (await lan.post(f"{base}/answers", data=said)).status_code == 204
        async with desk.sessions() as session:
            line = await session.scalar(select(func.max(Message.id)))
        for told, words in (
            ({}, "Chờ trang của người dân mở lại"),
            ({"fetched": line, "read": 0}, "Đã tới máy người dân"),
            ({"fetched": line, "read": line}, "Người dân đã xem"),
        ):
            if told:
                answer = await page.post("/chat/read", headers=who, json=told)
                assert answer.status_code == 204
            part = (await lan.get(f"{base}/receipts", headers=PART)).text
            assert f'id="receipt-{line}"' in part
            assert part.split(f'id="receipt-{line}"')[1].split("</p>")[0].endswith(words)
            assert "hx-swap-oob" in part
        pane = (await lan.get(base)).text
        assert "Người dân đã xem" in pane
        assert "hx-swap-oob" not in pane


async def test_the_receipts_of_a_case_are_only_for_who_may_read_it(
    app: FastAPI, enter: Enter, desk: Runtime
) -> None:
    async with citizen(app) as page:
        await ask_for_a_human(page, desk)
    async with desk.sessions() as session:
        (case,) = await handoff.queue(session, desk.ring)
    path = f"/console/cases/{case.handoff_id}/receipts"
    hoa = await enter("supervisor")
    assert "receipt-" in (await hoa.get(path)).text
    assert (await hoa.post(f"/console/cases/{case.handoff_id}/claim")).status_code < 400
    stranger = await enter("counsellor")
    for client, where in ((stranger, path), (hoa, f"/console/cases/{uuid4()}/receipts")):
        answer = await client.get(where)
        assert answer.status_code == 200
        assert "receipt-" not in answer.text
    assert (await (await enter("editor")).get(path)).status_code == 403


@pytest.mark.parametrize(
    "raw",
    [
        *(b"", b"[]", b'{"fetched": 1}', b'{"fetched": "1", "read": 1}', b"[" * 400),
        *(b'{"fetched": true, "read": 0}', b'{"fetched": -1, "read": 0}'),
        b'{"fetched": 1.5, "read": 0}',
    ],
)
async def test_what_is_no_number_of_a_line_is_refused(app: FastAPI, raw: bytes) -> None:
    async with citizen(app) as page:
        who = {"Authorization": "Bearer " + "x" * 43}
        assert (await page.post("/chat/read", headers=who, content=raw)).status_code == 422
        assert (await page.post("/chat/read", headers=who, content=b" " * 600)).status_code == 413


async def test_a_session_that_is_over_or_another_site_changes_nothing(
    app: FastAPI, desk: Runtime
) -> None:
    told = json.dumps({"fetched": 10**30, "read": 5}).encode()
    async with citizen(app) as page:
        who = {"Authorization": "Bearer " + "x" * 43}
        assert (await page.post("/chat/read", headers=who, content=told)).status_code == 204
        assert (await page.post("/chat/read", content=told)).status_code == 401
        foreign = {**who, "Sec-Fetch-Site": "cross-site"}
        assert (await page.post("/chat/read", headers=foreign, content=told)).status_code == 403
    async with desk.sessions() as session:
        assert await session.scalar(select(func.count()).select_from(Person)) == 0
