"""The counsellors' supergroup: what stands in a topic, and that writing there is writing at the
console."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy import text as sql
from sqlalchemy.exc import OperationalError

from api import auth
from bot import handoff, inbox, jobs, privacy, staff
from bot.channel_tables import StaffAccount, StaffTopic, StaffUpdate
from bot.channels import SendResult
from bot.channels.telegram import Telegram
from bot.danger_tables import Verdict
from bot.errors import NotFound
from bot.messages import Inbound
from bot.parked import take_in
from bot.runtime import Runtime
from bot.staff import accounts, topics
from bot.store import open_talk, read_lines
from bot.tables import (
    AuditRow,
    Counsellor,
    Episode,
    Handoff,
    InboxRow,
    OutboxRow,
    Person,
)
from tests.conftest import Clock
from tests.fakes import LoopbackChannel
from tests.staff_group import CHAT, Supergroup, Topic, refusal

ASKS = "em muốn gặp người thật"
CRY = "em uống cả vỉ thuốc rồi, em muốn chết"
LAN, HOA, STRANGER = 7001, 7002, 7999


@pytest.fixture
def group() -> Supergroup:
    return Supergroup()


async def say(
    runtime: Runtime,
    text: str,
    sender: str = "a",
    channel: LoopbackChannel | None = None,
    **more: Any,
) -> None:
    words = Inbound("loopback", str(uuid4()), sender, "text", text, address={"to": sender})
    event = replace(words, **more)
    async with runtime.sessions.begin() as session:
        received = await inbox.receive(session, runtime.ring, event, runtime.clock())
    assert received is not None
    channels = {"loopback": channel or LoopbackChannel()}
    await jobs.bring_up_to_date(runtime, channels, received.conversation_id)


async def counsellor(runtime: Runtime, login: str, role: str = "counsellor") -> Counsellor:
    async with runtime.sessions.begin() as session:
        await auth.create_counsellor(session, login, login.title(), role, runtime.clock())
        found = select(Counsellor).where(Counsellor.login == login)
        one = (await session.scalars(found)).one()
        one.must_change = False
        return one


async def code_for(runtime: Runtime, who: Counsellor) -> str:
    async with runtime.sessions.begin() as session:
        return await accounts.issue_code(session, who, runtime.clock())


async def write(runtime: Runtime, group: Supergroup, raw: bytes) -> None:
    """What the webhook does with an update, and the worker's look at the topics after it."""
    telegram = Telegram("5:token", "secret", httpx.AsyncClient(), "http://telegram.invalid")
    await take_in(runtime, telegram, raw, partial(staff.hear, runtime, group.staff))
    await look(runtime, group)


async def look(runtime: Runtime, group: Supergroup) -> None:
    await staff.bring_topics_up_to_date(runtime, group.staff, "https://diemtua.example")


async def linked(
    runtime: Runtime, group: Supergroup, login: str, sender: int, role: str = "counsellor"
) -> Counsellor:
    who = await counsellor(runtime, login, role)
    code = await code_for(runtime, who)
    await write(runtime, group, group.wrote(sender, f"/link {code}", thread=0))
    group.general.clear()
    return who


async def lines(runtime: Runtime, *, notes: bool = False) -> list[tuple[str, str]]:
    """The transcript of the only conversation there is."""
    async with runtime.sessions() as session:
        conversation = (await session.scalars(select(Handoff.conversation_id).limit(1))).one()
        talk = await open_talk(session, runtime.ring, conversation)
        assert talk is not None
        return [(one.author, one.text) for one in await read_lines(session, talk, notes=notes)]


async def case_of(runtime: Runtime) -> Handoff:
    async with runtime.sessions() as session:
        return (await session.scalars(select(Handoff))).one()


async def actions(runtime: Runtime) -> list[str]:
    async with runtime.sessions() as session:
        return list(await session.scalars(select(AuditRow.action).order_by(AuditRow.id)))


async def test_a_waiting_case_opens_one_topic_whose_title_holds_no_word_of_the_citizen(
    runtime: Runtime, group: Supergroup
) -> None:
    await say(runtime, CRY)
    await look(runtime, group)
    await look(runtime, group)
    assert group.topic.title == "Ca 1 · Nguy hiểm ngay lúc này · loopback"
    assert group.topic.colour == str(0xFB6F5F)
    (told,) = group.topic.posts
    assert "Nói đến tự tử" in told
    assert CRY in told
    assert "115" in told, "what the bot answered stands there too"
    assert f"https://diemtua.example/console/cases/{(await case_of(runtime)).id}" in told


async def test_a_conversation_that_nobody_waits_in_never_reaches_the_group(
    runtime: Runtime, group: Supergroup
) -> None:
    await say(runtime, "cai nghiện tại nhà mất bao lâu")
    await look(runtime, group)
    assert group.asked == []


async def test_lines_are_copied_once_and_in_order_as_they_come(
    runtime: Runtime, group: Supergroup
) -> None:
    await say(runtime, ASKS)
    await look(runtime, group)
    for text in ("tin thứ nhất", "tin thứ hai"):
        await say(runtime, text)
    await look(runtime, group)
    await say(runtime, "tin thứ ba")
    await look(runtime, group)
    await look(runtime, group)
    everything = "\n".join(group.topic.posts)
    places = [everything.index(text) for text in ("tin thứ nhất", "tin thứ hai", "tin thứ ba")]
    assert places == sorted(places)
    assert [everything.count(text) for text in ("tin thứ nhất", "tin thứ ba")] == [1, 1]


