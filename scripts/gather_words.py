"""Gather the words of the people who answer into the catalogue (`make words`); see bot/catalogue.py."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po
from jinja2 import Environment
from jinja2.ext import babel_extract

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "bot" / "locale" / "console.pot"
TEMPLATES = ROOT / "api" / "templates" / "console"
CODE = (
    *sorted((ROOT / "api" / "console").glob("*.py")),
    *(
        ROOT / "api" / name
        for name in ("auth.py", "passwords.py", "second_factor.py", "sessions.py")
    ),
    *(ROOT / "api" / name for name in ("invitations.py", "users.py")),
    *sorted((ROOT / "bot" / "handoff").glob("*.py")),
    *sorted((ROOT / "bot" / "staff").glob("*.py")),
    *(ROOT / "bot" / name for name in ("access.py", "canned.py", "case_words.py", "presence.py")),
    *(
        ROOT / "bot" / name
        for name in ("quality.py", "restraints.py", "roster.py", "undelivered.py")
    ),
    *(ROOT / "bot" / name for name in ("verdicts.py", "whispers.py", "turn/invite.py")),
    *(ROOT / "bot" / "channels" / name for name in ("zalo_codes.py", "zalo_window.py")),
    *(ROOT / "bot" / "editing" / name for name in ("checks.py", "publishing.py", "questions.py")),
)
"""The modules whose Vietnamese is for the people who answer, all of it but what they send to citizens.

Not among them: api/attempts.py, bot/rest.py, bot/supervision.py and bot/teams.py, which speak in codes and
numbers; bot/hours.py, bot/duty.py and bot/screening, whose words citizens read too; and
bot/conversation_file.py, a paper that may be given to whoever complains or asks for their own record.
"""
MARKS = frozenset({"_", "N_", "Table"})
VIETNAMESE = re.compile(r"[À-ỹĐđ]")


def gather() -> bytes:
    """The catalogue as it should be, in gettext's own form."""
    catalogue = Catalog(project="Điểm Tựa", charset="utf-8", fuzzy=False)
    for path in sorted(TEMPLATES.glob("*.html")):
        with path.open("rb") as file:
            for _, _, said, _ in babel_extract(file, ("_", "gettext"), (), {"trimmed": "true"}):
                message = said[0] if isinstance(said, tuple) else said
                if message is not None:  # Else it is a word of a table, which is gathered there.
                    catalogue.add(message, locations=[(str(path.relative_to(ROOT)), 0)])
    for path in CODE:
        for message in marked(ast.parse(path.read_text("utf-8"))):
            catalogue.add(message, locations=[(str(path.relative_to(ROOT)), 0)])
    written = BytesIO()
    write_po(
        written, catalogue, sort_output=True, include_lineno=False, omit_header=True, width=110
    )
    return written.getvalue()


def marked(tree: ast.AST) -> Iterator[str]:
    """Every string inside a call of one of MARKS; of a table its values."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS:
            for argument in node.args:
                yield from _strings(argument)


def unmarked(tree: ast.AST) -> Iterator[str]:
    """Vietnamese strings that are in no such call, no docstring and no regular expression: that one
    reads words and says none."""
    known = set(marked(tree)) | set(_docstrings(tree)) | set(_expressions(tree))
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and VIETNAMESE.search(text) and text not in known:
            yield text


def bare(source: str) -> Iterator[str]:
    """Vietnamese in a template that is neither in `_()` nor between trans and endtrans."""
    inside = False
    for _, kind, text in Environment(extensions=["jinja2.ext.i18n"]).lex(source):
        if kind == "name" and text in ("trans", "endtrans"):
            inside = text == "trans"
        if kind == "data" and not inside and VIETNAMESE.search(text):
            yield " ".join(text.split())


def _strings(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Dict):
        for value in node.values:
            yield from _strings(value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def _expressions(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "re.compile":
            yield from _strings(node.args[0])


def _docstrings(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value.value


if __name__ == "__main__":
    CATALOGUE.write_bytes(gather())
