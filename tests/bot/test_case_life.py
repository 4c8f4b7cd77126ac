"""A case on its way: what is known of it, handed on, ended, and taken up again on the day agreed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import handoff, inbox, turn
from bot.desk_tables import Team
from bot.errors import AlreadyTaken, NotYet, TooManyChats
from bot.handoff import Case
from bot.inbox import next_waiting
from bot.messages import Inbound
from bot.runtime import Runtime
from bot.store import open_talk, read_lines
from bot.tables import Counsellor, Handoff
from tests.bot.test_handoff import counsellors, queue, say
from tests.conftest import Clock

CRY = "em uống cả vỉ thuốc rồi, em muốn chết"
ASKS = "em muốn gặp người thật"


async def take(runtime: Runtime, who: Counsellor) -> Case:
    """The one open case, claimed."""
    (case,) = await queue(runtime)
    async with runtime.sessions.begin() as session:
        return await handoff.claim(session, runtime.ring, case.handoff_id, who, runtime.clock())


async def texts(runtime: Runtime, case: Case, author: str) -> list[str]:
    async with runtime.sessions() as session:
        talk = await open_talk(session, runtime.ring, case.conversation_id)
        assert talk is not None
        lines = await read_lines(session, talk, notes=True)
    return [line.text for line in lines if line.author == author]


async def test_the_case_knows_the_last_place_named_and_what_is_asked_about(
    runtime: Runtime,
) -> None:
    await say(runtime, "a", "tìm chỗ cai nghiện ở xã Long Hồ, Vĩnh Long")
    await say(runtime, "a", "bị bắt đi cai nghiện bắt buộc thì đi mấy tháng")
    await say(runtime, "a", ASKS)
    (case,) = await queue(runtime)
    assert case.area == "29602"
    assert case.skill == "legal"


async def test_a_transfer_waits_for_the_colleague_with_its_note_through_a_further_alarm(
    runtime: Runtime, clock: Clock
) -> None:
    hoa, lan = await counsellors(runtime, "hoa", "lan")
    await say(runtime, "a", ASKS)
    case = await take(runtime, hoa)
    async with runtime.sessions.begin() as session:
        case = await handoff.find_case(session, runtime.ring, case.handoff_id, lock=True)
        case = await handoff.transfer(
            session, runtime.ring, case, hoa, now=clock(), to=lan, note="em này sợ công an"
        )
    assert (case.state, case.wanted_id, case.wanted) == ("waiting", lan.id, "Lan")
    assert case.counsellor_id is None
    assert any("chuyển bạn sang đồng nghiệp" in one for one in await texts(runtime, case, "bot"))
    assert await texts(runtime, case, "note") == ["Chuyển cho Lan.\nem này sợ công an"]
    await say(runtime, "a", CRY)
    (case,) = await queue(runtime)
    assert (case.priority, case.summary["handed"]) == (2, "em này sợ công an")
    case = await take(runtime, lan)
    assert (case.counsellor, case.wanted_id) == ("Lan", None)


async def test_a_team_that_is_deleted_leaves_its_cases_to_everybody(
    runtime: Runtime, clock: Clock
) -> None:
    (hoa,) = await counsellors(runtime, "hoa")
    await say(runtime, "a", ASKS)
    async with runtime.sessions.begin() as session:
        team = Team(name="Pháp lý", skills=["legal"], created_at=clock())
        session.add(team)
        await session.flush()
        (case,) = await handoff.queue(session, runtime.ring)
        await handoff.transfer(session, runtime.ring, case, hoa, now=clock(), team=team)
    (case,) = await queue(runtime)
    assert case.team == "Pháp lý"
    async with runtime.sessions.begin() as session:
        await session.delete(await session.get_one(Team, team.id))
    (case,) = await queue(runtime)
    assert (case.state, case.team_id) == ("waiting", None)


async def test_more_chats_than_one_may_have_are_refused_but_never_danger(
    runtime: Runtime, clock: Clock
) -> None:
    (hoa,) = await counsellors(runtime, "hoa")
    async with runtime.sessions.begin() as session:
        (await session.get_one(Counsellor, hoa.id)).most_chats = 1
    for who in ("a", "b"):
        await say(runtime, who, ASKS)
    await say(runtime, "c", CRY)
    danger, first, second = await queue(runtime)
    for case in (danger, first):
        async with runtime.sessions.begin() as session:
            if case is first:
                with pytest.raises(TooManyChats):
                    await handoff.claim(session, runtime.ring, case.handoff_id, hoa, clock())
            else:
                await handoff.claim(session, runtime.ring, case.handoff_id, hoa, clock())
    await say(runtime, "b", CRY)
    async with runtime.sessions.begin() as session:
        await handoff.claim(session, runtime.ring, second.handoff_id, hoa, clock())
        assert await handoff.chats_of(session, hoa.id) == 2


async def test_a_case_with_an_unread_alarm_or_an_unanswered_danger_is_not_ended(
    runtime: Runtime, clock: Clock
) -> None:
    (hoa,) = await counsellors(runtime, "hoa")
    await say(runtime, "a", ASKS)
    case = await take(runtime, hoa)
    async with runtime.sessions.begin() as session:
        talk = await open_talk(session, runtime.ring, case.conversation_id)
        assert talk is not None
        seen = (await read_lines(session, talk))[-1].id
        await handoff.demand_end(session, runtime.ring, case, seen)
    await say(runtime, "a", CRY)
    (case,) = await queue(runtime)
    async with runtime.sessions.begin() as session:
        with pytest.raises(NotYet, match="báo động mới"):
            await handoff.demand_end(session, runtime.ring, case, seen)
        seen = (await read_lines(session, talk))[-1].id
        with pytest.raises(NotYet, match="chưa ai viết"):
            await handoff.demand_end(session, runtime.ring, case, seen)
        clock.pass_seconds(1)
        await handoff.say(session, runtime.ring, case, hoa, "chị đây, em ở đâu?", clock())
        await handoff.demand_end(session, runtime.ring, case, seen)


async def test_a_case_that_a_colleague_ends_stays_that_of_who_talked_in_it(
    runtime: Runtime, clock: Clock
) -> None:
    hoa, lan = await counsellors(runtime, "hoa", "lan")
    await say(runtime, "a", ASKS)
    case = await take(runtime, hoa)
    async with runtime.sessions.begin() as session:
        await handoff.close(session, runtime.ring, case, lan, clock(), outcome="advised")
    async with runtime.sessions() as session:
        assert (await session.get_one(Handoff, case.handoff_id)).counsellor_id == hoa.id


async def test_on_the_day_agreed_the_case_stands_there_and_one_of_two_takes_it_up(
    runtime: Runtime, clock: Clock
) -> None:
    hoa, lan = await counsellors(runtime, "hoa", "lan")
    await say(runtime, "a", ASKS)
    case = await take(runtime, hoa)
    day = runtime.today() + timedelta(days=2)
    async with runtime.sessions.begin() as session:
        await handoff.close(
            session,
            runtime.ring,
            case,
            hoa,
            clock(),
            outcome="call_back",
            topics=["law", "work"],
            follow_up_on=day,
        )
    async with runtime.sessions() as session:
        row = await session.get_one(Handoff, case.handoff_id)
        assert (row.outcome, row.topics) == ("call_back", ["law", "work"])
        due = handoff.follow_ups
        assert await due(session, runtime.ring, day - timedelta(days=1)) == []
        (ended,) = await due(session, runtime.ring, day + timedelta(days=1))
    clock.pass_seconds(2 * 86400)
    async with runtime.sessions.begin() as session:
        again = await handoff.follow_up(session, runtime.ring, ended, lan, clock())
    assert (again.state, again.counsellor, again.reason) == ("claimed", "Lan", "follow_up")
    async with runtime.sessions.begin() as session:
        ended = await handoff.find_case(session, runtime.ring, ended.handoff_id, lock=True)
        with pytest.raises(AlreadyTaken):
            await handoff.follow_up(session, runtime.ring, ended, hoa, clock())
        assert await due(session, runtime.ring, day) == []


async def test_complaint_13882_what_the_bot_decided_before_a_claim_is_not_said_after_it(
    runtime: Runtime,
) -> None:
    (hoa,) = await counsellors(runtime, "hoa")
    await say(runtime, "a", ASKS)
    event = Inbound("terminal", "late", "a", "text", "cai nghiện tại nhà mất bao lâu")
    async with runtime.sessions.begin() as session:
        received = await inbox.receive(session, runtime.ring, event, runtime.clock())
        assert received is not None
    async with runtime.statements() as connection:
        waiting = await next_waiting(connection, runtime.ring, received.conversation_id)
    assert waiting is not None
    decided = await turn.take_turn(runtime, waiting.talk, *waiting.events)
    assert decided.replies
    case = await take(runtime, hoa)
    before = await texts(runtime, case, "bot")
    assert await turn.record(runtime, waiting, decided, runtime.clock())
    assert await texts(runtime, case, "bot") == before
