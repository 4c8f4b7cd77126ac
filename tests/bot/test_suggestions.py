"""Who says that a place is not as told is understood, thanked, and told what became of it; nobody else
is taken for one, and danger and people come first."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
import yaml
from sqlalchemy import func, select, text

from bot import privacy, suggestions
from bot.errors import AlreadyTaken, NotFound
from bot.runtime import Runtime
from bot.suggestion_tables import Suggestion
from bot.tables import Conversation, Counsellor
from bot.told_places import Told, which
from bot.wrong_places import read_report
from tests.bot.citizen import Citizen, counsellor, end, take
from tests.conftest import Clock

LINES = yaml.safe_load((Path(__file__).parent / "report_lines.yml").read_text("utf-8"))
REPORTS = [(what, line) for what, lines in LINES["reports"].items() for line in lines]
NUMBERS = "cho em xin số điện thoại khẩn cấp"
WRONG = "số 113 gọi không được"


@pytest.mark.parametrize(("what", "line"), REPORTS)
def test_a_report_is_understood_however_it_is_written(what: str, line: str) -> None:
    read = read_report(line)
    assert read is not None
    assert read.what == what


@pytest.mark.parametrize("line", LINES["others"])
def test_what_is_no_report_is_not_taken_for_one(line: str) -> None:
    assert read_report(line) is None


TOLD = [
    Told("a", "Cơ sở cai nghiện ma túy số 1 Hà Nội", ("0241112223",)),
    Told("b", "Cơ sở cai nghiện ma túy số 2 Hà Nội", ("0243334445",)),
    Told("c", "Bệnh viện Tâm thần Hà Nội", ("0246667778", "115")),
]


@pytest.mark.parametrize(
    ("line", "keys"),
    [
        ("số này không gọi được", "abc"),
        ("024 3334 445 không gọi được", "b"),
        ("số 115 không gọi được", "c"),
        ("số 0909 999 999 không gọi được", ""),
        ("số thứ hai không gọi được", "b"),
        ("chỗ đầu tiên đóng cửa rồi", "a"),
        ("so cuoi goi ko dc", "c"),
        ("bệnh viện tâm thần dời đi rồi", "c"),
        ("benh vien tam than doi di roi", "c"),
        ("cơ sở số 2 đóng cửa rồi", "b"),
    ],
)
def test_which_of_several_is_read_from_number_name_or_place_in_the_list(
    line: str, keys: str
) -> None:
    assert "".join(one.key for one in which(line, TOLD)) == keys


async def rows(runtime: Runtime) -> list[Suggestion]:
    async with runtime.sessions() as session:
        return list(await session.scalars(select(Suggestion).order_by(Suggestion.at)))


async def reporter(runtime: Runtime, channel: str = "terminal", words: str = WRONG) -> Citizen:
    citizen = Citizen(runtime, channel)
    await citizen.says(NUMBERS)
    assert "Mình đã ghi lại về số điện thoại của Công an" in await citizen.says(words)
    return citizen


async def decide(
    runtime: Runtime, who: Counsellor, id_: UUID, outcome: str = "accepted", answer: str = ""
) -> None:
    async with runtime.sessions.begin() as session:
        await suggestions.decide(session, runtime.ring, id_, who, outcome, answer, runtime.clock())


async def test_the_words_are_kept_sealed_with_the_row_they_speak_of(runtime: Runtime) -> None:
    await reporter(runtime)
    (kept,) = await rows(runtime)
    assert (kept.row_key, kept.what) == ("emergency-113", "phone")
    assert b"113" not in kept.sealed
    async with runtime.sessions() as session:
        (shown,) = await suggestions.waiting(session, runtime.ring, runtime.clock())
    assert shown.words == WRONG
    assert shown.row_name == "Công an"
    assert shown.by == ""


async def test_long_after_the_numbers_were_told_a_word_is_not_about_them(
    runtime: Runtime, clock: Clock
) -> None:
    citizen = Citizen(runtime)
    await citizen.says(NUMBERS)
    clock.pass_seconds(8 * 24 * 3600)
    await citizen.says(WRONG)
    assert await rows(runtime) == []


async def test_nobody_has_more_than_a_few_reports_waiting(runtime: Runtime) -> None:
    citizen = await reporter(runtime)
    for number in ("115", "114", "112", "111"):
        assert "Mình đã ghi lại" in await citizen.says(f"số {number} gọi không được")
    assert "chưa ghi thêm" in await citizen.says("số 113 nhầm địa chỉ rồi, sai địa chỉ")
    assert len(await rows(runtime)) == suggestions.MOST_OPEN


async def test_while_a_counsellor_has_the_chat_nothing_is_noted_or_said(runtime: Runtime) -> None:
    citizen, lan = Citizen(runtime), await counsellor(runtime)
    await citizen.says(NUMBERS)
    await citizen.says("em muốn gặp người thật")
    await take(runtime, citizen, lan)
    await citizen.reads()
    assert await citizen.says(WRONG) == ""
    assert await rows(runtime) == []


async def test_erasing_a_person_erases_what_they_said_of_the_directory(runtime: Runtime) -> None:
    citizen = await reporter(runtime)
    talk = await citizen.talk()
    async with runtime.sessions.begin() as session:
        await privacy.erase(session, runtime.ring, talk.person_id, runtime.clock())
    assert await rows(runtime) == []


async def test_the_citizen_is_told_what_became_of_it(runtime: Runtime) -> None:
    citizen, lan = await reporter(runtime), await counsellor(runtime)
    (kept,) = await rows(runtime)
    await decide(runtime, lan, kept.id, "accepted", "Số mới đã có.")
    said = await citizen.reads()
    assert "số điện thoại của Công an" in said
    assert "Bạn báo đúng" in said
    assert "Số mới đã có." in said
    (kept,) = await rows(runtime)
    assert kept.told == "told"
    assert await suggestions.tell_outcomes(runtime) == 0


async def test_an_outcome_for_a_messenger_waits_in_the_outbox(runtime: Runtime) -> None:
    citizen, lan = await reporter(runtime, "telegram"), await counsellor(runtime)
    async with runtime.sessions() as session:
        before = await session.scalar(text("SELECT count(*) FROM outbox"))
    (kept,) = await rows(runtime)
    await decide(runtime, lan, kept.id)
    async with runtime.sessions() as session:
        assert await session.scalar(text("SELECT count(*) FROM outbox")) == (before or 0) + 1
    assert citizen.id is not None


async def test_a_closed_window_is_written_down_and_nothing_is_sent(
    runtime: Runtime, clock: Clock
) -> None:
    citizen, lan = await reporter(runtime, "zalo_oa"), await counsellor(runtime)
    async with runtime.sessions.begin() as session:
        row = await session.get(Conversation, citizen.id)
        assert row is not None
        row.last_inbound_at = clock.now - timedelta(days=8)
    lines = len(await citizen.lines())
    (kept,) = await rows(runtime)
    await decide(runtime, lan, kept.id)
    (kept,) = await rows(runtime)
    assert kept.told == "undeliverable"
    assert len(await citizen.lines()) == lines


async def test_an_outcome_does_not_break_into_a_talk_with_a_counsellor(runtime: Runtime) -> None:
    citizen, lan = await reporter(runtime), await counsellor(runtime)
    (kept,) = await rows(runtime)
    await citizen.says("em muốn gặp người thật")
    await take(runtime, citizen, lan)
    await citizen.reads()
    await decide(runtime, lan, kept.id)
    assert await citizen.reads() == ""
    assert await suggestions.tell_outcomes(runtime) == 0
    await end(runtime, citizen, lan)
    await citizen.reads()
    assert await suggestions.tell_outcomes(runtime) == 1
    assert "Bạn báo đúng" in await citizen.reads()


async def test_an_outcome_waits_while_the_next_words_may_answer_a_question_of_ours(
    runtime: Runtime,
) -> None:
    citizen, lan = await reporter(runtime), await counsellor(runtime)
    (kept,) = await rows(runtime)
    assert "Bạn ở xã, phường hay tỉnh nào" in await citizen.says("tìm chỗ tư vấn gần đây")
    await decide(runtime, lan, kept.id)
    assert await citizen.reads() == ""
    assert await suggestions.tell_outcomes(runtime) == 0
    await citizen.says("Quy Nhơn, Gia Lai")
    assert await suggestions.tell_outcomes(runtime) == 1
    assert "Bạn báo đúng" in await citizen.reads()


async def test_who_cannot_reach_a_number_for_help_is_told_first_what_to_do(
    runtime: Runtime,
) -> None:
    citizen = Citizen(runtime)
    await citizen.says(NUMBERS)
    assert (await citizen.says("số 115 gọi không được")).startswith("Nếu bạn đang cần giúp gấp")


async def test_vague_words_count_only_soon_after_places_were_told(
    runtime: Runtime, clock: Clock
) -> None:
    citizen = Citizen(runtime)
    await citizen.says(NUMBERS)
    clock.pass_seconds(2 * 3600)
    assert "Cảm ơn bạn đã báo" not in await citizen.says("gọi hoài không ai nghe máy")
    assert "Cảm ơn bạn đã báo" in await citizen.says(WRONG)


@pytest.mark.parametrize(
    "asked", ["cai nghiện tại nhà mất bao lâu", "chỗ nào cai nghiện ở Quy Nhơn"]
)
async def test_a_question_after_offering_a_tip_is_answered_and_not_kept(
    runtime: Runtime, asked: str
) -> None:
    citizen = Citizen(runtime)
    await citizen.says(NUMBERS)
    assert "tên nơi đó" in await citizen.says("em biết một chỗ khác tốt hơn")
    assert "mình đã ghi lại nơi bạn chỉ" not in await citizen.says(asked)
    assert await rows(runtime) == []


async def test_of_two_who_decide_one_wins_and_the_other_is_told(runtime: Runtime) -> None:
    citizen, lan = await reporter(runtime), await counsellor(runtime)
    (kept,) = await rows(runtime)
    await decide(runtime, lan, kept.id)
    await citizen.reads()
    with pytest.raises(AlreadyTaken):
        await decide(runtime, lan, kept.id, "unconfirmed")
    assert await citizen.reads() == ""
    (kept,) = await rows(runtime)
    assert kept.outcome == "accepted"
    with pytest.raises(NotFound):
        await decide(runtime, lan, UUID(int=1))


async def test_a_row_that_three_report_stands_first_and_stays_shown(
    runtime: Runtime, clock: Clock
) -> None:
    await reporter(runtime, words=WRONG)
    other = Citizen(runtime)
    await other.says(NUMBERS)
    await other.says("số 112 gọi không được")
    clock.pass_seconds(60)
    for _ in range(3):
        one = Citizen(runtime)
        await one.says(NUMBERS)
        await one.says("số 114 gọi không được")
    async with runtime.sessions() as session:
        now = runtime.clock()
        assert await suggestions.often_reported(session, now) == {"emergency-114": 3}
        found = await suggestions.waiting(session, runtime.ring, now)
        later = now + timedelta(days=31)
        assert await suggestions.often_reported(session, later) == {}
    assert [one.row_key for one in found[:4]] == ["emergency-114"] * 3 + ["emergency-113"]
    assert found[0].is_often
    assert not found[3].is_often
    assert "114" in await other.says(NUMBERS)


async def test_reports_move_with_the_row_they_speak_of(runtime: Runtime) -> None:
    await reporter(runtime)
    async with runtime.sessions.begin() as session:
        await suggestions.move(session, "emergency-113", "emergency-112")
        count = select(func.count()).where(Suggestion.row_key == "emergency-112")
        assert await session.scalar(count) == 1
