"""Whatever is written into the audit is read there in words."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from api.console import audit_words

ROOT = Path(__file__).resolve().parents[2]
WRITES = frozenset({"audit", "write_down", "note_in_audit"})


def actions() -> list[str]:
    """The actions that the code writes as they stand there."""
    found = set()
    for folder in ("api", "bot"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and _name(node.func) in WRITES:
                    found |= set(_texts(node.args))
    return sorted(found)


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _texts(arguments: list[ast.expr]) -> list[str]:
    return [
        one.value
        for one in arguments
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    ]


def test_the_actions_are_found() -> None:
    assert {"claim", "close", "rest", "view earlier"} <= set(actions())


@pytest.mark.parametrize("action", actions())
def test_every_action_has_words(action: str) -> None:
    assert audit_words.in_words(action) != action
