"""Every address of the console and everybody who may ask for it: allowed or denied as declared here.
An address that nobody declared fails the test."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from api import console, passwords, sessions
from bot.runtime import Runtime
from bot.tables import Counsellor
from tests.api.conftest import Enter

pytestmark = pytest.mark.usefixtures("cheap_passwords")
ROLES = ("counsellor", "supervisor", "editor", "directory", "admin")
DUTY = frozenset({"counsellor", "supervisor", "admin"})
OVER = frozenset({"supervisor", "admin"})
EDIT = frozenset({"editor", "admin"})
ADMIN = frozenset({"admin"})
KEEP = frozenset({"directory", "admin"})
DIRECTORY = DUTY | KEEP
IN = frozenset(ROLES)
UNSECURED = IN | {"unsecured"}
ANY_SESSION = UNSECURED | {"must change"}
HALF = frozenset({"half"})
ANYONE = ANY_SESSION | {"nobody", "half", "expired", "disabled"}

DECLARED: dict[str, frozenset[str]] = {
    "GET /console": IN,
    "GET /console/login": ANYONE,
    "POST /console/login": ANYONE,
    "GET /console/login/code": HALF,
    "POST /console/login/code": HALF,
    "POST /console/logout": ANY_SESSION,
    "GET /console/password": ANY_SESSION,
    "POST /console/password": ANY_SESSION,
    "GET /console/invitation/{token}": ANYONE,
    "POST /console/invitation/{token}": ANYONE,
    "GET /console/second": UNSECURED,
    "POST /console/second": UNSECURED,
    "POST /console/second/codes": UNSECURED,
    "POST /console/second/remove": UNSECURED,
    "GET /console/account": IN,
    "POST /console/account/sessions/end-others": IN,
    "POST /console/account/sessions/{session_id}/end": IN,
    "POST /console/account/telegram": DUTY,
    "POST /console/account/telegram/unlink": DUTY,
    "GET /console/users": ADMIN,
    "POST /console/users/invitations": ADMIN,
    "POST /console/users/invitations/{user_id}/withdraw": ADMIN,
    "GET /console/users/{user_id}": ADMIN,
    "POST /console/users/{user_id}": ADMIN,
    "POST /console/users/{user_id}/disable": ADMIN,
    "POST /console/users/{user_id}/enable": ADMIN,
    "POST /console/users/{user_id}/reset": ADMIN,
    "POST /console/users/{user_id}/second": ADMIN,
    "POST /console/users/{user_id}/unlock": ADMIN,
    "GET /console/audit": ADMIN,
    "GET /console/queue": DUTY,
    "GET /console/alerts": DUTY,
    "POST /console/next": DUTY,
    "POST /console/rest": DUTY,
    "POST /console/rest/over": DUTY,
    "GET /console/cases/{handoff_id}": DUTY,
    "POST /console/cases/{handoff_id}/claim": DUTY,
    "POST /console/cases/{handoff_id}/answers": DUTY,
    "POST /console/cases/{handoff_id}/notes": DUTY,
    "GET /console/cases/{handoff_id}/transfer": DUTY,
    "POST /console/cases/{handoff_id}/transfer": DUTY,
    "POST /console/cases/{handoff_id}/close": DUTY,
    "POST /console/cases/{handoff_id}/follow-up": DUTY,
    "POST /console/cases/{handoff_id}/follow-up/done": DUTY,
    "GET /console/help": IN,
    "GET /console/teams": ADMIN,
    "POST /console/teams": ADMIN,
    "POST /console/teams/{team_id}": ADMIN,
    "POST /console/teams/{team_id}/delete": ADMIN,
    "GET /console/hours": ADMIN,
    "POST /console/hours/teams/{team_id}": ADMIN,
    "POST /console/hours/days": ADMIN,
    "POST /console/hours/public": ADMIN,
    "POST /console/hours/days/{day_id}/delete": ADMIN,
    "GET /console/cases/{handoff_id}/earlier": DUTY,
    "GET /console/cases/{handoff_id}/pictures/{number}": DUTY,
    "GET /console/cases/{handoff_id}/pictures/{number}/veiled": DUTY,
    "GET /console/cases/{handoff_id}/lines/{line_id}/pictures": DUTY,
    "GET /console/cases/{handoff_id}/receipts": DUTY,
    "GET /console/cases/{handoff_id}/screenings": DUTY,
    "POST /console/cases/{handoff_id}/screenings": DUTY,
    "GET /console/cases/{handoff_id}/screenings/fhir": DUTY,
    "GET /console/tools": DUTY,
    "GET /console/tools/places": DUTY,
    "GET /console/cases/{handoff_id}/suggestions": DUTY,
    "POST /console/cases/{handoff_id}/typing": DUTY,
    "GET /console/canned": OVER,
    "POST /console/canned": OVER,
    "POST /console/canned/{id_}": OVER,
    "POST /console/canned/{id_}/delete": OVER,
    "GET /console/undelivered": DUTY,
    "GET /console/undelivered/count": DUTY,
    "POST /console/undelivered/{row_id}/again": DUTY,
    "POST /console/undelivered/{row_id}/aside": DUTY,
    "GET /console/cases/{handoff_id}/undelivered": DUTY,
    "POST /console/cases/{handoff_id}/undelivered/{row_id}/again": DUTY,
    "POST /console/cases/{handoff_id}/lines/{line_id}/verdict": DUTY,
    "GET /console/danger": OVER,
    "POST /console/danger/{line_id}": OVER,
    "GET /console/stream": DUTY,
    "GET /console/content": EDIT,
    "POST /console/content/questions/{question_id}/attach": EDIT,
    "POST /console/content/questions/{question_id}/dismiss": EDIT,
    "GET /console/content/{key}": EDIT,
    "POST /console/content/{key}/check": EDIT,
    "POST /console/content/{key}": EDIT,
    "POST /console/content/{key}/drop": EDIT,
    "POST /console/content/{key}/approve": EDIT,
    "GET /console/zalo": ADMIN,
    "GET /console/zalo/alarm": IN,
    "GET /console/zalo/callback": ANYONE,
    "GET /console/cases/{handoff_id}/window": DUTY,
    "GET /console/supervision": OVER,
    "POST /console/supervision/restraints/{restraint_id}/lift": OVER,
    "GET /console/cases/{handoff_id}/oversight": DUTY,
    "POST /console/cases/{handoff_id}/restraints": DUTY,
    "POST /console/cases/{handoff_id}/whispers": OVER,
    "POST /console/cases/{handoff_id}/take-over": OVER,
    "POST /console/cases/{handoff_id}/export": OVER,
    "GET /console/notices": DUTY,
    "POST /console/notices/{notice_id}/read": DUTY,
    "GET /console/directory": DIRECTORY,
    "GET /console/directory/rows/{key}": DIRECTORY,
    "GET /console/directory/rows/{key}/edit": KEEP,
    "POST /console/directory/rows/{key}/edit": KEEP,
    "GET /console/directory/rows/{key}/verify": KEEP,
    "POST /console/directory/rows/{key}/verify": KEEP,
    "GET /console/directory/new": KEEP,
    "POST /console/directory/new": KEEP,
    "GET /console/directory/communes": KEEP,
    "GET /console/directory/due": KEEP,
    "GET /console/directory/recent": KEEP,
    "POST /console/directory/changes/{change_id}/undo": KEEP,
    "POST /console/directory/rows/{key}/report": DIRECTORY,
    "GET /console/directory/reports": DIRECTORY,
    "POST /console/directory/reports/{report_id}/decide": KEEP,
    "GET /console/directory/duplicates": KEEP,
    "GET /console/directory/duplicates/{key}/{other}": KEEP,
    "POST /console/directory/duplicates/{key}/{other}/merge": KEEP,
    "POST /console/directory/duplicates/{key}/{other}/apart": KEEP,
    "GET /console/quality": OVER,
    "POST /console/quality/{handoff_id}": OVER,
    "GET /console/directory/import": KEEP,
    "POST /console/directory/import": KEEP,
    "GET /console/directory/import/{file_id}": KEEP,
    "POST /console/directory/import/{file_id}": KEEP,
    "GET /console/directory/import/{file_id}/report.csv": KEEP,
    "POST /console/directory/import/{file_id}/drop": KEEP,
    "GET /console/directory/export": DIRECTORY,
    "POST /console/directory/export": DIRECTORY,
    "GET /console/directory/export/leaflet": DIRECTORY,
}
NUMBERS = {"row_id", "line_id", "question_id", "number"}
TO_LOG_IN = ("/console/login", "/console/password", "/console/second")
OPEN_BY_ITS_OWN_SECRET = {
    "GET /console/invitation/{token}",
    "POST /console/invitation/{token}",
    "POST /console/login",
    "GET /console/zalo/callback",
}
"""Anyone may ask, and without the secret in the request is refused."""


@dataclass(frozen=True)
class Answer:
    """How a request was answered: the status, and where it leads."""

    status: int
    location: str


def addresses(router: Any, prefix: str) -> Iterator[str]:
    """Method and path of all routes, also of routers inside the router."""
    for route in router.routes:
        if isinstance(route, APIRoute):
            yield from (f"{method} {prefix}{route.path}" for method in route.methods)
        else:
            yield from addresses(route.original_router, prefix + route.include_context.prefix)


def fill(path: str) -> str:
    """The path with ids that nothing has."""

    def forge(match: re.Match[str]) -> str:
        name = match[1]
        return "999999999" if name in NUMBERS else "nothing_here" if name == "key" else str(uuid4())

    return re.sub(r"\{(\w+)\}", forge, path)


async def visit(app: FastAPI, who: str) -> str:
    """The cookie of a new session for somebody of a kind."""
    runtime: Runtime = app.state.runtime
    now = runtime.clock()
    if who == "nobody":
        return "forged"
    secured = who not in ("unsecured", "must change")
    async with runtime.sessions.begin() as session:
        counsellor = Counsellor(
            login=uuid4().hex,
            name="Lan",
            role=who if who in ROLES else "admin",
            password_hash=await passwords.keep("hoa sen trên ao"),
            must_change=who == "must change",
            disabled_at=now if who == "disabled" else None,
            totp=runtime.ring.seal(b"GEZDGNBVGY3TQOJQ", "none") if secured else None,
            created_at=now,
        )
        session.add(counsellor)
        await session.flush()
        began = now - timedelta(hours=13) if who == "expired" else now
        return await sessions.begin(session, counsellor, began, "", half=who == "half")


async def ask(app: FastAPI, method: str, path: str, token: str, **headers: str) -> Answer:
    """Send an empty request. Of a stream, which has no end, only the head is waited for."""
    named = {"accept": "text/html", "cookie": f"diemtua_console={token}", "host": "desk", **headers}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"before=1" if path.endswith("/earlier") else b"",
        "root_path": "",
        "headers": [(k.replace("_", "-").encode(), v.encode()) for k, v in named.items()],
        "client": ("127.0.0.1", 1),
        "server": ("desk", 80),
        "state": {},
    }
    head: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
    sent = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> dict[str, Any]:
        if sent:
            return sent.pop()
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start" and not head.done():
            head.set_result(message)

    running = asyncio.ensure_future(app(scope, receive, send))
    await asyncio.wait({running, head}, return_when=asyncio.FIRST_COMPLETED)
    found = dict(head.result()["headers"]) if head.done() else {}
    if b"event-stream" in found.get(b"content-type", b""):
        running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    return Answer(head.result()["status"], found.get(b"location", b"").decode())


def is_denied(answer: Answer) -> bool:
    led_away = answer.status == 303 and answer.location.startswith(TO_LOG_IN)
    return answer.status in (401, 403) or led_away


def test_every_address_is_declared_and_none_is_left_over() -> None:
    assert set(addresses(console.router, "/console")) == set(DECLARED)


@pytest.mark.parametrize("who", [*ROLES, "nobody", "half", "must change", "unsecured"])
async def test_everybody_gets_where_it_is_declared_and_nowhere_else(app: FastAPI, who: str) -> None:
    wrong = {}
    for address, allowed in DECLARED.items():
        method, path = address.split(" ")
        answer = await ask(app, method, fill(path), await visit(app, who))
        if address in OPEN_BY_ITS_OWN_SECRET:
            continue
        may = who in allowed
        own_door = method == "POST" and path.startswith(("/console/second", "/console/logout"))
        own_code = path == "/console/login/code" and who == "half"
        if may and (own_door or own_code) and answer.status != 403:
            continue
        if is_denied(answer) == may or answer.status >= 500:
            wrong[address] = answer
    assert not wrong


@pytest.mark.parametrize("who", ["expired", "disabled"])
async def test_a_session_that_ended_opens_what_anyone_may_see_only(app: FastAPI, who: str) -> None:
    wrong = {}
    for address, allowed in DECLARED.items():
        if "nobody" in allowed:
            continue
        method, path = address.split(" ")
        answer = await ask(app, method, fill(path), await visit(app, who))
        if not (answer.status == 401 or answer.location.startswith("/console/login")):
            wrong[address] = answer
    assert not wrong


async def test_no_page_of_another_site_changes_anything(app: FastAPI) -> None:
    token, wrong = await visit(app, "admin"), {}
    for address in DECLARED:
        method, path = address.split(" ")
        if method == "POST":
            for headers in ({"sec_fetch_site": "cross-site"}, {"origin": "https://evil.example"}):
                answer = await ask(app, method, fill(path), token, **headers)
                if answer.status != 403:
                    wrong[address] = answer
    assert not wrong


async def test_a_forged_id_is_not_found_and_breaks_nothing(app: FastAPI) -> None:
    token, wrong = await visit(app, "admin"), {}
    for forged in ("x", "%00", "-1", "9" * 60, "ạ", "..", "' OR 1=1"):
        for address in DECLARED:
            method, path = address.split(" ")
            if "{" in path:
                answer = await ask(app, method, re.sub(r"\{\w+\}", forged, path), token)
                if answer.status not in (303, 401, 404, 405, 422):
                    wrong[address] = answer
    assert not wrong


async def test_what_only_secrets_open_stays_shut_without_them(app: FastAPI) -> None:
    for address in OPEN_BY_ITS_OWN_SECRET:
        method, path = address.split(" ")
        assert (await ask(app, method, fill(path), "")).status in (401, 403, 404), address


async def test_a_refused_part_says_so_in_words(enter: Enter) -> None:
    editor = await enter("editor")
    answer = await editor.get("/console/queue", headers={"HX-Request": "true", "Accept": "*/*"})
    assert answer.status_code == 403
    assert answer.json()["message"]
