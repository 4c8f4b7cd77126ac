"""Which column of a file is which: headings as officials write them, and our own names and titles.
Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from referral_directory.intake.sheets import Line
from referral_directory.rows import COLUMNS, NAMES
from referral_directory.spelling import name_key

SEARCHED = 25
"""So many lines at the top may be titles and headings."""
PLACE = ("commune", "district", "province", "unit")
"""Columns of names of administrative units, beside our own of codes; "unit" holds several at once."""
LISTS = ("phone", "description", "hours", "address")
"""Columns that may stand in a file several times; their cells are told after each other."""
_KNOWN: dict[str, str] = {
    "name": "tên cơ sở|tên đơn vị|tên nơi trợ giúp|tên cơ sở cai nghiện|tên cơ sở điều trị|cơ sở"
    "|tên trung tâm|tên trạm|tên điểm|tên điểm tư vấn|tên gọi|tên bệnh viện|tên cơ sở y tế|họ tên cơ sở"
    "|tên tổ chức|tên dịch vụ|tên cơ sở tư vấn|nơi trợ giúp|đơn vị cung cấp dịch vụ",
    "alternate_name": "tên gọi khác|tên thường gọi|tên cũ",
    "kind": "loại hình|loại|loại hình cơ sở|loại cơ sở|nhóm|phân loại|loại hình dịch vụ|dịch vụ",
    "organization": "đơn vị chủ quản|cơ quan chủ quản|chủ quản|đơn vị quản lý|cơ quan quản lý|trực thuộc",
    "description": "ghi chú|mô tả dịch vụ|giới thiệu|nội dung|thông tin thêm|dịch vụ cung cấp",
    "commune": "xã|phường|xã phường|phường xã|xã phường thị trấn|phường xã thị trấn|tên xã|tên phường"
    "|xã phường đặc khu|cấp xã|đơn vị hành chính cấp xã|xã phường mới",
    "district": "huyện|quận|huyện quận|quận huyện|huyện thị xã thành phố|quận huyện thị xã|tên huyện"
    "|huyện thị|huyện tp|huyện tx tp|huyện thị xã tp|cấp huyện|quận huyện thị xã thành phố|quận huyện tx tp",
    "province": "tỉnh|tỉnh tp|tỉnh thành|tỉnh thành phố|thành phố|tên tỉnh|tp tỉnh|cấp tỉnh",
    "unit": "địa bàn|đơn vị hành chính|khu vực|xã huyện|xã huyện tỉnh|xã phường quận huyện",
    "commune_code": "mã xã|mã phường|mã xã phường|mã đvhc|mã đơn vị hành chính",
    "province_code": "mã tỉnh|mã tỉnh tp|mã tỉnh thành phố",
    "former_unit": "đơn vị hành chính cũ|địa danh cũ",
    "address": "địa chỉ cơ sở|số nhà đường|số nhà|địa chỉ cụ thể|nơi đặt|trụ sở|địa điểm|đường"
    "|địa chỉ trụ sở|địa chỉ liên hệ",
    "latitude": "lat|vĩ tuyến|toạ độ vĩ độ|tọa độ x|y",
    "longitude": "lon|long|lng|kinh tuyến|toạ độ kinh độ|tọa độ y|x",
    "point": "toạ độ|toạ độ gps|gps|vị trí|toạ độ google map|vị trí toạ độ",
    "phone": "số đt|sđt|đt|số điện thoại|điện thoại liên hệ|số điện thoại liên hệ|sđt liên hệ|di động"
    "|điện thoại di động|điện thoại cố định|số đt liên hệ|số di động|cố định|đường dây nóng|hotline|tel"
    "|phone|liên hệ|điện thoại bàn|số máy|đt liên hệ|số đt cố định|số đt di động|đt cố định|đt di động",
    "hours": "giờ làm việc|thời gian làm việc|giờ hoạt động|thời gian hoạt động|giờ trực|giờ tiếp nhận"
    "|lịch làm việc|thời gian mở cửa|thời gian tiếp nhận",
    "holidays": "ngày nghỉ lễ|mở ngày lễ|làm ngày lễ",
    "languages": "tiếng|ngôn ngữ hỗ trợ|ngôn ngữ sử dụng",
    "minimum_age": "tuổi tối thiểu|từ tuổi|độ tuổi từ",
    "maximum_age": "tuổi tối đa|đến tuổi|độ tuổi đến",
    "accepts_voluntary": "cai nghiện tự nguyện|tự nguyện|nhận người tự nguyện",
    "accepts_compulsory": "cai nghiện bắt buộc|bắt buộc|nhận người bắt buộc",
    "eligibility": "đối tượng|đối tượng tiếp nhận|đối tượng phục vụ|điều kiện tiếp nhận",
    "substances": "chất gây nghiện|loại chất|loại ma tuý",
    "cost": "giá|phí|mức phí|kinh phí|chi phí dịch vụ|mức thu",
    "accessibility": "lối đi cho người khuyết tật|tiếp cận người khuyết tật",
    "asks_identity": "yêu cầu giấy tờ|cần giấy tờ|hỏi giấy tờ tuỳ thân",
    "email": "thư điện tử|e mail|mail|địa chỉ email|hộp thư",
    "website": "web|trang thông tin điện tử|địa chỉ web|trang thông tin",
    "legal_basis": "căn cứ|quyết định thành lập|văn bản|cơ sở pháp lý|giấy phép",
    "status": "trạng thái|tình trạng hoạt động|hiện trạng",
    "reliability": "xác minh",
    "source_name": "nguồn tin|nguồn số liệu|nguồn thông tin|nguồn dữ liệu|đơn vị cung cấp|nơi cung cấp",
    "source_url": "link|đường dẫn|liên kết|link nguồn|đường dẫn nguồn",
    "source_date": "ngày cập nhật|ngày cung cấp|thời điểm cập nhật",
    "verified_on": "ngày xác minh",
    "verified_by": "xác minh bởi",
    "verified_until": "hạn xác minh|xác minh đến ngày",
    "number": "stt|tt|số tt|số thứ tự|no",
}  # fmt: skip


@dataclass(frozen=True)
class Heading:
    """The columns of a table: `names` says for each column from 0 what it holds, "" where unknown, and
    `titles` what stood above it. The table begins after line `last`; `ours` if it has all columns of
    `rows.COLUMNS`."""

    last: int
    names: tuple[str, ...]
    titles: tuple[str, ...]
    ours: bool

    def titles_of(self, name: str) -> list[tuple[int, str]]:
        """The columns that hold `name`, each with its title."""
        return [(at, self.titles[at]) for at, one in enumerate(self.names) if one == name]


def find(top: Sequence[Line]) -> Heading | None:
    """The heading among the first lines, the one that names most columns; None without a name."""
    best: Heading | None = None
    most = (0, 0)
    for at, line in enumerate(top):
        below = top[at + 1] if at + 1 < len(top) else None
        for lines, candidate in ((1, _of(line, None)), (2, _of(line, below) if below else None)):
            # Of two that name as many columns, the one that takes in both its lines.
            worth = (len(set(candidate.names) - {""}), lines) if candidate else (0, 0)
            if worth > most and (worth[0] > most[0] or best is None or line.number < best.last + 1):
                best, most = candidate, worth
    return best


def column_of(title: str) -> str:
    """The column that a heading names, "" for none; signs, case and marks do not count."""
    bare = title.split("(")[0] if title.split("(")[0].strip() else title
    return _BY_KEY.get(_key(title)) or _BY_KEY.get(_key(bare)) or ""


def _of(line: Line, below: Line | None) -> Heading | None:
    if below is not None and not (_names_some(line) and _goes_on(line, below)):
        return None
    titles = [
        _title(line, below, column)
        for column in range(max(len(line.cells), len(below.cells) if below else 0))
    ]
    names = _names([name for _, name in titles])
    if "name" not in names or len(set(names) - {"", "number"}) < 2:
        return None
    last = (below or line).number
    return Heading(last, names, tuple(title for title, _ in titles), set(NAMES) <= set(names))


def _goes_on(line: Line, below: Line) -> bool:
    """Whether `below` is the second line of a heading: beside cells merged downward it has only
    headings, and at least one under a title that is merged or says nothing of its own."""
    new = [
        column
        for column, cell in enumerate(below.cells)
        if cell.strip() and column not in below.below
    ]
    known = [column for column in new if column_of(below.cells[column])]
    if not new or len(known) * 2 < len(new):
        return False
    return any(column in line.across or not _at(line, column) for column in known) or bool(
        below.below
    )


def _names_some(line: Line) -> bool:
    return len({column_of(cell) for cell in line.cells} - {""}) > 1


def _title(line: Line, below: Line | None, column: int) -> tuple[str, str]:
    """What stands above a column, and what it names: the second line first."""
    upper = _at(line, column)
    lower = _at(below, column) if below else ""
    if not lower or lower == upper:
        return upper, column_of(upper)
    both = f"{upper} {lower}".strip()
    return both, column_of(lower) or column_of(both)


def _at(line: Line, column: int) -> str:
    return " ".join(line.cells[column].split()) if column < len(line.cells) else ""


def _names(found: Sequence[str]) -> tuple[str, ...]:
    """Each column once, the first that names it, but for those that may be told after each other."""
    seen: set[str] = set()
    names = []
    for name in found:
        names.append(name if name not in seen or name in LISTS else "")
        seen.add(name)
    return tuple(names)


def _key(title: str) -> tuple[str, ...]:
    return name_key(title.replace("_", " "))


def _by_key(known: Mapping[str, str]) -> dict[tuple[str, ...], str]:
    ours: Iterable[tuple[str, str]] = [
        pair for one in COLUMNS for pair in ((one.name, one.name), (one.title, one.name))
    ]
    theirs = [(text, name) for name, texts in known.items() for text in texts.split("|")]
    # Ours last: they win where both are written alike.
    return {_key(text): name for text, name in [*theirs, *ours]}


_BY_KEY = _by_key(_KNOWN)
