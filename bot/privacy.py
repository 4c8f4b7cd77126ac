"""Pseudonyms, encryption, erasure.

Each person has a data key of their own, wrapped by a key of the ring. Every text that is kept is
sealed with the person's key (AES-256-GCM, the record's name as associated data), so rotating the ring
re-wraps one small value a person. An event is sealed with the ring until its turn, seconds later.
A channel's id of a person is stored only as an HMAC-SHA-256.
"""

from __future__ import annotations

import base64
import hmac
import json
import os
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Row, delete, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channel_tables import ErasedEvent, ParkedUpdate
from bot.errors import KeyRingBroken
from bot.tables import Access, Conversation, InboxRow, Person, RasaState

STAYS_ERASED = timedelta(days=30)
"""For so long an erased event is known, longer than any platform tries again."""
PARKED = "parked"
"""What stands for the channel in the mark of a parked update; its id for the event's."""

_NONCE = 12
_MARK = text(
    "INSERT INTO erased_events (id, at) SELECT unnest(CAST(:marks AS bytea[])), :now"
    " ON CONFLICT (id) DO UPDATE SET at = excluded.at"
)


@dataclass(frozen=True)
class KeyRing:
    """The operator's keys: `current` wraps, every one of `keys` unwraps, `pepper` makes pseudonyms."""

    current: str
    keys: dict[str, bytes]
    pepper: bytes

    @classmethod
    def load(cls, path: Path) -> KeyRing:
        """The ring in `path`.

        Raises:
            KeyRingBroken: no such file, or not a ring that `save` wrote.
        """
        try:
            data = json.loads(path.read_text("utf-8"))
            keys = {name: base64.b64decode(value) for name, value in data["keys"].items()}
            ring = cls(data["current"], keys, base64.b64decode(data["pepper"]))
        except FileNotFoundError:
            raise KeyRingBroken(
                f"Không thấy vòng khóa {path.name}. Chạy `make run` để tạo mới, hoặc khôi phục từ bản"
                " sao lưu: mất nó thì không đọc lại được tin nhắn cũ."
            ) from None
        except (ValueError, KeyError, AttributeError, TypeError):
            raise KeyRingBroken(
                f"Vòng khóa {path.name} bị hỏng. Hãy khôi phục bản sao lưu."
            ) from None
        if ring.current not in keys or any(len(key) != 32 for key in keys.values()):
            raise KeyRingBroken(
                f"Vòng khóa {path.name} thiếu khóa đang dùng. Hãy khôi phục bản sao lưu."
            )
        return ring

    @classmethod
    def fresh(cls) -> KeyRing:
        return cls("k1", {"k1": secrets.token_bytes(32)}, secrets.token_bytes(32))

    def rotated(self) -> KeyRing:
        """This ring with a new current key; older keys still open what they wrapped."""
        number = 1 + max(int(name[1:]) for name in self.keys)
        name = f"k{number}"
        return KeyRing(name, {**self.keys, name: secrets.token_bytes(32)}, self.pepper)

    def save(self, path: Path) -> None:
        """Write the ring, readable by its owner alone, replacing the old file in one step."""
        path.parent.mkdir(parents=True, exist_ok=True)
        data = {
            "current": self.current,
            "keys": {name: base64.b64encode(key).decode() for name, key in self.keys.items()},
            "pepper": base64.b64encode(self.pepper).decode(),
        }
        draft = path.with_suffix(".new")
        draft.unlink(missing_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(data, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)

    def pseudonym(self, channel: str, sender: str) -> bytes:
        """32 bytes that stand for `sender` on `channel` and cannot be turned back."""
        return hmac.digest(self.pepper, f"{channel}\0{sender}".encode(), sha256)

    def event_mark(self, channel: str, event_id: str) -> bytes:
        """32 bytes by which an event is known after it was erased."""
        return self.pseudonym(f"event:{channel}", event_id)

    def new_data_key(self, owner: str) -> tuple[bytes, bytes]:
        """A new key for the person `owner`: in clear for use now, and wrapped for storing."""
        key = secrets.token_bytes(32)
        return key, self.wrap(key, owner)

    def wrap(self, data_key: bytes, owner: str) -> bytes:
        return self.seal(data_key, f"data_key:{owner}")

    def unwrap(self, wrapped: bytes, owner: str) -> bytes:
        """The data key inside `wrapped`; raises as `unseal` does."""
        return self.unseal(wrapped, f"data_key:{owner}")

    def seal(self, plain: bytes, record: str) -> bytes:
        """`plain` sealed with the ring itself, for what must be stored before its person is known:
        data keys, and events in the seconds until their turn."""
        return self.current.encode() + b":" + seal(self.keys[self.current], plain, record)

    def unseal(self, sealed: bytes, record: str) -> bytes:
        """What `seal` was given.

        Raises:
            KeyRingBroken: the ring lacks the key, or the value belongs to another record.
        """
        name, _, rest = sealed.partition(b":")
        key = self.keys.get(name.decode("ascii", "replace"))
        if key is None:
            raise KeyRingBroken("Vòng khóa thiếu một khóa cũ. Hãy khôi phục bản sao lưu đầy đủ.")
        return unseal(key, rest, record)


async def erase(session: AsyncSession, ring: KeyRing, person_id: UUID, now: datetime) -> None:
    """Delete a person and everything of theirs: messages, inbox and outbox, screenings, handoffs,
    updates of theirs that nobody could read, Rasa's memory and queued jobs. A danger episode stays, cut
    loose, as codes without words; so does a mark for each event, by which one that is brought again is
    turned away for STAYS_ERASED.

    The caller commits. A backup taken before still holds them, with their wrapped key.
    """
    person = (
        await session.execute(
            select(Person.channel, Person.pseudonym, Conversation.id, Conversation.tracker)
            .outerjoin(Conversation, Conversation.person_id == Person.id)
            .where(Person.id == person_id)
        )
    ).one_or_none()
    if person is None:
        return
    await _keep_erased(session, ring, person, now)
    await session.execute(delete(RasaState).where(RasaState.sender_id == str(person.tracker)))
    await session.execute(
        text(
            "DELETE FROM procrastinate_jobs"
            " WHERE status <> 'doing' AND args->>'conversation_id' = :conversation"
        ),
        {"conversation": str(person.id)},
    )
    await session.execute(delete(Person).where(Person.id == person_id))


async def _keep_erased(
    session: AsyncSession, ring: KeyRing, person: Row[Any], now: datetime
) -> None:
    """Delete what was parked of a person, and mark this and all events of theirs as erased."""
    events = await session.scalars(
        select(InboxRow.event_id).where(InboxRow.conversation_id == person.id)
    )
    parked = await session.scalars(
        delete(ParkedUpdate)
        .where(ParkedUpdate.channel == person.channel, ParkedUpdate.sender == person.pseudonym)
        .returning(ParkedUpdate.id)
        .execution_options(synchronize_session=False)
    )
    marks = [ring.event_mark(person.channel, one) for one in events]
    marks += [ring.event_mark(PARKED, str(one)) for one in parked]
    await session.execute(_MARK, {"marks": marks, "now": now})


async def forget_marks(access: Access, now: datetime) -> None:
    """Delete the marks of events that were erased longer than STAYS_ERASED ago."""
    await access.execute(delete(ErasedEvent).where(ErasedEvent.at < now - STAYS_ERASED))


async def rewrap(session: AsyncSession, ring: KeyRing) -> int:
    """Wrap every person's key with the ring's current key; returns how many were changed."""
    changed = 0
    current = f"{ring.current}:".encode()
    for person in (await session.execute(select(Person).with_for_update())).scalars():
        if not person.data_key.startswith(current):
            owner = str(person.id)
            person.data_key = ring.wrap(ring.unwrap(person.data_key, owner), owner)
            changed += 1
    await session.flush()
    return changed


def seal(key: bytes, plain: bytes, record: str) -> bytes:
    """`plain` encrypted for the record called `record`: nonce, then ciphertext and tag."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, record.encode())


def unseal(key: bytes, sealed: bytes, record: str) -> bytes:
    """What `seal` was given.

    Raises:
        KeyRingBroken: another key, another record, or a changed value.
    """
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], record.encode())
    except InvalidTag:
        raise KeyRingBroken(
            "Không giải mã được một bản ghi: sai khóa hoặc dữ liệu đã bị sửa."
        ) from None


def seal_json(key: bytes, value: Any, record: str) -> bytes:
    return seal(key, json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), record)


def unseal_json(key: bytes, sealed: bytes, record: str) -> Any:
    return json.loads(unseal(key, sealed, record))
