"""Counsellors say of an alarm that it was right or not, overseers look for missed ones, and what is
kept of it names nobody."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from bot import store, verdicts
from bot.danger_tables import Example, Verdict
from bot.errors import NotFound
from bot.runtime import Runtime
from bot.store import Line, open_talk
from bot.tables import Counsellor
from tests.bot.test_handoff import counsellors, say
from tests.conftest import Clock

CRY = "em tên Nguyễn Văn Bảy, em uống cả vỉ thuốc rồi, em muốn chết"
ASKED = "cai nghiện tại nhà mất bao lâu vậy bạn"


async def citizen_lines(runtime: Runtime) -> list[Line]:
    """The only conversation's lines by the citizen."""
    async with runtime.sessions() as session:
        conversation: UUID = (await session.scalars(select(store.Conversation.id))).one()
        talk = await open_talk(session, runtime.ring, conversation)
        assert talk is not None
        lines = await store.read_lines(session, talk)
    return [line for line in lines if line.author == "citizen"]


async def judge(
    runtime: Runtime, who: Counsellor, line: Line, found: tuple[str, str] | None
) -> None:
    async with runtime.sessions.begin() as session:
        talk = await verdicts.conversation_of(session, runtime.ring, line.id)
        await verdicts.judge(session, talk, line.id, found, who, runtime.clock())


async def kept(runtime: Runtime) -> list[tuple[str, str, str]]:
    async with runtime.sessions() as session:
        return [(one.label, one.level, one.source) for one in await verdicts.examples(session)]


async def sampled(runtime: Runtime) -> list[str]:
    async with runtime.sessions() as session:
        return [one.text for one in await verdicts.sample(session, runtime.ring, runtime.clock())]


async def test_the_line_that_raised_an_alarm_carries_it(runtime: Runtime) -> None:
    await say(runtime, "a", ASKED)
    await say(runtime, "a", CRY)
    calm, cry = await citizen_lines(runtime)
    assert calm.alarm is None
    assert cry.alarm == ("suicide", "emergency")


@pytest.mark.parametrize(
    ("found", "right", "example"),
    [
        (None, True, ("suicide", "emergency", "alarm")),
        (verdicts.NONE, False, ("none", "none", "alarm")),
    ],
)
async def test_a_judged_alarm_leaves_an_example_that_names_nobody(
    runtime: Runtime,
    found: tuple[str, str] | None,
    right: bool,
    example: tuple[str, str, str],
) -> None:
    (lan,) = await counsellors(runtime, "lan")
    await say(runtime, "a", CRY)
    (cry,) = await citizen_lines(runtime)
    await judge(runtime, lan, cry, found)
    assert await kept(runtime) == [example]
    async with runtime.sessions() as session:
        assert await verdicts.judged(session, [cry.id]) == {cry.id: right}
        text = (await verdicts.examples(session))[0].text
    assert "Bảy" not in text
    assert "uống cả vỉ thuốc" in text


async def test_who_judges_second_changes_nothing(runtime: Runtime) -> None:
    lan, minh = await counsellors(runtime, "lan", "minh")
    await say(runtime, "a", CRY)
    (cry,) = await citizen_lines(runtime)
    await judge(runtime, lan, cry, None)
    await judge(runtime, minh, cry, verdicts.NONE)
    assert await kept(runtime) == [("suicide", "emergency", "alarm")]


async def test_the_sample_holds_lines_without_an_alarm_until_they_are_judged(
    runtime: Runtime,
) -> None:
    (lan,) = await counsellors(runtime, "lan")
    await say(runtime, "a", ASKED)
    await say(runtime, "a", CRY)
    assert await sampled(runtime) == [ASKED]
    calm, _ = await citizen_lines(runtime)
    await judge(runtime, lan, calm, ("self_harm", "urgent"))
    assert await sampled(runtime) == []
    assert await kept(runtime) == [("self_harm", "urgent", "sample")]


async def test_the_sample_is_of_the_last_seven_days(runtime: Runtime, clock: Clock) -> None:
    await say(runtime, "a", ASKED)
    clock.pass_seconds(timedelta(days=8).total_seconds())
    assert await sampled(runtime) == []


async def test_an_erased_line_cannot_be_judged_and_its_example_stays_without_a_way_back(
    runtime: Runtime,
) -> None:
    (lan,) = await counsellors(runtime, "lan")
    await say(runtime, "a", CRY)
    (cry,) = await citizen_lines(runtime)
    await judge(runtime, lan, cry, None)
    await say(runtime, "a", "xóa dữ liệu của tôi")
    with pytest.raises(NotFound):
        await judge(runtime, lan, cry, None)
    async with runtime.sessions() as session:
        assert (await session.scalars(select(Verdict))).all() == []
        assert len((await session.scalars(select(Example))).all()) == 1
