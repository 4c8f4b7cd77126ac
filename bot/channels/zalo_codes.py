"""What Zalo's error codes mean for a message that was to be sent, and in words for the desk.

Codes: the table of errors of Zalo's Official Account documentation, as copied in September 2026;
-305 and -311 stand only in older copies. Zalo answers HTTP 200 with the code inside.
"""

from __future__ import annotations

from bot.catalogue import Table
from bot.channels import SendResult, SendState

TOKEN_REFUSED = frozenset({-216, -220})
"""The access token is wrong or has ended: another one is worth a try, at once."""

_MINUTE, _HOUR = 60.0, 3600.0
_WAIT: dict[int, float | None] = {-32: _MINUTE, -200: None, -234: _HOUR}
"""Tried again, after so many seconds where the platform's rule says when: a limit of calls a minute,
a fault of theirs, and a rule against messages at night."""

_MEANINGS: dict[SendState, frozenset[int]] = {
    "auth": TOKEN_REFUSED
    | {-204, -205, -207, -208, -209, -212, -215, -219, -221, -223, -235, -242},
    "closed": frozenset({-211, -218, -230, -232, -305, -311, -320, -321}),
    "gone": frozenset({-213, -217, -222, -227, -244}),
    "reject": frozenset(
        {-100, -201, -210, -214, -224, -233, -237, -238, -240, -241, -248, -249, -403}
    ),
}
_STATES = {code: state for state, codes in _MEANINGS.items() for code in codes}

_WORDS = Table(
    {
        "-32": "Zalo giới hạn số tin mỗi phút, máy đang gửi lại",
        "-204": "Zalo đã khóa tài khoản OA này",
        "-205": "Zalo không tìm thấy tài khoản OA này",
        "-211": "Đã hết hạn mức tin của Zalo OA",
        "-213": "Người này không còn quan tâm OA nên Zalo không cho gửi",
        "-216": "Zalo không nhận mã truy cập, quản trị viên cần cho phép lại",
        "-217": "Người này đã chặn OA",
        "-218": "Người này đã nhận đủ số tin mà Zalo cho phép",
        "-219": "Ứng dụng Zalo đã bị gỡ hoặc bị khóa",
        "-220": "Mã truy cập Zalo đã hết hạn, quản trị viên cần cho phép lại",
        "-221": "Zalo đòi xác thực OA trước khi gửi loại tin này",
        "-222": "Tài khoản Zalo của người này đã khóa hoặc lâu không dùng",
        "-224": "Gói dịch vụ của OA không cho gửi loại tin này",
        "-227": "Tài khoản Zalo của người này đã khóa hoặc lâu không dùng",
        "-230": "Người này đã im hơn 7 ngày nên Zalo không cho gửi",
        "-232": "Đã hết thời gian Zalo cho trả lời người này",
        "-234": "Zalo không cho gửi loại tin này ban đêm, máy sẽ gửi lại",
        "-240": "Zalo đã ngừng đường gửi tin này",
        "-244": "Người này đã hạn chế tin từ OA",
        "-248": "Zalo cho rằng tin này trái quy định của họ",
        "-305": "Đã quá 48 giờ nên Zalo không cho trả lời",
        "-311": "Đã hết số tin trả lời mà Zalo cho phép",
        "-320": "Ứng dụng chưa nối với tài khoản trả phí của Zalo",
        "-321": "Tài khoản trả phí của Zalo đã hết tiền",
    }
)


def refusal(code: int) -> SendResult:
    """What became of a call that Zalo answered with `code` (not 0). A code that stands nowhere may
    pass, and is tried again."""
    if code in _WAIT:
        return SendResult("retry", str(code), _WAIT[code])
    return SendResult(_STATES.get(code, "retry"), str(code))


def in_words(reason: str) -> str:
    """Why a message did not arrive, for a counsellor, from what the outbox noted ("closed: -230" or
    "-230"); "" where Zalo's table has nothing for it."""
    code = reason.rpartition(": ")[2]
    return _WORDS.get(code, "")