async def test_the_first_answer_claims_the_case_and_reaches_the_citizen(
    runtime: Runtime, group: Supergroup
) -> None:
    lan = await linked(runtime, group, "lan", LAN)
    await say(runtime, ASKS)
    await look(runtime, group)
    await write(runtime, group, group.wrote(LAN, "chào bạn, mình là Lan"))
    case = await case_of(runtime)
    assert (case.state, case.counsellor_id) == ("claimed", lan.id)
    assert (await lines(runtime))[-1] == ("counsellor", "chào bạn, mình là Lan")
    assert await actions(runtime) == ["link telegram", "claim"]
    assert not any("mình là Lan" in post for post in group.topic.posts), "it stands there already"
    assert any("Lan đã nhận ca này" in post for post in group.topic.posts)
    channel = LoopbackChannel()
    await jobs.bring_up_to_date(runtime, {"loopback": channel}, case.conversation_id)
    assert channel.sent[-1].body["text"] == "chào bạn, mình là Lan"


async def test_what_is_done_at_the_console_stands_in_the_topic(
    runtime: Runtime, group: Supergroup, clock: Clock
) -> None:
    hoa = await linked(runtime, group, "hoa", HOA)
    await say(runtime, ASKS)
    await look(runtime, group)
    async with runtime.sessions.begin() as session:
        waiting = (await handoff.queue(session, runtime.ring))[0]
        case = await handoff.claim(session, runtime.ring, waiting.handoff_id, hoa, clock())
        await handoff.say(session, runtime.ring, case, hoa, "chị nghe đây", clock(), uid=uuid4())
        await handoff.note(session, runtime.ring, case, hoa, "hỏi lại sau", clock(), uid=uuid4())
    await look(runtime, group)
    told = "\n".join(group.topic.posts)
    assert "Hoa đã nhận ca này" in told
    assert "Hoa, 10:00:\nchị nghe đây" in told
    assert "hỏi lại sau" not in told, "internal notes stay at the desk"
    asked = len(group.asked)
    clock.pass_seconds(600)
    await look(runtime, group)
    assert len(group.asked) == asked, "nor do they keep the topic behind"
    assert await nothing_is_behind(runtime)


async def nothing_is_behind(runtime: Runtime) -> bool:
    async with runtime.sessions() as session:
        return set(await session.scalars(select(StaffTopic.attempts))) == {0}


async def test_a_case_taken_by_who_cannot_write_here_leaves_the_group(
    runtime: Runtime, group: Supergroup, clock: Clock
) -> None:
    await linked(runtime, group, "lan", LAN)
    hoa = await counsellor(runtime, "hoa")
    await say(runtime, ASKS)
    await look(runtime, group)
    (thread,) = group.topics
    async with runtime.sessions.begin() as session:
        (waiting,) = await handoff.queue(session, runtime.ring)
        await handoff.claim(session, runtime.ring, waiting.handoff_id, hoa, clock())
    await look(runtime, group)
    assert group.topics == {}, "at the console, too, Lan cannot read it now"
    await say(runtime, "chuyện riêng của em")
    await look(runtime, group)
    assert group.topics == {}
    assert not any("chuyện riêng" in str(asked) for asked in group.asked)
    await write(runtime, group, group.wrote(LAN, "để mình trả lời", thread=thread))
    assert "Hoa đã nhận" in group.general[-1]
    assert "Chưa có gì được gửi" in group.general[-1]


async def test_a_case_that_comes_back_to_the_queue_is_told_in_the_group_anew(
    runtime: Runtime, group: Supergroup, clock: Clock
) -> None:
    await linked(runtime, group, "lan", LAN)
    hoa = await counsellor(runtime, "hoa")
    await say(runtime, ASKS)
    await look(runtime, group)
    async with runtime.sessions.begin() as session:
        (waiting,) = await handoff.queue(session, runtime.ring)
        taken = await handoff.claim(session, runtime.ring, waiting.handoff_id, hoa, clock())
    await look(runtime, group)
    assert group.topics == {}
    async with runtime.sessions.begin() as session:
        await handoff.give_back(session, runtime.ring, taken, "offline", clock())
    await look(runtime, group)
    await write(runtime, group, group.wrote(LAN, "mình đây, bạn kể mình nghe"))
    assert (await case_of(runtime)).state == "claimed"


async def test_no_alarm_that_the_group_has_not_seen_is_closed_away(
    runtime: Runtime, group: Supergroup
) -> None:
    await linked(runtime, group, "lan", LAN)
    await say(runtime, ASKS)
    await look(runtime, group)
    await write(runtime, group, group.wrote(LAN, "chào bạn"))
    await say(runtime, CRY)
    await write(runtime, group, group.wrote(LAN, "/close ok"))
    assert (await case_of(runtime)).state == "claimed"
    await look(runtime, group)
    assert any("Có báo động mới" in post for post in group.topic.posts)


