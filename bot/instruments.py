"""Screening instruments as data: questions, wording, key, bands, and the words for each answer.

Each stands in content/screening/<name>.yml with its source and licence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, model_validator

Answer = Literal["yes", "no"]


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Consent(_Data):
    """The text shown before the first question and the titles of its three choices."""

    text: str
    agree: str
    decline: str
    minor: str


class Item(_Data):
    """One yes/no question. `sometimes` is the answer that "sometimes" amounts to here."""

    id: str
    text: str
    sometimes: Answer


class Band(_Data):
    """A range of scores, both ends included, with what the person is told and offered."""

    code: str
    lowest: int
    highest: int
    text: str
    offer: tuple[str, ...]


class Offer(_Data):
    """A button that leads on from here."""

    title: str
    payload: str


class ResultTexts(_Data):
    """What is said beside a band."""

    skipped: str
    too_many_skipped: str
    caution: str


class Instrument(_Data):
    """A questionnaire of yes/no items with its wording, its key and its words for each answer.

    `version` is the published wording the questions follow; `reversed_items` names, per version,
    the items where "no" scores. Where `gate` is answered "no" the score is 0 and nothing else
    counts. `cites` are the laws its texts name.
    """

    name: str
    version: str
    reversed_items: Mapping[str, tuple[str, ...]]
    gate: str
    max_skipped: int
    cites: tuple[str, ...]
    consent: Consent
    minor_below: int
    question: str
    choices: Mapping[str, str]
    items: tuple[Item, ...]
    refused: str
    stopped: str
    minor: str
    buttons: Mapping[str, Offer]
    result: ResultTexts
    bands: tuple[Band, ...]
    words: Mapping[str, tuple[str, ...]]
    spellings: Mapping[str, tuple[str, ...]]
    before: tuple[str, ...]
    after: tuple[str, ...]

    @model_validator(mode="after")
    def _key_fits_items(self) -> Instrument:
        ids = {item.id for item in self.items}
        named = {self.gate, *(name for names in self.reversed_items.values() for name in names)}
        if named - ids:
            raise ValueError(f"no item {sorted(named - ids)}")
        if self.version not in self.reversed_items:
            raise ValueError(f"no key for version {self.version}")
        ends = [-1, *(end for band in self.bands for end in (band.lowest, band.highest))]
        if ends[-1] != len(ids) or any(low != high + 1 for high, low in list(pairwise(ends))[::2]):
            raise ValueError("the bands leave a gap or overlap")
        return self

    @staticmethod
    def load(name: str) -> Instrument:
        """The shipped instrument called `name`, as "dast-10".

        Raises:
            ValueError: no such instrument is shipped, or its file contradicts itself.
        """
        return _load(name)

    def score(self, answers: Mapping[str, object], version: str) -> tuple[int, str]:
        """The score and the band's code for `answers` (item id → "yes", "no", or None: skipped).

        Skipped or absent items score nothing. Whoever answers the gate item "no" scores 0.

        Raises:
            ValueError: an unknown version, item or answer; the message names the field.
        """
        if version not in self.reversed_items:
            raise ValueError(f"version: {version!r} is not one of {sorted(self.reversed_items)}")
        ids = {item.id for item in self.items}
        for name, given in answers.items():
            if name not in ids:
                raise ValueError(f"answers.{name}: no such item")
            if given not in ("yes", "no", None):
                raise ValueError(f"answers.{name}: {given!r} is not yes, no or null")
        points = 0
        if answers.get(self.gate) != "no":
            reverse = self.reversed_items[version]
            points = sum(g == ("no" if n in reverse else "yes") for n, g in answers.items())
        band = next(band for band in self.bands if band.lowest <= points <= band.highest)
        return points, band.code


@cache
def _load(name: str) -> Instrument:
    file = files("bot") / "content" / "screening" / f"{name}.yml"
    if not re.fullmatch(r"[a-z0-9-]+", name) or not file.is_file():
        raise ValueError(f"no instrument {name!r}")
    return Instrument.model_validate(yaml.safe_load(file.read_text("utf-8")))
