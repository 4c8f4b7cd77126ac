"""A screening instrument as data: items, answers with their points, skip rules, scores, bands, advice.

Each stands in content/screening/<name>.yml with its source and licence. Names are paths with dots,
"substances.cannabis.q2" or "respondent.sex", as the answers lie in a line of `diemtua score`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.danger import Label, Person

Given = str | int | None
"""An answer: its code, a number, or None where the item was skipped."""
Value = str | int | bool | None
"""What a name stands for while scoring: an answer, a score, a band or an outcome."""


class Data(BaseModel):
    """What is read from an instrument's file: unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Condition(Data):
    """Holds where one of the names `any_of` has a value in `is`, or not in `is_not`, or of `at_least`.

    What was skipped or did not apply has no value: it fits `is_not` alone.
    """

    any_of: tuple[str, ...] = Field(min_length=1)
    among: tuple[bool | str, ...] | None = Field(default=None, alias="is")
    is_not: tuple[bool | str, ...] | None = None
    at_least: int | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> Condition:
        if sum(said is not None for said in (self.among, self.is_not, self.at_least)) != 1:
            raise ValueError("a condition has one of is, is_not, at_least")
        return self

    def holds(self, values: Mapping[str, Value]) -> bool:
        return any(self._fits(values.get(name)) for name in self.any_of)

    def _fits(self, value: Value) -> bool:
        if self.at_least is not None:
            return isinstance(value, int) and value >= self.at_least
        if self.is_not is not None:
            return value not in self.is_not
        return value in (self.among or ())


def all_hold(conditions: tuple[Condition, ...], values: Mapping[str, Value]) -> bool:
    return all(condition.holds(values) for condition in conditions)


class Numbers(Data):
    """A whole number as the answer. `steps` are the numbers that buttons begin at, rising."""

    lowest: int
    highest: int
    steps: tuple[int, ...] = ()


class Scale(Data):
    """The answers to an item: codes with their points, or `numbers`.

    `versions` holds the points of other published wordings. `sometimes` is the code that "sometimes"
    amounts to; `counts` the smallest number of times (or of `unit`) from which on a code is meant,
    `per_month` the smallest number of times a month; both rising. A count above `at_most` is no answer.
    `also_units` are words for about the same as one `unit`.
    """

    answers: Mapping[str, int] = {}
    versions: Mapping[str, Mapping[str, int]] = {}
    numbers: Numbers | None = None
    sometimes: str = ""
    counts: Mapping[str, int] = {}
    at_most: int = 999
    per_month: Mapping[str, int] = {}
    unit: str = ""
    also_units: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _is_whole(self) -> Scale:
        if bool(self.answers) == (self.numbers is not None):
            raise ValueError("a scale has either answers or numbers")
        named = {*self.counts, *self.per_month, *([self.sometimes] if self.sometimes else [])}
        for codes in (named, *self.versions.values()):
            if unknown := set(codes) - set(self.answers):
                raise ValueError(f"no answer {sorted(unknown)} on this scale")
        points = [*self.answers.values(), *(p for v in self.versions.values() for p in v.values())]
        if any(one < 0 for one in points):
            raise ValueError("points are never below 0")
        return self

    def points(self, given: Given, version: str) -> int:
        """What an answer scores in a wording; a number scores nothing."""
        return self.versions.get(version, self.answers).get(str(given), 0)

    def most(self) -> int:
        """The most points that an answer scores in any wording."""
        every = [self.answers, *self.versions.values()]
        return max((points for codes in every for points in codes.values()), default=0)

    def accepts(self, given: object) -> bool:
        """Whether `given` is an answer on this scale; None, a skipped item, always is."""
        if given is None:
            return True
        if self.numbers is not None:
            whole = isinstance(given, int) and not isinstance(given, bool)
            return whole and self.numbers.lowest <= int(str(given)) <= self.numbers.highest
        return isinstance(given, str) and given in self.answers

    def described(self) -> str:
        if self.numbers is not None:
            return f"a whole number from {self.numbers.lowest} to {self.numbers.highest}"
        return f"one of {', '.join(self.answers)}"