async def test_a_topic_goes_when_who_has_its_case_unlinks_their_account(
    runtime: Runtime, group: Supergroup, clock: Clock
) -> None:
    lan = await linked(runtime, group, "lan", LAN)
    await say(runtime, ASKS)
    await look(runtime, group)
    await write(runtime, group, group.wrote(LAN, "chào bạn"))
    assert len(group.topics) == 1
    async with runtime.sessions.begin() as session:
        await accounts.unlink(session, lan, clock())
    await look(runtime, group)
    assert group.topics == {}


async def test_where_somebody_is_stays_at_the_console(runtime: Runtime, group: Supergroup) -> None:
    place = {"kind": "location", "location": (10.77712, -106.70012)}
    await say(runtime, "", **place)
    await say(runtime, ASKS)
    await look(runtime, group)
    await say(runtime, "", **place)
    await look(runtime, group)
    assert "(đã gửi vị trí: 10.77712, -106.70012)" in str(await lines(runtime)), (
        "as the desk has it"
    )
    told = "\n".join(group.topic.posts)
    assert told.count("(đã gửi vị trí)") == 2
    assert "10.77" not in told
    assert "106.70" not in told


async def test_the_loop_goes_on_after_a_look_that_broke(
    runtime: Runtime, group: Supergroup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topics, "LOOK_AGAIN_SECONDS", 0)
    await say(runtime, ASKS)
    make_topic, posted = group.staff.make_topic, asyncio.Event()
    broken = iter([RuntimeError("ours")])

    async def break_once(title: str, *, urgent: bool) -> SendResult:
        for error in broken:
            raise error
        posted.set()
        return await make_topic(title, urgent=urgent)

    monkeypatch.setattr(group.staff, "make_topic", break_once)
    keeping = asyncio.create_task(staff.keep_topics(runtime, group.staff, ""))
    await posted.wait()
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)


async def test_the_same_update_twice_is_one_answer(runtime: Runtime, group: Supergroup) -> None:
    await linked(runtime, group, "lan", LAN)
    await say(runtime, ASKS)
    await look(runtime, group)
    raw = group.wrote(LAN, "chào bạn", event=555)
    for _ in range(3):
        await write(runtime, group, raw)
    assert [text for _, text in await lines(runtime)].count("chào bạn") == 1
    assert (await actions(runtime)).count("claim") == 1


async def test_the_words_of_somebody_unlinked_go_nowhere_and_they_are_told(
    runtime: Runtime, group: Supergroup
) -> None:
    await say(runtime, ASKS)
    await look(runtime, group)
    before = await lines(runtime, notes=True)
    for text in ("chào em", "/note ghi gì đó", "/close", "/close ok"):
        await write(runtime, group, group.wrote(STRANGER, text))
        assert "chưa gửi gì cho người dân" in group.topic.posts[-1]
    assert await lines(runtime, notes=True) == before
    assert (await case_of(runtime)).state == "waiting"


async def test_who_writes_in_the_groups_name_is_told_to_show_themselves(
    runtime: Runtime, group: Supergroup
) -> None:
    await linked(runtime, group, "lan", LAN)
    await say(runtime, ASKS)
    await look(runtime, group)
    await write(runtime, group, group.wrote(LAN, "chào em", sender_chat={"id": -1001}))
    assert "dưới tên của nhóm" in group.topic.posts[-1]
    assert (await case_of(runtime)).state == "waiting"


@pytest.mark.parametrize("change", [{"disabled": True}, {"must_change": True}, {"role": "editor"}])
async def test_who_may_not_enter_the_desk_any_more_cannot_answer_here_either(
    runtime: Runtime, group: Supergroup, clock: Clock, change: dict[str, object]
) -> None:
    lan = await linked(runtime, group, "lan", LAN)
    if change.pop("disabled", False):
        change["disabled_at"] = clock()
    async with runtime.sessions.begin() as session:
        await session.execute(update(Counsellor).where(Counsellor.id == lan.id).values(**change))
    await say(runtime, ASKS)
    await look(runtime, group)
    await write(runtime, group, group.wrote(LAN, "chào em"))
    assert "không trực trò chuyện" in group.topic.posts[-1]
    assert (await case_of(runtime)).state == "waiting"


async def test_a_case_that_a_colleague_has_is_not_answered_and_the_writer_learns_whose_it_is(
    runtime: Runtime, group: Supergroup
) -> None:
    for login, sender, role in (("lan", LAN, "counsellor"), ("hoa", HOA, "supervisor")):
        await linked(runtime, group, login, sender, role)
    await say(runtime, ASKS)
    await look(runtime, group)
    await write(runtime, group, group.wrote(LAN, "chào bạn"))
    await write(runtime, group, group.wrote(HOA, "để mình trả lời cho"))
    assert "Lan đã nhận" in group.topic.posts[-1]
    assert "Chưa có gì được gửi" in group.topic.posts[-1]
    assert "để mình trả lời cho" not in [text for _, text in await lines(runtime, notes=True)]


async def test_a_note_stays_inside_and_only_those_write_one_who_may_at_the_desk(
    runtime: Runtime, group: Supergroup
) -> None:
    for login, sender, role in (
        ("lan", LAN, "counsellor"),
        ("hoa", HOA, "supervisor"),
        ("mai", 7003, "counsellor"),
    ):
        await linked(runtime, group, login, sender, role)
    await say(runtime, ASKS)
    await look(runtime, group)
    await write(runtime, group, group.wrote(LAN, "chào bạn"))
    await write(runtime, group, group.wrote(LAN, "/note hẹn gọi lại"))
    await write(runtime, group, group.wrote(HOA, "/note@diemtua_bot\nxem kỹ ca này"))
    await write(runtime, group, group.wrote(7003, "/note tò mò"))
    assert "không giữ cuộc trò chuyện này" in group.topic.posts[-1]
    notes = [text for author, text in await lines(runtime, notes=True) if author == "note"]
    assert notes == ["hẹn gọi lại", "xem kỹ ca này"]
    assert "hẹn gọi lại" not in str(await lines(runtime))


