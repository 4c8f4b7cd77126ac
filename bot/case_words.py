"""What counsellors are told of a case: the same words wherever they read it."""

from __future__ import annotations

from datetime import datetime

from bot.catalogue import Table, _
from bot.duty import VIETNAM

REASONS = Table(
    {
        "asked": "Muốn gặp người thật",
        "suicide": "Nói đến tự tử",
        "self_harm": "Tự làm đau mình",
        "overdose": "Quá liều, sốc thuốc",
        "withdrawal_emergency": "Vật thuốc nguy hiểm",
        "violence_threat": "Đe dọa đánh, giết",
        "domestic_violence": "Bị bạo lực trong nhà",
        "child_abuse": "Trẻ em bị hại",
        "acute_psychosis": "Loạn thần, ảo giác",
        "follow_up": "Gọi lại như đã hẹn",
        "call_back": "Người dân hẹn được gọi lại",
    }
)
LEVELS = Table(
    {
        "emergency": "nguy hiểm ngay lúc này",
        "urgent": "có nguy hiểm",
        "soft": "chưa rõ, cần hỏi thêm",
    }
)
CHANNELS = Table(
    {
        "web": "Trang web",
        "terminal": "Dòng lệnh",
        "telegram": "Telegram",
        "zalo_oa": "Zalo OA",
        "zalo_bot": "Zalo Bot",
    }
)
SKILLS = Table(
    {
        "youth": "Trẻ vị thành niên",
        "family": "Gia đình",
        "legal": "Pháp lý",
        "medical": "Y tế, điều trị",
    }
)
"""What a case may need of who takes it."""
LANGUAGES = Table(
    {
        "vi": "Tiếng Việt",
        "hmn": "Tiếng Mông",
        "blt": "Tiếng Thái",
        "km": "Tiếng Khmer",
        "zh": "Tiếng Hoa",
        "en": "Tiếng Anh",
    }
)
"""What may be spoken at the desk, by ISO 639 (the shortest code there is)."""
OUTCOMES = Table(
    {
        "advised": "Đã tư vấn xong",
        "referred": "Đã chỉ nơi giúp",
        "danger_handled": "Đã xử lý nguy hiểm",
        "call_back": "Hẹn liên lạc lại",
        "no_answer": "Người dân không trả lời nữa",
        "not_for_us": "Không thuộc việc của bàn tư vấn",
        "abuse": "Quấy rối, xúc phạm",
    }
)
"""How a talk ended."""
TOPICS = Table(
    {
        "law": "Pháp luật",
        "treatment": "Cai nghiện, điều trị",
        "substitution": "Điều trị thay thế",
        "relapse": "Tái sử dụng",
        "family": "Gia đình",
        "youth": "Trẻ vị thành niên",
        "health": "Sức khỏe, tâm lý",
        "work": "Việc làm, vay vốn",
        "other": "Việc khác",
    }
)
"""What a talk was about."""
_LEFT = Table(
    {
        "offline": "Máy trả về hàng chờ, vì {colleague} đã mất kết nối.",
        "silent": "Máy trả về hàng chờ, vì {colleague} chưa trả lời người dân quá lâu.",
        "disabled": "Máy trả về hàng chờ, vì {colleague} không còn tài khoản.",
    }
)
AUTHORS = Table({"citizen": "Người dân", "bot": "Máy trả lời tự động"})

PICTURE_FAULTS = Table(
    {
        "too_big": "Ảnh nặng quá nên máy không lấy.",
        "too_many_pixels": "Ảnh lớn quá nên máy không mở.",
        "no_picture": "Tệp này không phải ảnh mà máy mở được.",
        "broken": "Ảnh bị hỏng hoặc bị cắt giữa chừng.",
        "elsewhere": "Ảnh không nằm ở máy chủ của kênh nên máy không lấy.",
        "gone": "Kênh không còn giữ ảnh này.",
        "away": "Kênh không trả lời, máy đã thử nhiều lần.",
        "broke": "Máy không mở được ảnh này.",
    }
)


def picture_fault(key: str) -> str:
    """Why a picture cannot be shown."""
    return PICTURE_FAULTS.get(key, PICTURE_FAULTS["broke"])


def reason(key: str) -> str:
    return REASONS.get(key, _("Cần người xem"))


def danger(priority: int) -> str:
    """How bad, for a case of this priority; empty without danger."""
    return ("", _("Có nguy hiểm"), _("Nguy hiểm ngay lúc này"))[priority]


def channel(name: str) -> str:
    return CHANNELS.get(name, name)


def time(at: datetime, now: datetime) -> str:
    """The time in Vietnam, with the day where that is not today."""
    here = at.astimezone(VIETNAM)
    today = here.date() == now.astimezone(VIETNAM).date()
    return here.strftime("%H:%M" if today else "%H:%M, %d/%m")


def handed_to(colleague: str, team: str, skill: str, language: str) -> str:
    """For colleagues: to whom a case was handed on; with all of them "" to whoever comes first."""
    if colleague:
        return _("Chuyển cho {colleague}.").format(colleague=colleague)
    if team:
        return _("Chuyển cho nhóm {team}.").format(team=team)
    if skill:
        return _("Chuyển cho người rành: {skill}.").format(skill=SKILLS[skill])
    if language:
        return _("Chuyển cho người nói: {language}.").format(language=LANGUAGES[language])
    return _("Trả về hàng chờ.")


def given_back(colleague: str, why: str) -> str:
    """For colleagues: why a case came back to the queue."""
    return _LEFT[why].format(colleague=colleague)


def call_back_note(at: datetime, now: datetime, number: str) -> str:
    """For colleagues: what somebody was promised, and the telephone number they gave, if any."""
    line = (
        _("Người này hẹn được liên lạc lúc {when}. Số họ để lại: {number}")
        if number
        else _("Người này hẹn được liên lạc lúc {when}. Họ muốn được nhắn ở đây.")
    )
    return line.format(when=time(at, now), number=number)
