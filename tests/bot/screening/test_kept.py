"""Results in the database: kept, shown again, shared or deleted, only as the person says."""

from __future__ import annotations

import dataclasses
import json
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from bot import handoff, inbox, jobs, kept_results
from bot.danger import Danger
from bot.errors import NotFound
from bot.messages import Inbound
from bot.runtime import Runtime
from bot.store import Talk, open_talk, read_lines
from bot.tables import Episode, ScreeningRow
from bot.turn.invite import invite
from bot.turn.screen import asks_for_results, heed
from bot.turn.shapes import Heard
from tests.bot.test_handoff import counsellors

PHQ = ("/screen phq-2", "/s agree", "/s adult", "/s fine", "vài ngày", "ngày nào cũng")


async def say(runtime: Runtime, *texts: str, sender: str = "a") -> UUID:
    for text in texts:
        event = Inbound("terminal", str(uuid4()), sender, "text", text)
        async with runtime.sessions.begin() as session:
            received = await inbox.receive(session, runtime.ring, event, runtime.clock())
        assert received is not None
        await jobs.bring_up_to_date(runtime, {}, received.conversation_id)
    return received.conversation_id


async def talk_of(runtime: Runtime, conversation: UUID) -> Talk:
    async with runtime.sessions() as session:
        talk = await open_talk(session, runtime.ring, conversation)
    assert talk is not None
    return talk


async def said_last(runtime: Runtime, conversation: UUID) -> str:
    talk = await talk_of(runtime, conversation)
    async with runtime.sessions() as session:
        return [line.text for line in await read_lines(session, talk) if line.author == "bot"][-1]


async def kept(
    runtime: Runtime, conversation: UUID, *, shared_only: bool = False
) -> list[kept_results.Kept]:
    talk = await talk_of(runtime, conversation)
    async with runtime.sessions() as session:
        return await kept_results.kept_by(session, talk, shared_only=shared_only)


@pytest.mark.parametrize(
    "text",
    [
        "kết quả của em",
        "cho em xem lại kết quả lần trước",
        "ket qua cua minh dau roi",
        "coi kết quả",
        "xem kết quả tự kiểm tra của tôi với ạ",
        "Cho mình xem các kết quả đã giữ nhé",
    ],
)
def test_who_asks_for_their_results_is_understood(text: str) -> None:
    assert asks_for_results(text)


@pytest.mark.parametrize(
    "text",
    [
        "kết quả sàng lọc của tôi nghĩa là gì",
        "mức nguy cơ cao là sao",
        "kết quả",
        "xem luật",
        "kết quả của con tôi ở trại có xem được không",
        "kết quả xét nghiệm của em",
    ],
)
def test_a_question_about_results_is_answered_as_one(text: str) -> None:
    assert not asks_for_results(text)


@pytest.mark.parametrize(
    ("said", "text", "why", "counts"),
    [
        (PHQ[:2], "em 14 tuổi", ("heard.child_abuse",), False),
        (PHQ[:4], "ngày nào cũng", ("heard.suicide",), False),
        (PHQ[:4], "ngày nào cũng", ("heard.suicide", "suicide.plan"), True),
        (PHQ[:4], "em không muốn sống nữa", ("heard.suicide",), True),
        ((), "em 14 tuổi", ("heard.child_abuse",), True),
        ((*PHQ[:4], "để sau"), "ngày nào cũng", ("heard.suicide",), True),
    ],
)
async def test_a_bare_answer_is_no_danger_where_the_classifier_alone_hears_one(
    runtime: Runtime, said: tuple[str, ...], text: str, why: tuple[str, ...], counts: bool
) -> None:
    talk = await talk_of(runtime, await say(runtime, *(said or ("chào",))))
    inbound = Inbound("terminal", "1", "a", "text", text)
    alarm = Danger("suicide", "urgent", "self", why)
    heeded = heed(runtime, talk, Heard(inbound, text), alarm)
    assert (heeded == alarm) is counts


async def test_an_age_alone_is_no_alarm(runtime: Runtime) -> None:
    conversation = await say(runtime, "/screen", "/s agree", "em 14 tuổi")
    assert "ngay lúc này có chuyện gì nguy hiểm không" in await said_last(runtime, conversation)
    async with runtime.sessions() as session:
        assert await session.scalar(select(func.count()).select_from(Episode)) == 0


async def test_nothing_is_kept_before_the_person_says_so(runtime: Runtime) -> None:
    conversation = await say(runtime, *PHQ)
    assert await kept(runtime, conversation) == []
    await say(runtime, "/s drop result")
    assert await kept(runtime, conversation) == []


