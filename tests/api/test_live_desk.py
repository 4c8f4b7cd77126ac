"""News to the counsellors' pages: nothing missed, nothing twice, whatever breaks on the way. The tests
with numbers stand for complaints about another help desk (chatwoot/chatwoot issues)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from api.console.board_news import BOARD, BoardNews, concern_boards
from api.console.stream import MOST_MISSED, BoardOnPage, Open, Stream
from api.live import MOST_KEPT, Live, News
from bot import handoff, inbox
from bot.desk_tables import Notice
from bot.messages import Inbound, Outbound
from bot.runtime import Runtime
from bot.store import append, open_talk
from bot.tables import Counsellor
from tests.api.conftest import Enter

LINE = re.compile(r'data-line="(\d+)"')
SOON = 5.0
A_MOMENT = 0.4


@pytest.fixture
def desk(app: FastAPI) -> Runtime:
    runtime: Runtime = app.state.runtime
    return runtime


@pytest.fixture
async def lan(enter: Enter) -> httpx.AsyncClient:
    return await enter("counsellor")


@pytest.fixture
async def case(desk: Runtime, lan: httpx.AsyncClient) -> handoff.Case:
    """A case that the counsellor has, with whatever the queue said."""
    event = Inbound("terminal", str(uuid4()), "a", "text", "cho em gặp tư vấn viên")
    async with desk.sessions.begin() as session:
        received = await inbox.receive(session, desk.ring, event, desk.clock())
        assert received is not None
        talk = await open_talk(session, desk.ring, received.conversation_id)
        assert talk is not None
        await handoff.ask_for_counsellor(
            session, talk, priority=0, reason="asked", summary={}, now=desk.clock()
        )
        (one,) = await handoff.queue(session, desk.ring)
        who = await session.scalars(select(Counsellor).where(Counsellor.login == "counsellor"))
        return await handoff.claim(session, desk.ring, one.handoff_id, who.one(), desk.clock())


async def write(desk: Runtime, case: handoff.Case, *words: str) -> None:
    async with desk.sessions.begin() as session:
        talk = await open_talk(session, desk.ring, case.conversation_id)
        assert talk is not None
        await append(session, talk, "citizen", [Outbound(one) for one in words], desk.clock())


def open_stream(
    app: FastAPI, client: httpx.AsyncClient, shown: Open | None, *, pushed: bool = False
) -> Stream:
    state = app.state
    token = client.cookies["diemtua_console"]
    board = BoardOnPage(state.boards, token, pushed=pushed)
    return Stream(state.runtime, state.live, state.templates, token, shown, board)


def shown(case: handoff.Case, last: int = 0) -> Open:
    return Open(case.handoff_id, last, f"{case.state}.{case.counsellor_id}")


async def next_line(events: AsyncIterator[str]) -> tuple[int, str]:
    """The next line's id and its event, passing over what is no line."""
    async with asyncio.timeout(SOON):
        while True:
            told = await anext(events)
            if found := LINE.search(told):
                return int(found[1]), told


async def until(events: AsyncIterator[str], name: str) -> None:
    async with asyncio.timeout(SOON):
        while f"event: {name}\n" not in await anext(events):
            pass


async def rest(events: AsyncIterator[str]) -> list[str]:
    """What else comes within a moment."""
    found = []
    try:
        async with asyncio.timeout(A_MOMENT):
            while True:
                found.append(await anext(events))
    except TimeoutError:
        return found


async def test_complaint_14934_what_came_during_a_reconnect_comes_after_it_once(
    app: FastAPI, desk: Runtime, lan: httpx.AsyncClient, case: handoff.Case
) -> None:
    await write(desk, case, "một")
    async with aclosing(open_stream(app, lan, shown(case)).follow()) as events:
        last, told = await next_line(events)
        while "một" not in told:
            last, told = await next_line(events)
    await write(desk, case, "hai", "ba")
    async with aclosing(open_stream(app, lan, shown(case, last)).follow()) as events:
        assert "hai" in (await next_line(events))[1]
        assert "ba" in (await next_line(events))[1]
        await write(desk, case, "bốn")
        assert "bốn" in (await next_line(events))[1]
        assert not [told for told in await rest(events) if LINE.search(told)]


