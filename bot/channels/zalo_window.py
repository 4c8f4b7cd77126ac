"""How long, and how often, Zalo lets the account write to somebody who has fallen silent.

Free of charge for 48 hours after a person's last message, then at a price or within the account's
package, and after seven days not at all. The eight free messages within the 48 hours stand in Zalo's
older rules; its newer pages say that they are not counted since 01/01/2026. So the ninth is only a
reason to warn, never to hold a message back: what may pass is always tried.

What opens the window is a message of the person's own (words, a pressed button, a picture, a place),
counted from when it was stored: that is at most an hour after Zalo's own stamp, as long as Zalo repeats
a webhook. Following, leaving, receipts and our own turns open nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import func, select

from bot.catalogue import _
from bot.duty import VIETNAM
from bot.tables import Access, Conversation, OutboxRow

FREE_FOR, OPEN_FOR, FREE_MESSAGES = timedelta(hours=48), timedelta(days=7), 8
_FEW_MESSAGES, _SOON = 2, timedelta(hours=6)


@dataclass(frozen=True)
class Window:
    """Whether a person may be written to: "free" of charge, "counted" against the package, "closed".

    `until` is when that ends, None where only a message of theirs changes it; `sent` is how many were
    sent since their last one.
    """

    state: Literal["free", "counted", "closed"]
    until: datetime | None
    sent: int


def window(last_inbound: datetime | None, sent: int, now: datetime) -> Window:
    """The window of somebody who wrote last at `last_inbound` (None: never) and was sent `sent`
    messages since."""
    if last_inbound is None or now >= last_inbound + OPEN_FOR:
        return Window("closed", None, sent)
    if now >= last_inbound + FREE_FOR or sent >= FREE_MESSAGES:
        return Window("counted", last_inbound + OPEN_FOR, sent)
    return Window("free", last_inbound + FREE_FOR, sent)


def warning(found: Window, now: datetime) -> str:
    """What a counsellor should know before they write; "" while nothing stands in the way."""
    if found.state == "closed" or found.until is None:
        return _(
            "Người này đã im hơn 7 ngày nên Zalo không cho gửi nữa. Tin bạn viết sẽ không tới, "
            "cho đến khi họ nhắn lại."
        )
    until = found.until.astimezone(VIETNAM).strftime("%H:%M, %d/%m")
    left = FREE_MESSAGES - found.sent
    if found.state == "counted":
        line = (
            _(
                "Đã quá 48 giờ từ tin cuối của người này. Zalo có thể tính phí hoặc chặn tin. "
                "Sau {until} thì không gửi được nữa."
            )
            if left > 0
            else _(
                "Đã gửi {number} tin. Zalo có thể tính phí hoặc chặn tin. "
                "Sau {until} thì không gửi được nữa."
            )
        )
        return line.format(number=found.sent, until=until)
    if left <= _FEW_MESSAGES:
        return _(
            "Còn {left} tin trước khi Zalo có thể tính phí hoặc chặn. Bạn nên gom ý vào một tin."
        ).format(left=left)
    if found.until - now <= _SOON:
        return _("Zalo cho gửi miễn phí đến {until}. Sau đó có thể bị tính phí hoặc chặn.").format(
            until=until
        )
    return ""


async def read_window(access: Access, conversation_id: UUID, now: datetime) -> Window:
    """The window of the person in a conversation, from what is stored."""
    last_inbound = await access.scalar(
        select(Conversation.last_inbound_at).where(Conversation.id == conversation_id)
    )
    sent = await access.scalar(
        select(func.coalesce(func.sum(OutboxRow.parts_sent), 0)).where(
            OutboxRow.conversation_id == conversation_id,
            OutboxRow.sent_at >= last_inbound,
        )
    )
    return window(last_inbound, int(sent or 0), now)
