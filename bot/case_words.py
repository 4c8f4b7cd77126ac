"""What counsellors are told of a case, in Vietnamese: the same words wherever they read it."""

from __future__ import annotations

from datetime import datetime

from bot.duty import VIETNAM

REASONS = {
    "asked": "Muốn gặp người thật",
    "suicide": "Nói đến tự tử",
    "self_harm": "Tự làm đau mình",
    "overdose": "Quá liều, sốc thuốc",
    "withdrawal_emergency": "Vật thuốc nguy hiểm",
    "violence_threat": "Đe dọa đánh, giết",
    "domestic_violence": "Bị bạo lực trong nhà",
    "child_abuse": "Trẻ em bị hại",
    "acute_psychosis": "Loạn thần, ảo giác",
}
LEVELS = {
    "emergency": "nguy hiểm ngay lúc này",
    "urgent": "có nguy hiểm",
    "soft": "chưa rõ, cần hỏi thêm",
}
CHANNELS = {
    "web": "Trang web",
    "terminal": "Dòng lệnh",
    "telegram": "Telegram",
    "zalo_oa": "Zalo OA",
    "zalo_bot": "Zalo Bot",
}
AUTHORS = {"citizen": "Người dân", "bot": "Máy trả lời tự động"}


def reason(key: str) -> str:
    return REASONS.get(key, "Cần người xem")


def danger(priority: int) -> str:
    """How bad, for a case of this priority; empty without danger."""
    return ("", "Có nguy hiểm", "Nguy hiểm ngay lúc này")[priority]


def channel(name: str) -> str:
    return CHANNELS.get(name, name)


def time(at: datetime, now: datetime) -> str:
    """The time in Vietnam, with the day where that is not today."""
    here = at.astimezone(VIETNAM)
    today = here.date() == now.astimezone(VIETNAM).date()
    return here.strftime("%H:%M" if today else "%H:%M, %d/%m")
