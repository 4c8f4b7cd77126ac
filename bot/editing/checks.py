"""What must hold before an article or a paraphrase is published, told in plain Vietnamese."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml
from pydantic import ValidationError

from bot.answers import Article, Library
from bot.answers.article import parse_article
from bot.answers.library import bare
from bot.catalogue import Table, _
from bot.editing import reading
from bot.editing.source import OWN, Form, to_source
from bot.laws import ContentBroken, Register

MOST_IN_BODY = 1500
MOST_IN_PHRASE = 120
ALMOST_THE_SAME = 0.85
RESERVED = "new"
"""No article's key: the page of a new one has it."""

FIELDS = Table(
    {
        "key": "Mã bài",
        "title": "Tiêu đề",
        "short": "Câu trả lời ngắn",
        "body": "Phần đọc thêm",
        "ask": "Các cách hỏi",
        "rest": "Luật, nút và ngày",
    }
)
"""What the parts of the form are called."""

_BY_TYPE = Table(
    {
        "missing": "Thiếu mục này.",
        "extra_forbidden": "Không có mục nào tên như vậy.",
        "string_too_short": "Chưa có chữ nào.",
        "string_too_long": "Dài quá: nhiều nhất {max_length} ký tự.",
        "too_short": "Cần ít nhất {min_length} mục.",
        "too_long": "Nhiều nhất {max_length} mục.",
        "string_pattern_mismatch": "Viết chưa đúng mẫu.",
        "string_type": "Cần là chữ (đặt trong dấu nháy).",
        "literal_error": "Chỉ nhận: {expected}.",
        "tuple_type": "Cần là một danh sách.",
    }
)
_BY_WORDS = Table(
    {
        "looks like a telephone number": "Có số điện thoại. Số và địa chỉ chỉ lấy từ danh bạ.",
        "bare yes or no": "Đừng mở đầu bằng “Có” hay “Không” trống; hãy nói rõ điều gì.",
        "is none of topics.csv": "Chủ đề này không có trong danh mục.",
        "unknown payload": "Nút này dẫn tới một lệnh không có.",
        "payload over": "Lệnh của nút dài quá.",
        "a title has": "Chữ trên nút dài từ 1 đến 40 ký tự.",
        "confirm_with": "confidence: medium thì phải có confirm_with (hỏi lại ai); high thì không.",
        "paraphrases": "Cần ít nhất 8 cách hỏi, mỗi dòng một cách.",
        "valid_to lies before": "Ngày cuối (valid_to) đứng trước ngày đầu (valid_from).",
        "must begin ": "before phải bắt đầu bằng “Trước ngày/tháng/năm: ”.",
        "needs a short": "Mỗi lựa chọn cần câu trả lời (short), hoặc câu hỏi (ask) kèm options.",
        "asks more than": "Hỏi lại nhiều nhất 3 câu nối nhau.",
        "is not in the register": "Văn bản này không có trong sổ.",
        "is not the file's name": "Mã bài không được đổi.",
    }
)
_SAYS_LAW = re.compile(r"triệu đồng|năm tù|\d+ giờ|bị phạt|Tòa án|khoản \d|Luật \w|Nghị định")
_JUDGES = re.compile(r"\b(?:con|thằng|dân|kẻ|bọn|tên) nghiện\b", re.IGNORECASE)
_STREET = re.compile(
    r"\b[Ss]ố(?: nhà)? \d[\w/]*,? (?:đường|phố|ngõ)\b|\b\d+[\w/]* (?:đường|phố) [A-ZĐ]"
)
_PERSONAL = re.compile(r"@\w|https?:|www\.|\d(?:[ .-]?\d){6,}")


@dataclass(frozen=True)
class Fault:
    """`field` is one of FIELDS; what does not stop a publication is advice."""

    field: str
    line: str
    stops: bool = True


