"""Whom a question is about: the writer, or somebody of theirs. Pure.

Every word for somebody is a mention; a mention counts where a trouble follows it before another
person does ("con tôi hay bị bạn rủ hút cỏ": the child). Where no mention has a trouble, those count
that do nothing but be named. Where nobody is, it is the writer who tells of their own age,
of what was done to them, or of papers and duties that only the person concerned has.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import replace
from itertools import pairwise
from typing import Literal

from bot.entities.reading import Phrases, Reading, Word, phrases
from bot.entities.somebody import (
    Somebody,
    begins_clause,
    everybody,
    is_young,
    never_size,
    people_words,
)
from bot.understand import fold


def _listed(words: str) -> Phrases:
    return phrases(words.split(", "))


_REACH = 12
# What is done to somebody after "bị", whoever does it ("bị người ta bắt").
_UNDERGONE = _listed("bắt, giữ, đánh, rủ, dụ, ép, gọi, đuổi, phạt, đưa, nhốt, xích, lôi kéo")
# Right before the writer: what others do to them ("không cho em về").
_DONE_TO = _listed(
    "không cho, chưa cho, chẳng cho, hổng cho, bắt, ép, đuổi, nhốt, xích, phạt, lập biên bản, "
    "từ chối nhận, không nhận, chưa nhận, giữ giấy tờ của, ghi tên"
)
# Right before and right after the writer who only asks ("cho em hỏi", "tui muốn biết").
_ASKED_TO = _listed("giúp, giùm, dùm, hộ, tư vấn, hướng dẫn, chỉ, bày, gửi, trả lời, kể cho")
_ASKING = _listed(
    "hỏi, xin, biết, gặp, nói, số, địa chỉ, muốn hỏi, muốn biết, muốn tìm hiểu, cần hỏi, thắc mắc, "
    "nghe nói, nghe bảo, nghe đồn, thấy người, đọc, tính báo, muốn báo, "
    "muốn tố cáo, muốn tố giác"
)
# Papers, duties and feelings that only the person concerned tells of.
_OWN_CASE = _listed(
    "đeo vòng, vòng giám sát, giấy triệu tập, giấy mời, giấy gọi, giấy báo, kiện, khiếu nại, "
    "kháng cáo, ra trại, cai xong, cai về, sau cai, đăng ký lại, uống me, trình diện, điểm danh, "
    "xin việc, giới thiệu việc, kiếm việc, làm test, làm bài test, làm trắc nghiệm, tự đánh giá, "
    "oan, ở trọ, hộ khẩu, nghỉ việc, mất việc, đuổi việc, nhận quyết định, tiền án, lý lịch, "
    "hồ sơ của, tên tôi, tên em, tên tui"
)
# Where the writer tells something of themselves and speaks of one of these, it is their case …
_MATTERS = _listed(
    "cai, trại, cơ sở, trung tâm, methadone, liều, thuốc, công an, tòa, bị phạt, giấy tờ, hồ sơ, "
    "quyết định, biên bản, việc làm, học nghề, vay vốn, test, xét nghiệm, nước tiểu, hiv, "
    "bảo hiểm, nghiện, ma túy, thèm, cữ, bằng lái, quản lý"
)
# … but for these: a report of others, the service itself, work or study.
_NOT_OWN = _listed(
    "tố giác, tố cáo, tin báo, báo tin, báo công an, báo giấu, bán, buôn, tụ điểm, tụ tập, quán, "
    "tư vấn viên, chuyên viên, tổng đài, đường dây, dữ liệu, tin nhắn, nhắn tin, địa chỉ, "
    "viết bài, làm bài, luận văn, tiểu luận, đề tài, thuyết trình, tuyên truyền, giáo viên, "
    "cán bộ, luật sư, phóng viên, là nhân viên, làm công tác, tình nguyện viên, cho thuê, "
    "học sinh, người nghiện, người cai, người ta"
)
# With these a sentence without a subject is the writer's: how they feel, and what is now.
_FEELS = _listed(
    "tưởng chết, lo quá, sợ quá, thèm quá, chịu không nổi, chịu hết nổi, không chịu nổi, "
    "khó chịu quá, mệt quá, chán quá, oan quá, hối hận, run quá, đau quá, hoang mang, muốn chết"
)
_NOW = _listed("muốn, thèm, giờ, nay, chừ, hôm qua, tối qua, định, tính, mà vẫn, sợ, lo")
_ONLY_PERHAPS = frozenset(["dang", "da", "tung", "lau lau", "thinh thoang"])
_NEVER_PARENTS = frozenset(["no", "han", "thang nho", "thang be", "em", "con", "chau"])
_BEFORE_AGE = frozenset(["nam", "nay", "moi", "gan", "du", "tron", "duoc", "da", "chi"])
_IF = frozenset(["bi", "ma", "nhu", "ai", "co", "no", "mai"])
Span = tuple[str, int, int]


def find_people(reading: Reading, substances: Sequence[Span] = ()) -> list[Span]:
    """(relation, first word, word after the last) of those the message is about.

    "self" is the writer, where they tell of their own use or trouble. Each relation comes once.

    Args:
        reading: the message.
        substances: those it names.
    """
    words = reading.words
    named = list(everybody(reading))
    chosen = [one for one in named if one.role == "person" and _asked_for(words, one)]
    if not chosen:
        chosen = _troubled(reading, named, {start for _, start, _ in substances})
    if not chosen:
        chosen = _only_named(reading, named)
    if not chosen:
        chosen = _slip(reading, named) or _own_case(reading, named)
    first: dict[str, Somebody] = {}
    for one in sorted(chosen, key=lambda one: one.start):
        first.setdefault(one.relation, one)
    return [(one.relation, one.start, one.end) for one in first.values()]


def _asked_for(words: Sequence[Word], one: Somebody) -> bool:
    """ "hỏi giùm bạn em", "xin cho con trai": the question is about them, whatever follows."""
    return bool(people_words().words["asks_for"].ending(words, one.start)[1])


def _only_named(reading: Reading, named: Sequence[Somebody]) -> list[Somebody]:
    """Those who do nothing but be named; neighbours only where nobody nearer is."""
    found = [one for one in named if one.role == "person" and not _acts(reading, one)]
    if found:
        return [one for one in found if one.relation != "neighbour"] or found
    young = [one for one in named if one.role == "he" and _child_unowned(reading, one)]
    return [replace(one, role="person", relation="child") for one in young[:1]]


def _child_unowned(reading: Reading, one: Somebody) -> bool:
    """ "con bé 12 tuổi hút pod": where a part of the text begins, the writer's child."""
    return begins_clause(reading.words, one.start) and is_young(reading.words, one)


