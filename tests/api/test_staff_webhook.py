"""The staff's supergroup through the real webhook: the same door, the same secret, the other hearer."""

from __future__ import annotations

from pathlib import Path

import httpx
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from api.app import build_web
from bot.channel_tables import StaffUpdate
from bot.privacy import KeyRing
from bot.settings import Settings
from bot.tables import InboxRow
from tests.staff_group import CHAT, Supergroup

SECRET = "x-telegram-bot-api-secret-token"


async def test_what_counsellors_write_is_stored_before_the_answer_and_is_no_citizens(
    database_url: str, tmp_path: Path, sessions: async_sessionmaker[AsyncSession]
) -> None:
    KeyRing.fresh().save(tmp_path / "keyring.json")
    app = build_web(
        Settings(
            DATABASE_URL=database_url,
            data_dir=tmp_path,
            telegram_token="5:token",
            telegram_secret="hook-secret",
            telegram_base_url="http://127.0.0.1:9",
            telegram_staff_chat=str(CHAT),
        )
    )
    raw = Supergroup().wrote(7001, "/link abcd-efgh", event=9)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk") as client,
    ):
        for secret, status in (("wrong", 401), ("hook-secret", 200), ("hook-secret", 200)):
            answer = await client.post("/webhooks/telegram", content=raw, headers={SECRET: secret})
            assert answer.status_code == status
    async with sessions() as session:
        (heard,) = (await session.scalars(select(StaffUpdate))).all()
        assert (heard.event_id, heard.answered_at) == ("9", None)
        assert "không đúng hoặc đã hết hạn" in heard.answer
        assert (await session.scalars(select(InboxRow.id))).all() == []