async def test_closing_gives_the_chat_back_and_takes_the_words_out_of_the_group(
    runtime: Runtime, group: Supergroup
) -> None:
    await linked(runtime, group, "lan", LAN)
    await say(runtime, ASKS)
    await look(runtime, group)
    await write(runtime, group, group.wrote(LAN, "chào bạn"))
    (thread,) = group.topics
    await write(runtime, group, group.wrote(LAN, "/close"))
    assert (await case_of(runtime)).state == "closed"
    assert group.topics == {}
    assert "Lan đã kết thúc ca 1" in group.general[-1]
    assert await actions(runtime) == ["link telegram", "claim", "close"]
    await write(runtime, group, group.wrote(LAN, "khoan đã", thread=thread))
    assert "Đã đóng cuộc trò chuyện này" in group.general[-1]
    assert "khoan đã" not in str(await lines(runtime))


async def test_a_case_with_danger_is_closed_only_on_a_second_word(
    runtime: Runtime, group: Supergroup
) -> None:
    lan = await linked(runtime, group, "lan", LAN)
    await say(runtime, CRY)
    await look(runtime, group)
    await write(runtime, group, group.wrote(LAN, "mình đây, bạn đang ở đâu"))
    await write(runtime, group, group.wrote(LAN, "/close"))
    assert "chắc người này an toàn" in group.topic.posts[-1]
    assert (await case_of(runtime)).state == "claimed"
    await write(runtime, group, group.wrote(LAN, "/close ok"))
    assert (await case_of(runtime)).state == "closed"
    async with runtime.sessions() as session:
        assert (await session.scalars(select(Episode.closed_by))).one() == lan.id


async def test_danger_while_a_counsellor_has_the_chat_changes_the_title_and_can_be_judged(
    runtime: Runtime, group: Supergroup
) -> None:
    lan = await linked(runtime, group, "lan", LAN)
    await say(runtime, ASKS)
    await look(runtime, group)
    await write(runtime, group, group.wrote(LAN, "chào bạn"))
    assert "Nguy hiểm" not in group.topic.title
    await say(runtime, CRY)
    await look(runtime, group)
    assert group.topic.title == "Ca 1 · Nguy hiểm ngay lúc này · loopback"
    assert any("Máy báo: Nói đến tự tử" in post for post in group.topic.posts)
    right, wrong = group.topic.buttons
    await write(runtime, group, group.pressed(STRANGER, wrong))
    await write(runtime, group, group.pressed(LAN, right))
    async with runtime.sessions() as session:
        (verdict,) = (await session.scalars(select(Verdict))).all()
    assert (verdict.right, verdict.by) == (True, lan.id)
    assert (await actions(runtime))[-1] == "judge alarm"


async def test_the_line_of_another_talk_is_not_judged_from_this_topic(
    runtime: Runtime, group: Supergroup
) -> None:
    await linked(runtime, group, "lan", LAN, "supervisor")
    await say(runtime, CRY, sender="b")
    await say(runtime, ASKS)
    async with runtime.sessions.begin() as session:
        row = (await session.scalars(select(Handoff).where(Handoff.priority == 2))).one()
        row.state = "closed"
    await look(runtime, group)
    await write(runtime, group, group.pressed(LAN, "/verdict 1 yes"))
    assert "không ở trong cuộc trò chuyện này" in group.topic.posts[-1]
    await write(runtime, group, group.pressed(LAN, "/verdict 9999999999999999999999 yes"))
    async with runtime.sessions() as session:
        assert (await session.scalars(select(Verdict))).all() == []


async def test_complaint_69_a_topic_that_somebody_deleted_is_made_anew_with_all_that_was_said(
    runtime: Runtime, group: Supergroup
) -> None:
    await linked(runtime, group, "lan", LAN)
    await say(runtime, ASKS)
    await look(runtime, group)
    await write(runtime, group, group.wrote(LAN, "chào bạn, mình là Lan"))
    group.topics.clear()
    channel = LoopbackChannel()
    await say(runtime, "em nghe đây", channel=channel)
    await look(runtime, group)
    (told,) = group.topic.posts
    places = [told.index(text) for text in (ASKS, "mình là Lan", "em nghe đây")]
    assert places == sorted(places)
    await write(runtime, group, group.wrote(LAN, "mình vẫn ở đây"))
    assert (await lines(runtime))[-1] == ("counsellor", "mình vẫn ở đây")


async def test_the_citizen_is_answered_while_the_group_cannot_be_reached(
    runtime: Runtime, group: Supergroup, clock: Clock
) -> None:
    group.away = True
    channel = LoopbackChannel()
    await say(runtime, CRY, channel=channel)
    await look(runtime, group)
    assert "115" in channel.sent[-1].body["text"]
    group.away = False
    await look(runtime, group)
    assert group.topics == {}, "it waits a little before it tries again"
    clock.pass_seconds(5)
    await look(runtime, group)
    assert CRY in group.topic.posts[0]


