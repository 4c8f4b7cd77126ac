"""Zalo's consent: where an administrator lets the machine write for the Official Account, and sees how
that stands; and until when a counsellor may write to somebody there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from api.console import access, consent, words
from api.console.pages import render
from api.console.visitor import Administering, CaseId, Entered, OnDuty, token_of
from bot import handoff
from bot.catalogue import N_, _
from bot.channels.foreign import identity
from bot.channels.zalo_oa import ZaloOA
from bot.channels.zalo_tokens import Standing, ZaloTokens
from bot.channels.zalo_window import read_window, warning
from bot.errors import NotAllowed, NotFound
from bot.runtime import Runtime
from bot.settings import Settings
from bot.tables import Counsellor

router = APIRouter()

_LONGEST_CODE = 2000
_NOT_OURS = N_(
    "Liên kết này đã dùng rồi, đã cũ, hoặc không do bàn tư vấn mở ra. "
    "Bạn mở lại trang cho phép rồi thử lại."
)


@dataclass(frozen=True)
class Shown:
    """What the page says. `link` is where consent is given, "" while `missing` settings stand in the
    way; `back` is our address that Zalo must know."""

    line: str
    alarm: str
    account: str
    link: str
    back: str
    missing: tuple[str, ...]


@router.get("/zalo")
async def page(request: Request, admin: Administering) -> Response:
    """How the tokens stand, and the link to Zalo's page of consent."""
    return render(request, "zalo.html", {"me": admin, "shown": await _shown(request)})


@router.get("/zalo/alarm")
async def alarm_line(request: Request, counsellor: Entered) -> Response:
    """The line for the top of everybody's console while an administrator must do something, in words
    for whoever asks; else nothing."""
    standing, now = await _standing(request), request.app.state.runtime.clock()
    broken = request.app.state.broken_channels.get("zalo_oa", "")
    is_admin = counsellor.role == "admin"
    if is_admin:
        line = _("Zalo OA đang tắt. {fault}").format(fault=broken) if broken else ""
        line = alarm(standing, now) if standing else line
    else:
        line = alarm_for_others(standing, now, is_off=bool(broken))
    return render(request, "zalo_alarm.html", {"line": line, "is_admin": is_admin})


@router.get("/zalo/callback")
async def take_consent(request: Request) -> Response:
    """What Zalo's page answered: a code, for which we get the tokens."""
    runtime: Runtime = request.app.state.runtime
    query, tokens, now = request.query_params, _tokens(request), runtime.clock()
    if tokens is None:
        raise NotFound(_("Kênh Zalo OA chưa được bật."))
    async with runtime.sessions.begin() as session:
        who = await consent.spend(session, runtime.ring, query.get("state", ""), now)
        admin = await session.get(Counsellor, who) if who else None
    if admin is None or admin.role != "admin" or admin.disabled_at is not None:
        raise NotAllowed(_(_NOT_OURS))
    code = query.get("code", "")
    if not code or len(code) > _LONGEST_CODE:
        return _told(request, _("Zalo báo là bạn chưa cho phép. Chưa có gì thay đổi."), 400)
    refusal = await tokens.consent(code, identity(query.get("oa_id", "")))
    async with runtime.sessions.begin() as session:
        action = "zalo consent failed" if refusal else "zalo consent"
        await handoff.audit(session, admin, action, None, now)
    if refusal is not None:
        line = _(
            "Zalo không đổi được mã ({reason}). Bạn mở lại trang cho phép rồi thử lại."
        ).format(reason=refusal.reason)
        return _told(request, line, 502)
    return _told(
        request, _("Xong. Máy đã gửi được tin trên Zalo OA, và tự đổi mã trước khi hết hạn.")
    )


@router.get("/cases/{handoff_id}/window")
async def window_line(request: Request, handoff_id: CaseId, counsellor: OnDuty) -> Response:
    """What whoever answers should know of Zalo's window before they write; nothing while all is open,
    on other channels, and for everybody else."""
    runtime: Runtime = request.app.state.runtime
    now, line = runtime.clock(), ""
    async with runtime.sessions() as session:
        case = await handoff.find_case(session, runtime.ring, handoff_id)
        if case.channel == "zalo_oa" and access.may_answer(case, counsellor):
            line = warning(await read_window(session, case.conversation_id, now), now)
    return render(request, "zalo_window.html", {"line": line})


