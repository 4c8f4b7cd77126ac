"""Rows that are likely one place are found, and made one without anything being lost or told that nobody
has checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from threading import get_ident
from time import perf_counter

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from referral_directory import duplicates, merging
from referral_directory.changes import ChangedSince, history, save, save_all, undo
from referral_directory.likeness import Slight, like_names, likeness
from referral_directory.reading import read_row
from referral_directory.units import load_units
from tests.referral_directory.services import LAN, NOW, QUY_NHON, row

UNITS = load_units()


def slight(key: str, name: str, kind: str = "rehab_centre", commune: str = QUY_NHON) -> Slight:
    return Slight(key, name, "", kind, commune, "52")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Cơ sở cai nghiện ma túy Hy Vọng", "Trung tâm cai nghiện Hi Vọng"),
        ("Cơ sở cai nghiện số 2 tỉnh Gia Lai", "CSCN số 2"),
        ("TTYT Quy Nhơn Tây", "Trung tâm Y tế phường Quy Nhơn Tây"),
        ("Phòng khám Ánh Dương", "PHONG KHAM ANH DUONG"),
        ("Nhóm đồng đẳng Hoa Hướng Dương", "CLB Hoa Hướng Dương"),
        ("Trung tâm cai nghiện", "Cơ sở cai nghiện ma túy"),
    ],
)
def test_names_of_one_place_are_alike_however_they_are_written(one: str, other: str) -> None:
    assert [p.keys for p in like_names([slight("a", one), slight("b", other)], UNITS, 9)] == [
        ("a", "b")
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Cơ sở cai nghiện số 1 tỉnh Gia Lai", "Cơ sở cai nghiện số 2 tỉnh Gia Lai"),
        ("Phòng khám Ánh Dương", "Phòng khám Bình Minh"),
        ("Trung tâm cai nghiện", "Trung tâm cai nghiện Hy Vọng"),
        ("Nhóm Tự Lực", "Nhóm Niềm Tin"),
    ],
)
def test_names_of_two_places_are_not_alike(one: str, other: str) -> None:
    assert like_names([slight("a", one), slight("b", other)], UNITS, 9) == []


def test_a_service_at_a_place_is_no_duplicate_of_the_place() -> None:
    place = slight("a", "Trung tâm Y tế Ánh Dương", "hospital")
    service = slight(
        "b", "Điểm điều trị methadone tại Trung tâm Y tế Ánh Dương", "substitution_treatment"
    )
    assert like_names([place, service], UNITS, 9) == []
    assert likeness(place, replace(place, key="b"), UNITS) == 1


def test_a_row_without_commune_is_compared_with_its_namesakes_of_the_province() -> None:
    rows = [
        slight("a", "Phòng khám Ánh Dương"),
        slight("b", "Phòng khám Ánh Dương", commune=""),
        slight("c", "Phòng khám Bình Minh", commune=""),
    ]
    assert [pair.keys for pair in like_names(rows, UNITS, 9)] == [("a", "b")]


async def found(session: AsyncSession, province: str = "52") -> Sequence[tuple[str, str]]:
    return [pair.keys for pair in await duplicates.find(session, UNITS, province)]


async def test_one_number_makes_a_pair_and_what_is_out_of_use_or_everywhere_does_not(
    session: AsyncSession,
) -> None:
    rows = [
        row("a", name="Phòng khám Ánh Dương", phone="0256111222"),
        row("b", name="Trung tâm Hy Vọng", phone="0900; 0256111222"),
        row("gone", name="Trung tâm Hy Vọng", phone="0256111222", status="defunct"),
        row("line", kind="hotline_child", area="country", commune_code="", province_code="")
        | {"phone": "0256111222"},
        row("elsewhere", name="Phòng khám Mai", phone="0256111222", province_code="86")
        | {"commune_code": ""},
    ]
    await save_all(session, rows, UNITS, LAN)
    assert set(await found(session)) == {("a", "b"), ("a", "elsewhere"), ("b", "elsewhere")}
    assert set(await found(session, "86")) == {("a", "elsewhere"), ("b", "elsewhere")}
    pairs = await duplicates.find(session, UNITS, "")
    assert {pair.why for pair in pairs} == {"0256111222"}


async def test_a_switchboard_of_many_rows_makes_no_pairs(session: AsyncSession) -> None:
    rows = [row(f"r{n}", name=f"Phòng khám số {n}", phone="19001000") for n in range(11)]
    await save_all(session, rows, UNITS, LAN)
    assert await found(session) == []


async def test_no_more_numbers_than_can_be_compared_are_looked_at_and_a_province_keeps_its_own(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duplicates, "_MOST_NUMBERS", 1)
    far = {"commune_code": "", "province_code": "86"}
    rows = [
        row("a", name="Nhóm Ánh Dương", phone="0256111222", **far),
        row("b", name="Trung tâm Hy Vọng", phone="0256111222", **far),
        row("c", name="Nhóm Bình Minh", phone="0256333444"),
        row("d", name="Trung tâm Hoa Mai", phone="0256333444"),
    ]
    await save_all(session, rows, UNITS, LAN)
    assert await found(session, "") == [("a", "b")]
    assert await found(session, "52") == [("c", "d")]


async def test_names_behind_shared_numbers_are_not_compared_on_the_loop(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[int] = []

    def note(*_of: object) -> float:
        threads.append(get_ident())
        return 0.5

    monkeypatch.setattr(duplicates, "likeness", note)
    both = [row("a", phone="0256111222"), row("b", phone="0256111222")]
    await save_all(session, both, UNITS, LAN)
    assert await found(session, "") == [("a", "b")]
    assert threads
    assert get_ident() not in threads


async def test_more_keys_than_a_statement_takes_parameters_are_looked_up(
    session: AsyncSession,
) -> None:
    await save_all(session, [row("a")], UNITS, LAN)
    keys = ["a", *(f"k{number}" for number in range(70_000))]
    assert set(await duplicates._rows(session, "", keys)) == {"a"}


async def test_what_somebody_said_is_two_places_is_not_named_again(session: AsyncSession) -> None:
    await save_all(
        session, [row("a", name="Nhóm Ánh Dương"), row("b", name="CLB Ánh Dương")], UNITS, LAN
    )
    assert await found(session) == [("a", "b")]
    for _ in range(2):
        await duplicates.say_apart(session, "b", "a", "lan", LAN.at)
    assert await found(session) == []


def test_a_crowded_country_is_compared_in_a_few_seconds() -> None:
    codes = sorted(UNITS.communes)[:100]
    syllables = ["an", "binh", "cat", "dung", "giang", "hai", "khanh", "long", "minh", "nam"]
    rows = [
        Slight(
            f"k{n}",
            "Phòng khám " + " ".join(syllables[int(d)] for d in f"{n % 100_000:05d}"),
            "",
            "hospital",
            codes[n % 100],
            UNITS.communes[codes[n % 100]].province.code,
        )
        for n in range(20_000)
    ]
    began = perf_counter()
    pairs = like_names(rows, UNITS, 1_000)
    assert perf_counter() - began < 5
    assert pairs


KEEP = row("keep", name="Cơ sở A", phone="0256111222", hours="MO-FR 07:30-11:30")
LOSE = row("lose", name="Cơ sở A mới", phone="0256333444", cost="miễn phí")
ON = NOW.date()
OLD = {"reliability": "unverified", "verified_on": "", "verified_by": "", "verified_until": ""}


def test_the_verified_and_newer_row_is_taken_and_what_only_one_has_is_kept() -> None:
    newer = LOSE | {"verified_on": "2026-05-11", "verified_until": "2027-05-11"}
    chosen = merging.default_choice(KEEP, newer, ON)
    assert chosen["name"] == "lose"
    assert chosen["hours"] == "keep"
    assert chosen["reliability"] == "lose"
    assert merging.default_choice(KEEP, LOSE, ON)["cost"] == "lose"


def test_what_nobody_vouches_for_does_not_slip_into_a_verified_row() -> None:
    doubtful = LOSE | OLD
    assert set(merging.default_choice(KEEP, doubtful, ON).values()) == {"keep"}
    assert merging.unchecked(KEEP, doubtful, {"cost": "lose", "hours": "lose"}, ON) == ["cost"]
    assert merging.unchecked(KEEP, doubtful, {"phone": "both"}, ON) == ["phone"]
    assert merging.unchecked(KEEP, doubtful, {"cost": "lose", "reliability": "lose"}, ON) == []


@pytest.mark.parametrize(
    "lapsed",
    [
        {"verified_until": "2026-11-22"},
        {"verified_on": "2026-11-24"},
        {"status": "temporarily closed"},
    ],
)
def test_a_row_that_nobody_vouches_for_today_vouches_for_nothing(lapsed: dict[str, str]) -> None:
    fresh = {"source_date": "2026-11-20"}
    assert set(merging.default_choice(KEEP, LOSE | fresh | lapsed, ON).values()) == {"keep"}
    assert merging.unchecked(KEEP, LOSE | lapsed, {"cost": "lose"}, ON) == ["cost"]
    assert merging.unchecked(KEEP, LOSE, {"cost": "lose"}, ON) == []


def test_cells_that_will_be_told_later_are_checked_and_those_never_told_are_not() -> None:
    doubtful = LOSE | OLD
    later, over = KEEP | {"verified_on": "2026-11-24"}, KEEP | {"verified_until": "2026-11-22"}
    assert "cost" in merging.unchecked(later, doubtful, {"cost": "lose"}, ON)
    assert merging.unchecked(over, doubtful, {"cost": "lose"}, ON) == []


def test_an_address_moves_with_its_commune() -> None:
    here = KEEP | {"address": "12 Lê Lợi", "former_unit": "huyện Tuy Phước"}
    moved = LOSE | {"commune_code": "", "province_code": "86"}
    assert merging.differing(here, moved).count("commune_code") == 1
    assert not {"address", "former_unit"} & set(merging.differing(here, moved))
    made = merging.merged(here, moved, {"commune_code": "lose"})
    assert (made["address"], made["former_unit"], made["province_code"]) == ("", "", "86")


def test_both_numbers_may_be_kept_and_a_place_moves_with_its_province() -> None:
    moved = LOSE | {"commune_code": "", "province_code": "86"}
    made = merging.merged(KEEP, moved, {"phone": "both", "commune_code": "lose"})
    assert made["phone"] == "0256111222; 0256333444"
    assert (made["commune_code"], made["province_code"]) == ("", "86")
    assert made["key"] == "keep"


async def test_two_rows_become_one_in_one_go_and_each_change_is_undone(
    session: AsyncSession,
) -> None:
    await save_all(session, [KEEP, LOSE], UNITS, LAN)
    seen = merging.fingerprint(KEEP, LOSE)
    later = replace(LAN, at=LAN.at + timedelta(minutes=1), reason="cùng một nơi")
    made = await merging.merge(
        session, "keep", "lose", {"cost": "lose", "phone": "both"}, UNITS, later, on=ON, seen=seen
    )
    kept, gone = await read_row(session, "keep"), await read_row(session, "lose")
    assert kept
    assert gone
    assert (kept["cost"], kept["phone"]) == ("miễn phí", "0256111222; 0256333444")
    assert kept["name"] == "Cơ sở A"
    assert gone == LOSE | {"status": "defunct"}
    assert {change.author for change in made} == {
        replace(later, reason="gộp lose vào keep. cùng một nơi")
    }
    assert await found(session) == []
    for key, before in (("keep", KEEP), ("lose", LOSE)):
        newest = (await history(session, key))[0]
        await undo(session, newest.id, UNITS, LAN)
        assert await read_row(session, key) == before


async def test_nothing_is_merged_when_a_row_was_changed_since_it_was_seen(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    async with sessions.begin() as session:
        await save_all(session, [KEEP, LOSE], UNITS, LAN)
    seen = merging.fingerprint(KEEP, LOSE)
    async with sessions.begin() as session:
        await save(session, LOSE | {"phone": "0256999888"}, UNITS, LAN)
    with pytest.raises(ChangedSince):
        async with sessions.begin() as session:
            await merging.merge(session, "keep", "lose", {}, UNITS, LAN, on=ON, seen=seen)
    async with sessions() as session:
        left = await read_row(session, "lose")
        assert left
        assert left["status"] == "active"


async def test_unchecked_cells_stop_a_merge_until_somebody_has_checked(
    session: AsyncSession,
) -> None:
    doubtful = LOSE | OLD
    await save_all(session, [KEEP, doubtful], UNITS, LAN)
    seen = merging.fingerprint(KEEP, doubtful)
    with pytest.raises(merging.NotChecked, match="cost"):
        await merging.merge(session, "keep", "lose", {"cost": "lose"}, UNITS, LAN, on=ON, seen=seen)
    await merging.merge(
        session, "keep", "lose", {"cost": "lose"}, UNITS, LAN, on=ON, seen=seen, checked=True
    )
    kept = await read_row(session, "keep")
    assert kept
    assert kept["cost"] == "miễn phí"


async def test_a_row_is_not_merged_into_itself_or_into_nothing(session: AsyncSession) -> None:
    await save_all(session, [KEEP, LOSE], UNITS, LAN)
    for other in ("keep", "nothing"):
        with pytest.raises(KeyError):
            await merging.merge(session, "keep", other, {}, UNITS, LAN, on=ON, seen="")
