"""Measures against abuse: who may give them, how long they hold, and that danger passes through all
of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from api import auth
from bot import handoff, restraints
from bot.errors import NotAllowed, NotFound, NotUnderstood
from bot.privacy import erase
from bot.restraints import Held
from bot.runtime import Runtime
from bot.store import Line, open_talk, read_lines
from bot.tables import AuditRow, Conversation, Counsellor, Episode
from tests.bot.test_handoff import queue, say
from tests.conftest import NOW, Clock

HOUR = timedelta(hours=1)
ASKS = "em muốn gặp người thật"
RUDE = "đồ vô dụng"
CRY = "em uống cả vỉ thuốc rồi, em muốn chết"
KEPT = "bạn cứ nhắn ngay: mình vẫn luôn đọc và giúp"


async def staff(runtime: Runtime, login: str, role: str) -> Counsellor:
    async with runtime.sessions.begin() as session:
        await auth.create_counsellor(session, login, login.title(), role, runtime.clock())
    async with runtime.sessions() as session:
        return (await session.scalars(select(Counsellor).where(Counsellor.login == login))).one()


async def case_of(runtime: Runtime, text: str = ASKS) -> handoff.Case:
    await say(runtime, "a", text)
    (case,) = await queue(runtime)
    return case


async def claim(runtime: Runtime, case: handoff.Case, who: Counsellor) -> handoff.Case:
    async with runtime.sessions.begin() as session:
        return await handoff.claim(session, runtime.ring, case.handoff_id, who, runtime.clock())


async def give(
    runtime: Runtime,
    case: handoff.Case,
    by: Counsellor,
    kind: str,
    lasts: timedelta | None = None,
    reason: str = "chửi bới nhiều lần",
) -> None:
    async with runtime.sessions.begin() as session:
        await restraints.give(session, runtime.ring, case, by, kind, reason, lasts, runtime.clock())


async def transcript(runtime: Runtime) -> list[Line]:
    async with runtime.sessions() as session:
        (conversation,) = await session.scalars(select(Conversation.id))
        talk = await open_talk(session, runtime.ring, conversation)
        assert talk is not None
        return await read_lines(session, talk)


async def answers(runtime: Runtime, text: str) -> list[str]:
    """What the bot says to a message."""
    before = len(await transcript(runtime))
    await say(runtime, "a", text)
    lines = (await transcript(runtime))[before:]
    assert [line.text for line in lines if line.author == "citizen"] == [text]
    return [line.text for line in lines if line.author == "bot"]


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ([], None),
        ([Held("warned", None, NOW)], None),
        ([Held("muted", NOW, NOW)], None),
        ([Held("muted", NOW + HOUR, NOW)], NOW + HOUR),
        ([Held("muted", NOW + HOUR, NOW), Held("muted", NOW + 9 * HOUR, NOW)], NOW + 9 * HOUR),
    ],
)
def test_the_latest_end_counts_and_what_is_over_holds_no_more(
    found: list[Held], told: object
) -> None:
    held = restraints.gravest(found, NOW)
    assert (held.until if held else None) == told


def test_a_block_without_end_goes_before_any_mute() -> None:
    found = [Held("muted", NOW + 100 * HOUR, NOW), Held("blocked", None, NOW)]
    assert restraints.gravest(found, NOW) == found[1]


@pytest.mark.parametrize(
    ("told_at", "minutes", "again"), [("", 59, False), ("", 60, True), (NOW.isoformat(), 61, True)]
)
def test_a_silenced_person_is_told_once_an_hour(told_at: str, minutes: int, again: bool) -> None:
    held = Held("muted", None, NOW)
    assert restraints.is_said_again(held, told_at, NOW + timedelta(minutes=minutes)) is again


async def test_whoever_has_the_chat_warns_and_the_bot_goes_on_answering(runtime: Runtime) -> None:
    case = await case_of(runtime)
    lan = await staff(runtime, "lan", "counsellor")
    case = await claim(runtime, case, lan)
    await give(runtime, case, lan, "warned")
    assert "tôn trọng" in (await transcript(runtime))[-1].text
    async with runtime.sessions.begin() as session:
        await handoff.close(session, runtime.ring, case, lan, runtime.clock())
    assert any(
        "24 tháng" in one for one in await answers(runtime, "cai nghiện tại nhà mất bao lâu")
    )


@pytest.mark.parametrize(("kind", "lasts"), [("muted", HOUR), ("blocked", None)])
async def test_a_counsellor_neither_mutes_nor_blocks(
    runtime: Runtime, kind: str, lasts: timedelta | None
) -> None:
    lan = await staff(runtime, "lan", "counsellor")
    case = await claim(runtime, await case_of(runtime), lan)
    with pytest.raises(NotAllowed):
        await give(runtime, case, lan, kind, lasts)


async def test_a_counsellor_does_not_warn_in_a_colleagues_chat(runtime: Runtime) -> None:
    lan = await staff(runtime, "lan", "counsellor")
    minh = await staff(runtime, "minh", "counsellor")
    case = await claim(runtime, await case_of(runtime), lan)
    with pytest.raises(NotAllowed):
        await give(runtime, case, minh, "warned")


@pytest.mark.parametrize(
    ("kind", "lasts", "reason"),
    [
        ("muted", HOUR, "  "),
        ("muted", None, "lý do"),
        ("muted", timedelta(days=900), "lý do"),
        ("blocked", HOUR, "lý do"),
        ("beaten", None, "lý do"),
        ("blocked", None, "x" * 501),
    ],
)
async def test_no_measure_without_a_reason_or_of_another_kind(
    runtime: Runtime, kind: str, lasts: timedelta | None, reason: str
) -> None:
    hoa = await staff(runtime, "hoa", "supervisor")
    with pytest.raises(NotUnderstood):
        await give(runtime, await case_of(runtime), hoa, kind, lasts, reason)


@pytest.mark.parametrize(("kind", "lasts"), [("muted", HOUR), ("blocked", None)])
async def test_a_silenced_person_is_kept_and_told_once_an_hour(
    runtime: Runtime, clock: Clock, kind: str, lasts: timedelta | None
) -> None:
    hoa = await staff(runtime, "hoa", "supervisor")
    case = await case_of(runtime)
    lasts = timedelta(days=1) if lasts else None
    await give(runtime, case, hoa, kind, lasts)
    assert KEPT in (await transcript(runtime))[-1].text
    assert await queue(runtime) == []
    assert await answers(runtime, RUDE) == []
    clock.pass_seconds(3600)
    (told,) = await answers(runtime, RUDE)
    assert KEPT in told
    assert ("10:00, 24/11" if lasts else "người giám sát mở lại") in told
    assert await answers(runtime, ASKS) == []
    assert await queue(runtime) == []


async def test_a_mute_ends_by_itself(runtime: Runtime, clock: Clock) -> None:
    hoa = await staff(runtime, "hoa", "supervisor")
    await give(runtime, await case_of(runtime), hoa, "muted", HOUR)
    clock.pass_seconds(3601)
    await answers(runtime, ASKS)
    assert len(await queue(runtime)) == 1


@pytest.mark.parametrize(("kind", "lasts"), [("muted", HOUR), ("blocked", None)])
async def test_danger_passes_through_every_measure_and_reaches_the_desk(
    runtime: Runtime, kind: str, lasts: timedelta | None
) -> None:
    hoa = await staff(runtime, "hoa", "supervisor")
    await give(runtime, await case_of(runtime), hoa, kind, lasts)
    (told,) = await answers(runtime, CRY)
    assert "115" in told
    (case,) = await queue(runtime)
    assert (case.priority, case.reason) == (handoff.DANGER_NOW, "suicide")
    assert await answers(runtime, "dạ vâng") != []


async def test_a_vague_sign_of_danger_is_asked_after_whatever_the_measure(runtime: Runtime) -> None:
    hoa = await staff(runtime, "hoa", "supervisor")
    await give(runtime, await case_of(runtime), hoa, "blocked")
    asked = await answers(runtime, "năm ngoái em từng muốn tự tử, giờ ổn rồi")
    assert asked
    assert not any("tạm ngừng trò chuyện" in one for one in asked)


async def test_nobody_is_silenced_while_in_danger(runtime: Runtime) -> None:
    hoa = await staff(runtime, "hoa", "supervisor")
    case = await case_of(runtime, CRY)
    for kind, lasts in (("muted", HOUR), ("blocked", None)):
        with pytest.raises(NotAllowed):
            await give(runtime, case, hoa, kind, lasts)
    assert len(await queue(runtime)) == 1


async def test_emergency_numbers_and_ones_own_data_stay_within_reach(runtime: Runtime) -> None:
    hoa = await staff(runtime, "hoa", "supervisor")
    await give(runtime, await case_of(runtime), hoa, "blocked")
    await say(runtime, "a", "/hotline")
    assert "115" in (await transcript(runtime))[-1].text
    (asked,) = await answers(runtime, "xóa hết dữ liệu của tôi ngay")
    assert "xóa hết" in asked
    await say(runtime, "a", "/delete yes")
    async with runtime.sessions() as session:
        assert (await session.scalars(select(Conversation.id))).all() == []


async def test_an_answer_to_a_screening_is_heard_because_it_may_tell_of_danger(
    runtime: Runtime,
) -> None:
    hoa = await staff(runtime, "hoa", "supervisor")
    case = await case_of(runtime)
    await say(runtime, "a", "em muốn tự kiểm tra")
    await say(runtime, "a", "đồng ý")
    await give(runtime, case, hoa, "blocked")
    (asked,) = await answers(runtime, "em 20 tuổi")
    assert "tạm ngừng" not in asked
    assert await answers(runtime, "cai nghiện tại nhà mất bao lâu") == []
    (told,) = await answers(runtime, "em muốn tự tử")
    assert "tạm ngừng" not in told
    assert len(await queue(runtime)) == 1


async def test_a_lifted_measure_holds_no_more_and_the_person_is_told(runtime: Runtime) -> None:
    hoa = await staff(runtime, "hoa", "supervisor")
    lan = await staff(runtime, "lan", "counsellor")
    case = await case_of(runtime)
    await give(runtime, case, hoa, "blocked")
    async with runtime.sessions.begin() as session:
        (measure,) = await restraints.in_force(session, runtime.ring, runtime.clock())
        assert (measure.reason, measure.by, measure.case) == (
            "chửi bới nhiều lần",
            "Hoa",
            case.handoff_id,
        )
        with pytest.raises(NotAllowed):
            await restraints.lift(session, runtime.ring, measure.id, lan, runtime.clock())
        await restraints.lift(session, runtime.ring, measure.id, hoa, runtime.clock())
    async with runtime.sessions.begin() as session:
        with pytest.raises(NotFound):
            await restraints.lift(session, runtime.ring, measure.id, hoa, runtime.clock())
        assert await restraints.in_force(session, runtime.ring, runtime.clock()) == []
    assert "trò chuyện với mình được rồi" in (await transcript(runtime))[-1].text
    assert any(
        "24 tháng" in one for one in await answers(runtime, "cai nghiện tại nhà mất bao lâu")
    )


async def test_every_measure_is_in_the_audit_and_its_reason_nowhere_in_clear(
    runtime: Runtime,
) -> None:
    hoa = await staff(runtime, "hoa", "supervisor")
    case = await case_of(runtime)
    await give(runtime, case, hoa, "warned", reason="lời rất riêng")
    await give(runtime, case, hoa, "muted", HOUR)
    async with runtime.sessions() as session:
        done = (await session.scalars(select(AuditRow.action).order_by(AuditRow.id))).all()
        sealed = (await session.scalars(select(restraints.Restraint.reason))).all()
    assert [one for one in done if one.startswith("restrain")] == [
        "restrain warned",
        "restrain muted",
    ]
    assert not any("lời rất riêng".encode() in one for one in sealed)


async def test_erasing_somebody_erases_what_was_held_against_them(runtime: Runtime) -> None:
    hoa = await staff(runtime, "hoa", "supervisor")
    await give(runtime, await case_of(runtime), hoa, "blocked")
    async with runtime.sessions.begin() as session:
        (person,) = await session.scalars(select(Conversation.person_id))
        await erase(session, runtime.ring, person, runtime.clock())
    async with runtime.sessions() as session:
        assert await restraints.in_force(session, runtime.ring, runtime.clock()) == []
        assert (await session.scalars(select(Episode.id))).all() == []
