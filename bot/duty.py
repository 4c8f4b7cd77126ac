"""Who reads a cry for help, and when: the desk's hours, and the address that is told at any hour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

import httpx

from bot.errors import DiemTuaError

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
ZALO_CONSENT = "zalo_consent"
"""The level of what is no danger by itself: nobody on Zalo is answered until somebody consents anew."""
_TOLD = {
    "emergency": "có người đang gặp nguy hiểm ngay lúc này. Bạn mở bàn tư vấn để đọc và trả lời.",
    "urgent": "có người có dấu hiệu nguy hiểm. Bạn mở bàn tư vấn để đọc và trả lời.",
    ZALO_CONSENT: (
        "Zalo OA không cho gửi tin nữa, người nhắn trên Zalo sẽ không nhận được trả lời. "
        "Quản trị viên cần mở bàn tư vấn, vào trang Zalo OA và cho phép lại."
    ),
}


class NotTold(DiemTuaError):
    """The on-call address did not take the message."""


@dataclass(frozen=True)
class Duty:
    """`hours` are when the desk is staffed every day, in Vietnam (None: always); `on_call` whether
    somebody is told of danger at any hour."""

    hours: tuple[time, time] | None = None
    on_call: bool = False

    def is_staffed(self, now: datetime) -> bool:
        """Whether somebody sits at the desk at `now`."""
        if self.hours is None:
            return True
        opens, closes = self.hours
        return opens <= now.astimezone(VIETNAM).time() < closes

    def who_reads(self, now: datetime) -> str:
        """Who will read what somebody in danger writes at `now`, told honestly."""
        if self.hours is None or self.is_staffed(now):
            return "Mình đang báo tư vấn viên đọc tin của bạn ngay."
        if self.on_call:
            return "Giờ này bàn tư vấn đã nghỉ. Mình đang báo người trực khẩn đọc tin của bạn."
        here = now.astimezone(VIETNAM)
        day = "hôm nay" if here.time() < self.hours[0] else "ngày mai"
        return (
            f"Bàn tư vấn đang nghỉ, {self.hours[0]:%H:%M} {day} mới có người đọc tin. "
            "Bạn đừng chờ: hãy gọi số ở trên, hoặc nhờ người ở gần gọi giúp."
        )


def read_hours(text: str) -> tuple[time, time] | None:
    """Hours as "07:30-21:00"; None where `text` is empty.

    Raises:
        ValueError: it is no such span within one day.
    """
    if not text:
        return None
    opens, closes = (datetime.strptime(part, "%H:%M").time() for part in text.split("-"))
    if opens >= closes:
        raise ValueError("the desk must open before it closes")
    return opens, closes


async def tell_on_call(http: httpx.AsyncClient, url: str, level: str) -> None:
    """Post to the on-call address what has happened, by its level: that somebody is in danger (no
    words, no class, no name), or that Zalo takes no messages from us any more.

    Raises:
        NotTold: it was not taken; try again. Its line holds no part of the address.
    """
    text = f"Điểm Tựa: {_TOLD[level]}"
    try:
        answer = await http.post(url, json={"text": text}, timeout=10)
    except httpx.HTTPError as error:
        raise NotTold(f"on-call address: {type(error).__name__}") from None
    if not answer.is_success:
        raise NotTold(f"on-call address: status {answer.status_code}")
