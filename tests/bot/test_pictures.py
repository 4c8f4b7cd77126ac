"""Pictures people send: their words never wait for them, they come from the platform alone, and they go
with their person."""

from __future__ import annotations

import json
from io import BytesIO
from uuid import UUID

import httpx
import pytest
from PIL import Image
from sqlalchemy import func, select

from bot import jobs, parked, pictures, privacy
from bot.channels import Channel, SendResult
from bot.channels.download import MOST_BYTES, is_on
from bot.channels.telegram import Telegram
from bot.channels.zalo_bot import ZaloBot
from bot.channels.zalo_oa import ZaloOA
from bot.channels.zalo_pictures import HOSTS
from bot.channels.zalo_tokens import FixedToken
from bot.desk_tables import Picture
from bot.pictures import MOST_TRIES
from bot.redraw import redraw
from bot.runtime import Runtime
from bot.store import Line, open_talk, read_lines
from bot.tables import Conversation, Episode, Person
from tests.bot.test_privacy import stands_in, whole_database
from tests.bot.test_redraw import photograph, picture
from tests.conftest import Clock
from tests.telegram_server import TelegramServer, photo
from tests.zalo_server import ZaloFiles

LIES_AT = "https://f21-zpc.zdn.vn/jpg/8848/0fbba8.jpg"


def telegram(server: TelegramServer) -> Telegram:
    return Telegram("5000:token", "secret", server.client(), "http://telegram.invalid")


def account(files: ZaloFiles) -> ZaloOA:
    return ZaloOA("1", "secret", FixedToken("access"), files.client(), "http://zalo.invalid")


def image_event(*addresses: str, text: str = "") -> bytes:
    attached = [{"type": "image", "payload": {"url": one}} for one in addresses]
    message = {"msg_id": "m1", "text": text, "attachments": attached}
    event = {"event_name": "user_send_image", "sender": {"id": "7"}, "timestamp": "1795400000000"}
    return json.dumps({**event, "message": message}).encode()


async def hear(runtime: Runtime, channel: Channel, raw: bytes) -> UUID:
    """Take a webhook body in and bring its conversation up to date."""
    await parked.take_in(runtime, channel, raw)
    async with runtime.sessions() as session:
        conversation_id = await session.scalar(select(Conversation.id))
    assert conversation_id is not None
    # What is fetched must not depend on whether anything can be sent.
    await jobs.bring_up_to_date(runtime, {}, conversation_id)
    return conversation_id


async def said(runtime: Runtime, conversation_id: UUID) -> list[Line]:
    async with runtime.sessions() as session:
        talk = await open_talk(session, runtime.ring, conversation_id)
        assert talk is not None
        lines = await read_lines(session, talk)
    return [line for line in lines if line.author == "citizen"]


async def rows(runtime: Runtime) -> list[Picture]:
    async with runtime.sessions() as session:
        return list(await session.scalars(select(Picture).order_by(Picture.id)))


async def seen(runtime: Runtime, conversation_id: UUID, number: int) -> bytes | None:
    async with runtime.sessions() as session:
        talk = await open_talk(session, runtime.ring, conversation_id)
        assert talk is not None
        return await pictures.read_picture(session, talk, number)


async def test_a_photo_on_telegram_is_kept_redrawn_and_sealed(
    runtime: Runtime, database_url: str
) -> None:
    server = TelegramServer()
    server.files["AgAC-1"] = photograph(orientation=6)
    channel = telegram(server)
    raw = json.dumps(photo(1, "AgAC-1", "viên này là gì")).encode()
    conversation_id = await hear(runtime, channel, raw)
    [wanted] = await rows(runtime)
    assert wanted.state == "wanted"
    assert server.calls == [], "the turn fetches nothing"
    assert not stands_in("AgAC-1", whole_database(database_url))
    assert await pictures.fetch_due(runtime, {"telegram": channel}) == 1
    [kept] = await rows(runtime)
    assert (kept.state, kept.source) == ("kept", b"")
    drawn = await seen(runtime, conversation_id, kept.id)
    assert drawn == redraw(server.files["AgAC-1"])
    assert drawn[:40].hex().encode() not in whole_database(database_url)
    assert await pictures.fetch_due(runtime, {"telegram": channel}) == 0


async def test_pictures_on_zalo_are_kept_in_their_order(runtime: Runtime) -> None:
    files, second = ZaloFiles(), LIES_AT.replace("0fbba8", "1acc")
    files.files = {
        LIES_AT: httpx.Response(200, content=picture(size=(30, 20))),
        second: httpx.Response(200, content=picture("PNG", size=(50, 40))),
    }
    channel = account(files)
    raw = image_event(LIES_AT.replace("https", "http"), second, text="em bị sao đây")
    conversation_id = await hear(runtime, channel, raw)
    await pictures.fetch_due(runtime, {"zalo_oa": channel})
    assert sorted(files.asked) == sorted([LIES_AT, second]), "also http is asked for by https"
    [line] = await said(runtime, conversation_id)
    assert line.text == "em bị sao đây"
    async with runtime.sessions() as session:
        found = await pictures.of_lines(session, [line.id], conversation_id)
    sizes = [
        Image.open(BytesIO(await seen(runtime, conversation_id, one.id) or b"")).size
        for one in found[line.id]
    ]
    assert sizes == [(30, 20), (50, 40)]