@dataclass(frozen=True)
class Checked:
    """`article` is what the form makes, where it makes one at all."""

    source: str
    article: Article | None
    faults: tuple[Fault, ...]

    @property
    def may_be_published(self) -> bool:
        return self.article is not None and not any(fault.stops for fault in self.faults)


def check_form(form: Form, library: Library, register: Register, today: date) -> Checked:
    """The form read as an article, and every fault of it against the law of today and the other
    articles of the library."""
    source = to_source(form, today.isoformat())
    faults = list(_rest_faults(form.rest))
    if form.key == RESERVED:
        faults.append(Fault("key", _("Bạn chọn mã khác.")))
    article: Article | None = None
    if not faults:
        try:
            article = parse_article(source, f"{form.key}.md", register)
        except ContentBroken as broken:
            faults += _schema_faults(broken)
    if article is not None:
        faults += _law_faults(article, register, today)
        faults += _word_faults(article)
        faults += _link_faults(article, library)
    for phrase in form.phrases:
        faults += check_phrase(phrase, form.key, library, today)
    return Checked(source, article, tuple(dict.fromkeys(faults)))


def check_phrase(phrase: str, key: str, library: Library, today: date) -> list[Fault]:
    """The faults of one paraphrase of the article `key`."""
    if not bare(phrase):
        return [Fault("ask", _("Cách hỏi còn trống."))]
    faults = []
    if len(phrase) > MOST_IN_PHRASE:
        faults.append(
            Fault(
                "ask",
                _("“{phrase}…” dài quá {most} ký tự.").format(
                    phrase=phrase[:40], most=MOST_IN_PHRASE
                ),
            )
        )
    if _PERSONAL.search(phrase):
        faults.append(
            Fault("ask", _("“{phrase}” có số hoặc địa chỉ của ai đó.").format(phrase=phrase[:40]))
        )
    own = _family(key, library)
    for article in library.articles():
        if article.key not in own and any(bare(phrase) == bare(other) for other in article.ask):
            return [
                *faults,
                Fault(
                    "ask",
                    _("“{phrase}” đã là cách hỏi của bài “{title}”.").format(
                        phrase=phrase, title=article.title
                    ),
                ),
            ]
    for hit in library.search(phrase, today):
        if hit.article.key not in own and hit.score >= ALMOST_THE_SAME:
            line = _("“{phrase}” rất giống “{other}” của bài “{title}”.").format(
                phrase=phrase, other=hit.phrase, title=hit.article.title
            )
            faults.append(Fault("ask", line, stops=False))
    return faults


def _family(key: str, library: Library) -> set[str]:
    """The article and those that stand for it on other days: they share their paraphrases."""
    article = library.get(key)
    root = (article.version_of if article else None) or key
    return {key, root} | {one.key for one in library.articles() if one.version_of == root}


def _rest_faults(rest: str) -> Iterator[Fault]:
    try:
        data = yaml.safe_load(rest) if rest else {}
    except yaml.MarkedYAMLError as error:
        at = error.problem_mark.line + 1 if error.problem_mark else 1
        yield Fault(
            "rest",
            _("Dòng {at}: không đọc được. Xem lại dấu nháy, dấu hai chấm, lùi đầu dòng.").format(
                at=at
            ),
        )
        return
    if not isinstance(data, dict) or any(line.startswith("---") for line in rest.splitlines()):
        yield Fault("rest", _("Mỗi dòng phải có dạng “tên mục: nội dung”."))
        return
    for name in data.keys() & OWN:
        yield Fault("rest", _("{name}: mục này đã có ô riêng, hãy bỏ ở đây.").format(name=name))


def _schema_faults(broken: ContentBroken) -> Iterator[Fault]:
    if not isinstance(broken.__cause__, ValidationError):
        yield _fault((broken.field,), "value_error", broken.reason, {})
        return
    for one in broken.__cause__.errors():
        yield _fault(one["loc"], one["type"], one["msg"], one.get("ctx", {}))