async def test_complaint_6411_a_page_hears_from_us_while_nothing_happens(
    app: FastAPI, lan: httpx.AsyncClient, case: handoff.Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.console.stream.HEARTBEAT_SECONDS", 0.1)
    async with aclosing(open_stream(app, lan, None).follow()) as events:
        for _ in range(3):
            await until(events, "beat")


async def test_a_page_hears_from_us_while_only_others_have_news(
    app: FastAPI, lan: httpx.AsyncClient, case: handoff.Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.console.stream.HEARTBEAT_SECONDS", 0.2)

    async def chatter() -> None:
        while True:
            app.state.live.tell(News("resync"))
            await asyncio.sleep(0.02)

    async with aclosing(open_stream(app, lan, shown(case)).follow()) as events:
        noise = asyncio.create_task(chatter())
        for _ in range(3):
            await until(events, "beat")
        noise.cancel()


async def test_complaint_995_news_beyond_what_is_kept_are_looked_up(
    app: FastAPI, desk: Runtime, lan: httpx.AsyncClient, case: handoff.Case
) -> None:
    async with aclosing(open_stream(app, lan, shown(case)).follow()) as events:
        await until(events, "board")
        for _ in range(3 * MOST_KEPT):
            app.state.live.tell(News("board", BOARD))
        await write(desk, case, "giữa tiếng ồn")
        told = ""
        while "giữa tiếng ồn" not in told:
            _, told = await next_line(events)


async def test_complaint_995_news_while_the_database_connection_was_gone_come_after_it(
    app: FastAPI, desk: Runtime, lan: httpx.AsyncClient, case: handoff.Case, database_url: str
) -> None:
    async with aclosing(open_stream(app, lan, shown(case)).follow()) as events:
        await until(events, "board")
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
            )
        await write(desk, case, "lúc mất nối")
        told = ""
        while "lúc mất nối" not in told:
            _, told = await next_line(events)


def test_a_queue_that_runs_over_is_left_with_one_resync() -> None:
    live = Live("")
    with live.watch("a") as queue:
        for number in range(MOST_KEPT + 1):
            live.tell(News("message", "a", {"id": number}))
        assert queue.qsize() == 1
        assert queue.get_nowait().kind == "resync"


async def test_a_page_far_behind_fetches_its_case_instead_of_every_line(
    app: FastAPI, desk: Runtime, lan: httpx.AsyncClient, case: handoff.Case
) -> None:
    await write(desk, case, *(f"tin {number}" for number in range(MOST_MISSED + 1)))
    async with aclosing(open_stream(app, lan, shown(case)).follow()) as events:
        await until(events, "case")


async def test_who_logged_out_gets_no_more_words(
    app: FastAPI, desk: Runtime, lan: httpx.AsyncClient, case: handoff.Case
) -> None:
    async with aclosing(open_stream(app, lan, shown(case)).follow()) as events:
        await until(events, "board")
        await lan.post("/console/logout")
        await write(desk, case, "chỉ cho chị Lan")
        heard = []
        async with asyncio.timeout(SOON):
            async for told in events:
                heard.append(told)
        assert "event: over" in heard[-1]
        assert not [told for told in heard if "chỉ cho chị Lan" in told]


async def test_who_logged_out_hears_no_more_of_the_board(
    app: FastAPI, desk: Runtime, lan: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.console.stream.CHECK_SECONDS", 0.0)
    async with aclosing(open_stream(app, lan, None).follow()) as events:
        await until(events, "board")
        await lan.post("/console/logout")
        app.state.live.tell(News("board", BOARD))
        await until(events, "over")


async def test_the_desk_gets_its_board_with_the_news_and_nothing_where_nothing_changed(
    app: FastAPI, desk: Runtime, lan: httpx.AsyncClient, case: handoff.Case
) -> None:
    async with aclosing(open_stream(app, lan, None, pushed=True).follow()) as events:
        first = await anext(events)
        assert f'id="card-{case.handoff_id}"' in first
        assert "event:" not in first
        await write(desk, case, "em muốn chết")
        async with desk.sessions.begin() as session:
            talk = await open_talk(session, desk.ring, case.conversation_id)
            assert talk is not None
            await handoff.ask_for_counsellor(
                session, talk, priority=2, reason="suicide", summary={}, now=desk.clock()
            )
        app.state.live.tell(News("board", BOARD))
        async with asyncio.timeout(SOON):
            while "Nói đến tự tử" not in (pushed := await anext(events)):
                pass
        assert pushed.index("#alerts") < pushed.index("#queue")
        app.state.live.tell(News("board", BOARD))
        assert all("hx-partial" not in told for told in await rest(events))


async def test_a_page_is_told_of_a_notice_and_of_what_did_not_arrive(
    app: FastAPI, desk: Runtime, lan: httpx.AsyncClient, case: handoff.Case
) -> None:
    async with aclosing(open_stream(app, lan, None).follow()) as events:
        await until(events, "board")
        async with desk.sessions.begin() as session:
            who = (await session.scalars(select(Counsellor).limit(1))).one()
            session.add(
                Notice(
                    counsellor_id=who.id,
                    handoff_id=case.handoff_id,
                    kind="taken_over",
                    by=who.id,
                    at=desk.clock(),
                )
            )
        app.state.live.tell(News("board", BOARD))
        await until(events, "notices")


async def test_that_the_citizen_is_writing_is_told_to_who_may_read_them(
    app: FastAPI, desk: Runtime, lan: httpx.AsyncClient, case: handoff.Case
) -> None:
    async with aclosing(open_stream(app, lan, shown(case)).follow()) as events:
        await until(events, "board")
        conversation = str(case.conversation_id)
        app.state.live.tell(News("typing", conversation, {"by": "counsellor"}))
        await asyncio.sleep(A_MOMENT)
        app.state.live.tell(News("typing", conversation, {"by": "citizen"}))
        assert sum("event: typing" in told for told in await rest(events)) == 1


async def test_the_boards_hear_of_people_on_them_and_not_of_talks_with_the_bot(
    desk: Runtime, case: handoff.Case
) -> None:
    event = Inbound("terminal", str(uuid4()), "b", "text", "cai nghiện tại nhà")
    async with desk.sessions.begin() as session:
        other = await inbox.receive(session, desk.ring, event, desk.clock())
    assert other is not None
    on_board, with_bot = str(case.conversation_id), str(other.conversation_id)
    async with desk.sessions() as session:
        for conversation, author, concerns in (
            (on_board, "citizen", True),
            (on_board, "counsellor", True),
            (on_board, "bot", False),
            (with_bot, "citizen", False),
        ):
            news = [News("message", conversation, {"author": author})]
            assert await concern_boards(session, news) is concerns
        assert await concern_boards(session, [News("danger", with_bot)])


async def test_news_that_cannot_be_read_make_the_boards_look(app: FastAPI, desk: Runtime) -> None:
    live = Live("")
    task = asyncio.create_task(BoardNews(live, desk.sessions).run())
    with live.watch(BOARD) as board:
        await asyncio.sleep(0)
        live.tell(News("message", "not an id", {"author": "citizen"}))
        assert (await asyncio.wait_for(board.get(), SOON)).kind == "board"
    task.cancel()


LINES_OF = re.compile(r'id="line-\d+"')


async def fill(desk: Runtime, case: handoff.Case, number: int) -> None:
    await write(desk, case, *(f"tin số {one}." for one in range(number)))


async def test_a_long_case_opens_at_its_end_and_is_read_up_page_by_page(
    desk: Runtime, lan: httpx.AsyncClient, case: handoff.Case
) -> None:
    await fill(desk, case, 130)
    page = (await lan.get(f"/console/cases/{case.handoff_id}")).text
    assert "tin số 129." in page
    assert "tin số 69." not in page
    assert len(LINES_OF.findall(page)) == 60
    seen = LINES_OF.findall(page)
    while found := re.search(r'hx-get="(/console/cases/[^"]+/earlier\?before=\d+)"', page):
        page = (await lan.get(found[1], headers={"HX-Request": "true"})).text
        seen = LINES_OF.findall(page) + seen
    assert "Đây là tin đầu tiên" in page
    assert len(seen) == len(set(seen)) > 130
    assert seen == sorted(seen, key=lambda one: int(one[9:-1]))


async def test_reading_up_is_written_down(
    desk: Runtime, lan: httpx.AsyncClient, case: handoff.Case, database_url: str
) -> None:
    await fill(desk, case, 70)
    await lan.get(f"/console/cases/{case.handoff_id}/earlier?before=50")
    with psycopg.connect(database_url) as connection:
        query = "SELECT count(*) FROM audit WHERE action = 'view earlier' AND subject = %s"
        assert connection.execute(query, [case.handoff_id]).fetchone() == (1,)


async def test_a_colleagues_case_cannot_be_read_up(enter: Enter, case: handoff.Case) -> None:
    other = await enter("supervisor")
    assert (
        await other.get(f"/console/cases/{case.handoff_id}/earlier?before=5")
    ).status_code == 200
    editor = await enter("editor")
    path = f"/console/cases/{case.handoff_id}/earlier?before=5"
    assert (await editor.get(path)).status_code == 403


@pytest.mark.parametrize("before", ["", "0", "-1", "một", str(2**63), "1;--"])
async def test_a_forged_place_is_refused(
    lan: httpx.AsyncClient, case: handoff.Case, before: str
) -> None:
    path = f"/console/cases/{case.handoff_id}/earlier"
    assert (await lan.get(path, params={"before": before})).status_code == 422


async def test_of_a_closed_case_nothing_said_later_is_shown(
    desk: Runtime, lan: httpx.AsyncClient, case: handoff.Case, database_url: str
) -> None:
    await write(desk, case, "còn trong ca")
    with psycopg.connect(database_url, autocommit=True) as connection:
        ended = datetime.now(UTC) - timedelta(minutes=5)
        connection.execute(
            "UPDATE handoffs SET state = 'closed', closed_at = %s WHERE id = %s",
            [ended, case.handoff_id],
        )
        connection.execute("UPDATE messages SET created_at = %s", [ended - timedelta(minutes=1)])
    await write(desk, case, "sau khi kết thúc")
    page = (await lan.get(f"/console/cases/{case.handoff_id}")).text
    assert "còn trong ca" in page
    assert "sau khi kết thúc" not in page
