"""What was laid aside is seen, taken in again once it can be read, and goes with its person."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from api import checking
from bot import inbox, jobs
from bot.channel_tables import ParkedUpdate
from bot.messages import Inbound
from bot.parked import Hears, laid_aside, retry, take_in
from bot.runtime import Runtime
from bot.tables import InboxRow
from tests.conftest import Clock
from tests.fakes import LoopbackChannel
from tests.processes import DIEMTUA, ROOT
from tests.telegram_server import update

WORDS = "lời riêng của một người"
SENDER = "700100200"
NESTED = "[" * 100_000


class Older(LoopbackChannel):
    """A channel of an older program, that cannot read yet what it is sent."""

    def parse(self, raw: bytes) -> list[Inbound]:
        raise KeyError("not known yet")


class Newer(LoopbackChannel):
    """The same after an update."""

    def parse(self, raw: bytes) -> list[Inbound]:
        number = str(json.loads(raw)["update_id"])
        return [Inbound(self.name, number, SENDER, "text", WORDS, address={"to": SENDER})]


def raw(number: int) -> bytes:
    return json.dumps(update(number, WORDS), ensure_ascii=False).encode()


async def number_of(runtime: Runtime, table: type[ParkedUpdate] | type[InboxRow]) -> int:
    async with runtime.sessions() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def erase_person(runtime: Runtime) -> None:
    for kind in ("text", "erase"):
        event = Inbound("loopback", f"own {kind}", SENDER, kind)
        async with runtime.sessions.begin() as session:
            received = await inbox.receive(session, runtime.ring, event, runtime.clock())
    assert received is not None
    await jobs.bring_up_to_date(runtime, {}, received.conversation_id)


PERSON = {"id": SENDER, "is_bot": False}
BY_BOT = {"from": {"id": 5, "is_bot": True}}
WRITTEN = [
    {"message": {"from": PERSON, "text": WORDS}},
    {"message": {"from": {"id": int(SENDER)}, "reply_to_message": BY_BOT}},
    {"edited_message": {"from": PERSON}},
    {"callback_query": {"message": BY_BOT, "from": PERSON}},
    {"my_chat_member": {"from": PERSON}},
    {"ok": True, "result": {"message": {"from": PERSON}}},
    {"event_name": "user_send_text", "recipient": {"id": "5"}, "sender": {"id": SENDER}},
    {"event_name": "follow", "follower": {"id": SENDER}},
    {"event_name": "user_withdraw", "user_id_by_app": "9", "user_id": SENDER},
]


@pytest.mark.parametrize(
    "update",
    [
        *(json.dumps(one).encode() for one in WRITTEN),
        f'{{"message": {{"from": {{"id": {SENDER}, "is_bot": false}}, "x": {NESTED}'.encode(),
        f'{{"sender": {{"id": "{SENDER}"}}, "message": {NESTED}'.encode() + b"\xff",
        f'{{"user_id" : "{SENDER}", "message": {NESTED}'.encode(),
    ],
    ids=lambda one: one[:60].decode(),
)
async def test_what_could_not_be_read_goes_with_its_person_and_does_not_come_back(
    runtime: Runtime, update: bytes
) -> None:
    await take_in(runtime, Older(), update)
    assert await number_of(runtime, ParkedUpdate) == 1
    await erase_person(runtime)
    assert await number_of(runtime, ParkedUpdate) == 0
    await take_in(runtime, Older(), update)
    assert await number_of(runtime, ParkedUpdate) == 0


@pytest.mark.parametrize(
    "update",
    [
        json.dumps({"message": {"from": {"id": "another"}}}).encode(),
        json.dumps({"message": {"text": f'"from":{{"id":"{SENDER}"}}'}}).encode()[:-1],
        b'{"from": {"id": true}, "sender": [], "user_id": {"id": 1}}',
        b'{"message": {"from": {"id": "\\ud800"}}}',
        b'{"sender": {"id": ',
        b"\xff\x00",
        b"",
        b"[" * 100_000,
        b'"from":{' * 20_000,
        b"1" * 9_000,
    ],
    ids=lambda one: repr(one[:40]),
)
async def test_who_sent_an_update_may_stay_unknown_and_nobody_elses_goes(
    runtime: Runtime, update: bytes
) -> None:
    await take_in(runtime, Older(), update)
    await erase_person(runtime)
    assert await number_of(runtime, ParkedUpdate) == 1


async def test_a_sender_stands_nowhere_in_clear(runtime: Runtime) -> None:
    await take_in(runtime, Older(), raw(7))
    async with runtime.sessions() as session:
        [row] = await session.execute(text("SELECT * FROM parked_updates"))
    assert row.sender == runtime.ring.pseudonym("loopback", SENDER)
    assert SENDER not in repr(row)


async def test_what_can_be_read_after_an_update_is_taken_in_in_order_and_answered(
    runtime: Runtime, clock: Clock
) -> None:
    for number in (7, 8):
        await take_in(runtime, Older(), raw(number))
        clock.pass_seconds(1)
    await take_in(runtime, Older(), b"never readable")
    assert await retry(runtime, {"loopback": Newer()}, {}) == (2, 1)
    async with runtime.sessions() as session:
        stored = (await session.scalars(select(InboxRow.event_id).order_by(InboxRow.id))).all()
        jobs_left = await session.scalar(text("SELECT count(*) FROM procrastinate_jobs"))
        left = await laid_aside(session)
    assert (stored, jobs_left) == (["7", "8"], 2)
    assert [one.channel for one in left] == ["loopback"]
    assert await retry(runtime, {"loopback": Newer()}, {}) == (0, 1)


async def test_what_still_cannot_be_read_or_has_no_channel_stays(runtime: Runtime) -> None:
    await take_in(runtime, Older(), raw(7))
    assert await retry(runtime, {}, {}) == (0, 1)
    assert await retry(runtime, {"loopback": Older()}, {}) == (0, 1)
    assert await number_of(runtime, ParkedUpdate) == 1


async def test_whoever_hears_updates_besides_hears_those_taken_in_later(runtime: Runtime) -> None:
    heard: list[bytes] = []

    async def hear(session: object, update: bytes) -> None:
        heard.append(update)

    also: dict[str, Hears] = {"loopback": hear}
    await take_in(runtime, Older(), raw(7))
    await retry(runtime, {"loopback": Newer()}, also)
    assert heard == [raw(7)]


async def test_an_update_that_is_erased_while_it_is_read_again_is_not_taken_in(
    runtime: Runtime,
) -> None:
    async def erase_meanwhile(session: object, update: bytes) -> None:
        async with runtime.sessions.begin() as other:
            await other.execute(text("DELETE FROM parked_updates"))

    await take_in(runtime, Older(), raw(7))
    assert await retry(runtime, {"loopback": Newer()}, {"loopback": erase_meanwhile}) == (1, 0)
    assert await number_of(runtime, InboxRow) == 0


async def test_after_thirty_days_it_is_gone_though_nothing_follows(
    runtime: Runtime, clock: Clock
) -> None:
    await take_in(runtime, Older(), raw(7))
    left = []
    for days in (29, 2):
        clock.pass_seconds(days * 86_400)
        await jobs.forget_old(runtime)
        left.append(await number_of(runtime, ParkedUpdate))
    assert left == [1, 0]


async def test_an_operator_is_told_when_where_and_why_but_not_what(runtime: Runtime) -> None:
    assert await checking.check_parked(runtime.sessions) == []
    assert await checking.tell_parked(runtime) == [checking.NOTHING_PARKED]
    await take_in(runtime, Older(), raw(7))
    line, how = await checking.tell_parked(runtime)
    assert line.startswith("10:00: loopback: KeyError at ")
    assert "--retry" in how
    assert WORDS not in line
    assert SENDER not in line
    [checked] = await checking.check_parked(runtime.sessions)
    assert "Có 1 tin" in checked.line
    assert not checked.broken


async def test_the_commands_of_an_operator(
    runtime: Runtime, database_url: str, tmp_path: Path, clock: Clock
) -> None:
    runtime.ring.save(tmp_path / "keyring.json")
    telegram, loopback = Older(), Older()
    telegram.name = "telegram"
    await take_in(runtime, telegram, raw(7))
    clock.pass_seconds(1)
    await take_in(runtime, loopback, raw(7))
    shown = channels(database_url, tmp_path, "parked")
    assert ["Telegram" in shown[0], "loopback" in shown[1], "--retry" in shown[2]] == [True] * 3
    assert "Có 2 tin" in channels(database_url, tmp_path, "check")[-1]
    retried = channels(database_url, tmp_path, "parked", "--retry")
    assert "Đã đọc được 1 tin" in retried[0]
    assert "Còn 1 tin" in retried[1]
    assert await number_of(runtime, InboxRow) == 1


def channels(database_url: str, folder: Path, *command: str) -> list[str]:
    """What the command prints."""
    done = subprocess.run(
        [str(DIEMTUA), "channels", *command],
        cwd=ROOT,
        env={
            **os.environ,
            "DATABASE_URL": database_url,
            "DIEMTUA_DATA_DIR": str(folder),
            "DIEMTUA_TELEGRAM_TOKEN": "5:token",
            "DIEMTUA_TELEGRAM_POLLING": "true",
            "DIEMTUA_TELEGRAM_BASE_URL": "http://127.0.0.1:9",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout.splitlines()
