"""Order of precedence in a turn: danger, then a counsellor, then the bot; and what happens when
something of ours breaks."""

from __future__ import annotations

import dataclasses
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from actions.commands import AskPlace, CallCounsellor, FindAnswer, FindPlace, Unsure
from api import auth
from bot import handoff, inbox, jobs, turn
from bot.content_tables import OpenQuestion
from bot.messages import Inbound
from bot.runtime import Runtime
from bot.store import State, open_talk, read_lines
from bot.tables import Counsellor, Episode
from bot.turn.decide import give_to_human
from tests.fakes import BrokenRasa, ToldRasa


async def say(runtime: Runtime, text: str, kind: str = "text") -> tuple[UUID, list[str]]:
    event = Inbound("terminal", str(uuid4()), "a", kind, text)  # type: ignore[arg-type]
    async with runtime.sessions.begin() as session:
        received = await inbox.receive(session, runtime.ring, event, runtime.clock())
    assert received is not None
    await jobs.bring_up_to_date(runtime, {}, received.conversation_id)
    return received.conversation_id, await lines(runtime, received.conversation_id)


async def lines(runtime: Runtime, conversation_id: UUID) -> list[str]:
    async with runtime.sessions() as session:
        talk = await open_talk(session, runtime.ring, conversation_id)
        assert talk is not None
        return [line.text for line in await read_lines(session, talk) if line.author == "bot"]


async def decide_late(runtime: Runtime, conversation_id: UUID) -> tuple[inbox.Waiting, turn.Turn]:
    """One more message, decided but not recorded."""
    event = Inbound("terminal", "late", "a", "text", "cai nghiện tại nhà mất bao lâu")
    async with runtime.sessions.begin() as session:
        await inbox.receive(session, runtime.ring, event, runtime.clock())
    async with runtime.statements() as session:
        waiting = await inbox.next_waiting(session, runtime.ring, conversation_id)
    assert waiting is not None
    return waiting, await turn.take_turn(runtime, waiting.talk, waiting.inbound)


async def counsellor(runtime: Runtime) -> Counsellor:
    async with runtime.sessions.begin() as session:
        await auth.create_counsellor(session, "lan", "Lan", "counsellor", runtime.clock())
    async with runtime.sessions() as session:
        return (await session.scalars(select(Counsellor))).one()


async def take(runtime: Runtime, who: Counsellor) -> None:
    async with runtime.sessions.begin() as session:
        (case,) = await handoff.queue(session, runtime.ring)
        await handoff.claim(session, runtime.ring, case.handoff_id, who, runtime.clock())


async def test_danger_is_judged_before_rasa_is_asked(runtime: Runtime) -> None:
    rasa = ToldRasa([FindAnswer()])
    runtime = dataclasses.replace(runtime, rasa=rasa)  # type: ignore[arg-type]
    _, said = await say(runtime, "em uong ca vi thuoc roi, em muon chet")
    assert rasa.asked == []
    assert "115" in said[-1]


async def test_danger_is_noticed_while_a_counsellor_has_the_chat(runtime: Runtime) -> None:
    await say(runtime, "em muốn gặp người thật")
    await take(runtime, await counsellor(runtime))
    conversation_id, before = await say(runtime, "dạ em nghe")
    _, after = await say(runtime, "em vừa uống cả vỉ thuốc ngủ rồi, tạm biệt")
    assert len(after) == len(before) + 1
    assert "115" in after[-1]
    async with runtime.sessions() as session:
        episode = (await session.scalars(select(Episode))).one()
    assert (episode.conversation_id, episode.level) == (conversation_id, "emergency")


async def test_the_bot_is_silent_while_a_counsellor_has_the_chat(runtime: Runtime) -> None:
    await say(runtime, "em muốn gặp người thật")
    await take(runtime, await counsellor(runtime))
    _, said = await say(runtime, "cai nghiện tại nhà mất bao lâu")
    assert not any("24 tháng" in text for text in said)


async def test_a_counsellor_who_comes_in_while_the_bot_thinks_silences_it(
    runtime: Runtime,
) -> None:
    conversation_id, _ = await say(runtime, "em muốn gặp người thật")
    who = await counsellor(runtime)
    waiting, decided = await decide_late(runtime, conversation_id)
    assert decided.replies
    await take(runtime, who)
    assert await turn.record(runtime, waiting, decided, runtime.clock()) is True
    await jobs.bring_up_to_date(runtime, {}, conversation_id)
    assert not any("24 tháng" in text for text in await lines(runtime, conversation_id))
    async with runtime.statements() as connection:
        assert await inbox.next_waiting(connection, runtime.ring, conversation_id) is None


