"""Kinds of service in the directory, and which of them may be offered to somebody seeking help."""

from __future__ import annotations

from collections.abc import Sequence

KINDS = {
    "rehab_centre": "cơ sở cai nghiện",
    "home_rehab": "nơi hỗ trợ cai tại nhà, tại cộng đồng",
    "substitution_treatment": "nơi điều trị bằng thuốc thay thế (methadone)",
    "addiction_identification": "nơi xác định tình trạng nghiện",
    "counselling_point": "điểm tư vấn",
    "hospital": "bệnh viện, trung tâm y tế",
    "psychiatric_hospital": "bệnh viện, khoa tâm thần",
    "hiv_harm_reduction": "nơi hỗ trợ về HIV và giảm hại",
    "psychological_support": "nơi hỗ trợ tâm lý",
    "legal_aid": "nơi trợ giúp pháp lý",
    "vocational_training": "nơi dạy nghề",
    "loan": "nơi cho vay vốn",
    "peer_group": "nhóm đồng đẳng, câu lạc bộ",
    "child_protection": "nơi bảo vệ trẻ em",
    "commune_police": "công an xã, phường",
    "authority": "cơ quan quản lý",
    "emergency": "số khẩn cấp",
    "hotline_child": "đường dây bảo vệ trẻ em",
    "hotline_mental_health": "đường dây hỗ trợ tâm lý",
    "hotline_youth_mental_health": "đường dây tâm lý cho người trẻ",
    "hotline_gender_family": "đường dây về giới và gia đình",
    "hotline_crime_tip": "đường dây tố giác tội phạm",
}
HELP_LINES = (
    "hotline_child",
    "hotline_mental_health",
    "hotline_youth_mental_health",
    "hotline_gender_family",
)
# A crime-tip line is no help for one's own use, and an authority is no place to walk into.
NEVER_OFFERED = ("hotline_crime_tip", "authority")
_WIDER = {
    "hotline": HELP_LINES,
    "child_protection": ("child_protection", "hotline_child"),
    "psychological_support": (
        "psychological_support",
        "hotline_mental_health",
        "hotline_youth_mental_health",
    ),
}


def offered(kinds: Sequence[str] | None) -> list[str]:
    """The kinds of row to look for when `kinds` are asked for; None means every place of help.

    "hotline" means the lines that help; kinds that must not be offered are left out whatever is
    asked.
    """
    if kinds is None:
        wanted = [kind for kind in KINDS if kind != "emergency"]
    else:
        wanted = [code for kind in kinds for code in _WIDER.get(kind, (kind,))]
    return [kind for kind in dict.fromkeys(wanted) if kind not in NEVER_OFFERED]
