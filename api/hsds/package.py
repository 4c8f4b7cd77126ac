"""The data package, made once for as long as the directory stays as it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from tempfile import TemporaryFile
from typing import Any, BinaryIO, ClassVar

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.hsds.answers import stream
from api.hsds.refusals import refusals
from bot.runtime import Runtime
from referral_directory.hsds.datapackage import write_datapackage
from referral_directory.hsds.finding import state

_PART = 1 << 18


class Package:
    """The zip last made, in a file without a name; making another one waits for the one under way."""

    DESCRIBED: ClassVar[dict[int | str, dict[str, Any]]] = {
        200: {
            "description": "Tabular Data Package của mọi bản ghi công khai hôm nay.",
            "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
        },
        **refusals(429, 503),
    }

    def __init__(self) -> None:
        self._file: BinaryIO | None = None
        self._state = ""
        self._making = asyncio.Lock()

    async def serve(self, request: Request) -> Response:
        """Everything public today as CSV tables with a datapackage.json (HSDS, profile vn-referral)."""
        runtime: Runtime = request.app.state.runtime
        on = runtime.today()
        async with runtime.sessions() as session, self._making:
            now = await state(session, on)
            if self._file is None or now != self._state:
                self._file, self._state = await _make(session, on), now
        response = stream(request, _parts(self._file), now, "application/zip")
        response.headers["Content-Disposition"] = 'attachment; filename="vn-referral.zip"'
        return response


async def _make(session: AsyncSession, on: date) -> BinaryIO:
    file = TemporaryFile()  # noqa: SIM115 - it goes with whoever reads it last
    await write_datapackage(session, file, on)
    return file


async def _parts(file: BinaryIO) -> AsyncIterator[bytes]:
    """The file from its start; others may read it in between."""
    at = 0
    while part := _read(file, at):
        yield part
        at += len(part)


def _read(file: BinaryIO, at: int) -> bytes:
    file.seek(at)
    return file.read(_PART)
