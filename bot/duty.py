"""Who reads a cry for help, and when: the desk's hours, and the address that is told at any hour."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import httpx

from bot.errors import DiemTuaError
from bot.hours import VIETNAM, DayOff, Hours, Shift, is_open, opens_next, say_when

__all__ = ["VIETNAM", "ZALO_CONSENT", "Duty", "NotTold", "Roster", "tell_on_call"]

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


@dataclass
class Roster:
    """The teams' hours and the days off as they were last read (see `bot.roster`): in memory, so that
    no answer to danger waits for the database. `teams` is empty where there are no teams."""

    teams: tuple[tuple[UUID, Hours | None], ...] = ()
    days_off: frozenset[DayOff] = frozenset()


@dataclass(frozen=True)
class Duty:
    """`hours` are when the desk is staffed (None: always), for everybody whose team has no hours of its
    own; `on_call` whether somebody is told of danger at any hour."""

    hours: Hours | None = None
    on_call: bool = False
    roster: Roster = field(default_factory=Roster, compare=False)

    def shifts(self) -> tuple[Shift, ...]:
        """The hours of every team; of the desk as a whole where there are no teams."""
        teams = self.roster.teams or ((None, self.hours),)
        return tuple(Shift(team, hours or self.hours) for team, hours in teams)

    def is_staffed(self, now: datetime) -> bool:
        """Whether the desk is open at `now`."""
        return is_open(self.shifts(), self.roster.days_off, now)

    def opens_next(self, now: datetime) -> datetime | None:
        """When the desk is open next, `now` where it is; None where that cannot be said."""
        return opens_next(self.shifts(), self.roster.days_off, now)

    def who_reads(self, now: datetime) -> str:
        """Who will read what somebody in danger writes at `now`, told honestly."""
        if self.is_staffed(now):
            return "Mình đang báo tư vấn viên đọc tin của bạn ngay."
        if self.on_call:
            return "Giờ này bàn tư vấn đã nghỉ. Mình đang báo người trực khẩn đọc tin của bạn."
        opens = self.opens_next(now)
        when = f"{say_when(opens, now)} mới" if opens else "mình chưa biết khi nào"
        return (
            f"Bàn tư vấn đang nghỉ, {when} có người đọc tin. "
            "Bạn đừng chờ: hãy gọi số ở trên, hoặc nhờ người ở gần gọi giúp."
        )


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
