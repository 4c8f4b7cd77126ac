"""The account page: a code that links a Telegram account, and unlinking it again."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from bot.channel_tables import StaffAccount
from bot.runtime import Runtime
from bot.staff import accounts
from bot.tables import AuditRow
from tests.api.conftest import Enter


@pytest.fixture
def desk(app: FastAPI) -> Runtime:
    app.state.settings.telegram_staff_chat = "-1001"
    runtime: Runtime = app.state.runtime
    return runtime


async def test_the_code_on_the_page_links_the_account_and_is_shown_once(
    enter: Enter, desk: Runtime
) -> None:
    lan = await enter("counsellor")
    assert "chưa liên kết" in (await lan.get("/console/account")).text
    page = (await lan.post("/console/account/telegram")).text
    found = re.search(r'id="code">/link ([a-z0-9-]+)<', page)
    assert found
    assert found[1] not in (await lan.get("/console/account")).text
    async with desk.sessions.begin() as session:
        who = await accounts.link(session, desk.ring, "7001", found[1], datetime.now(UTC))
    assert who.login == "counsellor"
    assert "đã liên kết" in (await lan.get("/console/account")).text
    assert (await lan.post("/console/account/telegram/unlink")).status_code == 303
    async with desk.sessions() as session:
        assert (await session.scalars(select(StaffAccount))).all() == []
        actions = (await session.scalars(select(AuditRow.action).order_by(AuditRow.id))).all()
    assert actions == ["telegram code", "link telegram", "unlink telegram"]


async def test_without_a_group_no_code_is_given(enter: Enter, app: FastAPI) -> None:
    lan = await enter("supervisor")
    assert "chưa được bật" in (await lan.get("/console/account")).text
    assert (await lan.post("/console/account/telegram")).status_code == 404


async def test_an_editor_has_nothing_to_link(enter: Enter, desk: Runtime) -> None:
    editor = await enter("editor")
    assert (await editor.post("/console/account/telegram")).status_code == 403