async def test_when_our_code_breaks_a_human_is_called_and_words_stay_out_of_the_log(
    runtime: Runtime, capsys: pytest.CaptureFixture[str]
) -> None:
    runtime = dataclasses.replace(runtime, rasa=BrokenRasa())  # type: ignore[arg-type]
    conversation_id, said = await say(runtime, "điều rất riêng tư")
    assert "trục trặc" in said[-1]
    async with runtime.sessions() as session:
        (case,) = await handoff.queue(session, runtime.ring)
    assert case.conversation_id == conversation_id
    shown = capsys.readouterr()
    assert "turn.failed" in shown.out + shown.err
    assert "riêng tư" not in shown.out + shown.err


async def test_danger_is_answered_even_when_our_code_breaks(runtime: Runtime) -> None:
    runtime = dataclasses.replace(runtime, rasa=BrokenRasa())  # type: ignore[arg-type]
    _, said = await say(runtime, "em uống cả vỉ thuốc rồi, em muốn chết")
    assert "115" in said[-1]


async def test_unsure_rasa_leaves_it_to_search(runtime: Runtime) -> None:
    runtime = dataclasses.replace(runtime, rasa=ToldRasa([Unsure()]))  # type: ignore[arg-type]
    _, said = await say(runtime, "cai nghiện tại nhà mất bao lâu")
    assert "24 tháng" in said[-1]


async def test_rasa_is_asked_in_plain_words_where_people_write_teencode(runtime: Runtime) -> None:
    rasa = ToldRasa([FindAnswer()])
    await say(
        dataclasses.replace(runtime, rasa=rasa), "cai ng ở nhà tại Long Hồ thì mấy tháng mới xong z"
    )  # type: ignore[arg-type]
    assert "nghiện" in rasa.asked[0]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Dạ em chào ad ạ", "Chào"),
        ("cảm ơn bạn nhiều nha", "Không có gì"),
        ("cai nghien tai nha mat bao lau", "24 tháng"),
        ("cai ng tại nhà bn lâu z", "24 tháng"),
    ],
)
async def test_rasa_is_not_asked_what_is_plain(runtime: Runtime, text: str, answer: str) -> None:
    rasa = ToldRasa([CallCounsellor()])
    _, said = await say(dataclasses.replace(runtime, rasa=rasa), text)  # type: ignore[arg-type]
    assert rasa.asked == []
    assert answer in said[-1]


@pytest.mark.parametrize(
    "text", ["chào bạn mình cần gặp ai đó", "cai nghiện tại nhà mất bao lâu ở Long Hồ"]
)
async def test_rasa_is_asked_where_anything_more_is_said(runtime: Runtime, text: str) -> None:
    rasa = ToldRasa([CallCounsellor()])
    await say(dataclasses.replace(runtime, rasa=rasa), text)  # type: ignore[arg-type]
    assert len(rasa.asked) == 1


async def test_several_commands_in_one_turn_are_all_carried_out(runtime: Runtime) -> None:
    rasa = ToldRasa([FindAnswer(), CallCounsellor()])
    _, said = await say(
        dataclasses.replace(runtime, rasa=rasa),
        "cai nghiện ở nhà tại Long Hồ phải mấy tháng mới xong",
    )  # type: ignore[arg-type]
    assert any("24 tháng" in text for text in said)
    assert any("báo tư vấn viên" in text for text in said)


async def test_a_form_left_open_in_rasa_does_not_nag(runtime: Runtime) -> None:
    rasa = ToldRasa([FindAnswer(), AskPlace()])
    _, said = await say(
        dataclasses.replace(runtime, rasa=rasa),
        "cai nghiện ở nhà tại Long Hồ phải mấy tháng mới xong",
    )  # type: ignore[arg-type]
    assert not any("Bạn ở xã, phường" in text for text in said)


async def test_a_place_that_rasa_found_is_looked_up(runtime: Runtime) -> None:
    rasa = ToldRasa([FindPlace(place="Long Hồ", kind="counselling_point")])
    _, said = await say(dataclasses.replace(runtime, rasa=rasa), "Chỗ nào tư vấn gần Long Hồ")  # type: ignore[arg-type]
    assert "Long Hồ" in said[-1]


@pytest.mark.parametrize(
    "text", ["/-heart em muốn chết", "/ em vừa uống cả vỉ thuốc ngủ rồi", "/xyz em muốn chết"]
)
async def test_a_slash_before_the_words_does_not_hide_danger(runtime: Runtime, text: str) -> None:
    _, said = await say(runtime, text)
    assert "115" in said[-1]
    _, said = await say(runtime, text, kind="button")
    assert "115" in said[-1]


async def test_a_number_means_the_button_that_stands_there_now(runtime: Runtime) -> None:
    await say(runtime, "em uống cả vỉ thuốc rồi, em muốn chết")
    _, said = await say(runtime, "1")
    assert "hàng chờ" in said[-1], "1. Gặp người thật"
    who = await counsellor(runtime)
    await take(runtime, who)
    async with runtime.sessions.begin() as session:
        (case,) = await handoff.queue(session, runtime.ring)
        await handoff.close(session, runtime.ring, case, who, runtime.clock())
    _, said = await say(runtime, "1")
    assert "báo tư vấn viên" in said[-1]


