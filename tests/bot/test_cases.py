"""Articles that ask back, articles for earlier days, and questions that carry on from the last."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import yaml

from bot import inbox, jobs
from bot.answers import Case, Library, choose, render_case, render_question
from bot.answers.library import ANSWERS
from bot.answers.shelf import Shelf
from bot.laws import ContentBroken, Register
from bot.messages import Inbound
from bot.runtime import Runtime
from bot.store import open_talk, read_lines

TODAY, BEFORE = date(2026, 11, 23), date(2026, 6, 30)
ASK = [f"cai bằng phép thử mất mấy tháng vậy câu số {number}" for number in range(8)]
TIMES = {
    "ask": "Đây là lần cai thứ mấy?",
    "options": [
        {"title": "Lần đầu", "short": "Lần đầu thì cai hai mươi bốn tháng."},
        {
            "title": "Lần hai trở lên",
            "ask": "Bạn bao nhiêu tuổi?",
            "options": [
                {"title": "Dưới 18 tuổi", "short": "Chưa đủ tuổi thì có cách riêng."},
                {"title": "Từ 18 tuổi", "short": "Đủ tuổi thì cai ba mươi sáu tháng."},
            ],
        },
    ],
}


def written(folder: Path, key: str, **fields: object) -> None:
    """An article file with `fields` over a minimal one."""
    front = {
        "key": key,
        "topic": "rehab_voluntary_home",
        "title": f"Bài thử {key}",
        "short": "Bài thử nói về thời gian cai.",
        "next": [{"title": "Gặp người thật", "payload": "/human"}],
        "citations": [{"doc": "D05", "where": "Điều 29 khoản 1"}],
        "facts": [],
        "valid_from": date(2026, 7, 1),
        "depends_on": ["lần cai thứ mấy"],
        "reviewed_on": TODAY,
        "reviewed_by": "chưa thẩm định",
        "confidence": "high",
        "ask": ASK,
        **fields,
    }
    text = yaml.safe_dump(front, allow_unicode=True, sort_keys=False)
    (folder / f"{key}.md").write_text(f"---\n{text}---\n\nNói dài hơn.\n", "utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    written(tmp_path, "trial", cases=TIMES)
    written(
        tmp_path,
        "trial_2021",
        version_of="trial",
        ask=[],
        short="Luật cũ tính khác.",
        valid_from=date(2022, 1, 1),
        valid_to=BEFORE,
        citations=[{"doc": "D03", "where": ""}],
    )
    return tmp_path


@pytest.fixture
def trial(folder: Path, register: Register) -> Library:
    return Library.load(register, folder)


def option(title: str) -> Case:
    return Case(title=title, short="Câu trả lời.")


@pytest.mark.parametrize(
    ("titles", "text", "chosen"),
    [
        (("Lần đầu", "Lần hai trở lên"), "em cai lần đầu ạ", 0),
        (("Lần đầu", "Lần hai trở lên"), "lan thu 2", 1),
        (("Lần đầu", "Lần hai trở lên"), "còn lần thứ ba thì sao", 1),
        (("Dưới 18 tuổi", "Từ 18 tuổi"), "con em 17 tuổi", 0),
        (("Dưới 18 tuổi", "Từ 18 tuổi"), "18t", 1),
        (("Dưới 12 tuổi", "Từ 12 đến dưới 18 tuổi", "Từ 18 tuổi"), "14 tuổi", 1),
        (("Tại nhà", "Cơ sở công lập", "Cơ sở tư nhân"), "co so tu nhan", 2),
        (("Tại nhà", "Cơ sở công lập", "Cơ sở tư nhân"), "cơ sở", None),
        (("Dưới 18 tuổi", "Từ 18 tuổi"), "em ở Long Hồ", None),
        (
            ("Lần đầu", "Lần hai trở lên"),
            "lần đầu mình nghe nói cai xong còn bị quản lý thêm nữa",
            None,
        ),
    ],
)
def test_a_typed_answer_is_taken_for_the_option_it_means(
    titles: tuple[str, ...], text: str, chosen: int | None
) -> None:
    assert choose([option(title) for title in titles], text) == chosen


def test_every_branch_of_every_article_ends_in_an_answer(
    library: Library, register: Register
) -> None:
    branches = 0
    for article in library.articles():
        open_paths: list[tuple[int, ...]] = [()] if article.cases else []
        while open_paths:
            path = open_paths.pop()
            question = render_question(article, path)
            assert question is not None, (article.key, path)
            for place, button in enumerate(question.buttons):
                assert len(button.payload.encode()) <= 60
                at = article.case((*path, place))
                assert isinstance(at, Case)
                if at.short is None:
                    open_paths.append((*path, place))
                elif article.may_be_shown(TODAY, register):
                    branches += 1
                    assert at.short in render_case(article, at, TODAY, register).text
    assert branches > 0


def test_no_such_way_leads_nowhere(trial: Library) -> None:
    article = trial.get("trial")
    assert article is not None
    for path in ((7,), (0, 0), (1, 5), (1, 0, 0)):
        assert article.case(path) is None


def test_each_day_has_its_own_version(trial: Library) -> None:
    for day, key in ((TODAY, "trial"), (BEFORE, "trial_2021")):
        current = trial.version("trial", day)
        assert current is not None
        assert current.key == key
        assert [hit.article.key for hit in trial.search(ASK[0], day)] == [key]
    assert trial.version("trial", date(2021, 1, 1)) is None
    assert trial.withheld(TODAY) == ()


def test_an_article_whose_law_has_ended_is_listed_for_the_editors(
    folder: Path, register: Register
) -> None:
    written(folder, "old", citations=[{"doc": "D03", "where": ""}], ask=[f"{a} cũ" for a in ASK])
    library = Library.load(register, folder)
    assert [one.key for one in library.withheld(TODAY)] == ["old"]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"ask": ASK[:3]}, "paraphrases"),
        ({"topic": "weather"}, "topics.csv"),
        ({"valid_to": date(2020, 1, 1)}, "valid_to"),
        ({"version_of": "nobody"}, "nobody"),
        ({"cases": {"ask": "Thế nào?", "options": [{"title": "A", "short": "B."}]}}, "options"),
        (
            {
                "cases": {
                    "ask": "Thế nào?",
                    "options": [{"title": "A"}, {"title": "B", "short": "C."}],
                }
            },
            "needs a short",
        ),
    ],
)
def test_a_broken_article_is_refused_with_file_and_reason(
    tmp_path: Path, register: Register, fields: dict[str, object], reason: str
) -> None:
    written(tmp_path, "broken", **fields)
    with pytest.raises(ContentBroken) as refused:
        Library.load(register, tmp_path)
    assert "broken.md" in refused.value.line
    assert reason in refused.value.line


async def say(runtime: Runtime, text: str, kind: str = "text") -> list[str]:
    event = Inbound("terminal", str(uuid4()), "a", kind, text)  # type: ignore[arg-type]
    async with runtime.statements() as connection:
        received = await inbox.receive(connection, runtime.ring, event, runtime.clock())
    assert received is not None
    await jobs.bring_up_to_date(runtime, {}, received.conversation_id)
    return await said(runtime, received.conversation_id)


async def said(runtime: Runtime, conversation_id: UUID) -> list[str]:
    async with runtime.statements() as connection:
        talk = await open_talk(connection, runtime.ring, conversation_id)
        assert talk is not None
        lines = await read_lines(connection, talk)
    return [line.text for line in lines if line.author == "bot"]


async def test_the_bot_asks_and_answers_for_the_case(runtime: Runtime, trial: Library) -> None:
    runtime = dataclasses.replace(runtime, shelf=Shelf(trial))
    assert (await say(runtime, ASK[0]))[-1] == "Đây là lần cai thứ mấy?"
    assert (await say(runtime, "em cai lần thứ hai rồi"))[-1] == "Bạn bao nhiêu tuổi?"
    assert "ba mươi sáu tháng" in (await say(runtime, "20 tuổi"))[-1]
    assert "cách riêng" in (await say(runtime, "còn 17 tuổi thì sao"))[-1]


async def test_a_pressed_option_answers_and_cites(runtime: Runtime, trial: Library) -> None:
    runtime = dataclasses.replace(runtime, shelf=Shelf(trial))
    await say(runtime, ASK[0])
    told = (await say(runtime, "/case trial 0", "button"))[-1]
    assert "hai mươi bốn tháng" in told
    assert "120/2025/QH15" in told


@pytest.mark.parametrize("payload", ["/case trial 9", "/case trial x.y", "/case nobody 0", "/case"])
async def test_a_foreign_option_breaks_nothing(
    runtime: Runtime, trial: Library, payload: str
) -> None:
    runtime = dataclasses.replace(runtime, shelf=Shelf(trial))
    assert await say(runtime, payload, "button")


async def test_on_an_earlier_day_the_old_law_answers(runtime: Runtime, trial: Library) -> None:
    then = datetime(2026, 6, 30, 5, tzinfo=UTC)
    runtime = dataclasses.replace(runtime, shelf=Shelf(trial), clock=lambda: then)
    told = (await say(runtime, ASK[0]))[-1]
    assert "Luật cũ" in told
    assert "73/2021/QH14" in told
    assert "120/2025" not in told


def test_the_articles_of_the_project_are_enough(library: Library) -> None:
    today = [one for one in library.articles() if one.version_of is None]
    assert len(today) >= 110
    assert ANSWERS.is_dir()
