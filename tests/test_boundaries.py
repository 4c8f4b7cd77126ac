"""What must stay true of the code's shape: who imports whom, where settings are read, and words that
a name must not have."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = ("api", "bot", "actions", "referral_directory", "nlu_data")
MAY_IMPORT = {
    "api": {"api", "bot", "referral_directory", "actions"},
    "bot": {"bot", "referral_directory", "actions"},
    "actions": {"actions"},
    "referral_directory": {"referral_directory"},
    "nlu_data": {"nlu_data", "bot", "actions"},
}
FORBIDDEN_NAMES = ("utils", "helpers", "common", "manager", "service", "base", "handler")
BROAD_EXCEPT_ALLOWED = {"bot/turn/decide.py", "bot/parked.py", "bot/staff/hearing.py"}


def sources() -> list[Path]:
    return [
        path
        for folder in OURS
        for path in sorted((ROOT / folder).rglob("*.py"))
        if not {".venv", "tensorflow_absent", "versions"} & set(path.parts)
    ]


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_one_way(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    ours = {name for name in imports(path) if name.split(".")[0] in OURS}
    wrong = {name for name in ours if name.split(".")[0] not in MAY_IMPORT[package]}
    if package == "bot":
        wrong |= {
            name for name in ours if name.startswith("actions") and "commands" not in name
        } - {"actions"}
    if package == "nlu_data":
        wrong |= {name for name in ours if name.startswith("bot") and "understand" not in name} - {
            "bot"
        }
    assert not wrong


@pytest.mark.parametrize("package", ["bot", "referral_directory", "actions"])
def test_core_knows_no_web_framework_and_no_rasa(package: str) -> None:
    for path in sources():
        if path.relative_to(ROOT).parts[0] == package:
            tops = {name.split(".")[0] for name in imports(path)}
            assert not tops & {"fastapi", "starlette", "rasa"}, path


def test_settings_are_read_in_one_place() -> None:
    for path in sources():
        relative = str(path.relative_to(ROOT))
        if relative.startswith(
            ("api/run.py", "api/run_rasa.py", "bot/settings.py", "nlu_data/", "actions/")
        ):
            continue
        assert "os.environ" not in path.read_text("utf-8"), relative


def test_broad_except_stands_only_where_it_fails_toward_a_human() -> None:
    for path in sources():
        relative = str(path.relative_to(ROOT))
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ExceptHandler) and relative not in BROAD_EXCEPT_ALLOWED:
                caught = ast.unparse(node.type) if node.type else "everything"
                assert caught not in ("Exception", "BaseException", "everything"), relative


def test_files_are_named_after_what_they_hold() -> None:
    for path in sources():
        assert path.stem not in FORBIDDEN_NAMES, path


def test_files_stay_short() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in sources()
        if (lines := len(path.read_text("utf-8").splitlines())) > 320
    }
    assert not long
