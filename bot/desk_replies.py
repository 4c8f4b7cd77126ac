"""The bot's own words about people: the queue and its wait, closed hours, a call back, a rating."""

from __future__ import annotations

from datetime import datetime

from bot.hours import say_when
from bot.messages import Button, Outbound
from bot.replies import HOTLINE, HUMAN, MENU
from bot.waiting import Estimate, Place

MESSAGE = Button("Để lại lời nhắn", "/leave")
CALL_BACK = Button("Hẹn giờ gọi lại", "/callback")
TO_BOT = Button("Thôi, nói tiếp với máy", "/bot")
STILL_WAITS = Button("Mình vẫn chờ", "/human")
NO_NUMBER = Button("Không cần, nhắn ở đây", "/callback here")
NO_CALL_BACK = Button("Hủy hẹn", "/callback no")
WITHOUT_PEOPLE = (MESSAGE, CALL_BACK, TO_BOT)
"""What can be chosen while nobody sits at the desk."""
RATED = {"1": Button("Chưa giúp được", "/rate 1"), "2": Button("Có giúp được mình", "/rate 2")}
RATING_REASONS = {
    1: {
        "slow": "Phải chờ lâu",
        "not_heard": "Chưa hiểu ý mình",
        "no_way": "Chưa biết phải làm gì",
        "other": "Lý do khác",
    },
    2: {"heard": "Được lắng nghe", "way": "Biết phải làm gì", "fast": "Trả lời nhanh"},
}
"""Why a talk was found so, by what was given: 1 did not help, 2 helped."""
_MEANWHILE = (
    "Trong lúc chờ, bạn cứ viết: tư vấn viên sẽ đọc được, và mình vẫn trả lời. "
    "Nếu có ai đang nguy hiểm, bạn nhắn ngay nhé."
)
_WHAT_NOW = "Bạn có thể để lại lời nhắn, hẹn giờ gọi lại, hoặc nói tiếp với mình."


def in_queue(place: Place, estimate: Estimate) -> Outbound:
    """The desk is open and somebody is there."""
    text = (
        f"Mình đã báo tư vấn viên.{_last_time(place)} {_ahead(place)} {_how_long(estimate)} "
        f"Khi có người nhận, bạn sẽ thấy ngay ở đây. {_MEANWHILE}"
    )
    return Outbound(text, (TO_BOT, CALL_BACK, HOTLINE))


def nobody_there(place: Place) -> Outbound:
    """The desk is open, but nobody is seen at it."""
    text = (
        f"Mình đã báo tư vấn viên và giữ chỗ cho bạn.{_last_time(place)} {_ahead(place)} Nhưng lúc này "
        "mình chưa thấy ai ở bàn trực, nên chưa biết chắc khi nào có người vào. "
        f"{_WHAT_NOW} {_MEANWHILE}"
    )
    return Outbound(text, WITHOUT_PEOPLE)


def closed(opens: datetime | None, now: datetime) -> Outbound:
    """The desk is closed; `opens` is None where it is not known when it opens."""
    text = (
        f"{_closed(opens, now)} Mình đã giữ chỗ cho bạn trong hàng chờ. {_WHAT_NOW} "
        "Nếu có ai đang nguy hiểm, bạn nhắn ngay, mình vẫn đọc và giúp."
    )
    return Outbound(text, WITHOUT_PEOPLE)


def still_in_queue(place: Place, estimate: Estimate | None) -> Outbound:
    """For somebody who asks again, or comes back. `estimate` None: nobody is there."""
    how_long = _how_long(estimate) if estimate else "Lúc này mình chưa thấy ai ở bàn trực."
    text = f"Bạn vẫn còn chỗ trong hàng chờ. {_ahead(place)} {how_long} {_MEANWHILE}"
    return Outbound(text, (TO_BOT, HOTLINE) if estimate else WITHOUT_PEOPLE)


def still_closed(opens: datetime | None, now: datetime) -> Outbound:
    text = f"Bạn vẫn còn chỗ trong hàng chờ. {_closed(opens, now)} {_WHAT_NOW}"
    return Outbound(text, WITHOUT_PEOPLE)


