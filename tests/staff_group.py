"""A supergroup of Telegram's in memory: topics that can be made, posted in, renamed and deleted, and
counsellors who write there."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import parse_qsl

import httpx
from telegram import Bot
from telegram.request import HTTPXRequest

from bot.channels.telegram_staff import TelegramStaff

CHAT = -1001234567890
BOT_ID = 5


@dataclass
class Topic:
    title: str
    colour: str
    posts: list[str] = field(default_factory=list)
    buttons: list[str] = field(default_factory=list)


class Supergroup:
    """`refusals` are answered first, one a call; `away` cuts the line, `meanwhile` is what happens during
    each call. `asked` are all calls made."""

    def __init__(self) -> None:
        self.topics: dict[int, Topic] = {}
        self.general: list[str] = []
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.refusals: list[httpx.Response] = []
        self.away = False
        self.meanwhile: Callable[[], Awaitable[None]] | None = None
        self.rights: dict[str, Any] = {"can_manage_topics": True, "can_delete_messages": True}
        self.is_forum = True
        self.username: str | None = None
        self._ids = count(100)
        transport = httpx.MockTransport(self._answer)
        request = HTTPXRequest(httpx_kwargs={"transport": transport})
        bot = Bot("5:token", base_url="http://telegram.invalid/bot", request=request)
        self.staff = TelegramStaff(bot, str(CHAT))

    @property
    def topic(self) -> Topic:
        """The only topic there is."""
        (only,) = self.topics.values()
        return only

    def wrote(
        self, sender: int, text: str, *, thread: int | None = None, event: int = 0, **more: Any
    ) -> bytes:
        """The update of somebody's message in a topic (the only one, where there is one); thread 0 is
        outside any."""
        thread = next(iter(self.topics), 0) if thread is None else thread
        message: dict[str, Any] = {
            "message_id": next(self._ids),
            "from": {"id": sender, "is_bot": False, "first_name": "Lan"},
            "chat": {"id": CHAT, "type": "supergroup", "is_forum": True},
            "date": 1795400000,
            **({"text": text} if text else {}),
            **({"message_thread_id": thread, "is_topic_message": True} if thread else {}),
            **({"reply_to_message": self._opened(thread)} if thread in self.topics else {}),
            **more,
        }
        return json.dumps({"update_id": event or next(self._ids), "message": message}).encode()

    def pressed(self, sender: int, payload: str) -> bytes:
        """The update of a pressed button under a post of ours in the only topic."""
        update = json.loads(self.wrote(sender, "post"))
        message = {**update.pop("message"), "from": {"id": BOT_ID, "is_bot": True}}
        query = {"id": "9", "from": {"id": sender, "is_bot": False}, "data": payload}
        return json.dumps({**update, "callback_query": {**query, "message": message}}).encode()

    def ours(self, text: str) -> dict[str, Any]:
        """A post of the bot's, as it stands in what answers it."""
        us = {"id": BOT_ID, "is_bot": True, "first_name": "Điểm Tựa"}
        return {"message_id": next(self._ids), "from": us, "chat": {"id": CHAT}, "text": text}

    def _opened(self, thread: int) -> dict[str, Any]:
        """What everything in a topic of ours answers that answers nothing else."""
        return {**self.ours(""), "message_id": thread, "forum_topic_created": {"name": "Ca"}}

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        if self.meanwhile is not None:
            await self.meanwhile()
        if self.away:
            raise httpx.ConnectError("away")
        method = request.url.path.rsplit("/", 1)[-1]
        asked = dict(parse_qsl(request.content.decode()))
        self.asked.append((method, asked))
        if self.refusals:
            return self.refusals.pop(0)
        if asked.get("chat_id", str(CHAT)) != str(CHAT):
            return refusal(400, "Bad Request: chat not found")
        result: Any = getattr(self, f"_{method}")(asked)
        if result is None:
            return refusal(400, "Bad Request: message thread not found")
        return httpx.Response(200, json={"ok": True, "result": result})

    def _createForumTopic(self, asked: dict[str, str]) -> Any:
        thread = next(self._ids)
        self.topics[thread] = Topic(asked["name"], asked["icon_color"])
        return {"message_thread_id": thread, "name": asked["name"], "icon_color": 1}

    def _editForumTopic(self, asked: dict[str, str]) -> Any:
        topic = self.topics.get(int(asked["message_thread_id"]))
        if topic:
            topic.title = asked["name"]
        return topic and True

    def _deleteForumTopic(self, asked: dict[str, str]) -> Any:
        return self.topics.pop(int(asked["message_thread_id"]), None) and True

    def _sendMessage(self, asked: dict[str, str]) -> Any:
        thread = int(asked.get("message_thread_id", 0))
        topic = self.topics.get(thread)
        if thread and topic is None:
            return None
        (topic.posts if topic else self.general).append(asked["text"])
        if topic and "reply_markup" in asked:
            (keys,) = json.loads(asked["reply_markup"])["inline_keyboard"]
            topic.buttons += [key["callback_data"] for key in keys]
        return {"message_id": next(self._ids), "date": 1795400000, "chat": _CHAT}

    def _getMe(self, asked: dict[str, str]) -> Any:
        return {"id": BOT_ID, "is_bot": True, "first_name": "Điểm Tựa", "username": "bot"}

    def _getChat(self, asked: dict[str, str]) -> Any:
        gifts = dict.fromkeys(
            [
                *("unlimited_gifts", "limited_gifts", "unique_gifts"),
                *("premium_subscription", "gifts_from_channels"),
            ],
            False,
        )
        known = {"accent_color_id": 1, "max_reaction_count": 1, "accepted_gift_types": gifts}
        public = {"username": self.username} if self.username else {}
        return {**_CHAT, **known, **public, "is_forum": self.is_forum}

    def _getChatMember(self, asked: dict[str, str]) -> Any:
        rights = dict.fromkeys(
            [
                *("can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages"),
                *("can_manage_video_chats", "can_restrict_members", "can_promote_members"),
                *("can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories"),
                "can_delete_stories",
            ],
            False,
        )
        return {"status": "administrator", "user": self._getMe({}), **rights, **self.rights}


_CHAT = {"id": CHAT, "type": "supergroup", "title": "Tư vấn viên"}


def refusal(code: int, description: str, **parameters: int) -> httpx.Response:
    body = {"ok": False, "error_code": code, "description": description}
    return httpx.Response(code, json=body | ({"parameters": parameters} if parameters else {}))
