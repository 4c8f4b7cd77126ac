"""A citizen says that a place is not as we told, or that they know another: which one, and thanks."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from actions import commands
from bot import acts, episodes, suggestion_words, suggestions
from bot.messages import Outbound
from bot.places import MOST_CHOICES, Near
from bot.runtime import Runtime
from bot.store import State, Talk
from bot.suggestions import Said
from bot.told_places import Told, which
from bot.turn.shapes import Did, Turn
from bot.wrong_places import Report, What, asks_something, names_place, read_report
from referral_directory.cells import read_phones
from referral_directory.reading import read_keys, read_row
from referral_directory.records import row_id
from referral_directory.tables import Service

RECENT = timedelta(days=7)
"""For so long after places were told a word against them is taken for one."""
ANSWERED_WITHIN = timedelta(hours=1)
MOST_UNSURE_WORDS = 15
"""What names neither number nor place counts only soon after places were told, and said shortly."""
LONGEST_KEPT = 1_000
_DID = Did("complaint_feedback")


@dataclass(frozen=True)
class Places:
    """What the bot remembers of places it told: the keys of the last ones and when places were last
    looked for; and, while it asks for more about a report (`about`), the `words` of that."""

    keys: tuple[str, ...] = ()
    at: str = ""
    about: What | None = None
    words: str = ""

    @classmethod
    def of(cls, state: State) -> Places:
        saved = state.places or {}
        known = {name: saved[name] for name in cls.__dataclass_fields__ if name in saved}
        return cls(**{**known, "keys": tuple(known.get("keys", ()))})

    def is_within(self, runtime: Runtime, lasts: timedelta) -> bool:
        """Whether places were told, or was asked about them, not longer ago than that."""
        return bool(self.at) and runtime.clock() - datetime.fromisoformat(self.at) < lasts


def remember(runtime: Runtime, state: State, near: Near) -> State:
    """The state after `near` was told; a question that was open about others is closed."""
    if near.told_keys is None:
        return state
    return _with(state, Places(near.told_keys, runtime.clock().isoformat()))


def forget(state: State) -> State:
    """The state without an open question about a report."""
    places = Places.of(state)
    return _with(state, replace(places, about=None, words="")) if places.about else state


async def take_words(runtime: Runtime, talk: Talk, text: str, turn: Turn) -> Turn | None:
    """Typed words as a report about the places told last, or as the answer to what was asked about one;
    None where they are neither, or something else comes first: danger, a person, an open form."""
    state, places = turn.state, Places.of(turn.state)
    if turn.alarm.level != "none" or state.awaiting_feedback:
        return None
    if not places.is_within(runtime, RECENT) or await _is_in_danger(runtime, talk, state):
        return None
    first = acts.find_act(text)
    if isinstance(first, commands.CallCounsellor | commands.DeleteData | commands.StartScreening):
        return None
    if places.about and places.is_within(runtime, ANSWERED_WITHIN):
        answered = await _take_answer(runtime, talk, text, turn, places)
        if answered is not None:
            return answered
    report = read_report(text)
    if report is None:
        return None
    lately = places.is_within(runtime, ANSWERED_WITHIN) and len(text.split()) <= MOST_UNSURE_WORDS
    if not report.sure and (state.screening or not lately):
        return None
    if report.what == "place":
        return _ask(runtime, turn, places, report, text, suggestion_words.ask_place())
    meant = which(text, await _told(runtime, places.keys, report.what))
    if len(meant) == 1:
        return await _keep(runtime, talk, turn, Said(meant[0].key, report.what, text))
    options = [(str(row_id(one.key, Service)), one.name) for one in meant[:MOST_CHOICES]]
    asked = suggestion_words.ask_which(options)
    return _ask(runtime, turn, places, report, text, asked) if options else None


async def press(runtime: Runtime, talk: Talk, turn: Turn, pressed: str) -> Turn:
    """Which of the places told is meant: `pressed` is the id of its service, or "none"."""
    places, turn = Places.of(turn.state), replace(turn, did=_DID)
    key = next((key for key in places.keys if str(row_id(key, Service)) == pressed), None)
    if key is None or places.about is None:
        return turn.then(suggestion_words.none_of_them(), state=forget(turn.state))
    return await _keep(runtime, talk, turn, Said(key, places.about, places.words))


async def _take_answer(
    runtime: Runtime, talk: Talk, text: str, turn: Turn, places: Places
) -> Turn | None:
    """The answer to which place is meant, or to what is known of another."""
    said = f"{places.words}\n{text}"
    act = acts.find_act(text)
    if places.about == "place":
        named = names_place(text) or bool(runtime.gazetteer.find(text))
        if not named or asks_something(text) or not isinstance(act, commands.FindAnswer):
            return None
        return await _keep(runtime, talk, turn, Said("", "place", said))
    if asks_something(text) or not isinstance(act, commands.FindAnswer):
        return None
    about = places.about or "other"
    told = await _told(runtime, places.keys, about)
    meant = which(text, told)
    if len(meant) != 1 or len(told) == 1:
        return None
    return await _keep(runtime, talk, turn, Said(meant[0].key, about, said))


def _ask(
    runtime: Runtime, turn: Turn, places: Places, report: Report, text: str, question: Outbound
) -> Turn:
    asked = replace(
        places, at=runtime.clock().isoformat(), about=report.what, words=text[:LONGEST_KEPT]
    )
    return replace(turn.then(question, state=_with(turn.state, asked)), did=_DID)


async def _keep(runtime: Runtime, talk: Talk, turn: Turn, said: Said) -> Turn:
    """Thanks, and what was said to be kept, unless the person said it before or has said enough."""
    turn = replace(turn, did=_DID, state=forget(turn.state))
    said = replace(said, words=said.words[:LONGEST_KEPT])
    async with runtime.statements() as connection:
        noted = said.row_key and await suggestions.is_noted(
            connection, talk, said.row_key, said.what
        )
        more = await suggestions.may_note(connection, talk)
    name, kind = await _row(runtime, said.row_key)
    if noted:
        return turn.then(suggestion_words.already_noted(name))
    if not more:
        return turn.then(suggestion_words.enough_for_now())
    is_for_help = kind in ("emergency", "hotline_child")
    thanks = suggestion_words.thank(said.what, name, is_for_help=is_for_help)
    return replace(turn.then(thanks), suggests=said)


async def _told(runtime: Runtime, keys: tuple[str, ...], about: What) -> list[Told]:
    """The places told, as the directory has them; of a wrong number, those that have one."""
    async with runtime.sessions() as session:
        rows = await read_keys(session, keys)
    told = [
        Told(key, rows[key]["name"], tuple(read_phones(rows[key]))) for key in keys if key in rows
    ]
    with_phone = [one for one in told if one.phones]
    return with_phone if about == "phone" and with_phone else told


async def _row(runtime: Runtime, key: str) -> tuple[str, str]:
    """The name and the kind of a row; both empty without one."""
    async with runtime.sessions() as session:
        row = await read_row(session, key) if key else None
    return (row["name"], row["kind"]) if row else ("", "")


async def _is_in_danger(runtime: Runtime, talk: Talk, state: State) -> bool:
    if not state.worry:
        return False
    if state.worry_soft:
        return True
    async with runtime.statements() as connection:
        return await episodes.is_open(connection, talk.id)


def _with(state: State, places: Places) -> State:
    return replace(state, places=asdict(places))
