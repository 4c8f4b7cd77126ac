"""The counsellors' supergroup on Telegram: reading what they write in its topics, and writing there.

No channel of citizens, so not in that contract: nobody here is answered by the bot. Rights that the bot
needs, and the errors: https://core.telegram.org/bots/api#createforumtopic and below it.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from telegram import (
    Bot,
    ChatMember,
    ChatMemberAdministrator,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
)
from telegram.error import BadRequest, Forbidden, InvalidToken, RetryAfter, TelegramError

from bot.channels import SendResult, split_text, utf16_units
from bot.channels.foreign import identity, pick, read_object, written
from bot.messages import Button

WHO_READS = (
    "Lưu ý: ai ở trong nhóm tư vấn viên cũng đọc được các ca đang mở ở đó. "
    "Bạn chỉ để tư vấn viên trong nhóm."
)
"""What the operator must know of the supergroup, however well it works."""

_MOST_UNITS = 4096
_RED, _BLUE = 0xFB6F5F, 0x6FB9F0
_NO_TOPIC = ("thread not found", "topic_deleted", "topic_id_invalid", "topic deleted")
_DONE_TO_THE_GROUP = {
    *("boost_added", "channel_chat_created", "chat_background_set", "chat_owner_changed"),
    *("chat_owner_left", "chat_shared", "checklist_tasks_added", "checklist_tasks_done"),
    *("connected_website", "delete_chat_photo", "direct_message_price_changed"),
    *("forum_topic_closed", "forum_topic_created", "forum_topic_edited", "forum_topic_reopened"),
    *("general_forum_topic_hidden", "general_forum_topic_unhidden", "giveaway_completed"),
    *("giveaway_created", "group_chat_created", "left_chat_member", "managed_bot_created"),
    *("message_auto_delete_timer_changed", "migrate_from_chat_id", "migrate_to_chat_id"),
    *("new_chat_members", "new_chat_photo", "new_chat_title", "paid_message_price_changed"),
    *("pinned_message", "poll_option_added", "poll_option_deleted", "proximity_alert_triggered"),
    *("supergroup_chat_created", "users_shared", "video_chat_ended"),
    *("video_chat_participants_invited", "video_chat_scheduled", "video_chat_started"),
    *("web_app_data", "write_access_allowed"),
}
"""Service messages: nobody wrote them to anybody."""
_LIVE_MARK = re.compile(r"(?<!\S)([/@#])(?=\w)")
_DEAF_MARK = "\\1\u2060"


@dataclass(frozen=True)
class Written:
    """What somebody did in the supergroup. `event_id` is the update's; `sender` Telegram's id of the
    person, "" for who writes in the group's or a channel's name; `thread_id` the topic, None outside
    any. `kind` "press" carries the button's payload as its text; "wordless" is whatever somebody sent
    that is no text, also what Telegram has yet to think of. `to_us`: it answers a post of ours; in a
    topic that we opened everything does that answers nothing else."""

    event_id: str
    sender: str
    thread_id: int | None
    kind: Literal["text", "edited", "wordless", "press"]
    text: str = ""
    to_us: bool = False


class TelegramStaff:
    """One supergroup with topics.

    Args:
        bot: what posts there; an administrator that may manage topics and delete messages.
        chat_id: the supergroup's id, a negative number.
    """

    def __init__(self, bot: Bot, chat_id: str) -> None:
        self._bot = bot
        self._chat = chat_id.strip()
        # A token is the bot's id, a colon and the secret.
        self._us = bot.token.partition(":")[0]

    def parse(self, raw: bytes) -> Written | None:
        """What an update says that was done in this supergroup; None for every other update. Never
        raises."""
        update = read_object(raw)
        event_id = identity(update.get("update_id"))
        query = update.get("callback_query")
        for message, kind in (
            (update.get("message"), "text"),
            (update.get("edited_message"), "edited"),
            (pick(query, "message"), "press"),
        ):
            if event_id and identity(pick(message, "chat", "id")) == self._chat:
                return _written(event_id, message, kind, query, self._us)
        return None

    async def make_topic(self, title: str, *, urgent: bool) -> SendResult:
        """Open a topic; the result's `external_id` is its id."""

        async def call() -> str:
            colour = _RED if urgent else _BLUE
            made = await self._bot.create_forum_topic(self._chat, title, icon_color=colour)
            return str(made.message_thread_id)

        return await _result(call)

    async def rename_topic(self, thread_id: int, title: str) -> SendResult:
        """Give a topic a title; having it already is fine."""

        async def call() -> None:
            await self._bot.edit_forum_topic(self._chat, thread_id, name=title)

        done = await _result(call)
        return SendResult("sent") if done.reason == "not modified" else done

    async def delete_topic(self, thread_id: int) -> SendResult:
        """Delete a topic with every word in it; gone already is fine."""

        async def call() -> None:
            await self._bot.delete_forum_topic(self._chat, thread_id)

        done = await _result(call)
        return SendResult("sent") if done.state == "gone" else done

    async def post(
        self,
        thread_id: int | None,
        text: str,
        *,
        buttons: Sequence[Button] = (),
        quiet: bool = False,
    ) -> SendResult:
        """Post a text that `fits`, in a topic or outside any; `quiet` rings no phone. Nobody may
        forward it. Commands and names in it are no links, so that a slip of a finger does nothing."""
        keys = [InlineKeyboardButton(one.title, callback_data=one.payload) for one in buttons]

        async def call() -> str:
            message = await self._bot.send_message(
                self._chat,
                _without_links(text),
                message_thread_id=thread_id,
                reply_markup=InlineKeyboardMarkup([keys]) if keys else None,
                disable_notification=quiet,
                protect_content=True,
                disable_web_page_preview=True,
            )
            return str(message.message_id)

        return await _result(call)

    async def check(self) -> str:
        """What keeps the supergroup from working, in one Vietnamese line; "" where nothing does."""
        wrong = ""

        async def call() -> None:
            nonlocal wrong
            chat = await self._bot.get_chat(self._chat)
            us = await self._bot.get_chat_member(self._chat, (await self._bot.get_me()).id)
            if chat.username or chat.active_usernames:
                wrong = (
                    "Nhóm tư vấn viên đang công khai, người ngoài cũng đọc được. "
                    "Bạn chuyển nhóm sang riêng tư."
                )
            elif not chat.is_forum:
                wrong = "Nhóm tư vấn viên chưa bật chủ đề (Topics). Bạn bật trong cài đặt nhóm."
            elif not _is_able(us):
                wrong = (
                    "Bot chưa đủ quyền trong nhóm tư vấn viên. Bạn đặt bot làm quản trị viên, "
                    "với quyền quản lý chủ đề và xóa tin nhắn."
                )

        done = await _result(call)
        if done.state == "sent":
            return wrong
        if done.state == "retry":
            return f"Không gọi được Telegram ({done.reason}). Bạn kiểm tra mạng và proxy."
        return (
            f"Không vào được nhóm tư vấn viên ({done.reason}). Bạn xem lại "
            "DIEMTUA_TELEGRAM_STAFF_CHAT và thêm bot vào nhóm."
        )


