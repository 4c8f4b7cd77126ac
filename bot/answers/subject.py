"""Whether a text names something of our field at all.

Articles share many words with the rest of life ("giấy tờ", "tốt", "yêu"): near an article by such
words alone, a text is not about it. An article is shown at once only where the question names what
stands here, or all but repeats one of its paraphrases.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from bot.understand import fold

_LONGEST = 4
_LONGEST_SYLLABLE = 5

# Compared as typed, and bare where the text is bare; a name that is another word without its
# accents stands here with its neighbour (cỏ is "hút cỏ", cai is no "cái").
_NAMES = """
cai nghiện, cai, ma túy, ma tuý, chất cấm, chất kích thích, heroin, thuốc phiện, cần sa, bồ đà
ketamine, meth, thuốc lắc, methadone, buprenorphine, naloxone, etomidate, cắt cơn, bạch phiến
hàng trắng, hàng đá, chơi đá, đập đá, hút đá, hít đá, ma túy đá, dùng đá, bỏ đá, bán đá, xài đá
hít ke, chơi ke, bán ke, hút cỏ, chơi cỏ, cỏ mỹ, bán cỏ, trồng cỏ, hút cần, chơi cần, bán cần
cắn kẹo, chơi kẹo, kẹo lắc, bay lắc, nước vui, bóng cười, hít bóng, chơi bóng, khí n2o, keo chó
chơi đồ, dùng đồ, xài đồ, bỏ đồ, hút đồ, nhớ đồ, thèm đồ, bán đồ, chơi hàng, bỏ hàng, chơi thuốc
thèm thuốc, thèm quá, cơn thèm, hút chích, hút hít, chích choác, tiêm chích, chích xong, chích chung
nghiện, nghiện rồi, con nghiện, tái nghiện, dùng lại, chơi lại, tái sử dụng, đói thuốc, vật thuốc
cơn vật, vật vã, vã thuốc, vật quá, sốc thuốc, quá liều, ngáo đá, ngáo, ngáo rồi, phê thuốc, ảo giác
vape, pod, thuốc lá, thuốc lá điện tử, tinh dầu, rượu, bia, bỏ rượu, cai rượu, nghiện rượu, uống bia
hiv, prep, phơi nhiễm, kim tiêm, bơm kim, ống chích, dùng chung kim, si đa, uống me, metha
trại cai, đi trại, vào trại, vô trại, ở trại, ra trại, bị đưa đi trại, trong trại, trung tâm cai
dương tính, que thử, nước tiểu, test ma túy, quản lý sau cai, sau cai, quản lý người sử dụng
vòng giám sát, thiết bị giám sát, giám sát điện tử, vòng điện tử, vòng chân, đeo vòng, định vị
tàng trữ, tiền án, tiền sự, lý lịch tư pháp, tự thú, đầu thú, tố giác, kỳ thị, phòng chống ma túy
trợ giúp pháp lý, luật sư, sàng lọc, mức nguy cơ, nguy cơ cao, bảng hỏi, hoang tưởng, ở tù, đi tù
khiếu nại, giảm hại, điều trị thay thế, người nghiện, trầm cảm, thuốc an thần
xác định nghiện, bị quản lý, xét nghiệm nghiện, thuốc ngủ, nghị định, luật mới, ra tòa, rủ hút
thèm, rủ chơi, ép chơi, dính đồ, gói đồ, gói hàng, tụ điểm, tâm thần, kim đâm, phát kim, kim sạch
mdma, hít khay, gói ke, ép hút, mời hút, mời chơi, chơi xong, ngưng chơi, ngừng chơi, hút pod
điểm tựa, bot này, bot có, tư vấn viên, người thật, số khẩn cấp, điện thoại khẩn cấp, đường dây nóng, hotline
bảng tự kiểm tra, tự kiểm tra, xóa dữ liệu, xóa tin nhắn, tin nhắn, người hay máy
số điện thoại, nghĩa vụ quân sự, nói tiếng, chỗ tư vấn, nơi tư vấn, điểm tư vấn
bị bắt, bị lộ, tù, hút, chích, xã quản lý, phường quản lý, quản lý ở xã, vào thăm, đi thăm, thăm gặp
gói bột, ly nước, cái vòng, tép hàng, gói cỏ, chơi thử, dùng thử, thử nước tiểu, lỡ chơi, lỡ dùng
"""

# Everyday words once their accents are gone.
_ONLY_ACCENTED = frozenset({("ngáo",), ("bia",), ("thèm",), ("tù",)})

_NAMED = frozenset(
    tuple(name.split()) for row in _NAMES.strip().split("\n") for name in row.split(", ")
)
_BARE = frozenset(tuple(map(fold, name)) for name in _NAMED - _ONLY_ACCENTED)


_FOREIGN = ("methadone", "heroin", "ketamine", "naloxone", "buprenorphine", "etomidate", "hotline")
_ALMOST = 0.85


def names_the_field(words: Sequence[str]) -> bool:
    """Whether `words` (lower case, as typed, short forms written out) name something of the field.

    A name counts with the accents it has, or without any; a foreign one also misspelt.
    """
    return any(
        len(word) > _LONGEST_SYLLABLE and get_close_matches(word, _FOREIGN, 1, _ALMOST)
        for word in words
    ) or any(
        _is_name(tuple(words[at : at + size]))
        for at in range(len(words))
        for size in range(1, _LONGEST + 1)
    )


def _is_name(words: tuple[str, ...]) -> bool:
    return words in _NAMED or (all(map(str.isascii, words)) and words in _BARE)
