"""What is wrong with one channel's settings stops that channel, and nothing else."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog

from api import checking
from api.app import build_web
from api.channels import build_channels
from bot.privacy import KeyRing
from bot.settings import Settings, load_settings
from tests.payloads.cases import SECRETS, signed, text_case
from tests.processes import DIEMTUA, ROOT

NAMES = {"telegram", "zalo_oa", "zalo_bot"}
WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("telegram", {"telegram_token": ""}, "DIEMTUA_TELEGRAM_TOKEN"),
    ("telegram", {"telegram_token": "5:to ken"}, "DIEMTUA_TELEGRAM_TOKEN"),
    ("telegram", {"telegram_secret": ""}, "DIEMTUA_TELEGRAM_SECRET"),
    ("telegram", {"telegram_proxy": "ftp://h"}, "DIEMTUA_TELEGRAM_PROXY"),
    ("telegram", {"telegram_polling": "maybe"}, "DIEMTUA_TELEGRAM_POLLING"),
    ("telegram", {"telegram_base_url": "telegram"}, "DIEMTUA_TELEGRAM_BASE_URL"),
    ("zalo_oa", {"zalo_oa_app_id": ""}, "DIEMTUA_ZALO_OA_APP_ID"),
    ("zalo_oa", {"zalo_oa_secret": ""}, "DIEMTUA_ZALO_OA_SECRET"),
    ("zalo_oa", {"zalo_oa_access_token": ""}, "DIEMTUA_ZALO_OA_APP_SECRET"),
    ("zalo_oa", {"zalo_oa_access_token": "mã"}, "DIEMTUA_ZALO_OA_ACCESS_TOKEN"),
    ("zalo_oa", {"zalo_oa_oauth_url": "http://["}, "DIEMTUA_ZALO_OA_OAUTH_URL"),
    ("zalo_bot", {"zalo_bot_token": ""}, "DIEMTUA_ZALO_BOT_TOKEN"),
    ("zalo_bot", {"zalo_bot_secret": ""}, "DIEMTUA_ZALO_BOT_SECRET"),
    ("zalo_bot", {"zalo_bot_polling": "2"}, "DIEMTUA_ZALO_BOT_POLLING"),
]


@pytest.mark.parametrize(("name", "wrong", "variable"), WRONG)
async def test_a_wrong_setting_stops_its_own_channel_alone(
    name: str, wrong: dict[str, Any], variable: str
) -> None:
    settings = Settings(_env_file=None, **{**SECRETS, **wrong})
    async with httpx.AsyncClient() as http:
        messengers = build_channels(settings, http)
        await messengers.aclose()
    assert set(messengers.working) == NAMES - {name}
    assert list(messengers.broken) == [name]
    line = messengers.broken[name]
    assert variable in line
    assert "\n" not in line
    assert not [value for value in SECRETS.values() if value in line]


async def test_a_channel_of_which_nothing_is_set_is_off_and_not_broken() -> None:
    settings = Settings(_env_file=None, telegram_proxy="ftp://h", zalo_bot_polling="maybe")  # type: ignore[arg-type]
    async with httpx.AsyncClient() as http:
        messengers = build_channels(settings, http)
    assert (messengers.working, messengers.broken) == ({}, {})


@pytest.mark.parametrize(
    ("written", "read"), [("true", True), ("0", False), ("", False), ("maybe", None)]
)
def test_a_switch_that_is_neither_yes_nor_no_stops_no_program(
    written: str, read: bool | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIEMTUA_TELEGRAM_POLLING", written)
    assert load_settings().telegram_polling is read


async def test_the_web_process_runs_with_every_channel_broken(
    database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    KeyRing.fresh().save(tmp_path / "keyring.json")
    broken = {"telegram_proxy": "ftp://h", "zalo_oa_secret": "", "embed_origins": "*"}
    app = build_web(
        Settings(
            _env_file=None,
            DATABASE_URL=database_url,
            data_dir=tmp_path,
            **{**SECRETS, **broken, "zalo_bot_token": "", "zalo_bot_secret": ""},
        )
    )
    logged = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    told = [(one["event"], one.get("channel", "")) for one in logged]
    assert sorted(told) == [
        ("channel.broken", "telegram"),
        ("channel.broken", "zalo_oa"),
        ("embed.broken", ""),
    ]
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://desk") as http,
    ):
        statuses = {}
        for name in NAMES:
            raw = text_case(name).raw
            answer = await http.post(
                f"/webhooks/{name}", content=raw, headers=dict(signed(name, raw))
            )
            statuses[name] = answer.status_code
            assert "DIEMTUA" not in answer.text
        assert statuses == {"telegram": 503, "zalo_oa": 503, "zalo_bot": 404}
        page = await http.get("/embed")
        assert page.status_code == 200
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]


def test_the_command_names_what_is_wrong_loads_no_model_and_fails(
    database_url: str, tmp_path: Path
) -> None:
    wrong = {
        "DIEMTUA_TELEGRAM_TOKEN": SECRETS["telegram_token"],
        "DIEMTUA_TELEGRAM_PROXY": "ftp://u:mat-khau@h",
        "DIEMTUA_EMBED_ORIGINS": "*",
    }
    KeyRing.fresh().save(tmp_path / "keyring.json")
    place = {"DATABASE_URL": database_url, "DIEMTUA_DATA_DIR": str(tmp_path)}
    done = subprocess.run(
        [str(DIEMTUA), "channels", "check"],
        cwd=ROOT,
        env={**os.environ, **place, **wrong, "PYTHONPROFILEIMPORTTIME": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert [line.split(":")[0] for line in lines] == [
        *("Zalo OA", "Zalo Bot", "Telegram"),
        "Khung chat trên trang khác",
    ]
    assert ["chưa bật" in line for line in lines] == [True, True, False, False]
    assert "DIEMTUA_TELEGRAM_PROXY" in lines[2]
    assert "mat-khau" not in done.stdout + done.stderr
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "bot.privacy" in loaded
    assert not loaded & {"bot.answers", "bot.danger", "bot.topics", "numpy", "sklearn", "fastapi"}


async def test_a_worker_logs_the_line_of_each_broken_channel() -> None:
    settings = Settings(_env_file=None, telegram_token="5:t")
    async with httpx.AsyncClient() as http:
        messengers = build_channels(settings, http)
        with structlog.testing.capture_logs() as logged:
            await checking.log_broken(messengers)
    [one] = logged
    assert one["event"] == "channel.broken"
    assert one["line"] == "Telegram: Thiếu DIEMTUA_TELEGRAM_SECRET. Hãy thêm vào .env."
