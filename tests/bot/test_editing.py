"""The editors' work: nothing personal reaches them, nothing faulty leaves them, and what they publish
serves at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot import editing
from bot.answers import ANSWERS, Found, Library, decide, render
from bot.answers.article import UNREVIEWED
from bot.answers.overlay import fingerprint
from bot.answers.shelf import Shelf
from bot.content_tables import EditedArticle
from bot.editing import Editor, Form
from bot.editing.reading import read
from bot.editing.source import to_form, to_source
from bot.errors import AlreadyTaken, NotFound, NotUnderstood
from bot.laws import Register
from bot.tables import Counsellor

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
Sessions = async_sessionmaker[AsyncSession]
BLOOD = "sau cai nghiện hiến máu nhân đạo được chưa"


def file_form(key: str) -> Form:
    return to_form(key, (ANSWERS / f"{key}.md").read_text(encoding="utf-8"))


def lines(form: Form, library: Library) -> list[str]:
    checked = editing.check_form(form, library, library.register, TODAY)
    return [f"{fault.field}: {fault.line}" for fault in checked.faults if fault.stops]


@pytest.fixture
async def editor(sessions: Sessions) -> Editor:
    async with sessions.begin() as session:
        lan = Counsellor(
            login="lan",
            name="Lan",
            role="editor",
            password_hash="",
            must_change=False,
            created_at=NOW,
        )
        session.add(lan)
    return Editor(lan, NOW)


@pytest.fixture
def shelf(library: Library) -> Shelf:
    return Shelf(library)


@pytest.mark.parametrize("path", sorted(ANSWERS.glob("*.md")), ids=lambda path: path.stem)
def test_every_article_goes_through_the_form_unchanged(path: Path, library: Library) -> None:
    form = file_form(path.stem)
    again = to_form(path.stem, to_source(form, "2026-11-23"))
    assert again == form
    checked = editing.check_form(form, library, library.register, TODAY)
    article = library.get(path.stem)
    assert article is not None
    assert checked.article is not None
    assert fingerprint(checked.article) == fingerprint(article)


def changed(**fields: str) -> Form:
    return replace(file_form("foreigner"), **fields)


def test_a_sound_article_may_be_published(library: Library) -> None:
    form = file_form("foreigner")
    assert editing.check_form(form, library, library.register, TODAY).may_be_published
    assert lines(form, library) == []


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"short": "Bạn gọi 0912 345 678 nhé."}, "short: Có số điện thoại"),
        ({"body": "Gọi ngay 115 để được giúp."}, "body: Có số điện thoại"),
        ({"body": "Đến số 12 đường Lê Lợi hỏi."}, "body: Có địa chỉ"),
        ({"short": "Không. Bạn phải đi."}, "short: Đừng mở đầu"),
        ({"short": "dài " * 200}, "short: Dài quá"),
        ({"body": "Câu ngắn. " * 200}, "body: Dài quá"),
        ({"short": ""}, "short: Chưa có chữ"),
        ({"title": ""}, "title: Chưa có chữ"),
        ({"ask": "một\nhai"}, "ask: Cần ít nhất 8"),
        ({"short": "Con nghiện bị đưa đi cai."}, "short: Có chữ gọi người"),
        ({"short": "người ta cứ đi mãi " * 12}, "short: Có câu dài"),
        ({"short": "Người ta cứ đi mãi mà không ai hay biết gì cả về việc ấy đâu em ạ, dù có hỏi hết "
          "bà con xóm giềng ở đó.", "body": "Bạn đi hỏi công an xã về việc này trước khi làm đơn, rồi mang "
          "theo giấy tờ của mình và chờ họ trả lời."}, "short: Khó đọc: trung bình"),
        ({"short": "Buprenorphine naloxone methadone suboxone."}, "short: Nhiều từ"),
        ({"rest": "topic: ["}, "rest: Dòng 1: không đọc được"),
        ({"rest": "title: x"}, "rest: title: mục này đã có ô riêng"),
        ({"rest": "topic: rehab\n---\nx: y"}, "rest: "),
        ({"rest": "topic: bánh mì"}, "rest: topic: "),
        ({"key": "new"}, "key: Bạn chọn mã khác"),
        ({"key": "Có Dấu"}, "key: Dùng 2 đến 45"),
    ],
)  # fmt: skip
def test_a_fault_is_told_in_vietnamese_beside_its_field(
    library: Library, fields: dict[str, str], told: str
) -> None:
    found = lines(changed(**fields), library)
    assert any(line.startswith(told) for line in found), found


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("doc: D05", "doc: D99", "citations: Văn bản này không có trong sổ."),
        ("doc: D05", "doc: D01", "citations: D01 (23/2000/QH10) không còn"),
        ("payload: /human", "payload: /answer nowhere", "dẫn tới bài “nowhere” không có"),
        ("payload: /human", "payload: /buy", "Nút này dẫn tới một lệnh không có."),
        ("confidence: high", "confidence: medium", "phải có confirm_with"),
        ("confidence: high", "confidence: low", "Chỉ nhận: 'high' hoặc 'medium'."),
        ("valid_from: 2026-07-01", "valid_from: mai", "Cần một ngày"),
        ("valid_from: 2026-07-01", "valid_from: 2026-07-01\nvalid_to: 2026-06-01", "đứng trước"),
        ("confidence: high", "confidence: high\nbefore: hồi xưa khác", "before phải bắt đầu"),
        ("confidence: high", "confidence: high\ncolour: red", "colour: Không có mục nào"),
        ("confidence: high", "", "confidence: Thiếu mục này."),
    ],
)
def test_a_fault_in_law_buttons_and_days_is_told(
    library: Library, old: str, new: str, told: str
) -> None:
    form = file_form("foreigner")
    assert old in form.rest
    found = lines(changed(rest=form.rest.replace(old, new)), library)
    assert any(told in line for line in found), found


def test_talk_of_the_law_without_a_citation_is_stopped(library: Library) -> None:
    form = to_form("jobs", to_source(file_form("foreigner"), "2026-11-23"))
    kept = [
        line
        for line in form.rest.splitlines()
        if not line.startswith(("citations", "- doc", "  where"))
    ]
    rest = "\n".join(kept) + "\ncitations: []"
    found = lines(changed(rest=rest, short="Bạn bị phạt từ 1 đến 2 triệu đồng."), library)
    assert "rest: citations: Bài nói đến luật nên phải ghi căn cứ." in found


def test_a_paraphrase_of_another_article_is_stopped_and_a_near_one_only_told(
    library: Library,
) -> None:
    taken, near = "cai nghiện tại nhà mất bao lâu", "cai nghiện tại nhà thì mất bao lâu thế"
    (fault, *_) = editing.check_phrase(taken.upper(), "fines", library, TODAY)
    assert fault.stops
    assert "Cai nghiện tại nhà mất bao lâu" in fault.line
    assert not any(fault.stops for fault in editing.check_phrase(near, "fines", library, TODAY))
    assert editing.check_phrase(taken, "rehab_home_duration", library, TODAY) == []


@pytest.mark.parametrize("phrase", ["", "!?", "gọi 0912345678 hỏi", "x " * 80, "nhắn @lan nhé"])
def test_a_paraphrase_with_nothing_or_somebody_in_it_is_stopped(
    library: Library, phrase: str
) -> None:
    assert any(fault.stops for fault in editing.check_phrase(phrase, "fines", library, TODAY))


def test_reading_is_measured_by_sentence_and_by_hard_words() -> None:
    assert read("").is_plain()
    assert read("Bạn đi cai. Bạn về nhà.").average == 3
    assert not read("đi mãi " * 12 + ".").is_plain()
    assert not read("Methadone buprenorphine.").is_plain()


async def test_an_attached_question_is_answered_at_once_and_by_every_process(
    sessions: Sessions, shelf: Shelf, library: Library, editor: Editor
) -> None:
    elsewhere = Shelf(library)
    async with sessions.begin() as session:
        await editing.note_question(session, BLOOD, "unanswered", None, TODAY)
    async with sessions.begin() as session:
        (row,) = await editing.questions(session)
        await editing.attach(session, shelf, row.id, "hiv_test", BLOOD, editor)
    async with sessions() as session:
        assert await editing.questions(session) == []
        assert await elsewhere.refresh(session, TODAY)
        assert not await elsewhere.refresh(session, TODAY)
    found = decide(elsewhere.library.search(BLOOD, TODAY))
    assert isinstance(found, Found)
    assert found.article.key == "hiv_test"
    assert not any(BLOOD in one.ask for one in library.articles())


async def test_a_question_is_not_attached_where_another_article_has_it(
    sessions: Sessions, shelf: Shelf, editor: Editor
) -> None:
    async with sessions() as session:
        with pytest.raises(NotUnderstood, match="đã là cách hỏi"):
            await editing.attach(
                session, shelf, 1, "fines", "cai nghiện tại nhà mất bao lâu", editor
            )
        with pytest.raises(NotFound):
            await editing.attach(session, shelf, 1, "nowhere", BLOOD, editor)


async def test_a_published_article_serves_and_a_faulty_one_does_not(
    sessions: Sessions, shelf: Shelf, editor: Editor
) -> None:
    seen = editing.edition(file_form("foreigner"))
    async with sessions.begin() as session:
        bad = changed(short="Bạn gọi 0912 345 678 nhé.")
        assert not (await editing.publish(session, shelf, bad, seen, editor)).may_be_published
        assert (await session.scalars(select(EditedArticle))).all() == []
        good = changed(short="Người nước ngoài cũng theo luật này. Bạn hỏi công an xã nhé.")
        assert (await editing.publish(session, shelf, good, seen, editor)).may_be_published
    async with sessions() as session:
        await shelf.refresh(session, TODAY)
    article = shelf.library.get("foreigner")
    assert article is not None
    assert article.short.startswith("Người nước ngoài cũng theo luật này.")
    assert article.reviewed_by == UNREVIEWED


async def test_of_two_editors_the_slower_is_told_and_overwrites_nothing(
    sessions: Sessions, shelf: Shelf, editor: Editor
) -> None:
    seen = editing.edition(file_form("foreigner"))
    async with sessions.begin() as session:
        first = changed(short="Bản của người thứ nhất, đọc dễ.")
        await editing.publish(session, shelf, first, seen, editor)
    async with sessions() as session:
        with pytest.raises(AlreadyTaken, match="người khác sửa"):
            await editing.publish(session, shelf, changed(short="Bản thứ hai."), seen, editor)


async def test_a_draft_serves_nobody(sessions: Sessions, shelf: Shelf, editor: Editor) -> None:
    async with sessions.begin() as session:
        await editing.save_draft(session, changed(short=""), editor)
    async with sessions() as session:
        await shelf.refresh(session, TODAY)
        assert shelf.overlay.edits == {}
        draft = await editing.draft_form(session, "foreigner")
        with pytest.raises(NotUnderstood):
            await editing.save_draft(session, Form(), editor)
    assert draft is not None
    assert draft.short == ""


async def test_approval_names_the_editor_until_the_words_change(
    sessions: Sessions, shelf: Shelf, register: Register, editor: Editor
) -> None:
    article = shelf.library.get("foreigner")
    assert article is not None
    async with sessions.begin() as session:
        await editing.approve(session, shelf, "foreigner", fingerprint(article), editor)
        with pytest.raises(AlreadyTaken):
            await editing.approve(session, shelf, "foreigner", "another reading", editor)
    async with sessions() as session:
        await shelf.refresh(session, TODAY)
    approved = shelf.library.get("foreigner")
    assert approved is not None
    assert (approved.reviewed_by, approved.reviewed_on) == ("Lan", TODAY)
    assert "chưa được thẩm định" not in render(approved, TODAY, register).text
    async with sessions.begin() as session:
        seen = editing.edition(file_form("foreigner"))
        await editing.publish(session, shelf, changed(short="Lời mới, dễ đọc."), seen, editor)
    async with sessions() as session:
        await shelf.refresh(session, TODAY)
    again = shelf.library.get("foreigner")
    assert again is not None
    assert again.reviewed_by == UNREVIEWED


async def test_a_paraphrase_more_does_not_undo_an_approval(
    sessions: Sessions, shelf: Shelf, editor: Editor
) -> None:
    article = shelf.library.get("hiv_test")
    assert article is not None
    async with sessions.begin() as session:
        await editing.approve(session, shelf, "hiv_test", fingerprint(article), editor)
        await editing.attach(session, shelf, 1, "hiv_test", BLOOD, editor)
    async with sessions() as session:
        await shelf.refresh(session, TODAY)
        form = await editing.serving_form(session, "hiv_test", shelf)
    approved = shelf.library.get("hiv_test")
    assert approved is not None
    assert approved.reviewed_by == "Lan"
    assert form is not None
    assert form.phrases[-1] == BLOOD


async def test_an_edit_that_broke_since_is_left_out_and_listed_and_the_rest_serves(
    sessions: Sessions, shelf: Shelf, library: Library, editor: Editor
) -> None:
    broken = to_source(changed(rest="topic: gone"), "2026-11-23")
    async with sessions.begin() as session:
        session.add(
            EditedArticle(
                key="foreigner", source=broken, state="published", by=editor.counsellor.id, at=NOW
            )
        )
    async with sessions() as session:
        await shelf.refresh(session, TODAY)
    assert shelf.library.get("foreigner") is None
    assert "foreigner.md" in [fault.file for fault in shelf.library.broken]
    assert len(shelf.library.articles()) >= len(library.articles()) - 1


def test_a_broken_file_is_named_with_its_line_and_the_rest_serves(
    tmp_path: Path, register: Register
) -> None:
    sound = (ANSWERS / "foreigner.md").read_text(encoding="utf-8")
    linked = sound.replace("/answer addiction_identification", "/human")
    (tmp_path / "foreigner.md").write_text(linked, "utf-8")
    text = (ANSWERS / "fines.md").read_text(encoding="utf-8")
    at = next(n for n, line in enumerate(text.splitlines(), 1) if line.startswith("valid_from"))
    (tmp_path / "fines.md").write_text(text.replace("valid_from: 2", "valid_from: x"), "utf-8")
    library = Library.load(register, tmp_path)
    (fault,) = library.broken
    assert (fault.file, fault.field, fault.at) == ("fines.md", "valid_from", at)
    assert [article.key for article in library.articles()] == ["foreigner"]