class Item(Data):
    """One question. It applies where every condition of `asked_if` holds for earlier answers.

    `also_called` are other names for it in a line of answers; `required` must not be skipped there.
    `ask_directly`: who skips it is asked plainly whether they want to harm themselves.
    `text` is the wording, empty where none may ship; `loinc` its code where LOINC has one.
    """

    id: str
    scale: str
    asked_if: tuple[Condition, ...] = ()
    also_called: tuple[str, ...] = ()
    required: bool = False
    ask_directly: bool = False
    text: str = ""
    loinc: str = ""


class Band(Data):
    """A range of scores, both ends included."""

    code: str
    lowest: int
    highest: int


class Score(Data):
    """The sum of the points of `items`, given where `given_if` holds; `band` names its band."""

    name: str
    items: tuple[str, ...] = Field(min_length=1)
    given_if: tuple[Condition, ...] = ()
    band: str = ""
    bands: tuple[Band, ...] = ()
    loinc: str = ""


class Case(Data):
    when: tuple[Condition, ...]
    value: bool | str = Field(alias="is")


class Outcome(Data):
    """What follows from answers and scores: the first of the `cases` that holds, or `otherwise`."""

    name: str
    cases: tuple[Case, ...]
    otherwise: bool | str


class Advice(Data):
    """What a person is told. The first whose `when` holds is meant; `level` is the level of risk in
    words, `offer` the next steps, best first, `brief` whether the short talk about change fits."""

    when: tuple[Condition, ...] = ()
    level: str = ""
    text: str
    offer: tuple[Literal["human", "place", "hotline"], ...] = ()
    brief: bool = False


class Alarm(Data):
    """Answers that are a danger to life and go the way of one, as `bot.danger.Danger` says it; `at_once`
    before the rest is asked."""

    when: tuple[Condition, ...]
    level: Literal["urgent", "emergency"]
    at_once: bool = False
    label: Label = "suicide"
    person: Person = "self"


class Wording(Data):
    """`status` says who answers for the words; `version` is the published wording they follow."""

    status: str
    version: str = ""


class Instrument(Data):
    """A questionnaire. `ages` are the youngest and oldest it is for, `minutes` what it takes.

    `max_skipped` is the most skipped items that leave a result; `begins_with` an instrument whose
    items of the same name are not asked again; `ignored` are fields that lines of answers may have
    and that say nothing for the score. `credit` is shown before the first question; `result` says
    the level of the advice.
    """

    name: str = Field(pattern=r"^[a-z0-9-]+$")
    title: str
    about: str
    ages: tuple[int, int]
    minutes: int = Field(ge=1)
    source: str = Field(min_length=1)
    licence: str = Field(min_length=1)
    credit: str = ""
    wording: Wording
    versions: tuple[str, ...] = ()
    max_skipped: int
    begins_with: str = ""
    question: str = "{text}"
    result: str
    titles: Mapping[str, str] = {}
    scales: Mapping[str, Scale]
    items: tuple[Item, ...] = Field(min_length=1)
    scores: tuple[Score, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    advice: tuple[Advice, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    ignored: tuple[str, ...] = ()

    def scale(self, item: Item) -> Scale:
        return self.scales[item.scale]

    @property
    def asked(self) -> tuple[Item, ...]:
        """The items that are put to a person: those with wording."""
        return tuple(item for item in self.items if item.text)

    @property
    def may_be_asked(self) -> bool:
        """Whether there is wording for all of it, facts about the respondent apart."""
        worded = all(item.text or item.id.startswith("respondent.") for item in self.items)
        codes = (code for item in self.asked for code in self.scale(item).answers)
        return worded and bool(self.asked) and all(code in self.titles for code in codes)


def applying(
    instrument: Instrument, answers: Mapping[str, Given]
) -> Iterator[tuple[Item, Mapping[str, Given]]]:
    """The items that apply, in order, each with the answers that count before it. Answers to items
    that do not apply are left out, and so decide nothing."""
    taken: dict[str, Given] = {}
    for item in instrument.items:
        if all_hold(item.asked_if, taken):
            yield item, taken
            if answers.get(item.id) is not None:
                taken[item.id] = answers[item.id]
