"""What the console calls things."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from bot.case_words import (
    AUTHORS,
    CHANNELS,
    LANGUAGES,
    LEVELS,
    OUTCOMES,
    REASONS,
    SKILLS,
    TOPICS,
    channel,
    danger,
    picture_fault,
    reason,
    time,
)
from bot.catalogue import Table, _
from bot.channels.zalo_window import window
from bot.handoff import Case
from referral_directory.places import Gazetteer

__all__ = [
    "AUTHORS",
    "CHANNELS",
    "CRITERIA",
    "LANGUAGES",
    "LEVELS",
    "MEASURES",
    "OUTCOMES",
    "REASONS",
    "RECEIPTS",
    "ROLES",
    "SKILLS",
    "STATES",
    "TOPICS",
    "WHEREABOUTS",
    "channel",
    "danger",
    "day",
    "facts",
    "how_long",
    "picture_fault",
    "place_name",
    "reason",
    "rest_hint",
    "time",
    "window_left",
]

STATES = Table({"waiting": "Đang chờ", "claimed": "Đang trò chuyện", "closed": "Đã kết thúc"})
ROLES = Table(
    {
        "counsellor": "Tư vấn viên",
        "supervisor": "Giám sát",
        "editor": "Biên tập câu trả lời",
        "directory": "Biên tập danh bạ",
        "admin": "Quản trị",
    }
)

RECEIPTS = Table(
    {
        "waiting": "Đang gửi…",
        "closed page": "Chờ trang của người dân mở lại",
        "sent": "Đã gửi",
        "delivered": "Đã tới máy người dân",
        "read": "Người dân đã xem",
        "failed": "Chưa tới người dân, máy còn gửi lại.",
        "given_up": "Chưa tới người dân.",
    }
)


def how_long(span: timedelta) -> str:
    """A span as people say it; never negative, seconds left out."""
    minutes = max(0, int(span.total_seconds() // 60))
    hours, days = minutes // 60, minutes // (24 * 60)
    if minutes < 1:
        return _("dưới 1 phút")
    if hours < 1:
        return _("{minutes} phút").format(minutes=minutes)
    if days < 1:
        line = _("{hours} giờ {minutes} phút") if minutes % 60 else _("{hours} giờ")
        return line.format(hours=hours, minutes=minutes % 60)
    line = _("{days} ngày {hours} giờ") if hours % 24 else _("{days} ngày")
    return line.format(days=days, hours=hours % 24)


def day(on: date) -> str:
    return on.strftime("%d/%m/%Y")


def facts(case: Case, gazetteer: Gazetteer, me: UUID, now: datetime) -> list[str]:
    """What is known of a case without reading a word of it, a line each; for the counsellor `me`."""
    about = [
        (_("Khu vực"), place_name(gazetteer, case.area)),
        (_("Mảng"), SKILLS.get(case.skill, "")),
        (_("Ngôn ngữ"), LANGUAGES.get(case.language, "") if case.language != "vi" else ""),
    ]
    known = " · ".join(f"{name}: {said}" for name, said in about if said)
    seen, shared = case.summary.get("asked"), case.summary.get("screening")
    handed, former, returns = case.summary.get("handed"), case.former, case.given_back
    lines = [
        known,
        _("Đã xem: {titles}").format(titles="; ".join(seen)) if seen else "",
        _("Đang làm dở bộ tự kiểm tra") if case.summary.get("in_screening") else "",
        _("Tự kiểm tra, người dân cho gửi: {results}").format(results="; ".join(shared))
        if shared
        else "",
        window_left(case.last_inbound_at, now) if case.channel == "zalo_oa" else "",
        _("Quay lại: trước đó {name} đã trò chuyện").format(name=former) if former else "",
        _("Đã trả về hàng chờ {number} lần").format(number=returns) if returns else "",
        _("Lời dặn: {words}").format(words=handed) if handed else "",
    ]
    if case.state == "waiting" and (case.wanted_id or case.team):
        lines.append(_handed_to(case, me))
    return [line for line in lines if line]


def _handed_to(case: Case, me: UUID) -> str:
    """Whom a case waits for: a colleague, or a team."""
    if case.wanted_id == me:
        return _("Chuyển cho bạn")
    if case.wanted:
        return _("Chuyển cho {name}").format(name=case.wanted)
    return _("Chuyển cho nhóm {team}").format(team=case.team)


def place_name(gazetteer: Gazetteer, code: str) -> str:
    """The commune or province with this code, "" for none."""
    place = gazetteer.by_code(code)
    if place is None:
        return ""
    return place.name if place.name == place.province else f"{place.name}, {place.province}"


def window_left(last_inbound_at: datetime | None, now: datetime) -> str:
    """How long Zalo still lets us write to somebody who wrote last then."""
    left = window(last_inbound_at, 0, now)
    if left.state == "closed" or left.until is None:
        return _("Zalo: không gửi được nữa")
    line = (
        _("Zalo: còn gửi miễn phí {left}")
        if left.state == "free"
        else _("Zalo: còn gửi có thể tính phí {left}")
    )
    return line.format(left=how_long(left.until - now))


WHEREABOUTS = Table({"here": "Đang trực", "pausing": "Đang tạm nghỉ", "away": "Không có mặt"})
MEASURES = Table({"warned": "Nhắc nhở", "muted": "Tạm ngừng", "blocked": "Chặn"})
CRITERIA = Table(
    {
        "listened": "Lắng nghe, không phán xét",
        "danger_met": "Để ý và xử lý nguy hiểm kịp thời (không có nguy hiểm thì chọn Có)",
        "right_facts": "Thông tin đúng, có căn cứ",
        "next_step": "Người dân biết bước tiếp theo",
    }
)


def rest_hint(hint: str, in_a_row: int) -> str:
    """Why a rest would be good; "" for no reason."""
    return {
        "": "",
        "heavy": _("Bạn vừa qua {number} ca nặng liền. Nghỉ 10 phút nhé?").format(number=in_a_row),
        "long": _("Bạn đã trực hơn 3 giờ liền. Nghỉ 10 phút nhé?"),
    }[hint]
