"""What the console calls things, in Vietnamese."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.runtime import VIETNAM

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
STATES = {"waiting": "Đang chờ", "claimed": "Đang trò chuyện", "closed": "Đã kết thúc"}
AUTHORS = {"citizen": "Người dân", "bot": "Máy trả lời tự động"}
ROLES = {
    "counsellor": "Tư vấn viên",
    "supervisor": "Giám sát",
    "editor": "Biên tập",
    "admin": "Quản trị",
}


def reason(key: str) -> str:
    return REASONS.get(key, "Cần người xem")


def danger(priority: int) -> str:
    """How bad, for a case of this priority; empty without danger."""
    return ("", "Có nguy hiểm", "Nguy hiểm ngay lúc này")[priority]


def channel(name: str) -> str:
    return CHANNELS.get(name, name)


def how_long(span: timedelta) -> str:
    """A span as people say it; never negative, seconds left out."""
    minutes = max(0, int(span.total_seconds() // 60))
    hours, days = minutes // 60, minutes // (24 * 60)
    if minutes < 1:
        return "dưới 1 phút"
    if hours < 1:
        return f"{minutes} phút"
    if days < 1:
        return f"{hours} giờ {minutes % 60} phút" if minutes % 60 else f"{hours} giờ"
    return f"{days} ngày {hours % 24} giờ" if hours % 24 else f"{days} ngày"


def time(at: datetime, now: datetime) -> str:
    """The time in Vietnam, with the day where that is not today."""
    here = at.astimezone(VIETNAM)
    today = here.date() == now.astimezone(VIETNAM).date()
    return here.strftime("%H:%M" if today else "%H:%M, %d/%m")
