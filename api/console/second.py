"""One's own second factor: set it up with an app, get recovery codes, take it off."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api import auth, second_factor, sessions
from api.console.pages import read_form, render
from api.console.visitor import WithOwnPassword, origin_of, token_of
from bot import handoff
from bot.errors import NotUnderstood
from bot.runtime import Runtime
from bot.tables import Counsellor

router = APIRouter(prefix="/second")


@router.get("")
async def show(request: Request, counsellor: WithOwnPassword) -> Response:
    """The set-up, or how it stands."""
    return await _show(request, counsellor)


@router.post("")
async def set_up(request: Request, counsellor: WithOwnPassword) -> Response:
    """Confirm the app with a code; the recovery codes are shown this once. Other sessions end."""
    runtime: Runtime = request.app.state.runtime
    form, now = await read_form(request), runtime.clock()
    secret = second_factor.unwrap(runtime.ring, counsellor, form.get("pending", ""))
    try:
        async with runtime.sessions.begin() as session:
            codes = await second_factor.set_up(
                session, runtime.ring, counsellor, secret, form.get("code", ""), now
            )
            await sessions.end_all(session, counsellor, but=token_of(request))
            await handoff.audit(session, counsellor, "second factor on", None, now)
    except NotUnderstood as refused:
        return await _show(request, counsellor, secret, refused.line, refused.status)
    return _show_codes(request, counsellor, codes)


@router.post("/codes")
async def new_codes(request: Request, counsellor: WithOwnPassword) -> Response:
    """Ten new recovery codes for a right code; earlier ones count no more."""
    runtime: Runtime = request.app.state.runtime
    refused, now, codes = await _check(request, counsellor), runtime.clock(), list[str]()
    if refused is not None:
        return await _show(request, counsellor, "", refused.line, 401)
    async with runtime.sessions.begin() as session:
        codes = await second_factor.new_recovery_codes(session, runtime.ring, counsellor)
        await handoff.audit(session, counsellor, "recovery codes", None, now)
    return _show_codes(request, counsellor, codes)


@router.post("/remove")
async def remove(request: Request, counsellor: WithOwnPassword) -> Response:
    """Take it off for a right code, for instance to set up a new phone."""
    runtime: Runtime = request.app.state.runtime
    refused, now = await _check(request, counsellor), runtime.clock()
    if refused is not None:
        return await _show(request, counsellor, "", refused.line, 401)
    async with runtime.sessions.begin() as session:
        await second_factor.remove(session, counsellor)
        await handoff.audit(session, counsellor, "second factor off", None, now)
    return RedirectResponse("/console/second", 303)


async def _check(request: Request, counsellor: Counsellor) -> auth.Refused | None:
    """Use up the code of the form, in a transaction of its own: a failure counts whatever follows."""
    runtime: Runtime = request.app.state.runtime
    code = (await read_form(request)).get("code", "")
    async with runtime.sessions.begin() as session:
        refused = await second_factor.give(
            session, runtime.ring, counsellor, code, runtime.clock(), origin_of(request)
        )
        if refused is not None:
            await handoff.audit(session, counsellor, "code refused", None, runtime.clock())
    return refused


async def _show(
    request: Request, counsellor: Counsellor, secret: str = "", line: str = "", status: int = 200
) -> Response:
    """The page as it stands; a wrong code does not change the secret that the app has by now."""
    runtime: Runtime = request.app.state.runtime
    shown: dict[str, Any] = {"me": counsellor, "line": line}
    shown["required"] = counsellor.role in auth.NEED_SECOND_FACTOR
    if counsellor.totp is None:
        secret = secret or second_factor.new_secret()
        address = second_factor.address_of(counsellor, secret)
        shown["secret"] = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
        shown["picture"] = second_factor.picture_of(address)
        shown["pending"] = second_factor.wrap(runtime.ring, counsellor, secret)
    else:
        async with runtime.sessions() as session:
            shown["left"] = await second_factor.codes_left(session, counsellor)
    return render(request, "second.html", shown, status)


def _show_codes(request: Request, counsellor: Counsellor, codes: list[str]) -> Response:
    return render(request, "recovery_codes.html", {"me": counsellor, "codes": codes})
