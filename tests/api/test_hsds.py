"""The directory for other software over HTTP: HSDS lists, pages, single records and refusals."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from api import pace
from api.pace import A_SECOND, AT_ONCE, LONGEST_WAIT, Pace, TooFast
from referral_directory.changes import Author, save_all
from referral_directory.hsds.taxonomy import term_id
from referral_directory.units import load_units
from tests.referral_directory.hsds.varied import varied_rows
from tests.referral_directory.services import row

LISTS = ("services", "organizations", "service_at_locations", "taxonomies", "taxonomy_terms")
UNITS = load_units()


@pytest.fixture
async def filled(sessions: async_sessionmaker[AsyncSession]) -> list[dict[str, str]]:
    """A directory of rows of every sort, public ones among them."""
    now = datetime.now(UTC)
    rows = varied_rows(60, UNITS, now.date())
    async with sessions.begin() as session:
        await save_all(session, rows, UNITS, Author("lan", now))
    return rows


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as one:
        yield one


def fresh(key: str, **cells: str) -> dict[str, str]:
    """A row verified since yesterday."""
    began = datetime.now(UTC).date() - timedelta(days=1)
    until = began + timedelta(days=300)
    return row(key, verified_on=began.isoformat(), verified_until=until.isoformat(), **cells)


async def test_the_root_says_which_standard_and_where_the_rest_is(
    client: httpx.AsyncClient,
) -> None:
    told = (await client.get("/hsds/")).json()
    assert told["version"] == "3.0"
    for address in (told["profile"], told["openapi_url"]):
        assert (await client.get(address)).status_code == 200
    opened = (await client.get(told["openapi_url"])).json()
    assert "/hsds/services/{id}" in opened["paths"]
    assert all(path.startswith("/hsds") for path in opened["paths"])
    patch = (await client.get(told["profile"])).json()
    assert patch["schemas"]["service.json"]["properties"]["verified_until"]["format"] == "date"


async def test_pages_hold_every_record_once(client: httpx.AsyncClient, filled: object) -> None:
    for name in LISTS:
        await _hold_every_record_once(client, name)


async def _hold_every_record_once(client: httpx.AsyncClient, name: str) -> None:
    whole = (await client.get(f"/hsds/{name}", params={"per_page": 100})).json()
    seen, number = [], 0
    while True:
        number += 1
        page = (await client.get(f"/hsds/{name}", params={"per_page": 7, "page": number})).json()
        assert page["total_items"] == whole["total_items"]
        assert page["page_number"] == number
        assert page["size"] == len(page["contents"]) <= 7
        assert page["first_page"] is (number == 1)
        assert page["empty"] is False
        seen += [one["id"] for one in page["contents"]]
        if page["last_page"]:
            break
    assert number == page["total_pages"]
    assert seen == [one["id"] for one in whole["contents"]]
    assert len(set(seen)) == whole["total_items"] > 0


async def test_a_page_behind_the_last_is_empty(client: httpx.AsyncClient, filled: object) -> None:
    page = (await client.get("/hsds/services", params={"page": 900})).json()
    assert page["empty"] is True
    assert page["last_page"] is True
    assert page["contents"] == []
    assert page["total_items"] > 0


async def test_a_record_is_found_by_its_id(client: httpx.AsyncClient, filled: object) -> None:
    for name in LISTS:
        listed = (await client.get(f"/hsds/{name}", params={"full": "true"})).json()["contents"]
        found = await client.get(f"/hsds/{name}/{listed[0]['id']}")
        assert found.json() == listed[0], name


async def test_an_unknown_id_is_404_with_a_line(client: httpx.AsyncClient) -> None:
    for name, id in product(LISTS, (uuid4(), "no-id", "0", "%00")):
        answer = await client.get(f"/hsds/{name}/{id}")
        assert answer.status_code == 404, (name, id)
        assert answer.json()["message"].startswith("Không có bản ghi")


async def test_a_bad_parameter_is_told_in_one_line(client: httpx.AsyncClient) -> None:
    lines = [
        ("page=0", "page: nhỏ quá, ít nhất là 1."),
        ("per_page=101", "per_page: lớn quá, nhiều nhất là 100."),
        ("page=hai", "page: phải là số nguyên."),
        ("page=" + "9" * 5000, "page: lớn quá."),
        ("full=maybe", "full: phải là true hoặc false."),
        ("organization_id=7", "organization_id: phải là UUID."),
        ("format=xml", "format: phải là 'json' hoặc 'ndjson'."),
        ("modified_after=hôm qua", "modified_after: phải là lúc như 2026-11-01T00:00:00Z."),
        ("modified_after=", "modified_after: phải là lúc như 2026-11-01T00:00:00Z."),
        ("search=" + "a" * 201, "search: dài quá 200 ký tự."),
    ]
    for query, line in lines:
        answer = await client.get(f"/hsds/services?{query}")
        assert answer.status_code == 422, query
        assert answer.json() == {"message": line}


async def test_filters_narrow_each_other(
    client: httpx.AsyncClient, sessions: async_sessionmaker[AsyncSession]
) -> None:
    rows = [
        fresh("a", name="Bình Minh", organization="Sở Y tế", kind="hospital"),
        fresh("b", name="Bình Minh", organization="Công an"),
        fresh("c", name="Chiều", organization="Sở Y tế"),
    ]
    async with sessions.begin() as session:
        await save_all(session, rows, UNITS, Author("lan", datetime.now(UTC)))
    owners = (await client.get("/hsds/organizations")).json()["contents"]
    office = next(one["id"] for one in owners if one["name"] == "Sở Y tế")
    for name in ("services", "service_at_locations"):

        async def keys(name: str = name, **asked: str) -> list[str]:
            found = (await client.get(f"/hsds/{name}", params=asked)).json()["contents"]
            return sorted(one.get("service", one)["key"] for one in found)

        assert await keys(organization_id=office) == ["a", "c"]
        assert await keys(organization_id=office, search="binh") == ["a"]
        assert await keys(organization_id=office, taxonomy_term_id=str(term_id("loan"))) == []
        assert await keys(taxonomy_term_id=str(term_id("hospital"))) == ["a"]
        assert await keys(modified_after="2020-01-01T00:00:00+07:00") == ["a", "b", "c"]
        assert await keys(modified_after="9999-12-31T23:59:59Z") == []
    hospitals = {"taxonomy_term_id": str(term_id("hospital"))}
    owners = (await client.get("/hsds/organizations", params=hospitals)).json()["contents"]
    assert [one["name"] for one in owners] == ["Sở Y tế"]


async def test_minimal_services_tell_only_when_they_changed(
    client: httpx.AsyncClient, filled: object
) -> None:
    page = (await client.get("/hsds/services", params={"minimal": "true"})).json()
    assert page["contents"]
    assert {tuple(one) for one in page["contents"]} == {("id", "last_modified")}


async def test_ndjson_brings_every_record_on_a_line_of_its_own(
    client: httpx.AsyncClient, filled: object
) -> None:
    for name in LISTS:
        page = (await client.get(f"/hsds/{name}", params={"per_page": 100})).json()
        lines = await client.get(f"/hsds/{name}", params={"format": "ndjson"})
        assert lines.headers["content-type"].startswith("application/x-ndjson")
        assert [json.loads(line) for line in lines.text.splitlines()] == page["contents"]


async def test_terms_are_asked_for_by_their_parent(client: httpx.AsyncClient) -> None:
    async def codes(**asked: str) -> set[str]:
        found = (await client.get("/hsds/taxonomy_terms", params=asked)).json()["contents"]
        return {one["code"] for one in found}

    below = await codes(parent_id=str(term_id("hotline")))
    assert "hotline_child" in below
    top = await codes(top_only="true")
    assert "hotline" in top
    assert not below & top
    assert await codes(taxonomy_id=str(uuid4())) == set()
    assert await codes(search="cai nghiện") == {"rehab_centre"}


KEPT = (
    "/hsds/services?full=true",
    "/hsds/services?format=ndjson",
    "/hsds/taxonomy_terms",
    "/hsds/datapackage.zip",
)


async def test_what_software_has_is_not_sent_again_until_it_changes(
    client: httpx.AsyncClient, sessions: async_sessionmaker[AsyncSession], filled: object
) -> None:
    tags = {}
    for path in KEPT:
        first = await client.get(path)
        tags[path] = tag = first.headers["etag"]
        assert first.headers["cache-control"] == "public, max-age=60"
        again = await client.get(path, headers={"If-None-Match": f'"other", {tag}'})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
    async with sessions.begin() as session:
        await save_all(session, [fresh("new")], UNITS, Author("lan", datetime.now(UTC)))
    for path, tag in tags.items():
        changed = await client.get(path, headers={"If-None-Match": tag})
        same = path == "/hsds/taxonomy_terms"
        assert changed.status_code == (304 if same else 200), path
        assert (changed.headers["etag"] == tag) is same


async def test_the_tag_is_another_one_when_a_verification_has_run_out(
    app: FastAPI, client: httpx.AsyncClient, sessions: async_sessionmaker[AsyncSession]
) -> None:
    now = datetime.now(UTC)
    async with sessions.begin() as session:
        await save_all(session, [fresh("a")], UNITS, Author("lan", now))
    tags = {path: (await client.get(path)).headers["etag"] for path in KEPT if "terms" not in path}
    app.state.runtime = replace(app.state.runtime, clock=lambda: now + timedelta(days=320))
    for path, tag in tags.items():
        answer = await client.get(path, headers={"If-None-Match": tag})
        assert answer.status_code == 200, path
    assert (await client.get("/hsds/services")).json()["total_items"] == 0


async def test_the_data_package_holds_what_the_lists_hold(
    client: httpx.AsyncClient, filled: object
) -> None:
    answer = await client.get("/hsds/datapackage.zip")
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        lines = archive.read("services.csv").decode().count("varied-")
    page = (await client.get("/hsds/services")).json()
    assert lines == page["total_items"]


async def test_nothing_can_be_written(client: httpx.AsyncClient) -> None:
    for name in LISTS:
        assert (await client.post(f"/hsds/{name}", json={})).status_code == 405


async def test_pages_of_other_sites_may_read_it(client: httpx.AsyncClient) -> None:
    answer = await client.get("/hsds/services", headers={"Origin": "https://example.org"})
    assert answer.headers["access-control-allow-origin"] == "*"


async def test_a_flood_from_one_address_is_refused_and_nobody_else(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "AT_ONCE", 5.0)
    monkeypatch.setattr(pace, "A_SECOND", 0.01)

    async def ask(address: str, times: int) -> list[httpx.Response]:
        transport = httpx.ASGITransport(app, client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://desk") as one:
            return list(await asyncio.gather(*(one.get("/hsds/") for _ in range(times))))

    flood = await ask("203.0.113.7", 8)
    refused = [answer for answer in flood if answer.status_code == 429]
    assert len(refused) == 3
    assert int(refused[0].headers["retry-after"]) > 60
    assert "lần lượt" in refused[0].json()["message"]
    (other,) = await ask("203.0.113.8", 1)
    assert other.status_code == 200


def test_who_asks_one_after_the_other_is_slowed_down_and_never_refused() -> None:
    now = 0.0
    keeper = Pace(clock=lambda: now)
    waited = 0.0
    for _ in range(5 * int(AT_ONCE)):
        wait = keeper.take(b"one", 1.0)
        assert wait <= LONGEST_WAIT
        waited, now = waited + wait, now + wait
    assert waited == pytest.approx(80, abs=1)


def test_who_is_refused_may_ask_again_after_the_time_named() -> None:
    now = 0.0
    keeper = Pace(clock=lambda: now)
    for _ in range(int(AT_ONCE + A_SECOND * LONGEST_WAIT)):
        keeper.take(b"one", 1.0)
    with pytest.raises(TooFast) as refused:
        keeper.take(b"one", 1.0)
    now += refused.value.seconds
    assert keeper.take(b"one", 1.0) <= LONGEST_WAIT


def test_addresses_that_have_rested_are_forgotten() -> None:
    now = 0.0
    keeper = Pace(clock=lambda: now)
    for number in range(10_000):
        keeper.take(str(number).encode(), 1.0)
    now += 60
    keeper.take(b"new", 1.0)
    assert len(keeper._left) == 1
