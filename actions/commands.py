"""What Rasa may ask the conversation core to do: data only, shared by actions/ and bot/rasa.py.

A command travels as the `custom` part of a Rasa REST reply: `to_json` on the action server,
`from_json` in `bot/rasa.py`. Nothing here speaks to a person or touches a database.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

SMALL_TALK = (
    "greeting",
    "thanks",
    "goodbye",
    "who_are_you",
    "insult",
    "off_topic",
    "language_switch",
    "repeat",
    "never_mind",
)

SERVICE_KINDS = (
    "rehab_centre",
    "home_rehab",
    "substitution_treatment",
    "addiction_identification",
    "counselling_point",
    "psychiatric_hospital",
    "hiv_harm_reduction",
    "psychological_support",
    "legal_aid",
    "vocational_training",
    "loan",
    "child_protection",
    "hotline",
    "commune_police",
)


@dataclass(frozen=True)
class FindAnswer:
    """The person asks something: search decides which article answers it."""

    substance: str | None = None


@dataclass(frozen=True)
class FindPlace:
    """The person looks for a place; `place` is what they called it, `kind` a service kind's code."""

    place: str | None = None
    kind: str | None = None


@dataclass(frozen=True)
class AskPlace:
    """A place is wanted but not named yet: ask for the commune or province."""

    kind: str | None = None


@dataclass(frozen=True)
class GiveHotlines:
    """The person asks for telephone numbers."""


@dataclass(frozen=True)
class StartScreening:
    """The person wants to check themselves."""


@dataclass(frozen=True)
class CallCounsellor:
    """The person wants a human being."""


@dataclass(frozen=True)
class AskFeedback:
    """The person complains or praises without saying what: ask what went well or badly."""


@dataclass(frozen=True)
class TakeFeedback:
    """Feedback on the last answer; `helpful` is None where it was given in free words."""

    helpful: bool | None = None


@dataclass(frozen=True)
class DeleteData:
    """The person wants their data shown or erased."""


@dataclass(frozen=True)
class SmallTalk:
    """Greeting, thanks and the like; `about` is one of SMALL_TALK."""

    about: str


@dataclass(frozen=True)
class Unsure:
    """Rasa did not understand: search, and if that is unsure too, the menu."""


Command = (
    FindAnswer
    | FindPlace
    | AskPlace
    | GiveHotlines
    | StartScreening
    | CallCounsellor
    | AskFeedback
    | TakeFeedback
    | DeleteData
    | SmallTalk
    | Unsure
)

_KINDS: dict[str, type[Any]] = {
    kind.__name__: kind
    for kind in (
        FindAnswer,
        FindPlace,
        AskPlace,
        GiveHotlines,
        StartScreening,
        CallCounsellor,
        AskFeedback,
        TakeFeedback,
        DeleteData,
        SmallTalk,
        Unsure,
    )
}


def to_json(command: Command) -> dict[str, Any]:
    """The command as plain JSON: its class name under "command", its fields beside it."""
    return {"command": type(command).__name__, **asdict(command)}


def from_json(data: object) -> Command:
    """The command that `to_json` wrote.

    Raises:
        ValueError: `data` is not a known command with known fields.
    """
    if not isinstance(data, dict):
        raise ValueError("a command is a JSON object")
    kind = _KINDS.get(str(data.get("command")))
    if kind is None:
        raise ValueError(f"unknown command {data.get('command')!r}")
    values = {name: value for name, value in data.items() if name != "command"}
    unknown = set(values) - {field.name for field in fields(kind)}
    if unknown:
        raise ValueError(f"{kind.__name__} has no {sorted(unknown)}")
    try:
        command: Command = kind(**values)
    except TypeError as error:
        raise ValueError(f"{kind.__name__}: {error}") from error
    if isinstance(command, SmallTalk) and command.about not in SMALL_TALK:
        raise ValueError(f"SmallTalk about {command.about!r}")
    return command
