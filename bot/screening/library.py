"""The instruments at hand: those shipped, and files that an operator put beside them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from bot.errors import DiemTuaError
from bot.screening.instrument import Data, Instrument
from bot.screening.soundness import faults

FOLDER = "screening"
"""Where, in the data folder, an operator's files lie."""


class InstrumentRefused(DiemTuaError):
    """A file that is no sound instrument or wording; `line` says where and why."""


class LicensedWording(Data):
    """Words for a shipped instrument, licensed or reviewed: `permission` names who allowed them.

    `texts` are item's id → text, where "*" stands for every class and "{class}" in the text for its
    name in `classes`; `titles` are the answers' code → title.
    """

    instrument: str
    version: str = ""
    permission: str
    texts: Mapping[str, str]
    titles: Mapping[str, str]
    classes: Mapping[str, str] = {}


def load_instruments(folder: Path | None = None) -> dict[str, Instrument]:
    """Every shipped instrument by name, with those and the wording found in `folder`.

    Raises:
        InstrumentRefused: a file contradicts itself.
    """
    found = dict(_shipped())
    for path in sorted(folder.glob("*.yml")) if folder else ():
        instrument = read_file(path)
        found[instrument.name] = instrument
    return found


def install(path: Path, folder: Path) -> Instrument:
    """Put an operator's file where the next start finds it, replacing an older one of that name.

    Raises:
        InstrumentRefused: as for `read_file`.
    """
    instrument = read_file(path)
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f"{instrument.name}.new"
    draft.write_bytes(path.read_bytes())
    draft.replace(folder / f"{instrument.name}.yml")
    return instrument


def read_file(path: Path) -> Instrument:
    """The instrument in an operator's file: a whole one, as those shipped, or wording for one of them.

    Raises:
        InstrumentRefused: the file is neither, or unsound, or leaves out an item's or answer's words.
    """
    try:
        data = yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InstrumentRefused(f"{path.name}: không đọc được ({type(error).__name__}).") from None
    if isinstance(data, dict) and "items" in data:
        return read_instrument(data, path.name)
    try:
        words = LicensedWording.model_validate(data)
    except ValidationError as error:
        raise InstrumentRefused(f"{path.name}: {_reason(error)}") from None
    if words.instrument not in _shipped():
        raise InstrumentRefused(f"{path.name}: không có bộ câu hỏi {words.instrument!r}.")
    return _worded(_shipped()[words.instrument], words, path.name)


def read_instrument(data: object, name: str) -> Instrument:
    """The instrument in a file's data; `name` is the file's.

    Raises:
        InstrumentRefused: bands overlap or leave a gap, a scored item cannot be reached, or anything
            else that `soundness.faults` finds.
    """
    try:
        instrument = Instrument.model_validate(_spread(data))
    except ValidationError as error:
        raise InstrumentRefused(f"{name}: {_reason(error)}") from None
    if fault := next(faults(instrument), ""):
        raise InstrumentRefused(f"{name}: {fault}")
    return instrument


def _worded(shipped: Instrument, words: LicensedWording, file: str) -> Instrument:
    ids = {item.id for item in shipped.items}
    texts: dict[str, str] = {}
    for name, text in words.texts.items():
        filled = {
            name.replace("*", one): text.replace("{class}", title)
            for one, title in (words.classes or {"": ""}).items()
        }
        texts |= {one: words_ for one, words_ in filled.items() if one in ids}
        if not ids & set(filled):
            raise InstrumentRefused(f"{file}: texts.{name}: {shipped.name} không có câu này.")
    items = [
        {**item.model_dump(by_alias=True), "text": texts.get(item.id, "")} for item in shipped.items
    ]
    version = words.version or shipped.wording.version
    made = read_instrument(
        {
            **shipped.model_dump(by_alias=True),
            "items": items,
            "titles": dict(words.titles),
            "wording": {"status": words.permission, "version": version},
        },
        file,
    )
    if not made.may_be_asked:
        missing = [item.id for item in made.items if not item.text]
        raise InstrumentRefused(
            f"{file}: còn thiếu lời cho câu hoặc câu trả lời ({', '.join(missing[:5]) or 'titles'})."
        )
    return made


@cache
def _shipped() -> Mapping[str, Instrument]:
    folder = files("bot") / "content" / "screening"
    found: dict[str, Instrument] = {}
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if file.name.endswith(".yml"):
            data = yaml.load(file.read_text("utf-8"), yaml.CSafeLoader)
            found[data["name"]] = read_instrument(data, file.name)
    return found


def _spread(data: Any) -> Any:
    """The data with every item and score named with a "*" repeated for each class in `each`, but
    those `not_for`."""
    if not isinstance(data, dict) or not isinstance(data.get("each"), list):
        return data
    classes = data["each"]
    spread = {key: value for key, value in data.items() if key != "each"}
    for part in (one for one in ("items", "scores") if isinstance(data.get(one), list)):
        spread[part] = [made for one in data.get(part, []) for made in _repeated(one, classes)]
    return spread


def _repeated(one: Any, classes: list[str]) -> list[Any]:
    name = str(one.get("id", one.get("name", ""))) if isinstance(one, dict) else ""
    if "*" not in name:
        return [one]
    kept = {key: value for key, value in one.items() if key != "not_for"}
    wanted = [each for each in map(str, classes) if each not in one.get("not_for", ())]
    return [_filled(kept, each) for each in wanted]


def _filled(value: Any, each: str) -> Any:
    if isinstance(value, str):
        return value.replace("*", each)
    if isinstance(value, dict):
        return {key: _filled(inner, each) for key, inner in value.items()}
    return [_filled(inner, each) for inner in value] if isinstance(value, list) else value


def _reason(error: ValidationError) -> str:
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}" if place else str(first["msg"]).removeprefix("Value error, ")
