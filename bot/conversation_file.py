"""One conversation as a plain text file, for a complaint or somebody's own record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from bot import case_words
from bot.duty import VIETNAM
from bot.handoff import Case
from bot.store import Line

_AUTHORS = {"citizen": "Người dân", "bot": "Máy trả lời tự động"}


def write(
    case: Case,
    lines: Sequence[Line],
    names: Mapping[UUID, str],
    reason: str,
    by: str,
    now: datetime,
) -> str:
    """The lines of a case, oldest first, with what it is, who took the file, when and why. Internal
    notes are left out by whoever reads `lines`. No id and no address of the citizen is in it.

    Args:
        names: of the counsellors who wrote.
        reason: typed by whoever took the file.
    """
    head = [
        "ĐIỂM TỰA: NỘI DUNG MỘT CUỘC TRÒ CHUYỆN",
        f"Mã ca: {case.handoff_id}",
        f"Kênh: {case_words.channel(case.channel)}",
        f"Bắt đầu ca: {_time(case.opened_at)}",
        *([f"Kết thúc ca: {_time(case.closed_at)}"] if case.closed_at else []),
        f"Người xuất: {by}, lúc {_time(now)}",
        f"Lý do: {reason}",
        "Tài liệu mật. Chỉ dùng cho lý do trên.",
        "",
    ]
    said = [f"[{_time(line.at)}] {_author(line, names)}:\n{line.text}\n" for line in lines]
    return "\n".join([*head, *said])


def _author(line: Line, names: Mapping[UUID, str]) -> str:
    if line.counsellor_id is not None:
        return f"Tư vấn viên {names.get(line.counsellor_id, '')}".strip()
    return _AUTHORS.get(line.author, line.author)


def _time(at: datetime) -> str:
    return at.astimezone(VIETNAM).strftime("%H:%M:%S, %d/%m/%Y")
