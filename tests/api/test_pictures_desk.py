"""A picture in the console: who may look, that a look is written down, and that nothing in it runs."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from PIL import Image
from sqlalchemy import func, select

from bot import handoff, inbox, jobs, pictures, privacy
from bot.channels.zalo_oa import ZaloOA
from bot.channels.zalo_tokens import FixedToken
from bot.desk_tables import Picture
from bot.messages import Inbound
from bot.runtime import Runtime
from bot.tables import AuditRow, Handoff, Person
from tests.api.conftest import Enter
from tests.bot.test_redraw import picture
from tests.zalo_server import ZaloFiles

LIES_AT = "https://f21-zpc.zdn.vn/jpg/8848/0fbba8.jpg"


@pytest.fixture
def desk(app: FastAPI) -> Runtime:
    runtime: Runtime = app.state.runtime
    return runtime


async def sent(runtime: Runtime, sender: str = "7", content: bytes | None = None) -> UUID:
    """The case of somebody in danger who sent a picture, or one that is not fetched yet."""
    event = Inbound(
        "zalo_oa",
        str(uuid4()),
        sender,
        "media",
        "em muốn chết",
        address={"user_id": sender},
        pictures=(LIES_AT,),
    )
    async with runtime.sessions.begin() as session:
        received = await inbox.receive(session, runtime.ring, event, runtime.clock())
    assert received is not None
    await jobs.bring_up_to_date(runtime, {}, received.conversation_id)
    if content is not None:
        files = ZaloFiles()
        files.files = {LIES_AT: httpx.Response(200, content=content)}
        channel = ZaloOA("1", "secret", FixedToken("a"), files.client())
        await pictures.fetch_due(runtime, {"zalo_oa": channel})
    async with runtime.sessions() as session:
        case = await handoff.open_case(session, runtime.ring, received.conversation_id)
    assert case is not None
    return case.handoff_id


async def number(runtime: Runtime) -> int:
    async with runtime.sessions() as session:
        newest = await session.scalar(select(func.max(Picture.id)))
    assert newest is not None
    return newest


async def looks(runtime: Runtime) -> int:
    async with runtime.sessions() as session:
        counted = select(func.count()).select_from(AuditRow)
        return await session.scalar(counted.where(AuditRow.action == "view picture")) or 0


async def test_a_picture_is_veiled_first_and_each_look_is_written_down(
    enter: Enter, desk: Runtime
) -> None:
    base = f"/console/cases/{await sent(desk, content=picture(size=(800, 600)))}"
    lan = await enter("counsellor")
    pane = (await lan.get(base)).text
    src = f"{base}/pictures/{await number(desk)}"
    assert f'<img src="{src}/veiled" alt=""' in pane
    assert re.search(
        rf'<img src="{src}" alt="Ảnh người dân gửi" loading="lazy">\s*</details>', pane
    )
    veiled = await lan.get(f"{src}/veiled")
    assert max(Image.open(BytesIO(veiled.content)).size) == 16
    assert await looks(desk) == 0
    whole = await lan.get(src)
    assert Image.open(BytesIO(whole.content)).size == (800, 600)
    assert await looks(desk) == 1
    for answer in (veiled, whole):
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in answer.headers["content-security-policy"]


async def test_only_who_may_read_the_case_sees_its_pictures(enter: Enter, desk: Runtime) -> None:
    base = f"/console/cases/{await sent(desk, content=picture())}"
    paths = [
        f"{base}/pictures/{await number(desk)}",
        f"{base}/pictures/{await number(desk)}/veiled",
    ]
    hoa = await enter("supervisor")
    assert (await hoa.post(f"{base}/claim")).status_code < 400
    for role, status in (("editor", 403), ("counsellor", 403), ("admin", 200)):
        client = await enter(role)
        assert {(await client.get(path)).status_code for path in paths} == {status}, role


async def test_a_picture_of_another_case_is_not_found(enter: Enter, desk: Runtime) -> None:
    first = await sent(desk, "7", picture())
    theirs = await number(desk)
    second = await sent(desk, "8", picture())
    lan = await enter("counsellor")
    for path in (
        f"/console/cases/{second}/pictures/{theirs}",
        f"/console/cases/{second}/pictures/{theirs}/veiled",
        f"/console/cases/{first}/pictures/{2**62}",
        f"/console/cases/{uuid4()}/pictures/{theirs}",
    ):
        assert (await lan.get(path)).status_code == 404, path
    assert await looks(desk) == 0


async def test_a_picture_on_its_way_is_asked_for_until_it_is_there(
    enter: Enter, desk: Runtime
) -> None:
    case = await sent(desk)
    base = f"/console/cases/{case}"
    lan = await enter("counsellor")
    pane = (await lan.get(base)).text
    found = re.search(rf'hx-get="({base}/lines/\d+/pictures)" hx-trigger="every', pane)
    assert found
    assert "Đang lấy ảnh" in pane
    channel = ZaloOA("1", "secret", FixedToken("a"), ZaloFiles().client())
    await pictures.fetch_due(desk, {"zalo_oa": channel})
    part = (await lan.get(found[1])).text
    assert "Kênh không còn giữ ảnh này." in part
    assert "hx-get" not in part


async def test_an_erased_picture_is_gone_from_the_console(enter: Enter, desk: Runtime) -> None:
    path = f"/console/cases/{await sent(desk, content=picture())}/pictures/{await number(desk)}"
    lan = await enter("counsellor")
    assert (await lan.get(path)).status_code == 200
    async with desk.sessions.begin() as session:
        person = await session.scalar(select(Person.id))
        assert person is not None
        await privacy.erase(session, desk.ring, person, desk.clock())
    assert (await lan.get(path)).status_code == 404


async def test_a_closed_case_shows_no_picture_that_came_later(enter: Enter, desk: Runtime) -> None:
    case_id = await sent(desk, content=picture())
    path = f"/console/cases/{case_id}/pictures/{await number(desk)}"
    lan = await enter("counsellor")
    assert (await lan.post(f"/console/cases/{case_id}/claim")).status_code < 400
    async with desk.sessions.begin() as session:
        row = await session.get(Handoff, case_id)
        assert row is not None
        row.state, row.closed_at = "closed", desk.clock()
    assert (await lan.get(path)).status_code == 200
    async with desk.sessions.begin() as session:
        row = await session.get(Handoff, case_id)
        assert row is not None
        row.closed_at = row.opened_at - timedelta(seconds=1)
    assert (await lan.get(path)).status_code == 404
