"""What Rasa remembers of a conversation between two messages: a form, what it asks, coded slots.

Never anything that a person wrote. Rasa holds no keys and our rule is that text is encrypted at
rest, so messages, entities and parse data are left out and free-text slots are not saved at all.
The row is small and of one size: a turn costs the same on the first day and after a year.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import (
    ACTION_LISTEN_NAME,
    ACTION_SESSION_START_NAME,
    REQUESTED_SLOT,
)
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SessionStarted, SlotSet
from rasa.shared.core.slots import CategoricalSlot
from rasa.shared.core.trackers import DialogueStateTracker

log = logging.getLogger(__name__)

_IN_MEMORY = 10_000
_CONNECTIONS = 4

_SAVE = sa.text(
    "insert into rasa_state (sender_id, data, updated_at) values (:sender, :data, :now) "
    "on conflict (sender_id) do update set data = excluded.data, updated_at = excluded.updated_at"
)
_READ = sa.text("select data, updated_at from rasa_state where sender_id = :sender")
_KEYS = sa.text("select sender_id from rasa_state")


def snapshot(tracker: DialogueStateTracker, domain: Domain) -> dict[str, Any]:
    """What may be remembered of `tracker`: names and codes that the domain itself lists.

    Returns:
        {"loop": a form of the domain or None, "asks": one of its slots or None,
        "slots": {name: code} for categorical slots that hold one of their listed values}.
    """
    loop = tracker.active_loop_name if tracker.active_loop_name in domain.form_names else None
    asks = tracker.get_slot(REQUESTED_SLOT) if loop else None
    coded = {
        name: slot.value
        for name, slot in tracker.slots.items()
        if isinstance(slot, CategoricalSlot) and str(slot.value).lower() in slot.values
    }
    known = asks in {slot.name for slot in domain.slots}
    return {"loop": loop, "asks": asks if known else None, "slots": coded}


def replay(remembered: dict[str, Any], at: float) -> list[Event]:
    """The events that bring a new tracker to what `snapshot` wrote; `at` is seconds since 1970."""
    events: list[Event] = [
        ActionExecuted(ACTION_SESSION_START_NAME, timestamp=at),
        SessionStarted(timestamp=at),
        ActionExecuted(ACTION_LISTEN_NAME, timestamp=at),
    ]
    if remembered["loop"]:
        events.append(ActiveLoop(remembered["loop"], timestamp=at))
    for name, value in remembered["slots"].items():
        events.append(SlotSet(name, value, timestamp=at))
    if remembered["asks"]:
        events.append(SlotSet(REQUESTED_SLOT, remembered["asks"], timestamp=at))
    if remembered["loop"]:
        events += [
            ActionExecuted(remembered["loop"], timestamp=at),
            ActionExecuted(ACTION_LISTEN_NAME, timestamp=at),
        ]
    return events


class BoundedTrackerStore(TrackerStore):
    """One row a conversation in PostgreSQL, or memory where RASA_DATABASE_URL is unset.

    Its table `rasa_state` is made by the program's own migrations. While the database is away each
    message is understood on its own, without a form: what is lost here does no harm.
    """

    def __init__(
        self,
        domain: Domain | None,
        event_broker: EventBroker | None = None,
        host: str | None = None,
        expires_after: float = 3600.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`expires_after`: seconds after which what was remembered no longer counts."""
        super().__init__(domain, event_broker)
        url = os.environ.get("RASA_DATABASE_URL") or host
        self._expires_after, self._clock = expires_after, clock
        self._memory: OrderedDict[str, tuple[str, float]] = OrderedDict()
        self._engine = (
            sa.create_engine(url, pool_size=_CONNECTIONS, max_overflow=0, pool_pre_ping=True)
            if url
            else None
        )

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Remember `tracker`, in place of what was remembered before."""
        data, now = json.dumps(snapshot(tracker, self.domain)), self._clock()
        if self._engine is None:
            self._memory[tracker.sender_id] = (data, now)
            self._memory.move_to_end(tracker.sender_id)
            if len(self._memory) > _IN_MEMORY:
                self._memory.popitem(last=False)
            return
        await asyncio.to_thread(_write, self._engine, tracker.sender_id, data, now)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The tracker as it was remembered; None where nothing is, or it is too old."""
        saved = await asyncio.to_thread(self._read, sender_id)
        if saved is None or self._clock() - saved[1] > self._expires_after:
            return None
        events = replay(json.loads(saved[0]), saved[1])
        return DialogueStateTracker.from_events(
            sender_id, events, self.domain.slots, domain=self.domain
        )

    def remembered(self, sender_id: str) -> str:
        """The saved row as it stands, for those who must prove what is not in it."""
        saved = self._read(sender_id)
        return saved[0] if saved else ""

    def _read(self, sender_id: str) -> tuple[str, float] | None:
        if self._engine is None:
            return self._memory.get(sender_id)
        try:
            with self._engine.connect() as connection:
                row = connection.execute(_READ, {"sender": sender_id}).first()
        except sa.exc.DBAPIError as error:
            log.warning("dialogue state not read: %s", type(error.orig).__name__)
            return None
        return (row.data, row.updated_at.timestamp()) if row else None

    async def keys(self) -> Iterable[str]:
        """The conversations that something is remembered of."""
        if self._engine is None:
            return list(self._memory)
        with self._engine.connect() as connection:
            return [row.sender_id for row in connection.execute(_KEYS)]


def _write(engine: sa.engine.Engine, sender_id: str, data: str, now: float) -> None:
    row = {"sender": sender_id, "data": data, "now": datetime.fromtimestamp(now, UTC)}
    try:
        with engine.begin() as connection:
            connection.execute(_SAVE, row)
    except sa.exc.DBAPIError as error:
        log.warning("dialogue state not saved: %s", type(error.orig).__name__)
