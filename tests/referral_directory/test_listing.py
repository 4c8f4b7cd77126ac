"""Editors find rows by any of their words, and see which need to be verified, the oldest first."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncSession

from referral_directory.changes import save_all
from referral_directory.listing import (
    DUE,
    PAGE,
    STATES,
    Wanted,
    due,
    find,
    points,
    state_of,
    why_hidden,
)
from referral_directory.units import load_units
from tests.referral_directory.services import LAN, QUY_NHON, row

UNITS = load_units()
ON = date(2026, 11, 23)
UNVERIFIED = {
    "reliability": "unverified",
    "verified_on": "",
    "verified_by": "",
    "verified_until": "",
}
OTHER = next(
    one for one in UNITS.communes.values() if one.province.code == "52" and one.code != QUY_NHON
)


async def keep(session: AsyncSession, *rows: dict[str, str]) -> None:
    await save_all(session, rows, UNITS, LAN)


async def keys(session: AsyncSession, **wanted: str) -> list[str]:
    found = await find(session, Wanted(**wanted), ON)
    assert found.total == len(found.rows)
    return [one["key"] for one in found.rows]


@pytest.mark.parametrize(
    "words",
    [
        "Trung tâm Hy Vọng",
        "trung tam hy vong",
        "HI VONG",
        "vọng trung",
        "tru vo",
        "nhà mới",
        "so y te gia lai",
        "12 lê lợi",
        "qui nhơn tây",
        "huyện tuy phước",
        "02563822117",
        "0256 382 2117",
        "0256.382.2117",
        "+84 256 3822117",
        "025638",
        "hope-1",
    ],
)
async def test_a_row_is_found_by_any_of_its_words_with_or_without_accents(
    session: AsyncSession, words: str
) -> None:
    hope = row(
        "hope-1",
        name="Trung tâm Hy Vọng",
        alternate_name="Nhà Mới",
        organization="Sở Y tế Gia Lai",
        former_unit="huyện Tuy Phước",
        address="12 Lê Lợi",
        phone="02563822117; 115",
    )
    await keep(session, hope, row("other", organization="Hội Phụ nữ", commune_code=OTHER.code))
    assert await keys(session, words=words) == ["hope-1"]


@pytest.mark.parametrize("words", ["không có", "' OR 1=1 --", "b:* | !z", "hope-2", "…", "\\"])
async def test_words_that_no_row_has_find_nothing(session: AsyncSession, words: str) -> None:
    await keep(session, row("hope-1"))
    assert await keys(session, words=words) == []


async def test_words_are_looked_up_in_the_index(session: AsyncSession) -> None:
    asked: list[str] = []

    def note(_c: Any, _u: Any, statement: str, parameters: Any, *_more: Any) -> None:
        if "search_words" in statement and not statement.startswith("EXPLAIN"):
            asked.append(statement)
            held.append(parameters)

    held: list[Any] = []
    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        await find(session, Wanted("hy vong"), ON)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    await session.execute(text("SET LOCAL enable_seqscan = off"))
    connection = await session.connection()
    for statement, parameters in zip(asked, held, strict=True):
        plan = await connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
        assert any("ix_service_search" in line for (line,) in plan)
    assert asked


async def test_filters_hold_together(session: AsyncSession) -> None:
    await keep(
        session,
        row("a"),
        row("b", kind="hospital"),
        row("c", commune_code=OTHER.code),
        row("d", area="country", commune_code="", province_code=""),
    )
    assert await keys(session) == ["a", "b", "c", "d"]
    assert await keys(session, kind="hospital") == ["b"]
    assert await keys(session, province_code="52") == ["a", "b", "c"]
    assert await keys(session, commune_code=OTHER.code) == ["c"]
    assert await keys(session, commune_code=OTHER.code, kind="hospital") == []


STANDING = {
    "fresh": row("fresh"),
    "soon": row("soon", verified_until="2026-12-23"),
    "last-day": row("last-day", verified_until="2026-11-23"),
    "over": row("over", verified_until="2026-11-22"),
    "older": row("older", verified_until="2026-03-01"),
    "nobody": row("nobody", **UNVERIFIED),
    "undated": row("undated", **UNVERIFIED, source_date=""),
    "gone": row("gone", status="defunct"),
    "closed": row("closed", status="temporarily closed", verified_until="2026-04-01"),
}


async def test_each_state_has_its_rows_and_agrees_with_what_a_row_says(
    session: AsyncSession,
) -> None:
    await keep(session, *STANDING.values())
    found = {state: set(await keys(session, state=state)) for state in STATES}
    assert found == {
        "verified": {"fresh", "soon", "last-day"},
        "expiring": {"soon", "last-day"},
        "expired": {"over", "older", "closed"},
        "unverified": {"nobody", "undated"},
        "unused": {"gone"},
    }
    for key, one in STANDING.items():
        assert key in found[state_of(one, ON)]


async def test_the_queue_holds_what_is_over_or_soon_over_the_oldest_first_then_the_unverified(
    session: AsyncSession,
) -> None:
    await keep(session, *STANDING.values())
    queue = await due(session, Wanted(), ON)
    expected = ["older", "closed", "over", "last-day", "soon", "undated", "nobody"]
    assert [one["key"] for one in queue.rows] == expected
    for state in DUE:
        some = await due(session, Wanted(state=state), ON)
        assert all(state_of(one, ON) == state for one in some.rows)
    assert (await due(session, Wanted(kind="hospital"), ON)).total == 0


async def test_rows_that_many_report_stand_first_in_the_queue_even_where_they_are_verified(
    session: AsyncSession,
) -> None:
    await keep(session, *STANDING.values())
    queue = await due(session, Wanted(), ON, doubted=["fresh", "nobody", "gone", "nowhere"])
    assert [one["key"] for one in queue.rows[:3]] == ["fresh", "nobody", "older"]
    assert queue.total == 8


async def test_pages_hold_every_row_once(session: AsyncSession) -> None:
    await keep(session, *(row(f"r{number:03}") for number in range(PAGE + 7)))
    first, second = [await find(session, Wanted(), ON, page) for page in (1, 2)]
    assert (len(first.rows), len(second.rows), first.total) == (PAGE, 7, PAGE + 7)
    assert len({one["key"] for one in (*first.rows, *second.rows)}) == PAGE + 7


async def test_points_say_what_is_only_a_centre_and_what_is_shown(session: AsyncSession) -> None:
    await keep(
        session,
        row("exact", latitude="13.76", longitude="109.17"),
        row("centre", **UNVERIFIED),
        row("nowhere", commune_code=""),
    )
    found = {one.key: one for one in await points(session, Wanted(), ON)}
    assert set(found) == {"exact", "centre"}
    assert (found["exact"].latitude, found["exact"].approximate, found["exact"].shown) == (
        13.76,
        False,
        True,
    )
    assert (found["centre"].approximate, found["centre"].shown) == (True, False)


@pytest.mark.parametrize(
    ("cells", "reasons"),
    [
        ({}, []),
        ({"verified_until": "2026-11-23"}, []),
        ({"verified_until": "2026-11-22"}, ["expired"]),
        ({"verified_on": "2026-11-24", "verified_until": "2027-01-01"}, ["not yet"]),
        ({"status": "temporarily closed"}, ["status"]),
        (UNVERIFIED | {"status": "defunct"}, ["status", "unverified"]),
        ({"kind": "authority"}, ["not offered"]),
    ],
)
def test_why_citizens_do_not_see_a_row(cells: dict[str, str], reasons: list[str]) -> None:
    assert why_hidden(row("a", **cells), ON) == reasons
