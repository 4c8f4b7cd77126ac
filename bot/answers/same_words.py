"""Different words for one thing, so that a question meets an article that says it otherwise.

For the lexical half: phrases and questions are rewritten alike, after folding.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.understand import fold

# Each row: the word that stands for all of it, then the others.
_SAME = """
cha mẹ: bố mẹ, ba mẹ, ba má, phụ huynh
chồng: ông xã
vợ: bà xã
mang thai: mang bầu, có bầu, có thai
sinh con: sanh con
bị bắt: bị tóm, bị hốt, bị túm, bị còng
đi tù: ngồi tù, ở tù, vào tù, bị tù, đi ở tù, bị khởi tố, bị truy cứu, xử lý hình sự, tù tội
phạt tiền: nộp phạt, phạt hành chính, tiền phạt, xử phạt
chơi đồ: chơi hàng, xài đồ, dùng đồ, hút chích, hút hít, chơi ma túy, xài ma túy
chơi đồ: dùng ma túy, sử dụng ma túy, sử dụng trái phép chất ma túy
chơi đá: đập đá, hút đá, hít đá, dùng đá, xài đá
chơi lại: dùng lại, tái sử dụng, xài lại, hút lại
hút cỏ: hút cần sa, hút cần, chơi cỏ, chơi cần, hút bồ đà
pod: vape, thuốc lá điện tử, thuốc điện tử
xét nghiệm: test, thử nước tiểu, thử máu, thử ma túy
thiết bị giám sát: vòng giám sát, vòng chân, vòng điện tử, cái vòng, thiết bị định vị, đeo vòng
trại: cơ sở cai nghiện bắt buộc, trung tâm cai nghiện bắt buộc, trại cai, trại cai nghiện
khuyên: động viên, thuyết phục
sốc thuốc: quá liều, phê thuốc
không dậy: bất tỉnh, lịm đi
học nghề: dạy nghề, đào tạo nghề
đuổi việc: sa thải, cho nghỉ việc
công ty: cơ quan, chỗ làm, xí nghiệp, xưởng
bí mật: kín đáo, giấu tên, ẩn danh, giữ kín
khi nào: bao giờ, chừng nào, hồi nào, lúc nào
công an: cảnh sát
dùng chung: xài chung, chích chung
kim tiêm: ống chích, bơm kim tiêm, bơm tiêm
buồn: chán nản, trầm cảm
khóc: rơi nước mắt
giữ hộ: giữ giùm, cất hộ, cầm giùm, cầm hộ, giữ dùm
tự thú: đầu thú, nhận tội
"""


def _rows() -> dict[tuple[str, ...], tuple[str, ...]]:
    table: dict[tuple[str, ...], tuple[str, ...]] = {}
    for row in _SAME.strip().split("\n"):
        stands, others = fold(row).split(": ")
        for other in others.split(", "):
            table[tuple(other.split())] = tuple(stands.split())
    return table


_TABLE = _rows()
_LONGEST = max(map(len, _TABLE))


def alike(folded: Sequence[str]) -> list[str]:
    """`folded` with every known way of saying replaced by the one that stands for it."""
    out: list[str] = []
    at = 0
    while at < len(folded):
        for size in range(min(_LONGEST, len(folded) - at), 0, -1):
            found = _TABLE.get(tuple(folded[at : at + size]))
            if found is not None:
                out += found
                at += size
                break
        else:
            out.append(folded[at])
            at += 1
    return out
