"""The directory: how soon the nearest services are found among many, next to PostgreSQL's own index
on points over the same rows."""

from __future__ import annotations

import random
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial

import psycopg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from api import database
from bench.load import Measured
from bot.settings import Settings
from referral_directory.nearest import ANYBODY, Wish, nearest

SIZES = (10_000, 1_000_000)
ASKED, FIRST = 2_000, 200
_NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
_KINDS = ["rehab_centre", "substitution_treatment", "counselling_point", "hospital", "legal_aid"]
_NARROW = Wish(age=16, open_now=True)
_Ask = Callable[[float, float], Awaitable[object]]

# Services lie around the communes, as people do, and not evenly over the country. Every second one is
# open day and night, every fourth takes nobody under 18.
_FILL = (
    "CREATE TEMP TABLE centre AS SELECT n, 8.6 + 14.6 * random() AS lat, 104 + 5.4 * random() AS lon"
    " FROM generate_series(1, 3321) AS n",
    "CREATE TEMP TABLE made AS SELECT g.n, gen_random_uuid() AS service,"
    " gen_random_uuid() AS location, (%(kinds)s::text[])[1 + g.n %% 5] AS kind,"
    " c.lat + 0.05 * (random() - 0.5) AS lat, c.lon + 0.05 * (random() - 0.5) AS lon,"
    " CASE WHEN g.n %% 4 = 0 THEN 18 END AS youngest,"
    " CASE WHEN g.n %% 2 = 0 THEN '{[0,10080)}'::int4multirange END AS weekly"
    " FROM generate_series(1, %(size)s) AS g(n) JOIN centre c ON c.n = 1 + g.n %% 3321",
    "INSERT INTO organization (id, name, description)"
    " VALUES ('00000000-0000-4000-8000-000000000001', 'Đơn vị', 'Đơn vị')",
    "INSERT INTO service (id, organization_id, name, status, minimum_age, last_modified, key, kind,"
    " area, open_on_holidays, reliability, source_name, source_url, verified_on, verified_by,"
    " verified_until) SELECT service, '00000000-0000-4000-8000-000000000001', 'Cơ sở ' || n, 'active',"
    " youngest, now(), 'b-' || n, kind, '', true, 'verified', 'nguồn', 'https://example.org',"
    " '2026-01-01', 'x', '2027-01-01' FROM made",
    "INSERT INTO location (id, organization_id, location_type, name, latitude, longitude, approximate,"
    " commune, commune_code, province, province_code) SELECT location,"
    " '00000000-0000-4000-8000-000000000001', 'physical', 'Cơ sở ' || n, lat, lon, false, 'xã X',"
    " '00001', 'tỉnh X', '01' FROM made",
    "INSERT INTO service_at_location (id, service_id, location_id, kind, latitude, longitude,"
    " province_code, shown_from, shown_until, minimum_age, weekly, open_on_holidays, language_codes)"
    " SELECT gen_random_uuid(), service, location, kind, lat, lon, '01', '2026-01-01', '2027-01-01',"
    " youngest, weekly, true, '{}' FROM made",
    "INSERT INTO phone (id, service_id, position, number, type)"
    " SELECT gen_random_uuid(), service, 0, '0256' || n, 'voice' FROM made",
    "INSERT INTO schedule (id, service_id, position, freq, byday, opens_at, closes_at, timezone,"
    " description) SELECT gen_random_uuid(), service, 0, 'WEEKLY', 'MO,TU,WE,TH,FR,SA,SU', '00:00',"
    " '24:00', 7, 'cả ngày đêm' FROM made WHERE weekly IS NOT NULL",
    "CREATE INDEX bench_point ON service_at_location USING gist (point(longitude, latitude))",
)
_POINT = text(
    "SELECT service.name, point(s.longitude, s.latitude) <-> point(:lon, :lat) AS away"
    " FROM service_at_location s JOIN service ON service.id = s.service_id WHERE s.kind = :kind"
    " ORDER BY point(s.longitude, s.latitude) <-> point(:lon, :lat) LIMIT 3"
)


async def measure(settings: Settings) -> None:
    """Fill the directory of this database with made-up rows, twice, and print; its rows are lost."""
    print(f"{'directory, three nearest of one kind':44}{'p50 ms':>10}{'p95 ms':>10}")
    for size in SIZES:
        _fill(settings.database_url, size)
        engine = database.connect_for_statements(settings.database_url, 1)
        async with engine.connect() as connection:
            for label, wish in (("all that is told", ANYBODY), ("age and open now", _NARROW)):
                await _line(f"{size:,} rows, {label}", partial(_near, connection, wish))
            await _line(f"{size:,} rows, PostgreSQL's <-> alone", partial(_by_point, connection))
        await engine.dispose()


async def _near(connection: AsyncConnection, wish: Wish, lat: float, lon: float) -> object:
    at = {"latitude": lat, "longitude": lon}
    return await nearest(connection, kinds=["rehab_centre"], now=_NOW, wish=wish, **at)


async def _by_point(connection: AsyncConnection, lat: float, lon: float) -> object:
    asked = {"lat": lat, "lon": lon, "kind": "rehab_centre"}
    return (await connection.execute(_POINT, asked)).all()


def _fill(url: str, size: int) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("TRUNCATE organization CASCADE")
        connection.execute("DROP INDEX IF EXISTS bench_point")
        connection.execute("SELECT setseed(0.6)")
        for statement in _FILL:
            connection.execute(statement, {"size": size, "kinds": _KINDS})  # type: ignore[arg-type]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


async def _line(label: str, ask: _Ask) -> None:
    points = random.Random(6)
    times = []
    for number in range(FIRST + ASKED):
        lat, lon = points.uniform(8.6, 23.2), points.uniform(104, 109.4)
        began = time.perf_counter()
        await ask(lat, lon)
        if number >= FIRST:
            times.append((time.perf_counter() - began) * 1000)
    measured = Measured(times, 0.0)
    print(f"{label:44}{measured.percentile(50):10.2f}{measured.percentile(95):10.2f}")