async def test_told_to_wait_nothing_is_posted_meanwhile_and_nothing_is_lost(
    runtime: Runtime, group: Supergroup, clock: Clock
) -> None:
    for sender in ("a", "b", "c"):
        await say(runtime, f"{ASKS}, mình là {sender}", sender=sender)
    group.refusals = [refusal(429, "Too Many Requests: retry after 30", retry_after=30)]
    await look(runtime, group)
    assert len(group.asked) == 1
    clock.pass_seconds(31)
    await look(runtime, group)
    told = "\n".join(post for topic in group.topics.values() for post in topic.posts)
    assert all(told.count(f"mình là {sender}") == 1 for sender in "abc")


async def test_danger_is_posted_before_who_has_waited_longer(
    runtime: Runtime, group: Supergroup
) -> None:
    await say(runtime, ASKS, sender="first")
    await say(runtime, CRY, sender="danger")
    await look(runtime, group)
    titles = [asked["name"] for method, asked in group.asked if method == "createForumTopic"]
    assert [("Nguy hiểm" in title) for title in titles] == [True, False]


async def test_two_workers_post_everything_once(runtime: Runtime, group: Supergroup) -> None:
    for sender in ("a", "b", "c"):
        await say(runtime, ASKS, sender=sender)
    await asyncio.gather(*(look(runtime, group) for _ in range(2)))
    methods = [method for method, _ in group.asked]
    assert (methods.count("createForumTopic"), methods.count("sendMessage")) == (3, 3)


async def test_who_erases_their_data_is_erased_from_the_group_too(
    runtime: Runtime, group: Supergroup, clock: Clock
) -> None:
    await say(runtime, ASKS)
    await look(runtime, group)
    async with runtime.sessions.begin() as session:
        person = (await session.scalars(select(Person.id))).one()
        await privacy.erase(session, runtime.ring, person, runtime.clock())
    group.refusals = [refusal(400, "Bad Request: not enough rights")]
    await look(runtime, group)
    assert group.topics, "Telegram refused"
    clock.pass_seconds(10)
    await look(runtime, group)
    assert group.topics == {}
    await look(runtime, group)
    assert [method for method, _ in group.asked].count("deleteForumTopic") == 2


async def test_an_erasure_never_waits_for_a_call_to_telegram(
    runtime: Runtime, group: Supergroup
) -> None:
    await say(runtime, ASKS)

    async def erase() -> None:
        group.meanwhile = None
        async with runtime.sessions.begin() as session:
            await session.execute(sql("SET LOCAL lock_timeout = '2s'"))
            person = (await session.scalars(select(Person.id))).one()
            await privacy.erase(session, runtime.ring, person, runtime.clock())

    group.meanwhile = erase
    await look(runtime, group)
    assert [method for method, _ in group.asked] == ["createForumTopic", "deleteForumTopic"]
    assert group.topics == {}


async def test_a_case_that_is_over_before_its_topic_was_made_gets_none(
    runtime: Runtime, group: Supergroup, clock: Clock
) -> None:
    await say(runtime, ASKS)
    group.away = True
    await look(runtime, group)
    async with runtime.sessions.begin() as session:
        await session.execute(update(Handoff).values(state="closed"))
    group.away = False
    clock.pass_seconds(10)
    await look(runtime, group)
    assert group.asked == []
    async with runtime.sessions() as session:
        assert (await session.scalars(select(StaffTopic.ended_at))).one() == clock()


async def test_a_code_links_one_account_once_and_not_after_its_time(
    runtime: Runtime, group: Supergroup, clock: Clock
) -> None:
    lan = await counsellor(runtime, "lan")
    late, code = await code_for(runtime, lan), await code_for(runtime, lan)
    for wrong in (late, "abcd-efgh", ""):
        await write(runtime, group, group.wrote(LAN, f"/link {wrong}", thread=0))
        assert "không đúng hoặc đã hết hạn" in group.general[-1]
    await write(runtime, group, group.wrote(LAN, f"/link@diemtua_bot {code.upper()}", thread=0))
    assert "Lan đã liên kết" in group.general[-1]
    await write(runtime, group, group.wrote(STRANGER, f"/link {code}", thread=0))
    assert "không đúng hoặc đã hết hạn" in group.general[-1]
    again = await code_for(runtime, lan)
    clock.pass_seconds(accounts.CODE_LASTS.total_seconds() + 1)
    await write(runtime, group, group.wrote(STRANGER, f"/link {again}", thread=0))
    assert "không đúng hoặc đã hết hạn" in group.general[-1]
    async with runtime.sessions() as session:
        assert await accounts.linked_at(session, lan) is not None
        stored = (await session.scalars(select(StaffAccount))).one()
        assert str(LAN).encode() not in bytes(stored.pseudonym or b"")


async def test_an_account_is_one_counsellors_at_a_time_and_can_be_unlinked(
    runtime: Runtime, group: Supergroup, clock: Clock
) -> None:
    lan = await linked(runtime, group, "lan", LAN)
    hoa = await linked(runtime, group, "hoa", LAN)
    async with runtime.sessions.begin() as session:
        assert await accounts.linked_at(session, lan) is None
        assert (await accounts.counsellor_of(session, runtime.ring, str(LAN))).id == hoa.id
        await accounts.unlink(session, hoa, clock())
        assert await accounts.linked_at(session, hoa) is None