def _troubled(reading: Reading, named: Sequence[Somebody], drugs: Set[int]) -> list[Somebody]:
    """Those whom a trouble follows before anybody else is named."""
    words = reading.words
    found: list[Somebody] = []
    before: list[Somebody] = []
    agent = people_words().words["passive"]  # "bị người ta bắt": named as the one who does it
    for place, one in enumerate(named):
        if one.role == "person":
            before.append(one)
        later = (then for then in named[place + 1 :] if not agent.ending(words, then.start)[1])
        then = next(later, None)
        trouble = _trouble(reading, one, then.start if then else len(words), drugs)
        if one.role == "person" and _harmed(words, one):
            found.append(one)
        elif trouble is None:
            continue
        elif trouble == "given" and then is not None and then.role == "person":
            found.append(then)
        elif one.role == "he" and before:
            found.append(_meant(words, one, before))
        elif one.role == "he" and _child_unowned(reading, one):
            found.append(replace(one, role="person", relation="child"))
        elif one.role in ("person", "writer"):
            found.append(one)
    return found + _joined(words, named, found)


def _meant(words: Sequence[Word], he: Somebody, before: Sequence[Somebody]) -> Somebody:
    """Whom `he` means of those named before: the last, but a parent is not called "nó"."""
    called = " ".join(word.bare for word in words[he.start : he.end])
    if called in _NEVER_PARENTS:
        before = [one for one in before if one.relation != "parent"] or before
    return before[-1]


def _harmed(words: Sequence[Word], one: Somebody) -> bool:
    """ "khói ảnh hưởng con nhỏ": the question is about them too."""
    return any(word.bare == "huong" for word in words[max(0, one.start - 2) : one.start])


def _joined(
    words: Sequence[Word], named: Sequence[Somebody], found: Sequence[Somebody]
) -> list[Somebody]:
    """Those named together with one of `found`: "em với chồng em đều chơi"."""
    return [
        one
        for one, then in pairwise(named)
        if then in found
        and one.role in ("person", "writer")
        and one not in found
        and [word.bare for word in words[one.end : then.start]] in (["voi"], ["va"], ["cung"])
    ]


def _trouble(
    reading: Reading, one: Somebody, limit: int, drugs: Set[int]
) -> Literal["own", "given"] | None:
    """Whether a trouble follows `one` before `limit`: their own, or given to the next ("cai cho")."""
    known, words, strict = people_words().words, reading.words, reading.accented
    suffers = False
    at = one.end
    while at < min(limit, one.end + _REACH):
        size = 0 if never_size(reading, at) else _trouble_size(reading, at, drugs)
        if size and not _denied(words, at, strict):
            end = at + size
            gives = end < len(words) and words[end].bare == "cho" and end + 1 >= limit
            return "given" if gives else "own"
        if suffers and _UNDERGONE.at(words, at, strict)[1]:
            return "own"
        suffers = suffers or bool(known["passive"].at(words, at)[1])
        nothing = never_size(reading, at)
        if not suffers and not size and not nothing and _breaks(words, at, strict):
            return None
        at += max(size, nothing, 1)
    return None


