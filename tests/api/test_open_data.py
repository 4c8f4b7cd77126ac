"""Which answers any site's page may read, and that the widget's own list of kinds is the directory's."""

from __future__ import annotations

import json
import re
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from referral_directory.kinds import KINDS, offered

SITE = {"Origin": "https://truong.example"}
WIDGET = Path(__file__).parents[2] / "api" / "static" / "directory-widget.js"


@pytest.fixture
def client(app: FastAPI, directory: None) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/directory/nearest?place=phường Quy Nhơn Tây, Gia Lai", 200),
        ("/directory/nearest?place=không có đâu cả", 404),
        ("/directory/nearest?lat=1&lon=2&limit=0", 422),
        ("/hsds/", 200),
        ("/hsds/services/x", 404),
    ],
)
async def test_every_site_may_read_the_directory_and_why_it_refuses(
    client: httpx.AsyncClient, path: str, status: int
) -> None:
    answer = await client.get(path, headers=SITE)
    assert answer.status_code == status
    assert answer.headers.get_list("access-control-allow-origin") == ["*"]
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("path", ["/", "/chat/stream", "/console/login", "/health", "/directoryx"])
async def test_nothing_else_is_open_to_other_sites(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path, headers=SITE)
    assert "access-control-allow-origin" not in answer.headers


async def test_other_sites_may_only_get(client: httpx.AsyncClient) -> None:
    for method in ("POST", "DELETE"):
        asked = {**SITE, "Access-Control-Request-Method": method}
        assert (await client.options("/directory/nearest", headers=asked)).status_code == 400


def test_the_widget_offers_the_kinds_of_place_that_the_directory_offers() -> None:
    found = re.search(r"const KINDS = (\{.*?\});", WIDGET.read_text("utf-8"), re.DOTALL)
    assert found is not None
    places = {kind: KINDS[kind] for kind in offered(None) if not kind.startswith("hotline")}
    assert json.loads(found[1]) == places
