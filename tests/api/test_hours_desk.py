"""The page of hours and days off: who may open it, and that what is kept there counts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.desk_tables import Holiday, Team
from bot.duty import Duty
from bot.hours import VIETNAM
from bot.tables import AuditRow
from tests.api.conftest import Enter

Sessions = async_sessionmaker[AsyncSession]
OFFICE = "T2-T6 07:30-11:30,13:30-17:00; T7 08:00-11:00"


@pytest.fixture
async def team(sessions: Sessions) -> UUID:
    one = Team(id=uuid4(), name="Bắc", created_at=datetime.now(UTC))
    async with sessions.begin() as session:
        session.add(one)
    return one.id


@pytest.fixture
def duty(app: FastAPI) -> Duty:
    found: Duty = app.state.runtime.duty
    return found


@pytest.mark.parametrize(
    ("role", "status"), [("counsellor", 403), ("supervisor", 403), ("editor", 403), ("admin", 200)]
)
async def test_only_administrators_keep_the_hours(enter: Enter, role: str, status: int) -> None:
    client = await enter(role)
    assert (await client.get("/console/hours")).status_code == status
    if status == 403:
        assert (await client.post("/console/hours/public")).status_code == 403


async def test_complaint_14009_split_hours_of_a_team_are_kept_and_count(
    enter: Enter, duty: Duty, team: UUID, sessions: Sessions
) -> None:
    admin = await enter("admin")
    saved = await admin.post(f"/console/hours/teams/{team}", data={"hours": OFFICE})
    assert (saved.status_code, saved.headers["location"]) == (303, "/console/hours")
    assert OFFICE in (await admin.get("/console/hours")).text
    assert duty.is_staffed(datetime(2026, 11, 23, 9, tzinfo=VIETNAM))
    assert not duty.is_staffed(datetime(2026, 11, 23, 12, tzinfo=VIETNAM))
    async with sessions() as session:
        assert "change hours" in (await session.scalars(select(AuditRow.action))).all()


async def test_hours_that_are_none_change_nothing_and_say_how_to_write_them(
    enter: Enter, team: UUID, sessions: Sessions
) -> None:
    admin = await enter("admin")
    refused = await admin.post(f"/console/hours/teams/{team}", data={"hours": "sáng tới tối"})
    assert refused.status_code == 422
    assert "07:30-21:00" in refused.text
    async with sessions() as session:
        assert await session.scalar(select(Team.hours)) == ""
    assert (await admin.post(f"/console/hours/teams/{uuid4()}", data={})).status_code == 404
    assert (await admin.post("/console/hours/teams/none", data={})).status_code == 404


async def test_a_span_of_days_off_closes_the_desk_and_can_be_taken_back(
    enter: Enter, duty: Duty, sessions: Sessions
) -> None:
    admin = await enter("admin")
    first = date.today() + timedelta(days=30)
    last = first + timedelta(days=2)
    form = {"name": "Tết Nguyên đán", "first": first.isoformat(), "last": last.isoformat()}
    assert (await admin.post("/console/hours/days", data=form)).status_code == 303
    page = (await admin.get("/console/hours")).text
    assert page.count("<b>Tết Nguyên đán</b>") == 3
    noon = datetime(first.year, first.month, first.day, 12, tzinfo=VIETNAM)
    assert not duty.is_staffed(noon)
    async with sessions() as session:
        day = await session.scalar(select(Holiday.id).where(Holiday.day == first))
    assert (await admin.post(f"/console/hours/days/{day}/delete")).status_code == 303
    await admin.get("/console/hours")
    assert duty.is_staffed(noon)


@pytest.mark.parametrize(
    "form",
    [
        {"name": "Tết", "first": "ngày mai"},
        {"name": "Tết", "first": "2027-02-05", "last": "2027-02-01"},
        {"name": "Tết", "first": "2027-02-05", "last": "2028-02-01"},
        {"name": " ", "first": "2027-02-05"},
    ],
)
async def test_days_off_that_are_none_are_refused(
    enter: Enter, sessions: Sessions, form: dict[str, str]
) -> None:
    admin = await enter("admin")
    assert (await admin.post("/console/hours/days", data=form)).status_code == 422
    async with sessions() as session:
        assert (await session.scalars(select(Holiday))).all() == []


async def test_public_holidays_are_proposed_once_and_a_day_named_before_keeps_its_name(
    enter: Enter, sessions: Sessions
) -> None:
    admin = await enter("admin")
    year = datetime.now(VIETNAM).year + 1
    form = {"name": "Nghỉ bù", "first": f"{year}-05-01"}
    await admin.post("/console/hours/days", data=form)
    for _ in range(2):
        assert (await admin.post("/console/hours/public")).status_code == 303
    async with sessions() as session:
        rows = await session.execute(select(Holiday.day, Holiday.name).order_by(Holiday.day))
        kept = {row.day: row.name for row in rows}
    assert list(kept) == [date(year, *day) for day in ((1, 1), (4, 30), (5, 1), (9, 2))]
    assert kept[date(year, 5, 1)] == "Nghỉ bù"
