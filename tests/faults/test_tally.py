"""The storm's own counting finds what it is there to find."""

from __future__ import annotations

from tests.faults.tally import Conversation, Fault, Tally, Told, count

ASKED, ANSWERS = ["một", "hai", "ba"], ["I", "II", "III"]


def told(*texts: str) -> list[Told]:
    return [Told(text, float(at)) for at, text in enumerate(texts)]


def talk(
    stored: list[str] = ASKED, said: list[str] = ANSWERS, heard: list[Told] | None = None
) -> Conversation:
    return Conversation(ASKED, stored, said, told(*ANSWERS) if heard is None else heard)


def test_a_conversation_without_fault_is_good() -> None:
    tally = count(talk(), [])
    assert tally.good
    assert (tally.sent, tally.told) == (3, 3)


def test_a_message_that_was_never_stored_is_lost() -> None:
    assert count(talk(stored=["một", "ba"]), []).lost == 1


def test_messages_stored_in_another_order_are_out_of_order() -> None:
    tally = count(talk(stored=["hai", "một", "ba"]), [])
    assert (tally.out_of_order, tally.lost, tally.good) == (1, 0, False)


def test_a_message_stored_twice_has_no_excuse() -> None:
    tally = count(talk(stored=["một", "một", "hai", "ba"]), [Fault("worker", 0, 9)])
    assert (tally.unexplained, tally.out_of_order) == (1, 0)


def test_an_answer_that_never_arrived_is_seen() -> None:
    for heard in (("I", "II"), ("I", "III")):
        tally = count(talk(heard=told(*heard)), [])
        assert (tally.never_told, tally.out_of_order, tally.good) == (1, 0, False)


def test_answers_that_overtake_are_out_of_order() -> None:
    assert count(talk(heard=told("II", "I", "III")), []).out_of_order == 1


def test_an_old_answer_said_again_later_is_out_of_order() -> None:
    assert count(talk(heard=told("I", "II", "III", "I")), []).out_of_order == 1


def test_a_duplicate_across_a_kill_is_within_the_bound() -> None:
    tally = count(talk(heard=told("I", "I", "II", "III")), [Fault("worker", 0.5, 0.5)])
    assert (tally.duplicates, tally.unexplained, tally.good) == (1, 0, True)


def test_a_duplicate_without_a_kill_is_not() -> None:
    heard = told("I", "I", "II", "III")
    assert count(talk(heard=heard), []).unexplained == 1
    assert count(talk(heard=heard), [Fault("worker", 2, 3)]).unexplained == 1
    assert count(talk(heard=heard), [Fault("rasa", 0, 1)]).unexplained == 1


def test_a_duplicate_of_what_nobody_heard_to_be_accepted_is_within_the_bound() -> None:
    heard = [Told("I", 0.0, heard=False), *told("I", "II", "III")]
    tally = count(talk(heard=heard), [])
    assert (tally.duplicates, tally.good) == (1, True)


def test_one_kill_explains_one_duplicate_of_a_conversation() -> None:
    heard = told("I", "I", "I", "II", "III")
    tally = count(talk(heard=heard), [Fault("worker", 0, 9)])
    assert (tally.duplicates, tally.unexplained) == (2, 1)


def test_a_question_without_an_answer_is_not_good() -> None:
    assert not count(Conversation(["một"], ["một"], [], [], ["một"]), []).good


def test_tallies_add_up() -> None:
    both = count(talk(), []) + count(talk(stored=["một", "ba"]), [])
    assert both == Tally(conversations=2, sent=6, lost=1, told=6)
