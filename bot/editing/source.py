"""An article's Markdown source as the fields of a form, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml

from bot.answers.article import UNREVIEWED, split_source
from bot.laws import ContentBroken
from bot.understand import clean

OWN = frozenset({"key", "title", "short", "ask", "body", "reviewed_on", "reviewed_by"})
_NEW = {
    "topic": "rehab_voluntary_home",
    "next": [{"title": "Gặp người thật", "payload": "/human"}],
    "citations": [{"doc": "D05", "where": "Điều …"}],
    "facts": [],
    "valid_from": date(2026, 7, 1),
    "depends_on": ["hoàn cảnh của bạn"],
    "confidence": "high",
}


@dataclass(frozen=True)
class Form:
    """What an editor fills in: `ask` one paraphrase a line, `rest` the other fields as YAML."""

    key: str = ""
    title: str = ""
    short: str = ""
    ask: str = ""
    body: str = ""
    rest: str = ""

    @classmethod
    def of(cls, posted: Mapping[str, str], key: str = "") -> Form:
        """The form as a browser sent it; `key`, where given, is not the browser's to choose."""
        values = {name: clean(posted.get(name, "")).strip() for name in cls.__dataclass_fields__}
        return cls(**{**values, "key": key or values["key"]})

    @property
    def phrases(self) -> list[str]:
        """The paraphrases, each once, in their order."""
        lines = (" ".join(line.split()) for line in self.ask.splitlines())
        return list(dict.fromkeys(line for line in lines if line))


def new_form(question: str = "") -> Form:
    """The form of an article that is to be written, with its first paraphrase."""
    return Form(ask=question, rest=_yaml(_NEW))


def to_form(key: str, source: str) -> Form:
    """The form of a source. What cannot be read as fields stands in `rest` as it is."""
    try:
        front, body = split_source(source, f"{key}.md")
        data = yaml.safe_load(front)
    except (ContentBroken, yaml.YAMLError):
        return Form(key=key, rest=source)
    if not isinstance(data, dict):
        return Form(key=key, rest=source)
    rest = {name: value for name, value in data.items() if name not in OWN}
    asked = data.get("ask")
    return Form(
        key=key,
        title=str(data.get("title", "")),
        short=str(data.get("short", "")),
        ask="\n".join(map(str, asked)) if isinstance(asked, list) else "",
        body=body.strip(),
        rest=_yaml(rest) if rest else "",
    )


def to_source(form: Form, day: str) -> str:
    """The Markdown of a form, written on the day `day` (2026-11-23) and not yet approved.

    `rest` stands last, so that nothing in it is hidden: a field that is there twice is a fault that
    `check_form` names.
    """
    own = {"key": form.key, "title": form.title, "short": form.short, "ask": form.phrases}
    front = _yaml({**own, "reviewed_on": day, "reviewed_by": UNREVIEWED}).replace(
        f"reviewed_on: '{day}'", f"reviewed_on: {day}"
    )
    return f"---\n{front}{form.rest}\n---\n\n{form.body}\n"


def _yaml(data: Mapping[str, Any]) -> str:
    return yaml.safe_dump(dict(data), allow_unicode=True, sort_keys=False, width=1000)
