"""Where a person stands in a screening, as it is stored between two turns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from bot.screening.instrument import Given
from bot.screening.results import Result, Shelf

GROUPS: Final[Mapping[str, tuple[int, int]]] = {
    "youth": (12, 17),
    "adult": (18, 120),
    "family": (18, 120),
}
"""The ages of each group; a family member speaks for nobody else's answers."""
STAGES = frozenset(
    {"consent", "age", "safety", "asking", "harm", "result", "share", "reasons", "goal", "plan"}
)


@dataclass(frozen=True)
class State:
    """`stage` is what was last asked. `group` is "youth", "adult" or "family" once known; `only` the
    one instrument chosen, `invited` whether a counsellor chose it. `answers` are those of the open
    `instrument`, None where skipped; `done` what is finished; `taken_back` the answers that a step
    back forgot, by instrument: a danger in them counts until they are given anew; `words` what was
    said in the short talk.
    """

    stage: str = "consent"
    group: str = ""
    only: str = ""
    invited: bool = False
    instrument: str = ""
    version: str = ""
    answers: Mapping[str, Given] = field(default_factory=dict)
    done: tuple[Result, ...] = ()
    taken_back: Mapping[str, Mapping[str, Given]] = field(default_factory=dict)
    paused: bool = False
    words: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_json(shelf: Shelf, data: object) -> State:
        """The state that `to_json` wrote.

        Raises:
            ValueError: `data` is no such state, or one of instruments or wording that are not at hand
                any more; start over.
        """
        if not isinstance(data, dict) or set(data) != set(State.__dataclass_fields__):
            raise ValueError("not a screening state")
        try:
            state = _STATE.validate_python(data)
        except ValidationError:
            raise ValueError("not a screening state") from None
        named = [(one.instrument, one.version, one.answers) for one in state.done]
        if state.instrument:
            named.append((state.instrument, state.version, state.answers))
        for name, answers in state.taken_back.items():
            named.append((name, shelf[name].wording.version if name in shelf else "", answers))
        for name, version, answers in named:
            instrument = shelf.get(name)
            if instrument is None or instrument.wording.version != version:
                raise ValueError(f"a screening state of {name} {version}, which is not at hand")
            items = {item.id: item for item in instrument.asked}
            if any(one not in items for one in answers) or not all(
                instrument.scale(items[one]).accepts(given) for one, given in answers.items()
            ):
                raise ValueError("a screening state with answers that its instrument does not know")
        _refuse_contradictions(shelf, state)
        return state


def _refuse_contradictions(shelf: Shelf, state: State) -> None:
    right = (
        state.stage in STAGES
        and (state.group in GROUPS or (not state.group and not state.done))
        and (state.stage == "asking") == bool(state.instrument)
        and (not state.only or state.only in shelf)
        and (state.stage not in ("asking", "safety", "harm", "result") or bool(state.group))
        and (state.stage != "harm" or bool(state.done))
    )
    if not right:
        raise ValueError("a screening state that contradicts itself")


_STATE = TypeAdapter(State)
