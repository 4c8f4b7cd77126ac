"""The overseers' pages and what they do beside a case: who may, and what it leaves behind."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from bot import handoff, inbox, jobs
from bot.desk_tables import QualityMark
from bot.messages import Inbound
from bot.runtime import Runtime
from bot.tables import AuditRow, Counsellor, Handoff
from tests.api.conftest import Enter

ASKS = "em muốn gặp người thật"
PART = {"HX-Request": "true"}


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


async def newest_case(runtime: Runtime) -> handoff.Case:
    async with runtime.sessions() as session:
        which = await session.scalar(select(Handoff.id).order_by(Handoff.opened_at.desc()).limit(1))
        assert which is not None
        return await handoff.find_case(session, runtime.ring, which)


@pytest.fixture
async def case(desk: Runtime) -> handoff.Case:
    await say(desk, ASKS)
    return await newest_case(desk)


@pytest.fixture
async def lan(enter: Enter, desk: Runtime, case: handoff.Case) -> httpx.AsyncClient:
    """A counsellor who has the case."""
    client = await enter("counsellor")
    async with desk.sessions.begin() as session:
        who = (await session.scalars(select(Counsellor))).one()
        await handoff.claim(session, desk.ring, case.handoff_id, who, datetime.now(UTC))
    return client


async def audited(runtime: Runtime) -> list[str]:
    async with runtime.sessions() as session:
        return list(await session.scalars(select(AuditRow.action).order_by(AuditRow.id)))


def found(pattern: str, page: str) -> str:
    match = re.search(pattern, page)
    assert match, page
    return match[1]


@pytest.mark.parametrize("path", ["/console/supervision", "/console/quality"])
@pytest.mark.parametrize(
    ("role", "status"), [("counsellor", 403), ("editor", 403), ("supervisor", 200), ("admin", 200)]
)
async def test_only_overseers_see_the_board_and_the_sample(
    enter: Enter, path: str, role: str, status: int
) -> None:
    assert (await (await enter(role)).get(path)).status_code == status


@pytest.mark.parametrize("verb", ["whispers", "take-over", "export"])
async def test_a_counsellor_neither_whispers_nor_takes_over_nor_exports(
    lan: httpx.AsyncClient, case: handoff.Case, verb: str
) -> None:
    words = f"text=a&reason=b&uid={uuid4()}"
    refused = await lan.post(f"/console/cases/{case.handoff_id}/{verb}", content=words)
    assert refused.status_code == 403


async def test_the_board_shows_who_has_what(
    enter: Enter, lan: httpx.AsyncClient, case: handoff.Case
) -> None:
    hoa = await enter("supervisor")
    page = (await hoa.get("/console/supervision", headers=PART)).text
    assert "<html" not in page
    assert found(r'id="figure-active">(\d+)', page) == "1"
    assert "đang giữ 1/5" in page
    assert f"/console/cases/{case.handoff_id}" in page


async def test_a_colleagues_case_is_read_silently_and_that_is_written_down(
    enter: Enter, desk: Runtime, lan: httpx.AsyncClient, case: handoff.Case
) -> None:
    hoa = await enter("supervisor")
    assert ASKS in (await hoa.get(f"/console/cases/{case.handoff_id}")).text
    assert "view silently" in await audited(desk)


async def test_a_whisper_comes_up_at_the_counsellors_desk_until_it_was_read(
    enter: Enter, lan: httpx.AsyncClient, case: handoff.Case
) -> None:
    hoa = await enter("supervisor")
    beside = (await hoa.get(f"/console/cases/{case.handoff_id}/oversight")).text
    uid = found(r'name="uid" value="([^"]+)"', beside)
    told = await hoa.post(
        f"/console/cases/{case.handoff_id}/whispers",
        content=f"text=h%E1%BB%8Fi+tu%E1%BB%95i&uid={uid}",
        headers=PART,
    )
    assert "Đã nhắn riêng" in told.text
    notices = (await lan.get("/console/notices", headers=PART)).text
    assert "hỏi tuổi" in notices
    path = found(r'action="(/console/notices/[^"]+/read)"', notices)
    assert "hỏi tuổi" not in (await lan.post(path, headers=PART)).text
    assert "Giám sát nhắn riêng" in (await lan.get(f"/console/cases/{case.handoff_id}")).text


async def test_who_takes_over_may_answer_and_the_other_may_not_any_more(
    enter: Enter, lan: httpx.AsyncClient, case: handoff.Case
) -> None:
    hoa = await enter("supervisor")
    base = f"/console/cases/{case.handoff_id}"
    assert (await hoa.post(f"{base}/take-over")).status_code == 303
    words = f"text=chao&uid={uuid4()}&shown=0"
    assert (await hoa.post(f"{base}/answers", content=words)).status_code == 204
    words = f"text=chao&uid={uuid4()}&shown=0"
    assert (await lan.post(f"{base}/answers", content=words)).status_code == 403
    assert "đã nhận thay bạn" in (await lan.get("/console/notices", headers=PART)).text


async def test_an_overseer_hands_a_colleagues_case_back_to_the_queue(
    enter: Enter, desk: Runtime, lan: httpx.AsyncClient, case: handoff.Case
) -> None:
    hoa = await enter("supervisor")
    await hoa.post(f"/console/cases/{case.handoff_id}/transfer", content="to=queue")
    assert (await newest_case(desk)).state == "waiting"


async def test_complaint_15243_a_conversation_is_exported_with_a_reason_only_and_without_notes(
    enter: Enter, desk: Runtime, lan: httpx.AsyncClient, case: handoff.Case
) -> None:
    """Complaint: no export of one conversation (chatwoot 15243)."""
    base = f"/console/cases/{case.handoff_id}"
    await lan.post(f"{base}/notes", content=f"text=noi+bo&uid={uuid4()}")
    hoa = await enter("supervisor")
    assert (await hoa.post(f"{base}/export", content="reason=+")).status_code == 422
    file = await hoa.post(f"{base}/export", content="reason=khi%E1%BA%BFu+n%E1%BA%A1i")
    assert file.headers["content-type"] == "text/plain; charset=utf-8"
    assert "attachment" in file.headers["content-disposition"]
    assert ASKS in file.text
    assert "Lý do: khiếu nại" in file.text
    assert "noi bo" not in file.text
    assert "export conversation" in await audited(desk)
    assert "Lý do: khiếu nại" in (await lan.get(base)).text


async def test_a_block_is_given_seen_and_lifted_by_an_overseer(
    enter: Enter, desk: Runtime, lan: httpx.AsyncClient, case: handoff.Case
) -> None:
    base = f"/console/cases/{case.handoff_id}"
    given = "kind=muted+24&reason=xuc+pham"
    assert (await lan.post(f"{base}/restraints", content=given)).status_code == 403
    hoa = await enter("supervisor")
    told = await hoa.post(f"{base}/restraints", content=given, headers=PART)
    assert "Đã tạm ngừng" in told.text
    assert (await newest_case(desk)).state == "closed"
    page = (await hoa.get("/console/supervision")).text
    assert "Lý do: xuc pham" in page
    lift = found(r'action="(/console/supervision/restraints/[^"]+/lift)"', page)
    assert (await lan.post(lift)).status_code == 403
    lifted = await hoa.post(lift, headers=PART)
    assert "Đã gỡ" in lifted.text
    assert "xuc pham" not in lifted.text
    assert (await hoa.post(lift, headers=PART)).status_code == 404


async def test_the_measures_of_a_case_are_not_for_who_may_not_read_it(
    enter: Enter, desk: Runtime, lan: httpx.AsyncClient, case: handoff.Case
) -> None:
    hoa = await enter("supervisor")
    mute = "kind=muted+1&reason=rieng+tu"
    await hoa.post(f"/console/cases/{case.handoff_id}/take-over")
    await hoa.post(f"/console/cases/{case.handoff_id}/restraints", content=mute)
    beside = await lan.get(f"/console/cases/{case.handoff_id}/oversight", headers=PART)
    assert (beside.status_code, beside.text) == (200, "")
    gone = await hoa.get(f"/console/cases/{uuid4()}/oversight", headers=PART)
    assert (gone.status_code, gone.text) == (200, "")


@pytest.mark.parametrize("words", ["kind=muted+99&reason=a", "kind=muted&reason=a", "kind=x+1"])
async def test_a_forged_measure_is_refused(enter: Enter, case: handoff.Case, words: str) -> None:
    hoa = await enter("supervisor")
    answer = await hoa.post(f"/console/cases/{case.handoff_id}/restraints", content=words)
    assert answer.status_code == 422
    for path in ("supervision/restraints/x/lift", "notices/x/read"):
        assert (await hoa.post(f"/console/{path}")).status_code == 404


async def test_a_talk_of_the_sample_is_marked(
    enter: Enter, desk: Runtime, lan: httpx.AsyncClient, case: handoff.Case
) -> None:
    base = f"/console/quality/{case.handoff_id}"
    hoa = await enter("supervisor")
    marks = "listened=yes&danger_met=yes&right_facts=no&next_step=yes&note=ok"
    assert (await hoa.post(base, content=marks)).status_code == 403
    async with desk.sessions.begin() as session:
        who = (
            await session.scalars(select(Counsellor).where(Counsellor.role == "counsellor"))
        ).one()
        await handoff.close(session, desk.ring, case, who, datetime.now(UTC))
    assert (await hoa.post(base, content="listened=yes")).status_code == 422
    assert (await lan.post(base, content=marks)).status_code == 403
    assert (await hoa.post(base, content=marks)).status_code == 303
    async with desk.sessions() as session:
        (mark,) = await session.scalars(select(QualityMark))
    assert mark.met == ["danger_met", "listened", "next_step"]