def _fault(place: Sequence[str | int], kind: str, said: str, context: Mapping[str, Any]) -> Fault:
    name = str(place[0]) if place else ""
    if not place:
        name = "ask" if said.endswith("paraphrases") else "rest"
    line = next((ours for words, ours in _BY_WORDS.items() if words in said), "")
    if name == "key" and kind == "string_pattern_mismatch":
        line = _("Dùng 2 đến 45 chữ thường không dấu, số và gạch dưới.")
    if not line and kind in _BY_TYPE:
        line = _BY_TYPE[kind].format_map(dict(context)).replace("' or '", _("' hoặc '"))
    if not line and kind.startswith("date"):
        line = _("Cần một ngày, ví dụ 2026-07-01.")
    if name in FIELDS and name != "rest":
        return Fault(name, line or _("Viết chưa đúng."))
    where = ".".join(map(str, place)) + ": " if place else ""
    return Fault("rest", where + (line or _("Viết chưa đúng.")))


def _law_faults(article: Article, register: Register, today: date) -> Iterator[Fault]:
    """Every citation in force today; for an article of other days, on its own nearest day."""
    on = max(today, article.valid_from)
    if article.valid_to is not None:
        on = min(on, article.valid_to)
    for cited in dict.fromkeys(one.doc for one in article.every_citation()):
        if not register.in_force(cited, on):
            line = _("{cited} ({number}) không còn hoặc chưa có hiệu lực.").format(
                cited=cited, number=register[cited].number
            )
            yield Fault("rest", f"citations: {line}")
    if not article.every_citation() and _SAYS_LAW.search(f"{article.short} {article.body}"):
        yield Fault("rest", _("citations: Bài nói đến luật nên phải ghi căn cứ."))


def _word_faults(article: Article) -> Iterator[Fault]:
    texts = {"title": article.title, "short": article.short, "body": article.body}
    for field, text in texts.items():
        if _JUDGES.search(text):
            yield Fault(
                field, _("Có chữ gọi người bằng chứng nghiện. Hãy viết “người dùng ma túy”.")
            )
        if _STREET.search(text):
            yield Fault(field, _("Có địa chỉ nhà. Số và địa chỉ chỉ lấy từ danh bạ."))
    if len(article.body) > MOST_IN_BODY:
        yield Fault("body", _("Dài quá: nhiều nhất {most} ký tự.").format(most=MOST_IN_BODY))
    short = reading.read(article.short)
    found = reading.read(f"{article.short}\n{article.body}")
    if found.average > reading.AVERAGE:
        yield Fault(
            "short" if short.average > reading.AVERAGE else "body",
            _("Khó đọc: trung bình {average} chữ một câu, nên dưới {most}. Hãy tách câu.").format(
                average=f"{found.average:.0f}", most=f"{reading.AVERAGE:.0f}"
            ),
        )
    if found.longest > reading.LONGEST:
        yield Fault(
            "short" if short.longest > reading.LONGEST else "body",
            _("Có câu dài {longest} chữ, nhiều nhất {most}. Hãy tách câu.").format(
                longest=found.longest, most=reading.LONGEST
            ),
        )
    if found.hard > reading.HARD_SHARE:
        yield Fault("short", _("Nhiều từ nước ngoài hoặc từ chuyên môn quá. Hãy viết bằng chữ dễ."))


def _link_faults(article: Article, library: Library) -> Iterator[Fault]:
    for button in article.next:
        verb, _space, target = button.payload.partition(" ")
        if verb == "/answer" and target != article.key and library.get(target) is None:
            yield Fault(
                "rest",
                _("next: Nút “{button}” dẫn tới bài “{target}” không có.").format(
                    button=button.title, target=target
                ),
            )
    if article.version_of and library.get(article.version_of) is None:
        yield Fault("rest", _("version_of: Không có bài “{key}”.").format(key=article.version_of))