async def test_a_picture_on_zalo_bot_is_kept(runtime: Runtime) -> None:
    files = ZaloFiles()
    files.files = {LIES_AT: httpx.Response(200, content=picture())}
    channel = ZaloBot("token", "secret", files.client(), "http://zalo.invalid")
    message = {
        "chat": {"id": "c", "chat_type": "PRIVATE"},
        "from": {"id": "p", "is_bot": False},
        "message_id": "m",
        "photo": LIES_AT,
    }
    raw = json.dumps({"event_name": "message.image.received", "message": message}).encode()
    conversation_id = await hear(runtime, channel, raw)
    await pictures.fetch_due(runtime, {"zalo_bot": channel})
    assert [one.state for one in await rows(runtime)] == ["kept"]
    assert [line.text for line in await said(runtime, conversation_id)] == ["(đã gửi một tệp)"]


async def test_a_cry_under_a_picture_is_answered_though_the_picture_never_comes(
    runtime: Runtime,
) -> None:
    channel = account(ZaloFiles())
    conversation_id = await hear(
        runtime, channel, image_event(LIES_AT, text="em uống cả vỉ thuốc rồi, em muốn chết")
    )
    await pictures.fetch_due(runtime, {"zalo_oa": channel})
    async with runtime.sessions() as session:
        assert (await session.scalars(select(Episode.level))).all() == ["emergency"]
    [line] = await said(runtime, conversation_id)
    assert line.text == "em uống cả vỉ thuốc rồi, em muốn chết"
    assert [(one.state, one.reason) for one in await rows(runtime)] == [("failed", "gone")]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no_picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no_picture"),
        (picture(size=(900, 900), quality=100)[:-900], "broken"),
        (bytes(MOST_BYTES + 1), "too_big"),
    ],
    ids=["nothing", "svg", "cut off", "too big"],
)
async def test_what_is_no_picture_is_refused_with_a_reason_and_its_words_stay(
    runtime: Runtime, content: bytes, why: str
) -> None:
    files = ZaloFiles()
    files.files = {LIES_AT: httpx.Response(200, content=content)}
    channel = account(files)
    conversation_id = await hear(runtime, channel, image_event(LIES_AT, text="giúp em"))
    await pictures.fetch_due(runtime, {"zalo_oa": channel})
    [one] = await rows(runtime)
    assert (one.state, one.reason, one.source, one.sealed) == ("failed", why, b"", None)
    assert [line.text for line in await said(runtime, conversation_id)] == ["giúp em"]


async def test_a_platform_that_is_away_is_asked_ever_more_slowly_and_then_given_up(
    runtime: Runtime, clock: Clock
) -> None:
    files = ZaloFiles()
    files.files = {LIES_AT: httpx.ConnectError("down")}
    channel = account(files)
    await hear(runtime, channel, image_event(LIES_AT))
    waited = [0.0]
    while [one.state for one in await rows(runtime)] == ["wanted"]:
        if not await pictures.fetch_due(runtime, {"zalo_oa": channel}):
            clock.pass_seconds(30)
            waited[-1] += 30
        else:
            waited.append(0.0)
    assert len(files.asked) == MOST_TRIES
    pauses = waited[1:-1]
    assert pauses == sorted(pauses)
    assert pauses[0] == 30 < 600 < pauses[-1]
    assert [one.reason for one in await rows(runtime)] == ["away"]


async def test_a_picture_that_came_late_is_kept(runtime: Runtime, clock: Clock) -> None:
    files = ZaloFiles()
    files.files = {LIES_AT: httpx.Response(503)}
    channel = account(files)
    await hear(runtime, channel, image_event(LIES_AT))
    await pictures.fetch_due(runtime, {})
    clock.pass_seconds(31)
    await pictures.fetch_due(runtime, {"zalo_oa": channel})
    clock.pass_seconds(121)
    files.files = {LIES_AT: httpx.Response(200, content=picture())}
    await pictures.fetch_due(runtime, {"zalo_oa": channel})
    assert [one.state for one in await rows(runtime)] == ["kept"]


class Breaking(ZaloOA):
    """An account whose pictures break whoever fetches them."""

    async def fetch_picture(self, source: str) -> bytes | SendResult:
        raise MemoryError


async def test_a_picture_that_breaks_us_every_time_is_given_up(
    runtime: Runtime, clock: Clock
) -> None:
    channel = Breaking("1", "secret", FixedToken("a"), ZaloFiles().client(), "http://zalo.invalid")
    await hear(runtime, channel, image_event(LIES_AT))
    for _ in range(MOST_TRIES + 1):
        await pictures.fetch_due(runtime, {"zalo_oa": channel})
        clock.pass_seconds(3601)
    assert [(one.state, one.reason) for one in await rows(runtime)] == [("failed", "broke")]


