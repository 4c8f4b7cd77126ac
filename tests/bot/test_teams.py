"""Who suits a case, and the order in which a counsellor takes cases: rules without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from bot import next_up, teams
from bot.desk_tables import Team
from bot.handoff import Case
from bot.next_up import Seat
from referral_directory.places import Gazetteer
from tests.conftest import NOW

ME, LAN = uuid4(), uuid4()
VINH_LONG, LONG_HO, HA_NOI = "86", "29602", "01"
IN_VINH_LONG = {LONG_HO: VINH_LONG}


def team(*areas: str, skills: tuple[str, ...] = (), languages: tuple[str, ...] = ()) -> Team:
    return Team(
        id=uuid4(), name="Nhóm", areas=list(areas), skills=list(skills), languages=list(languages)
    )


def waiting(
    minutes: int = 1,
    *,
    priority: int = 0,
    area: str = "",
    skill: str = "",
    language: str = "vi",
    wanted_id: UUID | None = None,
    team_id: UUID | None = None,
    given_back: int = 0,
) -> Case:
    opened_at = NOW - timedelta(minutes=minutes)
    return Case(
        handoff_id=uuid4(),
        conversation_id=uuid4(),
        channel="web",
        state="waiting",
        priority=priority,
        reason="asked",
        opened_at=opened_at,
        claimed_at=None,
        closed_at=None,
        counsellor_id=None,
        counsellor=None,
        summary={},
        area=area,
        skill=skill,
        language=language,
        wanted_id=wanted_id,
        team_id=team_id,
        given_back=given_back,
        handed_at=opened_at if wanted_id else None,
    )


@pytest.mark.parametrize(
    ("case", "mine", "fit"),
    [
        (waiting(area=LONG_HO), [team(VINH_LONG)], teams.SUITS),
        (waiting(area=LONG_HO), [team(LONG_HO)], teams.SUITS),
        (waiting(area=LONG_HO), [team(HA_NOI)], teams.OTHERS),
        (waiting(area=LONG_HO), [team(HA_NOI), team(VINH_LONG)], teams.SUITS),
        (waiting(), [team(HA_NOI)], teams.SUITS),
        (waiting(skill="legal"), [team(skills=("family",))], teams.OTHERS),
        (waiting(skill="legal"), [team(skills=("family", "legal"))], teams.SUITS),
        (waiting(skill="legal"), [], teams.SUITS),
        (waiting(language="km"), [team(languages=("vi",))], teams.OTHERS),
        (waiting(wanted_id=ME), [team(HA_NOI)], teams.HANDED),
        (waiting(wanted_id=LAN), [], teams.OTHERS),
        (waiting(team_id=uuid4()), [], teams.OTHERS),
    ],
)
def test_a_case_suits_by_area_skill_language_and_to_whom_it_was_handed(
    case: Case, mine: list[Team], fit: int
) -> None:
    assert teams.suits(case, ME, mine, IN_VINH_LONG) == fit


def test_what_was_handed_to_my_team_is_my_teams() -> None:
    ours = team(HA_NOI)
    assert teams.suits(waiting(team_id=ours.id), ME, [ours], {}) == teams.OUR_TEAM


def test_a_commune_lies_in_its_province(gazetteer: Gazetteer) -> None:
    assert teams.provinces_of(gazetteer, {LONG_HO, VINH_LONG, "", "99999"}) == IN_VINH_LONG


@pytest.mark.parametrize(
    ("topics", "person", "skill"),
    [
        (["penalties", "school"], "self", "youth"),
        (["school", "methadone"], "other", "medical"),
        (["relapse"], "other", "family"),
        (["relapse"], "self", ""),
        ([], "unclear", ""),
    ],
)
def test_the_skill_comes_from_what_was_read_last_and_who_writes(
    topics: list[str], person: str, skill: str
) -> None:
    assert teams.skill_of(topics, person) == skill


def test_danger_is_before_everybody_whoever_suits_it() -> None:
    emergency = waiting(1, priority=2, area=HA_NOI, wanted_id=LAN)
    urgent = waiting(30, priority=1, area=HA_NOI)
    handed, back = waiting(2, wanted_id=ME), waiting(3, given_back=1)
    ours, theirs = waiting(4, area=LONG_HO), waiting(5, area=HA_NOI)
    seat = Seat(ME, [team(VINH_LONG)])
    shuffled = [theirs, ours, back, handed, urgent, emergency]
    assert next_up.in_order(shuffled, seat, IN_VINH_LONG, NOW) == [
        emergency,
        urgent,
        back,
        handed,
        ours,
        theirs,
    ]


def test_who_waits_for_long_is_anybodys() -> None:
    theirs, ours = waiting(16, area=HA_NOI), waiting(4, area=LONG_HO)
    seat = Seat(ME, [team(VINH_LONG)])
    assert next_up.in_order([ours, theirs], seat, IN_VINH_LONG, NOW) == [theirs, ours]


@pytest.mark.parametrize("seat", [Seat(ME, is_resting=True), Seat(ME, is_full=True)])
def test_who_rests_or_has_enough_is_given_danger_and_nothing_else(seat: Seat) -> None:
    assert next_up.may_be_given(waiting(priority=1), seat, NOW)
    assert not next_up.may_be_given(waiting(), seat, NOW)


def test_what_was_handed_to_a_colleague_is_kept_for_them_while_they_are_free() -> None:
    handed = waiting(4, wanted_id=LAN)
    free, away = Seat(ME, free=frozenset({LAN})), Seat(ME)
    assert not next_up.may_be_given(handed, free, NOW)
    assert next_up.may_be_given(handed, away, NOW)
    assert next_up.may_be_given(replace(handed, priority=2), free, NOW)
    assert next_up.may_be_given(handed, free, NOW + timedelta(minutes=2))
