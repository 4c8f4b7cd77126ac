"""The queue by its real routes: one wins each case, the next most urgent, transfers, endings, teams."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select, update

from bot import handoff, inbox, jobs, presence
from bot.desk_tables import Team
from bot.handoff import Case
from bot.messages import Inbound
from bot.runtime import Runtime
from bot.store import open_talk, read_lines
from bot.tables import Counsellor, Handoff
from tests.api.conftest import Enter

CRY = "em uống cả vỉ thuốc rồi, em muốn chết"
ASKS = "em muốn gặp người thật"
PART = {"HX-Request": "true"}
ROUNDS = 200


@pytest.fixture
def desk(app: FastAPI) -> Runtime:
    runtime: Runtime = app.state.runtime
    return runtime


async def say(desk: Runtime, sender: str, text: str) -> UUID:
    event = Inbound("web", str(uuid4()), sender, "text", text)
    async with desk.sessions.begin() as session:
        received = await inbox.receive(session, desk.ring, event, datetime.now(UTC))
    assert received is not None
    await jobs.bring_up_to_date(desk, {}, received.conversation_id)
    return received.conversation_id


async def waiting(desk: Runtime) -> list[Case]:
    async with desk.sessions() as session:
        return await handoff.queue(session, desk.ring)


async def find(desk: Runtime, handoff_id: UUID) -> Case:
    async with desk.sessions() as session:
        return await handoff.find_case(session, desk.ring, handoff_id)


async def last_line(desk: Runtime, case: Case) -> int:
    async with desk.sessions() as session:
        talk = await open_talk(session, desk.ring, case.conversation_id)
        assert talk is not None
        return (await read_lines(session, talk))[-1].id


async def fill_queue(desk: Runtime, number: int) -> list[UUID]:
    async with desk.sessions.begin() as session:
        await session.execute(update(Counsellor).values(most_chats=2 * number))
        for one in range(number):
            event = Inbound("web", str(uuid4()), f"person {one}", "text", "chào")
            received = await inbox.receive(session, desk.ring, event, desk.clock())
            assert received is not None
            talk = await open_talk(session, desk.ring, received.conversation_id)
            assert talk is not None
            await handoff.ask_for_counsellor(
                session, talk, priority=0, reason="asked", summary={}, now=desk.clock()
            )
        return list(await session.scalars(select(Handoff.id)))


async def test_of_two_who_claim_at_once_one_wins_each_time_and_the_other_learns_who(
    enter: Enter, desk: Runtime
) -> None:
    names = ("Counsellor", "Admin")
    browsers = [await enter("counsellor"), await enter("admin")]
    for round_, handoff_id in enumerate(await fill_queue(desk, ROUNDS)):
        path = f"/console/cases/{handoff_id}/claim"
        order = browsers if round_ % 2 else browsers[::-1]
        answers = await asyncio.gather(*(one.post(path, headers=PART) for one in order))
        by_name = dict(zip(names if round_ % 2 else names[::-1], answers, strict=True))
        won = [name for name, answer in by_name.items() if answer.status_code == 200]
        lost = [answer for answer in answers if answer.status_code == 409]
        assert (len(won), len(lost)) == (1, 1)
        assert f"{won[0]} đã nhận" in lost[0].json()["message"]
    cases = await waiting(desk)
    assert len(cases) == ROUNDS
    assert {case.state for case in cases} == {"claimed"}


async def press_next(browser: httpx.AsyncClient) -> httpx.Response:
    return await browser.post("/console/next", headers=PART)


async def test_next_gives_the_most_urgent_once_and_says_when_nobody_waits(
    enter: Enter, desk: Runtime
) -> None:
    lan, hoa = await enter("counsellor"), await enter("admin")
    for sender, text in (("a", ASKS), ("b", ASKS), ("c", CRY)):
        await say(desk, sender, text)
    first, second, third = (case.handoff_id for case in await waiting(desk))
    answers = await asyncio.gather(press_next(lan), press_next(hoa))
    given = {answer.headers["HX-Push-Url"].rsplit("/", 1)[-1] for answer in answers}
    assert given == {str(first), str(second)}
    assert (await lan.post("/console/rest", headers=PART)).status_code == 200
    refused = await press_next(lan)
    assert (refused.status_code, "tạm nghỉ" in refused.json()["message"]) == (409, True)
    assert 'id="come-back"' in (await lan.get("/console/queue")).text
    assert (await lan.post("/console/rest/over")).status_code == 303
    assert (await lan.post("/console/next")).headers["location"].endswith(str(third))
    nobody = await press_next(lan)
    assert (nobody.status_code, "không có ai" in nobody.json()["message"]) == (409, True)


async def test_handing_on_reaches_who_is_there_and_nobody_who_is_away(
    enter: Enter, desk: Runtime
) -> None:
    lan, hoa = await enter("counsellor"), await enter("admin")
    await say(desk, "a", ASKS)
    (case,) = await waiting(desk)
    base = f"/console/cases/{case.handoff_id}"
    await lan.post(f"{base}/claim")
    async with desk.sessions() as session:
        admin = (await session.scalars(select(Counsellor).where(Counsellor.role == "admin"))).one()
    to_hoa = {"to": f"person:{admin.id}", "note": "em này sợ", "area": "xã Long Hồ, Vĩnh Long"}
    away = await lan.post(f"{base}/transfer", data=to_hoa, headers=PART)
    assert (away.status_code, "không có mặt" in away.json()["message"]) == (422, True)
    unknown = await lan.post(f"{base}/transfer", data={"to": "queue", "area": "xyzt"}, headers=PART)
    assert unknown.status_code == 422
    async with desk.sessions.begin() as session:
        await presence.touch(session, admin.id, desk.clock())
    form = (await lan.get(f"{base}/transfer", headers=PART)).text
    assert "Admin (đang trực)" in form
    assert (await lan.post(f"{base}/transfer", data=to_hoa, headers=PART)).status_code == 200
    case = await find(desk, case.handoff_id)
    assert (case.state, case.wanted_id, case.area) == ("waiting", admin.id, "29602")
    board = (await hoa.get("/console/queue")).text
    for told in ("Lời dặn: em này sợ", "Chuyển cho bạn", "xã Long Hồ, tỉnh Vĩnh Long"):
        assert told in board
    assert (await lan.post(f"{base}/transfer", data={"to": "queue"})).status_code == 403


async def test_ending_needs_an_outcome_a_word_in_danger_and_every_alarm_read(
    enter: Enter, desk: Runtime
) -> None:
    lan = await enter("counsellor")
    await say(desk, "a", ASKS)
    (case,) = await waiting(desk)
    base = f"/console/cases/{case.handoff_id}"
    await lan.post(f"{base}/claim")
    seen = await last_line(desk, case)
    assert (await lan.post(f"{base}/close", data={"seen": str(seen)})).status_code == 422
    await say(desk, "a", CRY)
    ended = {"seen": str(seen), "outcome": "danger_handled", "topic.health": "on"}
    refused = await lan.post(f"{base}/close", data=ended, headers=PART)
    assert "Có báo động mới" in refused.text
    assert "uống cả vỉ thuốc" in refused.text
    ended["seen"] = str(await last_line(desk, case))
    assert "chưa ai viết" in (await lan.post(f"{base}/close", data=ended, headers=PART)).text
    assert (await find(desk, case.handoff_id)).state == "claimed"
    words = {"text": "chị đây, em đang ở đâu?", "uid": str(uuid4())}
    assert (await lan.post(f"{base}/answers", data=words)).status_code == 204
    today = desk.today()
    for day in ("hôm qua", str(today - timedelta(days=1)), str(today + timedelta(days=999))):
        late = await lan.post(f"{base}/close", data={**ended, "follow_up_on": day})
        assert late.status_code == 422
    await lan.post(f"{base}/close", data={**ended, "follow_up_on": str(today)})
    case = await find(desk, case.handoff_id)
    assert (case.state, case.outcome, case.topics) == ("closed", "danger_handled", ("health",))
    assert "Cần gọi lại" in (await lan.get("/console/queue")).text
    again = await lan.post(f"{base}/follow-up", headers=PART)
    assert "Gọi lại như đã hẹn" in again.text
    assert again.headers["HX-Push-Url"] != base
    assert (await lan.post(f"{base}/follow-up", headers=PART)).status_code == 409
    assert "Cần gọi lại" not in (await lan.get("/console/queue")).text


async def test_an_administrator_keeps_the_teams(enter: Enter, desk: Runtime) -> None:
    admin, lan = await enter("admin"), await enter("counsellor")
    assert (await lan.get("/console/teams")).status_code == 403
    async with desk.sessions() as session:
        query = select(Counsellor.id).where(Counsellor.role == "counsellor")
        member = (await session.scalars(query)).one()
    sent = {
        "name": "Miền Tây",
        "hours": "07:30-21:00",
        "new_area": "Vĩnh Long",
        "skill.family": "on",
        "language.vi": "on",
        f"member.{member}": "on",
    }
    for wrong in ({"name": " "}, {"hours": "sáng"}, {"new_area": "Tân Phú"}):
        assert (await admin.post("/console/teams", data={**sent, **wrong})).status_code == 422
    assert (await admin.post("/console/teams", data=sent)).status_code == 303
    assert (await admin.post("/console/teams", data=sent)).status_code == 422
    async with desk.sessions() as session:
        (team,) = await session.scalars(select(Team))
    assert (team.areas, team.skills, team.languages) == (["86"], ["family"], ["vi"])
    page = (await admin.get("/console/teams")).text
    assert "tỉnh Vĩnh Long" in page
    assert "Miền Tây: 1 người" in page
    changed = {"name": "Miền Tây", "new_area": "Hà Nội", "area.86": "on"}
    assert (await admin.post(f"/console/teams/{team.id}", data=changed)).status_code == 303
    async with desk.sessions() as session:
        (team,) = await session.scalars(select(Team))
    assert (team.areas, team.skills) == (["86", "01"], [])
    assert (await admin.post(f"/console/teams/{uuid4()}", data=changed)).status_code == 404
    assert (await admin.post(f"/console/teams/{team.id}/delete")).status_code == 303
    assert "Miền Tây" not in (await admin.get("/console/teams")).text