async def test_a_message_decided_for_a_counsellor_who_just_left_is_answered(
    runtime: Runtime,
) -> None:
    conversation_id, _ = await say(runtime, "em muốn gặp người thật")
    who = await counsellor(runtime)
    await take(runtime, who)
    waiting, decided = await decide_late(runtime, conversation_id)
    async with runtime.sessions.begin() as session:
        (case,) = await handoff.queue(session, runtime.ring)
        await handoff.close(session, runtime.ring, case, who, runtime.clock())
    assert await turn.record(runtime, waiting, decided, runtime.clock()) is True
    await jobs.bring_up_to_date(runtime, {}, conversation_id)
    assert "24 tháng" in (await lines(runtime, conversation_id))[-1]


async def test_what_cannot_be_written_goes_to_a_human_and_blocks_nobody(runtime: Runtime) -> None:
    conversation_id, _ = await say(runtime, "chào")
    event = Inbound("terminal", "odd", "a", "text", "một tin lạ")
    async with runtime.sessions.begin() as session:
        await inbox.receive(session, runtime.ring, event, runtime.clock())
    async with runtime.statements() as session:
        waiting = await inbox.next_waiting(session, runtime.ring, conversation_id)
    assert waiting is not None
    decided = await turn.take_turn(runtime, waiting.talk, waiting.inbound)
    broken = dataclasses.replace(decided, helpful=True, state=State(asked=("a\x00b",)))
    await turn.record_or_fail_to_human(runtime, waiting, broken, runtime.clock())
    async with runtime.sessions() as session:
        (case,) = await handoff.queue(session, runtime.ring)
    assert case.conversation_id == conversation_id
    assert "trục trặc" in (await lines(runtime, conversation_id))[-1]


async def test_who_says_that_all_is_well_is_promised_only_what_is_true(runtime: Runtime) -> None:
    _, said = await say(runtime, "/safe")
    assert "cho tư vấn viên đọc" not in said[-1]
    await say(runtime, "em uống cả vỉ thuốc rồi, em muốn chết")
    _, said = await say(runtime, "/safe")
    assert "cho tư vấn viên đọc" in said[-1]


def test_an_update_of_the_program_forgets_no_danger() -> None:
    assert State.from_json({"of": "an older version"}) == State()
    kept = State.from_json({"of": "an older version", "worry": "suicide", "asked": ["a", "b"]})
    assert kept == State(worry="suicide", asked=("a", "b"))


@pytest.mark.parametrize(
    ("said", "language"),
    [
        (("em muốn gặp người nói tiếng Mông",), "hmn"),
        (("I need help with my son please", "em muốn gặp người thật"), "en"),
        (("con em học tiếng Anh xong thì bỏ nhà đi", "em muốn gặp người thật"), "vi"),
    ],
)
async def test_who_would_rather_speak_another_language_is_shown_so_in_the_queue(
    runtime: Runtime, said: tuple[str, ...], language: str
) -> None:
    for words in said:
        await say(runtime, words)
    async with runtime.sessions() as session:
        (case,) = await handoff.queue(session, runtime.ring)
    assert case.language == language


async def test_question_whose_choices_all_missed_it_goes_to_the_editors_once(
    runtime: Runtime,
) -> None:
    question = "mẹ em nghiện cờ bạc với hay hút thuốc phiện thì sao ta"
    await say(runtime, question)
    assert await _open_questions(runtime) == []
    for _ in range(2):
        _, said = await say(runtime, "/none")
        assert "không dám đoán" in said[-1]
    assert await _open_questions(runtime) == [(question, 1)]


async def _open_questions(runtime: Runtime) -> list[tuple[str, int]]:
    async with runtime.sessions() as session:
        rows = await session.scalars(select(OpenQuestion))
        return [(row.text, row.seen) for row in rows]


async def test_when_our_code_breaks_a_cry_for_help_stays_one(runtime: Runtime) -> None:
    event = Inbound("terminal", "1", "a", "text", "em uống cả vỉ thuốc rồi, em muốn chết")
    async with runtime.sessions.begin() as session:
        received = await inbox.receive(session, runtime.ring, event, runtime.clock())
        assert received is not None
        waiting = await inbox.next_waiting(session, runtime.ring, received.conversation_id)
    assert waiting is not None
    given = give_to_human(runtime, waiting.talk, waiting.inbound)
    assert (given.alarm.level, given.wants_counsellor) == ("emergency", True)
    assert "115" in given.replies[0].text
    await turn.record(runtime, waiting, given, runtime.clock())
    async with runtime.sessions() as session:
        assert (await session.scalars(select(Episode.level))).all() == ["emergency"]
