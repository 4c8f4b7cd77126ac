"""Inviting, changing and shutting out users; sessions of one's own; the audit."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select, update

from api import auth, invitations, second_factor, sessions, users
from bot import inbox, jobs
from bot.desk_tables import Invitation, Team, TeamMember
from bot.errors import NotFound
from bot.messages import Inbound
from bot.runtime import Runtime
from bot.tables import AuditRow, ConsoleSession, Counsellor, Handoff, Message
from tests.api.conftest import OWN, Enter

pytestmark = pytest.mark.usefixtures("cheap_passwords")
NEW = {"login": "Mai.Tran", "new": "sông nước miền tây", "again": "sông nước miền tây"}


@pytest.fixture
def desk(app: FastAPI) -> Runtime:
    runtime: Runtime = app.state.runtime
    return runtime


@pytest.fixture
async def admin(enter: Enter) -> httpx.AsyncClient:
    return await enter("admin")


def browser(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://desk",
        headers={"Accept": "text/html"},
    )


async def id_of(desk: Runtime, login: str) -> UUID:
    async with desk.sessions() as session:
        return (await auth.get(session, login)).id


async def ask_for_a_person(desk: Runtime) -> UUID:
    """Somebody on the web page asks for a counsellor; their case."""
    event = Inbound("web", str(uuid4()), str(uuid4()), "text", "cho em gặp tư vấn viên")
    async with desk.sessions.begin() as session:
        received = await inbox.receive(session, desk.ring, event, desk.clock())
    assert received is not None
    await jobs.bring_up_to_date(desk, {}, received.conversation_id)
    async with desk.sessions() as session:
        found = select(Handoff.id).where(Handoff.conversation_id == received.conversation_id)
        return (await session.scalars(found)).one()


async def actions(desk: Runtime) -> list[str]:
    async with desk.sessions() as session:
        return list(await session.scalars(select(AuditRow.action).order_by(AuditRow.id)))


async def invite(admin: httpx.AsyncClient, **fields: str) -> str:
    page = await admin.post(
        "/console/users/invitations", data={"name": "Mai", "role": "counsellor", **fields}
    )
    found = re.search(r'id="link">http://desk(/console/invitation/[\w-]+)<', page.text)
    assert found, page.text
    return found[1]


async def test_who_follows_an_invitation_chooses_login_and_password_and_comes_in(
    app: FastAPI, desk: Runtime, admin: httpx.AsyncClient
) -> None:
    async with desk.sessions.begin() as session:
        team = Team(name="Đêm", created_at=desk.clock())
        session.add(team)
    link = await invite(admin, team=str(team.id))
    assert "Mai" in (await admin.get("/console/users")).text
    async with browser(app) as mai:
        assert "tư vấn viên" in (await mai.get(link)).text
        for wrong in ({"again": "khác"}, {"login": "có dấu"}, {"login": "admin"}, {"new": "ngắn"}):
            fields = {**NEW, **wrong}
            if "new" in wrong:
                fields["again"] = fields["new"]
            assert (await mai.post(link, data=fields)).status_code in (409, 422)
        entered = await mai.post(link, data=NEW)
        assert entered.headers["location"] == "/console"
        assert (await mai.get("/console")).status_code == 200
        assert (await mai.get(link)).status_code == 404
        assert (await mai.post(link, data={**NEW, "login": "khac"})).status_code == 404
    async with desk.sessions() as session:
        who = await auth.get(session, "mai.tran")
        member = (await session.scalars(select(TeamMember))).one()
    assert (who.name, who.role, who.must_change) == ("Mai", "counsellor", False)
    assert (member.team_id, member.counsellor_id) == (team.id, who.id)


async def test_an_invitation_ends_after_three_days_or_when_withdrawn(
    app: FastAPI, desk: Runtime, admin: httpx.AsyncClient
) -> None:
    link = await invite(admin)
    async with desk.sessions() as session:
        one = (await session.scalars(select(Invitation))).one()
        token = link.rsplit("/", 1)[1]
        assert token.encode() not in one.token_hash
        await invitations.find(session, token, one.made_at + timedelta(days=3, seconds=-1))
        with pytest.raises(NotFound):
            await invitations.find(session, token, one.made_at + timedelta(days=3))
    done = await admin.post(f"/console/users/invitations/{one.id}/withdraw")
    assert done.status_code == 303
    async with browser(app) as mai:
        assert (await mai.get(link)).status_code == 404


async def test_an_invitation_of_an_administrator_who_was_shut_out_is_void(
    app: FastAPI, desk: Runtime, admin: httpx.AsyncClient
) -> None:
    link = await invite(admin)
    async with desk.sessions.begin() as session:
        await session.execute(update(Counsellor).values(disabled_at=desk.clock()))
    async with browser(app) as mai:
        assert (await mai.post(link, data=NEW)).status_code == 404


async def test_an_invited_administrator_is_led_to_the_second_factor(
    app: FastAPI, admin: httpx.AsyncClient
) -> None:
    link = await invite(admin, role="admin")
    async with browser(app) as mai:
        await mai.post(link, data=NEW)
        assert (await mai.get("/console")).headers["location"] == "/console/second"


async def test_shutting_somebody_out_ends_sessions_and_gives_their_cases_back(
    desk: Runtime, enter: Enter, admin: httpx.AsyncClient
) -> None:
    lan, case = await enter("counsellor"), await ask_for_a_person(desk)
    assert (await lan.post(f"/console/cases/{case}/claim")).status_code == 200
    lans_id = await id_of(desk, "counsellor")
    await admin.post(f"/console/users/{lans_id}/disable")
    assert (await lan.get("/console")).headers["location"].startswith("/console/login")
    async with desk.sessions() as session:
        handoff = (await session.scalars(select(Handoff))).one()
        told = await session.scalar(select(Message.author).order_by(Message.id.desc()).limit(1))
        assert (
            await session.scalar(
                select(ConsoleSession.id).where(ConsoleSession.counsellor_id == lans_id)
            )
            is None
        )
    assert (handoff.state, handoff.counsellor_id) == ("waiting", None)
    assert told == "bot"
    async with desk.sessions.begin() as session:
        assert await auth.log_in(session, "counsellor", OWN, desk.clock()) == auth.Refused(
            auth.DISABLED
        )
    await admin.post(f"/console/users/{lans_id}/enable")
    async with desk.sessions.begin() as session:
        assert isinstance(await auth.log_in(session, "counsellor", OWN, desk.clock()), str)
    assert {"disable user", "enable user"} <= set(await actions(desk))


async def test_who_becomes_an_editor_keeps_no_case(
    desk: Runtime, enter: Enter, admin: httpx.AsyncClient
) -> None:
    lan, case = await enter("counsellor"), await ask_for_a_person(desk)
    await lan.post(f"/console/cases/{case}/claim")
    lans_id = await id_of(desk, "counsellor")
    fields = {"name": "Lan", "role": "editor", "most_chats": "3"}
    assert (await admin.post(f"/console/users/{lans_id}", data=fields)).status_code == 303
    async with desk.sessions() as session:
        assert (await session.scalars(select(Handoff.state))).one() == "waiting"
        user = await users.find(session, lans_id)
    assert (user.counsellor.name, user.counsellor.most_chats) == ("Lan", 3)
    assert "change role counsellor editor" in await actions(desk)
    assert (await lan.get("/console/queue")).status_code == 403


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"role": "root"}, 422),
        ({"most_chats": "0"}, 422),
        ({"most_chats": "1e3"}, 422),
        ({"name": ""}, 422),
        ({"team_x": "on"}, 404),
        ({f"team_{uuid4()}": "on"}, 404),
    ],
)
async def test_an_impossible_change_changes_nothing(
    desk: Runtime, enter: Enter, admin: httpx.AsyncClient, change: dict[str, str], status: int
) -> None:
    await enter("counsellor")
    lans_id = await id_of(desk, "counsellor")
    fields = {"name": "Lan", "role": "editor", "most_chats": "3", **change}
    assert (await admin.post(f"/console/users/{lans_id}", data=fields)).status_code == status
    async with desk.sessions() as session:
        assert (await auth.get(session, "counsellor")).role == "counsellor"


async def test_nobody_shuts_out_or_demotes_themselves(
    desk: Runtime, admin: httpx.AsyncClient
) -> None:
    me = f"/console/users/{await id_of(desk, 'admin')}"
    for act in ("disable", "reset", "second"):
        assert (await admin.post(f"{me}/{act}")).status_code == 403
    fields = {"name": "Hoa", "role": "counsellor", "most_chats": "3"}
    assert (await admin.post(me, data=fields)).status_code == 403
    assert (await admin.get("/console/users")).status_code == 200


async def test_reset_and_removed_second_factor_put_the_owner_out(
    desk: Runtime, enter: Enter, admin: httpx.AsyncClient
) -> None:
    overseer = await enter("supervisor")
    theirs = f"/console/users/{await id_of(desk, 'supervisor')}"
    page = await admin.post(f"{theirs}/reset")
    found = re.search(r'id="once">([a-z0-9-]{19})<', page.text)
    assert found
    assert (await overseer.get("/console")).headers["location"].startswith("/console/login")
    assert (await admin.post(f"{theirs}/second")).status_code == 303
    async with desk.sessions.begin() as session:
        entry = await auth.log_in(session, "supervisor", found[1], desk.clock())
        assert isinstance(entry, str)
        who = await auth.counsellor_of(session, entry, desk.clock())
        assert who.must_change
        assert auth.needs_second_factor(who)
        assert await second_factor.codes_left(session, who) == 0


async def test_sessions_are_listed_and_ended_one_by_one(
    app: FastAPI, desk: Runtime, enter: Enter
) -> None:
    lan = await enter("counsellor")
    tokens = []
    async with desk.sessions.begin() as session:
        who = await auth.get(session, "counsellor")
        for agent in (
            "Mozilla/5.0 (Linux; Android 14) Chrome/120 Mobile",
            "coc_coc_browser Windows",
        ):
            device = sessions.kind_of(agent)
            tokens.append(await sessions.begin(session, who, desk.clock(), device))
    page = (await lan.get("/console/account")).text
    assert "Chrome trên điện thoại Android" in page
    assert "Cốc Cốc trên Windows" in page
    assert page.count("phiên này") == 1
    ends = re.findall(r"/console/account/sessions/[0-9a-f-]{36}/end", page)
    assert len(ends) == 2
    assert (await lan.post(ends[0])).status_code == 303
    assert (await lan.post(ends[0])).status_code == 404
    assert (await lan.post("/console/account/sessions/end-others")).status_code == 303
    async with desk.sessions() as session:
        assert len((await session.scalars(select(ConsoleSession))).all()) == 1
    assert (await lan.get("/console/account")).status_code == 200


async def test_nobody_ends_the_session_of_somebody_else(desk: Runtime, enter: Enter) -> None:
    lan, editor = await enter("counsellor"), await enter("editor")
    async with desk.sessions() as session:
        lans_id = (await auth.get(session, "counsellor")).id
        found = select(ConsoleSession.id).where(ConsoleSession.counsellor_id == lans_id)
        one = (await session.scalars(found)).one()
    assert (await editor.post(f"/console/account/sessions/{one}/end")).status_code == 404
    assert (await lan.get("/console/account")).status_code == 200


async def test_users_page_tells_who_was_there_and_who_has_a_second_factor(
    enter: Enter, admin: httpx.AsyncClient
) -> None:
    await enter("directory")
    page = (await admin.get("/console/users")).text
    ours = page[page.index('data-user="directory"') :]
    assert "Biên tập danh bạ" in ours
    assert "Chưa có xác thực hai bước" in ours
    theirs = page[page.index('data-user="admin"') : page.index('data-user="directory"')]
    assert "Có xác thực hai bước" in theirs
    assert "thấy lần cuối" in theirs


async def test_the_audit_tells_who_did_what_by_person_and_day_a_page_at_a_time(
    desk: Runtime, enter: Enter, admin: httpx.AsyncClient
) -> None:
    lan, case = await enter("counsellor"), await ask_for_a_person(desk)
    await lan.get(f"/console/cases/{case}")
    lans_id = await id_of(desk, "counsellor")
    page = (await admin.get("/console/audit")).text
    assert "Xem cuộc trò chuyện" in page
    assert f"/console/cases/{case}" in page
    async with desk.sessions.begin() as session:
        session.add_all(
            AuditRow(at=desk.clock(), counsellor_id=lans_id, action=f"thử {n}.", subject=None)
            for n in range(150)
        )
    first = (await admin.get(f"/console/audit?who={lans_id}")).text
    assert "thử 149." in first
    assert "thử 49." not in first
    older = re.search(r'id="older" href="([^"]+)"', first)
    assert older
    second = (await admin.get(older[1].replace("&amp;", "&"))).text
    assert "thử 49." in second
    assert "Xem cuộc trò chuyện" in second
    assert 'id="older"' not in second
    others = (await admin.get(f"/console/audit?who={await id_of(desk, 'admin')}")).text
    assert "thử" not in others
    assert "no-entries" in (await admin.get("/console/audit?day=2020-01-01")).text
    assert "thử 149." in (await admin.get(f"/console/audit?day={desk.today()}")).text
    odd = await admin.get("/console/audit?who=x&day=32&before=-1")
    assert "thử 149." in odd.text
