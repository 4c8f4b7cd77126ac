"""Articles: refused when broken, found by real wordings, shown with their law, withheld in time.

The held-out questions tune nothing. Measured on them when search was finished: see
`test_search_keeps_what_was_measured`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml

from bot.answers import ANSWERS, Found, Hit, Library, Nothing, Offer, decide, render, render_more
from bot.laws import ContentBroken, Register

TODAY = date(2026, 11, 23)
BEFORE_THE_LAW = date(2026, 6, 30)
HELD_OUT = yaml.safe_load(
    (Path(__file__).parent / "held_out_questions.yml").read_text(encoding="utf-8")
)
QUESTIONS: dict[str, list[str]] = HELD_OUT["questions"]
# Among the articles of the day when the held-out questions were measured, those written after them.
NEWER = {
    "crime_self_report", "crime_transport", "minors_crime", "mixing_drugs", "rehab_certificate",
    "work_drug_use",
}  # fmt: skip
# Took over from minors_rights what it said of school.
SPLIT_OFF = "minors_school_inside"


@pytest.fixture(scope="module")
def as_then(library: Library, register: Register) -> Library:
    """The articles that the held-out questions were measured on, so that the figures compare. What
    all articles together reach is measured by `diemtua eval`."""
    keys = {*QUESTIONS, *NEWER, SPLIT_OFF}
    return Library(tuple(one for one in library.articles() if one.key in keys), register)


def answer(library: Library, text: str) -> str | None:
    """The key of the article that is shown at once for `text`."""
    decision = decide(library.search(text, TODAY))
    return decision.article.key if isinstance(decision, Found) else None


def ranked(library: Library, text: str) -> list[str]:
    return [hit.article.key for hit in library.search(text, TODAY)]


@pytest.mark.parametrize(
    "text",
    ["cai nghiện tại nhà mất bao lâu", "cai nghien tai nha mat bao lau", "cai ng tại nhà bn lâu z"],
)
def test_home_rehab_duration_is_answered_in_every_way_of_writing(
    library: Library, text: str
) -> None:
    assert answer(library, text) == "rehab_home_duration"


@pytest.mark.parametrize("text", ["thời tiết hôm nay", "", "?!", "🙂", "xyzzy qwerty"])
def test_what_no_article_is_about_finds_nothing(library: Library, text: str) -> None:
    assert decide(library.search(text, TODAY)) == Nothing()


@pytest.mark.parametrize("text", ["1", "2+2=", "24", "0,5", "có", "không", "tiền", "năm", "ok"])
def test_one_word_of_no_subject_finds_nothing(library: Library, text: str) -> None:
    assert decide(library.search(text, TODAY)) == Nothing()


@pytest.mark.parametrize("text", ["methadone", "rượu", "ruou", "cần sa"])
def test_name_of_a_substance_is_enough_to_search(library: Library, text: str) -> None:
    assert ranked(library, text)


@pytest.mark.parametrize(
    "text",
    [
        "laptop cho sinh viên",
        "giá vàng",
        "xe may khong no phai lam sao",
        "đi cai có được đi bầu cử không",
        "đang cai tại nhà có được làm hộ chiếu không",
        "đang uống methadone có được thi bằng lái không",
        "con tui hít ke có bị trường đuổi không",
        "giết người khi ngáo đá có bị tử hình không",
        "cai nghiện",
        "công an",
    ],
)
def test_article_silent_on_the_telling_word_is_not_shown_at_once(
    library: Library, text: str
) -> None:
    assert answer(library, text) is None


def test_words_of_courtesy_and_numbers_need_no_article(library: Library) -> None:
    (hit, *_) = library.search("dạ ad ơi cho em hỏi cần sa 24 ạ", TODAY)
    assert (hit.article.key, hit.covered) == ("cannabis", 1.0)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Thời hạn cai nghiện bắt buộc là bao nhiêu tháng?", "rehab_compulsory_no_early_release"),
        ("cai bat buoc may nam", "rehab_compulsory_no_early_release"),
        ("tự thú có được giảm nhẹ không", "crime_self_report"),
        ("tự thú có được giảm án không", "crime_self_report"),
        ("người dưới 18 tuổi bán ma túy phạt sao", "minors_crime"),
        ("hết hạn cai có được cấp giấy chứng nhận không", "rehab_certificate"),
        ("công ty bắt xét nghiệm ma túy có được không", "work_drug_use"),
        ("vận chuyển ma túy bị phạt bao nhiêu năm", "crime_transport"),
        ("trộn ma túy với rượu có sao không", "mixing_drugs"),
        ("con tui hít ke có bị bắt đi trại không", "rehab_compulsory_who"),
        ("gia đình em không có tiền thì cai ở đâu", "rehab_support_money"),
    ],
)
def test_question_once_answered_wrongly_now_leads_to_its_article(
    library: Library, text: str, key: str
) -> None:
    assert ranked(library, text)[0] == key
    assert answer(library, text) in {key, None}


def test_every_article_of_then_has_held_out_questions(as_then: Library) -> None:
    assert set(QUESTIONS) ^ NEWER == {article.key for article in as_then.articles()} - {SPLIT_OFF}
    asks = {phrase for article in as_then.articles() for phrase in article.ask}
    assert not asks & {text for texts in QUESTIONS.values() for text in texts}


@pytest.mark.parametrize("key", sorted(QUESTIONS))
def test_article_is_found_first_by_a_held_out_question(as_then: Library, key: str) -> None:
    firsts = [found for text in QUESTIONS[key] for found in ranked(as_then, text)[:1]]
    assert right(key) & set(firsts)


def test_search_keeps_what_was_measured(as_then: Library) -> None:
    """Measured: first 0.86, among three 0.98; 189 questions, by the author of the articles."""
    rows = [(key, ranked(as_then, text)) for key, texts in QUESTIONS.items() for text in texts]
    first = sum(bool(right(key) & set(found[:1])) for key, found in rows) / len(rows)
    among_three = sum(bool(right(key) & set(found)) for key, found in rows) / len(rows)
    assert first >= 0.85
    assert among_three >= 0.95


def right(key: str) -> set[str]:
    return {key, SPLIT_OFF} if key == "minors_rights" else {key}


def test_wrong_article_is_seldom_shown_at_once(as_then: Library) -> None:
    shown = Counter[bool]()
    for key, texts in QUESTIONS.items():
        found = (answer(as_then, text) for text in texts)
        shown.update(one in right(key) for one in found if one)
    assert shown[False] <= 0.04 * shown.total()


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("dang ky cai nghen tai nha o dau", "rehab_home_register"),
        ("metadone dang ky o dau", "methadone_start"),
        ("vòng giám xát điện tử hết pin", "electronic_monitoring_rules"),
    ],
)
def test_typing_errors_are_survived(library: Library, text: str, key: str) -> None:
    assert ranked(library, text)[0] == key


def test_selling_is_not_taken_for_a_word_of_courtesy(library: Library) -> None:
    """Folded, "bán" is "bạn"; only the latter is left out of a question."""
    assert set(ranked(library, "bán ma túy")[:2]) == {"crime_sell_organize", "report_dealer"}
    assert ranked(library, "bạn ơi cần sa")[0] == ranked(library, "cần sa")[0] == "cannabis"


def hits(library: Library, *scores: float) -> list[Hit]:
    return [
        Hit(article, score, "", covered=1.0)
        for article, score in zip(library.articles(), scores, strict=False)
    ]


def test_clear_leader_is_shown_and_close_rivals_are_offered(library: Library) -> None:
    first, second, third = library.articles()[:3]
    assert decide(hits(library, 0.7, 0.3)) == Found(first)
    assert decide(hits(library, 0.7, 0.69, 0.1)) == Offer((first, second))
    assert decide(hits(library, 0.35, 0.3, 0.3)) == Offer((first, second, third))
    assert decide(hits(library, 0.1)) == Nothing()
    assert decide([]) == Nothing()


def test_near_article_that_speaks_of_something_else_is_only_offered(library: Library) -> None:
    (near,) = hits(library, 0.9)
    assert decide([near]) == Found(near.article)
    assert decide([replace(near, covered=0.4)]) == Offer((near.article,))


def test_shown_answer_names_law_article_day_and_what_it_depends_on(
    library: Library, register: Register
) -> None:
    article = library.get("rehab_home_duration")
    assert article is not None
    message = render(article, TODAY, register)
    assert message.text.startswith(article.short)
    assert "Điều này tùy vào: lần cai thứ mấy; ngày bắt đầu cai." in message.text
    assert (
        "Căn cứ: Luật Phòng, chống ma túy 2025 (120/2025/QH15), Điều 29 khoản 1, "
        "hiệu lực từ 01/7/2026" in message.text
    )
    assert "Trước 01/7/2026: " in message.text
    assert "chưa được thẩm định" in message.text
    assert [button.payload for button in message.buttons] == [
        "/answer rehab_home_register", "/answer rehab_home_how", "/human",
        "/more rehab_home_duration",
    ]  # fmt: skip


def test_only_medium_confidence_asks_to_confirm_and_gives_the_day(
    library: Library, register: Register
) -> None:
    for article in library.articles():
        if article.ended(TODAY):
            continue
        text = render(article, TODAY, register).text
        assert ("bạn hỏi lại" in text) == (article.confidence == "medium")
        assert (f"tính đến 23/11/2026, bạn hỏi lại {article.confirm_with}" in text) == (
            article.confidence == "medium"
        )


def test_longer_text_carries_the_same_law(library: Library, register: Register) -> None:
    article = library.get("fines")
    assert article is not None
    message = render_more(article, TODAY, register)
    assert message.text.startswith(article.body)
    assert "Nghị định 282/2025/NĐ-CP" in message.text
    assert all(not button.payload.startswith("/more") for button in message.buttons)


def test_article_is_withheld_on_a_day_its_law_is_not_in_force(
    library: Library, register: Register
) -> None:
    article = library.get("rehab_home_duration")
    assert article is not None
    assert article in library.withheld(BEFORE_THE_LAW)
    found = library.search("cai nghiện tại nhà mất bao lâu", BEFORE_THE_LAW)
    assert article not in [hit.article for hit in found]
    assert article.key not in dict(library.front(BEFORE_THE_LAW))
    with pytest.raises(ValueError, match="may not be shown"):
        render(article, BEFORE_THE_LAW, register)


def test_topic_list_begins_with_what_is_asked_most(library: Library) -> None:
    front = library.front(TODAY)
    assert front[0] == ("rehab_home_duration", "Cai nghiện tại nhà mất bao lâu")
    assert 3 <= len(front) <= 10


SOUND = (ANSWERS / "foreigner.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("key: foreigner", "key: stranger", "key"),
        ("doc: D05", "doc: D99", "citations"),
        ("Bạn hỏi công an xã", "Bạn gọi 0912 345 678", "short"),
        ("Bạn hỏi công an xã", "Bạn gọi 115", "short"),
        ("Bạn hỏi công an xã", "Bạn gọi 1900 1234", "short"),
        ('payload: "/human"', 'payload: "/buy"', "next"),
        ("/answer addiction_identification", "/answer nowhere", "next"),
        ('short: "', 'short: "Không. ', "short"),
        ('short: "', 'short: "Dạ được ạ, ', "short"),
        ("confidence: high", "confidence: medium", "content"),
        ("confidence: high", "confidence: low", "confidence"),
        ("valid_from: 2026-07-01", "valid_from: soon", "valid_from"),
        ("topic: rehab", "subject: rehab", "topic"),
    ],
)
def test_broken_article_names_file_and_field(
    tmp_path: Path, register: Register, old: str, new: str, field: str
) -> None:
    assert old in SOUND
    linked = (ANSWERS / "addiction_identification.md").read_text(encoding="utf-8")
    linked = linked.replace("/answer after_result_24h", "/answer foreigner")
    (tmp_path / "addiction_identification.md").write_text(linked, "utf-8")
    (tmp_path / "foreigner.md").write_text(SOUND, "utf-8")
    assert len(Library.load(register, tmp_path).articles()) == 2
    (tmp_path / "foreigner.md").write_text(SOUND.replace(old, new), "utf-8")
    library = Library.load(register, tmp_path)
    (broken,) = library.broken
    assert broken.file == "foreigner.md"
    assert broken.field.split(".")[0] == field
    assert "\n" not in broken.line
    assert [article.key for article in library.articles()] == ["addiction_identification"]


def test_article_with_few_paraphrases_is_refused(tmp_path: Path, register: Register) -> None:
    head, asks = SOUND.split("ask:\n")
    lines, body = asks.split("---\n")
    kept = "".join(lines.splitlines(keepends=True)[:7])
    (tmp_path / "foreigner.md").write_text(f"{head}ask:\n{kept}---\n{body}", "utf-8")
    with pytest.raises(ContentBroken, match=r"^foreigner\.md: ask: "):
        Library.load(register, tmp_path)


def test_one_paraphrase_in_two_articles_is_refused(tmp_path: Path, register: Register) -> None:
    text = SOUND.replace("/answer addiction_identification", "/human")
    (tmp_path / "foreigner.md").write_text(text, "utf-8")
    (tmp_path / "visitor.md").write_text(text.replace("key: foreigner", "key: visitor"), "utf-8")
    library = Library.load(register, tmp_path)
    foreigner, visitor = library.articles()
    assert foreigner.ask
    assert visitor.ask == ()
    assert "stands in foreigner.md too" in library.broken[0].line
    assert library.broken[0].file == "visitor.md"


@pytest.mark.parametrize(
    "text", ["no front matter", "---\nkey: [\n---\nbody\n", "---\n- a\n---\nb"]
)
def test_file_that_is_no_article_is_refused(tmp_path: Path, register: Register, text: str) -> None:
    (tmp_path / "odd.md").write_text(text, "utf-8")
    with pytest.raises(ContentBroken, match=r"^odd\.md: front matter: "):
        Library.load(register, tmp_path)


def test_empty_folder_is_refused(tmp_path: Path, register: Register) -> None:
    with pytest.raises(ContentBroken, match="holds no article"):
        Library.load(register, tmp_path)
