"""What those who wait are told: never better than the facts, each thing once, nothing in danger."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot import waiting_news
from bot.channel_tables import StaffAccount
from bot.duty import Duty
from bot.hours import read_hours
from bot.runtime import Runtime
from bot.waiting import Estimate, Facts, Place, Standing, estimate, news_for
from tests.bot.citizen import Citizen, counsellor, end, is_seen, take
from tests.conftest import NOW, Clock

HUMAN = "em muốn gặp người thật"
CRY = "em uống cả vỉ thuốc rồi, em muốn chết"
HOUR = 3600


def minutes(*numbers: float) -> tuple[timedelta, ...]:
    return tuple(timedelta(minutes=number) for number in numbers)


@pytest.fixture
def office(runtime: Runtime) -> Runtime:
    """A desk with hours; it is ten in the morning."""
    return replace(runtime, duty=Duty(read_hours("07:30-11:30,13:30-17:00")))


@pytest.mark.parametrize(
    ("ahead", "there", "waits", "longest", "found"),
    [
        (0, 1, minutes(1, 2, 3), 0, Estimate(5, 10)),
        (0, 2, minutes(4, 8, 9, 14), 0, Estimate(10, 15)),
        (2, 1, minutes(4, 8, 9, 14), 0, Estimate(20, 30)),
        (1, 2, minutes(1, 2, 3), 22, Estimate(30, 45)),
        (0, 1, minutes(5, 50, 70), 0, Estimate(None, None, long=True)),
        (9, 1, minutes(1, 2, 3), 0, Estimate(None, None, long=True)),
        (0, 1, minutes(1, 2), 0, Estimate(None, None)),
        (1, 1, (), 40, Estimate(None, None, long=True)),
        (0, 0, minutes(1, 2, 3), 0, None),
    ],
)
def test_a_wait_is_told_no_better_than_the_facts(
    ahead: int,
    there: int,
    waits: tuple[timedelta, ...],
    longest: int,
    found: Estimate | None,
) -> None:
    facts = Facts(Place(ahead), there, waits, timedelta(minutes=longest))
    assert estimate(facts) == found


def standing(waited: int, silent: int, told_wait: int | None = None, *told: str) -> Standing:
    """`waited` and `silent` are in minutes."""
    return Standing(
        NOW - timedelta(minutes=waited), NOW - timedelta(minutes=silent), told_wait, told
    )


SOON = Estimate(5, 10)
DAY = 24 * 60


@pytest.mark.parametrize(
    ("one", "found", "staffed", "news"),
    [
        (standing(4, 4, 10), SOON, True, None),
        (standing(9, 9, 10), SOON, True, None),
        (standing(10, 4, 10), SOON, True, "longer"),
        (standing(6, 4, 10), Estimate(20, 30), True, "longer"),
        (standing(6, 4, 10), None, True, "longer"),
        (standing(20, 4, 10, "longer"), SOON, True, None),
        (standing(59, 4), Estimate(None, None), True, None),
        (standing(60, 4), Estimate(None, None), True, "longer"),
        (standing(20, 4, 10), SOON, False, "closed"),
        (standing(20, 4, 10, "closed"), SOON, False, None),
        (standing(31, 30, None), SOON, True, "kept"),
        (standing(31, 30, None), None, True, None),
        (standing(31, 30, None, "message"), SOON, True, None),
        (standing(31, 29, None, "kept"), SOON, True, None),
        (standing(DAY + 40, DAY, 10, "kept", "longer"), SOON, True, "given_up"),
        (standing(DAY + 40, DAY, 10, "longer"), SOON, True, "kept"),
        (standing(DAY + 40, DAY, 10, "kept", "longer", "message"), SOON, True, None),
        (standing(DAY + 40, DAY, 10, "kept", "longer"), SOON, False, None),
    ],
)
def test_each_news_is_told_when_it_is_one(
    one: Standing, found: Estimate | None, staffed: bool, news: str | None
) -> None:
    assert news_for(one, found, NOW, staffed=staffed) == news


async def test_who_asks_for_a_person_learns_how_many_wait_before_and_how_long(
    runtime: Runtime, clock: Clock
) -> None:
    lan = await counsellor(runtime)
    for _ in range(3):
        earlier = Citizen(runtime)
        await earlier.says(HUMAN)
        clock.pass_seconds(120)
        await take(runtime, earlier, lan)
    await is_seen(runtime, lan)
    first, second = Citizen(runtime), Citizen(runtime)
    told = await first.says(HUMAN)
    assert "Bạn đang là người tiếp theo" in told
    assert "khoảng 5 đến 10 phút" in told
    clock.pass_seconds(1)
    told = await second.says(HUMAN)
    assert "Đang có 1 người chờ trước bạn" in told
    assert "khoảng 10 đến 15 phút" in told


async def test_without_anybody_at_the_desk_that_is_said(runtime: Runtime, clock: Clock) -> None:
    await counsellor(runtime)
    clock.pass_seconds(121)
    told = await Citizen(runtime).says(HUMAN)
    assert "mình chưa thấy ai ở bàn trực" in told
    assert "phút" not in told


async def test_who_has_a_chat_in_the_group_on_telegram_is_there(
    runtime: Runtime, clock: Clock
) -> None:
    lan = await counsellor(runtime, there=False)
    async with runtime.sessions.begin() as session:
        linked = StaffAccount(counsellor_id=lan.id, pseudonym=b"lan", linked_at=clock())
        session.add(linked)
    assert "mình chưa thấy ai ở bàn trực" in await Citizen(runtime).says(HUMAN)
    theirs = Citizen(runtime)
    await theirs.says(HUMAN)
    await take(runtime, theirs, lan)
    assert "mình chưa thấy ai ở bàn trực" not in await Citizen(runtime).says(HUMAN)


async def test_after_hours_the_desk_says_when_it_opens_and_keeps_a_place(
    office: Runtime, clock: Clock
) -> None:
    clock.pass_seconds(2 * HOUR)
    citizen = Citizen(office)
    told = await citizen.says(HUMAN)
    assert "Bàn tư vấn đang nghỉ, 13:30 hôm nay mới có người" in told
    case = await citizen.case()
    assert case is not None
    assert case.state == "waiting"
    titles = [button.title for button in (await citizen.lines())[-1].buttons]
    assert titles == ["Để lại lời nhắn", "Hẹn giờ gọi lại", "Thôi, nói tiếp với máy"]


async def test_what_is_written_while_waiting_is_answered_kept_and_read_by_the_counsellor(
    runtime: Runtime,
) -> None:
    citizen = Citizen(runtime)
    await citizen.says(HUMAN)
    assert "24 tháng" in await citizen.says("cai nghiện tại nhà mất bao lâu")
    await citizen.says("thật ra em lo cho mẹ em lắm")
    lan = await counsellor(runtime)
    await take(runtime, citizen, lan)
    said = [line.text for line in await citizen.lines() if line.author == "citizen"]
    assert said == [HUMAN, "cai nghiện tại nhà mất bao lâu", "thật ra em lo cho mẹ em lắm"]


async def test_a_much_longer_wait_is_told_once(runtime: Runtime, clock: Clock) -> None:
    citizen = Citizen(runtime)
    await citizen.says(HUMAN)
    clock.pass_seconds(61 * 60)
    assert await waiting_news.tell_the_waiting(runtime) == 1
    assert "phải chờ lâu hơn" in await citizen.reads()
    clock.pass_seconds(HOUR)
    assert await waiting_news.tell_the_waiting(runtime) == 0


async def test_who_waits_when_the_desk_closes_is_told_once_and_keeps_the_place(
    office: Runtime, clock: Clock
) -> None:
    citizen = Citizen(office)
    await citizen.says(HUMAN)
    clock.pass_seconds(91 * 60)
    assert await waiting_news.tell_the_waiting(office) == 1
    assert "13:30 hôm nay mới có người" in await citizen.reads()
    assert await waiting_news.tell_the_waiting(office) == 0
    assert await citizen.case() is not None


async def test_who_stops_writing_is_asked_once_and_gives_up_the_place_a_day_later(
    runtime: Runtime, clock: Clock
) -> None:
    lan = await counsellor(runtime)
    citizen = Citizen(runtime)
    await citizen.says(HUMAN)
    clock.pass_seconds(31 * 60)
    await is_seen(runtime, lan)
    assert await waiting_news.tell_the_waiting(runtime) == 1
    assert "Mình vẫn giữ chỗ cho bạn" in await citizen.reads()
    clock.pass_seconds(25 * HOUR)
    assert await waiting_news.tell_the_waiting(runtime) == 1
    assert "tạm để người khác vào trước" in await citizen.reads()
    assert await citizen.case() is None
    assert "Mình đã báo tư vấn viên" in await citizen.says(HUMAN)


async def test_a_message_left_is_never_given_up(runtime: Runtime, clock: Clock) -> None:
    lan = await counsellor(runtime)
    citizen = Citizen(runtime)
    await citizen.says(HUMAN)
    await citizen.presses("/leave")
    assert "Mình đã giữ lời nhắn" in await citizen.says("em cần giấy giới thiệu đi cai")
    for _ in range(4):
        clock.pass_seconds(25 * HOUR)
        await is_seen(runtime, lan)
        await waiting_news.tell_the_waiting(runtime)
    assert await citizen.case() is not None


async def test_somebody_in_danger_never_loses_the_place_nor_hears_of_waiting(
    runtime: Runtime, clock: Clock
) -> None:
    lan = await counsellor(runtime)
    citizen = Citizen(runtime)
    await citizen.says(CRY)
    for _ in range(4):
        clock.pass_seconds(25 * HOUR)
        await is_seen(runtime, lan)
        assert await waiting_news.tell_the_waiting(runtime) == 0
    case = await citizen.case()
    assert case is not None
    assert case.priority == 2


async def test_who_comes_back_to_the_queue_sees_their_place_after_the_answer(
    runtime: Runtime, clock: Clock
) -> None:
    citizen = Citizen(runtime)
    await citizen.says(HUMAN)
    assert "vẫn còn chỗ" not in await citizen.says("cai nghiện tại nhà mất bao lâu")
    clock.pass_seconds(2 * HOUR)
    told = await citizen.says("cai nghiện tại nhà mất bao lâu")
    assert "24 tháng" in told
    assert "Bạn vẫn còn chỗ trong hàng chờ" in told


async def test_who_comes_back_within_a_day_is_told_who_talked_with_them(
    runtime: Runtime, clock: Clock
) -> None:
    lan = await counsellor(runtime)
    citizen = Citizen(runtime)
    await citizen.says(HUMAN)
    await take(runtime, citizen, lan)
    await end(runtime, citizen, lan)
    clock.pass_seconds(3 * HOUR)
    assert "Lần trước tư vấn viên Lan nói chuyện với bạn" in await citizen.says(HUMAN)
    await citizen.presses("/bot")
    clock.pass_seconds(30 * HOUR)
    assert "Lan" not in await citizen.says(HUMAN)
