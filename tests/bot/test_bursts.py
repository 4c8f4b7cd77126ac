"""What a person types in one go is answered once: each line keeps its place, and danger never waits."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from bot import handoff, inbox, jobs
from bot.channels import Call
from bot.danger import Danger
from bot.meanwhile import Meanwhile
from bot.messages import Inbound
from bot.runtime import Runtime
from bot.store import Line, State, open_talk, read_lines, set_holder
from bot.tables import Episode
from bot.turn import Turn
from bot.turn.hearing import hear, waits_until
from bot.turn.shapes import Said
from tests.bot.test_jobs import jobs_left
from tests.conftest import NOW, Clock
from tests.fakes import BrokenRasa, LoopbackChannel

CRY = "em uống cả vỉ thuốc rồi, em muốn chết"
ASKED = "cai nghiện tại nhà mất bao lâu vậy bạn"
_NO_JOBS = text("DELETE FROM procrastinate_jobs")


async def receive(runtime: Runtime, said: str, kind: str = "text", id_: str = "") -> UUID:
    event = Inbound("loopback", id_ or str(uuid4()), "a", kind, said, address={"to": "a"})  # type: ignore[arg-type]
    async with runtime.sessions.begin() as session:
        received = await inbox.receive(session, runtime.ring, event, runtime.clock())
    assert received is not None
    return received.conversation_id


async def receive_all(runtime: Runtime, *said: str) -> UUID:
    for one in said:
        conversation_id = await receive(runtime, one)
    return conversation_id


async def lines(runtime: Runtime, conversation_id: UUID, author: str) -> list[Line]:
    async with runtime.sessions() as session:
        talk = await open_talk(session, runtime.ring, conversation_id)
        assert talk is not None
        return [line for line in await read_lines(session, talk) if line.author == author]


async def texts(runtime: Runtime, conversation_id: UUID, author: str) -> list[str]:
    return [line.text for line in await lines(runtime, conversation_id, author)]


def gathering() -> LoopbackChannel:
    return LoopbackChannel(gathers_s=1.5)


async def test_words_that_wait_together_are_answered_once_and_keep_their_lines(
    runtime: Runtime,
) -> None:
    await receive(runtime, "chào bạn", id_="1")
    await receive(runtime, "cho em hỏi", id_="2")
    conversation_id = await receive(runtime, ASKED, id_="3")
    channel = LoopbackChannel()
    await jobs.bring_up_to_date(runtime, {"loopback": channel}, conversation_id)
    written = await lines(runtime, conversation_id, "citizen")
    assert [line.text for line in written] == ["chào bạn", "cho em hỏi", ASKED]
    assert [line.client_id for line in written] == ["1", "2", "3"]
    answered = [call.body["text"] for call in channel.sent]
    assert len(answered) == 2, "the introduction and one answer"
    assert "24 tháng" in answered[-1]


async def test_a_greeting_in_a_burst_does_not_swallow_the_question(runtime: Runtime) -> None:
    conversation_id = await receive_all(runtime, "chào bạn", ASKED)
    await jobs.bring_up_to_date(runtime, {}, conversation_id)
    assert any("24 tháng" in said for said in await texts(runtime, conversation_id, "bot"))
    assert await texts(runtime, conversation_id, "citizen") == ["chào bạn", ASKED]


async def test_in_a_burst_the_line_in_danger_bears_the_alarm_and_is_answered(
    runtime: Runtime,
) -> None:
    conversation_id = await receive_all(runtime, "em ở quê", CRY, "cho em hỏi")
    channel = LoopbackChannel()
    await jobs.bring_up_to_date(runtime, {"loopback": channel}, conversation_id)
    alarms = [line.alarm for line in await lines(runtime, conversation_id, "citizen")]
    assert alarms == [None, ("suicide", "emergency"), None]
    assert len(channel.sent) == 1
    assert "115" in channel.sent[0].body["text"]
    async with runtime.sessions() as session:
        (episode,) = (await session.scalars(select(Episode))).all()
        (case,) = await handoff.queue(session, runtime.ring)
    assert (episode.level, episode.alarms, case.priority) == ("emergency", 1, handoff.DANGER_NOW)


@pytest.mark.parametrize(
    "pieces",
    [
        ["em muốn", "chết"],
        ["em", "không muốn", "sống nữa"],
        ["em uống", "hết vỉ thuốc", "rồi"],
        ["bạn em", "chích xong", "tím tái rồi", "gọi ko dậy"],
    ],
    ids=" ".join,
)
async def test_a_cry_for_help_in_pieces_is_heard_and_not_kept_waiting(
    runtime: Runtime, pieces: list[str]
) -> None:
    channel = gathering()
    conversation_id = await receive_all(runtime, *pieces)
    assert await jobs.bring_up_to_date(runtime, {"loopback": channel}, conversation_id) is None
    assert len(channel.sent) == 1
    async with runtime.sessions() as session:
        (case,) = await handoff.queue(session, runtime.ring)
    assert case.priority >= handoff.DANGER
    assert (await lines(runtime, conversation_id, "citizen"))[-1].alarm


async def test_impatience_is_no_danger(runtime: Runtime) -> None:
    conversation_id = await receive_all(runtime, *["bạn ơi em hỏi"] * 5)
    await jobs.bring_up_to_date(runtime, {"loopback": LoopbackChannel()}, conversation_id)
    assert [line.alarm for line in await lines(runtime, conversation_id, "citizen")] == [None] * 5


def test_what_only_the_whole_burst_tells_of_stands_at_its_last_line() -> None:
    whole = Danger("suicide", "urgent", "self", ("some.rule",))
    turn = Turn((Said("một", "1"), Said("hai", "2")), State(), alarm=whole)
    assert [one.alarm.level for one in turn.lines] == ["none", "urgent"]


async def test_a_button_is_answered_by_itself(runtime: Runtime) -> None:
    await receive(runtime, "chào bạn")
    await receive(runtime, "/hotline", "button")
    conversation_id = await receive(runtime, ASKED)
    await jobs.bring_up_to_date(runtime, {"loopback": LoopbackChannel()}, conversation_id)
    said = await texts(runtime, conversation_id, "bot")
    assert len(said) == 4, "the introduction, a greeting, numbers, an answer"
    assert "24 tháng" in said[-1]


async def test_a_number_that_means_a_choice_does_not_drown_in_a_burst(runtime: Runtime) -> None:
    channel = LoopbackChannel()
    conversation_id = await receive(runtime, "menu")
    await jobs.bring_up_to_date(runtime, {"loopback": channel}, conversation_id)
    offered = (await lines(runtime, conversation_id, "bot"))[-1].buttons
    await receive_all(runtime, "1", "cảm ơn bạn")
    await jobs.bring_up_to_date(runtime, {"loopback": channel}, conversation_id)
    assert await texts(runtime, conversation_id, "citizen") == [
        "menu",
        offered[0].title,
        "cảm ơn bạn",
    ]


async def test_an_order_to_erase_does_not_drown_in_a_burst(runtime: Runtime) -> None:
    conversation_id = await receive_all(runtime, "chào bạn", "xóa hết dữ liệu của tôi")
    await jobs.bring_up_to_date(runtime, {"loopback": LoopbackChannel()}, conversation_id)
    async with runtime.sessions() as session:
        assert await open_talk(session, runtime.ring, conversation_id) is None


async def test_a_receipt_in_the_middle_does_not_part_a_burst(runtime: Runtime) -> None:
    await receive(runtime, "chào bạn")
    await receive(runtime, "", "read")
    conversation_id = await receive(runtime, ASKED)
    channel = LoopbackChannel()
    await jobs.bring_up_to_date(runtime, {"loopback": channel}, conversation_id)
    assert await texts(runtime, conversation_id, "citizen") == ["chào bạn", ASKED]
    assert len(channel.sent) == 2
    async with runtime.statements() as connection:
        assert await inbox.next_waiting(connection, runtime.ring, conversation_id) is None


async def test_a_yes_to_the_caring_question_does_not_drown_in_a_burst(runtime: Runtime) -> None:
    conversation_id = await receive(runtime, "tôi không muốn chết")
    channel = LoopbackChannel()
    await jobs.bring_up_to_date(runtime, {"loopback": channel}, conversation_id)
    assert "Mình hỏi thẳng" in channel.sent[-1].body["text"]
    await receive_all(runtime, "có", "mà thôi cho hỏi cai nghiện tại nhà mất bao lâu")
    await jobs.bring_up_to_date(runtime, {"loopback": channel}, conversation_id)
    written = await lines(runtime, conversation_id, "citizen")
    assert [line.alarm and line.alarm[1] for line in written] == ["soft", "urgent", None]


async def in_a_screening(runtime: Runtime, channel: LoopbackChannel) -> UUID:
    for said in ("em muốn tự kiểm tra", "đồng ý", "25 tuổi"):
        conversation_id = await receive(runtime, said)
        await jobs.bring_up_to_date(runtime, {"loopback": channel}, conversation_id)
    return conversation_id


async def test_in_a_screening_each_line_that_waits_is_an_answer_of_its_own(
    runtime: Runtime,
) -> None:
    channel = LoopbackChannel()
    conversation_id = await in_a_screening(runtime, channel)
    before = len(channel.sent)
    await receive_all(runtime, "không", "không", "không")
    await jobs.bring_up_to_date(runtime, {"loopback": channel}, conversation_id)
    assert len(channel.sent) - before == 3, "each is met with the next question"
    assert len({call.body["text"] for call in channel.sent[before:]}) == 3


async def test_in_a_screening_a_cry_for_help_in_pieces_is_still_heard_whole(
    runtime: Runtime,
) -> None:
    channel = LoopbackChannel()
    conversation_id = await in_a_screening(runtime, channel)
    await receive_all(runtime, "em uống", "hết vỉ thuốc", "rồi")
    await jobs.bring_up_to_date(runtime, {"loopback": channel}, conversation_id)
    async with runtime.sessions() as session:
        (case,) = await handoff.queue(session, runtime.ring)
    assert case.priority == handoff.DANGER_NOW


async def test_of_very_many_messages_none_is_lost_or_doubled(runtime: Runtime) -> None:
    sent = [f"em kể chuyện thứ {number}" for number in range(2 * inbox.MOST_TOGETHER + 3)]
    conversation_id = await receive_all(runtime, *sent)
    await asyncio.gather(
        *(
            jobs.bring_up_to_date(runtime, {"loopback": LoopbackChannel()}, conversation_id)
            for _ in range(3)
        )
    )
    assert await texts(runtime, conversation_id, "citizen") == sent


async def test_when_our_code_breaks_every_line_of_a_burst_is_kept_for_a_human(
    runtime: Runtime,
) -> None:
    broken = replace(runtime, rasa=BrokenRasa())  # type: ignore[arg-type]
    conversation_id = await receive_all(runtime, "điều rất riêng tư", "và điều nữa")
    await jobs.bring_up_to_date(broken, {"loopback": LoopbackChannel()}, conversation_id)
    said = await texts(runtime, conversation_id, "citizen")
    assert said == ["điều rất riêng tư", "và điều nữa"]
    async with runtime.sessions() as session:
        (case,) = await handoff.queue(session, runtime.ring)
    assert case.conversation_id == conversation_id


async def test_a_burst_is_waited_for_until_its_newest_line_is_old_enough(
    runtime: Runtime, clock: Clock
) -> None:
    channel = gathering()
    conversation_id = await receive(runtime, "chào bạn")
    until = await jobs.bring_up_to_date(runtime, {"loopback": channel}, conversation_id)
    assert until == NOW + timedelta(seconds=1.5)
    clock.pass_seconds(1)
    await receive(runtime, ASKED)
    until = await jobs.bring_up_to_date(runtime, {"loopback": channel}, conversation_id)
    assert until == NOW + timedelta(seconds=2.5)
    assert channel.sent == []
    clock.pass_seconds(1.5)
    assert await jobs.bring_up_to_date(runtime, {"loopback": channel}, conversation_id) is None
    assert len(channel.sent) == 2, "the introduction and one answer"
    assert "24 tháng" in channel.sent[-1].body["text"]


async def test_who_writes_on_and_on_is_answered_all_the_same(
    runtime: Runtime, clock: Clock
) -> None:
    channel = gathering()
    for _ in range(6):
        conversation_id = await receive(runtime, "chờ em chút")
        assert await jobs.bring_up_to_date(runtime, {"loopback": channel}, conversation_id)
        clock.pass_seconds(1)
    assert channel.sent == []
    await receive(runtime, "chờ em chút")
    assert await jobs.bring_up_to_date(runtime, {"loopback": channel}, conversation_id) is None
    assert channel.sent


async def test_danger_is_answered_at_once_with_whatever_waits_before_it(
    runtime: Runtime,
) -> None:
    channel = gathering()
    conversation_id = await receive(runtime, "chào bạn")
    assert await jobs.bring_up_to_date(runtime, {"loopback": channel}, conversation_id)
    await receive(runtime, CRY)
    assert await jobs.bring_up_to_date(runtime, {"loopback": channel}, conversation_id) is None
    assert "115" in channel.sent[-1].body["text"]
    await receive(runtime, "dạ em nghe")
    assert await jobs.bring_up_to_date(runtime, {"loopback": channel}, conversation_id) is None
    said = await texts(runtime, conversation_id, "citizen")
    assert said == ["chào bạn", CRY, "dạ em nghe"], "nobody in an open danger is kept waiting"


@pytest.mark.parametrize(
    ("kind", "said"),
    [("button", "/hotline"), ("text", "/hotline"), ("start", ""), ("location", "")],
)
async def test_only_typed_words_are_waited_for(runtime: Runtime, kind: str, said: str) -> None:
    channel = gathering()
    conversation_id = await receive(runtime, said, kind)
    assert await jobs.bring_up_to_date(runtime, {"loopback": channel}, conversation_id) is None
    assert channel.sent


async def test_a_button_after_words_ends_the_waiting(runtime: Runtime) -> None:
    channel = gathering()
    conversation_id = await receive(runtime, "chào bạn")
    await receive(runtime, "/hotline", "button")
    assert await jobs.bring_up_to_date(runtime, {"loopback": channel}, conversation_id) is None
    assert await texts(runtime, conversation_id, "citizen") == ["chào bạn", "/hotline"]


async def test_a_counsellor_sees_words_at_once(runtime: Runtime) -> None:
    channel = gathering()
    conversation_id = await receive(runtime, "/human", "button")
    await jobs.bring_up_to_date(runtime, {"loopback": channel}, conversation_id)
    async with runtime.sessions.begin() as session:
        await set_holder(session, conversation_id, "counsellor")
    await receive_all(runtime, "dạ em nghe", "em kể nha")
    assert await jobs.bring_up_to_date(runtime, {"loopback": channel}, conversation_id) is None
    assert (await texts(runtime, conversation_id, "citizen"))[-2:] == ["dạ em nghe", "em kể nha"]


async def test_a_clock_that_runs_ahead_makes_nobody_wait(runtime: Runtime) -> None:
    conversation_id = await receive(runtime, "chào bạn")
    async with runtime.statements() as connection:
        waiting = await inbox.next_waiting(connection, runtime.ring, conversation_id)
    assert waiting is not None
    heard = await hear(runtime, waiting.talk, waiting.events)
    gathers = timedelta(seconds=1.5)
    assert waits_until(heard, waiting.talk, gathers, NOW) == NOW + gathers
    assert waits_until(heard, waiting.talk, gathers, NOW - timedelta(minutes=1)) is None


async def test_a_burst_whose_worker_died_is_found_again(runtime: Runtime, clock: Clock) -> None:
    channel = gathering()
    conversation_id = await receive(runtime, "chào bạn")
    assert await jobs.bring_up_to_date(runtime, {"loopback": channel}, conversation_id)
    async with runtime.sessions.begin() as session:
        await session.execute(_NO_JOBS)
    clock.pass_seconds(6)
    assert await jobs.wake_forgotten(runtime) == 1
    await jobs.bring_up_to_date(runtime, {"loopback": channel}, conversation_id)
    assert channel.sent


async def test_the_time_to_ask_again_is_kept_without_a_job(runtime: Runtime, clock: Clock) -> None:
    conversation_id = await receive(runtime, "chào bạn")
    async with runtime.sessions.begin() as session:
        await session.execute(_NO_JOBS)
    meanwhile = Meanwhile(runtime)
    meanwhile.ask_again(conversation_id, clock() + timedelta(seconds=3))
    meanwhile.ask_again(conversation_id, clock())
    async with asyncio.timeout(20):
        while await jobs_left(runtime) == 0:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert await jobs_left(runtime) == 1


class Rejecting(LoopbackChannel):
    """A channel whose typing call cannot even be built."""

    def typing(self, address: Mapping[str, str]) -> Call | None:
        raise KeyError("to")


async def test_typing_is_shown_once_while_a_burst_is_gathered_and_answered(
    runtime: Runtime, clock: Clock
) -> None:
    channel = LoopbackChannel(gathers_s=1.5, types=True)
    meanwhile = Meanwhile(runtime)
    conversation_id = await receive(runtime, ASKED)
    await jobs.bring_up_to_date(runtime, {"loopback": channel}, conversation_id, meanwhile)
    clock.pass_seconds(2)
    await jobs.bring_up_to_date(runtime, {"loopback": channel}, conversation_id, meanwhile)
    assert [call.body for call in channel.typed] == [{"to": "a"}]
    assert len(channel.sent) == 2


async def test_typing_that_fails_does_not_fail_the_turn(runtime: Runtime) -> None:
    channel = Rejecting()
    conversation_id = await receive(runtime, ASKED)
    await jobs.bring_up_to_date(runtime, {"loopback": channel}, conversation_id, Meanwhile(runtime))
    assert len(channel.sent) == 2


async def test_nobody_types_while_a_counsellor_has_the_chat(runtime: Runtime) -> None:
    channel = LoopbackChannel(types=True)
    conversation_id = await receive(runtime, "/human", "button")
    await jobs.bring_up_to_date(runtime, {"loopback": channel}, conversation_id)
    async with runtime.sessions.begin() as session:
        await set_holder(session, conversation_id, "counsellor")
    await receive(runtime, "dạ em nghe")
    await jobs.bring_up_to_date(runtime, {"loopback": channel}, conversation_id, Meanwhile(runtime))
    assert channel.typed == []