def _trouble_size(reading: Reading, at: int, drugs: Set[int]) -> int:
    known, words = people_words().words, reading.words
    size = known["troubles"].at(words, at, reading.accented)[1]
    if size:
        return size
    sure = reading.accented or not drugs.isdisjoint(range(at, at + 4))
    return known["troubles_exact"].at(words, at, reading.accented)[1] if sure else 0


def _breaks(words: Sequence[Word], at: int, strict: bool) -> bool:
    known = people_words().words
    plain, exact = known["breaks"], known["breaks_exact"]
    return bool(plain.at(words, at, strict)[1] or (strict and exact.at(words, at, True)[1]))


def _denied(words: Sequence[Word], at: int, strict: bool) -> bool:
    """ "không chơi" is denied; "không chơi nữa" tells of earlier use."""
    if not people_words().words["denials"].ending(words, at, strict)[1]:
        return False
    return not any(word.bare == "nua" for word in words[at : at + 4])


def _slip(reading: Reading, named: Sequence[Somebody]) -> list[Somebody]:
    """The writer who names nobody: "lỡ hút cỏ", "đang cai mà thèm quá", "rít xong tưởng chết"."""
    if any(one.role == "he" for one in named):
        return []
    known, words, strict = people_words().words, reading.words, reading.accented
    first_other = min((one.start for one in named if one.role == "other"), default=len(words))
    now, feels = _holds(reading, _NOW), _holds(reading, _FEELS)
    for at in (at for at in range(first_other) if begins_clause(words, at)):
        opener, size = known["slips"].at(words, at, strict)
        end = at + size
        if end >= len(words) or (not size and at):
            continue
        if opener == "lỡ":
            tells = _owns_up(words, at)
        else:
            sure = size and (now or fold(opener) not in _ONLY_PERHAPS)
            tells = bool(_trouble_size(reading, end, frozenset()) and (sure or feels))
        if tells:
            return [Somebody("writer", "self", at, max(end, at + 1))]
    return []


def _owns_up(words: Sequence[Word], at: int) -> bool:
    """ "lỡ" tells what the writer did; as "in case" it goes with "bị", or with "thì"."""
    return words[at + 1].bare not in _IF and all(word.bare != "thi" for word in words[at:])


def _holds(reading: Reading, known: Phrases) -> bool:
    return any(known.at(reading.words, at, reading.accented)[1] for at in range(len(reading.words)))


def _own_case(reading: Reading, named: Sequence[Somebody]) -> list[Somebody]:
    """The writer who tells of their own case without a trouble; nobody else may be meant."""
    if any(one.role == "he" for one in named):
        return []
    words, strict = reading.words, reading.accented
    writers = [one for one in named if one.role == "writer"]
    for one in writers:
        if _DONE_TO.ending(words, one.start, strict)[1] or _tells_age(words, one.end):
            return [one]
    asking = [
        one
        for one in writers
        if _ASKED_TO.ending(words, one.start, strict)[1]
        or (one.end < len(words) and _ASKING.at(words, one.end, strict)[1])
    ]
    telling = [one for one in writers if one not in asking]
    of_theirs = _holds(reading, _OWN_CASE) or (
        all(one.role == "writer" for one in named)
        and _holds(reading, _MATTERS)
        and not _holds(reading, _NOT_OWN)
    )
    return telling[:1] if of_theirs else []


def _tells_age(words: Sequence[Word], at: int) -> bool:
    """ "tau 17, …", "con năm nay mười sáu", "e mới 16 tuổi": the writer's own age."""
    while at < len(words) and words[at].bare in _BEFORE_AGE and not words[at].parted:
        at += 1
    if at >= len(words) or words[at].parted:
        return False
    number, after = words[at].bare, words[at + 1] if at + 1 < len(words) else None
    aged = any(word.bare == "tuoi" for word in words[at + 1 : at + 4])
    if number.isdecimal() and 8 <= int(number) <= 90:
        return aged or after is None or after.parted
    return number == "muoi" and (aged or words[at - 1].bare == "nay")


def _acts(reading: Reading, one: Somebody) -> bool:
    """Whether they only do something to the writer, or stand aside: "vợ bỏ", "em mới cưới vợ"."""
    known, words = people_words().words, reading.words
    if known["aside"].ending(words, one.start)[1]:
        return True
    if one.end >= len(words) or never_size(reading, one.end):
        return False
    return bool(known["acts_on"].at(words, one.end, reading.accented)[1])
