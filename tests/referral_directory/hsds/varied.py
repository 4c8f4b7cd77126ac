"""Rows of every sort: each kind, area, status, hours, language and price, in communes all over the
country, some unverified and some lapsed. Always the same ones."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from referral_directory.cells import LANGUAGES
from referral_directory.kinds import KINDS
from referral_directory.units import Units
from tests.referral_directory.services import row

HOURS = ("", "24/7", "MO-FR 07:30-11:30,13:30-17:00", "TU,TH 18:00-24:00; SA 08:00-11:00")
STATUSES = ("active", "active", "active", "temporarily closed", "inactive", "defunct")
COSTS = ("", "miễn phí", "150.000 đồng một tháng", "hỏi trước")
YES_NO = ("", "yes", "no")


def varied_rows(number: int, units: Units, on: date) -> list[dict[str, str]]:
    """So many rows; about two in five are public on the day `on`."""
    random = Random(7)
    communes = sorted(units.communes.values(), key=lambda commune: commune.code)
    return [_row(random, place, communes, on) for place in range(number)]


def _row(random: Random, place: int, communes: list, on: date) -> dict[str, str]:  # type: ignore[type-arg]
    pick = random.choice
    began = on - timedelta(days=random.randrange(0, 400))
    cells = {
        "name": f'Nơi "{place}", <b>số</b> & bạn',
        "alternate_name": pick(("", "tên cũ")),
        "kind": pick(list(KINDS)),
        "organization": f"Đơn vị {place % 60}",
        "description": pick(("", "Dòng một.\nDòng hai; có, phẩy.", "=1+1")),
        "area": "",
        "hours": pick(HOURS),
        "holidays": pick(("", "open", "closed")),
        "languages": pick(("", "vi", "vi; khm", "; ".join(LANGUAGES))),
        "phone": pick(("", "115", f"02563{place:06d}", f"02563{place:06d}; 0900{place:06d}")),
        "minimum_age": pick(("", "0", "16")),
        "maximum_age": pick(("", "60", "120")),
        "accepts_voluntary": pick(YES_NO),
        "accepts_compulsory": pick(YES_NO),
        "asks_identity": pick(YES_NO),
        "eligibility": pick(("", "người từ đủ 16 tuổi")),
        "substances": pick(("", "heroin, thuốc phiện")),
        "cost": pick(COSTS),
        "accessibility": pick(("", "có đường dốc")),
        "reports_to": pick(("", "công an xã")),
        "email": pick(("", f"noi{place}@example.vn")),
        "website": pick(("", "https://example.vn/a?b=1&c=%20d")),
        "legal_basis": pick(("", "Luật 120/2025/QH15, Điều 31")),
        "status": pick(STATUSES),
        "source_date": pick(("", began.isoformat())),
        "verified_on": began.isoformat(),
        "verified_by": pick(("lan", "nhóm biên soạn Điểm Tựa")),
        "verified_until": (began + timedelta(days=365)).isoformat(),
    }
    cells |= _place(random, communes)
    if random.random() < 0.2:
        cells |= {
            "reliability": "unverified",
            "verified_on": "",
            "verified_by": "",
            "verified_until": "",
        }
    return row(f"varied-{place}", **cells)


def _place(random: Random, communes: list) -> dict[str, str]:  # type: ignore[type-arg]
    chance = random.random()
    nowhere = {"commune_code": "", "province_code": "", "address": ""}
    if chance < 0.1:
        return nowhere | {"area": random.choice(("commune", "country"))}
    commune = random.choice(communes)
    if chance < 0.2:
        return nowhere | {"province_code": commune.province.code}
    cells = {
        "commune_code": commune.code,
        "province_code": commune.province.code,
        "former_unit": random.choice(("", "huyện cũ")),
        "address": random.choice(("", "12/3 đường Lê Lợi")),
    }
    if chance < 0.6:
        cells |= {"latitude": f"{commune.latitude:.6f}", "longitude": f"{commune.longitude:.6f}"}
    return cells