@pytest.mark.parametrize(
    ("text", "more", "told"),
    [
        ("", {"photo": [{"file_id": "x"}]}, "chỉ chuyển được chữ"),
        ("", {"photo": [{"file_id": "x"}], "caption": "xem này"}, "chỉ chuyển được chữ"),
        ("", {"checklist": {"title": "việc cần làm"}}, "chỉ chuyển được chữ"),
        ("", {"thought_of_next_year": {"caption": "x"}}, "chỉ chuyển được chữ"),
        ("\u200b", {}, "chỉ chuyển được chữ"),
        ("/xong", {}, "chỉ hiểu /"),
        ("/note", {}, "ngay sau /"),
        ("a" * 4001, {}, "quá 4000"),
    ],
)
async def test_what_cannot_be_sent_is_said_and_claims_nothing(
    runtime: Runtime, group: Supergroup, text: str, more: dict[str, Any], told: str
) -> None:
    await linked(runtime, group, "lan", LAN, "supervisor")
    await say(runtime, ASKS)
    await look(runtime, group)
    await write(runtime, group, group.wrote(LAN, text, **more))
    assert told in group.topic.posts[-1]
    assert (await case_of(runtime)).state == "waiting"


async def test_an_edit_changes_nothing_that_was_sent_and_its_writer_is_told(
    runtime: Runtime, group: Supergroup
) -> None:
    await linked(runtime, group, "lan", LAN)
    await say(runtime, ASKS)
    await look(runtime, group)
    await write(runtime, group, group.wrote(LAN, "chào bạn"))
    edit = json.loads(group.wrote(LAN, "chào bạn nhé"))
    edit["edited_message"] = edit.pop("message")
    await write(runtime, group, json.dumps(edit).encode())
    assert "không đổi được tin đã gửi" in group.topic.posts[-1]
    assert (await lines(runtime))[-1] == ("counsellor", "chào bạn")


async def test_talk_outside_the_topics_is_nobodys_business(
    runtime: Runtime, group: Supergroup
) -> None:
    await linked(runtime, group, "lan", LAN)
    await say(runtime, ASKS)
    await look(runtime, group)
    before = len(group.asked)
    colleague = {"reply_to_message": {"from": {"id": HOA, "is_bot": False}, "text": "ăn gì"}}
    await write(runtime, group, group.wrote(HOA, "trưa nay ăn gì", thread=0))
    await write(runtime, group, group.wrote(LAN, "bún", thread=0, **colleague))
    await write(runtime, group, group.wrote(LAN, "", thread=0, photo=[{"file_id": "x"}]))
    await write(runtime, group, group.wrote(LAN, "", thread=0, new_chat_title="Trực"))
    assert len(group.asked) == before
    await write(runtime, group, group.wrote(LAN, "/close", thread=0))
    assert "trong chủ đề của một ca" in group.general[-1]


@pytest.mark.parametrize(
    ("text", "more"), [("mình gọi lại nhé", {}), ("", {"voice": {"file_id": "x"}})]
)
async def test_who_answers_a_post_of_ours_outside_the_topics_learns_that_nothing_was_sent(
    runtime: Runtime, group: Supergroup, text: str, more: dict[str, Any]
) -> None:
    answers = {"reply_to_message": group.ours("Lan đã kết thúc ca 1."), "message_thread_id": 77}
    await write(runtime, group, group.wrote(LAN, text, thread=0, **answers, **more))
    (told,) = group.general
    assert "Chưa có gì được gửi" in told


async def test_in_a_topic_that_is_no_cases_it_is_said_once_that_nothing_was_sent(
    runtime: Runtime, group: Supergroup, clock: Clock
) -> None:
    group.topics[31] = Topic("Chuyện của nhóm", "0")
    colleagues = {"reply_to_message": {"from": {"id": HOA, "is_bot": False}}}
    for text in ("họp lúc ba giờ", "được nhé", "mình tới trễ"):
        await write(runtime, group, group.wrote(LAN, text, **colleagues))
    (told,) = group.topic.posts
    assert "Chưa có gì được gửi" in told
    clock.pass_seconds(timedelta(days=3).total_seconds())
    await write(runtime, group, group.wrote(LAN, "họp lúc bốn giờ", **colleagues))
    assert len(group.topic.posts) == 2, "who is new there learns it too"


async def test_in_a_topic_that_we_opened_and_forgot_every_message_is_refused_aloud(
    runtime: Runtime, group: Supergroup
) -> None:
    group.topics[41] = Topic("Ca 9 · Telegram", "0")
    for text in ("chào bạn", "bạn còn đó không"):
        await write(runtime, group, group.wrote(LAN, text))
    assert [("Chưa có gì được gửi" in post) for post in group.topic.posts] == [True, True]


@pytest.mark.parametrize(
    "done",
    [{"forum_topic_edited": {}}, {"pinned_message": {}}, {"forum_topic_created": {"name": "Ca"}}],
)
async def test_what_telegram_itself_notes_in_a_topic_is_nobodys_answer(
    runtime: Runtime, group: Supergroup, done: dict[str, Any]
) -> None:
    await linked(runtime, group, "lan", LAN)
    await say(runtime, ASKS)
    await look(runtime, group)
    before = len(group.asked)
    await write(runtime, group, group.wrote(LAN, "", **done))
    assert len(group.asked) == before