def takes_longer(estimate: Estimate | None) -> Outbound:
    """The wait is much longer than was told. `estimate` None: nobody is there any more."""
    now = _how_long(estimate) if estimate else "Lúc này mình chưa thấy ai ở bàn trực."
    text = (
        f"Mình xin lỗi, bạn phải chờ lâu hơn mình đã nói. {now} Bạn vẫn còn chỗ. "
        "Không tiện chờ thì bạn để lại lời nhắn hoặc hẹn giờ nhé."
    )
    return Outbound(text, WITHOUT_PEOPLE)


def closed_meanwhile(opens: datetime | None, now: datetime) -> Outbound:
    """The desk closed while somebody waited."""
    text = (
        f"Mình xin lỗi, chưa ai kịp nhận thì hết giờ trực. {_closed(opens, now)} "
        f"Bạn vẫn còn chỗ trong hàng chờ. {_WHAT_NOW}"
    )
    return Outbound(text, WITHOUT_PEOPLE)


def place_kept(place: Place) -> Outbound:
    """To somebody who waits and fell silent."""
    text = (
        f"Bạn còn muốn gặp tư vấn viên không? Mình vẫn giữ chỗ cho bạn. {_ahead(place)} "
        "Bạn không cần làm gì thêm nếu vẫn chờ."
    )
    return Outbound(text, (STILL_WAITS, TO_BOT))


def place_given_up() -> Outbound:
    return Outbound(
        "Lâu rồi mình không thấy bạn nhắn, nên mình tạm để người khác vào trước. "
        "Bạn cần gặp người thật thì bấm nút này, lúc nào cũng được.",
        (HUMAN, MENU),
    )


def ask_message() -> Outbound:
    return Outbound(
        "Bạn viết lời nhắn ở đây nhé. Tư vấn viên sẽ đọc khi vào bàn trực. Không cần ghi tên.",
        (CALL_BACK, TO_BOT),
    )


def message_kept(opens: datetime | None, now: datetime, *, staffed: bool) -> Outbound:
    when = "ngay khi có người vào bàn trực"
    if opens is not None and not staffed:
        when = f"khi bàn tư vấn mở lại, lúc {say_when(opens, now)}"
    text = (
        f"Mình đã giữ lời nhắn của bạn. Tư vấn viên sẽ đọc {when}, và trả lời bạn ở đây. "
        "Bạn viết thêm lúc nào cũng được, mình vẫn trả lời."
    )
    return Outbound(text, (CALL_BACK, HOTLINE))


def ask_time() -> Outbound:
    return Outbound(
        "Bạn muốn được liên lạc lúc nào? Bạn gõ giờ, ví dụ: “8 giờ sáng mai”, “chiều thứ 3”, “14h30”.",
        (MESSAGE, TO_BOT),
    )


def time_unclear() -> Outbound:
    return Outbound(
        "Mình chưa hiểu giờ bạn hẹn. Bạn gõ lại giúp mình, ví dụ: “9 giờ sáng mai” hoặc “14h30 thứ 5” "
        "(trong vòng 30 ngày tới).",
        (MESSAGE, TO_BOT),
    )


def closed_then(at: datetime, nearest: datetime | None, now: datetime) -> Outbound:
    """Nobody sits at the desk at the time wished; `nearest` is when it is open next after that."""
    text = f"Lúc {say_when(at, now)} bàn tư vấn nghỉ."
    if nearest is None:
        return Outbound(f"{text} Bạn chọn giúp mình giờ khác nhé.", (MESSAGE, TO_BOT))
    offered = Button(f"Hẹn {say_when(nearest, now)}", f"/callback {nearest:%Y-%m-%dT%H:%M}")
    return Outbound(
        f"{text} Gần nhất là {say_when(nearest, now)}. Bạn bấm nút để hẹn, hoặc gõ giờ khác.",
        (offered, MESSAGE, TO_BOT),
    )


