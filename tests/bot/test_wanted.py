"""What typed words want, where Rasa and the classifier are of one mind and where they are not."""

from __future__ import annotations

import dataclasses

import pytest

from actions.commands import (
    AskFeedback,
    CallCounsellor,
    Command,
    DeleteData,
    FindAnswer,
    FindPlace,
    SmallTalk,
    StartScreening,
    TakeFeedback,
    Unsure,
)
from bot.answers import Found, Library, Nothing
from bot.answers.shelf import Shelf
from bot.duty import Duty
from bot.laws import Register
from bot.privacy import KeyRing
from bot.runtime import Runtime
from bot.screening import load_instruments
from bot.store import State
from bot.topics import Label, Model, Reading
from bot.turn.articles import Words, look_up
from bot.turn.wanted import ACTS, act_of, what_is_wanted
from referral_directory.places import Gazetteer
from tests.conftest import NOW
from tests.fakes import ToldRasa

NOTHING_OPEN = State()
PRICE = "một ngày uống methadone hết nhiêu"


@pytest.fixture(scope="module")
def runtime(
    register: Register, library: Library, classifier: Model, gazetteer: Gazetteer, ring: KeyRing
) -> Runtime:
    """What reading a message needs: no database."""
    return Runtime(
        sessions=None,  # type: ignore[arg-type]
        statements=None,  # type: ignore[arg-type]
        ring=ring,
        register=register,
        shelf=Shelf(library),
        topics=classifier,
        instruments=load_instruments(),
        gazetteer=gazetteer,
        rasa=ToldRasa(),  # type: ignore[arg-type]
        numbers={},
        duty=Duty(),
        clock=lambda: NOW,
    )


def reading(*labels: tuple[str, str, float]) -> Reading:
    topics: dict[str, float] = {}
    for topic, _, share in labels:
        topics[topic] = topics.get(topic, 0.0) + share
    return Reading(tuple(topics.items()), tuple(Label(*one) for one in labels), apart=2.0)


async def wanted(
    runtime: Runtime,
    words: Words,
    *heard: Command,
    state: State = NOTHING_OPEN,
) -> tuple[list[Command] | None, int]:
    """What is done, and how often Rasa was asked."""
    rasa = ToldRasa(list(heard))
    told = dataclasses.replace(runtime, rasa=rasa)  # type: ignore[arg-type]
    done = await what_is_wanted(told, "tracker", words, state)
    return (None if done is None else list(done)), len(rasa.asked)


def read_as(text: str, *labels: tuple[str, str, float]) -> Words:
    return Words(text, Nothing(), reading(*labels))


async def test_sure_answer_is_given_without_rasa(runtime: Runtime) -> None:
    words = look_up(runtime, "tự thú có được nhẹ tội không vậy")
    assert isinstance(words.found, Found)
    assert await wanted(runtime, words, SmallTalk("insult")) == ([FindAnswer()], 0)


async def test_what_can_only_be_a_question_is_asked_of_no_rasa(runtime: Runtime) -> None:
    words = read_as(PRICE, ("methadone", "methadone_price", 0.6), ("cost_support", "", 0.4))
    assert await wanted(runtime, words, SmallTalk("insult")) == ([FindAnswer()], 0)


@pytest.mark.parametrize("topic", ["insult", "off_topic", "who_are_you", "language_switch"])
async def test_what_asks_nothing_of_us_is_met_without_rasa(runtime: Runtime, topic: str) -> None:
    words = read_as("mấy câu nói chuyện khác", (topic, "", 0.9))
    assert await wanted(runtime, words, FindAnswer()) == ([ACTS[topic]], 0)


@pytest.mark.parametrize(
    "topic", ["talk_to_person", "start_screening", "find_place", "delete_data", "greeting"]
)
async def test_what_needs_more_than_a_topic_is_asked_of_rasa(runtime: Runtime, topic: str) -> None:
    words = read_as("mấy câu nói chuyện khác", (topic, "", 0.9))
    done, asked = await wanted(runtime, words, ACTS[topic])
    assert (done, asked) == ([ACTS[topic]], 1)


async def test_rasa_is_asked_while_it_may_wait_for_an_opinion(runtime: Runtime) -> None:
    words = read_as("dở ẹc", ("insult", "", 0.9))
    state = State(awaiting_feedback=True)
    done, asked = await wanted(runtime, words, TakeFeedback(False), state=state)
    assert (done, asked) == ([TakeFeedback(False)], 1)


async def test_rasa_is_believed_where_the_classifier_leaves_room(runtime: Runtime) -> None:
    words = read_as("nói chuyện", ("confidentiality", "", 0.6), ("talk_to_person", "", 0.2))
    assert (await wanted(runtime, words, CallCounsellor()))[0] == [CallCounsellor()]


@pytest.mark.parametrize("heard", [SmallTalk("off_topic"), StartScreening(), AskFeedback()])
async def test_rasa_is_not_believed_where_the_classifier_leaves_none(
    runtime: Runtime, heard: Command
) -> None:
    words = read_as(PRICE, ("methadone", "methadone_price", 0.5), ("thanks", "", 0.45))
    assert (await wanted(runtime, words, heard))[0] == [FindAnswer()]


async def test_wish_for_a_person_in_plain_words_is_heard_whatever_the_classifier_reads(
    runtime: Runtime,
) -> None:
    words = read_as("cho em gặp tư vấn viên", ("methadone", "methadone_price", 0.97))
    assert (await wanted(runtime, words, CallCounsellor()))[0] == [CallCounsellor()]


async def test_question_that_rasa_hears_in_an_insult_is_met_as_an_insult(runtime: Runtime) -> None:
    words = read_as("nói như máy", ("insult", "", 0.7), ("off_topic", "", 0.2))
    assert (await wanted(runtime, words, FindAnswer()))[0] == [SmallTalk("insult")]


async def test_place_named_in_what_rasa_takes_for_small_talk_is_looked_for(
    runtime: Runtime,
) -> None:
    words = read_as("ở Long Hồ nè", ("greeting", "", 0.3), ("find_place", "", 0.3))
    assert (await wanted(runtime, words, SmallTalk("greeting")))[0] == [FindPlace()]


@pytest.mark.parametrize("heard", [None, Unsure()])
async def test_without_rasa_a_plain_wish_for_a_person_goes_before_an_article_about_them(
    runtime: Runtime, heard: Command | None
) -> None:
    words = look_up(runtime, "em muốn gặp người thật")
    done, _ = await wanted(runtime, words, *([heard] if heard else []))
    assert done == [CallCounsellor()]


async def test_without_rasa_the_classifier_tells_an_act_that_no_wording_does(
    runtime: Runtime,
) -> None:
    words = read_as("quên hết những gì tui kể đi", ("delete_data", "", 0.8))
    assert (await wanted(runtime, words))[0] == [DeleteData()]


async def test_without_rasa_and_classifier_what_is_unclear_is_searched(runtime: Runtime) -> None:
    words = Words("quên hết những gì tui kể đi", Nothing(), None)
    assert (await wanted(runtime, words))[0] == [FindAnswer()]


def test_every_act_names_its_topic() -> None:
    assert {act_of(command) for command in ACTS.values()} == set(ACTS)
    assert act_of(FindAnswer()) == "ask"
    assert act_of(TakeFeedback(True)) == "complaint_feedback"
