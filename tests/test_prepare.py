"""Set-up finds an interpreter wherever it lies, and says in one line what is missing."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def prepare() -> ModuleType:
    spec = importlib.util.spec_from_file_location("prepare", ROOT / "scripts" / "prepare.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def interpreter(path: Path, version: str) -> Path:
    """Something that answers like an interpreter of that version."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho {version}\n")
    path.chmod(0o755)
    return path


def test_an_interpreter_under_pyenv_is_found_and_broken_shims_are_passed_over(
    prepare: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shim = interpreter(tmp_path / "shims" / "python3.11", "")
    wanted = interpreter(tmp_path / "pyenv" / "versions" / "3.11.9" / "bin" / "python", "3 11")
    monkeypatch.setattr(sys, "executable", str(interpreter(tmp_path / "python3", "3 9")))
    monkeypatch.setenv("PATH", str(shim.parent))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    assert prepare.find_python("uv", (3, 11), exactly=True) == str(wanted)


def test_without_any_interpreter_uv_fetches_one(
    prepare: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepare, "candidates", lambda: iter(()))
    uv = interpreter(tmp_path / "uv", "fetched")
    assert prepare.find_python(str(uv), (3, 11), exactly=True) == "3.11"


def test_where_nothing_can_be_fetched_one_line_says_what_to_install(
    prepare: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepare, "candidates", lambda: iter(()))
    uv = interpreter(tmp_path / "uv", "no")
    uv.write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(prepare.CannotPrepare, match=r"Cần Python 3\.11") as problem:
        prepare.find_python(str(uv), (3, 11), exactly=True)
    assert os.linesep not in str(problem.value)
