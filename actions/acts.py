"""Rasa's custom actions: each says, as data, what the conversation core is asked to do.

No action reads or writes anything, and none speaks to a person: a command from commands.py travels
in the `custom` part of the reply, and words and deeds are the core's.
"""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.commands import (
    SERVICE_KINDS,
    AskFeedback,
    AskPlace,
    CallCounsellor,
    Command,
    DeleteData,
    FindAnswer,
    FindPlace,
    GiveHotlines,
    SmallTalk,
    StartScreening,
    TakeFeedback,
    Unsure,
    to_json,
)

_Events = list[dict[str, Any]]

_ABOUT = {"greet": "greeting", "deny": "never_mind"}
_HELPFUL = {"feedback_good": True, "affirm": True, "feedback_bad": False, "deny": False}
_LONGEST_PLACE = 6


def _give(dispatcher: CollectingDispatcher, command: Command) -> None:
    dispatcher.utter_message(json_message=to_json(command))


def _intent(tracker: Tracker) -> str:
    """The intent of the latest message; "nlu_fallback" stays that, whatever came second."""
    return str(tracker.latest_message.get("intent", {}).get("name"))


def _entity(tracker: Tracker, name: str) -> str | None:
    """The first value of an entity in the latest message."""
    return next((str(value) for value in tracker.get_latest_entity_values(name) if value), None)


def _kind(tracker: Tracker) -> str | None:
    """The code of the service kind asked for; None where it is unknown."""
    kind = tracker.get_slot("kind")
    return kind if kind in SERVICE_KINDS else None


class FindAnswerAction(Action):
    """Someone asks something that an article may answer."""

    def name(self) -> str:
        """As the rules call it."""
        return "action_find_answer"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> _Events:
        """FindAnswer, with the substance that was named."""
        _give(dispatcher, FindAnswer(substance=_entity(tracker, "substance")))
        return []


class FindPlaceAction(Action):
    """The place is known: look for a service there."""

    def name(self) -> str:
        """As the rules call it."""
        return "action_find_place"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> _Events:
        """FindPlace; what was asked for is forgotten, so that the next search starts clean."""
        _give(dispatcher, FindPlace(place=tracker.get_slot("place"), kind=_kind(tracker)))
        return [SlotSet("place", None), SlotSet("kind", None)]


class AskPlaceAction(Action):
    """The place form has no place yet."""

    def name(self) -> str:
        """The name by which Rasa's form `place_form` asks for its slot `place`."""
        return "action_ask_place_form_place"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> _Events:
        """AskPlace, with the kind of service wanted."""
        _give(dispatcher, AskPlace(kind=_kind(tracker)))
        return []


class GiveHotlinesAction(Action):
    """Someone asks for telephone numbers."""

    def name(self) -> str:
        """As the rules call it."""
        return "action_give_hotlines"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> _Events:
        """GiveHotlines."""
        _give(dispatcher, GiveHotlines())
        return []


class StartScreeningAction(Action):
    """Someone wants to check themselves."""

    def name(self) -> str:
        """As the rules call it."""
        return "action_start_screening"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> _Events:
        """StartScreening."""
        _give(dispatcher, StartScreening())
        return []


class CallCounsellorAction(Action):
    """Someone wants a human being."""

    def name(self) -> str:
        """As the rules call it."""
        return "action_call_counsellor"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> _Events:
        """CallCounsellor."""
        _give(dispatcher, CallCounsellor())
        return []


class AskFeedbackAction(Action):
    """Someone wants to praise or complain and has not said what about."""

    def name(self) -> str:
        """The name by which Rasa's form `feedback_form` asks for its slot `feedback`."""
        return "action_ask_feedback_form_feedback"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> _Events:
        """AskFeedback."""
        _give(dispatcher, AskFeedback())
        return []


class TakeFeedbackAction(Action):
    """Someone has said what they think of an answer."""

    def name(self) -> str:
        """As the rules call it."""
        return "action_take_feedback"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> _Events:
        """TakeFeedback: helpful, not helpful, or in free words, which the core has itself."""
        _give(dispatcher, TakeFeedback(helpful=_HELPFUL.get(_intent(tracker))))
        return [SlotSet("feedback", None)]


class DeleteDataAction(Action):
    """Someone wants their data shown or erased."""

    def name(self) -> str:
        """As the rules call it."""
        return "action_delete_data"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> _Events:
        """DeleteData."""
        _give(dispatcher, DeleteData())
        return []


class SmallTalkAction(Action):
    """Greeting, thanks and the like: the intent says which."""

    def name(self) -> str:
        """As the rules call it."""
        return "action_small_talk"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> _Events:
        """SmallTalk about what the latest message is about."""
        intent = _intent(tracker)
        _give(dispatcher, SmallTalk(about=_ABOUT.get(intent, intent)))
        return []


class UnsureAction(Action):
    """Rasa did not understand."""

    def name(self) -> str:
        """As the rules and the policy's fallback call it."""
        return "action_unsure"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> _Events:
        """Unsure; but a few words, given when a place was asked for, are looked up as a place."""
        text = str(tracker.latest_message.get("text") or "")
        wants_place = tracker.active_loop.get("name") == "place_form"
        if not wants_place or not 0 < len(text.split()) <= _LONGEST_PLACE:
            _give(dispatcher, Unsure())
            return []
        _give(dispatcher, FindPlace(place=text, kind=_kind(tracker)))
        return [SlotSet("kind", None)]
