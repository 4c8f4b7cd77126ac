"""What is said about the directory being wrong: to the citizen who says so, and to its editors."""

from __future__ import annotations

from collections.abc import Sequence

from bot import replies
from bot.catalogue import Table
from bot.messages import Button, Outbound

NONE_OF_THEM = Button("Không phải mấy nơi này", "/wrong none")
MOST_TITLE = 60
WHAT = Table(
    {
        "phone": "Số điện thoại không gọi được hoặc không đúng",
        "address": "Địa chỉ không đúng",
        "closed": "Nơi này đã đóng cửa",
        "other": "Thông tin khác không đúng",
        "place": "Biết thêm một nơi khác",
    }
)
OUTCOMES = Table(
    {
        "accepted": "Đúng, đã nhận để sửa",
        "unconfirmed": "Chưa xác nhận được",
        "fixed": "Đã sửa từ trước",
    }
)
_ABOUT = {
    "phone": "số điện thoại",
    "address": "địa chỉ",
    "closed": "việc nơi này đóng cửa",
    "other": "thông tin",
}


_NOT_REACHED = "Nếu bạn đang cần giúp gấp: gọi lại ngay, hoặc gọi một số khẩn cấp khác, và nhờ người ở gần gọi giúp."


def ask_which(options: Sequence[tuple[str, str]]) -> Outbound:
    """`options` are (id of the row, its name), in the order in which they were told."""
    buttons = tuple(Button(name[:MOST_TITLE], f"/wrong {id_}") for id_, name in options)
    text = "Cảm ơn bạn đã báo. Bạn đang nói tới nơi nào trong mấy nơi mình vừa đưa?"
    return Outbound(text, (*buttons, NONE_OF_THEM, replies.HUMAN))


def ask_place() -> Outbound:
    return Outbound(
        "Cảm ơn bạn, biết thêm một nơi là giúp được nhiều người. Bạn nhắn tên nơi đó và chỗ nó nằm (xã, "
        "phường, tỉnh) trong một tin nhé. Bạn không cần ghi tên hay số của bạn.",
        (replies.MENU,),
    )


def thank(what: str, name: str, *, is_for_help: bool = False) -> Outbound:
    """`name` is the row's, "" for another place; `is_for_help` where it is a number for help at once."""
    if what == "place":
        noted = "Cảm ơn bạn, mình đã ghi lại nơi bạn chỉ."
    else:
        noted = f"Cảm ơn bạn đã báo. Mình đã ghi lại về {_ABOUT[what]} của {name}."
    if is_for_help:
        noted = f"{_NOT_REACHED} {noted}"
    return Outbound(
        f"{noted} Sẽ có người kiểm tra, và mình báo kết quả cho bạn ở đây. "
        "Nếu bạn đang cần giúp ngay thì chọn một mục dưới đây nhé.",
        (replies.PLACE, replies.HOTLINE, replies.HUMAN),
    )


def already_noted(name: str) -> Outbound:
    return Outbound(
        f"Mình đã ghi điều bạn báo về {name}, đang có người kiểm tra. Có kết quả mình báo bạn ở đây.",
        (replies.PLACE, replies.HOTLINE, replies.HUMAN),
    )


def enough_for_now() -> Outbound:
    return Outbound(
        "Cảm ơn bạn. Mình đang giữ mấy điều bạn báo trước mà chưa ai kịp kiểm tra, nên chưa ghi thêm "
        "được. Khi có kết quả mình báo bạn ở đây.",
        (replies.PLACE, replies.HOTLINE, replies.HUMAN),
    )


def none_of_them() -> Outbound:
    return Outbound(
        "Vậy mình chưa biết bạn nói tới nơi nào. Bạn nhắn tên nơi đó, hoặc nhờ người thật xem giúp nhé.",
        (replies.HUMAN, replies.MENU),
    )


def outcome(what: str, name: str, decided: str, answer: str) -> Outbound:
    """What the citizen is told in the end; `answer` is the editor's own line, "" for none."""
    about = f"{_ABOUT[what]} của {name}" if what in _ABOUT and name else "một nơi bạn biết"
    said = {
        "accepted": "Bạn báo đúng, danh bạ đang được sửa theo. Nhờ bạn mà người sau không bị lỡ đường.",
        "unconfirmed": "Đã có người kiểm tra nhưng chưa xác nhận được, nên mình để nguyên và vẫn theo dõi.",
        "fixed": "Chỗ này vừa được sửa rồi. Bạn hỏi lại là mình đưa thông tin mới.",
    }
    if what == "place":
        said["accepted"] = "Nơi bạn chỉ có thật, mình đang ghi vào danh bạ để chỉ cho người khác."
        said["fixed"] = "Nơi bạn chỉ đã có trong danh bạ rồi."
    more = f" Người kiểm tra nhắn thêm: {answer}" if answer else ""
    text = f"Hôm trước bạn báo mình về {about}. {said[decided]}{more} Cảm ơn bạn nhiều."
    # Without buttons: a number typed now still answers what was asked before.
    return Outbound(text)
