"""Rows of a directory made for tests."""

from __future__ import annotations

from datetime import UTC, datetime

from referral_directory.changes import Author
from referral_directory.rows import empty_row

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
"""A Monday, ten in the morning in Viet Nam."""
LAN = Author("lan", NOW)
QUY_NHON = "21589"  # phường Quy Nhơn Tây, tỉnh Gia Lai


def row(key: str, **cells: str) -> dict[str, str]:
    """A verified rehab centre in phường Quy Nhơn Tây, but for `cells`."""
    return {
        **empty_row(),
        "key": key,
        "name": f"Cơ sở {key}",
        "kind": "rehab_centre",
        "organization": "Công an tỉnh Gia Lai",
        "commune_code": QUY_NHON,
        "province_code": "52",
        "reliability": "verified",
        "source_name": "báo Gia Lai",
        "source_url": "https://baogialai.com.vn/tin",
        "source_date": "2026-02-11",
        "verified_on": "2026-02-11",
        "verified_by": "lan",
        "verified_until": "2027-02-11",
        **cells,
    }