async def test_a_button_that_telegram_shows_without_its_topic_is_answered(
    runtime: Runtime, group: Supergroup
) -> None:
    await linked(runtime, group, "lan", LAN)
    await say(runtime, CRY)
    await look(runtime, group)
    press = json.loads(group.pressed(LAN, group.topic.buttons[0]))
    press["callback_query"]["message"] = {"chat": {"id": CHAT}, "message_id": 1, "date": 0}
    await write(runtime, group, json.dumps(press).encode())
    assert "chưa ghi gì" in group.general[-1]
    async with runtime.sessions() as session:
        assert (await session.scalars(select(Verdict))).all() == []


BOTH = {"id": 1, "from": {"id": 88}, "chat": {"id": 88, "type": "private"}, "text": "em sợ lắm"}


async def test_our_own_fault_in_a_topic_is_told_and_holds_up_no_citizen(
    runtime: Runtime, group: Supergroup, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def break_down(*_: object, **__: object) -> None:
        raise RuntimeError("ours")

    await linked(runtime, group, "lan", LAN)
    await say(runtime, ASKS)
    await look(runtime, group)
    monkeypatch.setattr(handoff, "say", break_down)
    both = json.loads(group.wrote(LAN, "chào bạn")) | {"edited_message": BOTH}
    for _ in range(2):
        await write(runtime, group, json.dumps(both).encode())
    told = [post for post in group.topic.posts if "Máy gặp lỗi" in post]
    assert len(told) == 1
    assert "Chưa có gì được gửi" in told[0]
    assert (await case_of(runtime)).state == "waiting", "nothing of it was done by half"
    async with runtime.sessions() as session:
        heard = select(InboxRow.event_id).where(InboxRow.channel == "telegram")
        assert (await session.scalars(heard)).all() == [str(both["update_id"])]


async def test_a_group_that_cannot_be_read_holds_up_no_citizen(
    runtime: Runtime, group: Supergroup, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(raw: bytes) -> None:
        raise RuntimeError("ours")

    monkeypatch.setattr(group.staff, "parse", break_down)
    both = json.loads(group.wrote(LAN, "chào bạn", thread=0)) | {"edited_message": BOTH}
    await write(runtime, group, json.dumps(both).encode())
    async with runtime.sessions() as session:
        assert (await session.scalars(select(InboxRow.channel))).all() == ["telegram"]


async def test_with_the_database_away_in_the_middle_the_whole_update_comes_again(
    runtime: Runtime, group: Supergroup, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def break_down(*_: object, **__: object) -> None:
        raise OperationalError("", {}, Exception("gone"))

    await linked(runtime, group, "lan", LAN)
    await say(runtime, ASKS)
    await look(runtime, group)
    raw = json.dumps(json.loads(group.wrote(LAN, "chào bạn")) | {"edited_message": BOTH}).encode()
    with monkeypatch.context() as patched:
        patched.setattr(handoff, "say", break_down)
        with pytest.raises(OperationalError):
            await write(runtime, group, raw)
    assert ("counsellor", "chào bạn") not in await lines(runtime)
    await write(runtime, group, raw)
    assert (await lines(runtime))[-1] == ("counsellor", "chào bạn")


async def test_updates_of_other_chats_are_left_to_the_channel(
    runtime: Runtime, group: Supergroup
) -> None:
    private = json.loads(group.wrote(LAN, "chào"))
    private["message"]["chat"] = {"id": LAN, "type": "private"}
    await write(runtime, group, json.dumps(private).encode())
    await write(runtime, group, group.wrote(LAN, "chào", thread=0))
    async with runtime.sessions() as session:
        assert (await session.scalars(select(InboxRow.channel))).all() == ["telegram"]
        assert len((await session.scalars(select(StaffUpdate.event_id))).all()) == 1


async def test_a_message_that_did_not_reach_the_citizen_is_told_once(
    runtime: Runtime, group: Supergroup
) -> None:
    await linked(runtime, group, "lan", LAN)
    await say(runtime, ASKS)
    await look(runtime, group)
    await write(runtime, group, group.wrote(LAN, "chào bạn"))
    case = await case_of(runtime)
    blocked = LoopbackChannel(*[SendResult("gone", "blocked")] * 2)
    await jobs.bring_up_to_date(runtime, {"loopback": blocked}, case.conversation_id)
    async with runtime.sessions() as session:
        dead = select(OutboxRow.id).where(OutboxRow.state == "dead")
        assert len((await session.scalars(dead)).all()) == 2
    await look(runtime, group)
    await look(runtime, group)
    assert [("chưa tới được người dân" in post) for post in group.topic.posts].count(True) == 1


async def test_words_that_the_channel_holds_back_are_told_once_and_once_when_they_went_out(
    runtime: Runtime, group: Supergroup, clock: Clock
) -> None:
    await linked(runtime, group, "lan", LAN)
    await say(runtime, ASKS)
    await look(runtime, group)
    await write(runtime, group, group.wrote(LAN, "chào bạn"))
    case = await case_of(runtime)
    refused = LoopbackChannel(*[SendResult("auth", "-216")] * 2)
    for _ in range(2):
        await jobs.bring_up_to_date(runtime, {"loopback": refused}, case.conversation_id)
        clock.pass_seconds(600)
        await look(runtime, group)
        await look(runtime, group)
    await write(runtime, group, group.wrote(LAN, "bạn còn đó không"))

    def told(words: str) -> int:
        return [words in post for post in group.topic.posts].count(True)

    assert told("Tin chưa tới người dân: ") == 1
    assert told("nay đã gửi được") == 0
    await jobs.bring_up_to_date(runtime, {"loopback": LoopbackChannel()}, case.conversation_id)
    await look(runtime, group)
    await look(runtime, group)
    assert told("Tin chưa tới người dân: ") == 1
    assert told("nay đã gửi được") == 1
    await write(runtime, group, group.wrote(LAN, "mình đây"))
    again = LoopbackChannel(SendResult("auth", "-216"))
    await jobs.bring_up_to_date(runtime, {"loopback": again}, case.conversation_id)
    await look(runtime, group)
    assert told("Tin chưa tới người dân: ") == 2


async def test_words_held_back_and_then_given_up_are_not_said_to_have_gone_out(
    runtime: Runtime, group: Supergroup, clock: Clock
) -> None:
    await linked(runtime, group, "lan", LAN)
    await say(runtime, ASKS)
    await look(runtime, group)
    await write(runtime, group, group.wrote(LAN, "chào bạn"))
    case = await case_of(runtime)
    for result in (SendResult("auth", "-216"), SendResult("gone", "blocked")):
        channel = LoopbackChannel(*[result] * 3)
        await jobs.bring_up_to_date(runtime, {"loopback": channel}, case.conversation_id)
        await look(runtime, group)
        clock.pass_seconds(600)
    told = "\n".join(group.topic.posts)
    assert "Có tin chưa tới được người dân" in told
    assert "nay đã gửi được" not in told
    assert await nothing_is_behind(runtime)


async def test_a_line_that_telegram_refuses_does_not_hold_up_what_follows(
    runtime: Runtime, group: Supergroup, clock: Clock
) -> None:
    await say(runtime, ASKS)
    await look(runtime, group)
    await say(runtime, "tin lạ")
    for _ in range(3):
        group.refusals = [refusal(400, "Bad Request: text is odd")]
        await look(runtime, group)
        clock.pass_seconds(600)
    await look(runtime, group)
    assert "không chép được" in group.topic.posts[-1]
    await say(runtime, "tin sau đó")
    await look(runtime, group)
    assert "tin sau đó" in group.topic.posts[-1]


async def test_a_long_line_of_emoji_arrives_whole_in_several_posts(
    runtime: Runtime, group: Supergroup
) -> None:
    await say(runtime, ASKS)
    await look(runtime, group)
    await say(runtime, "🙂 /close @lan " * 300)
    await look(runtime, group)
    told = "\n".join(group.topic.posts[1:])
    assert told.count("🙂") >= 300
    assert len(group.topic.posts) <= 4, "posts are filled"
    assert all(len(post.encode("utf-16-le")) // 2 <= 4096 for post in group.topic.posts)
    assert " /close" not in told, "a tap on it would close the case"


async def test_old_rows_are_forgotten(runtime: Runtime, group: Supergroup, clock: Clock) -> None:
    await linked(runtime, group, "lan", LAN)
    await say(runtime, ASKS)
    await look(runtime, group)
    await write(runtime, group, group.wrote(LAN, "chào bạn"))
    await write(runtime, group, group.wrote(LAN, "/close"))
    clock.pass_seconds(timedelta(days=3).total_seconds())
    await write(runtime, group, group.wrote(LAN, "chào cả nhà", thread=0))
    async with runtime.sessions() as session:
        assert (await session.scalars(select(StaffTopic.id))).all() == []
        with pytest.raises(NotFound):
            await handoff.find_case(session, runtime.ring, uuid4())


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, ""),
        ({"is_forum": False}, "chưa bật chủ đề"),
        ({"username": "truc_dien_thoai"}, "công khai"),
        ({"rights": {"can_manage_topics": True, "can_delete_messages": False}}, "chưa đủ quyền"),
        ({"away": True}, "Không gọi được Telegram"),
        ({"refusals": [refusal(400, "Bad Request: chat not found")]}, "STAFF_CHAT"),
    ],
)
async def test_the_check_says_what_the_group_lacks(change: dict[str, object], told: str) -> None:
    group = Supergroup()
    for name, value in change.items():
        setattr(group, name, value)
    line = await group.staff.check()
    assert (told in line) if told else (line == "")


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


GROUP = Supergroup()


@settings(deadline=None)
@given(
    st.sampled_from(["message", "edited_message", "callback_query", "my_chat_member"]),
    st.sampled_from(
        [
            *("from", "chat", "text", "message_thread_id", "photo", "message", "data"),
            *("reply_to_message", "pinned_message"),
        ]
    ),
    ODD,
)
def test_odd_updates_are_read_or_left_but_never_raise(kind: str, name: str, odd: object) -> None:
    update_ = json.loads(GROUP.wrote(LAN, "chào"))
    update_[kind] = {**update_.pop("message"), name: odd}
    GROUP.staff.parse(json.dumps(update_).encode())
    GROUP.staff.parse(json.dumps(odd).encode())