def call_back_kept(at: datetime, now: datetime, *, may_ring: bool) -> Outbound:
    """`may_ring`: a telephone number may be given here."""
    when = f"Mình đã hẹn {say_when(at, now)}."
    if not may_ring:
        text = f"{when} Đến giờ, tư vấn viên sẽ nhắn cho bạn ở đây. Cần sớm hơn, bạn cứ nhắn mình."
        return Outbound(text, (NO_CALL_BACK, HUMAN))
    text = (
        f"{when} Đến giờ, tư vấn viên sẽ nhắn cho bạn ở đây, nếu bạn còn mở trang này. "
        "Muốn được gọi điện thì bạn gõ số điện thoại của bạn. Số được mã hóa, chỉ tư vấn viên thấy; "
        "không muốn cho số cũng không sao."
    )
    return Outbound(text, (NO_NUMBER, NO_CALL_BACK))


def number_kept(at: datetime, now: datetime) -> Outbound:
    text = f"Cảm ơn bạn. Tư vấn viên sẽ gọi cho bạn lúc {say_when(at, now)}."
    return Outbound(text, (NO_CALL_BACK, HUMAN))


def number_unclear() -> Outbound:
    return Outbound(
        "Mình chưa đọc được số này. Bạn gõ lại số điện thoại Việt Nam, ví dụ dạng 09… hoặc 02….",
        (NO_NUMBER, NO_CALL_BACK),
    )


def without_number(at: datetime, now: datetime) -> Outbound:
    return Outbound(
        f"Được bạn. Tư vấn viên sẽ nhắn cho bạn ở đây lúc {say_when(at, now)}. Bạn nhớ mở trang này nhé.",
        (NO_CALL_BACK, HUMAN),
    )


def call_back_cancelled() -> Outbound:
    return Outbound("Mình đã hủy hẹn. Cần gặp người thật, bạn nhắn mình nhé.", (HUMAN, MENU))


def no_call_back() -> Outbound:
    return Outbound("Bạn không còn hẹn nào ở đây.", (CALL_BACK, HUMAN))


def call_back_now() -> Outbound:
    """The time has come, and the person stands in the queue."""
    return Outbound(
        "Đến giờ bạn hẹn rồi. Mình đã báo tư vấn viên, và bạn đang ở trong hàng chờ. "
        "Không cần nữa thì bạn bấm nút này.",
        (TO_BOT,),
    )


def ask_rating() -> Outbound:
    return Outbound(
        "Cuộc trò chuyện vừa rồi có giúp được bạn không? Bạn bấm giúp mình, không bấm cũng không sao.",
        (RATED["2"], RATED["1"]),
    )


def thank_rating(stars: int) -> Outbound:
    if stars == 2:
        text = "Cảm ơn bạn. Điều gì giúp bạn nhất? Bạn bấm nếu muốn."
    else:
        text = (
            "Cảm ơn bạn đã nói thật. Điều gì chưa được? Bạn bấm nếu muốn, hoặc gặp lại người thật."
        )
    buttons = [Button(title, f"/rated {key}") for key, title in RATING_REASONS[stars].items()]
    return Outbound(text, (*buttons, HUMAN) if stars == 1 else tuple(buttons))


def thank_reason() -> Outbound:
    return Outbound("Mình đã ghi lại. Cảm ơn bạn. Cần gì nữa, bạn cứ nhắn mình nhé.")


def rating_over() -> Outbound:
    return Outbound("Mình không tìm thấy cuộc trò chuyện để ghi ý này. Cảm ơn bạn.", (MENU,))


def _ahead(place: Place) -> str:
    if not place.ahead:
        return "Bạn đang là người tiếp theo."
    return f"Đang có {place.ahead} người chờ trước bạn."


def _how_long(estimate: Estimate) -> str:
    if estimate.most is None:
        unsure = "Mình chưa biết chắc phải chờ bao lâu"
        return f"{unsure}, có thể hơn một giờ." if estimate.long else f"{unsure}."
    return f"Bạn có thể phải chờ khoảng {estimate.least} đến {estimate.most} phút."


def _last_time(place: Place) -> str:
    if not place.former:
        return ""
    return (
        f" Lần trước tư vấn viên {place.former} nói chuyện với bạn; lần này có thể là người khác."
    )


def _closed(opens: datetime | None, now: datetime) -> str:
    if opens is None:
        return "Bàn tư vấn đang nghỉ, mình chưa biết khi nào mở lại."
    return f"Bàn tư vấn đang nghỉ, {say_when(opens, now)} mới có người."
