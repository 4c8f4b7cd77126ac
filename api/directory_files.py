"""Files of the directory, for the command line and the console alike: what was asked for, and lines that
say what is wrong with it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

from sqlalchemy.ext.asyncio import AsyncSession

from bot.catalogue import _
from bot.errors import NotFound, NotUnderstood
from bot.hours import VIETNAM
from referral_directory.cells import is_web_address
from referral_directory.export import FORMATS, Format, Wanted
from referral_directory.inspection import Inspection
from referral_directory.kinds import KINDS
from referral_directory.leaflet import (
    LONGEST_URL,
    communes_called,
    leaflet,
    services_for,
    title_of,
)
from referral_directory.places import Gazetteer, Place
from referral_directory.rows import TITLES
from referral_directory.spelling import name_key
from referral_directory.units import Units, load_units

FOR_ALL = ("csv", "xlsx")
"""The formats that an import takes back."""


@dataclass(frozen=True)
class Asked:
    """A file that somebody asked for, and may have."""

    format: Format
    wanted: Wanted
    units: Units

    async def write(self, session: AsyncSession, file: BinaryIO) -> int:
        """Write it; how many rows."""
        return await self.format.write(session, self.units, self.wanted, file)

    @property
    def name(self) -> str:
        """What the file is called when it is downloaded."""
        scope = self.wanted.on.isoformat() if self.wanted.on else "tat-ca"
        parts = ["danh-ba", self.wanted.province, self.wanted.kind, scope]
        return f"{'-'.join(part for part in parts if part)}.{self.format.suffix}"


def to_export(name: str, today: date, *, everything: bool, province: str, kind: str) -> Asked:
    """The file of the format `name`: of all rows, or of those that may be shown on `today`. `province` is
    a code or a name.

    Raises:
        NotUnderstood: there is no such format, province or kind, or the format is not for such a choice.
    """
    if name not in FORMATS:
        line = _("Không có dạng tệp “{name}”. Các dạng: {names}.")
        raise NotUnderstood(line.format(name=name, names=", ".join(FORMATS)))
    if everything and name not in FOR_ALL:
        raise NotUnderstood(
            _(
                "Dạng này chỉ ghi những gì người dân được thấy. Muốn mọi dòng thì chọn csv hoặc xlsx."
            )
        )
    if kind and kind not in KINDS:
        line = _("Không có loại “{kind}”. Các loại: {kinds}.")
        raise NotUnderstood(line.format(kind=kind, kinds=", ".join(KINDS)))
    if name == "hsds" and (province or kind):
        raise NotUnderstood(_("Gói HSDS luôn gồm cả nước và mọi loại. Bỏ chọn tỉnh và loại nhé."))
    units = load_units()
    code = _province(units, province) if province else ""
    return Asked(FORMATS[name], Wanted(None if everything else today, code, kind), units)


def one_commune(gazetteer: Gazetteer, text: str) -> Place:
    """The commune that a name or a code means.

    Raises:
        NotFound: none.
        NotUnderstood: several; the line names them with their codes.
    """
    places = communes_called(gazetteer, text)
    if not places:
        raise NotFound(_("Không tìm ra xã, phường này. Hãy ghi tên xã, phường kèm tỉnh."))
    if len(places) > 1:
        choices = "; ".join(f"{one.code} {title_of(one)}" for one in places)
        line = _("Có nhiều nơi tên như vậy, hãy ghi kèm tỉnh hoặc dùng mã: {choices}.")
        raise NotUnderstood(line.format(choices=choices))
    return places[0]


def chat_address(url: str) -> str:
    """The address of the chat as it may stand on paper.

    Raises:
        NotUnderstood: there is none, or it is no address that a telephone can open.
    """
    if not url:
        raise NotUnderstood(
            _("Chưa biết địa chỉ trang trò chuyện. Đặt DIEMTUA_PUBLIC_URL, hoặc thêm --url.")
        )
    if not is_web_address(url) or len(url) > LONGEST_URL:
        line = _("Địa chỉ trang trò chuyện phải dạng https://…, dài nhất {most} ký tự.")
        raise NotUnderstood(line.format(most=LONGEST_URL))
    return url


async def print_for(session: AsyncSession, place: Place, address: str, now: datetime) -> bytes:
    """The leaflet for `place` as a PDF, as things stand at `now` (aware)."""
    services = await services_for(session, place, now)
    today = now.astimezone(VIETNAM).date()
    return await asyncio.to_thread(leaflet, services, title_of(place), address, today)


def may_write(path: Path, *, force: bool) -> None:
    """Raises:
    NotUnderstood: the file exists and `force` was not given, or its folder does not.
    """
    if path.exists() and not force:
        line = _("{path} đã có. Chọn tên khác, hoặc thêm --force để ghi đè.")
        raise NotUnderstood(line.format(path=path))
    if not path.parent.is_dir():
        raise NotUnderstood(_("Không có thư mục {path}.").format(path=path.parent))


@contextlib.contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """A file that stands at `path` once it is whole, and not at all where its writing fails.

    Raises:
        NotUnderstood: the disk takes no such file.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        try:
            with part.open("wb") as file:
                yield file
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        line = _("Không ghi được {path}: {why}.")
        raise NotUnderstood(line.format(path=path, why=error.strerror)) from error


def report(found: Inspection) -> Iterator[str]:
    """An inspection in Vietnamese, line by line."""
    yield f"Danh bạ có {found.rows} dòng; hôm nay người dân thấy {found.shown} dòng."
    yield f"Chưa xác minh: {found.unverified}. Hết hạn xác minh: {found.expired}."
    yield (
        f"Không có tọa độ riêng: {found.only_centre} dòng lấy trung tâm xã, phường; "
        f"{found.no_point} dòng không có điểm nào nên không hiện khi tìm gần."
    )
    for number, keys in found.shared_phones:
        yield f"Số {number} ở nhiều dòng: {', '.join(keys)}"
    for name, keys in found.same_names:
        yield f"Trùng tên trong một xã, phường: {name}: {', '.join(keys)}"
    for key, column, reason in found.wrong:
        yield f"SAI  {key}, {TITLES[column]}: {reason}"
    yield f"{found.faulty} dòng sai." if found.faulty else "Không có dòng nào sai."


def _province(units: Units, text: str) -> str:
    wanted = name_key(text)  # with "tỉnh", "thành phố" or without
    for code, province in units.provinces.items():
        title = name_key(province.title)
        if text == code or wanted in (title, title[1:], title[2:]):
            return code
    line = _("Không có tỉnh, thành phố “{text}”. Dùng tên hoặc mã hiện nay, như Gia Lai hoặc 52.")
    raise NotUnderstood(line.format(text=text))
