"""What the rules hear by themselves, as where no classifier was trained: cries however they are written,
and no everyday words.

The lines of `danger_lines.yml` were written before the rules.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.danger import Danger, judge
from bot.danger.patterns import Phrases
from bot.danger.rules import rulebook
from bot.danger.words import Words, accented, spelled
from bot.understand import expand, fold

LINES: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parent / "danger_lines.yml").read_text(encoding="utf-8")
)
TRIPLETS = [
    (row["label"], row["level"], line) for row in LINES["triplets"] for line in row["lines"]
]
CRIES = [line for _, _, line in TRIPLETS]
IDIOMS = ["mệt chết đi được", "cười chết", "chết cha", "buồn ngủ chết đi được", "chết mê"]
LEVELS = ["none", "soft", "urgent", "emergency"]
CLASSES = {
    "suicide",
    "self_harm",
    "overdose",
    "withdrawal_emergency",
    "violence_threat",
    "domestic_violence",
    "child_abuse",
    "acute_psychosis",
}


@pytest.fixture(scope="module", autouse=True)
def rules_alone() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("bot.danger.trained", lambda: None)
        yield


def found(danger: Danger) -> tuple[str, str, str]:
    return danger.label, danger.level, danger.person


def test_pills_swallowed_and_wish_to_die_without_accents_is_an_emergency_of_the_writer() -> None:
    heard = judge("em uong ca vi thuoc roi, em muon chet")
    assert found(heard) == ("suicide", "emergency", "self")


def test_every_class_has_its_triplet() -> None:
    assert {label for label, _, _ in TRIPLETS} == CLASSES


@pytest.mark.parametrize(("label", "level", "line"), TRIPLETS)
def test_accented_bare_and_short_forms_are_heard_alike(label: str, level: str, line: str) -> None:
    heard = judge(line)
    assert (heard.label, heard.level) == (label, level)


@pytest.mark.parametrize("line", LINES["ordinary"])
def test_ordinary_question_raises_no_alarm(line: str) -> None:
    assert judge(line).level == "none"


@pytest.mark.parametrize("line", LINES["ordinary"])
def test_ordinary_question_without_accents_never_gets_the_emergency_script(line: str) -> None:
    assert judge(fold(line)).level in ("none", "soft")


@pytest.mark.parametrize("line", LINES["hard_negatives"])
def test_danger_word_with_another_meaning_earns_at_most_one_caring_question(line: str) -> None:
    assert judge(line).level in ("none", "soft")


@pytest.mark.parametrize(
    ("line", "person"),
    [
        ("em muốn chết", "self"),
        ("con tôi đòi tự tử", "other"),
        ("bạn em muốn chết", "other"),
        ("mẹ ơi con muốn chết", "self"),
        ("chồng em bỏ đi, em muốn chết", "self"),
        ("con gái tôi nhắn là con không muốn sống nữa", "other"),
        ("bạn cùng phòng của em đòi nhảy lầu", "other"),
    ],
)
def test_a_third_person_changes_who_is_meant_and_not_the_level(line: str, person: str) -> None:
    heard = judge(line)
    assert heard.person == person
    assert heard.level in ("urgent", "emergency")


def test_same_wish_of_another_has_the_same_level() -> None:
    assert judge("con tôi muốn chết").level == judge("em muốn chết").level == "urgent"


@pytest.mark.parametrize(
    ("line", "person"),
    [("chồng em hay đánh em", "self"), ("chị hàng xóm hay bị chồng đánh", "other")],
)
def test_violence_at_home_names_the_one_who_is_hit(line: str, person: str) -> None:
    assert found(judge(line)) == ("domestic_violence", "urgent", person)


@pytest.mark.parametrize(
    "line",
    [
        "em không muốn chết",
        "chưa bao giờ em nghĩ đến chuyện tự tử",
        "trong phim nhân vật đó muốn tự tử",
        "đọc báo thấy có người đòi tự tử",
    ],
)
def test_denial_film_and_news_lower_to_a_caring_question_and_never_to_nothing(line: str) -> None:
    assert judge(line).level == "soft"


def test_past_attempt_that_is_over_is_lowered_and_one_that_is_not_stays_urgent() -> None:
    assert judge("năm ngoái em từng muốn tự tử, giờ ổn rồi").level == "soft"
    assert judge("năm ngoái em từng tự tử").level == "urgent"


@pytest.mark.parametrize(
    "line",
    [
        "em không sao đâu, em uống hết lọ thuốc ngủ rồi",
        "không, em muốn chết",
        "xem phim xong em muốn chết",
        "em không muốn chết nhưng em đang đứng trên cầu tính nhảy xuống",
    ],
)
def test_denial_elsewhere_lowers_nothing(line: str) -> None:
    assert judge(line).level in ("urgent", "emergency")


@pytest.mark.parametrize(
    "line",
    [
        "sáng nay em uống cả vỉ thuốc ngủ",
        "em uống rượu với hết vỉ thuốc ngủ rồi",
        "bạn em sốc thuốc rồi, sơ cứu sao đây",
        "chồng em bỏ rượu giờ co giật có nguy hiểm không",
        "con tôi có dấu hiệu sốc thuốc, tím môi",
        "nó cầm dao trong bếp đòi giết em",
        "chồng em đánh em xỉu",
        "em hút cỏ mỹ xong tim đập loạn, sợ chết quá",
        "cứu em với, bạn em chích xong bất tỉnh",
    ],
)
def test_everyday_words_beside_it_never_silence_an_emergency(line: str) -> None:
    assert judge(line).level == "emergency"
    assert judge(fold(line)).level == "emergency"


def test_idiom_exempts_its_own_words_only() -> None:
    assert judge("mệt chết đi được").level == "none"
    assert judge("mệt chết đi được, sống chi nữa").level == "urgent"
    assert judge("em muốn chết mẹ ơi").level == "urgent"


@pytest.mark.parametrize(
    "line",
    ["từ từ rồi em bỏ", "em tu tu cung bo duoc", "bọ chét cắn", "Dao nay em khoe", "tim em đập"],
)
def test_words_that_differ_only_by_accent_are_not_danger(line: str) -> None:
    assert judge(line).level == "none"


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("em hổng thiết sống nữa", "suicide"),
        ("sống mần chi nựa", "suicide"),
        ("tui muốn đi theo ông bà cho rồi", "suicide"),
        ("ổng uýnh em hoài", "domestic_violence"),
        ("ảnh bị sốc thuốc rồi, kêu hổng dậy", "overdose"),
    ],
)
def test_southern_and_central_words_are_understood(line: str, label: str) -> None:
    heard = judge(line)
    assert heard.label == label
    assert heard.level in ("urgent", "emergency")


@pytest.mark.parametrize(
    "line",
    [
        "tạm biệt mọi người, kiếp sau gặp lại",
        "tối nay em sẽ kết thúc tất cả",
        "em mua thuốc trừ sâu để uống rồi",
        "em đang đứng trên lan can",
        "uống bao nhiêu viên thuốc ngủ thì chết",
        "sau này nhờ chị chăm con giùm em khi em không còn nữa",
    ],
)
def test_goodbye_time_place_and_means_are_emergencies(line: str) -> None:
    assert (judge(line).label, judge(line).level) == ("suicide", "emergency")


@pytest.mark.parametrize(
    ("question", "present"),
    [
        ("sốc thuốc thì sơ cứu thế nào", "bạn em bị sốc thuốc phải làm sao"),
        ("ngáo đá có biểu hiện gì", "nó ngáo đá đang cầm dao rượt mẹ"),
        ("cai rượu có bị co giật không", "ba em cai rượu đang co giật"),
    ],
)
def test_a_question_is_no_emergency_until_someone_is_there(question: str, present: str) -> None:
    assert judge(question).level in ("none", "soft")
    assert judge(present).level == "emergency"


def test_why_names_rules_and_never_repeats_the_person() -> None:
    heard = judge("em muốn chết, em tên Nguyễn Văn Bình")
    known = {rule.id for rule in rulebook().rules}
    assert heard.why
    assert {name.split(":")[0] for name in heard.why} <= known


def test_quiet_text_has_no_danger() -> None:
    assert judge("") == Danger("none", "none", "unclear", ())


@given(st.text(max_size=400))
def test_any_string_is_judged(text: str) -> None:
    assert judge(text).level in LEVELS


@given(
    st.lists(st.sampled_from([*CRIES, *LINES["hard_negatives"]]), max_size=4), st.text(max_size=9)
)
@settings(max_examples=60)
def test_case_and_unicode_form_make_no_difference(lines: list[str], joint: str) -> None:
    text = unicodedata.normalize("NFC", " . ".join(lines))
    plain = judge(text)
    assert judge(unicodedata.normalize("NFD", text)) == plain
    assert judge(text.upper()) == plain
    assert isinstance(judge(joint.join(lines)), Danger)


@given(
    st.sampled_from(CRIES), st.sampled_from(IDIOMS), st.booleans(), st.sampled_from([", ", ". "])
)
def test_an_idiom_beside_it_never_hides_a_cry(cry: str, idiom: str, first: bool, mark: str) -> None:
    alone = judge(cry)
    both = judge(f"{idiom}{mark}{cry}" if first else f"{cry}{mark}{idiom}")
    assert LEVELS.index(both.level) >= LEVELS.index(alone.level)


@given(
    st.sampled_from(CRIES),
    st.lists(
        st.tuples(st.integers(0, 80), st.sampled_from("\x00\u200b\u202e\ufeff\u00ad")), max_size=6
    ),
)
def test_invisible_characters_inside_words_hide_nothing(
    cry: str, hidden: list[tuple[int, str]]
) -> None:
    text = cry
    for place, char in hidden:
        text = text[:place] + char + text[place:]
    assert judge(text) == judge(cry)


def test_danger_deep_inside_a_long_text_is_heard() -> None:
    talk = "Cho em hỏi cai nghiện ở đâu và mất bao nhiêu tiền. " * 100
    assert judge(talk + "Em vừa uống cả vỉ thuốc ngủ. " + talk).level == "emergency"


@pytest.mark.parametrize("word", sorted(filter(str.isascii, rulebook().own)))
def test_short_forms_do_not_make_an_accentless_writer_an_accented_one(word: str) -> None:
    raw = spelled(f"e k mun {word} nua, ck e k bt j")
    assert not Words.of(expand(raw), rulebook().own, accented(raw)).meant


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("em k mun song nua", "suicide"),
        ("em ko mun song nua", "suicide"),
        ("toi k mun song", "suicide"),
        ("e k thiet song nua", "suicide"),
        ("bn e k tho", "overdose"),
        ("ck e k tho dc nua, tim moi r", "overdose"),
    ],
)
def test_short_forms_in_accentless_text_are_heard(line: str, label: str) -> None:
    heard = judge(line)
    assert heard.label == label
    assert heard.level in ("urgent", "emergency")


@pytest.mark.parametrize(
    ("line", "person"),
    [
        ("chào bạn, em lỡ uống hết vỉ thuốc ngủ", "self"),
        ("chào bạn em muốn chết", "self"),
        ("cảm ơn bạn, em chích quá liều rồi", "self"),
        ("thưa cô em muốn tự tử", "self"),
        ("alo bạn em uống hết lọ thuốc ngủ rồi", "self"),
        ("dạ chào bạn, em chán sống lắm", "self"),
        ("chào bạn, bạn em muốn chết", "other"),
        ("cảm ơn bạn, con gái tôi đòi tự tử", "other"),
        ("dạ con tôi muốn chết", "other"),
    ],
)
def test_whoever_is_greeted_is_spoken_to_and_not_of(line: str, person: str) -> None:
    heard = judge(line)
    assert heard.person == person
    assert heard.level in ("urgent", "emergency")


@pytest.mark.parametrize(
    ("line", "label", "level"),
    [
        ("em vừa chích quá tay", "overdose", "emergency"),
        ("lỡ chơi 5 viên lắc tim đập muốn vỡ", "overdose", "emergency"),
        ("em cắn 3 viên kẹo giờ tim đập nhanh khó thở", "overdose", "emergency"),
        ("em vừa uống 30v thuoc ngu", "suicide", "emergency"),
        ("em vua uong 40vien thuoc ngu", "suicide", "emergency"),
        ("gọi mãi không dậy", "overdose", "emergency"),
        ("em nôn ra máu rồi", "overdose", "emergency"),
        ("em muốn ch3t", "suicide", "urgent"),
        ("tau nỏ muốn sống nựa", "suicide", "urgent"),
        ("e đang đứng trên cầu", "suicide", "emergency"),
        ("con tôi bỏ nhà đi để lại thư", "suicide", "urgent"),
        ("i want to die", "suicide", "urgent"),
        ("I don't want to live anymore", "suicide", "urgent"),
        ("kill myself", "suicide", "urgent"),
        ("suicide", "suicide", "urgent"),
        ("máu chảy quá cứu em", "self_harm", "emergency"),
        ("cứu em với", "suicide", "urgent"),
        ("cuu em voi", "suicide", "urgent"),
        ("SOS", "suicide", "urgent"),
        ("bị nhốt trong nhà bắt đi bán dâm", "domestic_violence", "emergency"),
        ("bị lừa sang campuchia giờ bị nhốt", "domestic_violence", "emergency"),
        ("chú em bắt em ngủ chung", "child_abuse", "urgent"),
        ("em bị ba ruột làm chuyện đó", "child_abuse", "urgent"),
        ("xã hội đen đòi chặt tay em", "violence_threat", "urgent"),
    ],
)
def test_cry_in_other_words_is_heard(line: str, label: str, level: str) -> None:
    assert (judge(line).label, judge(line).level) == (label, level)


def test_who_threatens_from_outside_is_not_the_one_who_writes() -> None:
    assert judge("xã hội đen đòi chặt tay em").person == "other"


@pytest.mark.parametrize(
    ("everyday", "danger"),
    [
        ("chơi đá bao lâu thì hết dương tính", "em hết đường sống rồi"),
        (
            "uống hết vỉ thuốc methadone thì bao lâu phải lấy tiếp",
            "em uống hết vỉ thuốc methadone rồi",
        ),
        (
            "con tôi vừa cai về, giờ ngủ nhiều lắm gọi không dậy nổi đi làm",
            "con tôi chơi ke xong gọi không dậy đi học",
        ),
        ("con tôi tiêm vắc xin xong ngủ li bì", "con tôi tiêm vắc xin xong tím môi, gọi không dậy"),
        ("ghiền muốn chết", "em ghiền quá, em muốn chết"),
        ("không đi cai chắc em chết sớm", "không đi cai nổi, chắc em chết cho xong"),
        ("anh tôi tự tử năm 2010 vì nghiện", "anh tôi tự tử năm 2010, giờ em cũng muốn chết"),
        ("em đang đứng trên cầu hóng mát", "em đang đứng trên cầu hóng mát, muốn nhảy xuống"),
        ("đang bị nhốt trong trại cai", "em đang bị nhốt trong phòng trọ"),
        ("uống rượu nhiều có bị nôn ra máu không", "ba em uống rượu nôn ra máu"),
        ("giúp em với, em muốn hỏi hồ sơ", "cứu con tôi với"),
    ],
)
def test_everyday_sentence_near_a_danger_word_stays_calm_and_danger_in_it_is_still_heard(
    everyday: str, danger: str
) -> None:
    assert judge(everyday).level in ("none", "soft")
    assert judge(danger).level in ("urgent", "emergency")


def test_a_loss_long_ago_earns_a_caring_question() -> None:
    assert judge("anh tôi tự tử năm 2010 vì nghiện").level == "soft"


def test_a_rule_that_names_an_unknown_list_is_refused() -> None:
    with pytest.raises(ValueError, match="nowhere"):
        Phrases({"die": ["chết"]}).compile("muốn <nowhere>")


def test_a_pattern_that_may_begin_anywhere_is_refused() -> None:
    with pytest.raises(ValueError, match="begins"):
        Phrases({"die": ["chết"]}).compile("<die>? đi")
