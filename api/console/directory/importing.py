"""Bringing in a table that somebody sent: upload, a dry run that shows every row's fate, then the
import."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from api.bodies import read_body
from api.console.directory import waiting
from api.console.directory.cell_words import say_days
from api.console.directory.searching import read_page
from api.console.directory.waiting import Brought
from api.console.pages import HEADERS, read_form, render
from api.console.visitor import KeepingDirectory
from bot import handoff
from bot.catalogue import Table, _
from bot.errors import NotFound, NotUnderstood, NotYet, TooLong
from bot.runtime import Runtime
from bot.tables import Counsellor
from referral_directory.changes import Author
from referral_directory.intake import (
    ChangedMeanwhile,
    Outcome,
    Plan,
    RowsRefused,
    carry_out,
    plan,
    report_csv,
)
from referral_directory.rows import BadTable
from referral_directory.units import load_units

router = APIRouter(prefix="/import")
MOST_BYTES, MOST_ROWS = 10_000_000, 10_000
A_PAGE = 200
_BESIDE_THE_FILE = 100_000
FATES = Table(
    {
        "refused": "Bị từ chối",
        "changed": "Cập nhật",
        "new": "Thêm mới",
        "same": "Không đổi",
    }
)


def id_of(file_id: str) -> UUID:
    try:
        return UUID(file_id)
    except ValueError:
        raise NotFound(_("Không có tệp này.")) from None


FileId = Annotated[UUID, Depends(id_of)]


@router.get("")
async def show(request: Request, keeper: KeepingDirectory, written: str = "") -> Response:
    """The form for a file; after an import how many rows it wrote."""
    count = int(written) if re.fullmatch(r"[0-9]{1,6}", written) else None
    return _form(request, keeper, written=count)


@router.post("")
async def bring(request: Request, keeper: KeepingDirectory) -> Response:
    """Keep the file and show what it would do; a file that cannot be read is not kept."""
    runtime: Runtime = request.app.state.runtime
    source = ""
    try:
        brought = await _read_upload(request)
        source = brought.source
        async with runtime.sessions() as session:
            await _plan(runtime, session, brought)
    except (BadTable, NotUnderstood, TooLong) as refused:
        return _form(request, keeper, line=str(refused), source=source, status=422)
    async with runtime.sessions.begin() as session:
        now = runtime.clock()
        file_id = await waiting.keep(session, runtime.ring, keeper.login, brought, now)
    return RedirectResponse(f"/console/directory/import/{file_id}", 303)


@router.get("/{file_id}")
async def show_plan(
    request: Request, file_id: FileId, keeper: KeepingDirectory, fate: str = ""
) -> Response:
    """The dry run."""
    planned = await _planned(request, keeper, file_id)
    return _dry_run(request, keeper, file_id, planned, fate=fate, page=read_page(request))


@router.get("/{file_id}/report.csv")
async def download(request: Request, file_id: FileId, keeper: KeepingDirectory) -> Response:
    """Every row's fate, by row and column."""
    planned = await _planned(request, keeper, file_id)
    named = {"Content-Disposition": 'attachment; filename="bao-cao-nhap.csv"'}
    report = "\ufeff" + await asyncio.to_thread(report_csv, planned)
    return Response(report, media_type="text/csv; charset=utf-8", headers={**HEADERS, **named})


@router.post("/{file_id}")
async def confirm(request: Request, file_id: FileId, keeper: KeepingDirectory) -> Response:
    """Import what the dry run showed, in one go; where it would be something else by now, show that."""
    runtime: Runtime = request.app.state.runtime
    form, now = await read_form(request), runtime.clock()
    planned = await _planned(request, keeper, file_id)
    if planned.mark != form.get("mark"):
        line = _("Danh bạ đã đổi từ lúc bạn xem, nên chưa ghi dòng nào. Bạn xem lại rồi ghi.")
        return _dry_run(request, keeper, file_id, planned, line=line, status=NotYet.status)
    author = Author(keeper.login, now, f"nhập tệp {planned.filename}")
    skips = "skip_refused" in form
    try:
        async with runtime.sessions.begin() as session:
            written = await carry_out(session, planned, load_units(), author, skip_refused=skips)
            await waiting.forget(session, keeper.login)
            await handoff.audit(session, keeper, "import directory", None, now)
    except RowsRefused:
        line = _("Còn dòng bị từ chối nên chưa ghi dòng nào. Sửa tệp, hoặc đánh dấu bỏ lại chúng.")
        return _dry_run(request, keeper, file_id, planned, line=line, status=422)
    except ChangedMeanwhile as changed:
        planned = await _planned(request, keeper, file_id)
        return _dry_run(request, keeper, file_id, planned, line=str(changed), status=NotYet.status)
    return RedirectResponse(f"/console/directory/import?written={written}", 303)


