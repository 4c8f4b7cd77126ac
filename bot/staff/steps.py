"""What a case's topic lacks, one call at a time: pure rules over the row, the case and the lines."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from bot import case_words
from bot.catalogue import N_, _
from bot.channel_tables import StaffTopic
from bot.channels.telegram_staff import fits, posts_of
from bot.handoff import Case
from bot.messages import Button
from bot.staff.hearing import VERDICT, is_written_here
from bot.store import Line

MOST_REFUSALS = 3
_MOST_SHOWN = 40
HOW = N_(
    "Viết vào đây là trả lời người dân. Ai viết trước là nhận ca. "
    "/note và chữ: ghi chú nội bộ. /close: kết thúc, máy trả lời tiếp. "
    "Ai trong nhóm cũng đọc được chủ đề này."
)
NOT_COPIED = N_("(Có tin không chép được sang đây. Bạn đọc ở bàn tư vấn.)")
UNDELIVERED = N_("Có tin chưa tới được người dân. Bạn xem lý do ở bàn tư vấn.")
HELD = N_(
    "Tin chưa tới người dân: {channel} đang không nhận tin của mình. "
    "Tin được giữ lại và gửi lại liên tục. Bạn xem lý do ở bàn tư vấn."
)
SENT_AFTER_ALL = N_("Tin bị giữ lại nay đã gửi được cho người dân.")
WHERE = N_("(đã gửi vị trí). Bạn xem vị trí ở bàn tư vấn.")
_POINT = re.compile(r"\(đã gửi vị trí: -?\d+\.\d+, -?\d+\.\d+\)")
"""What `turn.hearing` writes into the transcript for a location."""


@dataclass(frozen=True)
class Known:
    """What a topic should say: its case (None: erased), the lines after the last one copied without
    internal notes, the counsellors' names, and the newest dead outbox row of the talk (0: none).

    `is_here`: whether who has the case has a Telegram account linked. `held` is an outbox row that
    waits because the channel refuses our token (0: none), `told` the state in which the row now is
    that was told to wait ("": there is no such row)."""

    case: Case | None
    lines: Sequence[Line] = ()
    names: Mapping[UUID, str] = field(default_factory=dict)
    dead: int = 0
    is_here: bool = True
    held: int = 0
    told: str = ""


@dataclass(frozen=True)
class Step:
    """One thing to do at Telegram, and what the row says once it is done."""

    does: Literal["make", "rename", "delete", "post", "nothing"]
    then: Mapping[str, Any]
    texts: tuple[str, ...] = ()
    buttons: tuple[Button, ...] = ()
    quiet: bool = False
    urgent: bool = False


def next_step(topic: StaffTopic, known: Known, console_url: str, now: datetime) -> Step | None:
    """What is to be done next, None where the topic says all there is to say.

    The topic of a case that ended or was erased is deleted: at the console, too, it is then read by
    few or by nobody. So is that of a case which somebody took who cannot write here: at the console
    only they and overseers read it now (`access.may_read`), and a topic cannot be hidden from members.
    """
    case = known.case
    if case is None or case.state == "closed" or (case.state == "claimed" and not known.is_here):
        return Step("nothing" if topic.thread_id is None else "delete", {"ended_at": now})
    title = title_of(topic.id, case)
    if topic.thread_id is None:
        then = {"title": title, "shown": "", "copied": 0, "waits": 0}
        return Step("make", then, (title,), urgent=case.priority > 0)
    if not topic.shown:
        return _introduce(topic.id, case, known, console_url, now)
    if topic.title != title:
        return Step("rename", {"title": title}, (title,))
    if topic.shown != mark_of(case):
        told = (_standing(case),)
        return Step("post", {"shown": mark_of(case)}, told, quiet=not case.priority)
    if known.lines:
        return _copy(known, topic.attempts, now)
    return _warn(topic, known, case)


def _warn(topic: StaffTopic, known: Known, case: Case) -> Step | None:
    """What did not reach the citizen: told once, and once when it did after all."""
    if known.dead > topic.warned:
        return Step("post", {"warned": known.dead}, (_(UNDELIVERED),))
    if topic.waits and known.told != "ready":
        texts = (_(SENT_AFTER_ALL),) if known.told == "sent" else ()
        return Step("post" if texts else "nothing", {"waits": 0}, texts)
    if known.held and not topic.waits:
        told = _(HELD).format(channel=case_words.channel(case.channel))
        return Step("post", {"waits": known.held}, (told,))
    return None


def title_of(number: int, case: Case) -> str:
    """The case's number, its urgency and its channel; nothing that the citizen said."""
    urgency = case_words.danger(case.priority)
    parts = (_("Ca {number}").format(number=number), urgency, case_words.channel(case.channel))
    return " · ".join(part for part in parts if part)


