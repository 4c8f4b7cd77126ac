"""The queue's order, the claim that only one wins, and what a counsellor's words do."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from api import auth
from bot import handoff, inbox, jobs
from bot.errors import AlreadyTaken
from bot.messages import Inbound
from bot.runtime import Runtime
from bot.store import open_talk, read_lines
from bot.tables import AuditRow, Counsellor, Episode
from tests.conftest import Clock


async def say(runtime: Runtime, sender: str, text: str) -> None:
    event = Inbound("terminal", str(uuid4()), sender, "text", text)
    async with runtime.sessions.begin() as session:
        received = await inbox.receive(session, runtime.ring, event, runtime.clock())
    assert received is not None
    await jobs.bring_up_to_date(runtime, {}, received.conversation_id)


async def counsellors(runtime: Runtime, *logins: str) -> list[Counsellor]:
    async with runtime.sessions.begin() as session:
        for login in logins:
            await auth.create_counsellor(
                session, login, login.title(), "counsellor", runtime.clock()
            )
    async with runtime.sessions() as session:
        return list(await session.scalars(select(Counsellor).order_by(Counsellor.login)))


async def queue(runtime: Runtime) -> list[handoff.Case]:
    async with runtime.sessions() as session:
        return await handoff.queue(session, runtime.ring)


async def test_danger_stands_before_everybody_then_who_waits_longest(
    runtime: Runtime, clock: Clock
) -> None:
    for sender, text in (
        ("first", "em muốn gặp người thật"),
        ("second", "cho em gặp tư vấn viên"),
        ("danger", "em uống cả vỉ thuốc rồi, em muốn chết"),
    ):
        await say(runtime, sender, text)
        clock.pass_seconds(60)
    cases = await queue(runtime)
    assert [case.priority for case in cases] == [2, 0, 0]
    assert cases[1].opened_at < cases[2].opened_at
    assert clock() - cases[1].opened_at == timedelta(seconds=180)


async def test_danger_raises_a_case_that_waits_already(runtime: Runtime) -> None:
    await say(runtime, "a", "em muốn gặp người thật")
    await say(runtime, "a", "em uống cả vỉ thuốc rồi, em muốn chết")
    (case,) = await queue(runtime)
    assert (case.priority, case.reason) == (2, "suicide")


async def test_of_two_counsellors_one_wins_and_the_other_learns_who(runtime: Runtime) -> None:
    await say(runtime, "a", "em muốn gặp người thật")
    (case,) = await queue(runtime)
    two = await counsellors(runtime, "hoa", "lan")

    async def attempt(who: Counsellor) -> str:
        try:
            async with runtime.sessions.begin() as session:
                await handoff.claim(session, runtime.ring, case.handoff_id, who, runtime.clock())
        except AlreadyTaken as lost:
            return lost.line
        return "won"

    outcomes = await asyncio.gather(*(attempt(who) for who in two))
    assert sorted(outcome == "won" for outcome in outcomes) == [False, True]
    winner = two[outcomes.index("won")].name
    assert any(winner in outcome for outcome in outcomes)


async def test_notes_stay_inside_and_words_reach_the_citizen(runtime: Runtime) -> None:
    await say(runtime, "a", "em muốn gặp người thật")
    (case,) = await queue(runtime)
    (lan,) = await counsellors(runtime, "lan")
    async with runtime.sessions.begin() as session:
        case = await handoff.claim(session, runtime.ring, case.handoff_id, lan, runtime.clock())
        await handoff.note(session, runtime.ring, case, lan, "ghi chú nội bộ", runtime.clock())
        await handoff.say(session, runtime.ring, case, lan, "chào em, chị là Lan", runtime.clock())
    async with runtime.sessions() as session:
        talk = await open_talk(session, runtime.ring, case.conversation_id)
        assert talk is not None
        assert talk.holder == "counsellor"
        outside = [line.text for line in await read_lines(session, talk)]
        inside = [line.text for line in await read_lines(session, talk, notes=True)]
    assert "chào em, chị là Lan" in outside
    assert "ghi chú nội bộ" not in outside
    assert "ghi chú nội bộ" in inside


async def test_closing_gives_the_chat_back_to_the_bot_and_ends_the_episode(
    runtime: Runtime,
) -> None:
    await say(runtime, "a", "em uống cả vỉ thuốc rồi, em muốn chết")
    (case,) = await queue(runtime)
    (lan,) = await counsellors(runtime, "lan")
    async with runtime.sessions.begin() as session:
        case = await handoff.claim(session, runtime.ring, case.handoff_id, lan, runtime.clock())
    async with runtime.sessions.begin() as session:
        await handoff.close(session, runtime.ring, case, lan, runtime.clock())
    assert await queue(runtime) == []
    async with runtime.sessions() as session:
        episode = (await session.scalars(select(Episode))).one()
        assert episode.closed_by == lan.id
        actions = (await session.scalars(select(AuditRow.action).order_by(AuditRow.id))).all()
    assert actions == ["claim", "close"]
    await say(runtime, "a", "cai nghiện tại nhà mất bao lâu")
    async with runtime.sessions() as session:
        talk = await open_talk(session, runtime.ring, case.conversation_id)
        assert talk is not None
        assert "24 tháng" in (await read_lines(session, talk))[-1].text


async def test_the_counsellor_is_told_facts_not_a_transcript(runtime: Runtime) -> None:
    await say(runtime, "a", "cai nghiện tại nhà mất bao lâu")
    await say(runtime, "a", "em muốn gặp người thật")
    (case,) = await queue(runtime)
    titles = {article.title for article in runtime.library.articles()}
    assert len(case.summary["asked"]) == 1
    assert set(case.summary["asked"]) <= titles


@pytest.mark.parametrize("times", [2, 3])
async def test_asking_again_keeps_one_place_in_the_queue(runtime: Runtime, times: int) -> None:
    for _ in range(times):
        await say(runtime, "a", "em muốn gặp người thật")
    assert len(await queue(runtime)) == 1


async def test_the_twentieth_person_is_queued_as_fast_as_the_first(runtime: Runtime) -> None:
    """PostgreSQL plans a statement anew for good after some runs on one connection; the partial
    index of the queue must still be found then."""
    async with runtime.sessions() as session:
        for number in range(20):
            event = Inbound("terminal", str(uuid4()), f"person {number}", "text", "chào")
            received = await inbox.receive(session, runtime.ring, event, runtime.clock())
            assert received is not None
            talk = await open_talk(session, runtime.ring, received.conversation_id)
            assert talk is not None
            await handoff.ask_for_counsellor(
                session, talk, priority=0, reason="asked", summary={}, now=runtime.clock()
            )
        await session.commit()
    assert len(await queue(runtime)) == 20
