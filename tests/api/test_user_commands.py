"""`diemtua user`, as somebody types it on the day on which no administrator can log in."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app

pytestmark = pytest.mark.usefixtures("cheap_passwords")


def test_users_are_added_listed_shut_out_and_let_in_again(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("DIEMTUA_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DIEMTUA_PUBLIC_URL", "https://tuvan.example/")

    def user(*words: str) -> str:
        done = CliRunner().invoke(app, ["user", *words], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    once = user("add", "lan", "--name", "Chị Lan", "--role", "directory").split()[-1]
    assert len(once) == 19
    assert user("reset", "lan").split()[-1] not in ("", once)
    listed = user("list")
    assert "Chị Lan" in listed
    assert "directory" in listed
    assert "một bước" in listed
    user("disable", "lan")
    assert "ĐÃ NGỪNG" in user("list")
    user("enable", "lan")
    assert "ĐÃ NGỪNG" not in user("list")
    user("remove-second-factor", "lan")
    link = user("invite", "--name", "Mai").strip()
    assert link.startswith("https://tuvan.example/console/invitation/")