async def test_pictures_go_with_their_person(runtime: Runtime) -> None:
    files = ZaloFiles()
    files.files = {LIES_AT: httpx.Response(200, content=picture())}
    channel = account(files)
    await hear(runtime, channel, image_event(LIES_AT))
    await pictures.fetch_due(runtime, {"zalo_oa": channel})
    async with runtime.sessions.begin() as session:
        person = await session.scalar(select(Person.id))
        assert person is not None
        await privacy.erase(session, runtime.ring, person, runtime.clock())
    async with runtime.sessions() as session:
        assert await session.scalar(select(func.count()).select_from(Picture)) == 0


class Erasing(ZaloOA):
    """An account whose person has everything erased while their picture is fetched."""

    runtime: Runtime

    async def fetch_picture(self, source: str) -> bytes | SendResult:
        async with self.runtime.sessions.begin() as session:
            person = await session.scalar(select(Person.id))
            assert person is not None
            await privacy.erase(session, self.runtime.ring, person, self.runtime.clock())
        return picture()


async def test_who_erases_while_their_picture_is_fetched_leaves_no_picture(
    runtime: Runtime,
) -> None:
    channel = Erasing("1", "secret", FixedToken("a"), ZaloFiles().client(), "http://zalo.invalid")
    channel.runtime = runtime
    await hear(runtime, channel, image_event(LIES_AT))
    assert await pictures.fetch_due(runtime, {"zalo_oa": channel}) == 1
    assert await rows(runtime) == []


@pytest.mark.parametrize(
    "address",
    [
        "https://169.254.169.254/latest/meta-data",
        "https://localhost/a.jpg",
        "https://[::1]/a.jpg",
        "https://zdn.vn.example.com/a.jpg",
        "https://evilzdn.vn/a.jpg",
        "https://f21.zdn.vn:8443/a.jpg",
        "https://f21.zdn.vn@example.com/a.jpg",
        "https://u:p@f21.zdn.vn/a.jpg",
        "https://f21.zdn.vn:port/a.jpg",
        "https://f21.zdn.vn\\@example.com/a.jpg",
    ],
)
async def test_nothing_is_fetched_from_anywhere_but_the_platforms_servers(
    runtime: Runtime, address: str
) -> None:
    files = ZaloFiles()
    channel = account(files)
    await hear(runtime, channel, image_event(address))
    await pictures.fetch_due(runtime, {"zalo_oa": channel})
    assert files.asked == []
    assert {one.state for one in await rows(runtime)} <= {"failed"}
    assert not is_on(HOSTS, address)


async def test_a_redirect_is_followed_to_the_platforms_servers_alone(runtime: Runtime) -> None:
    files, other = ZaloFiles(), LIES_AT.replace("f21", "f22")
    elsewhere = httpx.Response(302, headers={"Location": "https://10.0.0.1/a.jpg"})
    own = httpx.Response(302, headers={"Location": other})
    files.files = {LIES_AT: own, other: httpx.Response(200, content=picture())}
    channel = account(files)
    assert await channel.fetch_picture(LIES_AT) == picture()
    files.files[LIES_AT] = elsewhere
    assert await channel.fetch_picture(LIES_AT) == SendResult("reject", "elsewhere")
    files.files[LIES_AT] = httpx.Response(302, headers={"Location": LIES_AT})
    assert await channel.fetch_picture(LIES_AT) == SendResult("reject", "elsewhere")
    assert not any("10.0.0.1" in asked for asked in files.asked)


async def test_a_packed_answer_is_not_unpacked(runtime: Runtime) -> None:
    files = ZaloFiles()
    packed = httpx.Response(200, headers={"Content-Encoding": "br"}, stream=httpx.ByteStream(b"\1"))
    files.files = {LIES_AT: packed}
    assert await account(files).fetch_picture(LIES_AT) == SendResult("reject", "packed")


@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "../../bot5000:other/getMe", "a//b", "a/../b", "photos/a.jpg?x=1", "a b", ""],
)
async def test_telegram_leads_nowhere_but_below_its_own_files(path: str) -> None:
    server = TelegramServer()
    result = {"file_id": "f", "file_path": path}
    server.answers = [httpx.Response(200, json={"ok": True, "result": result})]
    assert await telegram(server).fetch_picture("f") == SendResult("retry", "no file path")
    assert [method for method, _ in server.calls] == ["getFile"]


async def test_telegram_says_that_a_file_is_too_big_before_it_is_fetched() -> None:
    server = TelegramServer()
    server.files["f"] = bytes(MOST_BYTES + 1)
    assert await telegram(server).fetch_picture("f") == SendResult("reject", "too big")
    assert [method for method, _ in server.calls] == ["getFile"]
