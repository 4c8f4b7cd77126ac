"""Who is at the desk, and chats that were left: they come back, loudly, and nobody stays unanswered."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text

from bot import handoff, next_up, presence
from bot.desk_tables import Presence
from bot.duty import Duty
from bot.handoff import Case
from bot.presence import Hold
from bot.runtime import Runtime
from bot.store import open_talk, read_lines
from bot.tables import AuditRow, Counsellor
from tests.bot.test_handoff import counsellors, queue, say
from tests.conftest import NOW, Clock

CRY = "em uống cả vỉ thuốc rồi, em muốn chết"
HELD = Hold(uuid4(), 0, NOW, NOW, None, None, is_disabled=False, desk_since=NOW - timedelta(days=1))


def after(**gone: float) -> timedelta:
    return timedelta(**gone)


@pytest.mark.parametrize(
    ("hold", "later", "why"),
    [
        (HELD, after(seconds=119), ""),
        (HELD, after(minutes=2), "offline"),
        (replace(HELD, desk_since=None), after(hours=1), ""),
        (replace(HELD, desk_since=NOW + after(hours=1)), after(hours=1, seconds=119), ""),
        (replace(HELD, desk_since=NOW + after(hours=1)), after(hours=1, minutes=2), "offline"),
        (replace(HELD, seen_at=NOW - after(hours=1)), after(hours=1), ""),
        (replace(HELD, seen_at=None), after(hours=1), ""),
        (replace(HELD, wrote_at=NOW + after(minutes=5)), after(minutes=6), ""),
        (replace(HELD, seen_at=None, unanswered_since=NOW), after(seconds=599), ""),
        (replace(HELD, seen_at=None, unanswered_since=NOW), after(minutes=10), "silent"),
        (replace(HELD, seen_at=None, unanswered_since=NOW, priority=1), after(minutes=3), "silent"),
        (replace(HELD, seen_at=None, unanswered_since=NOW, priority=2), after(seconds=179), ""),
        (
            replace(HELD, seen_at=None, unanswered_since=NOW - after(hours=1)),
            after(seconds=599),
            "",
        ),
        (replace(HELD, is_disabled=True), after(), "disabled"),
    ],
)
def test_who_left_or_fell_silent_loses_the_chat(hold: Hold, later: timedelta, why: str) -> None:
    assert presence.why_lost(hold, NOW + later) == why


async def taken(runtime: Runtime, text_: str, who: Counsellor) -> Case:
    """A case of somebody who wrote this, that the counsellor has; their page is open."""
    await say(runtime, "a", text_)
    (case,) = await queue(runtime)
    async with runtime.sessions.begin() as session:
        await presence.act(session, who.id, runtime.clock())
        return await handoff.claim(session, runtime.ring, case.handoff_id, who, runtime.clock())


async def said(runtime: Runtime, case: Case) -> list[tuple[str, str]]:
    async with runtime.sessions() as session:
        talk = await open_talk(session, runtime.ring, case.conversation_id)
        assert talk is not None
        return [(one.author, one.text) for one in await read_lines(session, talk, notes=True)]


async def pass_while_desk_is_up(runtime: Runtime, clock: Clock, seconds: int) -> None:
    for passed in range(0, seconds + 1, 5):
        if passed:
            clock.pass_seconds(5)
        async with runtime.statements() as connection:
            await presence.desk_is_up(connection, clock())


async def test_complaint_14508_a_silent_counsellor_loses_the_chat_and_the_next_one_has_it(
    runtime: Runtime, clock: Clock
) -> None:
    hoa, lan = await counsellors(runtime, "hoa", "lan")
    case = await taken(runtime, "em muốn gặp người thật", hoa)
    await say(runtime, "a", "chị ơi em hỏi chút")
    for _ in range(6):
        clock.pass_seconds(100)
        async with runtime.sessions.begin() as session:
            await presence.touch(session, hoa.id, clock())
            await presence.touch(session, lan.id, clock())
    assert await presence.give_back_abandoned(runtime) == 1
    assert await presence.give_back_abandoned(runtime) == 0
    (back,) = await queue(runtime)
    assert (back.state, back.given_back, back.counsellor_id) == ("waiting", 1, None)
    lines = await said(runtime, case)
    assert lines[-2][0] == "note"
    assert "Hoa chưa trả lời" in lines[-2][1]
    assert lines[-1][0] == "bot"
    assert "Xin lỗi bạn" in lines[-1][1]
    async with runtime.sessions() as session:
        rows = await session.scalars(
            select(AuditRow.action).where(AuditRow.counsellor_id == hoa.id)
        )
        assert "given back: silent" in list(rows)
    again = await next_up.take_next(runtime, lan)
    assert again is not None
    assert again.counsellor_id == lan.id


async def test_an_answer_in_time_keeps_the_chat(runtime: Runtime, clock: Clock) -> None:
    (hoa,) = await counsellors(runtime, "hoa")
    case = await taken(runtime, CRY, hoa)
    clock.pass_seconds(170)
    async with runtime.sessions.begin() as session:
        await presence.touch(session, hoa.id, clock())
        await handoff.say(session, runtime.ring, case, hoa, "chị đây em", clock())
    clock.pass_seconds(60)
    assert await presence.give_back_abandoned(runtime) == 0


async def test_complaint_5077_a_danger_given_back_rings_and_tells_who_is_on_call(
    runtime: Runtime, clock: Clock
) -> None:
    runtime = dataclasses.replace(runtime, duty=Duty(on_call=True))
    (hoa,) = await counsellors(runtime, "hoa")
    case = await taken(runtime, CRY, hoa)
    calls = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'tell_on_call'")
    async with runtime.sessions() as session:
        before = await session.scalar(calls)
    await pass_while_desk_is_up(runtime, clock, 125)
    assert await presence.give_back_abandoned(runtime) == 1
    async with runtime.sessions() as session:
        assert await session.scalar(calls) == before + 1
    (back,) = await queue(runtime)
    assert (back.state, back.priority) == ("waiting", 2)
    assert "gọi số" in (await said(runtime, case))[-1][1]


async def test_complaint_10685_who_comes_online_is_given_whoever_waits_already(
    runtime: Runtime, clock: Clock
) -> None:
    await say(runtime, "a", "em muốn gặp người thật")
    clock.pass_seconds(3600)
    (hoa,) = await counsellors(runtime, "hoa")
    async with runtime.sessions.begin() as session:
        await presence.touch(session, hoa.id, clock())
    case = await next_up.take_next(runtime, hoa)
    assert case is not None
    assert case.state == "claimed"
    assert await next_up.take_next(runtime, hoa) is None


async def test_complaint_7204_a_returning_citizen_goes_to_everybody_with_the_formers_name(
    runtime: Runtime, clock: Clock
) -> None:
    hoa, lan = await counsellors(runtime, "hoa", "lan")
    case = await taken(runtime, "em muốn gặp người thật", hoa)
    async with runtime.sessions.begin() as session:
        await handoff.close(session, runtime.ring, case, hoa, clock(), outcome="advised")
    clock.pass_seconds(3600)
    await say(runtime, "a", "cho em gặp tư vấn viên")
    (back,) = await queue(runtime)
    assert (back.state, back.former, back.wanted_id) == ("waiting", "Hoa", None)
    taken_by_lan = await next_up.take_next(runtime, lan)
    assert taken_by_lan is not None
    assert taken_by_lan.counsellor_id == lan.id


async def test_a_pause_is_kept_until_they_come_back_and_ends_the_stretch(
    runtime: Runtime, clock: Clock
) -> None:
    (hoa,) = await counsellors(runtime, "hoa")

    async def now() -> Presence:
        async with runtime.sessions() as session:
            return (await presence.read_presence(session))[hoa.id]

    async with runtime.sessions.begin() as session:
        await presence.touch(session, hoa.id, clock())
        await presence.rest(session, hoa.id, clock())
    assert not presence.takes_chats(await now(), clock())
    clock.pass_seconds(60)
    async with runtime.sessions.begin() as session:
        await presence.come_back(session, hoa.id, clock())
    assert presence.takes_chats(await now(), clock())
    assert (await now()).working_since == clock()
    clock.pass_seconds(121)
    assert not presence.takes_chats(await now(), clock())
    async with runtime.sessions() as session:
        assert await session.scalar(select(func.count()).select_from(Presence)) == 1


async def test_who_left_loses_the_chat_but_not_while_nobody_could_reach_the_console(
    runtime: Runtime, clock: Clock
) -> None:
    (hoa,) = await counsellors(runtime, "hoa")
    await taken(runtime, "em muốn gặp người thật", hoa)

    await pass_while_desk_is_up(runtime, clock, 0)
    clock.pass_seconds(400)
    assert await presence.give_back_abandoned(runtime) == 0
    await pass_while_desk_is_up(runtime, clock, 110)
    assert await presence.give_back_abandoned(runtime) == 0
    await pass_while_desk_is_up(runtime, clock, 10)
    assert await presence.give_back_abandoned(runtime) == 1
