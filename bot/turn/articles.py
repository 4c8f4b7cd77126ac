"""Articles in a conversation: shown, chosen between, asked into, and followed up."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from bot import answers, former_names, replies
from bot.messages import Outbound
from bot.runtime import Runtime
from bot.topics import LookedUp, Reading, find, find_after
from bot.turn.shapes import Did, Turn
from bot.understand import expand, fold

_REMEMBERED = 5
_LONGEST_OFFERED = 500
_MOST_WORDS = 9
_CARRIES_ON = re.compile(
    r"(?:the|vay|roi|a|da|u|uh|um|ok)?\s*(?:con|the|vay|neu|lo|gia su|rui)\b.*"
    r"|.*\b(?:thi sao|thi the nao|thi rang|ra sao|nua)\W*"
)


@dataclass(frozen=True)
class Words:
    """What was typed, which article answers it, and what it is about, where that could be read."""

    text: str
    found: LookedUp
    reading: Reading | None


NO_WORDS = Words("", answers.Nothing(), None)
"""A button was pressed."""


def look_up(runtime: Runtime, text: str) -> Words:
    """What `text` is about and which article answers it."""
    if sum(char.isalpha() for char in text) < 2:
        return Words(text, answers.Nothing(), None)
    reading = runtime.topics.read(text) if runtime.topics else None
    found = find(runtime.library, runtime.topics, reading, text, runtime.today())
    return Words(text, found, reading)


def answer(runtime: Runtime, words: Words, turn: Turn) -> Turn:
    """The article found, a choice of articles, or an honest word that there is none.

    A few words that only make sense after the last answer ("thế tốn bao nhiêu") are read together
    with its title.
    """
    found = words.found
    if not isinstance(found, answers.Found) and turn.state.asked:
        found = _carry_on(runtime, words.text, turn) or found
    match found:
        case answers.Found(article=article, score=score):
            return show(runtime, turn, article, score=score)
        case answers.Offer(articles=offered, score=score):
            did = Did("ask", choices=tuple(one.key for one in offered), confidence=score)
            choice = replies.offer([(one.key, one.title) for one in offered])
            state = replace(turn.state, offered=words.text[:_LONGEST_OFFERED])
            return replace(turn.then(choice, state=state), did=did)
        case answers.Nothing(near=near):
            did = Did("ask", topic=near.topic if near else "")
            return replace(turn.then(replies.not_found()), did=did)


def none_of_them(turn: Turn) -> Turn:
    """None of the articles offered was meant: an honest word, and the question goes to the editors."""
    state = replace(turn.state, offered="")
    told = turn.then(replies.not_found(), state=state)
    return replace(told, did=Did("none_of_them"), in_vain=turn.state.offered)


def offer_or_place(words: Words, turn: Turn) -> Turn:
    """The article found, or a place near: the person chooses."""
    if not isinstance(words.found, answers.Found):
        return turn.then(replies.ask_place())
    article = words.found.article
    offered = replies.offer([(article.key, article.title)], replies.PLACE)
    did = Did("ask", choices=(article.key,), confidence=words.found.score)
    return replace(turn.then(offered), did=did)


def show(
    runtime: Runtime,
    turn: Turn,
    article: answers.Article,
    *,
    more: bool = False,
    score: float = 1.0,
) -> Turn:
    """An article as it stands today, and then the question it depends on."""
    today = runtime.today()
    current = runtime.library.version(article.key, today)
    if current is None:
        return turn.then(replies.withheld())
    asked = (*[key for key in turn.state.asked if key != current.key], current.key)[-_REMEMBERED:]
    render = answers.render_more if more else answers.render
    shown = [render(current, today, runtime.register)]
    question = None if more else answers.render_question(current, ())
    if question is not None:
        shown.append(question)
    state = replace(turn.state, asked=asked, case=f"{current.key} " if question else "")
    did = Did("ask", current.key, confidence=score, asks=question.text if question else "")
    return replace(turn.then(*shown, state=state), did=did)


def press_case(runtime: Runtime, turn: Turn, pressed: str) -> Turn:
    """An option of an article's question: `pressed` is "KEY 0.1"."""
    key, _, steps = pressed.partition(" ")
    path = tuple(int(step) for step in steps.split(".") if step.isdecimal())
    article = runtime.library.version(key, runtime.today())
    if article is None:
        return turn.then(replies.withheld())
    return _answer_case(runtime, turn, article, path) or turn.then(replies.menu())


def choose_case(runtime: Runtime, text: str, turn: Turn) -> Turn | None:
    """What was typed, as an option of the question last asked; None where it is none."""
    key, _, steps = turn.state.case.partition(" ")
    article = runtime.library.version(key, runtime.today()) if key else None
    if article is None:
        return None
    path = tuple(int(step) for step in steps.split(".") if step)
    at = article.case(path)
    chosen = answers.choose(at.options, text) if at and at.options else None
    return None if chosen is None else _answer_case(runtime, turn, article, (*path, chosen))


def _answer_case(
    runtime: Runtime, turn: Turn, article: answers.Article, path: tuple[int, ...]
) -> Turn | None:
    """The answer or the next question at the end of `path`; None for no such way."""
    at = article.case(path)
    question = answers.render_question(article, path)
    if question is not None:
        state = replace(turn.state, case=f"{article.key} {'.'.join(map(str, path))}")
        did = Did("ask", article.key, confidence=1.0, asks=question.text)
        return replace(turn.then(question, state=state), did=did)
    if not isinstance(at, answers.Case):
        return None
    told: Outbound = answers.render_case(article, at, runtime.today(), runtime.register)
    return replace(turn.then(told), did=Did("ask", article.key, confidence=1.0))


def carries_on(text: str) -> bool:
    """Whether a few words only make sense after what was said before."""
    plain = " ".join(re.sub(r"[^\w\s]", " ", fold(expand(text)).lower()).split())
    return len(plain.split()) <= _MOST_WORDS and _CARRIES_ON.fullmatch(plain) is not None


def _carry_on(runtime: Runtime, text: str, turn: Turn) -> LookedUp | None:
    """What a few words mean after the last article; None where they do not carry it on."""
    last = runtime.library.get(turn.state.asked[-1])
    if last is None or not carries_on(text):
        return None
    nearest = find_after(runtime.library, runtime.topics, last, text, runtime.today())
    return answers.Offer(nearest) if nearest else None


def with_todays_names(runtime: Runtime, text: str, turn: Turn) -> Turn:
    """Before the answer, a line for each office or place spoken of that there is no longer."""
    if turn.did.act not in ("ask", "find_place") or not turn.replies:
        return turn
    lines = [
        one.line
        for one in former_names.translate(text, runtime.gazetteer)
        if one.valid_from <= runtime.today()
    ]
    if not lines:
        return turn
    first, *rest = turn.replies
    told = "\n\n".join((*dict.fromkeys(lines), first.text))
    return replace(turn, replies=(replace(first, text=told), *rest))
