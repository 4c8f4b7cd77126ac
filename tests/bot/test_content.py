"""The articles as they stand: what a person reads is dated, cited, plain and free of numbers."""

from __future__ import annotations

import re
from datetime import date

import pytest

from bot.answers import Article, Library
from bot.laws import Register

TODAY = date(2026, 11, 23)
REGISTER = Register.load()
LIBRARY = Library.load(REGISTER)
ARTICLES = LIBRARY.articles()

every_article = pytest.mark.parametrize("article", ARTICLES, ids=lambda one: one.key)

LEGAL_AND_HEALTH_TOPICS = {
    "rehab_voluntary_home", "rehab_voluntary_facility", "rehab_compulsory", "minors_rehab",
    "cost_support", "addiction_identification", "methadone", "penalties", "family_responsibility",
    "confidentiality", "aftercare", "jobs_loans", "relapse", "withdrawal_signs", "signs_of_use",
    "meth_psychosis_info", "overdose_first_aid", "cannabis", "ecig_laughing_gas",
    "nuoc_vui_party_drugs", "alcohol_tobacco", "hiv_prep_needles", "mental_health_support",
    "parenting_skill", "refusal_skill", "school", "screening_result", "complaint_feedback",
    "report_dealer",
}  # fmt: skip

# What the bot itself does, told in articles too.
SERVICE_TOPICS = {
    "find_place", "hotline_number", "talk_to_person", "start_screening", "delete_data",
    "language_switch", "who_are_you",
}  # fmt: skip

# Figures that are only known from unverified sources and must not be told.
UNVERIFIED = re.compile(r"22-24 tháng|30-40 triệu|8-10 triệu|15-20 phút|10% mỗi 2 tuần")


def shown(article: Article) -> str:
    """Everything of the article that a person may read."""
    buttons = [button.title for button in article.next]
    return "\n".join([article.title, article.short, article.body, article.before or "", *buttons])


def test_every_legal_and_health_topic_has_an_article() -> None:
    topics = {article.topic for article in ARTICLES}
    assert topics == LEGAL_AND_HEALTH_TOPICS | SERVICE_TOPICS


def test_no_file_is_broken() -> None:
    assert [fault.line for fault in LIBRARY.broken] == []


def test_nothing_is_withheld_today() -> None:
    assert LIBRARY.withheld(TODAY) == ()


@every_article
def test_article_cites_only_what_is_in_force_on_its_days(article: Article) -> None:
    day = min(article.valid_to or TODAY, TODAY)
    assert [c.doc for c in article.every_citation() if not REGISTER.in_force(c.doc, day)] == []


@every_article
def test_article_names_an_ended_law_only_as_the_rule_before(article: Article) -> None:
    if article.ended(TODAY):
        return
    told = article.title + article.short
    assert not re.search(r"73/2021|116/2021/NĐ-CP|105/2021/NĐ-CP|144/2021", told)


@every_article
def test_article_about_the_law_cites_it(article: Article) -> None:
    says_law = re.search(r"triệu đồng|năm tù|24 giờ|bị phạt|Tòa án|khoản \d", article.short)
    assert article.citations or not says_law


@every_article
def test_article_never_names_a_person_by_the_addiction(article: Article) -> None:
    assert not re.search(r"con nghiện|thằng nghiện|dân nghiện|kẻ nghiện", shown(article).lower())


@every_article
def test_article_states_no_unverified_figure(article: Article) -> None:
    assert not UNVERIFIED.search(shown(article))


@every_article
def test_article_sends_nobody_to_an_office_that_is_gone(article: Article) -> None:
    if article.key != "old_offices":
        assert not re.search(r"(Phòng|Sở) LĐTBXH|Công an huyện|UBND huyện", article.short)


@every_article
def test_unreviewed_article_says_so_and_when_it_was_written(article: Article) -> None:
    assert article.reviewed_by == "chưa thẩm định"
    assert date(2026, 11, 22) <= article.reviewed_on <= TODAY


@every_article
def test_sentences_stay_readable(article: Article) -> None:
    sentences = re.split(r"(?<=[.!?;:])\s", article.short)
    assert max(len(sentence.split()) for sentence in sentences) <= 45


@every_article
def test_short_text_names_its_subject_before_any_yes_or_no(article: Article) -> None:
    first = re.split(r"[.!?:;,]", article.short)[0]
    assert len(first.split()) > 2 or first.lower().split()[0] not in {
        "dạ", "không", "có", "được", "chưa", "đúng", "sai", "phải", "rồi",
    }  # fmt: skip


def exact(key: str) -> str:
    article = LIBRARY.get(key)
    assert article is not None
    return f"{article.short}\n{article.body}"


@pytest.mark.parametrize(
    ("key", "figures"),
    [
        ("rehab_home_duration", ["24 tháng", "36 tháng", "01/7/2026"]),
        ("after_result_24h", ["24 giờ"]),
        ("first_time_caught", ["1-2 triệu đồng", "1 năm", "24 giờ"]),
        ("rehab_support_money", ["2.530.000 đồng"]),
        ("possession_thresholds", ["0,1 gam", "1 gam", "1 kg", "10 ml", "3-5 năm", "5-10 năm"]),
        ("criminal_use_256a", ["2-3 năm", "3-5 năm", "16 tuổi", "2 năm"]),
        ("fines", ["2-5 triệu", "5-10 triệu", "10-20 triệu", "20-40 triệu", "3-6 tháng"]),
        ("rehab_compulsory_exceptions", ["36 tháng", "mang thai", "UBND xã"]),
        ("rehab_compulsory_procedure", ["3 ngày làm việc", "1 ngày làm việc", "3 tháng"]),
        ("rehab_compulsory_no_early_release", ["24 tháng", "36 tháng", "01/7/2026"]),
        ("crime_transport", ["3-7 năm", "chung thân", "2-5 triệu đồng"]),
        ("rehab_certificate", ["24 giờ", "2 ngày"]),
        ("aftercare", ["1 năm", "2 năm"]),
        ("aftercare_loans", ["200 triệu đồng", "10 năm", "01/5/2026"]),
        ("electronic_monitoring", ["2 năm", "1 năm", "6 tháng"]),
        ("complaint", ["90 ngày", "30 ngày", "45 ngày", "5 ngày làm việc"]),
        ("rehab_life_inside", ["45 phút", "3 người", "4 cuộc", "15 phút", "2.024.000 đồng"]),
        ("hiv_test", ["15 tuổi"]),
        ("withdrawal_signs", ["6-12 giờ", "ngày 2-4", "ngày 5-7", "10 ngày"]),
    ],
)
def test_figures_of_the_law_are_exact(key: str, figures: list[str]) -> None:
    text = exact(key)
    assert [figure for figure in figures if figure not in text] == []


def test_self_report_states_no_rule_for_owning_up_to_use() -> None:
    """The fact sheet has no sure rule for it, so the person is sent to someone who knows."""
    text = exact("crime_self_report")
    assert "tự khai là mình từng dùng ma túy, mình chưa đủ căn cứ" in text
    assert "luật sư" in text


def test_home_rehab_rests_on_the_articles_that_govern_it() -> None:
    article = LIBRARY.get("rehab_home_duration")
    assert article is not None
    assert {(c.doc, c.where) for c in article.citations} == {
        ("D05", "Điều 29 khoản 1"),
        ("D05", "Điều 56 khoản 1 và khoản 2"),
    }
    assert article.before is not None
    assert article.before.startswith("Trước 01/7/2026: ")
