"""The staff's supergroup through the real webhook: the same door, the same secret, the other hearer."""

from __future__ import annotations

from pathlib import Path

import httpx
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from api.app import build_web
from api.checking import Checked, check_configured
from bot.channel_tables import StaffUpdate
from bot.channels.telegram_staff import WHO_READS
from bot.privacy import KeyRing
from bot.settings import Settings
from bot.tables import InboxRow
from tests.staff_group import CHAT, Supergroup

SECRET = "x-telegram-bot-api-secret-token"


def with_group(database_url: str, data_dir: Path) -> Settings:
    """Settings of a fresh installation whose Telegram nobody answers for."""
    KeyRing.fresh().save(data_dir / "keyring.json")
    return Settings(
        DATABASE_URL=database_url,
        data_dir=data_dir,
        telegram_token="5:token",
        telegram_secret="hook-secret",
        telegram_base_url="http://127.0.0.1:9",
        telegram_staff_chat=str(CHAT),
    )


async def test_the_check_says_who_reads_the_group_however_well_it_works(
    database_url: str, tmp_path: Path
) -> None:
    checked = await check_configured(with_group(database_url, tmp_path))
    assert Checked(WHO_READS, False) in checked


async def test_what_counsellors_write_is_stored_before_the_answer_and_is_no_citizens(
    database_url: str, tmp_path: Path, sessions: async_sessionmaker[AsyncSession]
) -> None:
    app = build_web(with_group(database_url, tmp_path))
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
