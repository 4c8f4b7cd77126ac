"""The console's page of messages that did not arrive: who sees it, what it says, what it does."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy import select, text

from api.console.undelivered import SWITCHED_OFF, why
from bot import handoff, inbox, jobs
from bot.channels import SendResult
from bot.messages import Inbound
from bot.runtime import Runtime
from bot.tables import AuditRow, OutboxRow
from bot.undelivered import Undelivered
from tests.api.conftest import Enter
from tests.fakes import LoopbackChannel

PART = {"HX-Request": "true"}
CRY = "em uống cả vỉ thuốc rồi, em muốn chết"
ADVICE = "Mình rất lo cho bạn"


@pytest.fixture
def desk(app: FastAPI) -> Runtime:
    runtime: Runtime = app.state.runtime
    return runtime


async def fail(runtime: Runtime, said: str, *results: SendResult) -> int:
    """A message of ours that did not arrive; returns its row."""
    event = Inbound("loopback", str(uuid4()), "a", "text", said, address={"to": "a"})
    async with runtime.sessions.begin() as session:
        received = await inbox.receive(session, runtime.ring, event, runtime.clock())
    assert received is not None
    channel = LoopbackChannel(*results)
    await jobs.bring_up_to_date(runtime, {"loopback": channel}, received.conversation_id)
    async with runtime.sessions.begin() as session:
        await session.execute(text("DELETE FROM procrastinate_jobs"))
        row = await session.scalar(select(OutboxRow.id).where(OutboxRow.state != "sent"))
    assert row is not None
    return row


@pytest.mark.parametrize(
    ("role", "status"), [("counsellor", 200), ("supervisor", 200), ("editor", 403)]
)
async def test_who_takes_chats_sees_what_did_not_arrive(
    enter: Enter, role: str, status: int
) -> None:
    client = await enter(role)
    for path in ("/console/undelivered", "/console/undelivered/count"):
        assert (await client.get(path)).status_code == status


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (SendResult("gone", "403"), "chặn hoặc rời"),
        (SendResult("closed", "-230"), "đã hết"),
        (SendResult("auth", "401"), "mã truy cập"),
        (SendResult("reject", "-201"), "không nhận tin này"),
    ],
    ids=lambda value: getattr(value, "state", None),
)
async def test_the_reason_is_said_in_words_and_nobodys_words_are_shown(
    enter: Enter, desk: Runtime, result: SendResult, words: str
) -> None:
    await fail(desk, CRY, result)
    lan = await enter("counsellor")
    page = (await lan.get("/console/undelivered")).text
    assert words in page
    assert result.reason in page
    assert "Người này đang trong nguy hiểm" in page
    assert "Mở ca tư vấn" in page
    assert CRY not in page
    assert ADVICE not in page
    assert ("vẫn đang thử lại" in page) is (result.state == "auth")
    assert "1" in (await lan.get("/console/undelivered/count")).text


@pytest.mark.parametrize(
    ("channel", "code", "words"),
    [
        ("zalo_oa", "-217", "Người này đã chặn OA."),
        ("zalo_oa", "-99999", "Người dân đã chặn hoặc rời kênh này."),
        ("telegram", "-217", "Người dân đã chặn hoặc rời kênh này."),
        ("telegram", "channel not configured", SWITCHED_OFF),
    ],
)
def test_a_platforms_code_is_told_in_words_where_they_are_known(
    channel: str, code: str, words: str
) -> None:
    one = Undelivered(
        row_id=1,
        message_id=1,
        conversation_id=uuid4(),
        handoff_id=None,
        channel=channel,
        author="bot",
        written_at=datetime.now(UTC),
        given_up=True,
        why="gone",
        code=code,
        in_danger=False,
    )
    assert why(one) == words


async def test_without_trouble_the_page_says_so_and_the_head_counts_nothing(enter: Enter) -> None:
    lan = await enter("counsellor")
    assert "Không có tin nào bị kẹt" in (await lan.get("/console/undelivered")).text
    assert (await lan.get("/console/undelivered/count")).text == ""
    assert 'hx-get="/console/undelivered/count"' in (await lan.get("/console")).text


async def test_sending_again_readies_wakes_and_is_written_down(enter: Enter, desk: Runtime) -> None:
    row = await fail(desk, CRY, SendResult("closed", "-230"))
    lan = await enter("counsellor")
    answer = await lan.post(f"/console/undelivered/{row}/again", headers=PART)
    assert "Đang gửi lại" in answer.text
    assert "Không có tin nào bị kẹt" in answer.text
    async with desk.sessions() as session:
        assert await session.scalar(select(OutboxRow.state)) == "ready"
        woken = await session.scalar(text("SELECT count(*) FROM procrastinate_jobs"))
        actions = (await session.scalars(select(AuditRow.action))).all()
    assert woken == 1
    assert "send again" in actions
    late = await lan.post(f"/console/undelivered/{row}/again", headers=PART)
    assert late.status_code == 404
    assert "đã có người xử lý" in late.text


async def test_what_is_laid_aside_is_gone_from_the_page(enter: Enter, desk: Runtime) -> None:
    row = await fail(desk, CRY, SendResult("gone", "403"))
    chief = await enter("supervisor")
    answer = await chief.post(f"/console/undelivered/{row}/aside")
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/undelivered")
    assert "Không có tin nào bị kẹt" in (await chief.get("/console/undelivered")).text


async def test_what_a_colleague_has_is_theirs_to_send_again_or_lay_aside(
    enter: Enter, desk: Runtime
) -> None:
    row = await fail(desk, CRY, SendResult("gone", "403"))
    lan = await enter("supervisor")
    async with desk.sessions.begin() as session:
        case = (await handoff.queue(session, desk.ring))[0]
    assert (await lan.post(f"/console/cases/{case.handoff_id}/claim")).status_code < 400
    other = await enter("counsellor")
    for what in ("again", "aside"):
        assert (await other.post(f"/console/undelivered/{row}/{what}")).status_code == 403
    async with desk.sessions() as session:
        assert await session.scalar(select(OutboxRow.state).where(OutboxRow.id == row)) == "dead"
    assert (await lan.post(f"/console/undelivered/{row}/again")).status_code < 400


async def test_an_editor_cannot_send_again(enter: Enter, desk: Runtime) -> None:
    row = await fail(desk, CRY, SendResult("gone", "403"))
    mai = await enter("editor")
    assert (await mai.post(f"/console/undelivered/{row}/again")).status_code == 403
    async with desk.sessions() as session:
        assert await session.scalar(select(OutboxRow.state)) == "dead"


async def test_a_case_shows_which_line_did_not_arrive_and_sends_it_again(
    enter: Enter, desk: Runtime
) -> None:
    row = await fail(desk, CRY, SendResult("closed", "-230"))
    async with desk.sessions() as session:
        (case,) = await handoff.queue(session, desk.ring)
    lan = await enter("counsellor")
    base = f"/console/cases/{case.handoff_id}"
    pane = (await lan.get(base)).text
    assert pane.count("Chưa tới người dân") == 1
    assert f'hx-get="{base}/undelivered"' in pane
    part = (await lan.get(f"{base}/undelivered", headers=PART)).text
    assert "1 tin chưa tới người dân" in part
    answer = await lan.post(f"{base}/undelivered/{row}/again", headers=PART)
    assert "Đang gửi lại" in answer.text
    assert "Chưa tới người dân" not in (await lan.get(base)).text


async def test_an_erased_case_has_nothing_undelivered(enter: Enter) -> None:
    lan = await enter("counsellor")
    gone = await lan.get(f"/console/cases/{uuid4()}/undelivered", headers=PART)
    assert gone.status_code == 200
    assert "tin chưa tới" not in gone.text