def in_words(standing: Standing, now: datetime) -> str:
    """How the tokens stand, for an administrator."""
    ends = words.time(standing.access_until, now) if standing.access_until else ""
    if standing.kind == "good" and standing.renewed_at:
        last = words.time(standing.renewed_at, now)
        return _("Đang dùng được. Mã mới nhất lấy lúc {last}, máy tự đổi trước {ends}.").format(
            last=last, ends=ends
        )
    if standing.kind == "late":
        return _(
            "Máy chưa đổi được mã ({reason}) và đang thử lại. Mã đang dùng hết hạn lúc {ends}."
        ).format(reason=standing.reason or _("đang chờ"), ends=ends)
    if standing.kind == "refused":
        return _(
            "Zalo không đổi mã nữa ({reason}). "
            "Sau {ends}, máy không gửi được tin nào trên Zalo. Cần cho phép lại."
        ).format(reason=standing.reason or _("mã đã cũ"), ends=ends)
    if standing.kind == "fixed":
        return _(
            "Máy dùng tạm mã ghi trong cấu hình. Mã này hết hạn sau khoảng 25 giờ và máy không tự "
            "đổi được. Cho phép một lần thì máy tự đổi."
        )
    return _("Chưa ai cho phép, nên máy chưa gửi được tin nào trên Zalo OA.")


def alarm(standing: Standing, now: datetime) -> str:
    """The alarm for administrators; "" while nobody has to do anything."""
    if standing.needs_consent:
        return _(
            "Zalo OA cần quản trị viên cho phép gửi tin. Không thì người nhắn trên Zalo không nhận "
            "được trả lời."
        )
    if standing.kind == "fixed":
        return _("Zalo OA đang chạy tạm bằng mã trong cấu hình, hết hạn sau khoảng 25 giờ.")
    if standing.kind == "late" and standing.access_until and now >= standing.access_until:
        return _("Máy không gửi được tin trên Zalo OA: mã đã hết hạn và chưa đổi được.")
    return ""


def alarm_for_others(standing: Standing | None, now: datetime, *, is_off: bool) -> str:
    """The alarm for who can only pass it on; "" while messages go out and nobody need hurry. `is_off`:
    the channel is wanted, and its settings are wrong."""
    ends = standing.access_until if standing else None
    if standing and standing.kind == "refused" and ends and now < ends:
        return _("Zalo sắp không gửi được tin. Bạn báo quản trị viên nhé.")
    late = standing is not None and standing.kind == "late" and ends is not None and now >= ends
    if is_off or late or (standing and standing.needs_consent):
        return _("Zalo đang không gửi được tin. Bạn báo quản trị viên nhé.")
    return ""


def _tokens(request: Request) -> ZaloTokens | None:
    channel = request.app.state.channels.get("zalo_oa")
    renewed = isinstance(channel, ZaloOA) and isinstance(channel.tokens, ZaloTokens)
    return channel.tokens if renewed else None


async def _standing(request: Request) -> Standing | None:
    """How the tokens stand; None where the channel is not on."""
    if "zalo_oa" not in request.app.state.channels:
        return None
    tokens = _tokens(request)
    if tokens is None:
        return Standing("fixed")
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions() as session:
        return await tokens.standing(session)


async def _shown(request: Request) -> Shown:
    runtime: Runtime = request.app.state.runtime
    settings: Settings = request.app.state.settings
    standing, now = await _standing(request), runtime.clock()
    missing, tokens = _missing(settings), _tokens(request)
    back = f"{settings.public_url.rstrip('/')}/console/zalo/callback"
    broken = request.app.state.broken_channels.get("zalo_oa", "")
    line, alarmed, account, link = _("Kênh này chưa bật."), "", "", ""
    if broken:
        line, alarmed = _("Kênh này đang tắt. {fault}").format(fault=broken), broken
    if standing is not None:
        line, alarmed = in_words(standing, now), alarm(standing, now)
        account = standing.account
    if tokens is not None and not missing:
        async with runtime.sessions.begin() as session:
            state = await consent.ask(session, runtime.ring, token_of(request), now)
        asked = {"app_id": tokens.app.id, "redirect_uri": back, "state": state}
        link = f"{tokens.app.oauth_url.rstrip('/')}/v4/oa/permission?{urlencode(asked)}"
    return Shown(line, alarmed, account, link, back, missing)


def _missing(settings: Settings) -> tuple[str, ...]:
    """The settings, by their names in the environment, without which consent cannot be asked for."""
    needed = {
        "DIEMTUA_ZALO_OA_APP_ID": settings.zalo_oa_app_id,
        "DIEMTUA_ZALO_OA_SECRET": settings.zalo_oa_secret.get_secret_value(),
        "DIEMTUA_ZALO_OA_APP_SECRET": settings.zalo_oa_app_secret.get_secret_value(),
        "DIEMTUA_PUBLIC_URL": settings.public_url,
    }
    return tuple(name for name, value in needed.items() if not value)


def _told(request: Request, line: str, status: int = 200) -> Response:
    return render(request, "zalo_told.html", {"line": line}, status)