async def test_a_kept_result_is_sealed_and_shown_to_its_person(runtime: Runtime) -> None:
    conversation = await say(runtime, *PHQ, "/s keep result")
    async with runtime.sessions() as session:
        sealed = (await session.scalars(select(ScreeningRow.sealed))).one()
    assert b"nearly_every_day" not in sealed
    await say(runtime, "kết quả của em")
    assert "PHQ-2: nên có người xem kỹ hơn" in await said_last(runtime, conversation)
    assert await kept(runtime, conversation, shared_only=True) == []


async def test_counsellors_see_what_was_shared_and_the_summary_says_it(runtime: Runtime) -> None:
    conversation = await say(runtime, *PHQ, "/s human result", "/s share share")
    assert len(await kept(runtime, conversation, shared_only=True)) == 1
    async with runtime.sessions() as session:
        (case,) = await handoff.queue(session, runtime.ring)
    assert "PHQ-2" in case.summary["screening"][0]


async def test_no_word_of_a_result_reaches_a_counsellor_without_consent(runtime: Runtime) -> None:
    conversation = await say(runtime, *PHQ, "/s human result", "/s noshare share")
    assert await kept(runtime, conversation) == []
    async with runtime.sessions() as session:
        (case,) = await handoff.queue(session, runtime.ring)
    assert case.summary["screening"] == []


async def test_a_kept_result_can_be_shared_or_deleted_later(runtime: Runtime) -> None:
    conversation = await say(runtime, *PHQ, "/s keep result", "/results share")
    assert len(await kept(runtime, conversation, shared_only=True)) == 1
    await say(runtime, "/results forget")
    async with runtime.sessions() as session:
        assert await session.scalar(select(func.count()).select_from(ScreeningRow)) == 0


async def test_an_answer_that_is_a_danger_opens_an_episode_and_the_queue(runtime: Runtime) -> None:
    conversation = await say(
        runtime, "/screen phq-9", "/s agree", "/s adult", "/s fine", *["không"] * 8, "vài ngày"
    )
    async with runtime.sessions() as session:
        episode = (await session.scalars(select(Episode))).one()
    assert (episode.label, episode.level) == ("suicide", "urgent")
    assert episode.why == ["screening.phq-9"]
    assert (await talk_of(runtime, conversation)).holder == "queue"
    assert "báo tư vấn viên" in await said_last(runtime, conversation)


async def test_a_counsellor_invites_and_only_the_questions_are_answered_by_the_bot(
    runtime: Runtime,
) -> None:
    conversation = await say(runtime, "cho em gặp tư vấn viên")
    (lan,) = await counsellors(runtime, "lan")
    async with runtime.sessions.begin() as session:
        (case,) = await handoff.queue(session, runtime.ring)
        await handoff.claim(session, runtime.ring, case.handoff_id, lan, runtime.clock())
    async with runtime.sessions.begin() as session:
        talk = await open_talk(session, runtime.ring, conversation, lock=True)
        assert talk is not None
        await invite(session, runtime.instruments, talk, "phq-2", runtime.clock())
    assert "Tư vấn viên mời bạn" in await said_last(runtime, conversation)
    await say(runtime, *PHQ[1:-2], "cai nghiện tại nhà mất bao lâu")
    assert "Câu 1/2" in await said_last(runtime, conversation)
    async with runtime.sessions.begin() as session:
        (case,) = await handoff.queue(session, runtime.ring)
        await handoff.say(session, runtime.ring, case, lan, "Em ở một mình à?", runtime.clock())
    await say(runtime, "không")
    assert "Câu 1/2" in await said_last(runtime, conversation)
    await say(runtime, "/s not_at_all phq-2.1", "/s back phq-2.2")
    await say(runtime, *PHQ[-2:], "/s human result", "/s share share")
    assert "đã gửi tóm tắt" in await said_last(runtime, conversation)
    (shared,) = await kept(runtime, conversation, shared_only=True)
    assert shared.result.instrument == "phq-2"
    assert (await talk_of(runtime, conversation)).holder == "counsellor"


async def test_an_instrument_without_wording_is_no_invitation(runtime: Runtime) -> None:
    talk = await talk_of(runtime, await say(runtime, "chào"))
    for name in ("assist", "dudit"):
        async with runtime.sessions() as session:
            with pytest.raises(NotFound):
                await invite(session, runtime.instruments, talk, name, runtime.clock())


async def test_a_state_of_an_older_wording_is_dropped_and_the_person_answered(
    runtime: Runtime,
) -> None:
    conversation = await say(runtime, "/screen phq-2", "/s agree", "/s adult", "/s fine")
    state = (await talk_of(runtime, conversation)).state.screening
    assert state is not None
    assert json.loads(json.dumps(state))["instrument"] == "phq-2"
    less = {name: one for name, one in runtime.instruments.items() if name != "phq-2"}
    later = dataclasses.replace(runtime, instruments=less)
    await say(later, "cai nghiện tại nhà mất bao lâu")
    assert "24 tháng" in await said_last(runtime, conversation)
