"""The desk as its overseers see it, whispers, taking over, the week's sample, and dangers of which only
codes are left."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from bot import handoff, presence, quality, supervision, whispers
from bot.desk_tables import QualityMark, Team, TeamMember
from bot.errors import NotAllowed, NotUnderstood
from bot.privacy import erase
from bot.runtime import Runtime
from bot.store import open_talk, read_lines
from bot.supervision import OpenCase, Person, oversee
from bot.tables import AuditRow, Conversation, Counsellor, Handoff
from tests.bot.test_handoff import queue, say
from tests.bot.test_restraints import CRY, case_of, claim, staff
from tests.conftest import NOW, Clock

MINUTE = timedelta(minutes=1)


def person(name: str, seen_ago: timedelta | None, *, pauses: bool = False) -> Person:
    seen = NOW - seen_ago if seen_ago is not None else None
    return Person(uuid4(), name, "counsellor", 5, seen, seen, pauses, seen)


def test_the_board_counts_who_waits_by_team_and_who_has_what() -> None:
    lan, minh = person("Lan", MINUTE), person("Minh", 10 * MINUTE)
    team = uuid4()
    cases = [
        OpenCase(NOW - 9 * MINUTE, None, team, False),
        OpenCase(NOW - 20 * MINUTE, None, None, True),
        OpenCase(NOW - 30 * MINUTE, lan.id, None, True),
        OpenCase(NOW - 40 * MINUTE, minh.id, None, False),
    ]
    found = oversee(cases, [minh, lan], {team: "Trẻ"}, {team: [lan.id, minh.id]}, {}, NOW)
    assert (found.waiting, found.waits_since, found.active) == (2, NOW - 20 * MINUTE, 2)
    (line,) = found.teams
    assert (line.waiting, line.waits_since, line.active, line.here) == (1, NOW - 9 * MINUTE, 2, 1)
    assert found.unteamed == 1
    assert [(one.person.name, one.chats, one.heavy_chats) for one in found.counsellors] == [
        ("Lan", 1, 1),
        ("Minh", 1, 0),
    ]


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        (person("a", MINUTE), "here"),
        (person("a", MINUTE, pauses=True), "pausing"),
        (person("a", 3 * MINUTE, pauses=True), "away"),
        (person("a", None), "away"),
    ],
)
def test_whoever_has_no_page_open_is_away(who: Person, expected: str) -> None:
    assert supervision.whereabouts(who, NOW) == expected


async def test_the_board_is_read_from_what_the_desk_did(runtime: Runtime, clock: Clock) -> None:
    lan = await staff(runtime, "lan", "counsellor")
    await staff(runtime, "bien", "editor")
    team = uuid4()
    async with runtime.sessions.begin() as session:
        session.add(Team(id=team, name="Pháp lý", created_at=clock()))
        await session.flush()
        session.add(TeamMember(team_id=team, counsellor_id=lan.id))
        await presence.act(session, lan.id, clock())
    for number in range(3):
        clock.pass_seconds(60)
        await say(runtime, f"citizen {number}", CRY)
        (waiting,) = [case for case in await queue(runtime) if case.state == "waiting"]
        await claim(runtime, waiting, lan)
    async with runtime.sessions.begin() as session:
        await presence.act(session, lan.id, clock())
        overview = await supervision.read_overview(session, clock())
        hint = await supervision.hint_for(session, lan, clock())
    (line,) = overview.counsellors
    assert (line.teams, line.chats, line.in_a_row, line.hint) == (("Pháp lý",), 3, 3, "heavy")
    assert hint == ("heavy", 3)
    async with runtime.sessions.begin() as session:
        await presence.rest(session, lan.id, clock())
        assert (await supervision.hint_for(session, lan, clock()))[0] == ""
        clock.pass_seconds(600)
        await presence.come_back(session, lan.id, clock())
        assert await supervision.hint_for(session, lan, clock()) == ("", 0)


async def test_a_whisper_reaches_the_counsellor_once_and_never_the_citizen(
    runtime: Runtime,
) -> None:
    lan = await staff(runtime, "lan", "counsellor")
    hoa = await staff(runtime, "hoa", "supervisor")
    case = await claim(runtime, await case_of(runtime), lan)
    uid = uuid4()
    for _ in range(2):
        async with runtime.sessions.begin() as session:
            await whispers.whisper(
                session, runtime.ring, case, hoa, "hỏi thêm về gia đình", runtime.clock(), uid=uid
            )
    async with runtime.sessions.begin() as session:
        assert await whispers.unread(session, runtime.ring, hoa) == []
        (told,) = await whispers.unread(session, runtime.ring, lan)
        assert (told.kind, told.by, told.text) == ("whisper", "Hoa", "hỏi thêm về gia đình")
        await whispers.mark_read(session, hoa, told.id, runtime.clock())
        assert len(await whispers.unread(session, runtime.ring, lan)) == 1
        await whispers.mark_read(session, lan, told.id, runtime.clock())
        assert await whispers.unread(session, runtime.ring, lan) == []
        talk = await open_talk(session, runtime.ring, case.conversation_id)
        assert talk is not None
        outside = [line.text for line in await read_lines(session, talk)]
        inside = [line for line in await read_lines(session, talk, notes=True) if line.urgent]
    assert "hỏi thêm về gia đình" not in outside
    assert [line.text for line in inside] == ["hỏi thêm về gia đình"]


async def test_taking_over_tells_the_citizen_and_the_colleague(runtime: Runtime) -> None:
    lan = await staff(runtime, "lan", "counsellor")
    hoa = await staff(runtime, "hoa", "supervisor")
    case = await claim(runtime, await case_of(runtime), lan)
    async with runtime.sessions.begin() as session:
        await whispers.take_over(session, runtime.ring, case, hoa, runtime.clock())
    (case,) = await queue(runtime)
    assert (case.state, case.counsellor_id) == ("claimed", hoa.id)
    async with runtime.sessions() as session:
        (told,) = await whispers.unread(session, runtime.ring, lan)
        talk = await open_talk(session, runtime.ring, case.conversation_id)
        assert talk is not None
        said = (await read_lines(session, talk))[-1].text
        done = (await session.scalars(select(AuditRow.action).order_by(AuditRow.id))).all()
    assert (told.kind, told.by) == ("taken_over", "Hoa")
    assert "Hoa" in said
    assert done[-1] == "take over"


async def test_only_overseers_step_in_and_only_where_a_colleague_has_the_case(
    runtime: Runtime,
) -> None:
    lan = await staff(runtime, "lan", "counsellor")
    minh = await staff(runtime, "minh", "counsellor")
    hoa = await staff(runtime, "hoa", "supervisor")
    waiting = await case_of(runtime)
    case = await claim(runtime, waiting, lan)
    for who, which in ((minh, case), (hoa, waiting)):
        async with runtime.sessions() as session:
            with pytest.raises(NotAllowed):
                await whispers.take_over(session, runtime.ring, which, who, runtime.clock())
            with pytest.raises(NotAllowed):
                await whispers.whisper(
                    session, runtime.ring, which, who, "x", runtime.clock(), uid=uuid4()
                )


def test_looking_over_a_colleagues_shoulder_is_called_so(ready: handoff.Case) -> None:
    lan, hoa = Counsellor(id=uuid4()), Counsellor(id=ready.counsellor_id)
    assert supervision.kind_of_view(ready, lan) == "view silently"
    assert supervision.kind_of_view(ready, hoa) == "view"


@pytest.fixture
async def ready(runtime: Runtime) -> handoff.Case:
    return await claim(runtime, await case_of(runtime), await staff(runtime, "lan", "counsellor"))


async def closed_talks(runtime: Runtime, clock: Clock, who: Counsellor, number: int) -> list[UUID]:
    """So many talks of `who`, ended a week ago."""
    made = []
    for one in range(number):
        await say(runtime, f"{who.login} {one}", "em muốn gặp người thật")
        (case,) = await queue(runtime)
        case = await claim(runtime, case, who)
        async with runtime.sessions.begin() as session:
            await handoff.close(session, runtime.ring, case, who, clock())
            await session.execute(
                update(Handoff)
                .where(Handoff.id == case.handoff_id)
                .values(closed_at=clock() - timedelta(days=7))
            )
        made.append(case.handoff_id)
    return made


async def test_the_weeks_sample_is_small_the_same_for_all_and_never_ones_own(
    runtime: Runtime, clock: Clock
) -> None:
    lan = await staff(runtime, "lan", "counsellor")
    hoa = await staff(runtime, "hoa", "supervisor")
    binh = await staff(runtime, "binh", "supervisor")
    theirs = await closed_talks(runtime, clock, lan, 5)
    await closed_talks(runtime, clock, hoa, 1)
    async with runtime.sessions() as session:
        for_hoa = await quality.sample(session, runtime.ring, hoa, clock())
        for_binh = await quality.sample(session, runtime.ring, binh, clock())
        clock.pass_seconds(3600 * 24 * 2)
        later = await quality.sample(session, runtime.ring, binh, clock())
        clock.pass_seconds(3600 * 24 * 7)
        next_week = await quality.sample(session, runtime.ring, binh, clock())
    assert len(for_hoa) == quality.OF_EACH
    assert {one.handoff_id for one in for_hoa} < set(theirs)
    assert [one.counsellor for one in for_binh] == ["Hoa", "Lan", "Lan", "Lan"]
    assert later == for_binh
    assert {one.handoff_id for one in for_hoa} <= {one.handoff_id for one in for_binh}
    assert next_week == []


async def test_what_a_reader_found_is_kept_sealed_and_may_be_changed(
    runtime: Runtime, clock: Clock
) -> None:
    lan = await staff(runtime, "lan", "counsellor")
    hoa = await staff(runtime, "hoa", "supervisor")
    (talk,) = await closed_talks(runtime, clock, lan, 1)
    for met, note in ((["listened"], "nên hỏi thêm"), (["listened", "next_step"], "tốt lắm")):
        async with runtime.sessions.begin() as session:
            case = await handoff.find_case(session, runtime.ring, talk)
            await quality.mark(session, runtime.ring, case, hoa, met, note, clock())
    async with runtime.sessions() as session:
        (drawn,) = await quality.sample(session, runtime.ring, hoa, clock())
        (row,) = await session.scalars(select(QualityMark))
        case = await handoff.find_case(session, runtime.ring, talk)
        with pytest.raises(NotAllowed):
            await quality.mark(session, runtime.ring, case, lan, [], "", clock())
        with pytest.raises(NotUnderstood):
            await quality.mark(session, runtime.ring, case, hoa, ["rich"], "", clock())
    assert (drawn.met, drawn.note, drawn.by) == ({"listened", "next_step"}, "tốt lắm", "Hoa")
    assert row.note is not None
    assert "tốt lắm".encode() not in row.note


def test_every_criterion_must_be_answered() -> None:
    form = dict.fromkeys(quality.CRITERIA, "no") | {"listened": "yes"}
    assert quality.read_marks(form) == ["listened"]
    with pytest.raises(NotUnderstood):
        quality.read_marks({"listened": "yes"})


async def test_a_danger_whose_words_were_erased_is_listed_with_what_was_done(
    runtime: Runtime, clock: Clock
) -> None:
    lan = await staff(runtime, "lan", "counsellor")
    case = await claim(runtime, await case_of(runtime, CRY), lan)
    async with runtime.sessions.begin() as session:
        assert await supervision.wordless_episodes(session) == []
        await handoff.close(session, runtime.ring, case, lan, clock())
        (erased,) = await session.scalars(select(Conversation.person_id))
        await erase(session, runtime.ring, erased, clock())
    async with runtime.sessions() as session:
        (one,) = await supervision.wordless_episodes(session)
    assert (one.label, one.level, one.alarms) == ("suicide", "emergency", 1)
    assert (one.closed_at, one.closed_by) == (clock(), "Lan")