def fits(text: str) -> bool:
    """Whether one post holds `text`."""
    return _units(text) <= _MOST_UNITS


def posts_of(text: str) -> list[str]:
    """`text` in parts that each fit one post."""
    return split_text(text, _MOST_UNITS, _units)


def _units(text: str) -> int:
    """How long Telegram takes `text` to be once it is posted."""
    return utf16_units(_without_links(text))


def _without_links(text: str) -> str:
    return _LIVE_MARK.sub(_DEAF_MARK, text)


def _is_able(member: ChatMember) -> bool:
    if not isinstance(member, ChatMemberAdministrator):
        return False
    return bool(member.can_manage_topics and member.can_delete_messages)


def _written(event_id: str, message: object, kind: str, query: object, us: str) -> Written | None:
    author = query if kind == "press" else message
    hidden = pick(author, "from", "is_bot") is True or pick(message, "sender_chat") is not None
    sender = "" if hidden and kind != "press" else identity(pick(author, "from", "id"))
    thread = pick(message, "message_thread_id")
    in_topic = pick(message, "is_topic_message") is True and isinstance(thread, int)
    in_topic = in_topic and 0 < thread < 2**63
    place = (event_id, sender, thread if in_topic else None)
    if kind == "press":
        payload = written(pick(query, "data"))
        return Written(*place, "press", payload) if payload else None
    is_done_to_group = isinstance(message, dict) and _DONE_TO_THE_GROUP & message.keys()
    if is_done_to_group or identity(pick(message, "from", "id")) == us:
        return None
    text = written(pick(message, "text"))
    to_us = identity(pick(message, "reply_to_message", "from", "id")) == us
    if kind == "edited":
        return Written(*place, "edited", text) if text else None
    return Written(*place, "text" if text else "wordless", text, to_us)


async def _result(call: Callable[[], Awaitable[str | None]]) -> SendResult:
    """What Telegram made of a call. "gone": there is no such topic. Only the kind of an error is kept:
    its words may repeat ours."""
    try:
        return SendResult("sent", external_id=await call() or "")
    except RetryAfter as error:
        wait: Any = error.retry_after
        seconds = wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
        return SendResult("retry", "RetryAfter", seconds)
    except (Forbidden, InvalidToken) as error:
        return SendResult("auth", type(error).__name__)
    except BadRequest as error:
        said = error.message.lower()
        if "not modified" in said or "not_modified" in said:
            return SendResult("reject", "not modified")
        gone = any(words in said for words in _NO_TOPIC)
        return SendResult("gone" if gone else "reject", "BadRequest")
    except TelegramError as error:
        return SendResult("retry", type(error).__name__)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        # The library cannot read the answer. Trying again might post the message twice.
        return SendResult("reject", type(error).__name__)