@router.post("/{file_id}/drop")
async def drop(request: Request, file_id: FileId, keeper: KeepingDirectory) -> Response:
    """Do without this file."""
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions.begin() as session:
        await waiting.forget(session, keeper.login)
    return RedirectResponse("/console/directory/import", 303)


async def _read_upload(request: Request) -> Brought:
    """Raises NotUnderstood for anything but one named file with its fields, TooLong for a big one."""
    too_long = _("Tệp lớn quá {most} MB. Bạn chia thành nhiều tệp nhỏ.").format(
        most=MOST_BYTES // 1_000_000
    )
    try:
        body = await read_body(request, MOST_BYTES + _BESIDE_THE_FILE)
    except TooLong:
        raise TooLong(too_long) from None

    async def stream() -> AsyncGenerator[bytes, None]:
        yield body

    parser = MultiPartParser(request.headers, stream(), max_files=1, max_fields=5)
    parser.spool_max_size = len(body) + 1  # nothing of it is laid down unsealed
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError):
        raise NotUnderstood(_("Chưa nhận được tệp. Bạn chọn lại tệp rồi gửi.")) from None
    file, source = form.get("file"), form.get("source")
    if not isinstance(file, UploadFile) or not file.filename:
        raise NotUnderstood(_("Bạn chưa chọn tệp nào."))
    data = await file.read()
    await form.close()
    if len(data) > MOST_BYTES:
        raise TooLong(too_long)
    named = " ".join(source.split())[:200] if isinstance(source, str) else ""
    return Brought(file.filename.replace("\\", "/").rsplit("/", 1)[-1][:120], named, data)


async def _planned(request: Request, keeper: Counsellor, file_id: UUID) -> Plan:
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions() as session:
        now = runtime.clock()
        brought = await waiting.find(session, runtime.ring, keeper.login, file_id, now)
        return await _plan(runtime, session, brought)


async def _plan(runtime: Runtime, session: Any, brought: Brought) -> Plan:
    return await plan(
        session,
        brought.data,
        brought.filename,
        units=load_units(),
        gazetteer=runtime.gazetteer,
        source=brought.source,
        most_rows=MOST_ROWS,
        today=runtime.today(),
    )


def _form(
    request: Request,
    keeper: Counsellor,
    *,
    line: str = "",
    source: str = "",
    written: int | None = None,
    status: int = 200,
) -> Response:
    context = {
        "me": keeper,
        "line": line,
        "source": source,
        "written": written,
        "most_rows": MOST_ROWS,
        "most_megabytes": MOST_BYTES // 1_000_000,
    }
    return render(request, "directory_import.html", context, status)


def _dry_run(
    request: Request,
    keeper: Counsellor,
    file_id: UUID,
    planned: Plan,
    *,
    fate: str = "",
    page: int = 1,
    line: str = "",
    status: int = 200,
) -> Response:
    counts = {name: planned.count(name) for name in ("refused", "changed", "new", "same")}
    shown = fate if fate in counts else next((name for name in counts if counts[name]), "new")
    rows = [one for one in planned.outcomes if one.fate == shown]
    rows.sort(key=lambda one: not one.withdrawn)
    last = max(1, -(-len(rows) // A_PAGE))
    page = min(page, last)
    context = {
        "me": keeper,
        "file_id": file_id,
        "plan": planned,
        "fates": FATES,
        "counts": counts,
        "shown": shown,
        "rows": [_told(planned, one) for one in rows[(page - 1) * A_PAGE : page * A_PAGE]],
        "page": page,
        "last": last,
        "line": line,
    }
    return render(request, "directory_import_plan.html", context, status)


def _told(planned: Plan, one: Outcome) -> dict[str, Any]:
    """A row for people: each fault and note with the column it is about."""

    def say(found: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
        at = (planned.at(column) for column, _reason in found)
        places = [f"{letter}: {title}" if letter else title for letter, title in at]
        return [
            (place, say_days(reason) if column == "hours" else reason)
            for place, (column, reason) in zip(places, found, strict=True)
        ]

    return {"one": one, "faults": say(one.faults), "notes": say(one.notes)}
