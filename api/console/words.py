"""What the console calls things, in Vietnamese."""

from __future__ import annotations

from datetime import timedelta

from bot.case_words import AUTHORS, CHANNELS, LEVELS, REASONS, channel, danger, reason, time

__all__ = [
    "AUTHORS",
    "CHANNELS",
    "LEVELS",
    "REASONS",
    "ROLES",
    "STATES",
    "channel",
    "danger",
    "how_long",
    "reason",
    "time",
]

STATES = {"waiting": "Đang chờ", "claimed": "Đang trò chuyện", "closed": "Đã kết thúc"}
ROLES = {
    "counsellor": "Tư vấn viên",
    "supervisor": "Giám sát",
    "editor": "Biên tập",
    "admin": "Quản trị",
}


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