def mark_of(case: Case) -> str:
    """What of the case a topic announces; `topics` makes the same in SQL."""
    return f"{case.priority}.{case.state}.{case.counsellor_id or ''}"


def _introduce(number: int, case: Case, known: Known, console_url: str, now: datetime) -> Step:
    """The summary, and below it as many of the latest lines as one post holds."""
    written = [_written(line, known.names, now) for line in known.lines]
    shown = min(len(written), _MOST_SHOWN)
    while shown > 1 and not fits(_summary(number, case, console_url, now, written[-shown:], 1)):
        shown -= 1
    left_out = len(written) - shown
    text = _summary(number, case, console_url, now, written[left_out:], left_out)
    alarms = [line.id for line in known.lines[left_out:] if line.alarm]
    then = {
        "shown": mark_of(case),
        "copied": known.lines[-1].id if known.lines else 0,
        "warned": known.dead,
    }
    return Step("post", then, _parts(text), _verdict_buttons(alarms[-1]) if alarms else ())


def _summary(
    number: int, case: Case, console_url: str, now: datetime, written: Sequence[str], left_out: int
) -> str:
    facts = case.summary
    link = f"{console_url.rstrip('/')}/console/cases/{case.handoff_id}" if console_url else ""
    asked, screened = facts.get("asked"), facts.get("screening")
    parts = (
        _("Ca {number}. {standing}").format(number=number, standing=_standing(case)),
        _("{channel}, mở lúc {when}.").format(
            channel=case_words.channel(case.channel), when=case_words.time(case.opened_at, now)
        ),
        _("Đã xem: {titles}").format(titles="; ".join(asked)) if asked else "",
        _("Đang làm dở bộ tự kiểm tra.") if facts.get("in_screening") else "",
        _("Tự kiểm tra, người dân cho gửi: {results}").format(results="; ".join(screened))
        if screened
        else "",
        _(HOW),
        link,
        "\n" + _("Còn {number} tin trước đó, bạn đọc ở bàn tư vấn.").format(number=left_out)
        if left_out
        else "",
    )
    return "\n\n".join(("\n".join(part for part in parts if part), *written))


def _standing(case: Case) -> str:
    """What it is about, how bad it is, and who has it."""
    about = ": ".join(
        part for part in (case_words.danger(case.priority), case_words.reason(case.reason)) if part
    )
    if case.state == "claimed":
        line = _("{about}. {name} đã nhận ca này, đồng nghiệp không trả lời thay được.")
        return line.format(about=about, name=case.counsellor)
    return _("{about}. Chưa ai nhận.").format(about=about)


def _copy(known: Known, refusals: int, now: datetime) -> Step:
    """Lines for one post, up to and with one that raised an alarm, which is asked about. Lines written
    in the topic stand there already."""
    taken: list[Line] = []
    written: list[str] = []
    for line in known.lines:
        shown = [] if is_written_here(line.uid) else [_written(line, known.names, now)]
        if written and not fits("\n\n".join((*written, *shown))):
            break
        taken.append(line)
        written += shown
        if line.alarm:
            break
    then = {"copied": taken[-1].id}
    if not written:
        return Step("nothing", then)
    if refusals >= MOST_REFUSALS:
        return Step("post", then, (_(NOT_COPIED),))
    buttons = _verdict_buttons(taken[-1].id) if taken[-1].alarm else ()
    quiet = not any(line.author == "citizen" for line in taken)
    return Step("post", then, _parts("\n\n".join(written)), buttons, quiet=quiet)


def _parts(text: str) -> tuple[str, ...]:
    return (text,) if fits(text) else tuple(posts_of(text))


def _written(line: Line, names: Mapping[UUID, str], now: datetime) -> str:
    name = case_words.AUTHORS.get(line.author, _("Tư vấn viên"))
    if line.counsellor_id is not None:
        name = names.get(line.counsellor_id, _("Tư vấn viên"))
    words = _POINT.sub(_(WHERE), line.text) if line.author == "citizen" else line.text
    said = f"{name}, {case_words.time(line.at, now)}:\n{words}"
    if line.alarm:
        reason, level = case_words.reason(line.alarm[0]), case_words.LEVELS[line.alarm[1]]
        said += "\n\n" + _("Máy báo: {reason}, {level}.").format(reason=reason, level=level)
    return said


def _verdict_buttons(line_id: int) -> tuple[Button, ...]:
    return (
        Button(_("Báo đúng"), f"{VERDICT} {line_id} yes"),
        Button(_("Báo nhầm"), f"{VERDICT} {line_id} no"),
    )
