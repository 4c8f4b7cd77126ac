"""Every setting, in one typed place. Read from the environment and `.env`; nothing else reads them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import (
    Field,
    SecretStr,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    field_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.duty import Duty
from bot.errors import SettingsBroken
from bot.hours import read_hours

ROOT = Path(__file__).resolve().parent.parent


def _read_switch(value: Any, read: ValidatorFunctionWrapHandler) -> bool | None:
    try:
        return bool(read(value or False))
    except ValidationError:
        return None


Switch = Annotated[bool | None, WrapValidator(_read_switch)]
"""Yes or no; None where it is neither: only the channel that it belongs to stops, not the program."""


class Settings(BaseSettings):
    """Names in the environment are these in capitals, with DIEMTUA_ in front (but DATABASE_URL)."""

    model_config = SettingsConfigDict(
        env_prefix="DIEMTUA_", env_file=ROOT / ".env", env_file_encoding="utf-8", extra="forbid"
    )

    database_url: str = Field(default="", validation_alias="DATABASE_URL")
    data_dir: Path = ROOT / "var"
    keyring_file: Path | None = None

    web_host: str = "127.0.0.1"
    web_port: int = Field(default=8000, ge=1, le=65535)
    rasa_port: int = Field(default=5105, ge=1, le=65535)
    actions_port: int = Field(default=5155, ge=1, le=65535)
    rasa_deadline_seconds: float = Field(default=1.5, gt=0, le=10)
    worker_concurrency: int = Field(default=12, ge=1, le=100)
    secure_cookies: bool = False
    search_by_meaning: bool = False

    desk_hours: str = ""
    console_language: str = "vi"
    on_call_url: SecretStr = SecretStr("")

    public_url: str = ""
    embed_origins: str = ""
    map_tiles: str = ""
    map_credit: str = ""

    telegram_token: SecretStr = SecretStr("")
    telegram_secret: SecretStr = SecretStr("")
    telegram_base_url: str = "https://api.telegram.org"
    telegram_proxy: str = ""
    telegram_polling: Switch = False
    telegram_staff_chat: str = ""
    zalo_oa_app_id: str = ""
    zalo_oa_secret: SecretStr = SecretStr("")
    zalo_oa_app_secret: SecretStr = SecretStr("")
    zalo_oa_access_token: SecretStr = SecretStr("")
    zalo_oa_base_url: str = "https://openapi.zalo.me"
    zalo_oa_oauth_url: str = "https://oauth.zaloapp.com"
    zalo_bot_token: SecretStr = SecretStr("")
    zalo_bot_secret: SecretStr = SecretStr("")
    zalo_bot_base_url: str = "https://bot-api.zaloplatforms.com"
    zalo_bot_polling: Switch = False

    @field_validator("database_url")
    @classmethod
    def _is_postgresql(cls, url: str) -> str:
        if url and not url.startswith(("postgresql://", "postgres://", "postgresql+psycopg://")):
            raise ValueError("not PostgreSQL")
        return url

    @field_validator("desk_hours")
    @classmethod
    def _is_a_span(cls, hours: str) -> str:
        read_hours(hours)
        return hours

    @field_validator("on_call_url")
    @classmethod
    def _is_a_web_address(cls, url: SecretStr) -> SecretStr:
        if url.get_secret_value() and not url.get_secret_value().startswith(
            ("https://", "http://")
        ):
            raise ValueError("not a web address")
        return url

    @field_validator("map_tiles")
    @classmethod
    def _are_tiles(cls, url: str) -> str:
        parts = urlsplit(url)
        plain = re.sub(r"\{[zxyr]\}", "", url)
        known = parts.scheme in ("https", "http") and bool(parts.hostname) and "{" not in plain
        strange = re.search(r"[\s;,'\"]", url) or "{" in parts.netloc
        if url and (not known or strange or not all(part in url for part in ("{z}", "{x}", "{y}"))):
            raise ValueError("no template of map tiles")
        return url

    @property
    def duty(self) -> Duty:
        """Who reads a cry for help, and when."""
        return Duty(read_hours(self.desk_hours), bool(self.on_call_url.get_secret_value()))

    @property
    def rasa_url(self) -> str:
        return f"http://127.0.0.1:{self.rasa_port}"

    @property
    def vectors(self) -> Path | None:
        """Where sentence vectors are kept, where articles are searched by meaning too."""
        return self.data_dir / "vectors" if self.search_by_meaning else None

    @property
    def keyring(self) -> Path:
        return self.keyring_file or self.data_dir / "keyring.json"


def load_settings() -> Settings:
    """The settings of this process.

    Raises:
        SettingsBroken: a value is wrong or unknown; the line names it and where it is set.
    """
    try:
        return Settings()
    except ValidationError as error:
        problems = "; ".join(
            f"{_variable(str(part['loc'][0]), part['type'])}" for part in error.errors()
        )
        raise SettingsBroken(
            f"Cấu hình sai: {problems}. Hãy sửa trong tệp .env hoặc biến môi trường rồi chạy lại."
        ) from None
    except (UnicodeDecodeError, OSError) as error:
        raise SettingsBroken(
            f"Không đọc được tệp .env ({error.__class__.__name__}). Hãy lưu lại tệp với mã UTF-8."
        ) from None


def _variable(name: str, problem: str) -> str:
    """What is wrong with a value, under the name it has in the environment; never the value."""
    known = name.upper()
    if problem == "extra_forbidden":
        return f"không có thiết lập tên {known}"
    known = known if known == "DATABASE_URL" else f"DIEMTUA_{known}"
    return f"giá trị của {known} không dùng được ({problem})"
