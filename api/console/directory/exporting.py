"""What goes out of the directory: files of it, and a leaflet for the notice board of a commune."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import BinaryIO
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from api.console.access import may_keep_directory
from api.console.pages import HEADERS, read_form, render
from api.console.visitor import ReadingDirectory
from api.directory_files import chat_address, print_for, to_export
from bot import handoff
from bot.catalogue import _
from bot.errors import NotAllowed, NotUnderstood
from bot.runtime import Runtime
from bot.tables import Counsellor
from bot.understand import clean
from referral_directory.kinds import KINDS
from referral_directory.leaflet import communes_called, title_of
from referral_directory.places import Place
from referral_directory.units import load_units

router = APIRouter(prefix="/export")
LONGEST_PLACE = 200
_PIECE = 65_536


@router.get("")
async def show(request: Request, counsellor: ReadingDirectory) -> Response:
    """The form for a file, and the one for a leaflet."""
    return _page(request, counsellor)


@router.post("")
async def download(request: Request, counsellor: ReadingDirectory) -> Response:
    """The file asked for. Whoever takes all rows is written down; only keepers may."""
    runtime: Runtime = request.app.state.runtime
    form = await read_form(request)
    everything = form.get("scope") == "all"
    if everything and not may_keep_directory(counsellor):
        raise NotAllowed(_("Chỉ người biên tập danh bạ được tải tất cả các dòng."))
    try:
        asked = to_export(
            form.get("format", "csv"),
            runtime.today(),
            everything=everything,
            province=form.get("province", ""),
            kind=form.get("kind", ""),
        )
    except NotUnderstood as refused:
        return _page(request, counsellor, form=form, line=refused.line, status=refused.status)
    file = tempfile.TemporaryFile()  # noqa: SIM115  closed by what sends it
    async with runtime.sessions.begin() as session:
        await asked.write(session, file)
        if everything:
            await handoff.audit(session, counsellor, "export directory", None, runtime.clock())
    return _file(file, asked.name, asked.format.media_type)


@router.get("/leaflet")
async def print_leaflet(
    request: Request, counsellor: ReadingDirectory, place: str = "", code: str = ""
) -> Response:
    """The leaflet of the commune called so; the communes to choose from where there are several."""
    runtime: Runtime = request.app.state.runtime
    typed = clean(place)[:LONGEST_PLACE]
    places = communes_called(runtime.gazetteer, code or typed)
    if len(places) != 1:
        line = (
            _("Có nhiều nơi tên như vậy. Bạn chọn một nơi.")
            if places
            else _("Không tìm ra xã, phường này. Hãy ghi tên xã, phường kèm tỉnh.")
        )
        return _page(request, counsellor, place=typed, places=places, place_line=line, status=422)
    address = chat_address(request.app.state.settings.public_url or str(request.base_url))
    async with runtime.sessions() as session:
        pdf = await print_for(session, places[0], address, runtime.clock())
    named = {"Content-Disposition": _attachment(f"to-roi-{places[0].code}.pdf")}
    return Response(pdf, media_type="application/pdf", headers={**HEADERS, **named})


def _page(
    request: Request,
    counsellor: Counsellor,
    *,
    form: dict[str, str] | None = None,
    line: str = "",
    place: str = "",
    places: list[Place] | None = None,
    place_line: str = "",
    status: int = 200,
) -> Response:
    shown = {
        "form": form or {},
        "line": line,
        "place": place,
        "choices": [(one.code, title_of(one)) for one in places or []],
        "place_line": place_line,
        "provinces": sorted((one.title, one.code) for one in load_units().provinces.values()),
        "kinds": KINDS,
        "keeps": may_keep_directory(counsellor),
    }
    return render(request, "directory_export.html", {"me": counsellor, **shown}, status)


def _file(file: BinaryIO, name: str, media_type: str) -> Response:
    """What was written, a piece at a time; the file is gone once it is sent or given up."""
    size = file.tell()
    file.seek(0)

    def pieces() -> Iterator[bytes]:
        with file:
            while piece := file.read(_PIECE):
                yield piece

    named = {"Content-Disposition": _attachment(name), "Content-Length": str(size)}
    return StreamingResponse(pieces(), media_type=media_type, headers={**HEADERS, **named})


def _attachment(name: str) -> str:
    return f'attachment; filename="{quote(name)}"'
